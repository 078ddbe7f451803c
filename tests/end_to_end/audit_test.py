"""The audit trail from what happens to the collector's file: rsyslog, over TLS, as docs/audit.md configures it."""

import contextlib
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import unittest

from audit_messages import AuditMessage
from certificates import Authority, install
from glisson_service import Service, free_port, make_phantom, wait_until
from tls_service import GROUP

CONFIGURATION = """
global(workDirectory="{folder}" maxMessageSize="64k" defaultNetstreamDriver="ossl"
       defaultNetstreamDriverCAFile="{ca}" defaultNetstreamDriverCertFile="{certificate}"
       defaultNetstreamDriverKeyFile="{key}")
module(load="imtcp" streamDriver.mode="1" streamDriver.authMode="x509/certvalid")
input(type="imtcp" port="{port}" address="127.0.0.1")
template(name="audit" type="string" string="%structured-data% %msg%\\n")
if $programname == "glisson" and $msgid == "DICOM+RFC3881" then {{
  action(type="omfile" file="{file}" template="audit" fileCreateMode="0600")
  stop
}}
"""


class Rsyslog:
    """Debian's rsyslog, which takes audit messages over TLS and writes one a line."""

    def __init__(self, folder, port, authority, identity):
        self.folder = folder
        folder.mkdir()
        self.file = folder / "audit.log"
        (folder / "rsyslog.conf").write_text(CONFIGURATION.format(
            folder=folder, ca=authority.certificate, certificate=identity.certificate, key=identity.key, port=port,
            file=self.file))
        with open(folder / "rsyslogd.log", "wb") as log:
            self.process = subprocess.Popen(["rsyslogd", "-n", "-f", folder / "rsyslog.conf", "-i", folder / "pid"],
                                            stdout=log, stderr=subprocess.STDOUT)

    def close(self):
        self.process.kill()
        self.process.wait()

    def messages(self):
        """(number of the event, XML), as often as it came."""
        lines = self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []
        return [(int(re.search(r'sequenceId="(\d+)"', line)[1]), line[line.index("<?xml"):]) for line in lines]


class OneConnection:
    """A TLS server that takes one connection and reads a little of it, but never says that it has."""

    def __init__(self, port, identity):
        self.server = socket.create_server(("127.0.0.1", port))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(identity.certificate, identity.key)
        self.first_bytes, self.error, self.stream = b"", None, None
        self.over = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        connection, _ = self.server.accept()
        try:
            self.stream = self.context.wrap_socket(connection, server_side=True)
            self.first_bytes = self.stream.recv(2000)
        except OSError as error:
            self.error = error
        self.over.set()

    def close(self):
        for part in (self.server, self.stream):
            if part:
                part.close()


@unittest.skipUnless(shutil.which("rsyslogd"), "rsyslog is not installed")
class AuditTrail(unittest.TestCase):
    def setUp(self):
        self.port = free_port()
        self.service = Service()
        self.addCleanup(self.service.close)
        home = self.service.home
        self.authority = Authority(home / "ca")
        folder = home / "tls"
        folder.mkdir()
        install(self.authority.issue("node"), folder, GROUP)
        shutil.copy(self.authority.certificate, folder / "trusted.pem")
        self.service.config.write_text(
            f'[queue]\nsettle_time = 1\n[web]\nport = {self.service.web_port}\n[audit]\n'
            f'collector = "localhost:{self.port}"\ntrusted = "{folder}/trusted.pem"\n'
            f'certificate = "{folder}/certificate.pem"\nkey = "{folder}/key.pem"\n')

    def events(self, condition="true"):
        return [int(row[0]) for row in
                self.service.query(f"select audit_event_id from glisson.audit_event where {condition} order by 1")]

    def kill_all(self):
        for pid in self.service.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.service.kill()

    def reload(self):
        """Settings that changed put another upkeep in the place of this one."""
        upkeep = self.service.pids("upkeep")
        settings = self.service.config.read_text()
        self.service.config.write_text(settings.replace("settle_time = 1", "settle_time = 2"))
        self.service.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.service.pids("upkeep") not in ([], upkeep), 30, "another upkeep runs")

    def play(self):
        """A study in, a report out, a stranger turned away."""
        self.service.add_pacs()
        self.service.store(make_phantom(self.service.home / "phantom"))
        self.service.store(self.service.home / "phantom" / "seg.dcm", calling="STRANGER")
        wait_until(lambda: self.events("kind = 'instances_transferred' and job_id is not null"), 60, "a delivery is told of")

    def test_no_event_is_lost_on_its_way_to_the_collector(self):
        # A collector with a certificate of another CA gets nothing.
        impostor = OneConnection(self.port, Authority(self.service.home / "stranger").issue("collector"))
        self.service.start()
        wait_until(impostor.over.is_set, 30, "the service tries the collector")
        impostor.close()
        self.assertIsInstance(impostor.error, ssl.SSLError)
        wait_until(lambda: "certificate is not accepted" in self.service.log(), 10, "the log says why")
        # While there is none, events wait.
        self.play()
        self.assertEqual(self.events("sent_at is not null"), [])
        self.reload()
        self.assertEqual(self.events("kind = 'application_stop'"), [], "new settings are no end of the service")
        waiting = self.events()
        self.kill_all()
        # One that reads but does not confirm, and a kill in the middle: nothing counts as sent.
        identity = self.authority.issue("collector")
        mute = OneConnection(self.port, identity)
        self.service.start()
        wait_until(mute.over.is_set, 60, "messages are on their way")
        self.kill_all()
        mute.close()
        self.assertRegex(mute.first_bytes, rb'^\d+ <85>1 \S+ \S+ glisson - DICOM\+RFC3881 \[meta sequenceId="1"\]')
        # Then everything arrives.
        collector = Rsyslog(self.service.home / "rsyslog", self.port, self.authority, identity)
        self.addCleanup(collector.close)
        self.service.start()
        wait_until(lambda: not self.events("sent_at is null"), 60, "all messages are taken")
        wait_until(lambda: {number for number, _ in collector.messages()} >= set(self.events()), 30,
                   "the collector has written them")
        self.assertLessEqual(set(waiting), {number for number, _ in collector.messages()})
        self.check(collector.messages())
        self.service.stop()
        self.assertEqual([AuditMessage(text).types for _, text in collector.messages()][-1], ["110121"], "an orderly stop")

    def check(self, received):
        messages = {number: AuditMessage(text) for number, text in received}
        self.assertEqual(dict(received), {int(number): text for number, text in self.service.query(
            "select audit_event_id, message from glisson.audit_event")})
        stops = [message for message in messages.values() if message.types == ["110121"]]
        self.assertEqual([message.outcome for message in stops], [8, 8], "two ends by kill -9, noted later")
        self.assertEqual(sum(message.types == ["110120"] for message in messages.values()), 3)
        (uid, patient_id), = self.service.query("select study_instance_uid, patient_id from glisson.study")
        transfers = [message for message in messages.values() if message.event in ("110102", "110104")]
        self.assertEqual(sorted((message.event, message.action) for message in transfers),
                         [("110102", "E"), ("110104", "C"), ("110104", "R")])
        for message in transfers:
            self.assertEqual(message.outcome, 0)
            self.assertEqual(message.with_type("110180")[0].get("ParticipantObjectID"), uid)
            self.assertEqual(message.with_type("2")[0].get("ParticipantObjectID"), patient_id)
        stored = sum(int(found.get("NumberOfInstances")) for message in transfers if message.action == "C"
                     for found in message.root.iter("SOPClass"))
        self.assertEqual([[str(stored)]], self.service.query("select count(*) from glisson.instance"))
        alerts = [message for message in messages.values() if message.event == "110113"]
        self.assertEqual(sorted(message.types[0] for message in alerts), ["110126", "110129"])
        self.assertNotIn(uid, self.service.log())
        self.assertNotIn(patient_id, self.service.log())


if __name__ == "__main__":
    unittest.main()
