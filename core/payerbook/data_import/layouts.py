"""The layouts of official files: how each is recognized, and how its rows become rows of a table.

Layouts as published by CMS. NCCI pairs: two codes, `*` for older than 1996, first day, last day or `*`, indicator, reason. MUE: code,
value, adjudication indicator with words, reason. Fee schedule (PPRRVU): 31 columns, of which descriptions are never kept. GPCI: by
contractor, state and locality. Notices and headings stand above the rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from payerbook.data_import.sheets import Cells
from payerbook.datasets import Row
from payerbook.errors import UsageError

HEAD = 40
"""Rows in which a heading is looked for."""
_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")


class RowFault(Exception):
    """A row that does not fit its layout; the text says what is wrong."""


class Layout(NamedTuple):
    """One kind of official file.

    `reader(head)` gives the function that turns the cells of a row into rows of the table: none for a row that is left out on
    purpose, None for a row above the data. `span` says how long a file stands: a quarter, from its quarter to the end of the
    year, or a year.
    """

    title: str
    tables: tuple[str, ...]
    columns: tuple[str, ...]
    key: int
    span: str
    url: str
    matches: Callable[[list[list[str]]], bool]
    reader: Callable[[list[list[str]]], Callable[[list[str]], tuple[Row, ...] | None]]


def parse(layout: Layout, head: list[list[str]], rows: Iterator[Cells], label: str) -> Iterator[Row]:
    """The rows of a table. Raises UsageError naming the first row that does not fit."""
    read = layout.reader(head)
    begun = False
    for number, cells in rows:
        if not any(cells):
            continue
        try:
            made = read(cells)
        except RowFault as fault:
            raise UsageError(f"{label}, row {number}: {fault}. Nothing was imported; download the file again.") from None
        if made is None:
            if begun:
                raise UsageError(f"{label}, row {number}: this is no row of the table. Nothing was imported; download the file again.")
            continue
        begun = True
        yield from made
    if not begun:
        raise UsageError(f"{label}: there is no row of the table in it; download the file again.")


def _heading(head: list[list[str]], *words: str) -> int | None:
    """The row of a heading that has each of the words in one of its cells."""
    for number, cells in enumerate(head):
        lowered = [" ".join(cell.lower().split()) for cell in cells]
        if all(any(word in cell for cell in lowered) for word in words):
            return number
    return None


def _code(text: str) -> str | None:
    """A procedure code, or None when the text is none."""
    return text if _CODE.fullmatch(text) else None


@lru_cache(maxsize=65_536)
def _day(text: str) -> str:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat() if len(text) == 8 else _fail(text)
    except ValueError:
        return _fail(text)


def _fail(text: str) -> str:
    raise RowFault(f"{text!r} is not a date written as 20260101")


def _number(text: str, what: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise RowFault(f"{what} is {text!r}, which is not a number") from None
    if not number.is_finite() or number < 0:
        raise RowFault(f"{what} is {text!r}, which is not an amount")
    return text


def _word(text: str, words: Sequence[tuple[str, str]]) -> str:
    lowered = text.lower()
    return next((word for part, word in words if part in lowered), "other")


PAIR_REASONS = (
    ("mutually exclusive", "mutually-exclusive"),
    ("more extensive", "more-extensive-procedure"),
    ("misuse", "misuse-of-column-2"),
    ("separate procedure", "separate-procedure"),
    ("standard", "standard-of-practice"),
    ("definition", "code-definition"),
    ("instruction", "coding-manual-instruction"),
    ("sequential", "sequential-procedure"),
    ("anesthesia", "anesthesia"),
    ("panel", "laboratory-panel"),
    ("gender", "sex-designation"),
)
UNIT_REASONS = (
    ("anatomic", "anatomy"),
    ("workgroup", "cms-workgroup"),
    ("society", "society-comment"),
    ("data", "claims-data"),
    ("policy", "cms-policy"),
    ("descriptor", "code-definition"),
    ("nature", "nature-of-service"),
)


def _is_pairs(head: list[list[str]]) -> bool:
    """By the shape of a row, because the heading stands on one line or on several."""
    shaped = [cells for cells in head if len(cells) >= 6 and all(map(_code, cells[:2]))]
    return any(cells[2] in ("", "*") and cells[3].isdigit() and len(cells[3]) == 8 and cells[5] in ("0", "1", "9") for cells in shaped)


def _pairs(head: list[list[str]]) -> Callable[[list[str]], tuple[Row, ...] | None]:
    def read(cells: list[str]) -> tuple[Row, ...] | None:
        one, two = (_code(cell) for cell in cells[:2]) if len(cells) > 1 else (None, None)
        if one is None or two is None:
            return None
        if len(cells) < 6:
            raise RowFault(f"the row has {len(cells)} columns instead of 7")
        begun, ended, indicator = cells[3], cells[4], cells[5]
        first = _day(begun)
        last = "" if ended in ("*", "") else _day(ended)
        if indicator == "9":
            return ()  # withdrawn as of its first day, so never in force
        if indicator not in ("0", "1"):
            raise RowFault(f"the indicator is {indicator!r}; it is 0, 1 or 9")
        if last and last < first:
            raise RowFault("the pair ends before it begins")
        return ((one, two, indicator, first, last, "", _word(cells[6] if len(cells) > 6 else "", PAIR_REASONS)),)

    return read


def _units(head: list[list[str]]) -> Callable[[list[str]], tuple[Row, ...] | None]:
    def read(cells: list[str]) -> tuple[Row, ...] | None:
        code = _code(cells[0])
        if code is None or len(cells) < 3:
            return None
        if not cells[1].isdigit():
            raise RowFault(f"the number of units is {cells[1]!r}, which is not a whole number")
        if cells[2][:1] not in ("1", "2", "3"):
            raise RowFault(f"the adjudication indicator begins with {cells[2][:1]!r}; it is 1, 2 or 3")
        return ((code, str(int(cells[1])), cells[2][0], _word(cells[3] if len(cells) > 3 else "", UNIT_REASONS)),)

    return read


VALUE_HEADING = ("HCPCS", "MOD", "DESCRIPTION", "CODE", "PAYMENT", "RVU", "PE RVU", "INDICATOR", "PE RVU", "INDICATOR", "RVU")
"""The last heading row of the fee schedule file; only in this order are its columns what the reader takes them for."""

VALUE_COLUMNS = ((5, "work"), (6, "non-facility practice expense"), (8, "facility practice expense"), (10, "malpractice"))


def _is_values(head: list[list[str]]) -> bool:
    return any(tuple(cells[: len(VALUE_HEADING)]) == VALUE_HEADING for cells in head)


def _values(head: list[list[str]]) -> Callable[[list[str]], tuple[Row, ...] | None]:
    def read(cells: list[str]) -> tuple[Row, ...] | None:
        code = _code(cells[0])
        if code is None:
            return None
        if len(cells) < len(VALUE_HEADING):
            raise RowFault(f"the row has {len(cells)} columns instead of 31")
        if cells[1]:
            return ()  # parts of a service (modifiers 26, TC, 53) are not priced
        status = cells[3]
        if not re.fullmatch(r"[A-Z]?", status):
            raise RowFault(f"the status is {status!r}, which is not a letter")
        return ((code, status, *(_number(cells[place], what) for place, what in VALUE_COLUMNS)),)

    return read


SHARED_LOCALITIES = {("DC", "01"): ("MD", "VA"), ("HI", "01"): ("GU",)}
"""Localities that reach into other states: suburbs of the District of Columbia; Guam."""


def _indices(head: list[list[str]]) -> Callable[[list[str]], tuple[Row, ...] | None]:
    heading = _heading(head, "locality number", "pe gpci")
    names = [" ".join(cell.lower().split()) for cell in head[heading or 0]]

    def column(*words: str, without: str = "without") -> int:
        return next(place for place, name in enumerate(names) if all(word in name for word in words) and without not in name)

    mac, state, number = column("administrative contractor"), column("state"), column("locality number")
    work, practice, malpractice = column("pw gpci"), column("pe gpci"), column("mp gpci")

    begun = False

    def read(cells: list[str]) -> tuple[Row, ...] | None:
        nonlocal begun
        if len(cells) <= malpractice or not cells[mac].isdigit() or not re.fullmatch(r"[A-Z]{2}", cells[state]):
            # Notes on floors and contractors stand below the localities, in the first column alone.
            return () if begun and not any(cells[1:]) else None
        begun = True
        if not cells[number].isdigit():
            raise RowFault(f"the locality number is {cells[number]!r}, which is not a number")
        contractor, locality = cells[mac].zfill(5), cells[number].zfill(2)
        indices = (_number(cells[work], "work"), _number(cells[practice], "practice expense"), _number(cells[malpractice], "malpractice"))
        areas = (cells[state], contractor, *SHARED_LOCALITIES.get((cells[state], locality), ()))
        return tuple((area, locality, contractor, cells[state], *indices) for area in areas)

    return read


NCCI = "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits"
FEES = "https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files"

PAIRS = Layout(
    "NCCI code pairs (PTP edits)",
    ("ncci-ptp-practitioner", "ncci-ptp-hospital"),
    ("col1", "col2", "indicator", "from", "to", "not_before", "rationale"),
    2,
    "quarter",
    f"{NCCI}/medicare-ncci-procedure-procedure-ptp-edits",
    _is_pairs,
    _pairs,
)
UNITS = Layout(
    "NCCI unit limits (MUE)",
    ("ncci-mue-practitioner", "ncci-mue-hospital"),
    ("code", "value", "mai", "rationale"),
    1,
    "quarter",
    f"{NCCI}/medicare-ncci-medically-unlikely-edits-mues",
    lambda head: _heading(head, "code", "mue value", "mue adjudication indicator") is not None,
    _units,
)
VALUES = Layout(
    "Medicare physician fee schedule, relative values",
    ("mpfs-rvu",),
    ("code", "status", "work", "pe_nonfac", "pe_fac", "mp"),
    1,
    "rest-of-year",
    FEES,
    _is_values,
    _values,
)
INDICES = Layout(
    "Medicare physician fee schedule, geographic practice cost indices",
    ("mpfs-gpci",),
    ("area", "locality", "mac", "state", "work", "pe", "mp"),
    2,
    "year",
    FEES,
    lambda head: _heading(head, "administrative contractor", "locality number", "pw gpci", "pe gpci", "mp gpci") is not None,
    _indices,
)
LAYOUTS = (PAIRS, UNITS, VALUES, INDICES)
