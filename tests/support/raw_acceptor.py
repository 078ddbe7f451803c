"""A destination that takes every association and answers each C-STORE as it is told (PS3.7, PS3.8)."""

import contextlib
import socket
import struct
import threading

from raw_peer import _element, _item, _pdu


class RawAcceptor:
    """Listens on `port` of loopback; answers C-STORE with `status` and, in Error Comment, `comment`."""

    def __init__(self, status=0, comment=""):
        self.status, self.comment = status, comment
        self.stored = []  # SOP Instance UIDs, in the order of their requests
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection = self.listener.accept()[0]
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        command, is_data_set = b"", False
        with connection, connection.makefile("rb") as stream, contextlib.suppress(OSError, struct.error):
            while header := stream.read(6):
                content = stream.read(int.from_bytes(header[2:], "big"))
                if header[0] == 1:
                    connection.sendall(self._accepted(content))
                elif header[0] == 5:
                    connection.sendall(_pdu(6, bytes(4)))
                elif header[0] == 4:
                    while content:
                        size = int.from_bytes(content[:4], "big")
                        context, control, value = content[4], content[5], content[6:4 + size]
                        content = content[4 + size:]
                        is_data_set = not control & 1
                        command += b"" if is_data_set else value
                        if is_data_set and control & 2:
                            connection.sendall(self._response(context, command))
                            command = b""

    @staticmethod
    def _accepted(request):
        fixed, items = request[:68], request[68:]
        result = _item(0x10, b"1.2.840.10008.3.1.1.1")
        while items:
            size = int.from_bytes(items[2:4], "big")
            kind, value, items = items[0], items[4:4 + size], items[4 + size:]
            if kind == 0x20:
                abstract = int.from_bytes(value[6:8], "big")
                syntax = value[8 + abstract:]
                result += _item(0x21, value[:1] + b"\0\0\0" + syntax[:4 + int.from_bytes(syntax[2:4], "big")])
        return _pdu(2, fixed + result + _item(0x50, _item(0x51, struct.pack(">I", 16384)) + _item(0x52, b"1.2.3.5")))

    def _response(self, context, request):
        values = {}
        while request:
            size = int.from_bytes(request[4:8], "little")
            values[int.from_bytes(request[2:4], "little")] = request[8:8 + size]
            request = request[8 + size:]
        self.stored.append(values[0x1000].rstrip(b"\0").decode())
        comment = self.comment.encode() + b" " * (len(self.comment) % 2)
        command = (_element(0x0002, values[0x0002]) + _element(0x0100, struct.pack("<H", 0x8001))
                   + _element(0x0120, values[0x0110]) + _element(0x0800, b"\1\1")
                   + _element(0x0900, struct.pack("<H", self.status))
                   + (_element(0x0902, comment) if comment else b"") + _element(0x1000, values[0x1000]))
        command = _element(0, struct.pack("<I", len(command))) + command
        return _pdu(4, struct.pack(">IBB", len(command) + 2, context, 3) + command)
