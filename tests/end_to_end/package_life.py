"""Life of the package, run by package_test.py in mount and process namespaces of its own: FOLDER FIRST.deb SECOND.deb."""

import os
import pathlib
import pwd
import re
import shlex
import socket
import stat
import subprocess
import sys
import time

SETTINGS = pathlib.Path("/etc/glisson/glisson.toml")
DATA = pathlib.Path("/var/lib/glisson")


def run(*arguments, status=0):
    done = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, timeout=120)
    assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def wait_until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def enter_own_root(folder):
    """Everything below / that is written from here on is gone with this process."""
    run("mount", "--make-rprivate", "/")
    run("mount", "-t", "tmpfs", "none", folder)
    for name in ("upper", "work", "root"):
        (folder / name).mkdir()
    root = folder / "root"
    run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir=/,upperdir={folder}/upper,workdir={folder}/work", root)
    run("mount", "-t", "proc", "proc", root / "proc")
    for shared in ("dev", "sys"):
        run("mount", "--rbind", f"/{shared}", root / shared)
    for private in ("tmp", "run", "var/lib/glisson"):
        if (root / private).exists():
            run("mount", "-t", "tmpfs", "none", root / private)
    os.chroot(root)
    os.chdir("/")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Unit:
    """What systemd would start, by the unit's ExecStart and User; no systemd runs here."""

    def __init__(self):
        text = pathlib.Path("/lib/systemd/system/glisson.service").read_text()
        self.command = shlex.split(re.search(r"^ExecStart=(.*)$", text, re.M).group(1))
        self.user = pwd.getpwnam(re.search(r"^User=(.*)$", text, re.M).group(1))
        self.process = None

    def start(self, port):
        log = open("/tmp/glisson.log", "ab")
        self.process = subprocess.Popen(self.command, stdout=log, stderr=log, user=self.user.pw_uid,
                                        group=self.user.pw_gid, extra_groups=[])
        wait_until(lambda: subprocess.run(["echoscu", "-aec", "GLISSON", "127.0.0.1", str(port)],
                                          capture_output=True).returncode == 0, 60,
                   "the service answers C-ECHO: " + pathlib.Path("/tmp/glisson.log").read_text()[-2000:])

    def stop(self):
        self.process.terminate()
        assert self.process.wait(60) == 0


def main(folder, first, second):
    packages = {}
    for name, path in (("first", first), ("second", second)):
        packages[name] = path.read_bytes()
    enter_own_root(folder)
    for name, content in packages.items():
        pathlib.Path(f"/tmp/{name}.deb").write_bytes(content)

    run("dpkg", "-i", "/tmp/first.deb")
    user = pwd.getpwnam("glisson")
    assert DATA.stat().st_uid == user.pw_uid or not list(DATA.iterdir())
    os.chown(DATA, user.pw_uid, user.pw_gid)  # It may be a mount point of enter_own_root().
    assert stat.S_IMODE(SETTINGS.stat().st_mode) == 0o640 and SETTINGS.stat().st_gid == user.pw_gid
    assert "#port = 11112" in SETTINGS.read_text()
    run("glisson", "config", "check")

    port, pacs_port = free_port(), free_port()
    SETTINGS.write_text(f"[receive]\nport = {port}\n[queue]\nsettle_time = 1\n")
    pacs = pathlib.Path("/tmp/pacs")
    pacs.mkdir()
    subprocess.Popen(["storescp", "-aet", "PACS", "-od", str(pacs), str(pacs_port)])
    service = Unit()
    service.start(port)
    run("glisson", "peer", "add", "pacs", "PACS", "127.0.0.1", pacs_port, "--may", "store,echo", "--purpose", "test",
        "--responsible", "the tests", "--until", "2099-12-31")
    run("glisson", "phantom", "/tmp/phantom")
    send = ["storescu", "-R", "+sd", "+r", "-nh", "-aet", "PACS", "-aec", "GLISSON", "127.0.0.1", port, "/tmp/phantom"]
    run(*send)
    wait_until(lambda: len(list(pacs.iterdir())) == 1, 60, "a report in the PACS")

    service.stop()
    run("dpkg", "-i", "/tmp/second.deb")  # Keeps the settings file that was edited, without asking.
    assert f"port = {port}" in SETTINGS.read_text()
    service = Unit()
    service.start(port)
    assert "pacs" in run("glisson", "peer", "list")
    run(*send)  # Nothing new came.
    time.sleep(3)
    assert len(list(pacs.iterdir())) == 1
    service.stop()

    run("dpkg", "-r", "glisson")
    assert not pathlib.Path("/usr/bin/glisson").exists()
    assert SETTINGS.exists() and (DATA / "postgresql" / "PG_VERSION").exists()
    run("dpkg", "-P", "glisson")
    assert not SETTINGS.exists() and (DATA / "postgresql" / "PG_VERSION").exists() and list((DATA / "store").iterdir())


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:]))
