"""Life of the package, run by package_test.py in mount, network and process namespaces of its own:
FOLDER FIRST.deb SECOND.deb [STORIES SCREENSHOTS]. With STORIES (tests/web, its packages installed) the first use is
that of a stranger in a browser."""

import os
import pathlib
import pwd
import re
import shlex
import stat
import subprocess
import sys
import time

SETTINGS = pathlib.Path("/etc/glisson/glisson.toml")
DATA = pathlib.Path("/var/lib/glisson")
SEND = ["storescu", "-R", "+sd", "+r", "-nh", "-aet", "HOSPITALPACS", "-aec", "GLISSON", "127.0.0.1", 11112, "/tmp/phantom"]


def run(*arguments, status=0):
    done = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, timeout=120)
    assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def wait_until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def enter_own_root(folder, screenshots):
    """Everything below / that is written from here on is gone with this process, but for the screenshots."""
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
    if screenshots:
        (root / "tmp/screenshots").mkdir()
        run("mount", "--bind", screenshots, root / "tmp/screenshots")
    os.chroot(root)
    os.chdir("/")


class Unit:
    """What systemd would start, by the unit's ExecStart and User; no systemd runs here."""

    def __init__(self):
        text = pathlib.Path("/lib/systemd/system/glisson.service").read_text()
        self.command = shlex.split(re.search(r"^ExecStart=(.*)$", text, re.M).group(1))
        self.user = pwd.getpwnam(re.search(r"^User=(.*)$", text, re.M).group(1))
        self.process = None

    def start(self):
        log = open("/tmp/glisson.log", "ab")
        self.process = subprocess.Popen(self.command, stdout=log, stderr=log, user=self.user.pw_uid,
                                        group=self.user.pw_gid, extra_groups=[])
        wait_until(lambda: subprocess.run(["echoscu", "-aec", "GLISSON", "127.0.0.1", "11112"],
                                          capture_output=True).returncode == 0
                   and subprocess.run(["glisson", "db", "status"], capture_output=True).returncode == 0, 60,
                   "the service and its database answer")

    def stop(self):
        self.process.terminate()
        assert self.process.wait(60) == 0


def use_by_command_line():
    run("glisson", "peer", "add", "PACS", "HOSPITALPACS", "127.0.0.1", 104, "--may", "store,echo", "--purpose", "test",
        "--responsible", "the tests", "--until", "2099-12-31")
    run(*SEND)


def use_by_browser():
    """As somebody who has never seen it: tests/web/story.mjs."""
    wait_until((DATA / "setup-token").exists, 30, "the one-time token")
    run("node", "/tmp/stories/story.mjs", "http://127.0.0.1:11180", DATA / "setup-token", 11112, 104, "/tmp/phantom",
        "/tmp/screenshots")


def main(folder, first, second, stories=None, screenshots=None):
    run("ip", "link", "set", "lo", "up")
    packages = {}
    for name, path in (("first", first), ("second", second)):
        packages[name] = path.read_bytes()
    if stories:
        packed = subprocess.run(["tar", "-C", stories, "-c", "."], capture_output=True, check=True).stdout
    enter_own_root(folder, screenshots)
    if stories:
        pathlib.Path("/tmp/stories").mkdir()
        subprocess.run(["tar", "-C", "/tmp/stories", "-x"], input=packed, check=True)
    for name, content in packages.items():
        pathlib.Path(f"/tmp/{name}.deb").write_bytes(content)

    run("dpkg", "-i", "/tmp/first.deb")
    installed = run("dpkg", "-L", "glisson").splitlines()
    for file in ("man/man1/glisson.1.gz", "man/man1/glisson-peer.1.gz", "man/man5/glisson.toml.5.gz",
                 "bash-completion/completions/glisson"):
        assert f"/usr/share/{file}" in installed, f"{file} is not in the package"
    user = pwd.getpwnam("glisson")
    assert DATA.stat().st_uid == user.pw_uid or not list(DATA.iterdir())
    os.chown(DATA, user.pw_uid, user.pw_gid)  # It may be a mount point of enter_own_root().
    assert stat.S_IMODE(SETTINGS.stat().st_mode) == 0o640 and SETTINGS.stat().st_gid == user.pw_gid
    assert "#port = 11112" in SETTINGS.read_text()
    run("glisson", "config", "check")

    SETTINGS.write_text(SETTINGS.read_text().replace("#settle_time = 10", "settle_time = 1"))
    edited = SETTINGS.read_text()
    pacs = pathlib.Path("/tmp/pacs")
    pacs.mkdir()
    subprocess.Popen(["storescp", "-aet", "PACS", "-od", str(pacs), "104"])
    service = Unit()
    service.start()
    run("glisson", "phantom", "/tmp/phantom")
    if stories:
        use_by_browser()
    else:
        use_by_command_line()
    wait_until(lambda: len(list(pacs.iterdir())) == 1, 60, "a report in the PACS")

    service.stop()
    run("dpkg", "-i", "/tmp/second.deb")  # Keeps the settings file that was edited, without asking.
    assert SETTINGS.read_text() == edited
    service = Unit()
    service.start()
    assert "HOSPITALPACS" in run("glisson", "peer", "list")
    run(*SEND)  # Nothing new came.
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
