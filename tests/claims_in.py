"""Writes the tables of docs/claims-in.md from the code: columns of CSV files and faults of input. `--check` only compares."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from payerbook.formats.csv import faults as csv_faults
from payerbook.formats.csv.columns import Column, paths
from payerbook.formats.csv.spellings import LEFT_OUT, NUMBERED, SPELLINGS
from payerbook.formats.fhir import faults as fhir_faults

PAGE = Path(__file__).parents[1] / "docs" / "claims-in.md"
COMMAND = "PYTHONPATH=core:plugins:tests python -m claims_in"
MARK = re.compile(r"(<!-- ([a-z-]+): written by `python -m claims_in` -->\n).*?(<!-- end -->\n)", re.DOTALL)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def columns(scope: tuple[str, ...], context: bool) -> Iterator[str]:
    """The columns of some fields: name, what people call them, what a cell takes."""
    yield "| column | also called | a cell holds |"
    yield "|---|---|---|"
    for column in paths():
        if column.scope in scope and column.name.startswith("context.") is context:
            yield f"| `{column.name}` | {', '.join(_called(column))} | {column.kind.takes} |"


def _called(column: Column) -> list[str]:
    stems, most = NUMBERED.get(column.name, ((), 0))
    return [*SPELLINGS.get(column.name, ()), *(f"{stem} 1 … {most}" for stem in stems)]


def faults(table: dict[str, tuple[str, str]]) -> Iterator[str]:
    """The faults of a reader: code, what is wrong, how to repair it."""
    yield "| code | what is wrong | repair |"
    yield "|---|---|---|"
    for code, (message, repair) in table.items():
        told = "as the message says" if repair == "{repair}" else repair
        yield f"| {code} | {_told(message)} | {_told(told)} |"


def _told(text: str) -> str:
    return _PLACEHOLDER.sub(lambda found: f"*{found[1]}*", text)


SECTIONS = {
    "line-columns": lambda: columns(("line",), False),
    "claim-columns": lambda: columns(("claim", "either"), False),
    "context-columns": lambda: columns(("claim",), True),
    "left-out": lambda: iter([f"{', '.join(LEFT_OUT)}."]),
    "csv-faults": lambda: faults(csv_faults.FAULTS),
    "fhir-faults": lambda: faults(fhir_faults.FAULTS),
}


def page(text: str) -> str:
    """The page with its tables as they should be."""
    return MARK.sub(lambda found: "\n".join([found[1], *SECTIONS[found[2]](), "", found[3]]), text)


def main(arguments: list[str]) -> int:
    """Writes the page, or with `--check` says that it is out of date (1)."""
    text = PAGE.read_text("utf-8")
    wanted = page(text)
    if text == wanted:
        return 0
    if "--check" in arguments:
        print(f"{PAGE.name} is out of date; write it with: {COMMAND}", file=sys.stderr)
        return 1
    PAGE.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
