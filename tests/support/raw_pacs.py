"""A destination that takes a C-STORE and answers it, or not, as a script says (PS3.7, PS3.8)."""

import socket
import struct
import threading

from raw_peer import _element, _item, _pdu, _uid

SUCCESS, OUT_OF_RESOURCES = 0x0000, 0xA700
CLOSE = None  # Instead of a status: the connection ends after the data set, without an answer.


class RawPacs(threading.Thread):
    """`answers`: one for each C-STORE, the last one for all that follow. `received`: (SOP Instance UID, data set)."""

    def __init__(self, port, answers):
        super().__init__(daemon=True)
        self.answers = list(answers)
        self.received = []
        self.listener = socket.create_server(("127.0.0.1", port))
        self.start()

    def close(self):
        self.listener.close()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                try:
                    self._serve(connection)
                except ConnectionError:
                    pass

    def _serve(self, connection):
        self._accept(connection, self._pdu(connection)[1])
        command = self._value(connection)
        if command is None:
            return
        elements = self._elements(command)
        data_set = self._value(connection)
        self.received.append((elements[0x1000].rstrip(b"\0").decode(), data_set))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is CLOSE:
            return
        response = (_element(0x0002, elements[0x0002]) + _element(0x0100, struct.pack("<H", 0x8001))
                    + _element(0x0120, elements[0x0110]) + _element(0x0800, struct.pack("<H", 0x0101))
                    + _element(0x0900, struct.pack("<H", answer)) + _element(0x1000, elements[0x1000]))
        response = _element(0, struct.pack("<I", len(response))) + response
        connection.sendall(_pdu(4, struct.pack(">IBB", len(response) + 2, self.context, 3) + response))
        if self._pdu(connection)[0] == 5:
            connection.sendall(_pdu(6, bytes(4)))

    def _accept(self, connection, request):
        """Accepts the first presentation context in the first transfer syntax that it proposes."""
        items = self._items(request[68:])
        context = next(content for kind, content in items if kind == 0x20)
        self.context = context[0]
        syntax = next(content for kind, content in self._items(context[4:]) if kind == 0x40)
        accepted = _item(0x21, bytes([self.context, 0, 0, 0]) + _item(0x40, syntax))
        user = _item(0x50, _item(0x51, struct.pack(">I", 16384)) + _item(0x52, _uid("1.2.3.4")))
        connection.sendall(_pdu(2, request[:68] + _item(0x10, b"1.2.840.10008.3.1.1.1") + accepted + user))

    def _value(self, connection):
        """A command or data set, put together; None at the peer's release."""
        content = b""
        while True:
            kind, body = self._pdu(connection)
            if kind != 4:
                if kind == 5:
                    connection.sendall(_pdu(6, bytes(4)))
                return None
            while body:
                size = int.from_bytes(body[:4], "big")
                content += body[6:4 + size]
                last, body = body[5] & 2, body[4 + size:]
            if last:
                return content

    @staticmethod
    def _elements(command):
        elements = {}
        while command:
            number, size = struct.unpack("<HI", command[2:8])
            elements[number] = command[8:8 + size]
            command = command[8 + size:]
        return elements

    @staticmethod
    def _items(content):
        while content:
            size = int.from_bytes(content[2:4], "big")
            yield content[0], content[4:4 + size]
            content = content[4 + size:]

    @staticmethod
    def _pdu(connection):
        def exactly(size):
            content = b""
            while len(content) < size:
                part = connection.recv(size - len(content))
                if not part:
                    raise ConnectionError("closed by the other side")
                content += part
            return content
        header = exactly(6)
        return header[0], exactly(int.from_bytes(header[2:], "big"))
