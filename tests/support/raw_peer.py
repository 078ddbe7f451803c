"""A peer that sends any bytes as a data set: what storescu and dcmsend would not read themselves (PS3.7, PS3.8)."""

import socket
import struct

CT = "1.2.840.10008.5.1.4.1.1.2"
SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
VERIFICATION = "1.2.840.10008.1.1"
EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"


def _item(kind, content):
    return bytes([kind, 0]) + struct.pack(">H", len(content)) + content


def _pdu(kind, content):
    return bytes([kind, 0]) + struct.pack(">I", len(content)) + content


def _element(number, content):
    return struct.pack("<HHI", 0, number, len(content)) + content


def _uid(text):
    return text.encode() + b"\0" * (len(text) % 2)


def data_set_of(path):
    """The bytes of a Part 10 file after its file meta information."""
    content = path.read_bytes()
    return content[144 + int.from_bytes(content[140:144], "little"):]


def file_meta_of(path):
    """SOP class, SOP instance and transfer syntax of a Part 10 file, however broken its data set."""
    content = path.read_bytes()
    meta, uids = content[144:144 + int.from_bytes(content[140:144], "little")], {}
    while meta:
        header = 12 if meta[4:6] in (b"OB", b"UN") else 8
        size = int.from_bytes(meta[8:12] if header == 12 else meta[6:8], "little")
        uids[int.from_bytes(meta[2:4], "little")] = meta[header:header + size].rstrip(b"\0 ").decode("latin-1")
        meta = meta[header + size:]
    return uids[0x0002], uids[0x0003], uids[0x0010]


class RawPeer:
    """An association for one SOP class."""

    def __init__(self, port, calling="PACS", sop_class=CT, transfer_syntax=EXPLICIT_LITTLE_ENDIAN,
                 address="127.0.0.1", called="GLISSON", reserved=bytes(32), tls=None):
        """`calling` and `called` may hold any bytes that fit latin-1; `address` is the peer's own; `reserved` is what
        follows the AE titles (PS3.8 9.3.2); `tls` is an ssl.SSLContext, or None for plain DICOM."""
        self.sop_class = sop_class
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30, source_address=(address, 0))
        try:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls:
                self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
            context = _item(0x20, b"\1\0\0\0" + _item(0x30, sop_class.encode()) + _item(0x40, transfer_syntax.encode()))
            titles = called.encode("latin-1").ljust(16) + calling.encode("latin-1").ljust(16)
            self.socket.sendall(_pdu(1, struct.pack(">HH", 1, 0) + titles + reserved + _item(0x10, b"1.2.840.10008.3.1.1.1") + context
                                     + _item(0x50, _item(0x51, struct.pack(">I", 16384)) + _item(0x52, b"1.2.3.4"))))
            self.answer, content = self._receive()  # 2: accepted, 3: rejected
            self.rejection = tuple(content[1:4]) if self.answer == 3 else None  # (result, source, reason)
        except OSError:
            self.socket.close()
            raise

    @classmethod
    def for_file(cls, port, path, calling="PACS", **options):
        """An association for what a Part 10 file holds, in its transfer syntax."""
        sop_class, _, transfer_syntax = file_meta_of(path)
        return cls(port, calling, sop_class, transfer_syntax, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _receive(self):
        header = self._exactly(6)
        return header[0], self._exactly(int.from_bytes(header[2:], "big"))

    def _exactly(self, size):
        content = b""
        while len(content) < size:
            part = self.socket.recv(size - len(content))
            if not part:
                raise ConnectionError("closed by the other side")
            content += part
        return content

    def _send_value(self, is_command, content):
        for begin in range(0, max(len(content), 1), 16000):
            part = content[begin:begin + 16000]
            control = int(is_command) | (2 if begin + 16000 >= len(content) else 0)
            self.socket.sendall(_pdu(4, struct.pack(">IBB", len(part) + 2, 1, control) + part))

    def begin_store(self, sop_instance_uid, part):
        """A C-STORE that never ends: its command and the beginning of its data set."""
        self._send_value(True, self._store_request(sop_instance_uid, self.sop_class))
        self.socket.sendall(_pdu(4, struct.pack(">IBB", len(part) + 2, 1, 0) + part))

    def store(self, sop_instance_uid, data_set, sop_class=None):
        """C-STORE; returns the status. `comment` has the Error Comment afterwards."""
        self._send_value(True, self._store_request(sop_instance_uid, sop_class or self.sop_class))
        self._send_value(False, data_set)
        return self._status()

    def store_file(self, path):
        """C-STORE of the bytes of a Part 10 file as they are, which storescu would read first; returns the status."""
        return self.store(file_meta_of(path)[1], data_set_of(path))

    def echo(self):
        """C-ECHO; returns the status."""
        command = (_element(0x0002, _uid(VERIFICATION)) + _element(0x0100, struct.pack("<H", 0x0030))
                   + _element(0x0110, struct.pack("<H", 1)) + _element(0x0800, b"\1\1"))
        self._send_value(True, _element(0, struct.pack("<I", len(command))) + command)
        return self._status()

    @staticmethod
    def _store_request(sop_instance_uid, sop_class):
        command = (_element(0x0002, _uid(sop_class)) + _element(0x0100, struct.pack("<H", 1))
                   + _element(0x0110, struct.pack("<H", 1)) + _element(0x0700, b"\0\0") + _element(0x0800, b"\1\0")
                   + _element(0x1000, _uid(sop_instance_uid)))
        return _element(0, struct.pack("<I", len(command))) + command

    def release(self):
        """A-RELEASE, both ways; the connection stays open."""
        self.socket.sendall(_pdu(5, bytes(4)))
        if self._receive()[0] != 6:
            raise ValueError("no A-RELEASE-RP")

    def _status(self):
        kind, content = self._receive()
        if kind == 7:
            raise ConnectionError("aborted by the other side")
        response, elements = content[6:], {}
        while response:
            number, size = struct.unpack("<HI", response[2:8])
            elements[number] = response[8:8 + size]
            response = response[8 + size:]
        self.comment = elements.get(0x0902, b"").decode("latin-1").rstrip()
        return int.from_bytes(elements[0x0900], "little")


def store_file(port, path):
    """C-STORE of a file on an association of its own; returns the status, None where the association is rejected."""
    with RawPeer.for_file(port, path) as peer:
        return peer.store_file(path) if peer.rejection is None else None
