"""The soak of tests/faults/soak in a form of seconds, and that its count of losses can fail."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "soak"))

import kills  # noqa: E402  (in the folder soak)
import load  # noqa: E402


class Soak(unittest.TestCase):
    def test_random_kills_and_what_counts_as_lost(self):
        self.assertTrue(kills.run(kills=12, instances=200, minutes=3, seed=2, then=self.check_counts, prefix="short"))

    def check_counts(self, service, senders):
        """Each loss that the promises forbid is counted once it is there."""
        files = sorted((service.data / "store" / "instances").rglob("*.dcm"))
        files[0].unlink()
        files[1].write_bytes(files[1].read_bytes()[:-1] + b"!")
        (files[2].parent / ("f" * 32 + ".dcm")).write_bytes(files[2].read_bytes())
        (service.data / "store" / "incoming" / "left.part").touch()
        report = service.pacs.received()[0]
        (report.parent / "1.2.3.dcm").write_bytes(report.read_bytes())
        service.query("update glisson.job set state = 'blocked', reason = 'test', finished_at = null "
                      "where job_id = (select max(job_id) from glisson.job)")
        senders.reported.add("1.2.3")
        self.assertEqual(kills.verify(service, senders), {
            "acknowledged_lost": 2, "orphan_files": 1, "rows_without_file": 1, "partial_files": 1,
            "studies_reported_twice": 1, "studies_without_report": 1, "jobs_not_done": 1})

    def test_hostile_and_honest_load(self):
        self.assertTrue(load.run(minutes=0.25, prefix="short"))

    def test_slope_tells_growth(self):
        self.assertAlmostEqual(load.slope([(0, 5), (1800, 10), (3600, 15)]), 10)
        self.assertEqual(load.slope([(0, 7), (10, 7), (20, 7)]), 0)


if __name__ == "__main__":
    unittest.main()
