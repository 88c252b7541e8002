"""One code across payers, or one point across codes (`--matrix`): each cell with its rule, date, grade and source."""

from __future__ import annotations

import argparse
import csv
import sys
import textwrap
from collections.abc import Iterator, Sequence

import msgspec

from payerbook.answers.compare import OFFICE
from payerbook.answers.comparison import COLUMNS, Backing, Cell, Comparison
from payerbook.cli import NOTICE, asking, options
from payerbook.cli.style import fold, paint, width

WIDEST = 30
"""Characters to which a column of the table is folded."""
OF_RULE = Backing.__struct_fields__
FIELDS = ("payer", "column", "answer", "text", "reason", *OF_RULE)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", nargs="?", type=asking.code, metavar="CODE", help="procedure code, for example 97110")
    parser.add_argument("--matrix", choices=COLUMNS, help="one point for several codes, or for all where it hangs on none")
    parser.add_argument("--codes", type=_list, default=[], metavar="CODE,CODE", help="the codes of a matrix")
    parser.add_argument("--payers", type=_list, default=[], metavar="PAYER,PAYER", help="names or pack ids (default: all payers on file)")
    parser.add_argument("--place", type=asking.place, default=OFFICE, metavar="POS", help="place of service (default: 11, an office)")
    parser.add_argument("--format", choices=("text", "csv", "json"), default="text", help="form of the output (default: text)")
    parser.add_argument("--brief", action="store_true", help="the table alone, without the list of rules under it")
    options.add_on(parser)
    options.add_known_on(parser)
    options.add_json(parser)
    options.add_policies(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 2 for a payer, code or point that cannot be used; 3 when a pack did not load."""
    book = options.load(arguments)
    codes = [*([arguments.code] if arguments.code else []), *map(asking.code, arguments.codes)]
    on = arguments.on or options.clock()
    found = book.compare(
        codes, on=on, payers=arguments.payers, matrix=arguments.matrix, known_on=arguments.known_on, place_of_service=arguments.place
    )
    form = "json" if arguments.json else arguments.format
    if form == "json":
        print(msgspec.json.encode(found).decode())
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows(_records(found))
    else:
        print("\n".join(_lines(found, arguments.brief)))
    return options.warn_not_loaded(book)


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _records(found: Comparison) -> Iterator[tuple[object, ...]]:
    """One record a rule under a cell, and one for each cell without a rule."""
    for row in found.rows:
        for column in found.columns:
            cell = row.cells[column]
            said = (row.payer, column, cell.answer, cell.text, cell.reason)
            for one in cell.rules:
                yield (*said, *(getattr(one, name) for name in OF_RULE))
            if not cell.rules:
                yield (*said, *[None] * len(OF_RULE))


def _lines(found: Comparison, brief: bool) -> list[str]:
    what = found.asked.matrix or ", ".join(found.asked.codes)
    lines = [paint(f"{what} on {found.asked.on}, place of service {found.asked.place_of_service}", "bold")]
    cells = [[_short(row.cells[column]) for column in found.columns] for row in found.rows]
    lines += table([row.payer for row in found.rows], found.columns, cells)
    for row in () if brief else found.rows:
        lines += ["", f"{paint(row.payer, 'bold')}  {row.title}"]
        lines += [line for column in found.columns for line in _rules(column, row.cells[column])]
    return [*lines, paint(NOTICE, "dim")]


def _short(cell: Cell) -> str:
    return cell.text if cell.answer is None else f"{cell.answer} [{cell.grade}]"


def _rules(column: str, cell: Cell) -> list[str]:
    if cell.answer is None:
        return [fold(f"{cell.text}. {cell.reason}", f"  {column}: ", "    ")]
    lines = [fold(cell.text, f"  {column}: ", "    ")]
    for one in cell.rules:
        since = f"{one.since} (first day proved)" if one.attested else one.since
        parts = [one.source, one.section and f"section {one.section}", one.publisher, one.last_checked and f"read {one.last_checked}"]
        parts += ["a newer edition was not read"] if one.superseded else []
        lines.append(fold(", ".join(part for part in parts if part), f"    {one.rule} from {since} [{one.grade}] ", "      "))
    return lines


def table(names: Sequence[str], columns: Sequence[str], cells: Sequence[Sequence[str]]) -> list[str]:
    """Rows and columns as text, folded; columns that do not fit beside each other follow below."""
    first = max(map(len, names), default=0)
    wide = [min(WIDEST, max(len(text) for text in (name, *(row[place] for row in cells)))) for place, name in enumerate(columns)]
    lines: list[str] = []
    place = 0
    while place < len(columns):
        end, used = place, first
        while end < len(columns) and (end == place or used + 2 + wide[end] <= width()):
            used += 2 + wide[end]
            end += 1
        sizes = [first, *wide[place:end]]
        lines += ["", *_row(["", *columns[place:end]], sizes), "  ".join("-" * size for size in sizes)]
        for name, row in zip(names, cells, strict=True):
            lines += _row([name, *row[place:end]], sizes)
        place = end
    return lines


def _row(texts: Sequence[str], sizes: Sequence[int]) -> list[str]:
    """One row of the table, as many lines as its longest cell needs."""
    folded = [textwrap.wrap(text, size) or [""] for text, size in zip(texts, sizes, strict=True)]
    height = max(map(len, folded))
    padded = [[*lines, *[""] * (height - len(lines))] for lines in folded]
    return ["  ".join(cell[number].ljust(size) for cell, size in zip(padded, sizes, strict=True)).rstrip() for number in range(height)]
