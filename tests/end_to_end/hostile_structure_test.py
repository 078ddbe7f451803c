"""Data sets whose structure would end the process that parses them."""

import os
import struct
import subprocess
import time
import unittest

from figures import figure
from glisson_service import Service
from raw_peer import RawPeer, data_set_of


class HostileStructure(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.close)
        self.service.start()
        self.service.add_pacs()

    def test_what_would_end_a_parser_is_refused_with_its_reason(self):
        sequence, item = b"\x08\0\x40\x11SQ\0\0", b"\xfe\xff\0\xe0"
        open_level = sequence + b"\xff" * 4 + item + b"\xff" * 4
        subprocess.run([os.environ["FLAWED_STUDY"], self.service.home, "structures", "none"], check=True)
        whole = data_set_of(next((self.service.home / "images").iterdir()))

        def nested(depth):
            return open_level * depth, "too_deeply_nested"
        hostile = {
            "nested_65": nested(65), "nested_20000": nested(20_000), "nested_400000": nested(400_000),
            "item_beyond_its_sequence": (sequence + struct.pack("<I", 16) + item + struct.pack("<I", 4096)
                                         + bytes(8) + whole, "inconsistent_lengths"),
            "element_beyond_its_item": (sequence + struct.pack("<I", 16) + item + struct.pack("<I", 8)
                                        + b"\x08\0\x50\x11UI\0\x10" + whole, "inconsistent_lengths"),
            "nested_behind_a_lie": (sequence + b"\xff\xff\xff\x7f" + item + b"\x10\0\0\0"
                                    + open_level * 100_000, "inconsistent_lengths"),
            "nested_behind_an_unknown_vr": (b"\x08\0\x05\0ZZ\xfe\xff\0\0\0\0" + open_level * 20_000,
                                            "too_deeply_nested"),
            "nested_behind_another_syntax": (b"\x02\0\x10\0UI\x12\0" + b"1.2.840.10008.1.2\0"
                                             + open_level * 20_000, "inconsistent_lengths"),
            "nested_behind_a_deflated_syntax": (b"\x02\0\x10\0UI\x16\0" + b"1.2.840.10008.1.2.1.99"
                                                + open_level * 20_000, "inconsistent_lengths"),
            "cut_off": (whole[:len(whole) // 3], None),
            "element_of_4_gb": (b"\x08\0\x08\0UT\0\0\xfe\xff\xff\xff" + whole, None),
        }
        pids = self.service.pids("association")
        for name, (data_set, reason) in hostile.items():
            with self.subTest(name):
                with RawPeer(self.service.port) as peer:
                    self.assertIn(peer.store("1.2.3.4", data_set) >> 12, (0xA, 0xC))
                if reason:
                    refused = self.service.query("select reason from glisson.job_overview order by job_id desc limit 1")
                    self.assertEqual(refused, [[reason]])
                start = time.monotonic()
                self.assertTrue(self.service.echo())
                figure(9, f"echo_after_{name}", time.monotonic() - start, "s")
        died = set(pids) - set(self.service.pids("association"))
        self.assertEqual(died, set(), "an association process ended")
        figure(9, "association_processes_ended", len(died), "processes")


if __name__ == "__main__":
    unittest.main()
