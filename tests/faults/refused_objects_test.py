"""Objects that are refused and kept: once each, within a bound, and never at the price of good ones."""

import os
import shutil
import subprocess
import unittest

from figures import figure
from glisson_service import Service, make_phantom, wait_until
from raw_peer import RawPeer, store_file

SIZE = 1 << 18
REPEATS = 200


def broken(number):
    """A data set of SIZE bytes whose first element has no VR."""
    return b"\x08\x00\x05\x00ZZ\xff\xff" + number.to_bytes(4, "little") + bytes(SIZE - 12)


class RefusedObjects(unittest.TestCase):
    def start(self, settings, store_disk=None):
        """A running service; `store_disk`: MiB of a tmpfs that its instance store lies on."""
        self.service = Service("[receive]\nmin_associations = 2\n" + settings)
        self.addCleanup(shutil.rmtree, self.service.home, ignore_errors=True)
        store = self.service.data / "store"
        if store_disk:
            store.mkdir(parents=True)
            if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={store_disk}m", "tmpfs", store],
                              capture_output=True).returncode != 0:
                self.skipTest("mounting a tmpfs is not permitted here")
            self.addCleanup(subprocess.run, ["umount", "-l", store])
            if os.geteuid() == 0:
                shutil.chown(store, "glisson", "glisson")
                shutil.chown(self.service.data, "glisson", "glisson")
        self.addCleanup(self.service.close)
        self.service.start()
        self.service.add_pacs()
        wait_until(lambda: self.service.status()["ready"], 15, "the node is ready")

    def refuse(self, numbers):
        with RawPeer(self.service.port) as peer:
            for number in numbers:
                self.assertNotEqual(peer.store("1.2.3.4", broken(number)), 0)

    def kept(self):
        return {path.stem: path for path in (self.service.data / "store" / "refused").iterdir()}

    def named(self):
        """File and times of each refused object that the database knows, the latest last."""
        return self.service.query("select coalesce(refused_file_id, ''), times from glisson.job where kind = 'ingest' "
                                  "order by finished_at, job_id")

    def test_one_object_for_ever_is_one_file_and_one_job(self):
        self.start("")
        self.refuse([7] * REPEATS)
        figure(8, "files_of_an_object_refused_200_times", len(self.kept()), "files")
        figure(8, "jobs_of_an_object_refused_200_times", len(self.named()), "jobs")
        self.assertEqual(self.named(), [[*self.kept(), str(REPEATS)]])
        listed = self.service.command("job", "show", self.service.query("select job_id from glisson.job")[0][0])
        self.assertIn(f"came {REPEATS} times", listed)
        self.assertEqual(self.service.alerts(), {})
        with self.subTest("its file is kept again where it was lost"):
            next(iter(self.kept().values())).unlink()
            self.refuse([7])
            self.assertEqual(self.named(), [[*self.kept(), str(REPEATS + 1)]])

    def test_what_is_kept_has_a_bound_and_the_oldest_goes_first(self):
        self.start(f"largest_data_set = {4 * SIZE}\n")
        self.refuse([0, *range(1, 12), 0])
        figure(8, "refused_kept_of_12_with_room_for_4", len(self.kept()), "files")
        self.assertEqual(len(self.kept()), 4)
        named = self.named()
        self.assertEqual(len(named), 12)
        self.assertEqual({file for file, _ in named if file}, set(self.kept()))
        self.assertEqual([bool(file) for file, _ in named], [False] * 8 + [True] * 4)
        self.assertEqual(named[-1][1], "2")
        alert = self.service.alerts()["refused_not_kept"]
        self.assertEqual(int(alert["times"]), 9)

    def test_refused_objects_make_room_for_good_ones(self):
        self.start(f"[resources]\nleast_free = {16 * SIZE}\nleast_free_percent = 0\n", store_disk=64)
        images = sorted(path for path in make_phantom(self.service.home / "phantom").rglob("*") if path.is_file())
        self.refuse(range(8))
        disk = os.statvfs(self.service.data / "store")
        with open(self.service.data / "store" / "foreign", "wb") as foreign:
            os.posix_fallocate(foreign.fileno(), 0, disk.f_bavail * disk.f_frsize - 14 * SIZE)
        wait_until(lambda: not self.kept(), 10, "refused objects have made room")
        wait_until(lambda: store_file(self.service.port, images[0]) == 0, 10, "an instance is stored")
        figure(8, "refused_files_beside_a_full_disk", len(self.kept()), "files")
        self.assertTrue(self.service.status()["ready"])
        self.assertIn("refused_not_kept", self.service.alerts())
        self.assertEqual([file for file, _ in self.named()], [""] * 8)

    def test_files_that_no_row_names_are_removed_by_upkeep(self):
        self.start("")
        self.refuse([1])
        [named] = self.kept()
        stray = self.service.data / "store" / "refused" / ("ab" * 16 + ".dcm")
        stray.write_bytes(b"left by a killed process")
        os.utime(stray, (0, 0))
        os.utime(self.kept()[named], (0, 0))
        os.kill(self.service.pids("upkeep")[0], 15)  # Its successor reconciles when it starts.
        wait_until(lambda: not stray.exists(), 20, "the stray file is removed")
        self.assertEqual(list(self.kept()), [named])


if __name__ == "__main__":
    unittest.main()
