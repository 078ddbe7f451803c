"""The Debian package of the build under test."""

import os
import pathlib
import subprocess

BUILD = pathlib.Path(os.environ["GLISSON_BINARY"]).parent


def build_package(folder, version):
    """The .deb of this build, under a version."""
    done = subprocess.run(["cpack", "--config", BUILD / "CPackConfig.cmake", "-B", folder, "-G", "DEB",
                           "-R", version], capture_output=True, text=True, cwd=BUILD)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob(f"glisson_{version}_*.deb"))
