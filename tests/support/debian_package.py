"""The Debian package of the build under test."""

import os
import pathlib
import subprocess

BUILD = pathlib.Path(os.environ["GLISSON_BINARY"]).parent


def run(*arguments, **options):
    done = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build_package(folder):
    """The .deb of this build."""
    run("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", folder, "-G", "DEB", cwd=BUILD)
    return next(folder.glob("glisson_*.deb"))


def as_version(package, version):
    """The same under another version, packed without compression."""
    content = package.parent / f"content-{version}"
    run("dpkg-deb", "-R", package, content)
    control = content / "DEBIAN/control"
    lines = [f"Version: {version}" if line.startswith("Version:") else line for line in control.read_text().splitlines()]
    control.write_text("\n".join(lines) + "\n")
    made = package.parent / f"glisson-{version}.deb"
    run("dpkg-deb", "-Znone", "-b", content, made)
    return made


def dependencies(package):
    return run("dpkg-deb", "-f", package, "Depends").strip().split(",")
