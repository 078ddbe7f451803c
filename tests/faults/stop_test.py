"""SIGTERM under load: what is in hand is finished within a bound, and nothing that was acknowledged is lost."""

import subprocess
import threading
import time
import unittest

from figures import figure
from glisson_service import Service, make_phantom, sop_instance_uid, wait_until

BOUND = 60  # Seconds; work that takes longer is interrupted and repeated after the next start.


class Stop(unittest.TestCase):
    def test_sigterm_under_load(self):
        service = Service("[queue]\nsettle_time = 1\nlease = 2\n[receive]\nmin_associations = 4\n")
        self.addCleanup(service.close)
        service.start()
        service.add_pacs()
        files = sorted(path for path in make_phantom(service.home / "phantom").rglob("*") if path.is_file())
        acknowledged, lock, stopped = set(), threading.Lock(), threading.Event()

        def send(part):
            while not stopped.is_set():
                try:
                    taken = service.store(*part)[1]
                except subprocess.SubprocessError:
                    continue
                with lock:
                    acknowledged.update(taken)

        senders = [threading.Thread(target=send, args=(files[k::4],)) for k in range(4)]
        for sender in senders:
            sender.start()
        wait_until(lambda: "attempt 1" in service.log(), 60, "an analysis runs")
        time.sleep(0.3)
        begin = time.monotonic()
        status = service.stop()
        seconds = time.monotonic() - begin
        stopped.set()
        for sender in senders:
            sender.join()
        self.assertEqual(status, 0)
        self.assertLess(seconds, BOUND + 10)
        self.assertNotIn("work in hand takes too long", service.log())
        self.assertEqual(service.pids(), [])
        figure(17, "sigterm_to_end", seconds, "s")
        figure(17, "acknowledged_before_the_end", len(acknowledged), "instances")
        self.assertGreater(len(acknowledged), 0)

        service.start()
        rows = dict(service.query("select sop_instance_uid, file_id from glisson.instance where state = 'current'"))
        kept = {path.stem for path in (service.data / "store" / "instances").rglob("*.dcm")}
        lost = [path for path in acknowledged if rows.get(sop_instance_uid(path)) not in kept]
        figure(17, "acknowledged_and_lost", len(lost), "instances")
        self.assertEqual(lost, [])
        self.assertEqual(len(service.store(*files)[1]), len(files))
        wait_until(service.pacs.received, 90, "a report at the PACS")
        wait_until(lambda: service.query("select count(*) from glisson.job where state in ('scheduled', 'running')")
                   == [["0"]], 60, "the queue is empty")
        self.assertEqual(len({sop_instance_uid(path) for path in service.pacs.received()}), 1)


if __name__ == "__main__":
    unittest.main()
