"""A Glisson service, a stand-in PACS and a sender for end-to-end and fault tests: real processes, real sockets.

Everything lies in one temporary folder and ends with the test. As root the service runs as its service user.
"""

import contextlib
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

BINARY = os.environ["GLISSON_BINARY"]
# Builds with a sanitizer are slower (tests/sanitizers/run).
TIME_FACTOR = int(os.environ.get("GLISSON_TEST_TIME_FACTOR", "1"))


def reference_data():
    """Folder of real data, or None (see tests/support/reference_data.hpp)."""
    folder = pathlib.Path(os.environ.get("GLISSON_TEST_DATA", pathlib.Path(__file__).parents[3] / "shared"))
    return folder if (folder / "reference").is_dir() else None


def free_port():
    """One that no outgoing connection is given meanwhile: the kernel takes those from 32768 on."""
    while True:
        port = random.randrange(15000, 32000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until(condition, seconds, what):
    """Polls until condition() is true; returns its value. Fails the test with `what` otherwise."""
    deadline = time.monotonic() + seconds * TIME_FACTOR
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def store(port, called, calling, *paths, address="127.0.0.1", wrapper=()):
    """storescu as a PACS would; returns (exit status, files that were answered with Success)."""
    done = subprocess.run([*wrapper, "storescu", "-v", "-R", "+sd", "+r", "-nh", "-aet", calling, "-aec", called, address,
                           str(port), *map(str, paths)], capture_output=True, text=True, errors="replace",
                          timeout=300, env={**os.environ, "TCP_NODELAY": "1"})
    acknowledged, sending = [], None
    for line in (done.stdout + done.stderr).splitlines():
        if match := re.match(r"I: Sending file: (.*)", line):
            sending = match.group(1)
        elif "Received Store Response (Success)" in line and sending:
            acknowledged.append(pathlib.Path(sending))
    return done.returncode, acknowledged


class Pacs:
    """DCMTK's storescp: keeps what it receives as files named by SOP Instance UID."""

    def __init__(self, folder, ae_title="PACS", port=None, options=()):
        self.folder = folder
        self.ae_title = ae_title
        self.port = port or free_port()
        self.options = list(options)
        self.wrapper = []  # e.g. ip netns exec
        self.process = None
        folder.mkdir(exist_ok=True)

    def start(self):
        with open(self.folder.parent / f"{self.ae_title}.log", "ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, "storescp", "-v", "-aet", self.ae_title, "-od", self.folder, "--filename-extension", ".dcm",
                 *self.options, str(self.port)], stdout=log, stderr=subprocess.STDOUT)

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def store(self, *paths):
        """True when every file was taken."""
        return store(self.port, self.ae_title, "TESTER", *paths)[0] == 0

    def received(self):
        return sorted(self.folder.glob("*.dcm"))


class Service:
    """`glisson serve` on a data folder and port of its own."""

    def __init__(self, settings="", wrapper=()):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="glisson-test."))
        self.home.chmod(0o755)
        self.data = self.home / "data"
        self.port = free_port()
        self.config = self.home / "glisson.toml"
        # Settings with a section [web] of their own say the port themselves.
        self.web_port = free_port()
        self.config.write_text(settings if "[web]" in settings else f"{settings}\n[web]\nport = {self.web_port}\n")
        self.log_path = self.home / "glisson.log"
        self.wrapper = list(wrapper)  # e.g. prlimit and its options
        self.process = None
        self.pacs = Pacs(self.home / "pacs")

    # --- life -------------------------------------------------------------------------------------------------

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, BINARY, "serve", "--config", self.config, "--data", self.data, "--port", str(self.port)],
                stdout=log, stderr=subprocess.STDOUT)
        wait_until(lambda: self.process.poll() is not None
                   or self.echo() and self.run("db", "status").returncode == 0, 60, "the service is up")
        assert self.process.poll() is None, f"the service has ended: {self.log()[-500:]}"

    def stop(self):
        """SIGTERM; returns the exit status."""
        if not self.process:
            return None
        self.process.terminate()
        status = self.process.wait(90)
        self.process = None
        return status

    def kill(self):
        """kill -9 of the supervisor; its children are left to see it."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def close(self):
        self.pacs.stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.stop()
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.home, ignore_errors=True)

    # --- what a user does -------------------------------------------------------------------------------------

    def run(self, *arguments):
        """A glisson command on this service's data folder."""
        return subprocess.run([BINARY, *map(str, arguments), "--config", self.config, "--data", self.data],
                              capture_output=True, text=True, timeout=60)

    def command(self, *arguments):
        done = self.run(*arguments)
        assert done.returncode == 0, f"glisson {arguments}: {done.stderr}"
        return done.stdout

    def echo(self, calling="ANYBODY", called="GLISSON"):
        return subprocess.run(["echoscu", "-to", "2", "-ta", "2", "-aet", calling, "-aec", called, "127.0.0.1",
                               str(self.port)], capture_output=True).returncode == 0

    def add_pacs(self, *options):
        """Registers the stand-in PACS as peer of purpose test and starts it."""
        declared = options or ("--purpose", "test", "--responsible", "the tests", "--until", "2099-12-31")
        self.command("peer", "add", "pacs", self.pacs.ae_title, "127.0.0.1", self.pacs.port, "--may",
                     "store,query,echo", *declared)
        self.pacs.start()

    def await_senders(self):
        """Until the supervisor knows as many peers that may store as there are."""
        [count] = self.query("select count(*) from glisson.peer where may_store and removed_at is null")
        wait_until(lambda: re.findall(r"peers that may store: (\d+)", self.log())[-1:] == count, 20,
                   "the supervisor knows who may store")

    def store(self, *paths, calling="PACS", called="GLISSON"):
        return store(self.port, called, calling, *paths)

    def query(self, sql, url=None):
        """Rows of the service's database, by psql, as lists of texts. `url`: as database_url() gave it before."""
        done = subprocess.run(["psql", "-X", "-A", "-t", "-F", "\t", "-d", url or self.database_url(), "-c", sql],
                              capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return [line.split("\t") for line in done.stdout.splitlines() if line]

    def status(self):
        """What `glisson status` tells: readiness, resources, open alerts."""
        import json
        return json.loads(self.run("status", "--json").stdout)

    def alerts(self):
        """Open alerts as {kind: alert}."""
        return {alert["kind"]: alert for alert in self.status()["alerts"]}

    def database_url(self):
        import json
        return json.loads(self.command("db", "status", "--json"))["url"]

    # --- what a fault needs -----------------------------------------------------------------------------------

    def pids(self, role=None):
        """Processes of this service: of one role, or all."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                arguments = (entry / "cmdline").read_bytes().split(b"\0")
                if str(self.data).encode() not in arguments and str(self.data / "postgresql").encode() not in arguments:
                    continue
                if role is None or (b"--role" in arguments and arguments[arguments.index(b"--role") + 1] == role.encode()):
                    found.append(int(entry.name))
        return found

    def postmaster(self):
        return int((self.data / "postgresql" / "postmaster.pid").read_text().split()[0])

    def log(self):
        return self.log_path.read_text(errors="replace")


def sop_instance_uid(path):
    out = subprocess.run(["dcmdump", "-q", "+P", "0008,0018", "-s", str(path)], capture_output=True, text=True).stdout
    return re.search(r"\[(.*)\]", out).group(1)


def make_phantom(folder):
    """The synthetic study that a stranger's clone makes itself."""
    subprocess.run([BINARY, "phantom", str(folder)], check=True, capture_output=True)
    return folder


def make_study(folder, name, flaw="none"):
    """A small synthetic study in `folder`, new, with one thing wrong (tests/end_to_end/flawed_study.cpp lists what);
    its UIDs derive from `name`. Returns its files: the images in the order of their names, then the segmentation."""
    folder.mkdir()
    subprocess.run([os.environ["FLAWED_STUDY"], folder, name, flaw], check=True)
    return [*sorted((folder / "images").iterdir()), folder / "seg.dcm"]
