"""Peers as hospitals have them: DCMTK's storescu and dcmsend, and Orthanc that echoes every object it gets."""

import json
import os
import subprocess
import time
import unittest

from glisson_service import Service, free_port, make_phantom, reference_data, wait_until

ECHO_EVERYTHING = """
function OnStoredInstance(instance, tags, metadata, origin)
  SendToModality(instance, 'glisson')
end
"""


class Orthanc:
    """A throw-away Orthanc on loopback that sends every object it stores to Glisson, reports included."""

    def __init__(self, service):
        self.home = service.home / "orthanc"
        self.home.mkdir()
        self.port = free_port()
        self.http = free_port()
        (self.home / "echo.lua").write_text(ECHO_EVERYTHING)
        (self.home / "orthanc.json").write_text(json.dumps({
            "StorageDirectory": str(self.home), "IndexDirectory": str(self.home), "HttpPort": self.http,
            "DicomPort": self.port, "DicomAet": "ORTHANC", "RemoteAccessAllowed": False,
            "AuthenticationEnabled": False, "DicomAlwaysAllowStore": True, "Plugins": [],
            "LuaScripts": [str(self.home / "echo.lua")],
            "DicomModalities": {"glisson": ["GLISSON", "127.0.0.1", service.port]}}))
        self.log = self.home / "orthanc.log"
        self.process = subprocess.Popen(["Orthanc", str(self.home / "orthanc.json")], stdout=open(self.log, "wb"),
                                        stderr=subprocess.STDOUT, env={**os.environ, "TCP_NODELAY": "1"})
        wait_until(lambda: subprocess.run(["echoscu", "-aec", "ORTHANC", "127.0.0.1", str(self.port)],
                                          capture_output=True).returncode == 0, 30, "Orthanc answers")

    def close(self):
        self.process.terminate()
        self.process.wait(30)

    def instances_of(self, modality):
        query = json.dumps({"Level": "Instance", "Query": {"Modality": modality}})
        done = subprocess.run(["curl", "-sf", f"http://127.0.0.1:{self.http}/tools/find", "-d", query],
                              capture_output=True, text=True, check=True)
        return json.loads(done.stdout)


class Peers(unittest.TestCase):
    def setUp(self):
        self.service = Service("[queue]\nsettle_time = 1\n")
        self.addCleanup(self.service.close)
        self.service.start()
        data = reference_data()
        self.study = data / "data" / "liver-ct" if data else make_phantom(self.service.home / "phantom")
        self.instances = sum(1 for path in self.study.rglob("*.dcm"))

    def stored(self):
        return int(self.service.query("select count(*) from glisson.instance")[0][0])

    def test_orthanc_sends_and_echoes_without_a_loop(self):
        orthanc = Orthanc(self.service)
        self.addCleanup(orthanc.close)
        self.service.command("peer", "add", "orthanc", "ORTHANC", "127.0.0.1", orthanc.port, "--may", "store,echo",
                             "--purpose", "test", "--responsible", "the tests", "--until", "2099-12-31")
        subprocess.run(["storescu", "-R", "+sd", "+r", "-nh", "-aec", "ORTHANC", "127.0.0.1", str(orthanc.port),
                        str(self.study)], check=True, capture_output=True, env={**os.environ, "TCP_NODELAY": "1"})
        wait_until(lambda: orthanc.instances_of("SR"), 120, "the report in Orthanc")
        wait_until(lambda: self.stored() == self.instances, 30, "every instance in Glisson")
        time.sleep(4)  # Longer than the settle time: whatever the echo of the report woke would have run.
        self.assertEqual(len(orthanc.instances_of("SR")), 1)
        self.assertEqual(self.service.query("select kind, state, count(*) from glisson.job group by 1, 2 order by 1"),
                         [["analyse", "done", "1"], ["deliver", "done", "1"]])
        self.assertEqual(self.stored(), self.instances)

    def test_dcmsend(self):
        self.service.add_pacs()
        subprocess.run(["dcmsend", "+sd", "+r", "+sp", "*.dcm", "-aet", "PACS", "-aec", "GLISSON", "127.0.0.1", str(self.service.port),
                        str(self.study)], check=True, capture_output=True, timeout=120)
        self.assertEqual(self.stored(), self.instances)
        wait_until(self.service.pacs.received, 120, "a report at the PACS")

    def test_storescu_untuned(self):
        self.service.add_pacs()
        environment = {name: value for name, value in os.environ.items() if name != "TCP_NODELAY"}
        subprocess.run(["storescu", "-R", "+sd", "+r", "-nh", "-aet", "PACS", "-aec", "GLISSON", "127.0.0.1",
                        str(self.service.port), str(self.study)], check=True, capture_output=True, timeout=120,
                       env=environment)
        self.assertEqual(self.stored(), self.instances)
        wait_until(self.service.pacs.received, 120, "a report at the PACS")


if __name__ == "__main__":
    unittest.main()
