"""Hostile and honest peers at once, for long: service for the honest ones, and memory and descriptors that stay flat."""

import contextlib
import os
import pathlib
import random
import socket
import threading
import time

from figures import figure
from raw_peer import CT, VERIFICATION, RawPeer
from small_studies import SmallStudies
from tls_service import client_hello
from whole_service import ACCEPTED, WholeService

SETTINGS = """
[queue]
settle_time = 1
[receive]
min_associations = 4
max_associations = 32
association_request_timeout = 2
pdu_timeout = 3
idle_timeout = 5
"""
SAMPLE_SECONDS = 5
ROLES = ("analysis", "delivery", "upkeep", "tls", "web", "association")
# Growth that counts as a leak, over an hour. A process that is replaced starts anew, so single roles are watched.
MOST_MEMORY_PER_HOUR = 4.0  # MB of one process
MOST_DESCRIPTORS_PER_HOUR = 4.0


def slope(samples):
    """Least-squares slope, per hour, of (seconds, value) pairs."""
    count = len(samples)
    if count < 2:
        return 0.0
    mean_time = sum(at for at, _ in samples) / count
    mean_value = sum(value for _, value in samples) / count
    spread = sum((at - mean_time) ** 2 for at, _ in samples)
    return 3600 * sum((at - mean_time) * (value - mean_value) for at, value in samples) / spread if spread else 0.0


class Peers:
    """Threads, one for each kind of peer, until stop()."""

    def __init__(self, service):
        self.service = service
        self.stopping = threading.Event()
        self.studies = SmallStudies(service.home / "study")
        self.sent, self.refused, self.pages, self.hostile, self.echo_times, self.echo_failures = 0, 0, 0, 0, [], 0
        kinds = [self.honest, self.honest_by_tls, self.prober, self.browser, self.half_a_handshake, self.silent,
                 self.dripping, self.garbage, self.half_a_store, self.never_releases, self.nested, self.stranger]
        self.threads = [threading.Thread(target=self.repeat, args=(kind,)) for kind in kinds]
        for thread in self.threads:
            thread.start()

    def repeat(self, kind):
        chance = random.Random(kind.__name__)
        while not self.stopping.is_set():
            with contextlib.suppress(OSError):
                kind(chance)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def pause(self, seconds):
        self.stopping.wait(seconds)

    def connection(self, content):
        self.hostile += 1
        connection = socket.create_connection(("127.0.0.1", self.service.port), timeout=5)
        connection.sendall(content)
        return connection

    # --- honest ---------------------------------------------------------------------------------------------------

    def honest(self, _, port=None, tls=None):
        instances = self.studies.study()[1] + self.studies.loose_images(20)
        for instance in instances:
            with RawPeer(port or self.service.port, "PACS", instance.sop_class, instance.transfer_syntax, tls=tls) as peer:
                if peer.answer == ACCEPTED and peer.store(instance.sop_instance, instance.data_set) == 0:
                    self.sent += 1
                else:
                    self.refused += 1
            self.pause(0.05)

    def honest_by_tls(self, chance):
        self.honest(chance, self.service.tls_port, self.service.client)

    def browser(self, _):
        for target in ("/", "/readyz", "/metrics", "/api/session"):
            self.pages += self.service.web_answer(target)[0] == 200
            self.pause(0.2)

    def prober(self, _):
        begin = time.monotonic()
        try:
            with RawPeer(self.service.port, "PROBER", VERIFICATION) as peer:
                answered = peer.answer == ACCEPTED and peer.echo() == 0
        except OSError:
            answered = False
        if answered:
            self.echo_times.append(time.monotonic() - begin)
        else:
            self.echo_failures += 1
        self.pause(0.1)

    # --- hostile --------------------------------------------------------------------------------------------------

    def silent(self, chance):
        with contextlib.ExitStack() as held:
            for _ in range(chance.randrange(100)):
                held.enter_context(self.connection(b""))
            self.pause(chance.uniform(0, 4))

    def half_a_handshake(self, chance):
        self.hostile += 1
        with socket.create_connection(("127.0.0.1", self.service.tls_port), timeout=5) as connection:
            connection.sendall(client_hello()[:chance.randrange(1, 600)])
            self.pause(chance.uniform(0, 1))

    def dripping(self, chance):
        with self.connection(b"\1\0") as connection:
            for _ in range(20):
                connection.sendall(b"\0")
                self.pause(chance.uniform(0, 0.5))

    def garbage(self, chance):
        with self.connection(chance.randbytes(chance.randrange(5000))):
            self.pause(0.05)

    def half_a_store(self, chance):
        self.hostile += 1
        with RawPeer(self.service.port) as peer:
            peer.begin_store("1.2.3.4", chance.randbytes(chance.randrange(100_000)))
            self.pause(chance.uniform(0, 1))

    def never_releases(self, chance):
        self.hostile += 1
        with RawPeer(self.service.port, "IDLE", VERIFICATION):
            self.pause(chance.uniform(0, 10))

    def nested(self, chance):
        """Sequences in sequences, as deep as fits (PS3.5 7.5)."""
        self.hostile += 1
        depth = chance.choice([65, 1000, 40_000])
        with RawPeer(self.service.port) as peer:
            peer.store("1.2.3.4", (b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\0\xe0\xff\xff\xff\xff") * depth)
        self.pause(0.5)

    def stranger(self, chance):
        self.hostile += 1
        with RawPeer(self.service.port, chance.choice(["STRANGER", "\x1b[2J", "../.."]), CT):
            self.pause(0.05)


class Watch:
    """Samples of memory (RssAnon, MB) and descriptors of the service's processes."""

    def __init__(self, service):
        self.service, self.begin, self.samples = service, time.monotonic(), {}

    def sample(self):
        at = time.monotonic() - self.begin
        roles = {"supervisor": [self.service.process.pid]}
        for role in ROLES:
            roles[role] = self.service.pids(role)
        for role, pids in roles.items():
            measured = [found for pid in pids if (found := self.measure(pid))]
            if not measured:
                continue
            # Association processes come and go: their mean, and how many there are.
            size = len(measured)
            self.samples.setdefault((role, "memory"), []).append((at, sum(memory for memory, _ in measured) / size))
            self.samples.setdefault((role, "descriptors"), []).append((at, sum(count for _, count in measured) / size))
            self.samples.setdefault((role, "processes"), []).append((at, size))

    @staticmethod
    def measure(pid):
        with contextlib.suppress(OSError, StopIteration):
            lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
            kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))
            return kilobytes / 1024, len(os.listdir(f"/proc/{pid}/fd"))
        return None

    def descriptors_at_rest(self, at_most, seconds):
        """Of the supervisor, once nobody is connected; waits so long for connections to time out."""
        deadline = time.monotonic() + seconds
        while True:
            measured = self.measure(self.service.process.pid)
            # A process of the pool is one control socket; how many are kept depends on what was asked of it.
            count = measured[1] - len(self.service.pids("association"))
            if count <= at_most or time.monotonic() > deadline:
                return count
            time.sleep(0.5)

    def settled(self, key):
        """Samples after the first quarter, in which caches fill."""
        samples = self.samples.get(key, [])
        return samples[len(samples) // 4:]


def run(minutes, prefix="load"):
    """True when honest peers were served and nothing grew."""
    service = WholeService(SETTINGS)
    try:
        service.start()
        service.add_pacs()
        watch = Watch(service)
        rest_before = watch.descriptors_at_rest(0, 2)
        peers = Peers(service)
        try:
            while time.monotonic() - watch.begin < 60 * minutes:
                time.sleep(SAMPLE_SECONDS if minutes > 1 else 0.5)
                watch.sample()
        finally:
            peers.stop()
        alive = service.echo()
        rest_after = watch.descriptors_at_rest(rest_before, 15)
        figure(6, f"{prefix}_supervisor_descriptors_at_rest_before", rest_before, "descriptors")
        figure(6, f"{prefix}_supervisor_descriptors_at_rest_after", rest_after, "descriptors")
    finally:
        service.close()
    return report(prefix, minutes, peers, watch) and alive and rest_after <= rest_before


def report(prefix, minutes, peers, watch):
    times = sorted(peers.echo_times)
    p99 = times[int(0.99 * (len(times) - 1))] if times else float("inf")
    figure(6, f"{prefix}_minutes", float(minutes), "min")
    figure(6, f"{prefix}_hostile_connections", peers.hostile, "connections")
    figure(6, f"{prefix}_honest_stores", peers.sent, "instances")
    figure(6, f"{prefix}_honest_refused", peers.refused, "instances")
    figure(6, f"{prefix}_pages_shown", peers.pages, "pages")
    figure(6, f"{prefix}_echo_p99", p99, "s")
    figure(6, f"{prefix}_echo_failures", peers.echo_failures, "of_" + str(len(times) + peers.echo_failures))
    flat = True
    for role in ("supervisor", *ROLES):
        memory, descriptors = watch.settled((role, "memory")), watch.settled((role, "descriptors"))
        figure(6, f"{prefix}_{role}_memory_last", memory[-1][1], "MB")
        figure(6, f"{prefix}_{role}_descriptors_last", descriptors[-1][1], "descriptors")
        if minutes < 5:  # Too short for a slope to mean anything.
            continue
        figure(6, f"{prefix}_{role}_memory_slope", slope(memory), "MB/h")
        hours = minutes / 60  # Growth in this run, not what a short one would extrapolate to.
        flat &= slope(memory) * hours <= MOST_MEMORY_PER_HOUR
        if role == "supervisor":
            continue  # It holds the silent peers of the moment, up to a hundred: what is left at rest tells of a leak.
        figure(6, f"{prefix}_{role}_descriptors_slope", slope(descriptors), "descriptors/h")
        flat &= slope(descriptors) * hours <= MOST_DESCRIPTORS_PER_HOUR
    return flat and p99 <= 1 and peers.sent > 0 and peers.pages > 0 and peers.echo_failures == 0
