"""kill -9 of any process at any moment loses nothing that was acknowledged and reports nothing twice."""

import hashlib
import os
import random
import signal
import threading
import time
import unittest

from glisson_service import Pacs, Service, make_phantom, sop_instance_uid, wait_until

SETTINGS = "[queue]\nsettle_time = 1\nlease = 2\n"


def data_set_digest(path):
    """Of the bytes after the file meta information: the preamble and group 0002 are the receiver's own."""
    content = path.read_bytes()
    return hashlib.sha256(content[144 + int.from_bytes(content[140:144], "little"):]).hexdigest()


def sent_data_sets(study, home):
    """Digest by SOP Instance UID of what storescu puts on the wire, as a bit-preserving receiver keeps it."""
    witness = Pacs(home / "witness", ae_title="WITNESS", options=["--bit-preserving"])
    witness.start()
    try:
        wait_until(lambda: witness.store(study), 30, "the witness has the study")
        return {sop_instance_uid(path): data_set_digest(path) for path in witness.received()}
    finally:
        witness.stop()


def kill(pids):
    for pid in pids:
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            pass


class Kill(unittest.TestCase):
    def setUp(self):
        self.service = Service(SETTINGS)
        self.addCleanup(self.service.close)
        self.service.start()
        self.service.add_pacs()
        self.study = make_phantom(self.service.home / "phantom")
        self.sent = sent_data_sets(self.study, self.service.home)

    def send_until_all_acknowledged(self, attempts=30):
        """Sends again what was not answered with Success, as a PACS does; returns what was."""
        files = sorted(path for path in self.study.rglob("*") if path.is_file())
        acknowledged = set()
        for _ in range(attempts):
            missing = [path for path in files if path not in acknowledged]
            if not missing:
                return acknowledged
            acknowledged.update(self.service.store(*missing)[1])
        self.fail(f"{len(files) - len(acknowledged)} files were never acknowledged")

    def assert_nothing_lost_and_one_report(self, acknowledged):
        wait_until(self.service.pacs.received, 90, "a report at the PACS")
        unfinished = "select count(*) from glisson.job where state in ('scheduled', 'running')"
        wait_until(lambda: self.service.query(unfinished) == [["0"]], 60, "the queue is empty")
        self.assertEqual(len({sop_instance_uid(path) for path in self.service.pacs.received()}), 1)
        self.assertEqual(self.service.query("select count(*) from glisson.job where state <> 'done'"), [["0"]])
        stored = dict(self.service.query(
            "select sop_instance_uid, file_id from glisson.instance where state = 'current'"))
        for path in acknowledged:
            uid = sop_instance_uid(path)
            self.assertIn(uid, stored, "an acknowledged instance is gone")
            kept = next((self.service.data / "store" / "instances").rglob(f"{stored[uid]}.dcm"))
            self.assertEqual(data_set_digest(kept), self.sent[uid])
        self.assertEqual(
            self.service.query("select count(*) - count(distinct sop_instance_uid) from glisson.instance"), [["0"]])

    def wait_for_log(self, text):
        wait_until(lambda: text in self.service.log(), 60, f"the log says '{text}'")

    def wait_for_database(self):
        wait_until(lambda: self.service.run("db", "status").returncode == 0, 60, "PostgreSQL is back")

    def test_analysis_in_the_middle_of_a_job(self):
        acknowledged = self.send_until_all_acknowledged()
        for attempt in (1, 2):
            self.wait_for_log(f"attempt {attempt}}} begins: analyse")
            kill(self.service.pids("analysis"))
        self.assert_nothing_lost_and_one_report(acknowledged)

    def test_association_in_the_middle_of_a_c_store(self):
        stop = threading.Event()

        def killer():
            chance = random.Random(1)
            while not stop.is_set():
                time.sleep(chance.uniform(0.02, 0.1))
                kill(self.service.pids("association"))

        thread = threading.Thread(target=killer)
        thread.start()
        acknowledged = set(self.service.store(self.study)[1]) | set(self.service.store(self.study)[1])
        stop.set()
        thread.join()
        self.assert_nothing_lost_and_one_report(acknowledged | self.send_until_all_acknowledged())

    def test_postmaster(self):
        killer = threading.Timer(0.3, lambda: kill([self.service.postmaster()]))
        killer.start()
        acknowledged = set(self.service.store(self.study)[1])
        killer.join()
        self.wait_for_database()
        self.assert_nothing_lost_and_one_report(acknowledged | self.send_until_all_acknowledged())

    def test_busy_backend(self):
        acknowledged = self.send_until_all_acknowledged()
        backends = self.service.query("select pid from pg_stat_activity where application_name = 'glisson analysis'")
        self.wait_for_log("attempt 1} begins: analyse")
        kill(pid for (pid,) in backends)
        self.wait_for_database()
        self.assert_nothing_lost_and_one_report(acknowledged)

    def test_supervisor(self):
        killer = threading.Timer(0.3, self.service.kill)
        killer.start()
        acknowledged = set(self.service.store(self.study)[1])
        killer.join()
        self.service.start()
        acknowledged |= self.send_until_all_acknowledged()
        self.wait_for_log("} begins: analyse")
        self.service.kill()
        self.service.start()
        self.assert_nothing_lost_and_one_report(acknowledged)

    def test_delivery_in_the_middle_of_sending(self):
        self.service.pacs.stop()
        acknowledged = self.send_until_all_acknowledged()
        self.wait_for_log("attempt 1} begins: deliver")
        kill(self.service.pids("delivery"))
        self.service.pacs.start()
        self.assert_nothing_lost_and_one_report(acknowledged)


if __name__ == "__main__":
    unittest.main()
