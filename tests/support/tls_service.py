"""A Glisson service with a TLS port, its CA, and the clients that a hospital or an attacker has."""

import os
import shutil
import socket
import ssl
import subprocess

from certificates import Authority, install
from glisson_service import Service, free_port

GROUP = ("root", "glisson") if os.geteuid() == 0 else None  # The service user reads its key by its group.


class TlsService(Service):
    """`[tls]` of the settings names `certificate.pem`, `key.pem` and `trusted.pem` of the folder `tls`."""

    def __init__(self, settings="", tls="", key_type="ec"):
        super().__init__()
        self.authority = Authority(self.home / "ca")
        self.folder = self.home / "tls"
        self.folder.mkdir()
        self.install(self.authority.issue("node", key_type=key_type))
        shutil.copy(self.authority.certificate, self.folder / "trusted.pem")
        self.tls_port = free_port()
        self.config.write_text(f'{settings}\n[tls]\nport = {self.tls_port}\ncertificate = "{self.folder}/certificate.pem"\n'
                               f'key = "{self.folder}/key.pem"\ntrusted = "{self.folder}/trusted.pem"\n{tls}\n')

    def install(self, identity):
        install(identity, self.folder, GROUP)

    def shown_fingerprint(self):
        """Of the certificate that a new handshake is shown; a client certificate is not needed to see it."""
        with socket.create_connection(("127.0.0.1", self.tls_port), timeout=10) as connection:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.maximum_version = ssl.TLSVersion.TLSv1_3
            with context.wrap_socket(connection) as stream:
                import hashlib
                return hashlib.sha256(stream.getpeercert(binary_form=True)).hexdigest()

    def client_options(self, identity):
        """As DCMTK's tools take them."""
        return ["+tls", str(identity.key), str(identity.certificate), "+cf", str(self.authority.certificate)]

    def tls_echo(self, *options, calling="ANYBODY"):
        return subprocess.run(["echoscu", "-to", "5", "-ta", "5", "-aet", calling, "-aec", "GLISSON", *options,
                               "127.0.0.1", str(self.tls_port)], capture_output=True).returncode == 0


def client_hello():
    """The first bytes of a handshake that is never finished."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    handshake = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        handshake.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise AssertionError("a handshake without an answer")


def context_of(authority, identity=None):
    """For Python's ssl: trusts the authority, shows the identity."""
    context = ssl.create_default_context(cafile=str(authority.certificate))
    if identity:
        context.load_cert_chain(identity.certificate, identity.key)
    return context
