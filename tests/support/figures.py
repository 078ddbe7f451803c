"""How a test states what it measured: a line that tests/faults/ledger puts into docs/reliability.md."""

import os

# Figures of long forms stand beside those of the short ones, under names of their own (tests/faults/soak).
PREFIX = os.environ.get("GLISSON_FIGURE_PREFIX", "")


def figure(row, name, value, unit):
    """One figure of a row of the ledger; `name` and `unit` have no spaces."""
    if isinstance(value, float):
        value = f"{value:.4g}"
    print(f"FIGURE {row} {PREFIX}{name} {value} {unit}", flush=True)
