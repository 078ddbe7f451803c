"""What the service refuses at its start: each by name, with exit status 2, and without harm."""

import os
import subprocess
import unittest

from glisson_service import BINARY, Service


class Start(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.close)

    def refusal(self):
        done = subprocess.run([BINARY, "serve", "--config", self.service.config, "--data", self.service.data, "--port",
                               str(self.service.port)], capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 2, done.stderr)
        return done.stderr

    def test_a_link_where_its_lock_should_be(self):
        """As root it would make or give away whatever file the service user names."""
        target = self.service.home / "precious"
        target.write_text("somebody's")
        before = target.stat()
        self.service.data.mkdir()
        (self.service.data / "glisson.lock").symlink_to(target)
        self.assertIn("cannot be written", self.refusal())
        after = target.stat()
        self.assertEqual((target.read_text(), after.st_uid, after.st_mode), ("somebody's", before.st_uid, before.st_mode))
        with self.subTest("a link to nothing makes no file"):
            target.unlink()
            self.refusal()
            self.assertFalse(target.exists())

    def test_settings_that_the_service_user_cannot_read(self):
        if os.geteuid() != 0:
            self.skipTest("only root can read what the service user cannot")
        self.service.config.chmod(0o600)
        self.assertIn(f"cannot read the settings file {self.service.config}", self.refusal())


if __name__ == "__main__":
    unittest.main()
