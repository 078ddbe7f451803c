"""systemd's side of sd_notify(3): a socket that takes what a service says of itself, and from which process."""

import os
import socket
import struct
import threading
import time


class NotifySocket(threading.Thread):
    def __init__(self, path):
        super().__init__(daemon=True)
        self.path = path
        self.messages = []  # (time.monotonic(), process id, {field: value})
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.socket.bind(str(path))
        os.chmod(path, 0o777)  # The service has another user.
        self.start()

    def run(self):
        while True:
            content, ancillary, _, _ = self.socket.recvmsg(65536, socket.CMSG_SPACE(struct.calcsize("3i")))
            pid = struct.unpack("3i", ancillary[0][2])[0]
            fields = dict(line.split("=", 1) for line in content.decode().splitlines())
            self.messages.append((time.monotonic(), pid, fields))

    def said(self, **fields):
        """How often a message had these fields."""
        return sum(fields.items() <= message.items() for _, _, message in list(self.messages))

    def last(self, field):
        """The last value of a field, or None."""
        return next((message[field] for _, _, message in reversed(list(self.messages)) if field in message), None)
