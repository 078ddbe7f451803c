"""All passwords are lost: what an administrator of the host does about it, with a private database and with one elsewhere."""

import json
import subprocess
import unittest

from glisson_service import BINARY, Service, wait_until
from web_pages import WebPages


class LostPassword(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.close)
        self.service.start()
        self.browsers = [WebPages(self.service), WebPages(self.service)]
        wait_until(self.pages_answer, 30, "the pages answer")
        self.browsers[0].set_up("Ada")
        self.assertEqual(self.sign_in(WebPages.PASSWORD), 200)

    def pages_answer(self):
        try:
            return self.browsers[0].request("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def sign_in(self, password, name="Ada"):
        return self.browsers[1].request("POST", "/api/login", {"name": name, "password": password})[0]

    def is_signed_in(self, browser):
        return browser.request("GET", "/api/overview")[0] == 200

    def elsewhere(self):
        """Options of a host that has the same database by its URL."""
        settings = self.service.home / "elsewhere.toml"
        settings.write_text(f'[database]\nurl = "{self.service.database_url()}"\n')
        return ["--config", settings, "--data", self.service.home / "no-data-here"]

    @staticmethod
    def reset(name, password, *options):
        return subprocess.run([BINARY, "account", "reset", name, "--stdin", *options], input=password + "\n",
                              capture_output=True, text=True, timeout=60)

    def test_a_new_one_is_made_and_every_session_ends(self):
        accounts = json.loads(self.service.command("account", "list", "--json"))["accounts"]
        self.assertEqual(accounts, [{"name": "Ada", "role": "administrator"}])
        self.assertEqual(self.service.run("account", "reset", "Eve").returncode, 5)
        too_short = self.reset("Ada", "short", "--config", self.service.config, "--data", self.service.data)
        self.assertEqual(too_short.returncode, 2)
        self.assertTrue(all(map(self.is_signed_in, self.browsers)), "nothing has changed")

        bob = {"name": "Bob", "role": "viewer", "password": WebPages.PASSWORD}
        self.assertEqual(self.browsers[0].request("POST", "/api/accounts", bob)[0], 200)
        for _ in range(10):
            self.assertEqual(WebPages(self.service).request("POST", "/api/login", {"name": "Ada", "password": "forgotten"})[0], 401)
        self.assertEqual(self.sign_in(WebPages.PASSWORD), 429, "ten failures lock the account")
        self.assertEqual(WebPages(self.service).request("POST", "/api/login", {"name": "Bob", "password": WebPages.PASSWORD})[0],
                         200, "and nobody else, though all come from loopback")

        told = self.service.command("account", "reset", "Ada", "--reason", "nobody knows it")
        password = told.split("shown this once: ")[1].split()[0]
        self.assertFalse(any(map(self.is_signed_in, self.browsers)))
        self.assertEqual(self.sign_in(WebPages.PASSWORD), 401)
        self.assertEqual(self.sign_in(password), 200)

        changes = "select who, subject, reason, new ->> 'password' from glisson.change where what = 'account' and old is not null"
        user = subprocess.run(["id", "-un"], capture_output=True, text=True).stdout.strip()
        self.assertEqual(self.service.query(changes), [[user, "Ada", "nobody knows it", "changed"]])
        self.assertEqual(self.service.query("select count(*) from glisson.audit_event where kind = 'security_alert' and "
                                            "facts ->> 'what' = 'account' and facts ->> 'subject' = 'Ada'"), [["2"]])
        self.assertNotIn(password, self.service.log())

    def test_a_chosen_one_is_taken_and_never_shown_by_the_address_of_the_database_too(self):
        for options in (["--config", self.service.config, "--data", self.service.data], self.elsewhere()):
            chosen = f"a sentence of number {len(options[1].name)}"
            done = self.reset("Ada", chosen, *options)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn(chosen, done.stdout + done.stderr)
            self.assertFalse(any(map(self.is_signed_in, self.browsers)))
            self.assertEqual(self.sign_in(chosen), 200)


if __name__ == "__main__":
    unittest.main()
