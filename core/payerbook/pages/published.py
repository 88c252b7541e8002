"""What the pages of answers hand out to programs, typed: the JSON beside each page, from which its JSON Schema is made. Lists of everything
are in `listed`."""

from __future__ import annotations

import datetime
import hashlib
from typing import Literal, TypedDict

import msgspec

from payerbook.answers.questions import Covered, Needed
from payerbook.claim import SCHEMA_VERSION
from payerbook.finding import Cited
from payerbook.pages.catalog import Catalog
from payerbook.pages.view import RuleName
from payerbook.policy import Grade, PackHead


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What every file says of itself. `pack_versions` are those of the packs that it rests on, by id; `content_hash` is the SHA-256 of the
    file without `as_of` and `content_hash`, its keys sorted and without white space: it stays while only the day of the site moves on."""

    schema_version: Literal["1"]
    as_of: datetime.date
    license: Literal["CC0-1.0"]
    pack_versions: dict[str, str]
    content_hash: str = ""


class Stamp(TypedDict):
    """The fields of `Published` that hang on the site alone."""

    schema_version: Literal["1"]
    as_of: datetime.date
    license: Literal["CC0-1.0"]
    pack_versions: dict[str, str]


class Asked(Published, frozen=True, kw_only=True):
    """What all answers of a file hold for: the day of the site, and the circumstances of the service."""

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


class EveryDay(Asked, frozen=True, kw_only=True):
    """What answers of every day are made from.

    Where no rule speaks of coverage, `unsaid` is said: where there are neither limits nor authorization, authorization alone, limits alone,
    both. `no_permission` is said where no rule speaks of authorization.
    """

    unsaid: tuple[str, str, str, str]
    no_permission: str
    rules: dict[str, RuleName]
    sources: tuple[Cited, ...]
    pieces: tuple[Piece, ...]


class History(EveryDay, frozen=True, kw_only=True):
    """The answers of all payers about a code on every day."""

    code: str
    payers: dict[str, tuple[RuleOverTime, ...]]


class PayerHistory(EveryDay, frozen=True, kw_only=True):
    """The answers of a payer about all codes on every day, and its card: for each point what was known, its periods naming `points`.

    `order` is that of the codes in lists; codes of which no rule ever speaks are not among the `codes`.
    """

    payer: str
    order: tuple[str, ...]
    codes: dict[str, tuple[RuleOverTime, ...]]
    points: tuple[Point, ...]
    card: dict[str, tuple[KnownFrom, ...]]


PUBLISHED: dict[str, type[msgspec.Struct]] = {
    "code-answers": CodeAnswers,
    "code-history": History,
    "payer-answers": PayerAnswers,
    "payer-history": PayerHistory,
    "matrix": MatrixRecords,
}
"""Every file beside a page of answers by the name of its schema."""


def stamp(catalog: Catalog, *payers: str) -> Stamp:
    """What a file says of itself that rests on the packs of `payers` and the rules for every claim; without them, on every pack."""
    versions = {pack.head.id: pack.head.version for pack in catalog.packs if not payers or pack.head.id in payers or not pack.head.payer}
    return Stamp(schema_version=SCHEMA_VERSION, as_of=catalog.today, license="CC0-1.0", pack_versions=versions)


def text(data: Published) -> str:
    """One of these files, with the hash of its content."""
    held = msgspec.to_builtins(data)
    del held["as_of"], held["content_hash"]
    digest = hashlib.sha256(msgspec.json.encode(held, order="sorted")).hexdigest()
    return msgspec.json.encode(msgspec.structs.replace(data, content_hash=f"sha256:{digest}")).decode() + "\n"
