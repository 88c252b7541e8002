"""Payers side by side, as it is sent (contract, section 4): typed values, from which the JSON Schema is made."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from payerbook.finding import PackUsed
from payerbook.policy import Grade

Column = Literal[
    "covered", "authorization", "units", "daily-cap", "visit-limits", "investigational", "modifiers", "telehealth",
    "timely-filing", "appeals",
]  # fmt: skip
COLUMNS: tuple[Column, ...] = Column.__args__  # type: ignore[attr-defined]
WITHOUT_CODE: tuple[Column, ...] = ("units", "timely-filing", "appeals")
"""What holds for a payer whatever the code."""
NO_SOURCE = "no source found"


class Backing(msgspec.Struct, frozen=True):
    """A rule under a cell: since when it stands so (`attested`: the first day proved), and its best source (`superseded`: a newer
    edition exists that was not read)."""

    rule: str
    since: date
    attested: bool
    grade: Grade
    source: str
    publisher: str
    url: str | None
    section: str | None
    last_checked: date | None
    superseded: bool


class Cell(msgspec.Struct, frozen=True):
    """What one payer says of one point. `answer` is a short word or number; None = nothing on file says it, for the `reason` given.

    `grade` is the weakest of its rules' grades.
    """

    answer: str | None
    text: str
    reason: str | None = None
    grade: Grade | None = None
    rules: tuple[Backing, ...] = ()


class ComparedPayer(msgspec.Struct, frozen=True):
    """One payer's row; `cells` by column."""

    payer: str
    title: str
    cells: dict[str, Cell]


class AskedToCompare(msgspec.Struct, frozen=True):
    """`matrix` is None for one code with a column for each point; else the point, with a column for each code."""

    question: Literal["compare"]
    matrix: Column | None
    codes: tuple[str, ...]
    payers: tuple[str, ...]
    on: date
    known_on: date | None
    place_of_service: str | None


class Comparison(msgspec.Struct, frozen=True):
    schema_version: Literal["1"]
    asked: AskedToCompare
    columns: tuple[str, ...]
    rows: tuple[ComparedPayer, ...]
    packs: tuple[PackUsed, ...]
