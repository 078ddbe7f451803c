"""Alert rules, dashboard and operations page fit each other and the metrics that the service serves."""

import json
import pathlib
import re
import shutil
import subprocess
import unittest

ROOT = pathlib.Path(__file__).parents[2]
MONITORING = ROOT / "deploy" / "monitoring"


def rules():
    """Alert name: its lines."""
    blocks = re.split(r"\n      - alert: ", (MONITORING / "alerts.yml").read_text())[1:]
    return {block.split("\n")[0].strip(): block for block in blocks}


def used_metrics():
    """Of rules and dashboard."""
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    texts = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    texts += re.findall(r"expr: (.*)", (MONITORING / "alerts.yml").read_text())
    return {name for text in texts for name in re.findall(r"\bglisson_[a-z_]+", text)}


def known_metrics():
    """Names in the source, with those that histograms have."""
    names = set(re.findall(r'"(glisson_[a-z_]+)"', (ROOT / "server" / "web" / "metrics.cpp").read_text()))
    return names | {f"{name}_{suffix}" for name in names if name.endswith("_seconds") for suffix in
                    ("bucket", "count", "sum")}


class Monitoring(unittest.TestCase):
    @unittest.skipUnless(shutil.which("promtool"), "promtool is not installed")
    def test_rules_are_valid_and_fire_when_they_should(self):
        for arguments in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]):
            done = subprocess.run(["promtool", *arguments], cwd=MONITORING, capture_output=True, text=True, timeout=120)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_alert_has_its_section(self):
        page = (ROOT / "docs" / "operations.md").read_text()
        sections = {part.split("\n")[0].strip(): part for part in page.split("\n## ")[1:]}
        self.assertGreater(len(rules()), 10)
        self.assertEqual(set(sections), set(rules()))
        for alert, block in rules().items():
            self.assertIn(f"runbook: /usr/share/doc/glisson/docs/operations.md#{alert.lower()}", block)
            for part in ("**Meaning.** ", "**First command.** ", "**Risk of waiting.** "):
                self.assertIn(part, sections[alert], alert)

    def test_every_alert_is_tried(self):
        tried = (MONITORING / "alerts_test.yml").read_text()
        for alert in rules():
            self.assertIn(f'alertname="{alert}"', tried)

    def test_rules_and_dashboard_use_metrics_that_exist(self):
        self.assertGreater(len(used_metrics()), 10)
        self.assertEqual(used_metrics() - known_metrics(), set())


if __name__ == "__main__":
    unittest.main()
