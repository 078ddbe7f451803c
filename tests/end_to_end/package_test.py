"""The Debian package: installed, used, upgraded, removed, on a machine of its own where systemd runs."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

from debian_package import BUILD, build_package
from glisson_service import wait_until
from own_machine import Machine, why_there_is_none
from web_stories import browser_is_at_hand, install_stories

SETTINGS = "/etc/glisson/glisson.toml"
DATA = "/var/lib/glisson"
SEND = ["storescu", "-R", "+sd", "+r", "-nh", "-aet", "HOSPITALPACS", "-aec", "GLISSON", "127.0.0.1", 11112, "/tmp/phantom"]


class Package(unittest.TestCase):
    def setUp(self):
        if why := why_there_is_none():
            self.skipTest(why)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="glisson-package."))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.machine = Machine()
        self.addCleanup(self.machine.stop)
        self.machine.run("rm", "-f", "/var/lib/man-db/auto-update")  # The index of all manual pages takes its time.

    def install(self, version):
        self.machine.write("/tmp/glisson.deb", build_package(self.folder, version).read_bytes())
        return self.machine.run("sh", "-c", "dpkg -i /tmp/glisson.deb 2>&1")

    def wait_for_service(self):
        wait_until(lambda: self.machine.succeeds("glisson", "db", "status"), 60, "the service and its database answer")

    def property(self, name):
        return self.machine.run("systemctl", "show", "--value", "-p", name, "glisson").strip()

    def settings(self, *replacements):
        """Edits the settings file as an administrator would, and has it read."""
        text = self.machine.read(SETTINGS)
        for old, new in replacements:
            self.assertIn(old, text)
            text = text.replace(old, new)
        self.machine.write(SETTINGS, text)
        self.machine.run("systemctl", "reload", "glisson")
        return text

    def start_pacs(self):
        self.machine.run("mkdir", "/tmp/pacs")
        self.machine.start("storescp", "-aet", "PACS", "-od", "/tmp/pacs", "104")
        self.machine.run("glisson", "phantom", "/tmp/phantom")

    def reports(self):
        return len(self.machine.run("ls", "/tmp/pacs").split())

    def test_is_installed_used_upgraded_and_leaves_data_alone(self):
        machine = self.machine
        self.install("0.0.1")
        self.assertEqual(self.property("ActiveState"), "active")
        self.assertEqual(machine.run("systemctl", "is-enabled", "glisson").strip(), "enabled")
        installed = machine.run("dpkg", "-L", "glisson").splitlines()
        for file in ("man/man1/glisson.1.gz", "man/man1/glisson-peer.1.gz", "man/man5/glisson.toml.5.gz",
                     "bash-completion/completions/glisson"):
            self.assertIn(f"/usr/share/{file}", installed)
        self.assertEqual(machine.run("stat", "-c", "%a %U %G", SETTINGS, DATA).splitlines(),
                         ["640 root glisson", "750 glisson glisson"])
        self.wait_for_service()

        edited = self.settings(("#settle_time = 10", "settle_time = 1"))
        self.start_pacs()
        machine.run("glisson", "peer", "add", "PACS", "HOSPITALPACS", "127.0.0.1", 104, "--may", "store,echo", "--purpose",
                    "test", "--responsible", "the tests", "--until", "2099-12-31")
        machine.run(*SEND)
        wait_until(lambda: self.reports() == 1, 60, "a report in the PACS")

        before = self.property("MainPID")
        self.install("99.0.0")  # Keeps the settings file that was edited, without asking, and starts the new program.
        self.assertEqual(machine.read(SETTINGS), edited)
        self.assertEqual(self.property("ActiveState"), "active")
        self.assertNotEqual(self.property("MainPID"), before)
        self.wait_for_service()
        self.assertIn("HOSPITALPACS", machine.run("glisson", "peer", "list"))
        machine.run(*SEND)  # Nothing new came.
        time.sleep(3)
        self.assertEqual(self.reports(), 1)

        # Settings that were removed stay so: the upgrade passes and says it, and what runs goes on.
        machine.run("mv", SETTINGS, "/tmp/settings")
        before = self.property("MainPID")
        self.assertIn("systemctl restart glisson", self.install("99.0.1"))
        self.assertEqual(machine.run("dpkg-query", "-W", "-f", "${db:Status-Status}", "glisson"), "installed")
        self.assertFalse(machine.exists(SETTINGS))
        self.assertEqual((self.property("ActiveState"), self.property("MainPID")), ("active", before))
        machine.run("mv", "/tmp/settings", SETTINGS)
        machine.run("systemctl", "restart", "glisson")

        machine.run("dpkg", "-r", "glisson")
        self.assertFalse(machine.exists("/usr/bin/glisson"))
        self.assertNotEqual(self.property("ActiveState"), "active")
        self.assertTrue(machine.exists(SETTINGS) and machine.exists(f"{DATA}/postgresql/PG_VERSION"))
        machine.run("dpkg", "-P", "glisson")
        self.assertFalse(machine.exists(SETTINGS))
        self.assertTrue(machine.exists(f"{DATA}/postgresql/PG_VERSION") and machine.run("ls", f"{DATA}/store"))

    def test_a_stranger_uses_the_installed_package_in_a_browser(self):
        """tests/web/story.mjs. GLISSON_SCREENSHOTS=$PWD/docs/screenshots makes the pictures of the documentation anew."""
        if not browser_is_at_hand():
            self.skipTest("needs node and chromium")
        self.machine.push(install_stories(), "/tmp/stories")
        self.install("0.0.1")
        self.wait_for_service()
        self.settings(("#settle_time = 10", "settle_time = 1"))
        self.start_pacs()
        token = f"{DATA}/setup-token"
        wait_until(lambda: self.machine.exists(token), 30, "the one-time token")
        self.machine.run("node", "/tmp/stories/story.mjs", "http://127.0.0.1:11180", token, 11112, 104, "/tmp/phantom",
                         "/tmp/screenshots")
        self.assertEqual(self.reports(), 1)
        if pictures := os.environ.get("GLISSON_SCREENSHOTS"):
            self.machine.pull("/tmp/screenshots", pictures)


class Unit(unittest.TestCase):
    def test_unit_is_valid_and_confined(self):
        unit = BUILD.parent / "deploy/systemd/glisson.service"
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", unit],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr)
        self.assertNotIn("ignoring", done.stderr)


if __name__ == "__main__":
    unittest.main()
