"""The Debian package: installed, used, upgraded, removed, in a file system of its own over this machine's."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from web_stories import browser_is_at_hand, install_stories

BUILD = pathlib.Path(os.environ["GLISSON_BINARY"]).parent


def build_package(folder, version):
    """The .deb of this build, under a version."""
    done = subprocess.run(["cpack", "--config", BUILD / "CPackConfig.cmake", "-B", folder, "-G", "DEB",
                           "-R", version], capture_output=True, text=True, cwd=BUILD)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob(f"glisson_{version}_*.deb"))


def may_mount():
    return os.geteuid() == 0 and subprocess.run(
        ["unshare", "--mount", "--net", "--pid", "--fork", "mount", "-t", "tmpfs", "none", "/mnt"]).returncode == 0


class Package(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="glisson-package."))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def test_is_installed_used_upgraded_and_leaves_data_alone(self):
        if not may_mount():
            self.skipTest("needs root and mounts of its own")
        # A release before this one, where there is one at hand, shows the migrations too.
        before = os.environ.get("GLISSON_PACKAGE_BEFORE")
        first = pathlib.Path(before) if before else build_package(self.folder, "0.0.1")
        second = build_package(self.folder, "99.0.0")
        browser = []
        if browser_is_at_hand():
            # GLISSON_SCREENSHOTS=$PWD/docs/screenshots makes the pictures of the documentation anew.
            shots = pathlib.Path(os.environ.get("GLISSON_SCREENSHOTS", self.folder / "screenshots"))
            shots.mkdir(exist_ok=True)
            browser = [install_stories(), shots]
        life = tempfile.mkdtemp(dir=self.folder)
        done = subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", sys.executable, "-B",
                               pathlib.Path(__file__).with_name("package_life.py"), life, first, second, *browser],
                              capture_output=True, text=True, timeout=280)
        self.assertEqual(done.returncode, 0, done.stdout[-4000:] + done.stderr[-4000:])

    def test_unit_is_valid_and_confined(self):
        unit = BUILD.parent / "deploy/systemd/glisson.service"
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", unit],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr)
        self.assertNotIn("ignoring", done.stderr)


if __name__ == "__main__":
    unittest.main()
