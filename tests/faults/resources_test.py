"""Disks and queues that are full, studies without end, files that were lost: refused for now, never half stored."""

import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

from figures import figure
from glisson_service import Service, make_phantom, wait_until
from raw_peer import RawPeer, data_set_of, file_meta_of, store_file

SUCCESS, OUT_OF_RESOURCES, CANNOT_UNDERSTAND = 0x0000, 0xA700, 0xC000
SETTINGS = "[queue]\nsettle_time = 1\n[receive]\nmin_associations = 2\n[resources]\n"


def stored_files(service):
    return [path for path in (service.data / "store").rglob("*") if path.is_file() and path.suffix in (".part", ".dcm")]


class Resources(unittest.TestCase):
    def service(self, settings, mounts=()):
        """A service, not started; `mounts`: (folder below its home, MiB) that are tmpfs of their own."""
        service = Service(SETTINGS + settings)
        self.addCleanup(shutil.rmtree, service.home, ignore_errors=True)
        for folder, size in mounts:
            path = service.home / folder
            path.mkdir(parents=True, exist_ok=True)
            if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", path],
                              capture_output=True).returncode != 0:
                self.skipTest("mounting a tmpfs is not permitted here")
            self.addCleanup(subprocess.run, ["umount", "-l", path])
            if os.geteuid() == 0:
                shutil.chown(path, "glisson", "glisson")
        if mounts and os.geteuid() == 0:
            shutil.chown(service.data, "glisson", "glisson")
        self.addCleanup(service.close)
        return service

    def start(self, service):
        service.start()
        service.add_pacs()
        wait_until(lambda: service.status()["ready"], 15, "the node is ready")
        study = make_phantom(service.home / "phantom")
        self.images = sorted(path for path in study.rglob("*") if path.is_file())
        self.segmentation = next(path for path in self.images
                                 if file_meta_of(path)[0] == "1.2.840.10008.5.1.4.1.1.66.4")
        self.images.remove(self.segmentation)

    def send(self, service, path, peer=None):
        """Status of a C-STORE of the file, on an association of its own unless one is given; None: rejected."""
        return peer.store_file(path) if peer else store_file(service.port, path)

    def open(self, service):
        peer = RawPeer.for_file(service.port, self.images[0])
        self.addCleanup(peer.socket.close)
        self.assertIsNone(peer.rejection)
        return peer

    def fill(self, folder, leave):
        """A foreign file that leaves so many bytes on the disk."""
        disk = os.statvfs(folder)
        path = pathlib.Path(folder) / "foreign"
        with open(path, "ab") as file:
            os.posix_fallocate(file.fileno(), file.tell(), disk.f_bavail * disk.f_frsize - leave)
        return path

    def seconds_until_stored(self, service, path, since, peer=None):
        wait_until(lambda: self.send(service, path, peer) == SUCCESS, 20, "an instance is stored again")
        return time.monotonic() - since

    def assert_every_row_has_its_file_and_no_other_is_there(self, service):
        rows = {file_id for (file_id,) in service.query("select file_id from glisson.instance")}
        self.assertEqual({path.stem for path in stored_files(service)}, rows)

    def test_above_its_mark_the_store_refuses_and_recovers_by_itself(self):
        service = self.service("least_free = 16777216\nleast_free_percent = 0\n", [("data/store", 64)])
        self.start(service)
        self.assertEqual(self.send(service, self.images[0]), SUCCESS)
        peer = self.open(service)
        foreign = self.fill(service.data / "store", 8 << 20)
        begin = time.monotonic()
        wait_until(lambda: not service.status()["ready"], 10, "the node is not ready")
        figure(8, "disk_mark_to_not_ready", time.monotonic() - begin, "s")
        with self.subTest("an association that stores is refused as congestion, C-ECHO is not"):
            wait_until(lambda: self.send(service, self.images[1]) is None, 5, "associations are refused")
            self.assertTrue(service.echo())
        with self.subTest("what comes on an open association is answered with A700 and its reason"):
            wait_until(lambda: self.send(service, self.images[1], peer) == OUT_OF_RESOURCES, 5, "A700")
            self.assertEqual(peer.comment, "store_disk_full")
        before = len(stored_files(service))
        self.assertEqual(self.send(service, self.images[3], peer), OUT_OF_RESOURCES)
        self.assertEqual(service.status()["reason"], "store_disk_full")
        self.assertIn("store_disk_full", service.alerts())
        self.assertEqual(len(stored_files(service)), before)
        foreign.unlink()
        begin = time.monotonic()
        figure(8, "space_to_success", self.seconds_until_stored(service, self.images[1], begin), "s")
        self.assertLess(time.monotonic() - begin, 10)
        self.seconds_until_stored(service, self.images[2], begin, peer)
        wait_until(lambda: service.status()["ready"], 10, "the node is ready again")
        self.assertEqual(service.alerts(), {})
        self.assert_every_row_has_its_file_and_no_other_is_there(service)

    def test_a_store_disk_without_a_byte_left(self):
        service = self.service("least_free = 0\nleast_free_percent = 0\n", [("data/store", 32)])
        self.start(service)
        self.assertEqual(self.send(service, self.images[0]), SUCCESS)
        peer = self.open(service)
        foreign = self.fill(service.data / "store", 0)
        statuses = [self.send(service, path, peer) for path in self.images[1:4]]
        figure(3, "answers_A700_with_a_full_store", statuses.count(OUT_OF_RESOURCES), "of_3")
        self.assertEqual(statuses, [OUT_OF_RESOURCES] * 3)
        figure(3, "partial_files_with_a_full_store", len(stored_files(service)) - 1, "files")
        self.assertEqual(len(stored_files(service)), 1)
        foreign.unlink()
        begin = time.monotonic()
        figure(3, "store_space_to_success", self.seconds_until_stored(service, self.images[1], begin, peer), "s")
        self.assertLess(time.monotonic() - begin, 10)
        self.assert_every_row_has_its_file_and_no_other_is_there(service)

    def test_a_database_disk_without_a_byte_left(self):
        service = self.service("least_free = 0\nleast_free_percent = 0\n", [("data", 320), ("data/store", 64)])
        self.start(service)
        self.assertEqual(self.send(service, self.images[0]), SUCCESS)
        peer = self.open(service)
        url = service.database_url()
        foreign = self.fill(service.data, 0)
        # PostgreSQL goes on in the log segments that it has; each switch needs another one.
        for _ in range(20):
            if subprocess.run(["psql", "-X", "-q", "-d", url.replace("user=glisson", "user=postgres"), "-c",
                               "select pg_logical_emit_message(true, 'test', 'x')", "-c", "select pg_switch_wal()"],
                              capture_output=True, timeout=30).returncode != 0:
                break
        answers = [self.send(service, self.images[1], peer)] + [self.send(service, path) for path in self.images[2:5]]
        figure(3, "success_with_a_full_database", answers.count(SUCCESS), "instances")
        self.assertEqual(answers, [OUT_OF_RESOURCES, None, None, None])
        ready = service.status()["ready"]
        figure(3, "ready_with_a_full_database", int(ready), "of_1")
        self.assertFalse(ready)
        self.assertTrue(service.echo())
        foreign.unlink()
        begin = time.monotonic()
        figure(3, "database_space_to_success", self.seconds_until_stored(service, self.images[1], begin), "s")
        self.assertLess(time.monotonic() - begin, 10)
        uids = {file_meta_of(path)[1] for path in self.images[:2]}
        self.assertEqual({uid for (uid,) in service.query("select sop_instance_uid from glisson.instance")}, uids)
        self.assert_every_row_has_its_file_and_no_other_is_there(service)

    def test_a_queue_above_its_mark_refuses_and_recovers_by_itself(self):
        service = self.service("longest_due = 2\n")
        self.start(service)
        analysis = service.pids("analysis")[0]
        os.kill(analysis, signal.SIGSTOP)
        try:
            self.assertEqual(self.send(service, self.segmentation), SUCCESS)
            wait_until(lambda: service.status()["reason"] == "queue_full", 15, "the queue is full")
            wait_until(lambda: self.send(service, self.images[0]) is None, 5, "associations are refused")
            self.assertIn("queue_full", service.alerts())
        finally:
            os.kill(analysis, signal.SIGCONT)
        begin = time.monotonic()
        figure(8, "queue_to_success", self.seconds_until_stored(service, self.images[0], begin), "s")
        self.assertLess(time.monotonic() - begin, 10)

    def test_a_study_without_end_is_cut_off_and_shown(self):
        service = self.service("largest_study = 3\n")
        self.start(service)
        peer = self.open(service)
        statuses = [self.send(service, path, peer) for path in self.images[:5]]
        self.assertEqual(statuses, [SUCCESS] * 3 + [OUT_OF_RESOURCES] * 2)
        self.assertEqual(peer.comment, "study above its limit of 3 instances")
        with self.subTest("what is here already is still a duplicate"):
            self.assertEqual(self.send(service, self.images[0], peer), SUCCESS)
        with self.subTest("and so for the next association"):
            self.assertEqual(self.send(service, self.images[4]), OUT_OF_RESOURCES)
        self.assertEqual(service.alerts()["study_too_large"]["times"], 3)
        self.assertEqual(len(stored_files(service)), 3)

    def test_a_request_without_a_uid_to_keep_it_under_leaves_a_trace(self):
        service = self.service("")
        self.start(service)
        peer = self.open(service)
        for _ in range(3):
            self.assertEqual(peer.store("1.2.not a UID", data_set_of(self.images[0])), CANNOT_UNDERSTAND)
        self.assertEqual(self.send(service, self.images[0], peer), SUCCESS)
        alert = service.alerts()["malformed_request"]
        self.assertEqual((alert["subject"], alert["times"]), ("PACS (127.0.0.1)", 1))
        self.assertIn("C-STORE request refused", service.log())

    def test_a_lost_file_is_repaired_by_the_same_object(self):
        service = self.service("")
        self.start(service)
        for path in self.images:
            self.assertEqual(self.send(service, path), SUCCESS)
        referred = self.segmentation.read_bytes()
        image = next(path for path in self.images if file_meta_of(path)[1].encode() in referred)
        uid = file_meta_of(image)[1]
        find = f"select file_id from glisson.instance where sop_instance_uid = '{uid}'"
        lost = service.query(find)[0][0]
        next((service.data / "store").rglob(lost + ".dcm")).unlink()
        self.assertEqual(self.send(service, self.segmentation), SUCCESS)
        dead = "select reason from glisson.job where kind = 'analyse' and state = 'dead'"
        wait_until(lambda: service.query(dead) == [["missing_file"]], 30, "the analysis says what is missing")
        self.assertEqual(self.send(service, image), SUCCESS)
        self.assertNotEqual(service.query(find)[0][0], lost)
        self.assert_every_row_has_its_file_and_no_other_is_there(service)
        self.assertIn("file_repaired", service.alerts())
        wait_until(service.pacs.received, 60, "a report at the PACS")


if __name__ == "__main__":
    unittest.main()
