"""kill -9 of random processes under load: nothing acknowledged is lost, nothing is reported under two UIDs."""

import contextlib
import hashlib
import os
import pathlib
import random
import signal
import threading
import time

from figures import figure
from glisson_service import wait_until
from raw_peer import RawPeer, data_set_of
from small_studies import SmallStudies, study_of
from whole_service import ACCEPTED, WholeService

SENDERS = 4
LONGEST_PAUSE = 4  # seconds between two studies of a sender: some 70 instances a second in all
SETTINGS = f"[queue]\nsettle_time = 1\nlease = 2\n[receive]\nmin_associations = {SENDERS}\nmax_associations = 32\n"
FEWEST_STUDIES = 3
# How often each is killed, of a hundred. The role database becomes the postmaster; a backend takes all of PostgreSQL
# with it.
VICTIMS = {"association": 32, "analysis": 18, "delivery": 12, "upkeep": 8, "tls": 6, "web": 4, "backend": 10,
           "postmaster": 5, "supervisor": 5}


class Senders:
    """Threads that send until told to stop, each instance until it is acknowledged, as a PACS does; half of them by TLS."""

    def __init__(self, service):
        self.service = service
        self.lock = threading.Lock()
        self.studies = SmallStudies(service.home / "study")
        self.acknowledged = {}  # digest by SOP Instance UID
        self.reported = set()  # studies that were acknowledged whole
        self.failures = 0
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=route)
                        for route in [(service.port, None), (service.tls_port, service.client)] * (SENDERS // 2)]
        for thread in self.threads:
            thread.start()

    def run(self, port, tls):
        chance = random.Random(threading.get_ident())
        while not self.stopping.wait(chance.uniform(0, LONGEST_PAUSE)):
            with self.lock:
                study, instances = self.studies.study()
                loose = self.studies.loose_images(60)
            if self.send(loose, port, tls) and self.send(instances, port, tls):
                with self.lock:
                    self.reported.add(study)

    def send(self, instances, port, tls):
        waiting = list(instances)
        while waiting:
            with contextlib.suppress(OSError, ValueError):
                with RawPeer(port, "PACS", waiting[0].sop_class, waiting[0].transfer_syntax, tls=tls) as peer:
                    while waiting and waiting[0].sop_class == peer.sop_class and peer.answer == ACCEPTED:
                        instance = waiting[0]
                        if peer.store(instance.sop_instance, instance.data_set) != 0:
                            break
                        digest = hashlib.sha256(instance.data_set).hexdigest()
                        with self.lock:
                            self.acknowledged[instance.sop_instance] = digest
                        waiting.pop(0)
                        if waiting and waiting[0].sop_class != peer.sop_class:
                            break
                    else:
                        continue
            if self.stopping.is_set():
                return not waiting
            if waiting:
                self.failures += 1
                time.sleep(0.05)
        return True

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def backends(service):
    """PostgreSQL's processes but the postmaster."""
    found = []
    postmaster = str(service.postmaster())
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if entry.read_text().rpartition(")")[2].split()[1] == postmaster:
                found.append(int(entry.parent.name))
    return found


def kill_one(service, chance):
    """Kills a process that chance chooses; returns what it was, or None where none was there."""
    victim = chance.choices(list(VICTIMS), VICTIMS.values())[0]
    try:
        if victim == "supervisor":
            service.kill()
            if chance.random() < 0.5:
                time.sleep(chance.uniform(0, 1))
            service.start()
            return victim
        pids = {"backend": lambda: backends(service), "postmaster": lambda: [service.postmaster()]}.get(
            victim, lambda: service.pids(victim))()
        os.kill(chance.choice(pids), signal.SIGKILL)
        return victim
    except (IndexError, ProcessLookupError, FileNotFoundError, ValueError):
        return None


def unfinished(service):
    done = service.run("db", "status")
    if done.returncode != 0:
        return None
    return int(service.query("select count(*) from glisson.job where state in ('scheduled', 'running')")[0][0])


def finish(service):
    """Waits for the queue; a job that was killed three times is tried again by hand, as its reason says."""
    retried = 0
    for _ in range(10):
        wait_until(lambda: unfinished(service) == 0, 240, "the queue is empty")
        dead = service.query("select job_id from glisson.job where state = 'dead'")
        if not dead:
            break
        for (job,) in dead:
            service.command("job", "retry", job)
            retried += 1
    return retried


def reconcile(service):
    """Makes every file old enough for upkeep, which looks when it starts."""
    assert service.stop() == 0
    past = time.time() - 3600
    for path in (service.data / "store").rglob("*"):
        if path.is_file():
            os.utime(path, (past, past))
    seen = service.log().count("reconciliation: ")
    service.start()
    wait_until(lambda: service.log().count("reconciliation: ") > seen, 300, "upkeep has reconciled files and index")
    finish(service)  # What it indexed may have woken an analysis.


def verify(service, senders):
    """Counts what the promises forbid."""
    rows = service.query("select sop_instance_uid, file_id, encode(digest, 'hex') from glisson.instance "
                         "where state = 'current'")
    kept = {uid: (file_id, digest) for uid, file_id, digest in rows}
    files = {path.stem: path for path in (service.data / "store" / "instances").rglob("*.dcm")}
    lost = 0
    for uid, digest in senders.acknowledged.items():
        file_id, recorded = kept.get(uid, (None, None))
        path = files.get(file_id)
        if path is None or recorded != digest or hashlib.sha256(data_set_of(path)).hexdigest() != digest:
            lost += 1
    known = {file_id for (file_id,) in service.query("select file_id from glisson.instance")}
    reports = {}
    for path in service.pacs.received():
        reports.setdefault(study_of(path.read_bytes()), set()).add(path.stem)
    return {
        "acknowledged_lost": lost,
        "orphan_files": len(files.keys() - known),
        "rows_without_file": len(known - files.keys()),
        "partial_files": len(list((service.data / "store" / "incoming").iterdir())),
        "studies_reported_twice": sum(len(uids) > 1 for uids in reports.values()),
        "studies_without_report": len(senders.reported - reports.keys()),
        "jobs_not_done": int(service.query("select count(*) from glisson.job where state <> 'done'")[0][0]),
    }


def run(kills, instances, minutes, seed, then=lambda service, senders: None,
        prefix="soak"):
    """Kills until there were `kills` of them and `instances` were acknowledged, or the time is up.

    True when nothing was lost or done twice, and there were as many kills and instances as asked. `then` gets the
    service before it is closed.
    """
    service = WholeService(SETTINGS)
    try:
        service.start()
        service.add_pacs()
        senders, chance, begin, counts = Senders(service), random.Random(seed), time.monotonic(), {}
        shown = begin
        try:
            while time.monotonic() - begin < 60 * minutes:
                if sum(counts.values()) >= kills:
                    if len(senders.acknowledged) >= instances and len(senders.reported) > FEWEST_STUDIES:
                        break
                    time.sleep(1)
                else:
                    time.sleep(chance.uniform(0.02, 0.6))
                    if victim := kill_one(service, chance):
                        counts[victim] = counts.get(victim, 0) + 1
                if time.monotonic() - shown > 30:
                    shown = time.monotonic()
                    print(f"{shown - begin:.0f} s: {sum(counts.values())} kills, {len(senders.acknowledged)} acknowledged, "
                          f"{len(senders.reported)} studies, {senders.failures} broken off", flush=True)
        finally:
            senders.stop()
        took = time.monotonic() - begin
        wait_until(service.is_whole, 120, "every process of the service answers")
        retried = finish(service)
        reconcile(service)
        flaws = verify(service, senders)
        then(service, senders)
    except BaseException:
        print("\n".join(service.log().splitlines()[-40:]), flush=True)
        raise
    finally:
        service.close()
    figure(1, f"{prefix}_seconds", round(took), "s")
    figure(1, f"{prefix}_kills", sum(counts.values()), "kills")
    for victim in sorted(VICTIMS):
        figure(1, f"{prefix}_kills_{victim}", counts.get(victim, 0), "kills")
    figure(1, f"{prefix}_acknowledged", len(senders.acknowledged), "instances")
    figure(1, f"{prefix}_broken_off", senders.failures, "times")
    figure(1, f"{prefix}_reports", len(senders.reported), "studies")
    figure(1, f"{prefix}_jobs_retried_by_hand", retried, "jobs")
    for name, count in flaws.items():
        figure(1, f"{prefix}_{name}", count, "of_them")
    enough = sum(counts.values()) >= kills and len(senders.acknowledged) >= instances
    return enough and not any(flaws.values())
