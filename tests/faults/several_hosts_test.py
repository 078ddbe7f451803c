"""Several hosts with one database and one instance store, each in a network and UTS namespace of its own: they share
the work, none of it is done twice, and a host that is cut off loses its jobs to the others (docs/several_hosts.md)."""

import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import unittest

from figures import figure
from glisson_service import Pacs, Service, sop_instance_uid, store, wait_until

LEASE = 3
HUB, DATABASE_PORT, DICOM_PORT, PACS_PORT = "192.0.2.1", 5432, 11112, 104
PROGRAMS = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), default=None)
SERVICE_USER = "glisson"


def run(*arguments, **options):
    done = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, timeout=60, **options)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def may_make_networks():
    return os.geteuid() == 0 and subprocess.run(["unshare", "--net", "--uts", "true"]).returncode == 0


class Network:
    """A switch, to which the database and the PACS belong, and hosts with an address each; nothing leads out of it."""

    def __init__(self):
        self.name = f"glisson{os.getpid()}"
        run("ip", "netns", "add", self.name)
        for command in ("link set lo up", "link add switch type bridge", f"address add {HUB}/24 dev switch",
                        "link set switch up"):
            run("ip", "-n", self.name, *command.split())
        self.hosts = []

    def add_host(self, name):
        """Returns (namespace, address)."""
        space, address = f"{self.name}-{name}", f"192.0.2.{11 + len(self.hosts)}"
        self.hosts.append(space)
        run("ip", "netns", "add", space)
        run("ip", "-n", self.name, "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", space)
        run("ip", "-n", self.name, "link", "set", name, "master", "switch", "up")
        for command in (f"address add {address}/24 dev eth0", "link set eth0 up", "link set lo up"):
            run("ip", "-n", space, *command.split())
        return space, address

    def set_link(self, name, state):
        run("ip", "-n", self.name, "link", "set", name, state)

    def close(self):
        for space in [*self.hosts, self.name]:
            subprocess.run(["ip", "netns", "delete", space])


class Database:
    """A PostgreSQL server of its own at the switch."""

    def __init__(self, network, folder):
        self.inside = ["ip", "netns", "exec", network.name]
        self.data = folder / "postgresql"
        group = pwd.getpwnam(SERVICE_USER).pw_gid
        self.user = ["setpriv", f"--reuid={SERVICE_USER}", f"--regid={group}", "--clear-groups"]
        run(*self.user, PROGRAMS / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "--locale=C.UTF-8",
            "--encoding=UTF8", "--no-sync", cwd="/")
        with open(self.data / "pg_hba.conf", "a") as rules:
            rules.write("host all all 192.0.2.0/24 trust\n")
        with open(self.data / "postgresql.conf", "a") as settings:
            settings.write(f"listen_addresses = '{HUB}'\nunix_socket_directories = ''\nfsync = off\njit = off\n")
        run(*self.inside, *self.user, PROGRAMS / "pg_ctl", "-D", self.data, "-l", folder / "postgresql.log",
            "-w", "start", cwd="/", env={**os.environ, "PGHOST": HUB})
        self.url = f"postgresql://postgres@{HUB}/postgres"

    def query(self, sql):
        rows = run(*self.inside, "psql", "-X", "-A", "-t", "-F", "\t", "-d", self.url, "-c", sql)
        return [line.split("\t") for line in rows.splitlines() if line]

    def close(self):
        subprocess.run([*self.inside, *self.user, PROGRAMS / "pg_ctl", "-D", self.data, "-m", "immediate", "stop"],
                       capture_output=True, cwd="/")


class Host(Service):
    """`glisson serve` on a host of the network."""

    def __init__(self, network, name, settings, roles=None):
        super().__init__(settings)
        self.name = name
        space, self.address = network.add_host(name)
        self.inside = ["ip", "netns", "exec", space]
        self.port = DICOM_PORT
        self.roles = roles
        self.wrapper = [*self.inside, "unshare", "--uts", "sh", "-c", 'hostname "$0"; exec "$@"', name]

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, os.environ["GLISSON_BINARY"], "serve", "--config", self.config, "--data", self.data,
                 *(["--roles", self.roles] if self.roles else [])], stdout=log, stderr=subprocess.STDOUT)

    def run(self, *arguments):
        return subprocess.run([*self.inside, os.environ["GLISSON_BINARY"], *map(str, arguments),
                               "--config", self.config, "--data", self.data],
                              capture_output=True, text=True, timeout=60)

    def signal(self, number, role=None):
        for pid in self.pids(role):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


@unittest.skipUnless(may_make_networks() and PROGRAMS, "needs root, network namespaces and PostgreSQL")
class SeveralHosts(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="glisson-hosts."))
        self.folder.chmod(0o755)
        shutil.chown(self.folder, SERVICE_USER, SERVICE_USER)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.network = Network()
        self.addCleanup(self.network.close)
        self.database = Database(self.network, self.folder)
        self.addCleanup(self.database.close)
        self.store = self.folder / "store"
        self.store.mkdir()
        shutil.chown(self.store, SERVICE_USER, SERVICE_USER)
        self.pacs = Pacs(self.folder / "pacs", port=PACS_PORT)
        self.pacs.wrapper = ["ip", "netns", "exec", self.network.name]
        self.pacs.start()
        self.addCleanup(self.pacs.stop)
        self.sent = 0

    def host(self, name, store_folder=None, roles=None):
        host = Host(self.network, name, f'[host]\nstore = "{store_folder or self.store}"\n'
                    f'[database]\nurl = "{self.database.url}"\n[queue]\nsettle_time = 0\nlease = {LEASE}\n', roles)
        self.addCleanup(host.close)
        host.start()
        return host

    def hosts(self, *names):
        hosts = [self.host(name) for name in names]
        for host in hosts:
            wait_until(lambda host=host: self.answers(host), 60, f"host {host.name} answers")
        hosts[0].command("peer", "add", "pacs", "PACS", HUB, PACS_PORT, "--may", "store,echo", "--purpose", "test",
                         "--responsible", "the tests", "--until", "2099-12-31")
        return hosts

    def answers(self, host):
        return subprocess.run([*self.pacs.wrapper, "echoscu", "-to", "2", "-ta", "2", "-aec", "GLISSON", host.address,
                               str(DICOM_PORT)], capture_output=True).returncode == 0

    def send(self, host, kind="none"):
        """A new study, to one host; returns its objects, and those that were answered with Success."""
        folder = self.folder / f"study{self.sent}"
        folder.mkdir()
        subprocess.run([os.environ["FLAWED_STUDY"], folder, f"s{self.sent}", kind], check=True)
        self.sent += 1
        stored = [path for part in ("images", "seg.dcm")
                  for path in store(DICOM_PORT, "GLISSON", "PACS", folder / part, address=host.address,
                                    wrapper=self.pacs.wrapper)[1]]
        return [*(folder / "images").iterdir(), folder / "seg.dcm"], stored

    def send_whole(self, host, kind="none"):
        objects, stored = self.send(host, kind)
        self.assertEqual(len(stored), len(objects))
        return len(objects)

    def reports(self):
        return [sop_instance_uid(path) for path in self.pacs.received()]

    def count(self, sql):
        return int(self.database.query(f"select count(*) from glisson.{sql}")[0][0])

    def wait_for_reports(self, number):
        wait_until(lambda: len(self.reports()) >= number
                   and self.count("job where state in ('scheduled', 'running')") == 0, 90, f"{number} reports")

    def assert_each_done_once(self):
        self.assertEqual(len(self.reports()), self.sent)
        self.assertEqual(len(set(self.reports())), self.sent)
        self.assertEqual(self.count("analysis"), self.sent)
        self.assertEqual(self.count("job where kind = 'analyse' and state <> 'done'"), 0)

    def test_hosts_share_the_work_and_do_none_of_it_twice(self):
        first, second = self.hosts("first", "second")
        # A role may run alone: this one receives nothing.
        third = self.host("third", roles="analysis")
        wait_until(lambda: third.pids("analysis"), 30, "the third host analyses")
        objects = 0
        for number in range(12):
            objects += self.send_whole((first, second)[number % 2])
        self.wait_for_reports(self.sent)
        self.assert_each_done_once()
        self.assertEqual(self.count("instance"), objects)
        self.assertEqual(len(list((self.store / "instances").rglob("*.dcm"))), objects)
        self.assertFalse(self.answers(third))
        workers = self.database.query("select split_part(a.worker, ':', 1), count(*) from glisson.job_attempt a "
                                      "join glisson.job using (job_id) where kind = 'analyse' group by 1")
        figure(20, "studies_of_hosts", self.sent, "studies")
        figure(20, "hosts_that_analysed", len(workers), "hosts")
        self.assertGreaterEqual(len(workers), 2, workers)

    def analyse_and_stop_the_host(self):
        """A study is being analysed when all of that host stands still, as a virtual machine that is moved: it cannot know
        that its time is over. Returns that host and another."""
        hosts = {host.name: host for host in self.hosts("first", "second")}
        self.send_whole(hosts["first"], "long_work")
        worker = wait_until(lambda: self.database.query("select split_part(worker, ':', 1) from glisson.job "
                                                        "where kind = 'analyse' and state = 'running'"),
                            30, "it is analysed")
        lost, other = hosts.pop(worker[0][0]), hosts.popitem()[1]
        lost.signal(signal.SIGSTOP)
        self.addCleanup(lost.signal, signal.SIGCONT)
        return lost, other

    def let_the_other_do_it(self, lost, other):
        """Another host does the work that was lost, and what comes; returns where the log of the lost one ends."""
        self.assertFalse(self.answers(lost))
        self.send_whole(other)
        self.wait_for_reports(2)
        self.assert_each_done_once()
        return len(lost.log())

    def assert_is_back_and_did_nothing_twice(self, lost, other):
        lost.signal(signal.SIGCONT)
        wait_until(lambda: self.answers(lost), 60, "it answers again")
        self.assert_each_done_once()
        outcomes = self.database.query("select split_part(a.worker, ':', 1), a.outcome from glisson.job_attempt a "
                                       "join glisson.job using (job_id) where kind = 'analyse' and a.attempt = 1 "
                                       "order by job_id limit 1")
        self.assertEqual(outcomes, [[lost.name, "no_answer"]])
        other.stop()
        self.send_whole(lost)
        self.wait_for_reports(3)
        self.assert_each_done_once()

    def test_a_host_that_stood_still_loses_its_jobs_and_cannot_commit_late(self):
        lost, other = self.analyse_and_stop_the_host()
        end = self.let_the_other_do_it(lost, other)
        # Its analysis first: its supervisor would end it, for it was silent too long. Its connection to PostgreSQL is
        # as it was, so that only the fence (the number of the attempt) can keep it from writing.
        lost.signal(signal.SIGCONT, "analysis")
        wait_until(lambda: "lease lost" in lost.log()[end:] or "another process has the job now" in lost.log()[end:], 60,
                   "the fence stops it")
        self.assertNotIn("connection to PostgreSQL", lost.log()[end:])
        self.assert_is_back_and_did_nothing_twice(lost, other)
        figure(20, "late_commits", self.count("analysis") - self.sent, "analyses")

    def test_a_host_that_is_cut_off_loses_its_jobs_to_the_others(self):
        lost, other = self.analyse_and_stop_the_host()
        self.network.set_link(lost.name, "down")
        end = self.let_the_other_do_it(lost, other)
        self.network.set_link(lost.name, "up")
        lost.signal(signal.SIGCONT, "analysis")
        # Its connection is gone or was kept alive by chance: the lost one finds the one or the other.
        found_out = ("connection to PostgreSQL", "lease lost", "another process has the job now")
        wait_until(lambda: any(words in lost.log()[end:] for words in found_out), 60, "its analysis finds out")
        self.assert_is_back_and_did_nothing_twice(lost, other)

    def test_a_host_without_the_shared_store_takes_nothing(self):
        (first,) = self.hosts("first")
        elsewhere = self.folder / "not_mounted"
        elsewhere.mkdir()
        shutil.chown(elsewhere, SERVICE_USER, SERVICE_USER)
        second = self.host("second", elsewhere)
        wait_until(lambda: self.answers(second), 60, "the second host answers an echo")
        self.assertEqual(self.send(second)[1], [])
        self.assertEqual(self.count("instance"), 0)
        wait_until(lambda: "foreign_store" in second.alerts(), 20, "the alert is raised")
        self.assertIn("is the folder mounted?", second.alerts()["foreign_store"]["detail"])
        self.sent = 0
        shutil.rmtree(self.folder / "study0")
        # Its analysis takes no job either: it would find no file.
        self.send_whole(first)
        self.wait_for_reports(1)
        self.assertEqual(self.count("job_attempt a join glisson.job using (job_id) "
                                    "where kind = 'analyse' and a.worker like 'second:%'"), 0)
        self.assert_each_done_once()
        # The store goes away under a host that knew it, and comes back.
        (self.store / "identity").rename(self.store / "elsewhere")
        kept = self.count("instance")
        self.assertEqual(self.send(first)[1], [])
        self.assertEqual(self.count("instance"), kept)
        alert = "alert where kind = 'foreign_store' and subject like 'first:%' and closed_at is "
        wait_until(lambda: self.count(alert + "null") == 1, 20, "the alert is raised")
        (self.store / "elsewhere").rename(self.store / "identity")
        wait_until(lambda: self.count(alert + "not null") == 1, 20, "the store is known again")
        self.send_whole(first)
        self.sent -= 1
        self.wait_for_reports(2)
        self.assert_each_done_once()


if __name__ == "__main__":
    unittest.main()
