"""Destinations that are down, answer late or lose their answer: every report arrives once they are back, as it was."""

import os
import time
import unittest

from figures import figure
from glisson_service import Service, make_phantom, sop_instance_uid, wait_until
from raw_pacs import CLOSE, OUT_OF_RESOURCES, SUCCESS, RawPacs

REPORTS = int(os.environ.get("GLISSON_REPORTS", 100))  # The long form has 1,000.

# The analysis again and again, as of so many studies: equal but for the last digits of its report's UIDs.
COPY = """
with copied as (
  insert into glisson.analysis (job_id, instance_id, image_series_instance_uid, protocol_name, protocol_version,
                                protocol_digest, input_digest, software_version, summary)
  select job_id, instance_id, image_series_instance_uid, protocol_name, protocol_version, protocol_digest,
         input_digest, software_version, summary
  from (select * from glisson.analysis order by analysis_id limit 1) one, generate_series(1, {count})
  returning analysis_id),
numbered as (select analysis_id, lpad(row_number() over ()::text, 5, '0') as digits from copied),
reports as (
  insert into glisson.report (analysis_id, position, iod, demonstration, sop_class_uid, sop_instance_uid,
                              series_instance_uid, part10)
  select numbered.analysis_id, position, iod, demonstration, sop_class_uid, left(sop_instance_uid, -5) || digits,
         series_instance_uid,
         decode(replace(encode(part10, 'hex'), encode(sop_instance_uid::bytea, 'hex'),
                        encode((left(sop_instance_uid, -5) || digits)::bytea, 'hex')), 'hex')
  from glisson.report, numbered where report_id = {report} returning 1)
insert into glisson.job (kind, state, analysis_id, peer_id)
select 'deliver', 'scheduled', analysis_id, (select peer_id from glisson.job where kind = 'deliver' limit 1)
from numbered"""


class Delivery(unittest.TestCase):
    def setUp(self):
        self.service = Service("[queue]\nsettle_time = 1\nsilence_alert = 1\n[receive]\nmin_associations = 2\n")
        self.addCleanup(self.service.close)
        self.service.start()
        self.service.add_pacs()
        self.service.pacs.stop()
        self.study = make_phantom(self.service.home / "phantom")

    def make_report(self):
        self.service.store(self.study)
        tried = "select count(*) > 0 from glisson.job_attempt join glisson.job using (job_id) where kind = 'deliver'"
        wait_until(lambda: self.service.query(tried) == [["t"]], 60, "the report was tried")

    def raw_pacs(self, *answers):
        pacs = RawPacs(self.service.pacs.port, answers)
        self.addCleanup(pacs.close)
        return pacs

    def delivered(self):
        return int(self.service.query("select count(*) from glisson.delivery")[0][0])

    def test_a_pacs_that_was_down_gets_every_report_under_its_uid(self):
        self.make_report()
        report = self.service.query("select report_id from glisson.report where not demonstration "
                                    "order by position limit 1")[0][0]
        self.service.query(COPY.format(count=REPORTS - 1, report=report))
        wait_until(lambda: "destination_takes_nothing" in self.service.alerts(), 30, "an alert says so")
        self.service.pacs.start()
        begin = time.monotonic()
        wait_until(lambda: self.delivered() == REPORTS, 60 + REPORTS, "all reports are delivered")
        figure(15, "reports_queued", REPORTS, "reports")
        figure(15, "pacs_back_to_all_delivered", time.monotonic() - begin, "s")
        sent = {uid for (uid,) in self.service.query(
            "select sop_instance_uid from glisson.report_overview where sent_at is not null")}
        self.assertEqual(len(sent), REPORTS)
        self.assertEqual({sop_instance_uid(path) for path in self.service.pacs.received()}, sent)
        wait_until(lambda: self.service.alerts() == {}, 10, "the alert is over")

    def test_a_lost_answer_makes_the_same_report_go_out_again(self):
        pacs = self.raw_pacs(CLOSE, SUCCESS)
        self.service.store(self.study)
        wait_until(lambda: self.delivered() == 1, 60, "the report is delivered")
        self.assertEqual(len(pacs.received), 2)
        self.assertEqual(pacs.received[0], pacs.received[1])
        figure(15, "uids_of_a_report_sent_twice", len({uid for uid, _ in pacs.received}), "UIDs")

    def test_a_pacs_that_is_short_of_resources_is_asked_again(self):
        pacs = self.raw_pacs(OUT_OF_RESOURCES, OUT_OF_RESOURCES, SUCCESS)
        self.service.store(self.study)
        wait_until(lambda: self.delivered() == 1, 60, "the report is delivered")
        self.assertEqual(len(pacs.received), 3)
        self.assertEqual(self.service.query("select failures from glisson.job where kind = 'deliver'"), [["2"]])

    def test_reports_that_are_there_are_sent_to_a_later_peer_and_again(self):
        self.service.pacs.start()
        self.service.store(self.study)
        wait_until(lambda: self.delivered() == 1, 60, "the report is delivered")
        self.service.command("peer", "remove", "pacs")
        self.service.command("peer", "add", "later", self.service.pacs.ae_title, "127.0.0.1", self.service.pacs.port,
                             "--purpose", "test", "--responsible", "the tests", "--until", "2099-12-31")
        (study,), = self.service.query("select study_instance_uid from glisson.study")
        first = self.service.pacs.received()[0].read_bytes()
        for times in (1, 2):
            self.service.pacs.received()[0].unlink()
            self.assertIn("1 of 1 reports are sent to later", self.service.command("deliver", study, "--to", "later"))
            wait_until(lambda: [path.read_bytes() for path in self.service.pacs.received()] == [first], 30,
                       f"the report is there again, {times} times")
        self.assertEqual(self.service.run("deliver", study, "--to", "nobody").returncode, 5)
        self.assertEqual(self.service.run("deliver", "1.2.3", "--to", "later").returncode, 5)


if __name__ == "__main__":
    unittest.main()
