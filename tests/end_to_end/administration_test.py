"""What the commands say to an administrator who has the wrong rights, words or settings: the cause, and what to do next."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from glisson_service import BINARY, Service, wait_until

DONE, USAGE, TRANSIENT, NOT_FOUND, NOT_PERMITTED = 0, 2, 4, 5, 6
OF_NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
FALSE_ALARMS = ("does not receive", "is the service running", "glisson serve", "systemctl start", "settings file")


def glisson(*arguments, wrapper=()):
    return subprocess.run([*wrapper, BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=60)


class Administration(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.close)
        self.options = ["--config", self.service.config, "--data", self.service.data]

    def await_ready(self):
        wait_until(lambda: self.service.status()["ready"], 30, "the node is ready")

    def assert_says(self, done, exit_code, *words):
        """The exit code and the words, whatever the width of the screen."""
        said = " ".join((done.stdout + done.stderr).split())
        self.assertEqual(done.returncode, exit_code, said)
        for word in words:
            self.assertIn(word, said)
        return said

    def assert_may_not_look(self, *arguments, options=None):
        done = glisson(*arguments, *(options or self.options), wrapper=OF_NOBODY)
        said = self.assert_says(done, NOT_PERMITTED, "you may not ", "Permission denied", "sudo")
        for alarm in FALSE_ALARMS:
            self.assertNotIn(alarm, said)
        return done

    @unittest.skipUnless(os.geteuid() == 0, "only root may become another user")
    def test_who_may_not_look_is_told_so(self):
        self.service.start()
        self.assert_may_not_look("status")
        told = json.loads(self.assert_may_not_look("status", "--json").stdout)
        self.assertEqual((told["ready"], told["reason"]), (None, "not_permitted"))
        for command in (["peer", "refused"], ["pause", "receive", "--reason", "x"], ["job", "list"], ["explain", "A1"],
                        ["alert", "list"], ["db", "status"], ["peer", "list"]):
            with self.subTest(command=command):
                self.assert_may_not_look(*command)
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            bundle = pathlib.Path(folder, "bundle.tar.gz")
            said = self.assert_may_not_look("support-bundle", bundle, "--log", self.service.log_path).stderr
            self.assertIn("parts are missing because you may not look", said)
            self.assertTrue(bundle.exists())
        self.service.config.chmod(0o600)
        self.assert_may_not_look("status")
        self.assert_may_not_look("job", "list")
        self.service.config.chmod(0o644)
        self.await_ready()

    def test_wrong_arguments_are_no_fault_of_the_settings(self):
        self.service.start()
        there = self.service.home / "there.tar.gz"
        there.touch()
        self.service.command("peer", "add", "taken", "TAKEN", "127.0.0.1", "104", "--may", "store", "--from", "127.0.0.1")
        taken = self.service.command("peer", "list", "--json")
        add = ["peer", "add", "new"]
        good = [*add, "NEW", "127.0.0.1", "104"]
        for command, word in (
                (["pause", "receive", "--reason", ""], "--reason must say why"),
                (["pause", "receive", "--reason", "x" * 501], "at most 500 bytes"),
                ([*add, "A_TITLE_THAT_IS_TOO_LONG", "127.0.0.1", "104"], "1 to 16 printable"),
                ([*good, "--from", "10.0.0.1/8"], "its network is 10.0.0.0/8"),
                ([*good, "--purpose", "test", "--responsible", "a", "--until", "tomorrow"], "YYYY-MM-DD"),
                ([*good, "--purpose", "test", "--responsible", "a", "--until", "2020-01-01"], "is in the past"),
                ([*good, "--purpose", "test"], "--responsible"),
                ([*good, "--certificate", "nothing"], "names no certificate"),
                (["peer", "add", "taken", "NEW", "127.0.0.1", "104"], "--replace"),
                (["peer", "add", "n" * 65, "NEW", "127.0.0.1", "104"], "1 to 64 visible characters"),
                ([*add, "NEW", "a host", "104"], "a name or an address"),
                (["support-bundle", there], "name a new file"),
                (["support-bundle", self.service.home / "absent" / "a.tar.gz"], "No such file"),
                (["status", "--config", self.service.home / "absent.toml"], "absent.toml: No such file"),
                (["serve", "--roles", "cook"], "there is no role 'cook'")):
            with self.subTest(command=command):
                options = ["--data", self.service.data] if "--config" in command else self.options
                said = self.assert_says(glisson(*command, *options), USAGE, word, "invalid_argument", "--help")
                self.assertNotIn("ettings file", said)
        self.assertEqual(self.service.command("peer", "list", "--json"), taken, "the peer whose name was taken is as before")
        self.service.command("peer", "add", "taken", "NEW", "127.0.0.1", "105", "--replace")
        [replaced] = json.loads(self.service.command("peer", "list", "--json"))
        self.assertEqual((replaced["name"], replaced["ae_title"], replaced["port"], replaced["may_store"]),
                         ("taken", "NEW", 105, False))
        with self.subTest("a second service on the same folder"):
            said = self.assert_says(glisson("serve", *self.options), USAGE, "already_running", "glisson status")
            self.assertNotIn("ettings file", said)

    def test_settings_that_are_spoilt_hide_nothing_else(self):
        """`glisson status` is asked when something is wrong; the database is found all the same."""
        self.service.config.write_text(self.service.config.read_text() + f'\n[host]\ndata = "{self.service.data}"\n')
        self.service.start()
        self.await_ready()
        text = self.service.config.read_text()
        for spoilt in (text + "colour = 1\n", text + "user = \n", "[kitchen]\nstove = 1\n" + text):
            self.service.config.write_text(spoilt)
            done = glisson("status", "--config", self.service.config)
            self.assert_says(done, DONE, "This node receives", "glisson.toml:", "glisson config check")
            bundle = pathlib.Path(tempfile.mkdtemp(dir=self.service.home), "bundle.tar.gz")
            said = glisson("support-bundle", bundle, "--config", self.service.config, "--log", self.service.log_path)
            self.assertNotIn("missing", self.assert_says(said, DONE))

    def test_a_service_that_does_not_run_is_started_as_it_was_installed(self):
        self.assert_says(self.service.run("status"), NOT_FOUND, "there is no data folder")
        self.assert_says(self.service.run("job", "list"), USAGE, "there is no data folder")
        self.service.start()
        self.service.stop()
        start = f"glisson serve --data {self.service.data}"
        self.assert_says(self.service.run("status"), TRANSIENT, "does not receive: the service", "does not run", start)
        self.assert_says(self.service.run("job", "list"), TRANSIENT, "does not run", start)
        if os.geteuid() != 0:
            self.skipTest("only root may show an installed host")
        installed = ("set -e; mount -t tmpfs none /etc/systemd/system; mount -t tmpfs none /run; mount -t tmpfs none /var/lib;"
                     "test ! -d /etc/glisson || mount -t tmpfs none /etc/glisson;"
                     "touch /etc/systemd/system/glisson.service; mkdir -p /run/systemd/system /var/lib/glisson; exec \"$@\"")
        for command in (["status"], ["job", "list"]):
            done = glisson(*command, wrapper=["unshare", "--mount", "sh", "-c", installed, "sh"])
            said = self.assert_says(done, TRANSIENT, "does not run", "systemctl start glisson")
            self.assertNotIn("glisson serve", said)


if __name__ == "__main__":
    unittest.main()
