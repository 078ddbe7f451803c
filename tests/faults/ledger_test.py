"""The ledger of reliability says no more than was shown: what tests/faults/ledger finds, and that it finds it."""

import importlib.machinery
import importlib.util
import pathlib
import unittest

_loader = importlib.machinery.SourceFileLoader("ledger", str(pathlib.Path(__file__).parent / "ledger"))
ledger = importlib.util.module_from_spec(importlib.util.spec_from_loader("ledger", _loader))
_loader.exec_module(ledger)

KNOWN = ["faults.kill_test.test_supervisor", "faults.echo_test.test_loop"]
PAGE = """# Reliability

Words about it, with a | and a `name`.

## 1. A process dies

Nothing is lost.

Proved by: `faults.kill_test.*`,
`tests/faults/soak/run kills`

| figure | last | must be | on |
|---|---|---|---|
| kills | 1200 kills | >= 1000 | 2026-01-01 |
| lost | 0 instances | = 0 | 2026-01-01 |
| seconds | 9 s |  | 2026-01-01 |

## 2. An echo

No loop. `faults.none_test` proves nothing here.

Proved by: `faults.echo_test.test_loop`

| figure | last | must be | on |
|---|---|---|---|
| echo_p99 | 0.2 s | <= 1 | 2026-01-01 |
"""


class Ledger(unittest.TestCase):
    def flaws(self, log="", **changes):
        """What is found in the page after the changes of lines, and a run that printed `log`."""
        page = PAGE
        for before, after in changes.get("lines", {}).items():
            self.assertIn(before, page)
            page = page.replace(before, after)
        return list(ledger.flaws(ledger.Ledger(page), changes.get("known", KNOWN), ledger.read_figures([log]),
                                 changes.get("whole", False)))

    def test_a_true_page_has_no_flaw(self):
        self.assertEqual(self.flaws(), [])
        self.assertEqual(self.flaws("FIGURE 1 kills 1000 kills\n12: FIGURE 2 echo_p99 1 s\nFIGURE 1 seconds 99 s\n"), [])

    def test_a_value_of_the_page_that_breaks_its_bound_is_found(self):
        for before, after in {"| 1200 kills |": "| 999 kills |", "| 0 instances |": "| 1 instances |",
                              "| 0.2 s |": "| 1.01 s |", "| echo_p99 | 0.2 s |": "| echo_p99 | nan s |"}.items():
            with self.subTest(after):
                found = self.flaws(lines={before: after})
                self.assertEqual(len(found), 1)
                self.assertIn("must be", found[0])

    def test_a_value_of_a_run_that_breaks_its_bound_is_found(self):
        for line in ("FIGURE 1 kills 999 kills", "FIGURE 1 lost 1 instances", "7: FIGURE 2 echo_p99 inf s"):
            with self.subTest(line):
                self.assertEqual(len(self.flaws(f"words\n{line}\n")), 1)

    def test_what_is_owed_or_missing_is_found(self):
        cases = {
            "row 1 owes the figure kills": {"lines": {"| 1200 kills | >= 1000 | 2026-01-01 |": "|  | >= 1000 |  |"}},
            "row 2 has no figure that must be something": {"lines": {"<= 1": ""}},
            "row 1 names faults.kill_test.*, which does not exist": {"known": KNOWN[1:]},
            "row 1 names tests/faults/soak/rub, which does not exist": {"lines": {"soak/run kills": "soak/rub"}},
            "row 2 names no test": {"lines": {"Proved by: `faults.echo_test.test_loop`": "Proved by nobody."}},
            "rows are [1, 3], not 1 and the following": {"lines": {"## 2.": "## 3."}},
        }
        for flaw, changes in cases.items():
            with self.subTest(flaw):
                self.assertEqual(self.flaws(**changes), [flaw])

    def test_what_a_run_measured_beyond_the_page_is_found(self):
        self.assertEqual(self.flaws("FIGURE 2 jobs 3 jobs"), ["row 2 lacks the figure jobs: tests/faults/ledger write LOG"])
        self.assertEqual(self.flaws("FIGURE 3 jobs 3 jobs"), ["row 3 is absent, and a test states figures for it"])
        self.assertEqual(self.flaws("FIGURE 2 echo_p99 0.3 ms"), ["row 2 has echo_p99 in s, and the test states it in ms"])

    def test_a_figure_that_no_test_states_any_more_is_found(self):
        log = "FIGURE 1 kills 1000 kills\nFIGURE 1 lost 0 instances\nFIGURE 1 seconds 9 s\n"
        self.assertEqual(self.flaws(log), [])
        self.assertEqual(self.flaws(log, whole=True), ["row 2 has the figure echo_p99, which no test states any more"])
        self.assertEqual(self.flaws(log + "FIGURE 2 echo_p99 0.1 s\n", whole=True), [])
        self.assertEqual(self.flaws(log, whole=True, lines={"echo_p99": "soak_echo_p99"}), [])

    def test_a_bound_that_is_none_is_found(self):
        self.assertEqual(self.flaws(lines={"<= 1": "about 1"}), ["row 2 echo_p99: about 1 is no bound"])
        self.assertEqual(self.flaws(lines={"0.2 s": "fast s"})[0][:17], "row 2 echo_p99: c")

    def test_writing_changes_the_figures_of_the_logs_only(self):
        page = ledger.Ledger(PAGE)
        self.assertEqual(str(page), PAGE)
        page.add(ledger.read_figures(["FIGURE 1 kills 1300 kills\nFIGURE 1 new 5 of_5\n", "FIGURE 1 kills 1400 kills"]),
                 "2026-02-02")
        self.assertEqual(str(page), PAGE.replace("| 1200 kills | >= 1000 | 2026-01-01 |", "| 1400 kills | >= 1000 | 2026-02-02 |")
                         .replace("| seconds | 9 s |  | 2026-01-01 |\n",
                                  "| seconds | 9 s |  | 2026-01-01 |\n| new | 5 of_5 |  | 2026-02-02 |\n"))


if __name__ == "__main__":
    unittest.main()
