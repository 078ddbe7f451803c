"""Crowds of peers that are silent, slow, idle or too many, and what the others notice of them."""

import contextlib
import os
import pathlib
import select
import socket
import threading
import time
import unittest

from figures import figure
from glisson_service import Service, wait_until
from raw_peer import CT, VERIFICATION, RawPeer

REJECTED = 3
TRANSIENT, PRESENTATION, LOCAL_LIMIT = 2, 3, 2
#: Connections of the flat-memory test; the long form sets 100,000.
CONNECTS = int(os.environ.get("GLISSON_CONNECTS", "3000"))
#: After so many an association process ends and another takes its place (docs/admission.md).
ASSOCIATIONS_OF_A_PROCESS = 1000


def resident_bytes(pid):
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def percentile(values, percent):
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def seconds_of(action):
    start = time.monotonic()
    action()
    return time.monotonic() - start


def echo(port, address="127.0.0.1"):
    with RawPeer(port, "HONEST", VERIFICATION, address=address) as peer:
        assert peer.echo() == 0
        peer.release()


def closed_by_the_other_side(connections, seconds):
    """How many connections are closed within the time."""
    waiting = {connection.fileno(): connection for connection in connections}
    poller = select.poll()
    for descriptor in waiting:
        poller.register(descriptor, select.POLLIN)
    deadline = time.monotonic() + seconds
    while waiting and time.monotonic() < deadline:
        for descriptor, _ in poller.poll(100):
            with contextlib.suppress(ConnectionError):
                if waiting[descriptor].recv(65536):
                    continue
            poller.unregister(descriptor)
            del waiting[descriptor]
    return len(connections) - len(waiting)


class Dripping:
    """Sends one byte of each connection's text every half second, until stopped."""

    def __init__(self, connections, text):
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(connections, text))
        self.thread.start()

    def run(self, connections, text):
        for byte in text:
            for connection in connections:
                with contextlib.suppress(OSError):
                    connection.send(bytes([byte]))
            if self.stopped.wait(0.5):
                return

    def stop(self):
        self.stopped.set()
        self.thread.join()


class Crowd(unittest.TestCase):
    def service(self, settings=""):
        service = Service("[receive]\n" + settings)
        self.addCleanup(service.close)
        service.start()
        return service

    def introduce(self, service, *titles):
        """Peers that may store, so that they may hold more associations than strangers."""
        for title in titles:
            service.command("peer", "add", title.lower(), title, "127.0.0.1", 104, "--may", "store")
        service.await_senders()

    def connections(self, service, count, **options):
        made = [socket.create_connection(("127.0.0.1", service.port), timeout=10, **options) for _ in range(count)]
        self.addCleanup(lambda: [connection.close() for connection in made])
        return made

    def test_silent_dripping_and_idle_peers_cost_others_nothing(self):
        service = self.service("idle_timeout = 15\npdu_timeout = 5\n")
        service.command("peer", "add", "ct", "PACS", "127.0.0.1", 104, "--may", "store")
        supervisor = service.process.pid
        self.introduce(service, "IDLER")
        memory = resident_bytes(supervisor)
        idle = [RawPeer(service.port, "IDLER", CT) for _ in range(60)]
        self.addCleanup(lambda: [peer.socket.close() for peer in idle])
        storing = [RawPeer(service.port, "PACS", CT) for _ in range(10)]
        self.addCleanup(lambda: [peer.socket.close() for peer in storing])
        silent = self.connections(service, 1000)
        requesting = self.connections(service, 90)
        drips = [Dripping(requesting, b"\1\0\0\0\1\0" + bytes(250)),
                 Dripping([peer.socket for peer in storing], b"\4\0\0\0\x40\0" + bytes(250))]
        began = time.monotonic()
        try:
            latencies = []
            for _ in range(200):
                latencies.append(seconds_of(lambda: echo(service.port)))
                time.sleep(0.015)  # Over seconds, while all of them are there.
            peak = descriptors(supervisor)
            cut = closed_by_the_other_side(silent + requesting, max(0.1, began + 10 - time.monotonic()))
            self.assertEqual(cut, 1090, "all without a whole request are cut within their deadline")
            self.assertEqual(closed_by_the_other_side([peer.socket for peer in storing], 25), 10,
                             "those that drip within a message fall below the minimum rate")
        finally:
            for drip in drips:
                drip.stop()
        wait_until(lambda: service.log().count("timed out") >= 60, 40, "idle associations are cut")
        figure(6, "idle_associations_cut", service.log().count("timed out"), "associations")
        figure(6, "too_slow_within_a_message_cut", service.log().count("too slow"), "associations")
        self.assertGreaterEqual(service.log().count("too slow"), 10)
        p99 = percentile(latencies, 99)
        figure(6, "c_echo_p99", p99, "s")
        figure(6, "c_echo_median", percentile(latencies, 50), "s")
        figure(6, "cut_without_request", cut, "connections")
        figure(6, "supervisor_descriptors_peak", peak, "descriptors")
        self.assertLessEqual(p99, 1.0)
        self.assertLessEqual(peak, 2048 + 300)
        wait_until(lambda: descriptors(supervisor) < 200, 30, "descriptors are given back")
        grown = (resident_bytes(supervisor) - memory) / 2**20
        figure(6, "supervisor_memory_growth", grown, "MiB")
        self.assertLess(grown, 16)

    def test_more_silent_peers_than_there_is_room_for_push_out_each_other(self):
        service = self.service("association_request_timeout = 60\n")
        held = self.connections(service, 2100, source_address=("127.0.0.3", 0))
        latency = max(seconds_of(lambda: echo(service.port)) for _ in range(20))
        self.assertLess(latency, 2)
        self.assertGreaterEqual(closed_by_the_other_side(held, 1), 52)
        figure(6, "c_echo_slowest_beside_2100_silent", latency, "s")

    def test_a_peer_that_releases_and_never_closes_is_let_go(self):
        service = self.service()
        with RawPeer(service.port, "SLACK", VERIFICATION) as peer:
            peer.release()
            taken = seconds_of(lambda: self.assertEqual(closed_by_the_other_side([peer.socket], 10), 1))
        figure(6, "released_but_not_closed", taken, "s")
        self.assertLess(taken, 3)

    def rejections(self, service, count, calling, address):
        """Seconds from connecting to the A-ASSOCIATE-RJ, each."""
        taken = []
        for _ in range(count):
            start = time.monotonic()
            with RawPeer(service.port, calling, CT, address=address) as peer:
                taken.append(time.monotonic() - start)
                self.assertEqual(peer.answer, REJECTED)
                self.assertEqual(peer.rejection, (TRANSIENT, PRESENTATION, LOCAL_LIMIT))
        return taken

    @staticmethod
    def flood_of_a_rejected_peer(service, stop):
        """Sends on and on once its request is rejected for its address, and comes again."""
        zeros = bytes(1 << 20)
        while not stop.is_set():
            with contextlib.suppress(OSError), RawPeer(service.port, "THREE", CT, address="127.0.0.2") as peer:
                while not stop.is_set():
                    peer.socket.sendall(zeros)

    def test_limits_are_told_at_once(self):
        service = self.service("min_associations = 8\nmax_associations = 8\nmax_associations_per_address = 5\n"
                               "max_associations_per_title = 3\n")
        self.introduce(service, "ONE", "TWO", "THREE", "FOUR")
        held = []

        def hold(count, calling, address):
            held.extend(RawPeer(service.port, calling, CT, address=address) for _ in range(count))
            self.assertEqual({peer.answer for peer in held}, {2})

        self.addCleanup(lambda: [peer.socket.close() for peer in held])
        hold(3, "ONE", "127.0.0.2")
        of_title = self.rejections(service, 20, "ONE", "127.0.0.3")
        hold(2, "TWO", "127.0.0.2")
        of_address = self.rejections(service, 20, "THREE", "127.0.0.2")
        hold(3, "THREE", "127.0.0.4")
        in_total = self.rejections(service, 20, "FOUR", "127.0.0.5")
        stop = threading.Event()
        floods = [threading.Thread(target=self.flood_of_a_rejected_peer, args=(service, stop)) for _ in range(3)]
        for flood in floods:
            flood.start()
        beside_floods = self.rejections(service, 200, "FOUR", "127.0.0.5")
        stop.set()
        for flood in floods:
            flood.join()
        figure(7, "rejected_beside_3_floods_p99", percentile(beside_floods, 99) * 1000, "ms")
        self.assertLessEqual(percentile(beside_floods, 99), 0.1)
        with self.subTest("a title that goes on behind a NUL is none"):
            with RawPeer(service.port, "ONE\0X", VERIFICATION, address="127.0.0.3") as peer:
                self.assertEqual(peer.rejection, (1, 1, 3))  # For good; calling AE title not recognized.
        for name, taken in (("title", of_title), ("address", of_address), ("total", in_total)):
            figure(7, f"rejected_for_{name}_median", percentile(taken, 50) * 1000, "ms")
            figure(7, f"rejected_for_{name}_slowest", max(taken) * 1000, "ms")
            self.assertLessEqual(max(taken), 0.1)
        for peer in held:
            peer.socket.close()
        wait_until(service.echo, 10, "associations are taken again")

    def test_connections_leave_nothing_behind(self):
        # Strangers have a quarter of the processes; one that has let a peer go is busy for a moment longer.
        service = self.service("min_associations = 2\nmax_associations = 64\n")
        supervisor = service.process.pid

        def connect(count):
            for number in range(count):
                kind = number % 4
                if kind == 0:
                    echo(service.port)
                    continue
                with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
                    if kind == 1:
                        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
                    elif kind == 2:
                        connection.sendall(b"\1\0\0\0\1\0 half a request")

        connect(CONNECTS // 5)
        memory, open_before = resident_bytes(supervisor), descriptors(supervisor)
        connect(CONNECTS)
        wait_until(lambda: descriptors(supervisor) <= open_before + 4, 10, "descriptors are given back")
        grown = (resident_bytes(supervisor) - memory) / 2**20
        figure(6, "memory_growth_over_connects", grown, "MiB")
        figure(6, "connects", CONNECTS, "connections")
        self.assertLess(grown, 4)

    def is_answered(self, port):
        """C-ECHO on an association of its own; False where there is no room yet for another."""
        with RawPeer(port, "HONEST", VERIFICATION) as peer:
            if peer.rejection == (TRANSIENT, PRESENTATION, LOCAL_LIMIT):
                return False
            self.assertEqual(peer.echo(), 0)
            peer.release()
            return True

    def test_a_process_that_has_served_long_enough_is_replaced_unseen(self):
        service = self.service("min_associations = 1\nmax_associations = 1\nmax_associations_per_address = 1\n")
        first = service.pids("association")
        for number in range(ASSOCIATIONS_OF_A_PROCESS + 5):
            deadline = time.monotonic() + 10
            while not self.is_answered(service.port):
                self.assertLess(time.monotonic(), deadline, f"association {number}")
        self.assertNotEqual(service.pids("association"), first)
        figure(6, "associations_over_a_replacement", ASSOCIATIONS_OF_A_PROCESS + 5, "associations")


if __name__ == "__main__":
    unittest.main()
