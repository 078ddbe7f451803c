"""A PACS that sends back what it gets, ours included, also under UIDs of its own: one report, no loop."""

import shutil
import subprocess
import time
import unittest

from figures import figure
from glisson_service import Service, make_phantom, sop_instance_uid, wait_until

SETTLE = 1


class Echo(unittest.TestCase):
    def setUp(self):
        self.service = Service(f"[queue]\nsettle_time = {SETTLE}\n")
        self.addCleanup(self.service.close)
        self.service.start()
        self.service.add_pacs()

    def coerced(self, report, name, *options):
        """The report as a PACS that changes it keeps it."""
        path = self.service.home / f"{name}.dcm"
        shutil.copy(report, path)
        subprocess.run(["dcmodify", "-nb", "-q", *options, path], check=True)
        return path

    def jobs(self):
        return self.service.query("select kind, state, count(*) from glisson.job group by 1, 2 order by 1, 2")

    def test_what_comes_back_makes_no_second_report(self):
        study = make_phantom(self.service.home / "phantom")
        self.assertEqual(self.service.store(study)[0], 0)
        report = wait_until(self.service.pacs.received, 60, "a report at the PACS")[0]
        wait_until(lambda: self.jobs() == [["analyse", "done", "1"], ["deliver", "done", "1"]], 30, "both jobs are done")
        written = self.service.query("select * from glisson.report_overview order by 1, 2")
        echoes = {
            "the report as it is": report,
            "another SOP Instance UID": self.coerced(report, "instance", "-gin"),
            "another series": self.coerced(report, "series", "-gin", "-gse"),
            "another study": self.coerced(report, "study", "-gin", "-gse", "-gst"),
            "a corrected patient": self.coerced(report, "patient", "-gin", "-m", "(0010,0010)=Corrected^Name"),
            "without our equipment": self.coerced(report, "equipment", "-gin", "-ea", "(0018,a001)"),
            "another manufacturer": self.coerced(report, "manufacturer", "-gin", "-m", "(0008,0070)=Somebody"),
            "the whole study": study,
        }
        for round_number in range(3):  # A loop shows itself by what the second and the third time add.
            for name, path in echoes.items():
                with self.subTest(name, round=round_number):
                    status, acknowledged = self.service.store(path)
                    self.assertEqual(status, 0)
                    self.assertTrue(acknowledged)
        time.sleep(2 * SETTLE + 1)  # Whatever was woken would have run.
        reports = {sop_instance_uid(path) for path in self.service.pacs.received()}
        figure(19, "objects_echoed", 3 * len(echoes), "times")
        figure(19, "reports", len(reports), "report")
        self.assertEqual(reports, {sop_instance_uid(report)})
        self.assertEqual(self.jobs(), [["analyse", "done", "1"], ["deliver", "done", "1"]])
        self.assertEqual(self.service.query("select * from glisson.report_overview order by 1, 2"), written)


if __name__ == "__main__":
    unittest.main()
