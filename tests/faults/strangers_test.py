"""Peers that may do nothing but C-ECHO do it as hard as they can, and peers that call themselves a sender: the sender,
which has no address of its own, notices nothing (rows 6 and 7)."""

import contextlib
import os
import pathlib
import pwd
import re
import subprocess
import threading
import time
import unittest

from figures import figure
from glisson_service import Service, wait_until
from raw_peer import CT, VERIFICATION, RawPeer
from small_objects import ct_image

ACCEPTED, REJECTED, SUCCESS = 2, 3, 0x0000
LOCAL_LIMIT = (2, 3, 2)  # Rejected transient, service provider (presentation) (PS3.8 table 9-21).
AGE = 2
REFUSALS = 200  #: More than an address may have in a minute.
#: Anybody may claim to be PACS, which has no address of its own.
CLAIMS = [("PACS", VERIFICATION), ("PACS", CT)]
STRANGERS = [("NOBODY", VERIFICATION), ("SOMEBODY", VERIFICATION), ("PACS", VERIFICATION)]


def settings(processes):
    return f"""
[queue]
settle_time = 600
[receive]
min_associations = {processes}
max_associations = {processes}
idle_timeout = {AGE}
longest_without_storing = {AGE}
"""


class Pinging:
    """From each address two more associations than there are processes, each pinging; opened again whenever one is
    refused or ends. `kinds` are the calling titles and SOP classes, in turn; `pause` is that between two pings."""

    def __init__(self, port, addresses, processes, kinds, pause=0.0):
        self.port, self.pause, self.stopping, self.echoes, self.longest = port, pause, threading.Event(), 0, 0.0
        self.threads = [threading.Thread(target=self.ping, args=(address, *kinds[number % len(kinds)]))
                        for address in addresses for number in range(processes + 2)]
        for thread in self.threads:
            thread.start()

    def ping(self, address, title, sop_class):
        while not self.stopping.is_set():
            with contextlib.suppress(OSError), RawPeer(self.port, title, sop_class, address=address) as peer:
                began = time.monotonic()
                while peer.answer == ACCEPTED and not self.stopping.is_set() and peer.echo() == SUCCESS:
                    self.echoes += 1
                    self.longest = max(self.longest, time.monotonic() - began)
                    self.stopping.wait(self.pause)
            self.stopping.wait(0.02)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


class StrangersTest(unittest.TestCase):
    def service(self, settings):
        service = Service(settings)
        self.addCleanup(service.close)
        service.start()
        service.command("peer", "add", "ct", "PACS", "127.0.0.1", 104, "--may", "store")
        service.await_senders()
        return service

    def hold(self, service, title, address):
        peer = RawPeer(service.port, title, CT, address=address)
        self.addCleanup(peer.socket.close)
        return peer

    def limit_processes(self, service, limits):
        """Of the user whom the supervisor runs as: only that user may set them, or more than root in a container."""
        status = pathlib.Path(f"/proc/{service.process.pid}/limits").read_text()
        self.hard_limit = re.search(r"Max processes +\S+ +(\S+)", status).group(1)
        user = os.stat(f"/proc/{service.process.pid}").st_uid
        own = ["setpriv", f"--reuid={user}", f"--regid={pwd.getpwuid(user).pw_gid}", "--clear-groups"]
        subprocess.run([*(own if os.geteuid() == 0 else []), "prlimit", "--pid", str(service.process.pid),
                        f"--nproc={limits}"], check=True)

    def store_for(self, service, seconds, pause=0.0):
        """Seconds of each C-STORE of the real PACS, an association for each; and how many were refused."""
        taken, refused, began = [], 0, time.monotonic()
        while time.monotonic() < began + seconds:
            uid = f"1.2.3.{len(taken) + refused + 1}"
            start = time.monotonic()
            with RawPeer(service.port, "PACS", CT) as peer:
                if peer.answer == ACCEPTED and peer.store(uid, ct_image("1.2.3", "1.2.3.0", uid)) == SUCCESS:
                    taken.append(time.monotonic() - start)
                else:
                    refused += 1
            time.sleep(pause)
        return taken, refused

    def test_two_addresses_that_ping_as_hard_as_they_may_cost_a_sender_nothing(self):
        service = self.service(settings(processes=16))
        strangers = Pinging(service.port, ["127.0.0.5", "127.0.0.6"], 16, STRANGERS)
        self.addCleanup(strangers.stop)
        wait_until(lambda: strangers.echoes > 100, 20, "the strangers ping")
        taken, refused = self.store_for(service, 3 * AGE, pause=0.02)
        strangers.stop()
        self.assertIn("too long without storing", service.log())
        self.assertLess(strangers.longest, AGE + 1)
        figure(7, "echoes_of_two_strange_addresses", strangers.echoes, "echoes")
        figure(7, "stores_beside_them", len(taken), "instances")
        figure(7, "stores_refused_beside_them", refused, "instances")
        figure(7, "store_slowest_beside_them", max(taken, default=-1), "s")
        self.assertGreater(len(taken), 20)
        self.assertEqual(refused, 0)
        self.assertLess(max(taken), 1)

    def test_two_addresses_that_claim_the_title_of_a_sender_do_not_keep_it_from_storing(self):
        service = self.service(settings(processes=16))
        claiming = Pinging(service.port, ["127.0.0.5", "127.0.0.6"], 16, CLAIMS, pause=0.05)
        self.addCleanup(claiming.stop)
        wait_until(lambda: claiming.echoes > 100, 20, "they ping")
        taken, refused = self.store_for(service, 3 * AGE, pause=0.1)
        claiming.stop()
        figure(7, "longest_association_under_a_claimed_title", claiming.longest, "s")
        figure(7, "stores_beside_claimed_titles", len(taken), "instances")
        figure(7, "stores_refused_beside_claimed_titles", refused, "instances")
        self.assertLess(claiming.longest, AGE + 1)
        self.assertGreater(len(taken), 20)
        self.assertEqual(refused, 0)

    def test_what_others_at_its_address_were_refused_does_not_silence_a_sender(self):
        service = self.service("")
        answers = []
        for number in range(REFUSALS):
            with RawPeer(service.port, f"NOBODY{number % 6}", CT) as peer:
                answers.append(peer.rejection)
        self.assertEqual(answers[-1], LOCAL_LIMIT)  # The others rest until the minute is over.
        with RawPeer(service.port, "NOBODY0", VERIFICATION) as peer:
            self.assertEqual(peer.rejection, LOCAL_LIMIT)
        with RawPeer(service.port, "PACS", VERIFICATION) as peer:
            self.assertEqual(peer.answer, ACCEPTED)
        taken, refused = self.store_for(service, 0.5)
        figure(7, "stores_after_the_address_was_refused", len(taken), "instances")
        figure(7, "stores_refused_after_the_address_was_refused", refused, "instances")
        self.assertGreater(len(taken), 0)
        self.assertEqual(refused, 0)

    def test_a_request_for_which_no_process_can_be_started_is_told_so(self):
        service = self.service("[receive]\nmin_associations = 1\nmax_associations = 8\nmax_associations_per_address = 8\nassociation_request_timeout = 1\n")
        self.limit_processes(service, "1:")
        held = [self.hold(service, "PACS", "127.0.0.1") for _ in service.pids("association")]
        self.assertEqual({peer.answer for peer in held}, {ACCEPTED})
        began = time.monotonic()
        self.assertEqual(self.hold(service, "PACS", "127.0.0.1").rejection, LOCAL_LIMIT)
        took = time.monotonic() - began
        figure(7, "rejected_where_no_process_starts_within_1_s", took, "s")
        self.assertLess(took, 3)
        self.assertEqual(held[0].echo(), SUCCESS)
        self.assertIn("no association process can be started", service.log())
        self.limit_processes(service, ":".join(2 * [self.hard_limit]))
        wait_until(lambda: self.hold(service, "PACS", "127.0.0.1").answer == ACCEPTED, 20, "processes are started again")


if __name__ == "__main__":
    unittest.main()
