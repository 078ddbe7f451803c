"""Names that mean harm: nothing is written outside the data folder, nothing is executed, and the text stays text."""

import os
import pathlib
import subprocess
import unittest

from figures import figure
from glisson_service import Service, make_study, wait_until
from raw_peer import RawPeer, store_file
from small_objects import ct_image
from system_calls import Call, Trace
from web_stories import browser_is_at_hand, install_stories

CREATING = "openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mknod,mknodat"
RUNNING = "execve,execveat"


class HostileNames(unittest.TestCase):
    def setUp(self):
        self.service = Service("[queue]\nsettle_time = 1\n[receive]\nmin_associations = 2\n")
        self.addCleanup(self.service.close)
        self.service.start()
        self.service.add_pacs()
        # Whatever a name makes somebody do is seen here: everybody may write to it.
        self.trap = self.service.home / "t"
        self.trap.mkdir()
        self.trap.chmod(0o777)
        depth = "../" * 12
        self.names = {
            "path upwards": f"{depth}{self.trap.relative_to('/')}/up",
            "absolute path": f"{self.trap}/abs",
            "path after NUL": f"x\0{self.trap}/nul",
            "command substitution": f"$(touch {self.trap}/sub)",
            "backquotes": f"`touch {self.trap}/back`",
            "second command": f"; touch {self.trap}/semi #",
            "pipe": f"| touch {self.trap}/pipe",
            "SQL that runs a program": f"'); copy (select 1) to program 'touch {self.trap}/copy' --",
            "SQL that drops": "'; drop table glisson.instance cascade; --",
            "SQL escape": r"\'; drop schema glisson cascade; --",
            "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
            "format": "%s%n{0}{}%99999999d",
            "terminal": "\x1b]0;owned\x07\x1b[2J\r\nforged line",
            "template": "${jndi:ldap://127.0.0.1/a}{{7*7}}",
            "device": "/dev/full",
            "dots": "..",
        }

    def trace(self, calls):
        pids = [pid for role in ("association", "analysis", "delivery", "upkeep") for pid in self.service.pids(role)]
        return Trace(self.service.home / f"trace{len(calls)}", pids, calls)

    def strange_objects(self):
        """(SOP Instance UID of the command, data set) with each name in each place that has room for it."""
        for number, name in enumerate(self.names.values()):
            study = f"1.2.826.0.2.{number}"
            texts = {0x00100010: ("PN", name), 0x00100020: ("LO", name), 0x00100021: ("LO", name),
                     0x00080050: ("SH", name), 0x00080070: ("LO", name), 0x00081030: ("LO", name),
                     0x0008103E: ("LO", name), 0x00080060: ("CS", name), 0x00080020: ("DA", name),
                     0x00200011: ("IS", name), 0x00200013: ("IS", name), 0x00080005: ("CS", name)}
            yield study + ".1", ct_image(study, study + ".2", study + ".1", more=texts)
            yield study + ".3", ct_image(study, study + ".2", study + ".3", more={0x00100010: ("PN", name)})
            for tag in (0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00200052):
                yield study + ".4", ct_image(study, study + ".2", study + ".4", more={tag: ("UI", name)})
            yield name[:64], ct_image(study, study + ".2", name[:64])

    def hostile_study(self):
        """A study that is analysed to its report, with hostile text wherever a report or a page may show it."""
        files = make_study(self.service.home / "study", "names")
        text = self.names["command substitution"]
        changes = [option for tag in ("0010,0010", "0010,0020", "0008,1030", "0008,103e", "0008,0080", "0008,0070")
                   for option in ("-i", f"({tag})={text}")]
        subprocess.run(["dcmodify", "-nb", "-q", *changes, "-i", "(0008,0050)=<b>&'\"", *files], check=True)
        subprocess.run(["dcmodify", "-nb", "-q", "-m", f"(0062,0002)[*].(0062,0005)=Lesion {text}", files[-1]],
                       check=True)
        return files

    def test_names_write_nothing_elsewhere_and_run_nothing(self):
        trace = self.trace(f"{CREATING},{RUNNING}")
        sent = 0
        for uid, data_set in self.strange_objects():
            with RawPeer(self.service.port) as peer:
                peer.store(uid, data_set)
            sent += 1
        for name in self.names.values():
            for titles in ({"calling": name[:16]}, {"called": name[:16], "calling": "PACS"}):
                with RawPeer(self.service.port, **titles) as peer:
                    self.assertEqual(peer.answer, 3, "rejected")
                sent += 1
        for path in self.hostile_study():
            self.assertEqual(store_file(self.service.port, path), 0)
            sent += 1
        wait_until(self.service.pacs.received, 60, "the report of the study at the PACS")
        self.assertTrue(self.service.echo())
        trace.stop()

        created, executed = [], []
        for line in (line for process in trace.lines() for line in process):
            call = Call(line)
            if call.name in RUNNING and call.done:
                executed.append(line)
            elif call.done and (call.creates or call.name not in ("openat", "open")):
                created += [path.decode() for path in call.strings]
        self.assertGreater(len(created), 2 * len(self.names), "the trace saw the files that were stored")
        outside = [path for path in created if not self.is_at_home(path)]
        figure(10, "hostile_requests", sent, "requests")
        figure(10, "files_created_outside", len(outside), "files")
        figure(10, "programs_run", len(executed), "programs")
        self.assertEqual(outside, [])
        self.assertEqual(executed, [])
        self.assertEqual(list(self.trap.iterdir()), [])
        self.check_text_stays_text()

    @unittest.skipUnless(browser_is_at_hand(), "needs node and chromium")
    def test_pages_show_markup_as_text(self):
        patient, accession, title = "<img src=x onerror=alert(1)>", "<b>1</b>", "<img src=x>"
        study = "1.2.826.0.3"
        texts = {0x00100020: ("LO", patient), 0x00100010: ("PN", patient), 0x00080050: ("SH", accession)}
        with RawPeer(self.service.port) as peer:
            self.assertEqual(peer.store(study + ".1", ct_image(study, study + ".2", study + ".1", more=texts)), 0)
            self.assertNotEqual(peer.store(patient, ct_image(study, study + ".2", patient, more=texts)), 0)
        with RawPeer(self.service.port, calling=title) as peer:
            self.assertEqual(peer.answer, 3, "rejected")
        done = subprocess.run(["node", install_stories() / "hostile_texts.mjs", f"http://127.0.0.1:{self.service.web_port}",
                               self.service.data / "setup-token", study, patient, accession, title],
                              capture_output=True, text=True, timeout=200)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        figure(10, "hostile_texts_shown_as_text", int(done.stdout), "of_3")

    def is_at_home(self, path):
        """In the data folder, by a name of the server's own making, or scratch of the C++ runtime."""
        path = os.path.normpath(os.path.join(self.service.data, path))
        inside = pathlib.PurePath(path).is_relative_to(self.service.data)
        hostile = any(name in path for name in self.names.values() if name != "..")
        return inside and not hostile or path in ("/dev/null", "/dev/shm")

    def check_text_stays_text(self):
        """Hostile text is kept as it came, and shown without its control characters."""
        tables = self.service.query("select count(*) from information_schema.tables where table_schema = 'glisson'")
        self.assertGreater(int(tables[0][0]), 10)
        kept = {text for row in self.service.query("select accession_number from glisson.study") for text in row}
        for name in ("SQL that drops", "HTML", "template"):
            self.assertTrue(any(text and self.names[name].startswith(text[:40]) for text in kept), name)
        listed = self.service.command("job", "list", "--limit", "1000")
        for (uid,) in self.service.query("select study_instance_uid from glisson.study"):
            listed += self.service.command("explain", uid)
        controls = {character for character in listed if ord(character) < 0x20 and character != "\n"}
        controls |= {character for character in self.service.log() if ord(character) < 0x20 and character != "\n"}
        figure(10, "control_characters_shown", len(controls), "kinds")
        self.assertEqual(controls, set())


if __name__ == "__main__":
    unittest.main()
