"""What an administrator pauses stays paused over a restart, refuses for now and not for good, and loses nothing."""

import json
import unittest

from glisson_service import Service, make_phantom, wait_until
from raw_peer import RawPeer, data_set_of, file_meta_of
from web_pages import WebPages

ACCEPTED, SUCCESS = 2, 0x0000
TEMPORARY_CONGESTION = (2, 3, 1)  # Rejected transient, service provider (presentation) (PS3.8 table 9-21).
DUE_FOR_LONG = ("select state, attempt from glisson.job where kind = '{}' and "
                "(run_at < now() - interval '3 s' or state <> 'scheduled')")


class Pause(unittest.TestCase):
    def setUp(self):
        self.service = Service("[queue]\nsettle_time = 1\n")
        self.addCleanup(self.service.close)
        self.service.start()
        self.service.add_pacs()
        self.study = [path for path in make_phantom(self.service.home / "phantom").rglob("*") if path.is_file()]
        self.pages = WebPages(self.service)
        wait_until(lambda: self.service.status()["ready"], 30, "the node is ready")

    def open(self):
        sop_class, _, transfer_syntax = file_meta_of(self.study[0])
        peer = RawPeer(self.service.port, "PACS", sop_class, transfer_syntax)
        self.addCleanup(peer.socket.close)
        return peer

    def jobs_that_wait(self, kind):
        """The one job of this kind, once it is due for seconds: (state, attempts)."""
        return wait_until(lambda: self.service.query(DUE_FOR_LONG.format(kind)), 60, f"a {kind} job is due")

    def ready(self):
        try:
            return self.pages.request("GET", "/readyz")
        except OSError:
            return None, {}

    def with_pauses(self):
        status, body = self.ready()
        return (status, body) if "pauses" in body else None

    def test_paused_work_waits_over_a_restart_and_goes_on(self):
        in_hand = self.open()
        for activity in ("receive", "analyse", "deliver"):
            self.assertIn("is paused", self.service.command("pause", activity, "--reason", "the disk is changed"))
        with self.subTest("a new association that stores is rejected for now; C-ECHO is answered"):
            self.assertEqual(self.open().rejection, TEMPORARY_CONGESTION)
            self.assertTrue(self.service.echo())
        with self.subTest("the association in hand goes on"):
            self.assertEqual(in_hand.store(file_meta_of(self.study[0])[1], data_set_of(self.study[0])), SUCCESS)
        in_hand.socket.close()
        self.service.stop()
        self.service.start()
        with self.subTest("a restart resumes nothing"):
            self.assertEqual(self.open().rejection, TEMPORARY_CONGESTION)
        with self.subTest("everybody who asks is told"):
            status, body = wait_until(self.with_pauses, 30, "the web role has asked the database")
            self.assertEqual((status, body["reasons"][0]["reason"], len(body["pauses"])), (503, "receive_paused", 3))
            self.assertIn("receiving is paused since 20", body["reasons"][0]["message"])
            self.assertEqual({tuple(sorted(pause)) for pause in body["pauses"]}, {("since", "what")})
            self.assertIn('\nglisson_paused{activity="analyse"} 1\n', self.pages.get("/metrics"))
            self.assertEqual(self.service.status()["reason"], "receive_paused")
            wait_until(lambda: "delivering is paused by" in self.service.log(), 30, "the log tells")
            self.assertNotIn("the disk is changed", self.service.log())

        self.service.command("resume", "receive")
        self.assertEqual(self.service.store(*self.study), (0, self.study))
        wait_until(lambda: self.ready()[0] == 200, 30, "the node is ready")
        self.assertEqual(self.jobs_that_wait("analyse"), [["scheduled", "0"]])
        with self.subTest("who looks at the work is told what holds it"):
            uid = self.service.query("select study_instance_uid from glisson.study")[0][0]
            self.assertRegex(self.service.command("explain", uid), "! analysis waits, paused by .*\n.*next: glisson resume analyse")
            self.assertRegex(self.service.command("job", "list"), "analysing is paused by .*\n.*glisson resume analyse")
            self.assertIn("It was paused already: analysing is paused by",
                          self.service.command("pause", "analyse", "--reason", "the disk is changed still"))
        self.service.command("resume", "analyse")
        self.assertEqual(self.jobs_that_wait("deliver"), [["scheduled", "0"]])
        self.assertEqual(self.service.pacs.received(), [])
        self.service.command("resume", "deliver")
        wait_until(self.service.pacs.received, 60, "the report is in the PACS")
        changes = self.service.query("select distinct subject, new is null from glisson.change where what = 'pause' order by 1, 2")
        self.assertEqual(changes, [[what, over] for what in ("analyse", "deliver", "receive") for over in ("f", "t")])
        self.assertEqual(json.loads(self.service.run("status", "--json").stdout)["pauses"], [])

    def test_a_pause_asks_for_a_reason(self):
        self.assertEqual(self.service.run("pause", "analyse").returncode, 2)
        self.assertEqual(self.service.run("pause", "analyse", "--reason", " ").returncode, 2)
        self.assertEqual(self.service.run("pause", "everything", "--reason", "x").returncode, 2)
        self.assertIn("was not paused", self.service.command("resume", "analyse"))


if __name__ == "__main__":
    unittest.main()
