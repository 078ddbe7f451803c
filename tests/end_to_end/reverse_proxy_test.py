"""The pages behind nginx, as docs/web.md configures it."""

import http.client
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import unittest

from certificates import Authority
from glisson_service import Service, free_port, wait_until
from web_pages import WebPages

PAGE = pathlib.Path(__file__).parents[2] / "docs/web.md"
NAME = "glisson.hospital.example"


class ReverseProxy(unittest.TestCase):
    def setUp(self):
        if not shutil.which("nginx"):
            self.skipTest("nginx is not installed")
        self.web_port, self.port = free_port(), free_port()
        self.service = Service(f'[web]\nport = {self.web_port}\nreverse_proxy = "127.0.0.1"\nhost_names = ["{NAME}"]\n')
        self.addCleanup(self.service.close)

    def start_nginx(self):
        """The server of the page, with files and ports of the test."""
        folder = self.service.home / "nginx"
        folder.mkdir()
        identity = Authority(folder / "tls").issue("glisson")
        server = re.search(r"```nginx\n(.*?)```", PAGE.read_text(), re.S)[1]
        for old, new in (("listen 443", f"listen 127.0.0.1:{self.port}"), ("127.0.0.1:11180", f"127.0.0.1:{self.web_port}"),
                         ("/etc/ssl/glisson.crt", str(identity.certificate)), ("/etc/ssl/private/glisson.key", str(identity.key))):
            self.assertIn(old, server)
            server = server.replace(old, new)
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        configuration = folder / "nginx.conf"
        user = "user root;\n" if os.geteuid() == 0 else ""  # The folder is its own.
        configuration.write_text(f"daemon off;\n{user}pid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
                                 f"http {{\naccess_log off;\n{temporary}{server}}}\n")
        checked = subprocess.run(["nginx", "-t", "-q", "-c", configuration], capture_output=True, text=True)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        process = subprocess.Popen(["nginx", "-c", configuration], stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait, 10)
        self.addCleanup(process.terminate)

    def request(self, method, path, body=None, host=NAME, **headers):
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=context)
        connection.request(method, path, body and json.dumps(body),
                           {"Host": host, "Content-Type": "application/json", "Origin": f"https://{host}", **headers})
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

    def answers(self):
        try:
            return self.request("GET", "/api/session").status == 200
        except OSError:
            return False

    def test_somebody_signs_in_through_the_proxy_of_the_documentation(self):
        self.start_nginx()
        self.service.start()
        wait_until(self.answers, 30, "the pages answer through nginx")
        token = (self.service.data / "setup-token").read_text()
        made = self.request("POST", "/api/setup", {"token": token, "name": "Ada", "password": WebPages.PASSWORD})
        self.assertEqual(made.status, 200, made.text)
        cookie = made.headers["Set-Cookie"]
        self.assertRegex(cookie, "^__Host-.*; Secure$")
        self.assertEqual(self.request("GET", "/api/overview", Cookie=cookie.split(";")[0]).status, 200)
        self.assertEqual(self.request("GET", "/api/overview").status, 401)
        self.assertNotEqual(self.request("GET", "/api/session", host="elsewhere.example").status, 200)


if __name__ == "__main__":
    unittest.main()
