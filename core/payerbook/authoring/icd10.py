"""Builds the ICD-10-CM table from the yearly lists of billable codes and a file of dated changes.

Once a year, when the new list is out (each June for October 1; a smaller update may follow for April 1):

1. Put the official `icd10cm-codes-YYYY.txt` of every fiscal year since the table's first into one folder. CMS has them under
   "Code Descriptions in Tabular Order", CDC/NCHS under "ICD10CM". A plain list, one code a line, does as well; dots do not
   matter and whatever follows the code on its line is ignored.
2. Enter what changed inside a year in the table's `changes.csv` (columns on, change, code, grade, source; change is `added` or
   `removed`). A year whose list is not at hand can be entered there too, dated October 1; take those lines out again once the
   list is there.
3. Run `python -m payerbook.authoring.icd10 LISTS TABLE`, where LISTS is the folder of lists and TABLE the folder of the table.
   It writes TABLE/codes.csv and prints how many codes are billable from each date on; compare with the totals that CMS states.
4. Bring the manifest up to date (windows, rows, in_force, sources) and run `payerbook lint`.

A fiscal year runs from October 1 of the year before. The list of a year may have been taken before or after the changes inside
that year: they are undone to find the codes of October 1, and then made on their dates.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from payerbook.authoring.datasets import write_table
from payerbook.datasets import Row
from payerbook.errors import PackError, UsageError

COLUMNS = ("code", "from", "to")
CHANGE_COLUMNS = ("on", "change", "code", "grade", "source")

_LIST = re.compile(r"icd10cm[-_]codes[-_](?:april[-_](?:1[-_])?)?(\d{4})\.txt", re.IGNORECASE)
_CODE = re.compile(r"[A-Z][0-9][0-9A-Z]{1,5}|[A-Z]{2}[0-9][0-9A-Z]{0,4}")


class Change(NamedTuple):
    """A code that became billable (`added`) or stopped being so on a day."""

    on: date
    code: str
    added: bool


def first_day(year: int) -> date:
    """The first day of a fiscal year."""
    return date(year - 1, 10, 1)


def read_lists(folder: Path) -> dict[int, frozenset[str]]:
    """Billable codes by fiscal year, without dots, from the files `icd10cm-codes-YYYY.txt` (or `…-April-YYYY.txt`) of a folder.

    Raises UsageError when there is none, a year stands twice, or a line does not begin with a code.
    """
    lists: dict[int, frozenset[str]] = {}
    for path in sorted(folder.glob("*.txt")):
        found = _LIST.fullmatch(path.name)
        if found is None:
            continue
        year = int(found[1])
        if year in lists:
            raise UsageError(f"{folder}: two lists for fiscal year {year}; keep the later one.")
        lines = enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        lists[year] = frozenset(_code(line.split()[0], f"{path.name}:{number}") for number, line in lines if line.strip())
    if not lists:
        raise UsageError(f"{folder}: no file is called icd10cm-codes-YYYY.txt; put the official code lists there.")
    return lists


def read_changes(path: Path) -> list[Change]:
    """The dated changes of a `changes.csv`. Raises UsageError for a line that is not of its form."""
    changes = []
    with path.open(encoding="utf-8", newline="") as stream:
        for number, line in enumerate(csv.reader(stream), start=1):
            where = f"{path.name}:{number}"
            if number == 1 or len(line) != len(CHANGE_COLUMNS):
                if tuple(line) != CHANGE_COLUMNS:
                    raise UsageError(f"{where}: the line needs the columns {', '.join(CHANGE_COLUMNS)}; correct it.")
                continue
            day, change, code = line[:3]
            if change not in ("added", "removed"):
                raise UsageError(f"{where}: change is {change!r}; write added or removed.")
            try:
                on = date.fromisoformat(day)
            except ValueError:
                raise UsageError(f"{where}: {day!r} is not a date; write it as 2023-04-01.") from None
            changes.append(Change(on, _code(code, where), change == "added"))
    return changes


def timeline(lists: Mapping[int, frozenset[str]], changes: Iterable[Change]) -> Iterator[tuple[date, frozenset[str]]]:
    """The days on which the set of billable codes changes, in order, each with the set from that day on.

    Raises UsageError when a year is missing between two lists, or when a change contradicts the lists.
    """
    years = sorted(lists)
    for year, following in pairwise(years):
        if following != year + 1:
            raise UsageError(f"The list of fiscal year {year + 1} is missing; add icd10cm-codes-{year + 1}.txt.")
    by_day: dict[date, list[Change]] = {}
    for change in sorted(changes):
        by_day.setdefault(change.on, []).append(change)
    for year in years:
        inside = [change for day in by_day if first_day(year) < day < first_day(year + 1) for change in by_day[day]]
        codes = set(lists[year])
        codes -= {change.code for change in inside if change.added}
        codes |= {change.code for change in inside if not change.added}
        if first_day(year) in by_day:
            raise UsageError(f"The list of fiscal year {year} is there; take the changes dated {first_day(year)} out of changes.csv.")
        yield first_day(year), frozenset(codes)
        for day in sorted({change.on for change in inside}):
            _apply(codes, by_day[day])
            yield day, frozenset(codes)
    codes = set(lists[years[-1]])
    for day in sorted(by_day):
        if day < first_day(years[0]):
            raise UsageError(f"A change is dated {day}, before the first list; take it out.")
        if day >= first_day(years[-1] + 1):
            _apply(codes, by_day[day])
            yield day, frozenset(codes)


def rows(states: Iterable[tuple[date, frozenset[str]]]) -> list[Row]:
    """One row for each stretch in which a code is billable: code, first day (empty = before the first state), last day (empty = open)."""
    opened: dict[str, str] = {}
    found: list[Row] = []
    previous: frozenset[str] = frozenset()
    for number, (day, codes) in enumerate(states):
        last = (day - timedelta(days=1)).isoformat()
        found += [(code, opened.pop(code), last) for code in previous - codes]
        opened |= dict.fromkeys(codes - previous, day.isoformat() if number else "")
        previous = codes
    return found + [(code, begun, "") for code, begun in opened.items()]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: LISTS TABLE. Returns the exit code: 0, or 2 with one line on standard error."""
    parser = argparse.ArgumentParser(prog="python -m payerbook.authoring.icd10", description="Builds the ICD-10-CM table.")
    parser.add_argument("lists", type=Path, help="folder of the yearly lists, icd10cm-codes-YYYY.txt")
    parser.add_argument("table", type=Path, help="folder of the table, with changes.csv; codes.csv is written there")
    options = parser.parse_args(arguments)
    try:
        states = list(timeline(read_lists(options.lists), read_changes(options.table / "changes.csv")))
        written = write_table(options.table / "codes.csv", COLUMNS, rows(states))
    except (OSError, PackError, UsageError) as error:
        print(error, file=sys.stderr)
        return 2
    for day, codes in states:
        print(f"{day}: {len(codes)}")
    print(f"rows: {written}")
    return 0


def _code(text: str, where: str) -> str:
    code = text.replace(".", "").upper()
    if not _CODE.fullmatch(code):
        raise UsageError(f"{where}: {text!r} is not an ICD-10-CM code; correct the line.")
    return code


def _apply(codes: set[str], changes: Iterable[Change]) -> None:
    for change in changes:
        if change.added == (change.code in codes):
            state = "already billable" if change.added else "not billable"
            raise UsageError(f"A change of {change.on} contradicts the lists: {change.code} is {state} the day before; correct it.")
        codes ^= {change.code}


if __name__ == "__main__":
    raise SystemExit(main())
