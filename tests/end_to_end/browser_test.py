"""The web pages in a real browser (tests/web), on a real service."""

import subprocess
import unittest

from glisson_service import Service, free_port, make_phantom, wait_until
from web_stories import browser_is_at_hand, install_stories


class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not browser_is_at_hand():
            raise unittest.SkipTest("needs node and chromium")
        cls.stories = install_stories()

    def setUp(self):
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        self.service = Service(f"[web]\nport = {port}\n[queue]\nsettle_time = 1\n")
        self.addCleanup(self.service.close)
        self.service.start()
        self.token = self.service.data / "setup-token"
        wait_until(self.token.exists, 30, "the one-time token")

    def play(self, story, *arguments):
        done = subprocess.run(["node", self.stories / story, self.base, self.token, *map(str, arguments)],
                              capture_output=True, text=True, timeout=200)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_stranger_follows_a_study_to_its_report(self):
        self.service.pacs.start()
        study = make_phantom(self.service.home / "study")
        self.play("story.mjs", self.service.port, self.service.pacs.port, study, self.service.home / "screenshots")

    def test_pages_for_everybody(self):
        self.play("pages.mjs")


if __name__ == "__main__":
    unittest.main()
