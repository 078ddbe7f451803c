"""./quickstart as a stranger runs it: it must end with a report that was read, and say what it did."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from glisson_service import reference_data

ROOT = pathlib.Path(__file__).parents[2]


@unittest.skipUnless(pathlib.Path(os.environ["GLISSON_BINARY"]) == ROOT / "build" / "glisson",
                     "quickstart works in the folder build")
class Quickstart(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="glisson-test.")
        self.addCleanup(folder.cleanup)
        os.chmod(folder.name, 0o755)  # The service user must be able to enter.
        self.environment = {**os.environ, "TMPDIR": folder.name}

    def test_shows_the_report_of_a_synthetic_study(self):
        done = subprocess.run([ROOT / "quickstart"], capture_output=True, text=True, timeout=200,
                              env=self.environment)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for words in ("RESEARCH, NOT FOR DIAGNOSIS", "73 instances stored", "Tumour burden score",
                      "original_shape_Sphericity", "report taken by pacs", "as text"):
            self.assertIn(words, done.stdout)

    def test_takes_a_real_study_with_a_licence_beside_it(self):
        data = reference_data()
        if data is None:
            self.skipTest("needs the reference data (set GLISSON_TEST_DATA)")
        done = subprocess.run([ROOT / "quickstart", data / "data" / "liver-ct"], capture_output=True, text=True,
                              timeout=200, env=self.environment)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("52 instances stored", done.stdout)
        self.assertIn("report taken by pacs", done.stdout)

    def test_refuses_a_folder_that_is_not_there(self):
        done = subprocess.run([ROOT / "quickstart", "no/such/folder"], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
