"""Writes what is on file: the table of the README and docs/payers.md, both from `payerbook packs`. `--check` only compares."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

import payerbook
from payerbook.cli import main as payerbook_command

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGE = ROOT / "docs" / "payers.md"
COMMAND = "PYTHONPATH=core:plugins:tests python -m on_file"
BEGIN, END = "<!-- on file: written by `python -m on_file` -->\n", "<!-- end -->\n"
GRADES = ("A", "A*", "B", "C", "M")

HEAD = f"""\
# Payers on file

One row a pack: its rules, those taken over from another pack included, by the best grade of their sources (A the payer's own document was
read, A* a verbatim copy of an official table, B secondary, C weak, M memory), the holes that it names, and its oldest reading.
`payerbook packs --holes` prints the holes in words. This page is written by `{COMMAND}`; a test keeps it true.
"""
COLUMNS = "| pack | payer | rules | best grade of each | known holes | last checked |\n|---|---|---|---|---|---|\n"


def packs() -> dict[str, list[dict[str, Any]]]:
    """What `payerbook packs` says of each payer, by line of business in the order of policies/_terms.yaml."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        payerbook_command(["packs", "--json"])
    said = {pack["id"]: pack for pack in json.loads(printed.getvalue())["packs"]}
    heads = [head for head in payerbook.load().packs() if head.payer]
    lines = YAML(typ="safe").load(ROOT / "policies" / "_terms.yaml")["lines_of_business"]
    grouped = {line: [said[head.id] for head in heads if head.lines_of_business[0] == line] for line in lines}
    return {line: group for line, group in grouped.items() if group}


def table(grouped: dict[str, list[dict[str, Any]]]) -> str:
    """The table of the README: one row a line of business."""
    rows = ["| line of business | payers | rules | best grade of each | known holes |", "|---|---|---|---|---|"]
    rows += [_row(line, group) for line, group in grouped.items()]
    rows.append(_row("all", [pack for group in grouped.values() for pack in group]))
    return "\n".join(rows) + "\n"


def _row(name: str, group: list[dict[str, Any]]) -> str:
    grades: Counter[str] = sum((Counter(pack["grades"]) for pack in group), Counter())
    rules, holes = sum(pack["rules"] for pack in group), sum(len(pack["holes"]) for pack in group)
    return f"| {name} | {len(group)} | {rules} | {_grades(grades)} | {holes} |"


def _grades(count: dict[str, int]) -> str:
    return ", ".join(f"{grade} {count[grade]}" for grade in GRADES if count.get(grade)) or "none"


def page(grouped: dict[str, list[dict[str, Any]]]) -> str:
    """docs/payers.md: one table a line of business."""
    parts = [HEAD]
    for line, group in grouped.items():
        parts += [f"\n## {line}\n\n", COLUMNS]
        for pack in group:
            grades, holes = _grades(pack["grades"]), len(pack["holes"])
            parts.append(f"| `{pack['id']}` | {pack['title']} | {pack['rules']} | {grades} | {holes} | {pack['last_checked'] or ''} |\n")
    return "".join(parts)


def readme(grouped: dict[str, list[dict[str, Any]]]) -> str:
    """The README with its table as it should be."""
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + table(grouped) + END + after


def main(arguments: list[str]) -> int:
    """Writes both, or with `--check` names what is out of date (1)."""
    grouped = packs()
    wanted = {README: readme(grouped), PAGE: page(grouped)}
    old = [file for file, text in wanted.items() if not file.is_file() or file.read_text("utf-8") != text]
    if "--check" in arguments:
        for file in old:
            print(f"{file.relative_to(ROOT)} is out of date; write it with: {COMMAND}", file=sys.stderr)
        return 1 if old else 0
    for file in old:
        file.write_text(wanted[file], "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
