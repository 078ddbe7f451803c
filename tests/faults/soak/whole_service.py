"""A service with every process that Glisson has, the tls and web processes included."""

import http.client

from glisson_service import free_port
from raw_peer import VERIFICATION, RawPeer
from tls_service import TlsService, context_of

ACCEPTED = 2


class WholeService(TlsService):
    def __init__(self, settings):
        super().__init__(settings)
        self.web_port = free_port()
        with open(self.config, "a") as config:
            config.write(f"[web]\nport = {self.web_port}\n")
        self.client = context_of(self.authority, self.authority.issue("modality"))

    def web_answer(self, target):
        """(status, text) of what anybody may ask the web process."""
        connection = http.client.HTTPConnection("127.0.0.1", self.web_port, timeout=10)
        try:
            connection.request("GET", target)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def is_whole(self):
        """Each answers: PostgreSQL, the association process behind either port, the web process."""
        try:
            with RawPeer(self.tls_port, "PACS", VERIFICATION, tls=self.client) as peer:
                relayed = peer.answer == ACCEPTED and peer.echo() == 0
            return (relayed and self.web_answer("/livez")[0] == 200 and self.echo()
                    and self.run("db", "status").returncode == 0)
        except OSError:
            return False
