"""Measures payerbook, prints the table, writes it into docs/performance.md: python -m tests.bench [PART...] (see PARTS)."""

from __future__ import annotations

import os
import platform
import sys
from importlib import import_module
from pathlib import Path

from tests.bench.measure import Row

PARTS = ("one_claim", "rules_scaling", "cold_start", "x12_file", "workshop", "site_build", "browser")
HEAD = ("Measured / yardstick", "Yardstick", "Measured", "Ratio", "Goal", "Met")
PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- written by `make bench` -->\n", "<!-- end -->\n"


def main(arguments: list[str]) -> int:
    """Exit 0 when every goal is met, else 1. Naming parts measures only those and writes nothing."""
    rows: list[Row] = [row for part in arguments or PARTS for row in import_module(f"tests.bench.{part}").rows()]
    print(table(rows))
    if not arguments:
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores shared with other work.\n"
        PAGE.write_text(f"{before}{BEGIN}\n{machine}\n{table(rows)}\n{END}{rest.partition(END)[2]}", "utf-8")
    return 1 if any(row.met is False for row in rows) else 0


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [HEAD, ("---", "---:", "---:", "---:", "---", "---"), *(row.cells() for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
