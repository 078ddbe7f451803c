"""Who may call, from where and by which title: what is refused for good, and how it is kept (PS3.8 9.3.4)."""

import collections
import json
import time
import unittest

from figures import figure
from glisson_service import Service, make_phantom, wait_until
from raw_peer import VERIFICATION, RawPeer

SETTINGS = """
[receive]
min_associations = 2
[[receive.application_entities]]
title = "TRIAL"
peers = ["trial-pacs"]
open_echo = false
settle_time = 1
[queue]
settle_time = 600
"""

PERMANENT, SERVICE_USER = 1, 1
TRANSIENT, PRESENTATION, LOCAL_LIMIT = 2, 3, 2
NO_REASON, CALLING_TITLE, CALLED_TITLE = 1, 3, 7


class Admission(unittest.TestCase):
    def setUp(self):
        self.service = Service(SETTINGS)
        self.addCleanup(self.service.close)
        self.service.start()

    def add_peer(self, name, title, *options):
        self.service.command("peer", "add", name, title, "127.0.0.1", 104, *options)

    def refused(self, *arguments, **options):
        """The (result, source, reason) of the A-ASSOCIATE-RJ."""
        with RawPeer(self.service.port, *arguments, **options) as peer:
            return peer.rejection

    def test_refusals_are_permanent_have_their_reason_and_are_kept(self):
        self.add_peer("ct", "CT_1", "--may", "store", "--from", "127.0.0.0/30")
        self.add_peer("viewer", "VIEWER", "--may", "query")
        cases = [
            ("calling_title_unknown", ("CT_9",), {}, CALLING_TITLE),
            ("calling_title_unknown", ("ct_1",), {}, CALLING_TITLE),
            ("called_title_unknown", ("CT_1",), {"called": "GLISON"}, CALLED_TITLE),
            ("called_title_unknown", ("ANYBODY", VERIFICATION), {"called": "glisson"}, CALLED_TITLE),
            ("address_not_allowed", ("CT_1",), {"address": "127.0.0.7"}, CALLING_TITLE),
            ("store_not_permitted", ("VIEWER",), {}, NO_REASON),
            ("title_not_for_peer", ("CT_1",), {"called": "TRIAL"}, CALLED_TITLE),
            ("calling_title_unknown", ("ANYBODY", VERIFICATION), {"called": "TRIAL"}, CALLING_TITLE),
            ("malformed_request", ("CT\n1",), {}, CALLING_TITLE),
        ]
        right = 0
        for reason, arguments, options, told in cases:
            with self.subTest(reason=reason, arguments=arguments, options=options):
                for _ in range(2):
                    self.assertEqual(self.refused(*arguments, **options), (PERMANENT, SERVICE_USER, told))
                right += 1
        listed = json.loads(self.service.command("peer", "refused", "--json"))
        self.assertEqual(sorted(entry["reason"] for entry in listed), sorted(case[0] for case in cases))
        self.assertEqual({entry["times"] for entry in listed}, {2})
        for reason in {case[0] for case in cases}:
            self.assertIn(f"association refused: {reason}", self.service.log())
        figure(11, "kinds_refused_for_good", right, "kinds")
        figure(11, "kept_with_reason", len(listed), "kinds")

    def test_the_command_that_is_offered_admits_the_peer(self):
        self.add_peer("ct", "CT_1", "--may", "query", "--from", "192.0.2.0/24")

        def admit(calling):
            entry = next(entry for entry in json.loads(self.service.command("peer", "refused", "--json"))
                         if entry["calling"] == calling)
            self.service.command(*entry["command"].split()[1:])
            return entry

        self.assertIsNotNone(self.refused("CT_2"))
        self.assertEqual(admit("CT_2")["near_miss"], "CT_1")
        self.assertIsNone(self.refused("CT_2"))
        self.assertIsNotNone(self.refused("CT_1"))
        self.assertEqual(admit("CT_1")["reason"], "address_not_allowed")
        self.assertIsNotNone(self.refused("CT_1"))
        self.assertEqual(admit("CT_1")["reason"], "store_not_permitted")
        self.assertIsNone(self.refused("CT_1"))
        self.assertEqual(self.service.command("peer", "refused"), "No association was refused.\n")

    def test_a_flood_of_titles_is_counted_and_not_kept_one_by_one(self):
        for number in range(60):
            self.refused(f"FLOOD{number}")
        self.refused("PACS", address="127.0.0.2")
        rows = self.service.query("select calling, times from glisson.refused_association where address = '127.0.0.1'")
        self.assertLessEqual(len(rows), 21)
        self.assertEqual(sum(int(times) for _, times in rows), 60)
        self.assertIn("PACS from 127.0.0.2", self.service.command("peer", "refused"))
        figure(11, "rows_after_60_titles_from_one_address", len(rows), "rows")

    def test_a_flood_of_refused_associations_fills_no_log(self):
        """One title of one address, and then title after title, as fast as they are answered."""
        self.add_peer("pacs", "PACS", "--may", "store")
        lines, told, sent, began = self.service.log().count("\n"), collections.Counter(), 0, time.monotonic()
        while sent < 600:
            told[self.refused("STRANGER" if sent < 200 else f"STRANGER{sent}", address="127.0.0.2")] += 1
            sent += 1
        self.assertLess(time.monotonic() - began, 50, "within the minute")
        # The supervisor hears of a refusal from another process than the peer does, and may let the next one in before.
        for_good = told.pop((PERMANENT, SERVICE_USER, CALLING_TITLE))
        self.assertTrue(120 <= for_good <= 125, for_good)
        self.assertEqual(told, {(TRANSIENT, PRESENTATION, LOCAL_LIMIT): 600 - for_good})
        for title in ("PACS", "ANYBODY"):
            self.assertIsNone(self.refused(title, VERIFICATION))
        self.assertIsNone(self.refused("PACS"), "other addresses are served")
        lines = self.service.log().count("\n") - lines
        self.assertLess(lines, 300)
        times = self.service.query("select sum(times) from glisson.refused_association where address = '127.0.0.2'")
        self.assertEqual(times, [[str(for_good)]])
        figure(11, "log_lines_of_600_refused_associations", lines, "lines")
        figure(11, "transactions_of_600_refused_associations", for_good, "transactions")

    def test_the_title_called_decides_how_long_its_studies_settle(self):
        self.add_peer("trial-pacs", "PACS", "--may", "store")
        study = make_phantom(self.service.home / "phantom")
        acknowledged = self.service.store(study, called="TRIAL")[1]
        self.assertTrue(acknowledged)
        done = "select count(*) from glisson.job where kind = 'analyse' and state = 'done'"
        wait_until(lambda: self.service.query(done) == [["1"]], 60, "the analysis is done after TRIAL's settle time")
        self.assertEqual(self.service.query("select distinct called, application_entity from glisson.association"),
                         [["TRIAL", "TRIAL"]])


if __name__ == "__main__":
    unittest.main()
