"""The web role as the service runs it: a study followed over HTTP, an outage of the database, a stop, a taken port."""

import os
import re
import signal
import socket
import time
import unittest

from glisson_service import Service, make_phantom, wait_until
from monitoring_test import used_metrics
from web_pages import WebPages


class Web(unittest.TestCase):
    def start(self, settings="[queue]\nsettle_time = 1\n"):
        self.service = Service(settings)
        self.addCleanup(self.service.close)
        self.service.start()
        self.pages = WebPages(self.service)
        wait_until(self.answers, 30, "the web role answers")

    def answers(self):
        try:
            return self.pages.request("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def test_a_study_is_followed_to_its_report(self):
        self.start()
        self.pages.set_up()
        self.service.pacs.start()
        peer = {"ae_title": "PACS", "host": "127.0.0.1", "port": self.service.pacs.port, "may": ["store", "query", "echo"],
                "receives_reports": True, "purpose": "test", "responsible": "the tests", "valid_until": "2099-12-31"}
        self.assertEqual(self.pages.request("POST", "/api/peers", {"name": "pacs", **peer})[0], 200)
        self.service.store(make_phantom(self.service.home / "phantom"))
        study = wait_until(lambda: [entry for entry in self.pages.get("/api/studies")["studies"]
                                    if entry["state"] == "reported"], 120, "the study is reported")[0]
        detail = self.pages.get(f"/api/studies/{study['study_instance_uid']}")
        self.assertTrue(any("report taken by pacs" in entry["what"] for entry in detail["timeline"]))
        self.assertEqual([report["destination"] for report in detail["reports"]], ["pacs"])
        overview = self.pages.get("/api/overview")
        self.assertEqual((overview["ready"], overview["received"]["instances"], overview["reported"]["reports"]), (True, 73, 1))
        metrics = self.pages.get("/metrics")
        self.assertIn("\nglisson_instances_received_total 73\n", metrics)
        self.assertIn("\nglisson_report_latency_seconds_count 1\n", metrics)
        served = set(re.findall(r"^(glisson_[a-z_]+)", metrics, re.M))
        # There is no certificate here and no alert is open; tests/server/metrics_pgtest.cpp has both.
        self.assertEqual(used_metrics() - served, {"glisson_alerts", "glisson_certificate_days"})
        self.assertEqual(self.pages.request("POST", "/api/login", {"name": "Eve", "password": "x"})[0], 401)
        self.assertIn("a sign-in from 127.0.0.1 failed", self.service.log())
        self.assertNotIn("Eve", self.service.log())
        for told in (study["study_instance_uid"], study["patient_id"], study["accession_number"]):
            self.assertNotIn(told, metrics)
            self.assertNotIn(told, self.service.log())
        self.assertNotIn(self.pages.cookie.split("=")[1], self.service.log())
        self.assertNotIn(self.pages.PASSWORD, self.service.log())
        roles = {role["role"] for role in self.pages.get("/api/system")["roles"]}
        self.assertLessEqual({"analysis", "delivery", "upkeep", "web"}, roles)

    def test_it_lives_through_an_outage_of_the_database(self):
        self.start()
        self.pages.set_up()
        os.kill(self.service.postmaster(), signal.SIGSTOP)
        try:
            # The backend still answers; a new connection would wait. What matters: health does.
            self.assertEqual(self.pages.request("GET", "/livez"), (200, "ok\n"))
        finally:
            os.kill(self.service.postmaster(), signal.SIGCONT)
        os.kill(self.service.postmaster(), signal.SIGKILL)
        seen = set()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (503 in seen and self.pages.request("GET", "/api/session")[0] == 200):
            self.assertEqual(self.pages.request("GET", "/livez")[0], 200)
            seen.add(self.pages.request("GET", "/api/session")[0])
        self.assertEqual(seen - {200, 503}, set())
        self.assertIn(503, seen)
        self.assertEqual(self.pages.get("/api/session")["account"]["name"], "Ada", "the session outlives the outage")

    def test_a_port_that_is_taken_stops_nothing_else(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            self.service = Service(f"[web]\nport = {taken.getsockname()[1]}\n")
            self.addCleanup(self.service.close)
            self.service.web_port = taken.getsockname()[1]
            self.service.start()
            wait_until(lambda: "tried again until it is free" in self.service.log(), 30, "it says so")
            self.assertTrue(self.service.echo())
        self.pages = WebPages(self.service)
        wait_until(self.answers, 30, "the web role takes the port when it is free")
        self.assertEqual(self.service.stop(), 0)


if __name__ == "__main__":
    unittest.main()
