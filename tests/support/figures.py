"""How a test states what it measured: a line that tests/faults/ledger puts into docs/reliability.md."""


def figure(row, name, value, unit):
    """One figure of a row of the ledger; `name` and `unit` have no spaces."""
    if isinstance(value, float):
        value = f"{value:.4g}"
    print(f"FIGURE {row} {name} {value} {unit}", flush=True)
