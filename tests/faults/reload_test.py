"""SIGHUP takes good settings without dropping anybody, refuses bad ones, and systemd is told the truth all the time."""

import os
import pathlib
import signal
import time
import unittest

from glisson_service import make_phantom, wait_until
from notify_socket import NotifySocket
from raw_peer import RawPeer
from tls_service import TlsService, context_of

SUCCESS = 0x0000
CALLED_TITLE_NOT_RECOGNIZED = (1, 1, 7)
WATCHDOG = 1.0  # Seconds; a sign of life is due four times as often at most, and the loop turns twice a second.


class Reload(unittest.TestCase):
    def setUp(self):
        self.service = TlsService("[receive]\nmin_associations = 2\nmax_associations = 8\n[queue]\nlease = 2\n")
        self.addCleanup(self.service.close)
        self.systemd = NotifySocket(self.service.home / "notify")
        self.service.wrapper = ["env", f"NOTIFY_SOCKET={self.systemd.path}", f"WATCHDOG_USEC={int(WATCHDOG * 1e6)}"]
        self.service.start()
        self.good = self.service.config.read_text()
        self.url = self.service.database_url()  # While the settings are bad, no command can ask.

    def reload(self, settings):
        """Writes the file and waits until the service has done with it; returns its status."""
        before = self.systemd.said(READY="1")
        self.service.config.write_text(settings)
        os.kill(self.service.process.pid, signal.SIGHUP)
        wait_until(lambda: self.systemd.said(READY="1") > before, 20, "the reload is over")
        return next(message["STATUS"] for _, _, message in reversed(self.systemd.messages) if "READY" in message)

    def open(self, called="GLISSON", tls=None):
        port = self.service.tls_port if tls else self.service.port
        peer = RawPeer.for_file(port, self.images[0], called=called, tls=tls)
        self.addCleanup(peer.socket.close)
        return peer

    def store(self, peer, path):
        return peer.store_file(path)

    def alert(self, kind):
        """Detail of the open alert, or None."""
        rows = self.service.query(f"select detail from glisson.alert where kind = '{kind}' and closed_at is null", self.url)
        return rows[0][0] if rows else None

    def test_good_settings_drop_nobody_and_bad_ones_change_nothing(self):
        self.service.add_pacs()
        self.images = sorted((make_phantom(self.service.home / "phantom")).rglob("*.dcm"))
        identity = context_of(self.service.authority, self.service.authority.issue("modality"))
        plain, secure = self.open(), self.open(tls=identity)
        supervisor, analysis = self.service.process.pid, self.service.pids("analysis")
        old_tls = self.service.pids("tls")

        with self.subTest("good settings hold for the next association, those in hand go on"):
            renamed = self.good.replace("[receive]", '[receive]\nae_title = "RENAMED"\npdu_timeout = 29')
            self.assertIn("as RENAMED, associations in hand: ", self.reload(renamed))
            self.assertEqual(self.open(called="GLISSON").rejection, CALLED_TITLE_NOT_RECOGNIZED)
            self.assertEqual([self.store(peer, path) for peer, path in zip((plain, secure), self.images)], [SUCCESS] * 2)
            later = self.open(called="RENAMED", tls=identity)
            self.assertEqual(self.store(later, self.images[2]), SUCCESS)
            plain.socket.close()
            self.assertEqual(self.store(secure, self.images[3]), SUCCESS)
            secure.socket.close()
            later.socket.close()
            wait_until(lambda: not set(old_tls) & set(self.service.pids("tls")), 20, "the old tls process has ended")
            wait_until(lambda: self.service.pids("analysis") not in ([], analysis), 20, "another analysis process")
            self.assertEqual(self.service.process.pid, supervisor)
            self.assertNotIn("is started again", self.service.log())

        with self.subTest("bad ones are refused with line and reason"):
            line = renamed.splitlines().index("lease = 2") + 1
            refusal = f"{self.service.config}:{line}: queue.lease must be 2 to 3600 s"
            self.assertIn(f"new settings are refused: {refusal}", self.reload(renamed.replace("lease = 2", "lease = 1")))
            self.assertIn(f"the settings are not reloaded, those before stay in use: {refusal}", self.service.log())
            self.assertIn(refusal, wait_until(lambda: self.alert("settings_refused"), 20, "an alert"))
            self.assertIn("nobody", self.reload(renamed + '[analysis]\nprotocol = "nobody"\n'))
        with self.subTest("a process that is started meanwhile has the old settings"):
            for pid in self.service.pids("association"):
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda: self.service.echo(called="RENAMED"), 20, "associations are served again")
        with self.subTest("a file that is gone is refused, too"):
            self.service.config.rename(self.service.home / "aside")
            before = self.systemd.said(READY="1")
            os.kill(supervisor, signal.SIGHUP)
            wait_until(lambda: self.systemd.said(READY="1") > before, 20, "the reload is over")
            self.assertIn("cannot read the settings file", self.systemd.last("STATUS"))

        with self.subTest("what needs a restart is named, the rest holds"):
            status = self.reload(self.good.replace("[queue]", "[queue]\nsettle_time = 1") + '[host]\nuser = "nobody"\n')
            self.assertIn("as GLISSON", status)
            self.assertIn("needs a restart: host.user", status)
            self.assertIn("host.user", wait_until(lambda: self.alert("restart_needed"), 20, "an alert"))
            wait_until(lambda: self.alert("settings_refused") is None, 20, "the other alert is over")
        with self.subTest("and is no matter any more when it is taken back"):
            self.assertNotIn("restart", self.reload(self.good))
            wait_until(lambda: self.alert("restart_needed") is None, 20, "the alert is over")

        with self.subTest("each reload was announced as systemd asks for, by the supervisor alone"):
            announced = [(at, message) for at, _, message in self.systemd.messages if "RELOADING" in message]
            self.assertEqual(len(announced), 6)
            for at, message in announced:
                self.assertAlmostEqual(int(message["MONOTONIC_USEC"]) / 1e6, at, delta=5)
            self.assertEqual({pid for _, pid, _ in self.systemd.messages}, {supervisor})
        self.assertEqual(self.service.stop(), 0)
        self.assertEqual(self.systemd.said(STOPPING="1"), 1)

    def test_signs_of_life_end_with_the_life_of_the_supervisor(self):
        wait_until(lambda: self.systemd.said(WATCHDOG="1") > 2, 20, "signs of life")
        os.kill(self.service.process.pid, signal.SIGSTOP)
        try:
            wait_until(lambda: ") T " in pathlib.Path(f"/proc/{self.service.process.pid}/stat").read_text(), 10, "it stands still")
            time.sleep(0.1)  # What was sent before is read.
            before = self.systemd.said(WATCHDOG="1")
            time.sleep(2 * WATCHDOG)
            self.assertEqual(self.systemd.said(WATCHDOG="1"), before)
        finally:
            os.kill(self.service.process.pid, signal.SIGCONT)
        wait_until(lambda: self.systemd.said(WATCHDOG="1") > before, 20, "signs of life again")


if __name__ == "__main__":
    unittest.main()
