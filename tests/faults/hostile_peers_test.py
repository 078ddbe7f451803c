"""Peers that mean harm: what they do costs them their association, and nobody else anything."""

import contextlib
import os
import signal
import socket
import time
import unittest

from glisson_service import Service, wait_until
from raw_peer import CT, VERIFICATION, RawPeer

ACCEPTED, REJECTED = 2, 3


def is_closed(connection):
    connection.settimeout(0.1)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


class HostilePeers(unittest.TestCase):
    def service(self, settings="", **options):
        service = Service("[queue]\nsettle_time = 1\n[receive]\nmin_associations = 2\n" + settings, **options)
        self.addCleanup(service.close)
        service.start()
        return service

    def silent(self, service, count):
        connections = []
        self.addCleanup(lambda: [connection.close() for connection in connections])
        for _ in range(count):
            connections.append(socket.create_connection(("127.0.0.1", service.port), timeout=5))
        return connections

    def test_strangers_cost_nobody_else_anything(self):
        service = self.service("association_request_timeout = 2\nmax_associations = 8\n")
        with self.subTest("C-ECHO is open to everyone: its association is no way to store"):
            with RawPeer(service.port, "STRANGER", VERIFICATION) as peer:
                self.assertEqual(peer.answer, ACCEPTED)
                self.assertEqual(peer.store("1.2.3.4", b"", sop_class=CT), 0x0122)
            files = [path for path in (service.data / "store").rglob("*") if path.suffix in (".part", ".dcm")]
            self.assertEqual(files, [])
        with self.subTest("AE titles forge no log lines"):
            with RawPeer(service.port, "A\n2026 forged\x1b") as peer:
                self.assertEqual(peer.answer, REJECTED)
            wait_until(lambda: "rejected" in service.log(), 10, "the log tells")
            self.assertNotIn("forged", service.log())
            self.assertTrue(all(line[:2] == "20" for line in service.log().splitlines()))
        with self.subTest("one address does not get all association processes"):
            service.command("peer", "add", "ct", "PACS", "127.0.0.1", 104, "--may", "store")
            service.await_senders()
            held = [RawPeer(service.port, "PACS") for _ in range(4)]
            self.assertEqual({peer.answer for peer in held}, {ACCEPTED})
            with RawPeer(service.port, "PACS") as peer:
                self.assertEqual(peer.answer, REJECTED)
            with RawPeer(service.port, "STRANGER", VERIFICATION, address="127.0.0.2") as peer:
                self.assertEqual(peer.answer, ACCEPTED)
            for peer in held:
                peer.socket.close()
            wait_until(service.echo, 10, "the processes are free again")
        with self.subTest("silent connections are cut although processes were started meanwhile"):
            connections = self.silent(service, 20)
            for pid in service.pids("association"):
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda: all(is_closed(connection) for connection in connections), 8, "all are cut")
            self.assertTrue(service.echo())

    def test_the_service_survives_want_of_descriptors(self):
        service = self.service("association_request_timeout = 2\n", wrapper=["prlimit", "--nofile=64:64"])
        with contextlib.suppress(OSError):
            self.silent(service, 200)
        for _ in range(5):
            for pid in service.pids("association"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.2)
        wait_until(service.echo, 30, "C-ECHO is answered again")
        self.assertEqual(service.stop(), 0)

    def test_a_killed_supervisor_frees_the_port_at_once(self):
        service = self.service()
        with RawPeer(service.port, "STRANGER", VERIFICATION):  # An association in hand outlives the supervisor.
            service.kill()
            service.start()
            self.assertTrue(service.echo())


if __name__ == "__main__":
    unittest.main()
