"""Durable before Success: the order of the system calls of every C-STORE, seen by strace."""

import os
import threading
import unittest

from figures import figure
from glisson_service import Service
from raw_peer import RawPeer
from small_objects import ct_image
from system_calls import DURABLE, Trace, durable, stores

ASSOCIATIONS = 4


class Durability(unittest.TestCase):
    def trace_of(self, count, wrapper=()):
        """Lines of each association process while `count` instances were stored, every one with Success."""
        service = Service(f"[receive]\nmin_associations = {ASSOCIATIONS}\n", wrapper=wrapper)
        self.addCleanup(service.close)
        service.start()
        service.add_pacs()
        trace = Trace(service.home / "trace", service.pids("association"))
        statuses = []

        def send(part):
            with RawPeer(service.port) as peer:
                for number in range(part, count, ASSOCIATIONS):
                    uid = f"1.2.826.0.1.2.{number}"
                    statuses.append(peer.store(uid, ct_image("1.2.826.0.1", "1.2.826.0.1.1", uid, number)))

        senders = [threading.Thread(target=send, args=(part,)) for part in range(ASSOCIATIONS)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        trace.stop()
        self.assertEqual(statuses, [0] * count)
        return trace.lines()

    def test_every_store_is_durable_before_its_answer(self):
        lines = self.trace_of(1000)
        seen = [steps for process in lines for steps in stores(process)]
        self.assertEqual(len(seen), 1000)
        figure(2, "stores_seen", len(seen), "stores")
        figure(2, "stores_out_of_order", sum(not durable(steps) for steps in seen), "stores")
        self.assertEqual([steps for steps in seen if not durable(steps)], [])
        self.check_tells_disorder(next(process for process in lines if process))

    def check_tells_disorder(self, lines):
        """The check itself must fail on a trace in which a step is missing or comes after the answer."""
        folder = "/instances/".encode().hex("-").replace("-", r"\x")
        flaws = {
            "no fsync": [line for line in lines if not line.startswith("fsync(")],
            "no fsync of the file": [line for line in lines
                                     if not (line.startswith("fsync(") and r"\x2e\x70\x61\x72\x74>" in line)],
            "no fsync of the folder": [line for line in lines if not (line.startswith("fsync(") and folder in line)],
            "no COMMIT": [line for line in lines if r"\x43\x4f\x4d\x4d\x49\x54" not in line],
            "an fsync that fails": [line.replace("= 0", "= -1 EIO (Input/output error)") if line.startswith("fsync(")
                                    else line for line in lines],
            "an fsync that was not done": [line + " (INJECTED)" if line.startswith("fsync(") else line
                                           for line in lines],
        }
        before = {"write after fsync": ("write(", "fsync("), "rename before fsync": ("fsync(", "rename("),
                  "COMMIT before rename": ("rename(", None), "answer before COMMIT is answered": ("recvfrom(", None)}
        for name, (first, second) in before.items():
            flaws[name] = self.moved(lines, first, second)
        for name, flawed in flaws.items():
            with self.subTest(name):
                self.assertNotEqual(flawed, lines)
                found = stores(flawed)
                self.assertEqual(len(found), len(stores(lines)))
                self.assertEqual([steps for steps in found if durable(steps)], [], DURABLE)

    @staticmethod
    def moved(lines, first, second):
        """Calls `first` moved behind the next call `second`, or behind the answer to the peer."""
        result, held = [], []
        for line in lines:
            is_answer = line.startswith("sendto(") and "<TCP" in line
            commit = first != "recvfrom(" or (r"\x43\x00\x00\x00\x0b\x43\x4f\x4d\x4d\x49\x54" in line)
            if line.startswith(first) and commit:
                held.append(line)
                continue
            result.append(line)
            if (line.startswith(second) if second else is_answer and r'"\x04\x00' not in line):
                result, held = result + held, []
        return result + held

    def test_the_check_fails_where_fsync_does_nothing(self):
        lines = self.trace_of(20, ["env", "LD_PRELOAD=" + os.environ["NO_FSYNC"]])
        seen = [steps for process in lines for steps in stores(process)]
        self.assertEqual(len(seen), 20)
        figure(2, "stores_told_without_fsync", sum(not durable(steps) for steps in seen), "of_20")
        self.assertEqual([steps for steps in seen if durable(steps)], [])


if __name__ == "__main__":
    unittest.main()
