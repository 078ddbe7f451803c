"""TLS (DICOM PS3.15 B.12): who is let in, what silent peers cost, renewal under load, death of the tls process."""

import collections
import contextlib
import multiprocessing
import os
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import threading
import time
import unittest

from certificates import Authority
from figures import figure
from glisson_service import make_phantom, reference_data, wait_until
from raw_peer import CT, VERIFICATION, RawPeer
from tls_service import TlsService, client_hello, context_of

ACCEPTED = 2


def closed_within(connections, seconds):
    """Seconds until the other side has closed every connection."""
    began = time.monotonic()
    for connection in connections:
        connection.settimeout(max(0.1, began + seconds - time.monotonic()))
        try:
            while connection.recv(4096):
                pass
        except (ConnectionError, ssl.SSLError):
            pass
    return time.monotonic() - began


def flood_of_handshakes(port, sent, stop):
    """Begins handshakes as fast as it can and finishes none, in a process of its own."""
    hello, connections = client_hello(), collections.deque()
    while not stop.is_set():
        with contextlib.suppress(OSError):
            connections.append(socket.create_connection(("127.0.0.1", port), timeout=5))
            connections[-1].sendall(hello)
            with sent.get_lock():
                sent.value += 1
        if len(connections) > 400:
            connections.popleft().close()
    for connection in connections:
        connection.close()


class Tls(unittest.TestCase):
    def service(self, settings="", **options):
        service = TlsService("[receive]\nmin_associations = 2\n" + settings, **options)
        self.addCleanup(service.close)
        service.start()
        self.modality = service.authority.issue("modality")
        wait_until(lambda: service.tls_echo(*service.client_options(self.modality)), 20, "TLS is up")
        return service

    def s_client(self, service, *options):
        """openssl's words about a handshake; `Verify return code` means that there was one."""
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{service.tls_port}", "-cert",
                               self.modality.certificate, "-key", self.modality.key, *options],
                              input="", capture_output=True, text=True, errors="replace", timeout=30)
        return done.stdout + done.stderr

    def test_only_strong_tls_with_a_trusted_certificate_is_accepted(self):
        service = self.service(key_type="rsa")
        good = service.client_options(self.modality)
        stranger = Authority(service.home / "stranger", "Stranger CA").issue("modality")
        lenient = ["-cipher", "ALL:@SECLEVEL=0"]
        refused = {
            "no certificate": ["+tla", "+cf", str(service.authority.certificate)],
            "expired certificate": service.client_options(service.authority.issue("expired", days=-1)),
            "foreign certificate": service.client_options(stranger),
            "certificate for servers only": service.client_options(service.authority.issue("server", usage="serverAuth")),
            "weak key": [*service.client_options(service.authority.issue("weak", key_type="weak"))],
            "plain DICOM": [],
        }
        right = 0
        for name, options in refused.items():
            with self.subTest(name):
                self.assertFalse(service.tls_echo(*options))
                right += 1
        for name, options in {"TLS 1.0": ["-tls1", *lenient], "TLS 1.1": ["-tls1_1", *lenient],
                              "CBC suite": ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256:@SECLEVEL=0"],
                              "suite without forward secrecy": ["-tls1_2", "-cipher", "AES128-GCM-SHA256"],
                              "no encryption": ["-tls1_2", "-cipher", "NULL:@SECLEVEL=0"]}.items():
            with self.subTest(name):
                answer = self.s_client(service, *options)
                self.assertIn("alert", answer)
                self.assertIn("Cipher is (NONE)", answer)
                right += 1
        accepted = 0
        for version in ("-tls1_2", "-tls1_3"):
            with self.subTest(version):
                self.assertIn("Cipher is " + ("TLS_" if version == "-tls1_3" else "ECDHE-RSA-AES"),
                              self.s_client(service, version))
                accepted += 1
        with self.subTest("and an honest peer still is"):
            self.assertTrue(service.tls_echo(*good))
            self.assertTrue(service.echo())
        with self.subTest("the log says why and what to do"):
            for words in ("certificate has expired; it has to be renewed", "shows no certificate",
                          "add its CA's certificate to the file tls.trusted", "nothing newer than TLS 1.1",
                          "does not speak TLS", "no cipher suite that both allow"):
                self.assertIn(words, service.log())
        figure(12, "tls_handshakes_refused", right, f"of_{len(refused) + 5}")
        figure(12, "tls_versions_accepted", accepted, "of_2")

    def test_silent_handshakes_delay_nobody(self):
        service = self.service("association_request_timeout = 3\n")
        options = service.client_options(self.modality)
        connections = [socket.create_connection(("127.0.0.1", service.tls_port), timeout=10) for _ in range(200)]
        self.addCleanup(lambda: [connection.close() for connection in connections])
        hello = client_hello()
        for connection in connections[:100]:
            connection.sendall(hello)
        began = time.monotonic()
        latencies = []
        for _ in range(20):
            before = time.monotonic()
            self.assertTrue(service.tls_echo(*options))
            latencies.append(time.monotonic() - before)
        self.assertLess(max(latencies), 1)
        all_cut = time.monotonic() - began + closed_within(connections, 6)
        self.assertLess(all_cut, 3 + 2)
        figure(12, "tls_echo_worst_beside_200_silent", round(max(latencies), 3), "s")
        figure(12, "tls_silent_cut_after", round(all_cut, 1), "s")
        with self.subTest("nor do thousands of handshakes a second of one address"):
            self.beside_a_flood_of_handshakes(service)

    def beside_a_flood_of_handshakes(self, service):
        context, lines = context_of(service.authority, self.modality), service.log().count("\n")
        sent, stop = multiprocessing.Value("L", 0), multiprocessing.Event()
        floods = [multiprocessing.Process(target=flood_of_handshakes, args=(service.tls_port, sent, stop))
                  for _ in range(2)]
        with RawPeer(service.tls_port, "RELAYED", VERIFICATION, address="127.0.0.3", tls=context) as relayed:
            for flood in floods:
                flood.start()
            began, taken, echoes = time.monotonic(), [], []
            wait_until(lambda: sent.value > 1000, 20, "the flood runs")
            for _ in range(10):
                before = time.monotonic()
                with RawPeer(service.tls_port, "HONEST", VERIFICATION, address="127.0.0.3", tls=context) as peer:
                    self.assertEqual(peer.answer, ACCEPTED)
                taken.append(time.monotonic() - before)
                before = time.monotonic()
                self.assertEqual(relayed.echo(), 0)
                echoes.append(time.monotonic() - before)
                time.sleep(0.1)
            a_second = sent.value / (time.monotonic() - began)
            stop.set()
            for flood in floods:
                flood.join()
        lines = service.log().count("\n") - lines
        self.assertLess(max(taken), 2)
        self.assertLess(max(echoes), 1)
        self.assertLess(lines, 150)  # 60 of the flood in a minute, and those of who was let in.
        figure(12, "tls_hello_flood", round(a_second), "a_second")
        figure(12, "tls_association_worst_beside_hello_flood", round(max(taken), 3), "s")
        figure(12, "tls_relayed_echo_worst_beside_hello_flood", round(max(echoes), 3), "s")
        figure(12, "log_lines_of_hello_flood", lines, "lines")

    def test_a_renewed_certificate_is_used_without_dropping_associations(self):
        service = self.service("[queue]\nsettle_time = 3600\n")
        service.command("peer", "add", "pacs", "PACS", "127.0.0.1", "104", "--may", "store,echo")
        study = make_phantom(service.home / "phantom")
        sent, failed, stop = [], [], threading.Event()

        def sender():
            while not stop.is_set():
                done = subprocess.run(["storescu", "-R", "+sd", "+r", "-nh", "-aet", "PACS", "-aec", "GLISSON",
                                       *service.client_options(self.modality), "127.0.0.1", str(service.tls_port),
                                       str(study)], capture_output=True, text=True, errors="replace")
                (failed if done.returncode else sent).append(done.stdout + done.stderr)

        senders = [threading.Thread(target=sender) for _ in range(2)]
        for thread in senders:
            thread.start()
        try:
            for number in range(3):
                fresh = service.authority.issue(f"renewed{number}")
                service.install(fresh)
                if number == 0:  # The others are noticed without a signal.
                    service.process.send_signal(signal.SIGHUP)
                wait_until(lambda: service.shown_fingerprint() == fresh.fingerprint(), 10, "the new one is shown")
            with self.subTest("a bad file keeps the one before"):
                (service.folder / "certificate.pem").write_text("-----BEGIN CERTIFICATE-----\nspoilt\n")
                wait_until(lambda: "new TLS files are not used" in service.log(), 10, "the log says so")
                self.assertEqual(service.shown_fingerprint(), fresh.fingerprint())
                self.assertIn("tls.certificate = ", service.log())
        finally:
            stop.set()
            for thread in senders:
                thread.join()
        self.assertEqual(failed, [])
        self.assertGreater(len(sent), 2)
        figure(12, "tls_associations_dropped_by_3_renewals", len(failed), f"of_{len(sent)}")

    def test_the_tls_process_may_die(self):
        service = self.service()
        context = context_of(service.authority, self.modality)
        with (RawPeer(service.port, "STRANGER", VERIFICATION) as plain,
              RawPeer(service.tls_port, "STRANGER", VERIFICATION, tls=context) as relayed):
            self.assertEqual((plain.answer, relayed.answer), (ACCEPTED, ACCEPTED))
            for pid in service.pids("tls"):
                os.kill(pid, signal.SIGKILL)
            began = time.monotonic()
            self.assertLess(closed_within([relayed.socket], 5), 5)
            self.assertEqual(plain.store("1.2.3.4", b"", sop_class=CT), 0x0122, "plain associations are untouched")
        # Renewal of a certificate beside it must not end the next one before it can take the signal.
        while not service.pids("tls"):
            service.process.send_signal(signal.SIGHUP)
        for _ in range(200):
            service.process.send_signal(signal.SIGHUP)
            time.sleep(0.001)
        self.assertTrue(service.echo(), "the plain port is untouched")
        wait_until(lambda: service.tls_echo(*service.client_options(self.modality)), 10, "TLS is back")
        self.assertNotIn("signal 1 ", service.log())
        figure(12, "tls_back_after_kill", round(time.monotonic() - began, 2), "s")
        with self.subTest("and the service stops in order"):
            self.assertEqual(service.stop(), 0)

    def test_the_death_of_the_tls_process_shows_no_client_anything_but_tls(self):
        service = self.service()
        hello, kills, stop = client_hello(), 6, threading.Event()
        answers, let_go = [], []

        def client():
            while not stop.is_set():
                with socket.create_connection(("127.0.0.1", service.tls_port), timeout=10) as connection:
                    try:
                        connection.sendall(hello)
                        answer = connection.recv(16)
                    except ConnectionError:
                        answer = b""
                    (answers if answer else let_go).append(answer[:1])

        clients = [threading.Thread(target=client) for _ in range(6)]
        for thread in clients:
            thread.start()
        for _ in range(kills):
            before = len(answers)
            wait_until(lambda: len(answers) > before + 50, 20, "handshakes begin")
            for pid in service.pids("tls"):
                os.kill(pid, signal.SIGKILL)
        before = len(answers)
        wait_until(lambda: len(answers) > before + 50, 20, "handshakes begin again")
        stop.set()
        for thread in clients:
            thread.join()
        strange = [answer for answer in answers if answer not in (b"\x15", b"\x16")]  # Alert, handshake (RFC 8446 5.1).
        self.assertEqual(strange, [])
        # What the process held when it died, and what was on the way to it.
        self.assertLessEqual(len(let_go), 2 * kills * len(clients))
        figure(12, "tls_clients_over_6_kills", len(answers), "clients")
        figure(12, "tls_clients_shown_anything_else", len(strange), f"of_{len(answers)}")
        figure(12, "tls_clients_let_go_by_6_kills", len(let_go), "clients")

    def test_the_relay_costs_little(self):
        service = self.service("[queue]\nsettle_time = 3600\n")
        service.command("peer", "add", "pacs", "PACS", "127.0.0.1", "104", "--may", "store,echo")
        data = reference_data()
        slices = sorted((data / "data" / "liver-ct" if data else make_phantom(service.home / "phantom")).rglob("*.dcm"))
        slice_of_size = max(slices[:40], key=lambda path: path.stat().st_size)
        instances = []
        (service.home / "many").mkdir()
        for number in range(100):
            instances.append(service.home / "many" / f"{number}.dcm")
            shutil.copy(slice_of_size, instances[-1])
            instances[-1].chmod(0o644)
        routes = {"plain": [], "tls": service.client_options(self.modality)}
        seconds = {route: [] for route in routes}
        for _ in range(3):
            for route, options in routes.items():
                subprocess.run(["dcmodify", "-nb", "-gin", *instances], check=True, capture_output=True)
                port = service.tls_port if options else service.port
                began = time.monotonic()
                subprocess.run(["storescu", "-nh", "-aet", "PACS", "-aec", "GLISSON", *options, "127.0.0.1", str(port),
                                *instances], check=True, capture_output=True, timeout=120)
                seconds[route].append(time.monotonic() - began)
        plain, tls = (statistics.median(seconds[route]) for route in routes)
        self.assertLess(tls, 2 * plain + 1)
        figure(12, "tls_over_plain_time", round(tls / plain, 2), "ratio")

    def test_a_key_that_everyone_can_read_is_refused_with_the_remedy(self):
        service = TlsService()
        self.addCleanup(service.close)
        (service.folder / "key.pem").chmod(0o644)
        done = subprocess.run([os.environ["GLISSON_BINARY"], "serve", "--config", service.config, "--data", service.data,
                               "--port", str(service.port)], capture_output=True, text=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("everyone can read it", done.stderr)
        self.assertIn("chmod o=", done.stderr)


if __name__ == "__main__":
    unittest.main()
