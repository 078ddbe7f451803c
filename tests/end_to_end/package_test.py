"""The Debian package: installed, used, upgraded, removed, on a machine of its own that has what it depends on and nothing
else, and where systemd runs. PACS and browser call from outside."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest

from debian_package import BUILD, as_version, build_package, dependencies
from glisson_service import make_phantom, wait_until
from own_machine import Machine, why_there_is_none
from web_stories import browser_is_at_hand, install_stories

SETTINGS = "/etc/glisson/glisson.toml"
DATA = "/var/lib/glisson"
SEND = ["storescu", "-R", "+sd", "+r", "-nh", "-aet", "HOSPITALPACS", "-aec", "GLISSON", "127.0.0.1", 11112]


class Package(unittest.TestCase):
    def setUp(self):
        if why := why_there_is_none():
            self.skipTest(why)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="glisson-package."))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.package = build_package(self.folder)
        self.machine = Machine(dependencies(self.package))
        self.addCleanup(self.machine.stop)
        self.phantom = make_phantom(self.folder / "phantom")
        self.pacs = self.folder / "pacs"

    def install(self, version):
        shutil.copy(as_version(self.package, version), self.machine.path("/tmp/glisson.deb"))
        return self.machine.run("sh", "-c", "dpkg -i /tmp/glisson.deb 2>&1")

    def wait_for_service(self):
        status = "glisson db status --json | grep -q '\"current\": true'"
        wait_until(lambda: self.machine.succeeds("sh", "-c", status), 60, "the database answers, with today's schema")

    def property(self, name):
        return self.machine.run("systemctl", "show", "--value", "-p", name, "glisson").strip()

    def settings(self, *replacements):
        """Edits the settings file as an administrator would, and has it read."""
        file = self.machine.path(SETTINGS)
        text = file.read_text()
        for old, new in replacements:
            self.assertIn(old, text)
            text = text.replace(old, new)
        file.write_text(text)
        self.machine.run("systemctl", "reload", "glisson")
        return text

    def start_pacs(self):
        self.pacs.mkdir()
        self.machine.leave_calling("storescp", "-aet", "PACS", "-od", self.pacs, "104")

    def send(self, study):
        self.machine.call(*SEND, study)

    def reports(self):
        return len(list(self.pacs.iterdir()))

    def test_is_installed_used_upgraded_and_leaves_data_alone(self):
        machine = self.machine
        self.install("0.0.1")
        self.assertEqual(self.property("ActiveState"), "active")
        self.assertEqual(machine.run("systemctl", "is-enabled", "glisson").strip(), "enabled")
        installed = machine.run("dpkg", "-L", "glisson").splitlines()
        for file in ("man/man1/glisson.1.gz", "man/man1/glisson-peer.1.gz", "man/man5/glisson.toml.5.gz",
                     "bash-completion/completions/glisson"):
            self.assertIn(f"/usr/share/{file}", installed)
        self.assertEqual(machine.run("stat", "-c", "%a %U %G", SETTINGS, DATA).splitlines(),
                         ["640 root glisson", "750 glisson glisson"])
        self.wait_for_service()

        edited = self.settings(("#settle_time = 10", "settle_time = 1"))
        self.start_pacs()
        machine.run("glisson", "peer", "add", "PACS", "HOSPITALPACS", "127.0.0.1", 104, "--may", "store,echo", "--purpose",
                    "test", "--responsible", "the tests", "--until", "2099-12-31")
        self.send(self.phantom)
        wait_until(lambda: self.reports() == 1, 60, "a report in the PACS")

        before = self.property("MainPID")
        self.install("99.0.0")  # Keeps the settings file that was edited, without asking, and starts the new program.
        self.assertEqual(machine.path(SETTINGS).read_text(), edited)
        self.assertEqual(self.property("ActiveState"), "active")
        self.assertNotEqual(self.property("MainPID"), before)
        self.wait_for_service()
        self.assertIn("HOSPITALPACS", machine.run("glisson", "peer", "list"))
        self.send(self.phantom)  # Nothing new came.
        time.sleep(3)
        self.assertEqual(self.reports(), 1)

        # Settings that were removed stay so: the upgrade passes and says it, and what runs goes on.
        machine.run("mv", SETTINGS, "/tmp/settings")
        before = self.property("MainPID")
        self.assertIn("systemctl restart glisson", self.install("99.0.1"))
        self.assertEqual(machine.run("dpkg-query", "-W", "-f", "${db:Status-Status}", "glisson"), "installed")
        self.assertFalse(machine.path(SETTINGS).exists())
        self.assertEqual((self.property("ActiveState"), self.property("MainPID")), ("active", before))
        machine.run("mv", "/tmp/settings", SETTINGS)
        machine.run("systemctl", "restart", "glisson")

        machine.run("dpkg", "-r", "glisson")
        self.assertFalse(machine.path("/usr/bin/glisson").exists())
        self.assertNotEqual(self.property("ActiveState"), "active")
        self.assertTrue(machine.path(SETTINGS).exists() and machine.path(f"{DATA}/postgresql/PG_VERSION").exists())
        machine.run("dpkg", "-P", "glisson")
        self.assertFalse(machine.path(SETTINGS).exists())
        self.assertTrue(machine.path(f"{DATA}/postgresql/PG_VERSION").exists() and machine.run("ls", f"{DATA}/store"))

    def as_service_user(self, *command):
        return self.machine.run("runuser", "-u", "glisson", "--", *command)

    def query(self, *arguments):
        return self.as_service_user("psql", "-X", "-q", "-A", "-t", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-h",
                                    f"{DATA}/run", "-d", "glisson", *arguments)

    def fingerprints(self, columns):
        """Of what stands in these columns of each table."""
        return {table: self.query("-c", f"select md5(string_agg(r::text, '' order by r::text)) from "
                                        f"(select {names} from glisson.{table}) r") for table, names in columns.items()}

    def lay_older_database(self, migrations):
        """Takes the data back under the schema that the first so many migrations make, as a release of that time would have
        left them; the rows are today's, without what came later. Returns their columns and fingerprints."""
        script = "set role glisson; alter schema glisson rename to newer; create schema glisson; set search_path = glisson;"
        script += "create table schema_migration (like newer.schema_migration including all);"
        for file in sorted((BUILD.parent / "storage/migrations").glob("*.sql"))[:migrations]:
            script += file.read_text()
            script += f"insert into schema_migration select * from newer.schema_migration where name = '{file.name}';"
        script += pathlib.Path(__file__).with_name("older_rows.sql").read_text()
        self.machine.path("/tmp/older.sql").write_text(script)
        self.machine.run("rm", f"{DATA}/store/identity")  # Stores had none then.
        cluster = ["/usr/lib/postgresql/15/bin/pg_ctl", "-w", "-D", f"{DATA}/postgresql"]
        self.as_service_user(*cluster, "-l", "/dev/null", "-o", f"-k {DATA}/run", "start")
        # As superuser: rows that were made before meet no triggers.
        self.query("-U", "postgres", "-c", "set session_replication_role = replica", "-f", "/tmp/older.sql")
        columns = dict(line.split("|") for line in self.query("-c", """
            select table_name, string_agg(quote_ident(column_name), ',') from information_schema.columns
            join pg_tables on (schemaname, tablename) = (table_schema, table_name)
            where table_schema = 'glisson' group by table_name""").splitlines())
        fingerprints = self.fingerprints(columns)
        self.as_service_user(*cluster, "stop")
        return columns, fingerprints

    def make_another_study(self):
        """Like the phantom but for every identifier."""
        study = shutil.copytree(self.phantom, self.folder / "another")
        files = {file: file.read_bytes() for file in study.rglob("*.dcm")}
        another = {uid: uid[:-1] + b"%d" % ((int(uid[-1:]) + 1) % 10) for content in files.values()
                   for uid in re.findall(rb"2\.25\.\d+", content)}
        for file, content in files.items():
            content = re.sub(rb"2\.25\.\d+", lambda match: another[match[0]], content)
            file.write_bytes(content.replace(b"PHANTOM1", b"PHANTOM2"))
        return study

    def test_database_and_work_of_an_older_release_are_taken_over(self):
        machine = self.machine
        self.install("0.0.1")
        self.wait_for_service()
        self.settings(("#settle_time = 10", "settle_time = 1"))
        self.start_pacs()
        for name, title, port in (("PACS", "HOSPITALPACS", 104), ("ARCHIVE", "ARCHIVE", 105)):
            machine.run("glisson", "peer", "add", name, title, "127.0.0.1", port, "--may", "store,echo", "--purpose",
                        "test", "--responsible", "the tests", "--until", "2099-12-31")
        machine.call("echoscu", "-aet", "STRANGER", "-aec", "WRONG", "127.0.0.1", 11112, status=1)
        self.query("-c", "insert into glisson.account (name, role, password_hash) values ('Ada', 'administrator', 'none')")
        self.send(self.phantom)
        wait_until(lambda: self.reports() == 1, 60, "a report in the PACS")
        machine.run("systemctl", "stop", "glisson")
        columns, before = self.lay_older_database(10)
        self.assertNotIn("audit_event", columns)
        filled = {table for table, fingerprint in before.items() if fingerprint.strip()}
        self.assertLessEqual({"account", "analysis", "assessment", "association", "change", "delivery", "feature_vector",
                              "instance", "job", "job_attempt", "peer", "refused_association", "region", "report",
                              "segmentation_reference", "series", "study"}, filled)

        self.install("99.0.0")
        self.assertEqual(self.property("ActiveState"), "inactive", "an upgrade starts nothing that was stopped")
        machine.run("systemctl", "start", "glisson")
        self.wait_for_service()
        after = self.fingerprints(columns)
        going_on = {"schema_migration", "node_state", "job", "job_attempt", "delivery"}  # A report still waits.
        self.assertEqual({table for table in columns if after[table] != before[table]} - going_on, set())

        # What waited is delivered, what was stored is known, and a new study is reported.
        archive = self.folder / "archive"
        archive.mkdir()
        machine.leave_calling("storescp", "-aet", "ARCHIVE", "-od", archive, "105")
        self.send(self.phantom)
        self.send(self.make_another_study())
        wait_until(lambda: self.reports() == 2 and len(list(archive.iterdir())) == 2, 90,
                   "the report that waited, and that of the new study")
        self.assertIn("report taken by ARCHIVE", machine.run("glisson", "explain", "PHANTOM1"))
        self.assertEqual(self.query("-c", "select count(*) from glisson.analysis").strip(), "2")

    def keeper_of_the_trail(self, before=None):
        """The connection of the process that keeps the audit trail, once it is another than before."""
        keepers = "select pid from pg_stat_activity where application_name = 'glisson audit'"
        wait_until(lambda: self.query("-c", keepers).split() not in ([], before), 30, "the audit trail is kept")
        wait_until(lambda: len(self.query("-c", keepers).split()) == 1, 30, "nobody else keeps it any more")
        return self.query("-c", keepers).split()

    def test_systemd_confines_it_reloads_it_and_starts_it_again_when_it_hangs(self):
        machine = self.machine
        begun = int(machine.run("date", "+%s"))
        self.install("0.0.1")
        self.wait_for_service()
        inside = ["nsenter", "-t", self.property("MainPID"), "-m", "--"]
        self.assertFalse(machine.succeeds(*inside, "ls", "/proc/sys"), "ProcSubset=pid is not in force")
        self.assertFalse(machine.succeeds(*inside, "touch", "/etc/x"), "ProtectSystem=strict is not in force")

        # One run of the service, whichever of its processes is started again, and it began when systemd began it.
        starts = """select facts ->> 'run', extract(epoch from at) from glisson.audit_event
                    where kind = 'application_start' order by audit_event_id"""
        wait_until(lambda: self.query("-c", starts), 30, "the start is in the audit trail")
        run, at = self.query("-c", starts).strip().split("|")
        self.assertRegex(run, "^[0-9a-f]{32}$")
        self.assertTrue(begun <= float(at) <= float(machine.run("date", "+%s")) + 1, f"{begun} {at}")
        upkeep = self.keeper_of_the_trail()
        machine.run("pkill", "-9", "-f", "role upkeep$")
        upkeep = self.keeper_of_the_trail(upkeep)

        # A reload: good settings are taken by the service that runs, bad ones are told in its status.
        before = self.property("MainPID")
        self.settings(('#ae_title = "GLISSON"', 'ae_title = "RADIOMICS"'))
        wait_until(lambda: "as RADIOMICS" in self.property("StatusText"), 30, "the new title is in the status")
        self.keeper_of_the_trail(upkeep)
        self.settings(('ae_title = "RADIOMICS"', 'ae_title = "a title that is too long"'))
        wait_until(lambda: "ae_title" in self.property("StatusText"), 30, "the status names the bad setting")
        self.assertEqual((self.property("ActiveState"), self.property("MainPID")), ("active", before))
        self.settings(('ae_title = "a title that is too long"', 'ae_title = "RADIOMICS"'))

        # The watchdog: the unit's 30 s, made shorter.
        machine.run("mkdir", "-p", "/etc/systemd/system/glisson.service.d")
        machine.path("/etc/systemd/system/glisson.service.d/test.conf").write_text("[Service]\nWatchdogSec=3\n")
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "restart", "glisson")
        before = self.property("MainPID")
        machine.run("kill", "-STOP", before)
        wait_until(lambda: self.property("NRestarts") == "1" and self.property("ActiveState") == "active", 60,
                   "systemd starts it again")
        self.assertNotEqual(self.property("MainPID"), before)
        self.assertIn("Watchdog timeout", machine.run("journalctl", "--no-pager", "-u", "glisson"))
        self.wait_for_service()
        wait_until(lambda: len(self.query("-c", starts).splitlines()) == 3, 30, "three starts are in the audit trail")
        runs = [line.split("|")[0] for line in self.query("-c", starts).splitlines()]
        self.assertEqual((runs[0], len(set(runs))), (run, 3))
        ends = "select outcome from glisson.audit_event where kind = 'application_stop' order by audit_event_id"
        self.assertEqual(self.query("-c", ends).split(), ["0", "8"])

    def test_a_stranger_uses_the_installed_package_in_a_browser(self):
        """tests/web/story.mjs. GLISSON_SCREENSHOTS=$PWD/docs/screenshots makes the pictures of the documentation anew."""
        if not browser_is_at_hand():
            self.skipTest("needs node and chromium")
        stories = install_stories()
        self.install("0.0.1")
        self.wait_for_service()
        self.settings(("#settle_time = 10", "settle_time = 1"))
        self.start_pacs()
        token = self.machine.path(f"{DATA}/setup-token")
        wait_until(token.exists, 30, "the one-time token")
        pictures = pathlib.Path(os.environ.get("GLISSON_SCREENSHOTS", self.folder / "screenshots"))
        self.machine.call("node", stories / "story.mjs", "http://127.0.0.1:11180", token, 11112, 104, self.phantom, pictures)
        self.assertEqual(self.reports(), 1)


class Unit(unittest.TestCase):
    def test_unit_is_valid_and_confined(self):
        unit = BUILD.parent / "deploy/systemd/glisson.service"
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", unit],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr)
        self.assertNotIn("ignoring", done.stderr)


if __name__ == "__main__":
    unittest.main()
