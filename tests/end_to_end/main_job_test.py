"""The main job as its users see it: a study goes in by storescu, a report comes out at the PACS."""

import csv
import io
import subprocess
import time
import unittest

from glisson_service import BINARY, Service, make_phantom, reference_data, sop_instance_uid, wait_until

SETTINGS = "[queue]\nsettle_time = 1\n"


def read_report(path):
    return subprocess.run(["dsrdump", str(path)], capture_output=True, text=True, check=True).stdout


class MainJob(unittest.TestCase):
    def setUp(self):
        self.service = Service(SETTINGS)
        self.addCleanup(self.service.close)
        self.service.start()

    def report(self, seconds=60):
        return wait_until(self.service.pacs.received, seconds, "a report at the PACS")[0]

    def phantom(self):
        return make_phantom(self.service.home / "phantom")

    def test_phantom_in_report_out(self):
        self.service.add_pacs()
        status, acknowledged = self.service.store(self.phantom())
        self.assertEqual(status, 0)
        text = read_report(self.report())
        for words in ("Imaging Measurement Report", "RESEARCH", "Lesion 1", "Lesion 2"):
            self.assertIn(words, text)
        self.assertEqual(self.service.query("select count(*) from glisson.instance"), [[str(len(acknowledged))]])
        uid = self.service.query("select study_instance_uid from glisson.study")[0][0]
        self.assertIn("reported", self.service.command("explain", uid).splitlines()[0])
        self.assertEqual(self.service.stop(), 0)

    def test_what_is_stored_equals_what_extract_prints(self):
        self.service.add_pacs()
        study = self.phantom()
        self.service.store(study)
        self.report()
        printed = subprocess.run([BINARY, "extract", "--images", str(study), "--segmentation", str(study / "seg.dcm")],
                                 capture_output=True, text=True, check=True).stdout
        expected = {(row["segment"], row["feature"]): row["value"] for row in csv.DictReader(io.StringIO(printed))}
        stored = self.service.query("select segment_number, feature, value from glisson.feature_value")
        self.assertEqual(len(stored), len(expected))
        for segment, feature, value in stored:
            text = expected[segment, feature]
            self.assertEqual(float(value) if value else None, float(text) if text else None, feature)

    def test_real_liver_in_valid_report_out(self):
        data = reference_data()
        if data is None:
            self.skipTest("needs the reference data (set GLISSON_TEST_DATA)")
        self.service.add_pacs()
        acknowledged = self.service.store(data / "data" / "liver-ct")[1]
        self.assertEqual(len(acknowledged), 52)
        report = self.report(120)
        verdict = subprocess.run(["dciodvfy", str(report)], capture_output=True, text=True).stderr
        self.assertEqual([line for line in verdict.splitlines() if line.startswith("Error")], [])
        references = subprocess.run(["dcmdump", "-q", "+P", "0008,1155", "+s", str(report)],
                                    capture_output=True, text=True).stdout
        for (uid,) in self.service.query("select sop_instance_uid from glisson.instance"):
            self.assertIn(uid, references)

    def test_storing_is_refused_to_strangers_and_echo_is_not(self):
        status, acknowledged = self.service.store(self.phantom(), calling="STRANGER")
        self.assertNotEqual(status, 0)
        self.assertEqual(acknowledged, [])
        self.assertTrue(self.service.echo(calling="STRANGER"))
        self.assertFalse(self.service.echo(called="SOMEBODY"))
        self.assertEqual(self.service.query("select count(*) from glisson.instance"), [["0"]])

    def test_sending_twice_makes_one_report_and_an_echo_of_it_no_loop(self):
        self.service.add_pacs()
        study = self.phantom()
        self.service.store(study)
        report = self.report()
        self.assertEqual(self.service.store(study)[0], 0)
        self.assertEqual(len(self.service.store(report)[1]), 1)
        time.sleep(3)  # Longer than the settle time: whatever was woken would have run.
        self.assertEqual([sop_instance_uid(path) for path in self.service.pacs.received()], [sop_instance_uid(report)])
        self.assertEqual(self.service.query("select kind, count(*) from glisson.job group by 1 order by 1"),
                         [["analyse", "1"], ["deliver", "1"]])

    def test_a_segmentation_that_comes_late_wakes_the_study(self):
        self.service.add_pacs()
        study = self.phantom()
        self.service.store(study / "arterial", study / "portal")
        uid = self.service.query("select study_instance_uid from glisson.study")[0][0]
        self.assertIn("waiting for segmentation", self.service.command("explain", uid))
        self.assertEqual(self.service.query("select count(*) from glisson.job"), [["0"]])
        self.service.store(study / "seg.dcm")
        self.report()

    def test_reports_are_held_until_a_purpose_is_declared(self):
        self.service.add_pacs("--reports")
        self.service.store(self.phantom())
        wait_until(lambda: self.service.query("select 1 from glisson.job where state = 'held'"), 60, "a held report")
        self.assertEqual(self.service.pacs.received(), [])
        self.service.command("peer", "change", "pacs", "--purpose", "research", "--responsible", "the tests", "--until",
                             "2099-12-31")
        self.assertNotIn("demonstration", read_report(self.report()).lower())

    def test_sigterm_ends_in_order(self):
        self.service.add_pacs()
        self.assertEqual(self.service.stop(), 0)
        wait_until(lambda: not self.service.pids(), 5, "no process is left")
        self.service.start()
        heading, peer = self.service.command("peer", "list").splitlines()
        self.assertEqual(peer.index("PACS"), heading.index("AE TITLE"))


if __name__ == "__main__":
    unittest.main()
