"""A machine of its own for tests that install something: this machine's file system, of which all that is written stays
in memory, and systemd as first process, in namespaces and a control group of their own."""

import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

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
    """Runs from its making until stop()."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="glisson-machine."))
        self.group = control_groups() / self.folder.name
        self.group.mkdir()
        self.console = self.folder / "console"
        with open(self.console, "wb") as console:
            self.process = subprocess.Popen(
                ["sh", "-c", 'echo $$ >"$0/cgroup.procs"; exec unshare --mount --pid --fork --kill-child --net --uts --ipc '
                 '--cgroup "$@"', self.group, sys.executable, "-B", __file__, self.folder],
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

    def start(self, *command):
        """Leaves a command running; it ends with the machine."""
        self.run("systemd-run", "--quiet", *command)

    def write(self, path, content):
        self._enter("tee", path, input=content if isinstance(content, bytes) else content.encode(), check=True)

    def read(self, path):
        return self.run("cat", path)

    def exists(self, path):
        return self.succeeds("test", "-e", path)

    def push(self, folder, path):
        """Copies a folder's content into the machine."""
        packed = subprocess.run(["tar", "-C", folder, "-c", "."], capture_output=True, check=True).stdout
        self.run("mkdir", "-p", path)
        self._enter("tar", "-C", path, "-x", input=packed, check=True)

    def pull(self, path, folder):
        """Copies what lies in a folder of the machine out of it."""
        packed = self._enter("tar", "-C", path, "-c", ".", check=True).stdout
        subprocess.run(["tar", "-C", folder, "--no-same-owner", "-x"], input=packed, check=True)

    def stop(self):
        """All of its processes end, and nothing of it is left."""
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


def forget_this_machine(root):
    """Nothing that is enabled, set or known here, so that the package meets a host that never had it."""
    for wants in (root / "etc/systemd/system").glob("*.wants"):
        shutil.rmtree(wants)
    (root / "usr/sbin/policy-rc.d").unlink(missing_ok=True)  # Containers forbid packages to start what they install.
    for folder in ("etc/glisson", "var/lib/glisson"):
        shutil.rmtree(root / folder, ignore_errors=True)
    for accounts in ("passwd", "shadow", "group", "gshadow"):
        file = root / "etc" / accounts
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join(line for line in lines if not line.startswith("glisson:")))
    (root / "etc/machine-id").write_text("")


def become_systemd(folder):
    """In fresh namespaces: makes the root of the machine and hands over to systemd."""
    mount("--make-rprivate", "/")
    mount("-t", "tmpfs", "none", folder)
    upper, work, root = folder / "upper", folder / "work", folder / "root"
    for made in (upper, work, root):
        made.mkdir()
    mount("-t", "overlay", "overlay", "-o", f"lowerdir=/,upperdir={upper},workdir={work}", root)
    forget_this_machine(root)
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
    become_systemd(pathlib.Path(sys.argv[1]))
