"""Certificates made on the spot by `openssl`: a CA and what it vouches for, good and bad."""

import pathlib
import shutil
import subprocess
import sys


def _openssl(*arguments, text=None):
    done = subprocess.run(["openssl", *map(str, arguments)], input=text, capture_output=True, text=True)
    assert done.returncode == 0, f"openssl {arguments}: {done.stderr}"
    return done.stdout


class Identity:
    """A certificate and its key, as PEM files."""

    def __init__(self, certificate, key):
        self.certificate = certificate
        self.key = key

    def fingerprint(self):
        """SHA-256, lower-case hexadecimal digits."""
        printed = _openssl("x509", "-noout", "-fingerprint", "-sha256", "-in", self.certificate)
        return printed.split("=")[1].strip().replace(":", "").lower()

    def subject(self):
        printed = _openssl("x509", "-noout", "-subject", "-nameopt", "RFC2253", "-in", self.certificate)
        return printed.split("=", 1)[1].strip()


class Authority:
    """A certification authority in a folder; its files can be read by everyone but the keys only by the owner."""

    def __init__(self, folder, name="Test CA"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.certificate, self.key = self.folder / "ca.pem", self.folder / "ca.key"
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 30,
                 "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate)

    def issue(self, name, days=30, key_type="ec", usage="serverAuth,clientAuth", address="127.0.0.1"):
        """A certificate for `localhost` and `address`; with days = -1 it ended yesterday."""
        certificate, key, request = (self.folder / f"{name}{suffix}" for suffix in (".pem", ".key", ".csr"))
        algorithm = {"ec": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["rsa:2048"],
                     "weak": ["rsa:1024"]}[key_type]
        _openssl("req", "-newkey", *algorithm, "-nodes", "-subj", f"/O=Hospital/CN={name}", "-keyout", key, "-out",
                 request)
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName=DNS:localhost,IP:{address}\nextendedKeyUsage={usage}\n"
                              "basicConstraints=CA:false\n")
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
                 "-days", days, "-extfile", extensions, "-out", certificate)
        return Identity(certificate, key)


def install(identity, folder, owner=None):
    """Copies an identity to certificate.pem and key.pem of a folder, each in one instant, as renewals do."""
    folder = pathlib.Path(folder)
    for source, name in ((identity.key, "key.pem"), (identity.certificate, "certificate.pem")):
        fresh = folder / f".{name}"
        shutil.copy(source, fresh)
        fresh.chmod(0o640)
        if owner:
            shutil.chown(fresh, *owner)
        fresh.replace(folder / name)


if __name__ == "__main__":  # For tests in C++: certificates.py FOLDER NAME=DAYS... makes a CA and so many identities.
    authority = Authority(sys.argv[1])
    for argument in sys.argv[2:]:
        identity_name, _, valid = argument.partition("=")
        authority.issue(identity_name, days=int(valid or 30))
