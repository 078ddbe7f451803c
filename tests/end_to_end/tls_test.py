"""A study goes in over TLS from a modality that is bound to its certificate; the report goes out over TLS."""

import shutil
import subprocess
import unittest

from certificates import Authority
from glisson_service import Pacs, make_phantom, wait_until
from tls_service import TlsService

DECLARED = ("--purpose", "test", "--responsible", "the tests", "--until", "2099-12-31")


class Tls(unittest.TestCase):
    def setUp(self):
        self.service = TlsService("[queue]\nsettle_time = 1\n[receive]\nmin_associations = 2\n")
        self.addCleanup(self.service.close)
        self.service.start()
        self.authority = self.service.authority
        self.modality = self.authority.issue("modality")
        wait_until(lambda: self.service.tls_echo(*self.service.client_options(self.modality)), 20, "TLS is up")

    def start_pacs(self, authority):
        """storescp that demands a certificate, and shows one of this authority."""
        identity = authority.issue("pacs")
        self.service.pacs = Pacs(self.service.home / "pacs", options=[
            "+tls", str(identity.key), str(identity.certificate), "+cf", str(self.authority.certificate)])
        self.service.pacs.start()

    def send(self, *options, port=None):
        """storescu's exit status for the whole study."""
        study = make_phantom(self.service.home / "phantom")
        return subprocess.run(["storescu", "-R", "+sd", "+r", "-nh", "-aet", "CT_1", "-aec", "GLISSON", *options, "127.0.0.1",
                               str(port or self.service.tls_port), str(study)], capture_output=True).returncode

    def test_study_in_and_report_out_over_tls(self):
        self.start_pacs(self.authority)
        self.service.command("peer", "add", "pacs", "PACS", "localhost", self.service.pacs.port, "--tls", *DECLARED)
        self.service.command("peer", "add", "ct-1", "CT_1", "127.0.0.1", "104", "--may", "store", "--certificate",
                             self.modality.certificate)
        with self.subTest("its title is nobody else's"):
            other = self.authority.issue("other")
            self.assertNotEqual(self.send(*self.service.client_options(other)), 0)
            self.assertNotEqual(self.send(port=self.service.port), 0)
            refused = self.service.command("peer", "refused")
            self.assertIn("bound to another certificate", refused)
            self.assertIn("showed none", refused)
            self.assertEqual(self.service.query("select count(*) from glisson.instance"), [["0"]])
        with self.subTest("by fingerprint or by subject"):
            self.service.command("peer", "change", "ct-1", "--certificate", self.modality.subject())
            self.assertEqual(self.send(*self.service.client_options(self.modality)), 0)
        wait_until(self.service.pacs.received, 60, "the report at the PACS")
        self.assertIn("answers C-ECHO", self.service.command("peer", "echo", "pacs"))
        self.assertEqual(self.service.stop(), 0)

    def test_a_report_waits_until_the_pacs_is_trusted_and_says_so(self):
        stranger = Authority(self.service.home / "stranger", "Stranger CA")
        self.start_pacs(stranger)
        self.service.command("peer", "add", "pacs", "PACS", "127.0.0.1", self.service.pacs.port, "--tls", *DECLARED)
        self.service.command("peer", "add", "ct-1", "CT_1", "127.0.0.1", "104", "--may", "store")
        self.assertEqual(self.send(*self.service.client_options(self.modality)), 0)
        reasons = "select detail from glisson.job where kind = 'deliver' and detail is not null"
        detail = wait_until(lambda: self.service.query(reasons), 60, "a failed attempt")[0][0]
        self.assertIn("add its CA's certificate to the file tls.trusted", detail)
        self.assertEqual(self.service.pacs.received(), [])
        with open(self.service.folder / "trusted.pem", "a") as trusted, open(stranger.certificate) as added:
            shutil.copyfileobj(added, trusted)
        wait_until(self.service.pacs.received, 60, "the report at the PACS")


if __name__ == "__main__":
    unittest.main()
