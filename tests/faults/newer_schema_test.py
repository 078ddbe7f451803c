"""A newer version of Glisson was installed and its command has brought the database's schema up to date, while the service
still runs the old binary: processes that start do nothing and say why, and nothing that was acknowledged is lost."""

import os
import signal
import unittest

from figures import figure
from glisson_service import Service, wait_until
from raw_peer import RawPeer
from small_objects import ct_image
from web_pages import WebPages

SUCCESS = 0x0000
TEMPORARY_CONGESTION = (2, 3, 1)  # Rejected transient, service provider (presentation) (PS3.8 table 9-21).
NEWER = "schema is newer than this version of Glisson"


class NewerSchema(unittest.TestCase):
    def store(self, service, number):
        uid = f"1.2.3.{number}"
        with RawPeer(service.port) as peer:
            return peer.rejection or peer.store(uid, ct_image("1.2.3", "1.2.3.0", uid))

    def test_the_old_service_waits_for_its_restart(self):
        service = Service("[queue]\nsettle_time = 600\n[receive]\nmin_associations = 2\n")
        self.addCleanup(service.close)
        service.start()
        service.command("peer", "add", "ct", "PACS", "127.0.0.1", 104, "--may", "store")
        wait_until(lambda: self.store(service, 1) == SUCCESS, 30, "an instance is stored")
        url, pages = service.database_url(), WebPages(service)
        service.query("insert into glisson.schema_migration (name, checksum) values ('9999_later.sql', '')", url)
        # As they would sooner or later: each that starts connects anew.
        roles = ("association", "analysis", "delivery", "upkeep", "web")
        for role in roles:
            for pid in service.pids(role):
                os.kill(pid, signal.SIGKILL)
        # Death of a process is seen before its last connection's end.
        wait_until(lambda: self.tell(service) >= set(roles), 30, "every role says why it waits")
        settled = {role: set(service.pids(role)) for role in roles if role != "association"}
        self.assertEqual(self.store(service, 2), TEMPORARY_CONGESTION)
        self.assertTrue(service.echo())
        status, body = wait_until(lambda: self.readiness(pages), 20, "health answers")
        self.assertEqual(status, 503, body)
        self.assertIn(NEWER, service.run("status").stderr)
        self.assertEqual({role: set(service.pids(role)) for role in settled}, settled, "no role dies of it again and again")
        service.query("delete from glisson.schema_migration where name = '9999_later.sql'", url)
        wait_until(lambda: self.store(service, 2) == SUCCESS, 30, "instances are stored again")
        kept = service.query("select count(*) from glisson.instance where state = 'current'")
        figure(24, "stored_before_and_after_a_newer_schema", kept[0][0], "of_2")
        self.assertEqual(kept, [["2"]])

    @staticmethod
    def tell(service):
        """The roles that say in the log why they wait."""
        return {line.split()[2].split("[")[0] for line in service.log().splitlines() if NEWER in line}

    @staticmethod
    def readiness(pages):
        try:
            return pages.request("GET", "/readyz")
        except OSError:
            return None


if __name__ == "__main__":
    unittest.main()
