"""`glisson peer check` names the cause, step and side: peers that are wrong in one way each, and healthy ones."""

import json
import pathlib
import re
import socket
import unittest

import scripted_pacs as pacs
from certificates import Authority
from glisson_service import Pacs, Service, free_port, wait_until
from peers_test import Orthanc
from raw_peer import RawPeer
from scripted_pacs import ScriptedPacs

DECLARED = ("--purpose", "test", "--responsible", "the tests", "--until", "2099-12-31")
EVERYTHING = {pacs.VERIFICATION, pacs.CT, *pacs.REPORTS}


class PeerCheck(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service("[receive]\nmin_associations = 2\n")
        cls.addClassCleanup(cls.service.close)
        cls.authority = Authority(cls.service.home / "ca")
        settings = cls.service.config.read_text().replace("[receive]", f"[receive]\nport = {cls.service.port}")
        cls.service.config.write_text(f'{settings}\n[tls]\ntrusted = "{cls.authority.certificate}"\n')
        cls.service.start()

    def play(self, *arguments, **script):
        peer = ScriptedPacs(*arguments, **script)
        self.addCleanup(peer.close)
        return peer

    def add(self, port, *options, host="127.0.0.1", title="PACS", may="store,echo"):
        self.service.run("peer", "remove", "pacs")
        self.service.command("peer", "add", "pacs", title, host, port, "--may", may, *DECLARED, *options)

    @staticmethod
    def listens(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def check(self, status):
        """{step: its row}, after a look at the exit status."""
        done = self.service.run("peer", "check", "pacs", "--json")
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["passed"], status == 0)
        steps = {row["step"]: row for row in answer["steps"]}
        self.assertEqual(len(steps), len(answer["steps"]), "names of steps are unique")
        return steps

    def assert_fails(self, step, detail, advice):
        """Exactly this step fails, and says why and what to do."""
        steps = self.check(4)
        self.assertEqual([name for name, row in steps.items() if row["outcome"] == "failed"], [step], steps)
        self.assertRegex(steps[step]["detail"], detail)
        self.assertRegex(steps[step]["advice"], advice)
        return steps

    # --- one cause each ---------------------------------------------------------------------------------------

    def test_wrong_host(self):
        self.add(104, host="no..such..host")  # Resolved nowhere: no label of a name is empty.
        steps = self.assert_fails("name resolves", "no..such..host has no IPv4 address", "peer change pacs --host")
        self.assertEqual(set(steps), {"name resolves", "way back"})

    def test_closed_port(self):
        self.add(free_port())
        self.assert_fails("port is open", "refuses connections: the host is there, the port is closed",
                          "peer change pacs --port N")

    def test_host_that_drops_packets(self):
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
            address = full.getsockname()
            waiting = [socket.socket() for _ in range(4)]
            for connection in waiting:  # The queue is full: the next SYN is dropped, as by a firewall.
                connection.setblocking(False)
                connection.connect_ex(address)
            self.add(address[1])
            self.assert_fails("port is open", "does not answer within 5 s", "allow TCP from this host")
            for connection in waiting:
                connection.close()

    def test_wrong_called_title(self):
        peer = self.play(EVERYTHING, reject=lambda calling, called, _: None if called == "ARCHIVE" else pacs.CALLED_UNKNOWN)
        self.add(peer.port)
        self.assert_fails("association accepted", "its title is not PACS", "peer change pacs --ae-title TITLE")

    def test_our_title_unknown_there(self):
        peer = self.play(EVERYTHING, reject=lambda *_: pacs.CALLING_UNKNOWN)
        self.add(peer.port)
        self.assert_fails("association accepted", "does not know our title GLISSON",
                          f"In that PACS, add this node: AE title GLISSON, host 127.0.0.1, port {self.service.port}")

    def test_other_rejections(self):
        def hang_up(*_):
            raise ConnectionError
        for reject, detail, advice in (
                (lambda *_: pacs.NO_REASON, r"for good: it gives no reason \(source 1, reason 1\)", "in that PACS, allow: AE title GLISSON"),
                (lambda *_: pacs.CONGESTED, "for now: temporary congestion", "try again later"),
                (hang_up, "ends the connection instead of an answer", "may be no DICOM node, or may allow certain addresses")):
            with self.subTest(detail):
                self.add(self.play(EVERYTHING, reject=reject).port)
                self.assert_fails("association accepted", detail, advice)

    def test_no_sr_context(self):
        peer = self.play({pacs.VERIFICATION, pacs.CT})
        self.add(peer.port)
        steps = self.assert_fails("storing reports", "no Structured Report", "allow one of the SR storage SOP classes")
        self.assertEqual(steps["reports as Comprehensive 3D SR"]["detail"], "abstract syntax not supported")

    def test_tls_required(self):
        peer = self.play(EVERYTHING, tls=pacs.tls_context(self.authority.issue("pacs")))
        self.add(peer.port)
        self.assert_fails("association accepted", "TLS required", "peer change pacs --tls")
        with self.subTest("done as advised"):
            self.service.command("peer", "change", "pacs", "--tls", "--may", "echo")
            self.assertEqual(self.check(0)["TLS"]["outcome"], "passed")

    def test_tls_that_is_not_trusted_or_not_there(self):
        stranger = Authority(self.service.home / "stranger", "Stranger CA")
        ended = self.authority.issue("ended", days=-1)
        elsewhere = self.authority.issue("elsewhere", address="192.0.2.7")
        for identity, detail in ((stranger.issue("pacs"), "add its CA's certificate to the file tls.trusted"),
                                 (ended, "certificate has expired; it has to be renewed"),
                                 (elsewhere, "mismatch; address the peer by a name in its certificate")):
            with self.subTest(detail):
                peer = self.play(EVERYTHING, tls=pacs.tls_context(identity))
                self.add(peer.port, "--tls")
                self.assert_fails("TLS", detail, "docs/tls.md")
        with self.subTest("plain port"):
            self.add(self.play(EVERYTHING).port, "--tls")
            self.assert_fails("TLS", "TLS", "--no-tls|docs/tls.md")

    def test_echo_allowed_but_store_not(self):
        def only_echo(calling, called, sop_classes):
            return None if sop_classes == {pacs.VERIFICATION} else pacs.NO_REASON
        for name, peer in {"rejected": self.play(EVERYTHING, reject=only_echo),
                           "no context": self.play({pacs.VERIFICATION})}.items():
            with self.subTest(name):
                self.add(peer.port)
                steps = self.assert_fails("storing reports", "C-ECHO is allowed, storing is not",
                                          "In that PACS, give our title GLISSON the right to store")
                self.assertEqual(steps["C-ECHO"]["outcome"], "passed")

    def test_store_refused_object_by_object(self):
        """What negotiation does not show stands in the queue. Of which analysis the report was does not matter here."""
        self.add(self.play(EVERYTHING).port)
        self.service.query("""
            alter table glisson.job drop constraint if exists job_analysis_id_fkey;
            with refused as (
                insert into glisson.job (kind, state, analysis_id, peer_id, reason, detail)
                select 'deliver', 'blocked', 1, peer_id, 'refused_by_peer', 'status 0124H: not authorized'
                from glisson.peer where name = 'pacs' and removed_at is null returning job_id)
            insert into glisson.job_attempt (job_id, attempt, worker, started_at, ended_at, outcome, reason, detail)
            select job_id, 1, 'test', now(), now(), 'blocked', 'refused_by_peer', 'status 0124H: not authorized'
            from refused""")
        self.assert_fails("reports so far", "0124H: not authorized",
                          "give our title GLISSON the right to store, then here: glisson job retry")

    def test_our_address_not_reachable_from_there(self):
        def call(port):
            """As a PACS does that is asked to send: calls us where its configuration says."""
            try:
                RawPeer(port, sop_class=pacs.COMMITMENT).socket.close()
                return 0, ""
            except OSError as error:
                return 0xA702, f"cannot connect: {error.strerror}"
        wrong, reachable = free_port(), self.service.port
        entry = f"AE title GLISSON, host 127.0.0.1, port {reachable}"
        with self.subTest("asked by C-MOVE"):
            peer = self.play(EVERYTHING | {pacs.MOVE}, move=lambda: call(wrong))
            self.add(peer.port)
            self.assert_fails("way back", "our address is not reachable from there.*A702H: cannot connect", entry)
        with self.subTest("asked by storage commitment"):
            peer = self.play(EVERYTHING | {pacs.COMMITMENT}, act=lambda: (call(wrong), (0, ""))[1])
            self.add(peer.port)
            self.assert_fails("way back", "did not call us.*not reachable from there", entry)
        with self.subTest("our title is no destination there"):
            peer = self.play(EVERYTHING | {pacs.MOVE}, move=lambda: (0xA801, "unknown"))
            self.add(peer.port)
            self.assert_fails("way back", "knows no such destination", "In that PACS, add a destination: " + entry)
        with self.subTest("it calls, but we do not admit its title"):
            peer = self.play(EVERYTHING | {pacs.COMMITMENT}, act=lambda: call(reachable))
            self.add(peer.port, "--from", "192.0.2.7")
            self.assert_fails("way back", "we refused its call as PACS from 127.0.0.1",
                              "Here: glisson peer change pacs --from 192.0.2.7/?3?2?,127.0.0.1")
        with self.subTest("it calls"):
            peer = self.play(EVERYTHING | {pacs.COMMITMENT, pacs.FIND, pacs.MOVE}, act=lambda: call(reachable))
            self.add(peer.port)
            steps = self.check(0)
            self.assertRegex(steps["way back"]["detail"], "it called GLISSON from 127.0.0.1 when it was asked to")
            self.assertEqual({row["outcome"] for name, row in steps.items() if name != "reports so far"}, {"passed"})
            self.assertEqual(sorted(peer.asked), [pacs.C_MOVE, pacs.C_ECHO, pacs.N_ACTION], "nothing is stored there")

    def test_strangers_at_its_address_are_no_fault_of_it(self):
        strangers = [f"STRANGER{number}" for number in range(22)]  # More than are kept one by one.
        for title in strangers:
            with RawPeer(self.service.port, calling=title) as stranger:
                self.assertEqual(stranger.answer, 3, "rejected")
        counted = "select sum(times) from glisson.refused_association where calling like 'STRANGER%' or calling = ''"
        wait_until(lambda: self.service.query(counted) == [["22"]], 20, "all are counted")
        self.add(self.play(EVERYTHING).port, title="LONELY")
        step = self.check(0)["way back"]
        self.assertEqual(step["outcome"], "skipped")
        self.assertRegex(step["detail"], "under its title so far; it may be that we refused its call as STRANGER[0-9]+ from 127.0.0.1 to "
                                         "GLISSON, ")
        self.assertRegex(step["advice"], "If that was it: .*Else: In that PACS, add a destination")

    # --- healthy ----------------------------------------------------------------------------------------------

    def test_storescp(self):
        peer = Pacs(self.service.home / "healthy")
        self.addCleanup(peer.stop)
        peer.start()
        wait_until(lambda: self.listens(peer.port), 20, "storescp listens")
        self.add(peer.port, may="echo")
        steps = self.check(0)
        for step in ("name resolves", "port is open", "association accepted", "C-ECHO", "storing reports",
                     "reports as Comprehensive 3D SR"):
            self.assertEqual(steps[step]["outcome"], "passed", steps[step])
        self.assertEqual(peer.received(), [])

    def test_orthanc(self):
        orthanc = Orthanc(self.service)
        self.addCleanup(orthanc.close)
        self.add(orthanc.port, title="ORTHANC", may="echo")
        steps = self.check(0)
        self.assertEqual(steps["query and retrieve"]["outcome"], "passed")
        self.assertEqual(orthanc.instances_of("*"), [])

    def test_text_for_people_is_as_documented(self):
        peer = self.play({pacs.VERIFICATION, pacs.CT, pacs.COMPREHENSIVE_SR})
        self.add(peer.port, host="localhost", title="ARCHIVE")
        done = self.service.run("peer", "check", "pacs")
        self.assertEqual(done.returncode, 0, done.stdout)
        shown = done.stdout.replace(str(peer.port), "104").replace(str(self.service.port), "11112")
        documented = (pathlib.Path(__file__).parents[2] / "docs" / "peers.md").read_text()
        example = re.search(r"```\n\$ glisson peer check pacs\n(.*?)```", documented, re.S).group(1)
        self.assertEqual(shown, example)

    def test_no_such_peer(self):
        self.service.run("peer", "remove", "pacs")
        self.assertEqual(self.service.run("peer", "check", "pacs").returncode, 5)


if __name__ == "__main__":
    unittest.main()
