"""One SOP Instance UID, sent again: with the same bytes, with another header, with other pixels."""

import hashlib
import subprocess
import unittest

from figures import figure
from glisson_service import Service, make_study, wait_until
from raw_peer import data_set_of, store_file


class SameUid(unittest.TestCase):
    def setUp(self):
        self.service = Service("[queue]\nsettle_time = 1\n")
        self.addCleanup(self.service.close)
        self.service.start()
        self.service.add_pacs()
        self.sent = set()

    def study(self, flaw):
        """The same study each time but for the flaw."""
        return make_study(self.service.home / flaw, "same", flaw)

    def send(self, *files):
        for path in files:
            self.assertEqual(store_file(self.service.port, path), 0, "Success")
            self.sent.add(hashlib.sha256(data_set_of(path)).hexdigest())

    def jobs(self):
        return {(kind, state, reason): int(count) for kind, state, reason, count in self.service.query(
            "select kind, state, coalesce(reason, ''), count(*) from glisson.job group by 1, 2, 3")}

    def states(self):
        return {state: int(count) for state, count in
                self.service.query("select state, count(*) from glisson.instance group by 1")}

    def wait_for(self, job):
        wait_until(lambda: job in self.jobs(), 60, f"a job {job}; there are {self.jobs()}")

    def test_nothing_is_dropped_silently(self):
        images = self.study("none")
        self.send(*images)
        self.wait_for(("deliver", "done", ""))
        files = self.kept()
        before = self.jobs()
        with self.subTest("same bytes: one instance, one job"):
            self.send(*images, *images)
            self.assertEqual((self.jobs(), self.states(), self.kept()), (before, {"current": len(images)}, files))
            figure(5, "instances_of_same_bytes_three_times", self.states()["current"] // len(images), "each")
        with self.subTest("same pixels, other header: a revision"):
            self.send(self.study("other_header")[0])
            self.wait_for(("compare", "done", ""))
            self.assertEqual(self.states(), {"current": len(images), "superseded": 1})
            figure(5, "revisions_of_another_header", self.states()["superseded"], "revision")
        with self.subTest("other pixels: both kept, quarantine, alert"):
            self.send(self.study("other_pixels")[1])
            self.wait_for(("compare", "dead", "conflicting_instances"))
            self.assertEqual(self.states(), {"current": len(images), "superseded": 1, "quarantined": 1})
            self.assertIn("in conflict", self.service.command("explain", "Asame"))
            self.assertIn("conflicting_instances", self.service.command("job", "list"))
            figure(5, "quarantined_of_other_pixels", self.states()["quarantined"], "instance")
        with self.subTest("the analysis of that series stops until somebody decides"):
            reports = self.service.query("select count(*) from glisson.report_overview")
            self.send(self.second_segmentation(images[-1]))
            self.wait_for(("analyse", "dead", "conflicting_instances"))
            self.assertEqual(self.service.query("select count(*) from glisson.report_overview"), reports)
        self.assertEqual(self.sent - self.kept(), set(), "an acknowledged data set is gone")
        figure(5, "acknowledged_data_sets_lost", len(self.sent - self.kept()), "data_sets")

    def second_segmentation(self, path):
        copy = self.service.home / "second.dcm"
        copy.write_bytes(path.read_bytes())
        subprocess.run(["dcmodify", "-nb", "-q", "-gin", copy], check=True)
        return copy

    def kept(self):
        return {hashlib.sha256(data_set_of(path)).hexdigest()
                for path in (self.service.data / "store" / "instances").rglob("*.dcm")}


if __name__ == "__main__":
    unittest.main()
