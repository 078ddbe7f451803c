"""What changes after a report was written: a further report only where it says something else, and it names the one
before."""

import subprocess
import unittest

from glisson_service import Service, make_study, wait_until
from raw_peer import store_file


class Revisions(unittest.TestCase):
    def setUp(self):
        self.service = Service("[queue]\nsettle_time = 1\n")
        self.addCleanup(self.service.close)
        self.service.start()
        self.service.add_pacs()

    def study(self, flaw):
        """The same study each time but for the flaw."""
        return make_study(self.service.home / flaw, "revised", flaw)

    def send(self, *files):
        for path in files:
            self.assertEqual(store_file(self.service.port, path), 0, "Success")

    def settled(self):
        """Waits until no analysis, comparison or delivery is left; returns how many analyses ran."""
        done = "select count(*) from glisson.job where kind = 'analyse' and state = 'done'"
        left = "select count(*) from glisson.job where state in ('scheduled', 'running')"
        wait_until(lambda: self.service.query(left) == [["0"]], 60, "nothing is left to do")
        return int(self.service.query(done)[0][0])

    def reports(self):
        """SOP Instance UIDs of what the PACS got, oldest first."""
        return [uid for [uid] in self.service.query(
            "select sop_instance_uid from glisson.report_overview where sent_at is not null order by sent_at")]

    def predecessor_of(self, uid):
        [path] = [path for path in self.service.pacs.received() if uid in path.name]
        dump = subprocess.run(["dcmdump", "-q", "+P", "0040,a360", str(path)], capture_output=True, text=True).stdout
        return [line.split("[")[1].split("]")[0] for line in dump.splitlines() if "(0008,1155)" in line]

    def test_a_report_follows_only_when_it_says_something_else(self):
        images = self.study("none")
        self.send(*images)
        runs = self.settled()
        [first] = self.reports()
        self.assertEqual(self.predecessor_of(first), [])
        with self.subTest("a header that nothing uses: a run, no report"):
            self.send(self.study("other_header")[0])
            self.assertEqual(self.settled(), runs + 1)
            self.assertEqual(self.reports(), [first])
        with self.subTest("a label of the segmentation: a report that names the one before"):
            self.send(self.study("other_label")[-1])
            self.assertEqual(self.settled(), runs + 2)
            [_, second] = self.reports()
            self.assertEqual(self.predecessor_of(second), [first])
            latest = self.service.query("select latest from glisson.analysis_overview order by analysis_id")
            self.assertEqual(latest, [["f"], ["t"]])
        with self.subTest("a further slice of the series, which the segmentation does not refer to"):
            [further] = [path for path in self.study("further_slice")[:-1]
                         if path.name not in {image.name for image in images}]
            self.send(further)
            self.assertEqual(self.settled(), runs + 3)
            [_, _, third] = self.reports()
            self.assertEqual(self.predecessor_of(third), [second])
        with self.subTest("the first label again: a report, not the first one again"):
            copy = self.service.home / "again.dcm"
            copy.write_bytes(images[-1].read_bytes())
            subprocess.run(["dcmodify", "-nb", "-q", "-i", "(0008,103e)=Drawn again", copy], check=True)
            self.send(copy)
            self.assertEqual(self.settled(), runs + 4)
            [*_, last] = self.reports()
            self.assertEqual(len(self.reports()), 4)
            self.assertEqual(self.predecessor_of(last), [third])


if __name__ == "__main__":
    unittest.main()
