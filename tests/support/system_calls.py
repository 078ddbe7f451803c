"""What processes asked of the kernel, seen by strace, and whether each C-STORE was durable before its answer."""

import pathlib
import re
import subprocess

# All that can make, move, fill or sync a file, and all that goes through a socket.
TRACED = ("openat,open,creat,write,writev,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,sendto,sendmsg,"
          "recvfrom,recvmsg")
STARTS = ("clone", "fork", "vfork")
TIMED = re.compile(r"^(?P<begin>\d+\.\d+) (?P<line>.*) <(?P<took>\d+\.\d+)>$")
CALL = re.compile(r"^(?P<name>\w+)\((?P<arguments>.*)\)\s+= (?P<result>-?\d+)(?P<rest>.*)$")
HEX = re.compile(r"(?:\\x[0-9a-f]{2})+")
C_STORE_RSP, SUCCESS = 0x8001, 0


def _bytes(text):
    return bytes.fromhex(text.replace("\\x", ""))


class Call:
    """One line of a trace: name, result, the path or peer of its descriptor, and its strings as bytes."""

    def __init__(self, line):
        match = CALL.match(line)
        self.name, self.result = match["name"], int(match["result"])
        self.done = self.result >= 0 and "INJECTED" not in match["rest"]
        arguments = match["arguments"]
        self.target = ""
        if on := re.match(r"(?:\d+|AT_FDCWD)<(.*?)>(?:, |$)", arguments):
            self.target = _bytes(on[1]).decode() if HEX.fullmatch(on[1]) else on[1]
        self.is_truncated = '"...' in arguments
        self.strings = [_bytes(text) for text in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', arguments)]
        self.creates = "O_CREAT" in arguments

    @property
    def sent(self):
        """What a call that sends was given."""
        return self.strings[0] if self.strings else b""


class Trace:
    """Follows processes with all their threads until stop(); calls() has a list for each of them."""

    def __init__(self, folder, pids, calls=TRACED):
        self.folder = folder
        folder.mkdir()
        self.pids = pids
        command = ["strace", "-ff", "-yy", "-xx", "-ttt", "-T", "-s", "4096", "-o", folder / "trace",
                   "-e", f"trace={calls},clone,clone3,fork,vfork", "-e", "signal=none", *(f"--attach={pid}" for pid in pids)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        for _ in pids:
            line = self.process.stderr.readline()
            assert "attached" in line, line

    def stop(self):
        self.process.terminate()
        self.process.communicate(timeout=30)

    def lines(self):
        """Lines of each process, those of its threads merged: a call that sends counts from its beginning, every
        other from its end, so that what overlaps counts as the wrong order."""
        threads = {int(path.suffix[1:]): self._timed(path) for path in self.folder.iterdir()}
        return [self._merged(pid, threads) for pid in self.pids]

    @staticmethod
    def _timed(path):
        result, last = [], 0.0
        for text in path.read_text().splitlines():
            match = TIMED.match(text)
            if match and CALL.match(match["line"]):
                begin = float(match["begin"])
                time = begin if match["line"].startswith("send") else begin + float(match["took"])
                last = max(last, time)  # Calls of one thread stay in order, whatever the clock's grain.
                result.append((last, match["line"]))
        return result

    @staticmethod
    def _merged(pid, threads):
        found, waiting = [], [pid]
        while waiting:
            lines = threads.get(waiting.pop(), [])
            found += [(time, line) for time, line in lines if not line.startswith(STARTS)]
            waiting += [int(CALL.match(line)["result"]) for _, line in lines if line.startswith(STARTS)]
        return [line for _, line in sorted(found, key=lambda entry: entry[0])]


class _Responses:
    """Statuses of the C-STORE-RSPs in what is sent to a peer, however it is cut (PS3.8 9.3.5, PS3.7 9.3.1)."""

    def __init__(self):
        self.stream = b""

    def add(self, content):
        """Statuses that are complete with this content."""
        self.stream += content
        while len(self.stream) >= 6:
            end = 6 + int.from_bytes(self.stream[2:6], "big")
            if len(self.stream) < end:
                return
            pdu, self.stream = self.stream[:end], self.stream[end:]
            if pdu[0] == 4:
                yield from self._status(pdu[12:])

    @staticmethod
    def _status(command):
        values = {}
        while command:
            size = int.from_bytes(command[4:8], "little")
            values[int.from_bytes(command[2:4], "little")] = int.from_bytes(command[8:8 + size], "little")
            command = command[8 + size:]
        if values.get(0x0100) == C_STORE_RSP:
            yield values[0x0900]


def stores(lines):
    """What was done for each Success, in order, from one process' trace; `durable` is what it must be."""
    steps, found, responses, part, target, statements = [], [], {}, None, None, b""
    for line in lines:
        call = Call(line)
        if call.name == "openat" and call.creates and call.strings[0].endswith(b".part"):
            part, target, steps, statements = call.strings[0].decode(), None, [], b""
        elif call.name in ("write", "writev", "pwrite64", "pwritev") and call.target in (part, target):
            if call.done and steps[-1:] != ["write"]:
                steps.append("write")
        elif call.name in ("fsync", "fdatasync") and call.done:
            if call.target in (part, target):
                steps.append("fsync")
            elif target and call.target == str(pathlib.Path(target).parent):
                steps.append("fsync of the folder")
        elif call.name.startswith("rename") and call.done and call.strings[0].decode() == part:
            target = call.strings[1].decode()
            steps.append("rename")
        elif call.target.startswith("UNIX"):
            if call.name.startswith("send"):
                statements = (b"" if b"BEGIN" in call.sent else statements) + call.sent
                # Only the transaction that has the file's row counts.
                if b"COMMIT" in call.sent and part and pathlib.Path(part).stem.encode() in statements:
                    steps.append("COMMIT")
            elif b"C\0\0\0\x0bCOMMIT\0" in call.sent and "COMMIT" in steps:
                steps.append("committed")
        elif call.target.startswith("TCP") and call.name.startswith("send") and call.done:
            assert not call.is_truncated
            for status in responses.setdefault(call.target, _Responses()).add(call.sent[:call.result]):
                if status == SUCCESS:
                    found.append(steps)
                part, target, steps = None, None, []
    return found


DURABLE = ["write", "fsync", "rename", "fsync of the folder", "COMMIT", "committed"]


def durable(steps):
    return steps == DURABLE
