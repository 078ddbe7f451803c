"""Data sets of a few hundred bytes in Explicit VR Little Endian (PS3.5 7.1.2), made for this test alone."""

import struct

from raw_peer import CT, EXPLICIT_LITTLE_ENDIAN

LONG_FORM = {"OB", "OW", "OF", "SQ", "UC", "UN", "UR", "UT"}


def element(tag, vr, value):
    """One element; `value` is text or bytes, padded to even length (PS3.5 6.2)."""
    content = value.encode("latin-1") if isinstance(value, str) else value
    if len(content) % 2:
        content += b"\0" if vr in ("UI", "OB", "UN") else b" "
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    if vr in LONG_FORM:
        return head + b"\0\0" + struct.pack("<I", len(content)) + content
    return head + struct.pack("<H", len(content)) + content


def data_set(elements):
    """`elements`: VR and value by tag, in any order."""
    return b"".join(element(tag, vr, value) for tag, (vr, value) in sorted(elements.items()))


def ct_image(study, series, uid, number=1, pixels=bytes(8 * 8 * 2), more=None):
    """A CT image of 8 by 8 voxels (PS3.3 A.3); `more` overrides or adds elements as data_set takes them."""
    return data_set({
        0x00080016: ("UI", CT), 0x00080018: ("UI", uid), 0x00080060: ("CS", "CT"), 0x00080020: ("DA", "20260102"),
        0x00100010: ("PN", "Small^Object"), 0x00100020: ("LO", "SMALL"), 0x0020000D: ("UI", study),
        0x0020000E: ("UI", series), 0x00200013: ("IS", str(number)), 0x00200052: ("UI", series + ".1"),
        0x00200032: ("DS", rf"0\0\{number}"), 0x00200037: ("DS", r"1\0\0\0\1\0"), 0x00280030: ("DS", r"1\1"),
        0x00280002: ("US", b"\1\0"), 0x00280004: ("CS", "MONOCHROME2"), 0x00280010: ("US", b"\x08\0"),
        0x00280011: ("US", b"\x08\0"), 0x00280100: ("US", b"\x10\0"), 0x00280101: ("US", b"\x10\0"),
        0x00280102: ("US", b"\x0F\0"), 0x00280103: ("US", b"\1\0"), 0x00281052: ("DS", "0"),
        0x00281053: ("DS", "1"), 0x7FE00010: ("OW", pixels), **(more or {})})


def as_file(uid, content):
    """A data set of ct_image with its file meta information (PS3.10 7.1)."""
    meta = data_set({0x00020001: ("OB", b"\0\1"), 0x00020002: ("UI", CT), 0x00020003: ("UI", uid),
                     0x00020010: ("UI", EXPLICIT_LITTLE_ENDIAN), 0x00020012: ("UI", "1.2.3.4")})
    return bytes(128) + b"DICM" + element(0x00020000, "UL", struct.pack("<I", len(meta))) + meta + content
