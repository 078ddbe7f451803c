"""Small studies without end, each of UIDs of its own, made from one synthetic study."""

import itertools
import os
import re
import subprocess

from raw_peer import data_set_of, file_meta_of
from small_objects import ct_image
from raw_peer import CT, EXPLICIT_LITTLE_ENDIAN

UID = re.compile(rb"2\.25\.\d{26,}")


class Instance:
    """What C-STORE needs."""

    def __init__(self, sop_class, sop_instance, transfer_syntax, data_set):
        self.sop_class, self.sop_instance, self.transfer_syntax = sop_class, sop_instance, transfer_syntax
        self.data_set = data_set


class SmallStudies:
    """Studies of five images with their segmentation, and series of loose images."""

    def __init__(self, folder):
        subprocess.run([os.environ["FLAWED_STUDY"], folder, "soak", "none"], check=True)
        files = [*sorted((folder / "images").iterdir()), folder / "seg.dcm"]
        self.originals = [(*file_meta_of(path), data_set_of(path)) for path in files]
        self.numbers = itertools.count(1)

    def study(self):
        """(Study Instance UID, instances): one that ends in a report."""
        number = b"%010d" % next(self.numbers)

        def numbered(match):  # The ten digits in the middle: the ends keep UIDs of one study apart.
            return match.group(0)[:15] + number + match.group(0)[25:]

        instances = []
        for sop_class, sop_instance, syntax, data_set in self.originals:
            uid = UID.sub(numbered, sop_instance.encode()).decode()
            instances.append(Instance(sop_class, uid, syntax, UID.sub(numbered, data_set)))
        return study_of(instances[0].data_set), instances

    def loose_images(self, count):
        """A series of images that no segmentation refers to."""
        series = f"1.2.826.0.9.{next(self.numbers)}"
        return [Instance(CT, f"{series}.{number}", EXPLICIT_LITTLE_ENDIAN,
                         ct_image(series, f"{series}.0", f"{series}.{number}", number))
                for number in range(1, count + 1)]


def study_of(data_set):
    """Study Instance UID of a data set in Explicit VR Little Endian."""
    at = data_set.index(b"\x20\x00\x0d\x00UI")
    size = int.from_bytes(data_set[at + 6:at + 8], "little")
    return data_set[at + 8:at + 8 + size].rstrip(b"\0 ").decode()
