"""Scans all edits and writes docs/faulty-edits.md: python -m tests.seeded_edits."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from .catch import Caught
from .scan import ROOT, scan

PAGE = ROOT / "docs" / "faulty-edits.md"
BEGIN, END = "<!-- written by `python -m tests.seeded_edits` -->\n", "<!-- end -->\n"
GOAL = 95


def main() -> int:
    """Exit 0 when the goal is met, else 1."""
    with tempfile.TemporaryDirectory(prefix="payerbook-edits-") as folder:
        found = scan(Path(folder))
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    report = "".join(f"{line}\n" for line in lines(found))
    PAGE.write_text(f"{before}{BEGIN}\n{report}\n{END}{rest.partition(END)[2]}", "utf-8")
    print(report)
    return 0 if sum(one.by is not None for one in found) * 100 >= GOAL * len(found) else 1


def lines(found: Sequence[Caught]) -> Iterator[str]:
    """The table by class, then every edit that nobody noticed."""
    commands = ("lint", "test", "prove")
    caught = sum(one.by is not None for one in found)
    yield f"**{caught} of {len(found)} are caught ({caught * 100 / len(found):.1f} %).**"
    yield ""
    yield f"| class | edits | {' | '.join(f'`{name}`' for name in commands)} | missed |"
    yield f"|---|---:|{'---:|' * (len(commands) + 1)}"
    rows = [(sort, [one for one in found if one.sort == sort]) for sort in dict.fromkeys(one.sort for one in found)]
    for name, listed in [*rows, ("all", list(found))]:
        by = [sum(one.by == command for one in listed) for command in (*commands, None)]
        yield f"| {name} | {len(listed)} | {' | '.join(map(str, by))} |"
    missed = [one for one in found if one.by is None]
    if missed:
        yield ""
        yield "Missed:"
        yield ""
        yield from (f"- {one.sort}: `{one.file}`: {one.what}" for one in missed)


if __name__ == "__main__":
    sys.exit(main())
