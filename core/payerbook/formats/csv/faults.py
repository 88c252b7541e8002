"""The faults that the CSV reader reports: one table of code, message and repair, and the list they are collected in.

Messages name columns that are known, never a name that is not, nor what stands in a cell: without its header, a file's first row is a
patient's.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from payerbook.errors import Place, Problem
from payerbook.formats.base import Read
from payerbook.formats.csv.rows import Bad, Row, decoded

FAULTS: dict[str, tuple[str, str]] = {
    # The header.
    "CSV-HEADER": (
        "The file looks like a table, but its first row does not name the columns of claims.",
        "Name the columns in the first row: at least claim_id, service_date, code and units.",
    ),
    "CSV-NO-COLUMN": ("No column holds {name}; nothing was checked.", "Add a column {name}."),
    "CSV-TWICE": (
        "Columns {column} and {other} both hold {name}; nothing was checked.",
        "Remove one of the two, or begin its name with _ to leave it out.",
    ),
    "CSV-COLUMN": ("The name of column {column} is not known; the column was left out.", "{repair}"),
    "CSV-EMPTY": ("There is no claim in the file, only names of columns.", "Send at least one claim."),
    # Rows.
    "CSV-SIZE": ("A row is longer than 128 kB.", "Leave out columns that hold long texts."),
    "CSV-QUOTE": (
        "A quotation mark in the row is not closed, or something stands behind the closing one.",
        "Put a cell that holds quotation marks in quotation marks, and double those inside.",
    ),
    "CSV-CELLS": (
        "The row has more cells than there are columns.",
        "Put a cell that holds a separator in quotation marks.",
    ),
    "CSV-CUT": ("The file ends inside this row.", "Send the file again, whole."),
    "CSV-NO-ID": (
        "The row names no claim; a claim before it was not checked either, since the row may be its own.",
        "Write the number of the claim in every row.",
    ),
    # Claims.
    "CSV-APART": (
        "Rows of this claim stand further up, with another claim between them; the rows from here on were not checked.",
        "Sort the file by claim_id, so that the rows of a claim stand together.",
    ),
    "CSV-LINES": ("The claim has more than {most} rows.", "Give each claim a number of its own."),
    "CSV-DIFFERS": (
        "{column} belongs to the claim, but the rows of the claim do not agree.",
        "Write the same in all rows of the claim, or only in one.",
    ),
    "CSV-GAP": (
        "A diagnosis is missing before {column}; the pointers of the lines would mean other diagnoses.",
        "Fill the columns of diagnoses from the first one on.",
    ),
    "CSV-NONE": ("{column} says that there are none, but other columns name some.", "Leave one of them empty."),
    # Cells.
    "CSV-MISSING": ("{column} is empty.", "Fill it in; it is required."),
    "CSV-DATE": ("{column} is not a day that exists, between 1900 and 2199.", "{repair}"),
    "CSV-NUMBER": ("{column} is not a number that fits there.", "{repair}"),
    "CSV-POINTER": ("{column} does not hold diagnosis pointers.", "{repair}"),
    "CSV-WORD": ("{column} is not one of the words allowed there.", "{repair}"),
    "CSV-TEXT": ("A spreadsheet has left only a power of ten of {column}.", "{repair}"),
}

_LINE_END = re.compile(r"\r\n|\r|\n")


class At(NamedTuple):
    """A place in a row: the characters before it, and the path of the field in the claim."""

    before: int = 0
    path: str | None = None


class Findings:
    """Claims and problems in the order of the file."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._items: list[Read | Problem] = []

    def fault(self, code: str, row: Row | Bad, at: At, claim_id: str | None = None, lost: bool = False, /, **facts: object) -> None:
        """Report a fault of the table at a place of a row; `lost` for the one that keeps a claim from being checked."""
        message, repair = FAULTS[code]
        before = row.text[: at.before]
        ends = [end.end() for end in _LINE_END.finditer(before)]
        column = len(decoded(before[ends[-1] if ends else 0 :])) + 1
        place = Place(line=row.line + len(ends), column=column, byte=row.start + at.before, path=at.path)
        self._items.append(Problem(code, message.format(**facts), repair.format(**facts), self._name, place, claim_id, lost))

    def read(self, claim: Read) -> None:
        """Add a claim."""
        self._items.append(claim)

    def take(self) -> list[Read | Problem]:
        """Hand over what was collected."""
        items, self._items = self._items, []
        return items
