"""PostgreSQL stopped, killed or frozen: no Success meanwhile, receiving again by itself, nothing lost."""

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from figures import figure
from glisson_service import Service, make_phantom, wait_until
from raw_peer import RawPeer, file_meta_of, store_file

SUCCESS, OUT_OF_RESOURCES = 0x0000, 0xA700
OUTAGE = float(os.environ.get("GLISSON_OUTAGE", 4))  # Seconds; the long form stops it for a minute.
PROGRAMS = "/usr/lib/postgresql/15/bin"


def as_service_user(command):
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=glisson", "--regid=glisson", "--clear-groups", *command]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "HOME": "/tmp"})


class PostgreSql:
    """A server of the hospital's: not the one that Glisson keeps itself."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="glisson-postgresql.")
        if os.geteuid() == 0:
            shutil.chown(self.folder, "glisson", "glisson")
        self.data = self.folder + "/data"
        as_service_user([PROGRAMS + "/initdb", "-D", self.data, "-U", "glisson", "--auth=trust", "--locale=C.UTF-8"])
        self.start()
        as_service_user([PROGRAMS + "/createdb", "-h", self.folder, "-U", "glisson", "glisson"])
        self.url = f"host={self.folder} dbname=glisson user=glisson"

    def start(self):
        as_service_user([PROGRAMS + "/pg_ctl", "-D", self.data, "-w", "-l", self.folder + "/log", "-o",
                         f"-c listen_addresses='' -k {self.folder}", "start"])

    def stop(self):
        as_service_user([PROGRAMS + "/pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop"])

    def pids(self):
        """The postmaster first, then its children."""
        postmaster = int(pathlib.Path(self.data, "postmaster.pid").read_text().split()[0])
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, text=True)
        return [postmaster, *map(int, children.stdout.split())]

    def close(self):
        try:
            self.stop()
        except (subprocess.CalledProcessError, OSError):
            pass
        shutil.rmtree(self.folder, ignore_errors=True)


class Outage(unittest.TestCase):
    def start(self, database=None):
        self.acknowledged = set()
        url = f'[database]\nurl = "{database.url}"\n' if database else ""
        service = Service(f"[queue]\nsettle_time = 1\nlease = 2\n[receive]\nmin_associations = 2\n{url}")
        self.addCleanup(service.close)
        if database:
            service.database_url = lambda: database.url
        service.start()
        service.add_pacs()
        self.files = sorted(path for path in make_phantom(service.home / "phantom").rglob("*") if path.is_file())
        return service

    def external(self):
        database = PostgreSql()
        self.addCleanup(database.close)
        return database

    def send(self, service, path, peer=None):
        """Status of a C-STORE of the file, on an association of its own unless one is given; None: rejected."""
        status = peer.store_file(path) if peer else store_file(service.port, path)
        if status == SUCCESS:
            self.acknowledged.add(file_meta_of(path)[1])
        return status

    def open(self, service):
        peer = RawPeer.for_file(service.port, self.files[0])
        self.addCleanup(peer.socket.close)
        self.assertIsNone(peer.rejection)
        return peer

    def seconds_until_stored(self, service, path, since):
        wait_until(lambda: self.send(service, path) == SUCCESS, 60, "an instance is stored again")
        return time.monotonic() - since

    def assert_all_is_reported(self, service):
        """What was acknowledged is there; and everything is sent again, as a PACS does that was told to."""
        kept = {path.stem for path in (service.data / "store" / "instances").rglob("*.dcm")}
        here = {uid for uid, file_id in service.query("select sop_instance_uid, file_id from glisson.instance")
                if file_id in kept}
        self.assertGreater(len(self.acknowledged), 1)
        figure(4, f"acknowledged_lost_{self._testMethodName.removeprefix('test_')}", len(self.acknowledged - here), "instances")
        self.assertEqual(self.acknowledged - here, set())
        self.assertEqual(len(service.store(*self.files)[1]), len(self.files))
        wait_until(service.pacs.received, 90, "a report at the PACS")
        self.assertEqual(service.query("select count(*), count(distinct sop_instance_uid) from glisson.instance"),
                         [[str(len(self.files))] * 2])
        rows = {file_id for (file_id,) in service.query("select file_id from glisson.instance")}
        self.assertEqual({path.stem for path in (service.data / "store" / "instances").rglob("*.dcm")}, rows)
        self.assertEqual(len(service.pacs.received()), 1)

    def monitor(self, service, target):
        """Status, body and seconds of what a monitor asks for."""
        begin = time.monotonic()
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", service.web_port, timeout=9)) as connection:
            connection.request("GET", target)
            response = connection.getresponse()
            return response.status, response.read().decode(), time.monotonic() - begin

    def assert_monitoring_is_told(self, service):
        """Prometheus gives an answer ten seconds; without one it takes the whole node for down."""
        status, body, seconds = self.monitor(service, "/metrics")
        self.assertEqual(status, 200)
        self.assertIn("\nglisson_database_up 0\n", body)
        self.assertLess(seconds, 5)
        status, body, seconds = self.monitor(service, "/readyz")
        self.assertEqual((status, json.loads(body)["reasons"][0]["reason"]), (503, "database_does_not_answer"))
        self.assertLess(seconds, 5)

    def test_stopped_and_started_again(self):
        database = self.external()
        service = self.start(database)
        self.assertEqual(self.send(service, self.files[0]), SUCCESS)
        peer = self.open(service)
        database.stop()
        end = time.monotonic() + OUTAGE
        answers = [self.send(service, self.files[1], peer)]
        while time.monotonic() < end:
            answers.append(self.send(service, self.files[1]))
        figure(4, "stopped_for", OUTAGE, "s")
        figure(4, "answers_while_stopped", len(answers), "answers")
        figure(4, "success_while_stopped", answers.count(SUCCESS), "instances")
        self.assertEqual(set(answers), {OUT_OF_RESOURCES, None})
        self.assertEqual(service.status()["reason"], "database_does_not_answer")
        self.assertTrue(service.echo())
        database.start()
        seconds = self.seconds_until_stored(service, self.files[1], time.monotonic())
        figure(4, "server_started_to_success", seconds, "s")
        self.assertLess(seconds, 5)
        self.assert_all_is_reported(service)

    def test_killed(self):
        service = self.start()
        self.assertEqual(self.send(service, self.files[0]), SUCCESS)
        worst = 0.0
        for path in self.files[1:4]:
            begin = time.monotonic()
            os.kill(service.postmaster(), signal.SIGKILL)
            worst = max(worst, self.seconds_until_stored(service, path, begin))
        figure(4, "postmaster_killed_to_success_worst_of_3", worst, "s")
        self.assertLess(worst, 5)
        self.assert_all_is_reported(service)

    def test_frozen(self):
        database = self.external()
        service = self.start(database)
        self.assertEqual(self.send(service, self.files[0]), SUCCESS)
        peer = self.open(service)
        self.assertEqual(self.send(service, self.files[1], peer), SUCCESS)
        wait_until(lambda: self.monitor(service, "/readyz")[0] == 200, 30, "the node is ready")
        frozen = database.pids()
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            self.assert_monitoring_is_told(service)
            begin = time.monotonic()
            self.assertEqual(self.send(service, self.files[2], peer), OUT_OF_RESOURCES)
            figure(4, "frozen_to_A700", time.monotonic() - begin, "s")
            self.assertLess(time.monotonic() - begin, 20)
            self.assert_monitoring_is_told(service)
            self.assertTrue(service.echo())
            begin = time.monotonic()
            self.assertIsNone(self.send(service, self.files[2]))
            figure(4, "frozen_to_rejected", time.monotonic() - begin, "s")
            self.assertLess(time.monotonic() - begin, 20)
        finally:
            for pid in reversed(frozen):
                os.kill(pid, signal.SIGCONT)
        seconds = self.seconds_until_stored(service, self.files[2], time.monotonic())
        figure(4, "thawed_to_success", seconds, "s")
        wait_until(lambda: "\nglisson_database_up 1\n" in self.monitor(service, "/metrics")[1]
                   and self.monitor(service, "/readyz")[0] == 200, 10, "monitoring is told")
        self.assertLess(seconds, 5)
        self.assert_all_is_reported(service)


if __name__ == "__main__":
    unittest.main()
