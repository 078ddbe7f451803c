"""A PACS that accepts, rejects and answers as a script says, and keeps what it was sent (PS3.7, PS3.8)."""

import contextlib
import socket
import ssl
import struct
import threading

from raw_peer import _element, _item, _pdu

VERIFICATION = "1.2.840.10008.1.1"
CT = "1.2.840.10008.5.1.4.1.1.2"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
ENHANCED_SR = "1.2.840.10008.5.1.4.1.1.88.22"
COMPREHENSIVE_SR = "1.2.840.10008.5.1.4.1.1.88.33"
COMPREHENSIVE_3D_SR = "1.2.840.10008.5.1.4.1.1.88.34"
REPORTS = {ENHANCED_SR, COMPREHENSIVE_SR, COMPREHENSIVE_3D_SR}
COMMITMENT = "1.2.840.10008.1.20.1"
FIND, MOVE = "1.2.840.10008.5.1.4.1.2.2.1", "1.2.840.10008.5.1.4.1.2.2.2"

# Result, source, reason (PS3.8 table 9-21).
CALLING_UNKNOWN, CALLED_UNKNOWN, NO_REASON, CONGESTED = (1, 1, 3), (1, 1, 7), (1, 1, 1), (2, 3, 1)

C_STORE, C_MOVE, C_ECHO, N_ACTION = 0x0001, 0x0021, 0x0030, 0x0130


class ScriptedPacs:
    """Accepts the SOP classes in `takes`. `reject(calling, called, sop_classes)` gives (result, source, reason) or
    None. `move` and `act` are called when it is asked for C-MOVE and N-ACTION, and give (status, Error Comment)."""

    def __init__(self, takes, reject=lambda *_: None, move=lambda: (0, ""), act=lambda: (0, ""), tls=None):
        self.takes, self.reject, self.tls = set(takes), reject, tls
        self.answers = {C_ECHO: lambda: (0, ""), C_MOVE: move, N_ACTION: act, C_STORE: lambda: (0, "")}
        self.asked = []  # Command fields of the requests.
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError, struct.error), connection:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as stream:
                command = b""
                while header := stream.read(6):
                    content = stream.read(int.from_bytes(header[2:], "big"))
                    if header[0] == 1:
                        connection.sendall(self._association(content))
                    elif header[0] == 5:
                        connection.sendall(_pdu(6, bytes(4)))
                    elif header[0] == 4:
                        command = self._values(connection, content, command)
                    else:
                        return

    def _association(self, request):
        called, calling = (request[i:i + 16].decode().strip() for i in (4, 20))
        fixed, items, contexts = request[:68], request[68:], []
        while items:
            size = int.from_bytes(items[2:4], "big")
            kind, value, items = items[0], items[4:4 + size], items[4 + size:]
            if kind == 0x20:
                length = int.from_bytes(value[6:8], "big")
                syntax = value[8 + length:]
                contexts.append((value[:1], value[8:8 + length].decode(),
                                 syntax[:4 + int.from_bytes(syntax[2:4], "big")]))
        rejection = self.reject(calling, called, {sop_class for _, sop_class, _ in contexts})
        if rejection:
            return _pdu(3, bytes([0, *rejection]))
        answers = b"".join(_item(0x21, number + bytes([0, 0 if sop_class in self.takes else 3, 0]) + syntax)
                           for number, sop_class, syntax in contexts)
        return _pdu(2, fixed + _item(0x10, b"1.2.840.10008.3.1.1.1") + answers
                    + _item(0x50, _item(0x51, struct.pack(">I", 16384)) + _item(0x52, b"1.2.3.5")))

    def _values(self, connection, content, command):
        """Answers a request once its command, and its data set where it has one, are whole."""
        while content:
            size = int.from_bytes(content[:4], "big")
            context, control, value = content[4], content[5], content[6:4 + size]
            content = content[4 + size:]
            command += value if control & 1 else b""
            elements = self._elements(command) if control & 2 else {}
            has_data_set = elements.get(0x0800, b"\1\1") != b"\1\1"
            if control & 2 and bool(control & 1) != has_data_set:
                connection.sendall(self._response(context, elements))
                command = b""
        return command

    @staticmethod
    def _elements(command):
        elements = {}
        while command:
            number, size = struct.unpack("<HI", command[2:8])
            elements[number], command = command[8:8 + size], command[8 + size:]
        return elements

    def _response(self, context, request):
        field = int.from_bytes(request[0x0100], "little")
        self.asked.append(field)
        status, comment = self.answers[field]()
        comment = comment.encode() + b" " * (len(comment) % 2)
        command = (_element(0x0002, request.get(0x0002, request.get(0x0003)))
                   + _element(0x0100, struct.pack("<H", field | 0x8000)) + _element(0x0120, request[0x0110])
                   + _element(0x0800, b"\1\1") + _element(0x0900, struct.pack("<H", status))
                   + (_element(0x0902, comment) if comment else b""))
        command = _element(0, struct.pack("<I", len(command))) + command
        return _pdu(4, struct.pack(">IBB", len(command) + 2, context, 3) + command)


def tls_context(identity):
    """A server's that shows the identity."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.certificate, identity.key)
    return context
