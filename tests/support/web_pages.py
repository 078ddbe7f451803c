"""A browser without a screen: cookies, CSRF token and JSON, for tests that drive the web role over its socket."""

import http.client
import json


class WebPages:
    PASSWORD = "correct horse battery"

    def __init__(self, service):
        self.service = service
        self.cookie = self.csrf = ""
        self.headers = None  # Of the last answer.

    def request(self, method, path, body=None, headers=None):
        """(status, JSON or text)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.service.web_port, timeout=30)
        sent = {"Cookie": self.cookie, "Content-Type": "application/json", "X-CSRF-Token": self.csrf, **(headers or {})}
        connection.request(method, path, None if body is None else json.dumps(body), sent)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        self.headers = answer.headers
        if answer.headers["Set-Cookie"]:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        value = json.loads(text) if answer.headers["Content-Type"] == "application/json" else text
        if isinstance(value, dict) and "csrf" in value:
            self.csrf = value["csrf"]
        return answer.status, value

    def get(self, path):
        status, value = self.request("GET", path)
        assert status == 200, f"GET {path}: {status} {value}"
        return value

    def set_up(self, name="Ada"):
        """Makes the first account, with the one-time token that lies on the host."""
        self.get("/api/session")
        token = (self.service.data / "setup-token").read_text()
        assert token.strip() not in self.service.log(), "more people read the log than may know the token"
        status, value = self.request("POST", "/api/setup", {"token": token, "name": name, "password": self.PASSWORD})
        assert status == 200, value
