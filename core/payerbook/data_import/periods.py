"""Which quarter or year a file stands for, from its name and its title; official tables seldom say it in their rows."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from payerbook.errors import UsageError

MONTHS = {"jan": 1, "apr": 4, "jul": 7, "oct": 10}
FIRST_NCCI_YEAR = 1994
"""NCCI versions count years from here: version 32.0 (`v320`) is the first quarter of 2026."""


class Quarter(NamedTuple):
    """A quarter of a calendar year."""

    year: int
    number: int

    @property
    def id(self) -> str:
        """As windows of tables are called: `2026Q1`."""
        return f"{self.year}Q{self.number}"

    @property
    def start(self) -> date:
        """The first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def end(self) -> date:
        """The last day."""
        month = 3 * self.number
        return date(self.year, month, calendar.monthrange(self.year, month)[1])


def parse(text: str) -> Quarter:
    """A quarter as the user writes it: 2026Q1. Raises UsageError for anything else."""
    found = re.fullmatch(r"(20\d\d)Q([1-4])", text.upper())
    if found is None:
        raise UsageError(f"{text!r} is not a quarter; write for example 2026Q1.")
    return Quarter(int(found[1]), int(found[2]))


def quarters(text: str) -> set[Quarter]:
    """The quarters that a file name or title names."""
    found = {Quarter(int(year), int(number)) for year, number in re.findall(r"(20\d\d)[-_ ]?q([1-4])", text, re.IGNORECASE)}
    found |= {
        Quarter(FIRST_NCCI_YEAR + int(year), int(number) + 1)
        for year, number in re.findall(r"cci(?:pra|oph)[-_]v(\d\d)([0-3])r\d", text, re.IGNORECASE)
    }
    for month, day, year in re.findall(r"eff[-_ ](\d\d)-(\d\d)-(20\d\d)", text, re.IGNORECASE):
        if day == "01" and int(month) in MONTHS.values():
            found.add(Quarter(int(year), (int(month) + 2) // 3))
    for year, month in re.findall(r"(?:PPRRVU|RVU)(?:20)?(\d\d)[-_]?(JAN|APR|JUL|OCT)", text, re.IGNORECASE):
        found.add(Quarter(2000 + int(year), (MONTHS[month.lower()] + 2) // 3))
    for year, letter in re.findall(r"rvu(\d\d)([a-d])\b", text, re.IGNORECASE):
        found.add(Quarter(2000 + int(year), "abcd".index(letter.lower()) + 1))
    for year, month in re.findall(
        r"(20\d\d) National Physician Fee Schedule Relative Value File (Jan|Apr|Jul|Oct)[a-z]* Release", text, re.IGNORECASE
    ):
        found.add(Quarter(int(year), (MONTHS[month.lower()] + 2) // 3))
    return found


def only(label: str, texts: Iterable[str], given: Quarter | None) -> Quarter:
    """The one quarter of a file. Raises UsageError when its names contradict each other or what was given, or nothing says it."""
    found = set().union(*map(quarters, texts))
    if len(found) > 1:
        said = " and ".join(sorted(quarter.id for quarter in found))
        raise UsageError(f"{label}: its names say {said}; give the file of one quarter under the name that CMS gave it.")
    if not found and given is None:
        raise UsageError(f"{label}: nothing in the file or its name says the quarter; say it with --quarter, for example --quarter 2026Q4.")
    quarter = found.pop() if found else given
    assert quarter is not None
    if given is not None and given != quarter:
        raise UsageError(f"{label}: the file says {quarter.id} and --quarter says {given.id}; leave --quarter out or give the other file.")
    return quarter
