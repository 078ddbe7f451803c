"""Processes of every role that stand still, as one in an endless loop would: ended within a bound and replaced (row 21)."""

import os
import signal
import time
import unittest

from figures import figure
from glisson_service import Service, wait_until
from raw_peer import RawPeer
from small_objects import ct_image
from tls_service import TlsService

ACCEPTED, SUCCESS = 2, 0x0000
TEMPORARY_CONGESTION = (2, 3, 1)  # Rejected transient, service provider (presentation) (PS3.8 table 9-21).
LEASE = 2
PATIENCE = 4 * LEASE
ROLES = ("association", "tls", "upkeep", "web", "analysis", "delivery")
SETTINGS = f"""
[queue]
lease = {LEASE}
settle_time = 600
[receive]
min_associations = 3
max_associations = 6
"""


class Standstill(unittest.TestCase):
    def setUp(self):
        service = TlsService(SETTINGS)
        self.service = service
        self.addCleanup(service.close)
        service.start()
        service.command("peer", "add", "ct", "PACS", "127.0.0.1", 104, "--may", "store")
        self.tls = service.client_options(service.authority.issue("modality"))
        wait_until(lambda: service.tls_echo(*self.tls) and service.status()["ready"], 30, "all is up")

    def freeze(self, *roles):
        pids = {role: set(self.service.pids(role)) for role in roles}
        for role in roles:
            self.assertTrue(pids[role], role)
            for pid in pids[role]:
                os.kill(pid, signal.SIGSTOP)
        return pids

    def store(self, peer, number):
        uid = f"1.2.3.{number}"
        return peer.store(uid, ct_image("1.2.3", "1.2.3.0", uid))

    def test_who_stands_still_is_ended_and_nobody_else(self):
        self.nobody_who_was_not_looked_at_is_ended()
        self.every_role_is_replaced()
        self.sigterm_ends_frozen_processes_too()

    def every_role_is_replaced(self):
        service = self.service
        with RawPeer(service.port) as peer:
            self.assertEqual(self.store(peer, 1), SUCCESS)
            frozen, began = self.freeze(*ROLES), time.monotonic()
            with self.assertRaises(ConnectionError):
                peer.echo()
        figure(21, f"broken_off_with_lease_{LEASE}_s", time.monotonic() - began, "s")
        for role in ROLES:
            with self.subTest(role):
                wait_until(lambda: (now := set(service.pids(role))) and not now & frozen[role], 20, "another is started")
                self.assertIn(f"The {role} process gave no sign of life for", service.log())
        took = time.monotonic() - began
        wait_until(lambda: service.tls_echo(*self.tls) and service.status()["ready"], 20, "all is up again")
        with RawPeer(service.port) as peer:
            self.assertEqual(self.store(peer, 2), SUCCESS)
        figure(21, f"frozen_to_replaced_with_lease_{LEASE}_s", took, "s")
        figure(21, "roles_replaced", len(ROLES), "roles")
        self.assertLess(took, PATIENCE + 6)

    def nobody_who_was_not_looked_at_is_ended(self):
        """The supervisor itself stood still: that was nobody else's silence."""
        service = self.service
        before = {role: set(service.pids(role)) for role in ROLES if role != "association"}
        with RawPeer(service.port) as peer:
            os.kill(service.process.pid, signal.SIGSTOP)
            time.sleep(PATIENCE + 3)
            os.kill(service.process.pid, signal.SIGCONT)
            self.assertEqual(self.store(peer, 3), SUCCESS)
            time.sleep(PATIENCE / 2)  # Were the time counted in which nobody looked, it would be over now.
            self.assertEqual(peer.echo(), SUCCESS)
        self.assertEqual({role: set(service.pids(role)) for role in before}, before)
        self.assertNotIn("no sign of life", service.log())

    def sigterm_ends_frozen_processes_too(self):
        self.freeze("association", "web", "analysis", "delivery")
        began = time.monotonic()
        self.assertEqual(self.service.stop(), 0)
        took = time.monotonic() - began
        figure(17, f"sigterm_to_end_with_frozen_processes_and_lease_{LEASE}_s", took, "s")
        self.assertLess(took, PATIENCE + 10)


class MarksWithoutUpkeep(unittest.TestCase):
    """Upkeep stands still (and is not ended yet, by the standard lease): the marks on disk and queue hold all the same."""

    def test_association_processes_look_for_themselves(self):
        service = Service("[queue]\nsettle_time = 600\n")
        self.addCleanup(service.close)
        service.start()
        service.command("peer", "add", "ct", "PACS", "127.0.0.1", 104, "--may", "store")
        wait_until(lambda: service.status()["ready"], 30, "the node is ready")
        [upkeep] = service.pids("upkeep")
        os.kill(upkeep, signal.SIGSTOP)
        service.config.write_text(service.config.read_text() + f"[resources]\nleast_free = {1 << 50}\n")
        service.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "settings reloaded; changed" in service.log(), 20, "the mark is above what there is")
        moments = {"just looked": ("now()", True), "long ago": ("now() - interval '1 hour'", False),
                   "set back": ("now() + interval '1 hour'", False)}
        for name, (moment, is_fresh) in moments.items():
            with self.subTest(name):
                service.query(f"update glisson.node_state set checked_at = {moment}")
                time.sleep(1.1)  # Association processes ask once a second.
                self.assertEqual(service.status()["ready"], is_fresh)
                with RawPeer(service.port) as peer:
                    self.assertEqual(peer.rejection, None if is_fresh else TEMPORARY_CONGESTION)
        self.assertEqual(service.query("select count(*) from glisson.node_state where refuses_because is null"), [["1"]])
        os.kill(upkeep, signal.SIGCONT)


if __name__ == "__main__":
    unittest.main()
