"""The web pages in a real browser (tests/web), on a real service."""

import os
import pathlib
import shutil
import subprocess
import unittest

from glisson_service import Service, free_port, make_phantom, wait_until

STORIES = pathlib.Path(__file__).parent.parent / "web"


def browser_is_at_hand():
    return shutil.which("node") and pathlib.Path(os.environ.get("CHROMIUM", "/usr/bin/chromium")).exists()


class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not browser_is_at_hand():
            raise unittest.SkipTest("needs node and chromium")
        # Beside the build, not in the source: the packages are exactly those of package-lock.json.
        cls.stories = pathlib.Path(os.environ["GLISSON_BINARY"]).parent / "web-stories"
        shutil.copytree(STORIES, cls.stories, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=cls.stories, check=True,
                       capture_output=True)

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
        # GLISSON_SCREENSHOTS=docs/screenshots makes the pictures of the documentation anew.
        shots = os.environ.get("GLISSON_SCREENSHOTS", self.service.home / "screenshots")
        self.play("story.mjs", self.service.port, self.service.pacs.port, study, shots)

    def test_pages_for_everybody(self):
        self.play("pages.mjs")


if __name__ == "__main__":
    unittest.main()
