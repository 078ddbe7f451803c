"""Patient data stay out of logs, command lines, metrics and what the web process shows to everybody, on error paths too:
canaries in every text of every object."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import tarfile
import threading
import time
import unittest
import urllib.parse

from figures import figure
from glisson_service import Service, free_port, make_study, sop_instance_uid, wait_until
from raw_acceptor import RawAcceptor
from raw_peer import RawPeer
from small_objects import ct_image

SETTINGS = "[queue]\nsettle_time = 1\nlease = 2\nincomplete_after = 2\n[log]\nlevel = \"trace\"\n"
FLAWED = ("missing_slice", "no_references", "duplicate_position", "mixed_pixel_spacing", "truncated_image",
          "truncated_mask", "fractional_mask", "absurd_rows_and_columns", "malformed_series_uid",
          "no_segment_of_interest", "secondary_capture")

# Addresses that the web process answers without a sign-in, or refuses.
WEB = pathlib.Path(__file__).resolve().parents[2] / "server" / "web"
ADDRESSES = {"/", "/livez", "/readyz", "/metrics", "/nowhere"} | {
    address for path in WEB.glob("*.cpp") for address in re.findall(r'"(/api/[^"]*)"', path.read_text())}

# What must not be found, whatever its case: the canary word, the arc of every UID of the patient, the date.
CANARY, ARC, DATE = "Zqcanary", "1.2.826.0.8.777", "19170203"
TEXTS = {
    "PN": ("0010,0010", "0008,0090", "0008,1050", "0008,1070", "0010,1001", "0008,1060", "0040,0006"),
    "LO": ("0010,0020", "0010,0021", "0008,1030", "0008,103e", "0008,0080", "0008,0070", "0008,1040", "0010,2000",
           "0018,1030", "0032,1060", "0040,0254", "0010,21b0", "0010,4000", "0008,0081", "0008,1010", "0018,1020"),
    "SH": ("0008,0050", "0020,0010", "0040,0009", "0040,1001"),
    "DA": ("0010,0030", "0008,0020", "0008,0021", "0008,0022", "0008,0023"),
}


class CommandLines(threading.Thread):
    """Collects the command lines and environments that the service's processes show, until stop()."""

    def __init__(self, service):
        super().__init__(daemon=True)
        self.service, self.seen, self.going = service, set(), True
        self.start()

    def run(self):
        while self.going:
            for pid in self.service.pids():
                for name in ("cmdline", "comm"):
                    with contextlib.suppress(OSError):
                        self.seen.add(pathlib.Path(f"/proc/{pid}/{name}").read_bytes())
            for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    if (line := path.read_bytes()).startswith(b"postgres: "):
                        self.seen.add(line)
            time.sleep(0.02)

    def stop(self):
        self.going = False
        self.join()
        return b"\n".join(self.seen).decode(errors="replace")


class PatientData(unittest.TestCase):
    def setUp(self):
        self.service = Service(SETTINGS)
        self.addCleanup(self.service.close)
        self.service.start()
        self.number = 0
        self.pages = {}  # text by when it was seen and where

    def study(self, flaw):
        """A synthetic study with canaries in every text, UID and date of its objects."""
        folder = self.service.home / f"study{self.number}"
        self.number += 1
        files = make_study(folder, flaw, flaw)
        values = {"PN": f"{CANARY}^Patient", "LO": f"{CANARY} text", "SH": f"{CANARY}{self.number}", "DA": DATE}
        changes = [option for vr, tags in TEXTS.items() for tag in tags
                   for option in ("-i", f"({tag})={values[vr]}")]
        subprocess.run(["dcmodify", "-nb", "-q", "-imt", *changes, *files], capture_output=True)
        subprocess.run(["dcmodify", "-nb", "-q", "-imt", "-m", f"(0062,0002)[*].(0062,0005)=Lesion {CANARY}",
                        files[-1]], capture_output=True)
        for path in files:
            self.move_uids(path)
        return files

    @staticmethod
    def move_uids(path):
        """Puts every UID of the study below the arc, in the same length, so that references stay whole."""
        def moved(match):
            text = match.group(0)
            return ARC.encode() + b".1" + text[len(ARC) + 2:]  # A component does not begin with 0 (PS3.5 9.1).
        path.write_bytes(re.sub(rb"2\.25\.\d{20,40}", moved, path.read_bytes()))

    def send(self, files, **options):
        for path in files:
            with contextlib.suppress(ConnectionError), RawPeer.for_file(
                    self.service.port, path, reserved=CANARY.encode().ljust(32), **options) as peer:
                if peer.rejection is None:
                    peer.store_file(path)

    def wait_for_jobs(self, kind):
        unfinished = f"select count(*) from glisson.job where kind = '{kind}' and state in ('scheduled', 'running')"
        wait_until(lambda: self.service.query(unfinished) == [["0"]], 120, f"no {kind} job is left")

    def reached(self, *words):
        """The log tells that this path was taken; else the test would prove nothing."""
        for word in words:
            wait_until(lambda: word in self.service.log(), 60, f"the log tells of '{word}'")

    def see_pages(self, when, named=CANARY):
        """What the web process tells somebody who has not signed in and names a patient; an answer each."""
        for address in ADDRESSES:
            for method in ("GET", "POST"):
                connection = http.client.HTTPConnection("127.0.0.1", self.service.web_port, timeout=30)
                connection.request(method, address.replace("{}", urllib.parse.quote(named)), None if method == "GET" else "{}",
                                   {"Content-Type": "application/json"})
                answer = connection.getresponse()
                self.assertTrue(answer.status != 200 or method == "GET", f"{method} {address}: {answer.status}")
                self.pages[f"{when}: {method} {address}"] = f"{answer.headers}{answer.read().decode()}"
                connection.close()

    def is_paused(self):
        self.see_pages("while receiving is paused for a reason")
        return '{activity="receive"} 1' in self.pages["while receiving is paused for a reason: GET /metrics"]

    def test_nothing_that_others_see_has_patient_data(self):
        lines = CommandLines(self.service)
        acceptor = RawAcceptor(0xC001, f"{CANARY}^Patient cannot be stored")
        self.addCleanup(acceptor.close)
        declared = ("--purpose", "test", "--responsible", "the tests", "--until", "2099-12-31")
        for name, title, port in (("pacs", "PACS", acceptor.port), ("gone", "GONE", free_port())):
            self.service.command("peer", "add", name, title, "127.0.0.1", port, "--may", "store,echo", *declared)

        whole = self.study("none")
        self.assertTrue(all(sop_instance_uid(path).startswith(ARC) for path in whole))
        self.send(whole, calling="STRANGER")
        self.send(whole)
        self.reached("{job 1, attempt 1} begins: analyse")
        self.kill("analysis", signal.SIGSEGV)
        self.reached("takes none of the report's SOP classes")
        acceptor.status = 0xA700
        for flaw in FLAWED:
            self.send(self.study(flaw))
        self.send(self.study("other_pixels"))
        self.refused_and_cut()
        self.see_pages("in the middle")
        self.while_the_database_is_down(whole)
        self.send(self.study("none"))
        self.wait_for_jobs("analyse")
        self.as_json(whole)
        self.assertRegex(self.pages["in the middle: GET /metrics"], r"\nglisson_instances_received_total [1-9]")
        self.reached("instance refused", "rejected", "is dead", "ended by signal 11 (SIGSEGV)", "not received whole",
                     "waiting: ")
        self.service.stop()
        figure(13, "unauthenticated_answers_searched", len(self.pages), "answers")
        self.assert_no_canaries({"the log": self.service.log(), "command lines": lines.stop(), **self.pages,
                                 **{str(path.relative_to(self.service.data)): path.read_text(errors="replace")
                                    for path in self.service.data.rglob("*.log*")}})

    def as_json(self, whole):
        """The same kinds of errors once more, told in JSON: an object a line, which names the work in hand."""
        begin = len(self.service.log())
        self.service.config.write_text(self.service.config.read_text().replace("[log]", '[log]\nformat = "json"'))
        os.kill(self.service.process.pid, signal.SIGHUP)
        self.reached('"role":"supervisor"', '"message":"settings reloaded; changed: log.format"')
        self.send(whole, calling="STRANGER")
        for flaw in FLAWED[-5:]:
            self.send(self.study(flaw))
        self.send(self.study("other_pixels"))
        self.refused_and_cut()
        self.while_the_database_is_down(whole)
        self.wait_for_jobs("analyse")
        self.search_bundles()
        self.see_pages("at the end")
        self.service.stop()
        lines = [json.loads(line) for line in self.service.log()[begin:].splitlines() if line.startswith("{")]
        self.assertLessEqual({"analysis", "association", "delivery", "supervisor", "upkeep"}, {line["role"] for line in lines})
        for line in lines:
            self.assertEqual(list(line)[:4], ["time", "level", "role", "pid"])
            self.assertEqual(list(line)[-1], "message")
        of_work = {line["message"].split(":")[0]: line for line in lines}
        self.assertLessEqual({"job", "attempt"}, set(of_work["the job is dead"]))
        self.assertLessEqual({"association"}, set(of_work["association refused"]))
        self.assertTrue(any({"association", "association_id"} <= set(line) for line in lines))

    def bundle(self, name, *log):
        """{member: text} of a support bundle."""
        path = self.service.home / f"{name}.tar.gz"
        self.service.command("support-bundle", path, "--log", self.service.log_path, *log)
        with tarfile.open(path) as archive:
            return {member.name.split("/")[1]: archive.extractfile(member).read().decode() for member in archive}

    def search_bundles(self):
        # Not by a command, whose command line everybody could read.
        self.service.query(f"insert into glisson.pause values ('receive', 'ada', '{CANARY}^Patient is moved')")
        wait_until(lambda: self.is_paused(), 30, "the web process knows of it")
        whole = self.bundle("whole")
        self.assertEqual(set(whole), {"manifest.txt", "host.txt", "settings.txt", "service.log", "postgresql.log",
                                      "status.txt", "migrations.txt", "queue.json", "figures.json", "peers.json",
                                      "alerts.json", "refused.json"})
        self.assertNotIn("MISSING", whole["manifest.txt"])
        self.assertGreater(len(json.loads(whole["queue.json"])["counts"]), 3)
        self.assertEqual([peer["ae_title"] for peer in json.loads(whole["peers.json"])], ["GONE", "PACS"])
        self.assert_no_canaries(whole, told=False)
        with self.subTest("what is in the log is found in the bundle: the search is none in vain"):
            with open(self.service.log_path, "a") as log:
                log.write(f"{CANARY}\n")
            with self.assertRaises(AssertionError):
                self.assert_no_canaries(self.bundle("spoilt"), told=False)
            self.service.log_path.write_text(self.service.log().replace(f"{CANARY}\n", ""))
        with self.subTest("without a database and with bad settings"):
            self.service.command("resume", "receive")
            os.kill(self.service.process.pid, signal.SIGSTOP)  # Else the database would be started again.
            good = self.service.config.read_text()
            try:
                os.kill(self.service.postmaster(), signal.SIGKILL)
                self.service.config.write_text("[queue]\nlease = 0\n")
                part = self.bundle("part")
            finally:
                self.service.config.write_text(good)
                os.kill(self.service.process.pid, signal.SIGCONT)
            silent = "the service runs, but its private database does not answer"
            self.assertIn(f"queue.json         MISSING: {silent}", part["manifest.txt"])
            self.assertIn("queue.lease must be", part["manifest.txt"])
            self.assertIn(silent, " ".join(part["status.txt"].split()))
            self.assertNotIn("queue.json", part)
            self.assert_no_canaries(part, told=False)

    def kill(self, role, sign):
        for pid in self.service.pids(role):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)

    def refused_and_cut(self):
        """Objects that are refused, and an association that ends within one."""
        study = ARC + ".1"
        texts = {0x00100010: ("PN", CANARY), 0x00100020: ("LO", CANARY)}
        for tag, value in ((0x0020000D, CANARY), (0x00080018, CANARY), (0x0020000E, "")):
            with RawPeer(self.service.port) as peer:
                peer.store(study + ".2", ct_image(study, study + ".3", study + ".2", more={**texts, tag: ("UI", value)}))
        with RawPeer(self.service.port) as peer:
            peer.store(study + ".2", CANARY.encode() * 100)
            peer.store(CANARY, ct_image(study, study + ".3", study + ".2", more=texts))
        with RawPeer(self.service.port) as peer:
            whole = ct_image(study, study + ".3", study + ".5", more=texts, pixels=bytes(2_000_000))
            peer.begin_store(study + ".5", whole[:4000])

    def while_the_database_is_down(self, files):
        with RawPeer(self.service.port) as peer:
            uid = ARC + ".6"
            for number in range(5):
                if number == 1:
                    os.kill(self.service.postmaster(), signal.SIGKILL)
                    self.see_pages("without a database")
                with contextlib.suppress(ConnectionError):
                    peer.store(f"{uid}.{number}", ct_image(uid, uid + ".7", f"{uid}.{number}",
                                                           more={0x00100010: ("PN", CANARY)}))
        self.send(files)
        wait_until(lambda: self.service.run("db", "status").returncode == 0, 60, "PostgreSQL is back")

    def assert_no_canaries(self, texts, told=True):
        self.assertGreaterEqual(len(texts), 3)
        hits = []
        for name, text in texts.items():
            for word in (CANARY, CANARY.upper(), ARC, DATE, "1917-02-03"):
                hits += [f"{name}: {line}" for line in text.splitlines() if word in line]
        if told:
            figure(13, "lines_searched", sum(len(text.splitlines()) for text in texts.values()), "lines")
            figure(13, "canaries_found", len(hits), "hits")
        self.assertEqual(hits, [])


if __name__ == "__main__":
    unittest.main()
