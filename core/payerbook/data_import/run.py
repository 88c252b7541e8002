"""Imports files: recognizes what they hold, checks every row, and adds them to the user's folder of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from payerbook.data_import import periods, store
from payerbook.data_import.layouts import HEAD, LAYOUTS, PAIRS, VALUES, Layout, parse
from payerbook.data_import.periods import Quarter
from payerbook.data_import.sheets import Sheet, sheets
from payerbook.datasets import Row, TableData, WindowData
from payerbook.errors import UsageError
from payerbook.policy import Source

SIDES = {"hospital": r"ccioph|hospital", "practitioner": r"ccipra|practitioner"}
"""Words in a name or heading that say for whom a table is."""
PAIR_FILES = frozenset("1234")
"""The parts in which CMS publishes the table of pairs: files f1 to f4."""


class Imported(NamedTuple):
    """A window that was imported: table, window, first and last day, rows, and the files it came from."""

    table: str
    window: str
    start: date
    end: date
    rows: int
    files: tuple[str, ...]
    complete: bool


class _Found(NamedTuple):
    """A sheet with the layout it was recognized by, and what it stands for."""

    sheet: Sheet
    layout: Layout
    head: list[list[str]]
    table: str
    window: str
    start: date
    end: date


def import_files(
    paths: Sequence[Path],
    folder: Path,
    *,
    quarter: Quarter | None = None,
    table: str | None = None,
    force: bool = False,
    partial: bool = False,
) -> tuple[list[Imported], list[str]]:
    """What was imported, and the names of tables in archives that were passed over because their layout is not known.

    `quarter` and `table` say what neither a file nor its name says; `force` replaces a window that is on file already; `partial`
    takes some of the parts of a table, in which absence of a pair is then no answer. Raises UsageError when a file cannot be used;
    the tables are then as they were.
    """
    found, passed_over = _recognize(paths, quarter, table)
    groups: dict[tuple[str, str], list[_Found]] = {}
    for one in found:
        groups.setdefault((one.table, one.window), []).append(one)
    for (table_id, window), group in groups.items():
        if not force and store.window(folder, table_id, window) is not None:
            raise UsageError(f"{table_id} {window} is on file already; give --force to replace it.")
        if not partial and (lost := _missing_parts(group)):
            raise UsageError(
                f"{table_id} {window}: CMS publishes the table in four files, and {', '.join(f'f{number}' for number in lost)} is missing; "
                "give all of them at once, or --partial."
            )
    return [_import(folder, group) for group in groups.values()], passed_over


def _recognize(paths: Sequence[Path], quarter: Quarter | None, table: str | None) -> tuple[list[_Found], list[str]]:
    found: list[_Found] = []
    passed_over: list[str] = []
    for path in paths:
        known = 0
        for sheet in sheets(path):
            head = sheet.head(HEAD)
            layout = next((layout for layout in LAYOUTS if layout.matches(head)), None)
            if layout is None:
                passed_over.append(sheet.label)
                continue
            found.append(_placed(sheet, layout, head, quarter, table))
            known += 1
        if not known:
            raise UsageError(
                f"{path.name}: no known table is in it; known are NCCI pairs (PTP) and unit limits (MUE), and the relative values "
                "(PPRRVU) and GPCI of the Medicare fee schedule."
            )
    return found, passed_over


def _placed(sheet: Sheet, layout: Layout, head: list[list[str]], given: Quarter | None, table: str | None) -> _Found:
    table_id = _table(sheet, layout, head, table)
    title = " ".join(cell for cells in head[:10] for cell in cells)
    if layout.span == "year":
        year = _year(sheet, title)
        return _Found(sheet, layout, head, table_id, str(year), date(year, 1, 1), date(year, 12, 31))
    texts = [sheet.name, sheet.file.name, title] if layout is VALUES else [sheet.name, sheet.file.name]
    quarter = periods.only(sheet.label, texts, given)
    end = date(quarter.year, 12, 31) if layout.span == "rest-of-year" else quarter.end
    return _Found(sheet, layout, head, table_id, quarter.id, quarter.start, end)


def _year(sheet: Sheet, title: str) -> int:
    """The year of a table of indices, as its headings and its name say it."""
    years = set(re.findall(r"(20\d\d) (?:PW|PE|MP) GPCI", title)) | set(re.findall(r"GPCI[-_ ]?(20\d\d)", sheet.name, re.IGNORECASE))
    if len(years) != 1:
        said = " and ".join(sorted(years)) or "no year"
        raise UsageError(f"{sheet.label}: its name and headings say {said}; give it as CMS published it, such as GPCI2026.csv.")
    return int(years.pop())


def _table(sheet: Sheet, layout: Layout, head: list[list[str]], given: str | None) -> str:
    """The table that a file belongs to: practitioners and hospitals have tables of their own."""
    if len(layout.tables) == 1:
        return layout.tables[0]
    if given is not None:
        if given not in layout.tables:
            raise UsageError(f"{sheet.label} holds {layout.title}; --table can be {' or '.join(layout.tables)}.")
        return given
    headings = [cell for cells in head for cell in cells if "MUE Value" in " ".join(cell.split())]
    words = " ".join([sheet.name, sheet.file.name, *headings])
    if re.search(r"DME|supplier", words, re.IGNORECASE):
        raise UsageError(f"{sheet.label} is the table of equipment suppliers; therapy claims need those of practitioners and hospitals.")
    sides = {side for side, pattern in SIDES.items() if re.search(pattern, words, re.IGNORECASE)}
    if len(sides) != 1:
        choices = " or ".join(f"--table {name}" for name in layout.tables)
        raise UsageError(f"{sheet.label}: whether it is for practitioners or hospitals cannot be told; say {choices}.")
    side = sides.pop()
    return next(name for name in layout.tables if name.endswith(side))


def _missing_parts(group: list[_Found]) -> list[str]:
    """Parts of a table of pairs that were not given; none when the names do not number them."""
    if group[0].layout is not PAIRS:
        return []
    given = {number for one in group for number in re.findall(r"[-_]f([1-9])\b", f"{one.sheet.name} {one.sheet.file.name}", re.IGNORECASE)}
    return sorted(PAIR_FILES - given) if given else []


def _import(folder: Path, group: list[_Found]) -> Imported:
    first = group[0]
    layout = first.layout
    complete = not _missing_parts(group)
    listed = TableData(first.table, layout.title, layout.columns, layout.key, ())
    written = store.write_rows(folder, listed, first.window, _rows(group))
    files = tuple(one.sheet.label for one in group)
    section = f"{first.window}; {written.rows:,} rows; file {', '.join(files)}"
    source = Source(layout.title, "CMS", "A", layout.url, section, note="Imported from the file that CMS published.")
    size = written.size if written.size >= store.MAPPED_FROM else None
    window = WindowData(first.window, first.start, first.end, written.file, written.digest, "A", complete, (source,), size)
    store.add(folder, listed, window)
    return Imported(first.table, first.window, first.start, first.end, written.rows, files, complete)


def _rows(group: list[_Found]) -> Iterator[Row]:
    for one in group:
        with one.sheet.rows() as rows:
            for row in parse(one.layout, one.head, rows, one.sheet.label):
                if one.layout is PAIRS and row[3] > one.end.isoformat():
                    raise UsageError(f"{one.sheet.label}: a pair begins on {row[3]}, after {one.window}; the file is of another quarter.")
                yield row


def remove(folder: Path, table: str, window: str) -> None:
    """Takes a window out of the folder. Raises UsageError when it is not there."""
    held = next((one for one in store.manifests(folder) if one.table == table), None)
    if held is None or all(one.id != window for one in held.windows):
        raise UsageError(f"There is no {table} {window} in the data folder; `payerbook data list` shows what is.")
    store.remove(folder, held, window)
