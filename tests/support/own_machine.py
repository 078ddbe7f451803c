"""A machine of its own for tests that install something: Debian with the packages that are asked for and no others, in
memory, and systemd as first process, in namespaces and a control group of their own."""

import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

from bare_system import make_bare_system

SYSTEMD = "/lib/systemd/systemd"


def control_groups():
    """Where cgroup2 is mounted; None: nowhere."""
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        _, folder, kind, *_ = line.split()
        if kind == "cgroup2":
            return pathlib.Path(folder)
    return None


def why_there_is_none():
    """Why no such machine can be had here; empty: it can."""
    if os.geteuid() != 0:
        return "needs root"
    if not os.access(SYSTEMD, os.X_OK):
        return "needs systemd"
    if control_groups() is None or not os.access(control_groups(), os.W_OK):
        return "needs control groups (cgroup2) that may be written"
    if subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", "mount", "-t", "tmpfs", "none", "/mnt"],
                      capture_output=True).returncode != 0:
        return "needs mounts and networks of its own"
    return ""


class Machine:
    """Runs from its making until stop(). It has systemd, the named packages and what they depend on."""

    def __init__(self, packages):
        self.callers = []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="glisson-machine."))
        self.group = control_groups() / self.folder.name
        self.group.mkdir()
        self.console = self.folder / "console"
        with open(self.console, "wb") as console:
            self.process = subprocess.Popen(
                ["sh", "-c", 'echo $$ >"$0/cgroup.procs"; exec unshare --mount --pid --fork --kill-child --net --uts --ipc '
                 '--cgroup "$@"', self.group, sys.executable, "-B", __file__, self.folder, "systemd", *packages],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True)
        try:
            self._wait_for_systemd()
        except BaseException:
            self.stop()
            raise

    def _first_process(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return next(iter(children.read_text().split()), None)

    def _wait_for_systemd(self):
        deadline = time.monotonic() + 60
        state = ""
        while state != "running":
            assert self.process.poll() is None and time.monotonic() < deadline, \
                f"systemd does not run ({state}): {self.console.read_text(errors='replace')[-2000:]}"
            time.sleep(0.1)
            self.pid = self._first_process()
            if self.pid and os.path.realpath(f"/proc/{self.pid}/exe") == os.path.realpath(SYSTEMD):
                state = self._enter("systemctl", "is-system-running").stdout.decode().strip()

    def _enter(self, *command, **options):
        return subprocess.run(["nsenter", "-t", self.pid, "-a", "--", *map(str, command)], cwd="/", timeout=200,
                              **{"capture_output": True, **options})

    def succeeds(self, *command):
        return self._enter(*command).returncode == 0

    def run(self, *command, status=0):
        """What a command says; stands for a failed test where it does not end with this status."""
        done = self._enter(*command)
        output = done.stdout.decode(errors="replace")
        assert done.returncode == status, f"{command}: {done.returncode}\n{output}{done.stderr.decode(errors='replace')}"
        return output

    def _in_network(self, command):
        return ["nsenter", "-t", self.pid, "-n", "--", *map(str, command)]

    def call(self, *command, status=0):
        """Runs a program of this machine's in the network of the other, as a PACS or somebody with a browser would."""
        done = subprocess.run(self._in_network(command), capture_output=True, text=True, errors="replace", timeout=200)
        assert done.returncode == status, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"

    def leave_calling(self, *command):
        """Likewise, until stop()."""
        self.callers.append(subprocess.Popen(self._in_network(command), stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT))

    def path(self, path):
        """A file of the machine, as it is seen from here."""
        return pathlib.Path(f"/proc/{self.pid}/root{path}")

    def stop(self):
        """All of its processes end, and nothing of it is left."""
        for caller in self.callers:
            caller.kill()
            caller.wait()
        (self.group / "cgroup.kill").write_text("1")
        self.process.wait(30)
        deadline = time.monotonic() + 30
        while "populated 1" in (self.group / "cgroup.events").read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        for folder, _, _ in os.walk(self.group, topdown=False):
            os.rmdir(folder)
        shutil.rmtree(self.folder, ignore_errors=True)


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)


def make_devices(folder):
    mount("-t", "tmpfs", "-o", "mode=755", "none", folder)
    for name, major, minor in (("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)):
        os.mknod(folder / name, stat.S_IFCHR, os.makedev(major, minor))
        (folder / name).chmod(0o666)
    for name, kind, options in (("pts", "devpts", "newinstance,ptmxmode=0666"), ("shm", "tmpfs", "mode=1777")):
        (folder / name).mkdir()
        mount("-t", kind, "-o", options, "none", folder / name)
    for name, target in (("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"),
                         ("stderr", "fd/2")):
        (folder / name).symlink_to(target)


def become_systemd(folder, packages):
    """In fresh namespaces: makes the root of the machine and hands over to systemd."""
    mount("--make-rprivate", "/")
    mount("-t", "tmpfs", "none", folder)
    root = folder / "root"
    root.mkdir()
    mount("-t", "tmpfs", "-o", "mode=755", "none", root)
    make_bare_system(root, packages)
    mount("-t", "proc", "proc", root / "proc")
    mount("-t", "sysfs", "-o", "ro", "sysfs", root / "sys")
    mount("-t", "cgroup2", "cgroup2", root / "sys/fs/cgroup")
    make_devices(root / "dev")
    mount("-t", "tmpfs", "-o", "mode=755", "none", root / "run")
    mount("-t", "tmpfs", "-o", "mode=1777", "none", root / "tmp")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    (root / "run/before").mkdir()
    os.chdir(root)
    subprocess.run(["pivot_root", ".", "run/before"], check=True)
    os.chroot(".")
    subprocess.run(["umount", "--lazy", "/run/before"], check=True)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.execve(SYSTEMD, [SYSTEMD, "--system", "--unit=multi-user.target", "--log-target=journal"],
              {"container": "test", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})


if __name__ == "__main__":
    become_systemd(pathlib.Path(sys.argv[1]), sys.argv[2:])
