"""What the pages of answers hand out to programs, typed: the JSON beside each page, from which its JSON Schema is made."""

from __future__ import annotations

import datetime
from typing import Literal

import msgspec

from payerbook.answers.questions import Covered, Needed
from payerbook.finding import Cited
from payerbook.pages.view import RuleName
from payerbook.policy import Grade, PackHead


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What all answers of a file hold for: the day of the site, and the circumstances of the service."""

    schema_version: Literal["1"]
    as_of: datetime.date
    claim_type: Literal["professional"] = "professional"
    place_of_service: str


class Behind(msgspec.Struct, frozen=True):
    """A rule under a cell; `url` stands below the root of the site, `attested`: `since` is only the first day proved."""

    rule: str
    url: str
    since: datetime.date
    attested: bool
    grade: Grade


class Point(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a payer says on one point; `answer` is null when the day is not on file, and `reason` says why."""

    answer: str | None
    words: str
    text: str | None = None
    reason: str | None = None
    grade: Grade | None = None
    rules: tuple[Behind, ...] = ()


class PayerOnCode(msgspec.Struct, frozen=True):
    """One payer on one code; a point of which no rule on file speaks is not among the `cells`."""

    payer: str
    title: str
    url: str
    covered: Covered
    why: tuple[str, ...]
    cells: dict[str, Point]


class CodeAnswers(Asked, frozen=True, kw_only=True):
    """Beside the page of a code: what every payer says of it."""

    code: str
    label: str
    disciplines: tuple[str, ...]
    timing: str
    payers: tuple[PayerOnCode, ...]


class ShortAnswer(msgspec.Struct, frozen=True):
    """One code of one payer, as a row of a table says it."""

    covered: Covered
    why: tuple[str, ...]
    authorization: str
    limits: tuple[str, ...]
    modifiers: tuple[str, ...]
    proof: str


class PayerAnswers(Asked, frozen=True, kw_only=True):
    """Beside the page of a payer: its card, and every code of which one of its rules speaks."""

    payer: PackHead
    card: dict[str, Point]
    codes: dict[str, ShortAnswer]


class Record(msgspec.Struct, frozen=True):
    """One payer, code (None where the point hangs on none) and point, with the first rule behind it."""

    payer: str
    title: str
    code: str | None
    point: str
    answer: str
    words: str
    text: str
    grade: Grade | None
    rule: str | None
    since: datetime.date | None
    source: str | None
    publisher: str | None
    url: str | None
    last_checked: datetime.date | None


class MatrixRecords(Asked, frozen=True, kw_only=True):
    """Beside a matrix: every answer on its point, also of codes that are no column."""

    matrix: str
    records: tuple[Record, ...]


class Piece(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one rule says in some stretch of time; what is empty is left out.

    `weak`: its sources are too weak to decide; `pending`: it does not answer for the day; `asks`: it is about authorization, and `needed`
    is what it decides. Modifiers and limits are pairs of a sentence and a few words; `sources` are places in the history's list.
    """

    covered: Covered | None = None
    why: str | None = None
    weak: str | None = None
    use: tuple[str, ...] = ()
    investigational: bool = False
    pending: bool = False
    asks: bool = False
    needed: Needed | None = None
    short: str | None = None
    authorization: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    modifiers: tuple[tuple[str, str], ...] = ()
    limits: tuple[tuple[str, str], ...] = ()
    documents: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()
    sources: tuple[int, ...] = ()


class KnownFrom(msgspec.Struct, frozen=True, array_like=True):
    """What was known of a rule from a day on (empty = ever): so many periods of the entry before are kept, the others follow.

    A period is the first date of service (empty = ever) and the place of a piece (-1 = the rule says nothing).
    """

    known: str
    kept: int
    periods: tuple[tuple[str, int], ...]


class RuleOverTime(msgspec.Struct, frozen=True, array_like=True):
    """One rule on both clocks."""

    rule: str
    editions: tuple[KnownFrom, ...]


class History(Asked, frozen=True, kw_only=True):
    """The answers of all payers about a code on every day.

    Where no rule speaks of coverage, `unsaid` is said: where there are neither limits nor authorization, authorization alone, limits alone,
    both. `no_permission` is said where no rule speaks of authorization.
    """

    code: str
    unsaid: tuple[str, str, str, str]
    no_permission: str
    rules: dict[str, RuleName]
    sources: tuple[Cited, ...]
    pieces: tuple[Piece, ...]
    payers: dict[str, tuple[RuleOverTime, ...]]


PUBLISHED: dict[str, type[msgspec.Struct]] = {
    "code-answers": CodeAnswers,
    "code-history": History,
    "payer-answers": PayerAnswers,
    "matrix": MatrixRecords,
}
"""Every file beside a page of answers by the name of its schema."""


def text(data: Asked) -> str:
    """One of these files."""
    return msgspec.json.encode(data).decode() + "\n"
