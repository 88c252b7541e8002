"""Packs, rules and dated versions as the engine reads them from compiled JSON; nothing here knows YAML.

Everything inherited (`like`, `extends`), every named code set and every source reference was resolved by the compiler, so a
version stands alone: its dates, its settings, the codes it applies to and the sources that prove it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

import msgspec

from payerbook.units import Method

FORMAT = "1"
"""Version of the pack format that this engine reads."""

Grade = Literal["A", "A*", "B", "C", "M"]
Effect = Literal["deny", "return", "review", "none"]
Severity = Literal["deny", "return", "review", "advice"]
Evidence = Literal["claim", "table", "record", "chart"]
DateBasis = Literal["service-date", "received-date", "processed-date"]
BASIS_FIELDS: dict[DateBasis, str] = {"received-date": "received_on", "processed-date": "processed_on"}
"""The field of the claim whose day chooses the version of a rule; the days of service stand on the lines."""
Status = Literal["draft", "active", "on-hold", "retired"]
Category = Literal[
    "coding", "coverage", "authorization", "eligibility", "documentation", "timely-filing", "claim-form", "duplicate", "payment"
]
Topic = Literal[
    "units", "modifiers", "thresholds", "code-pairs", "unit-limits", "code-status", "timely-filing", "duplicates", "claim-form",
    "diagnoses", "authorization", "visit-limits", "frequency", "assistants", "plan-of-care", "progress-reports", "documentation",
    "telehealth", "place-of-service", "referral", "supervision", "evaluations", "non-covered", "investigational", "payment",
    "institutional", "coordination",
]  # fmt: skip

SEVERITIES: tuple[Severity, ...] = ("deny", "return", "review", "advice")
RANK = {"deny": 3, "return": 2, "review": 1, "advice": 0}
EFFECT_SEVERITY: dict[Effect, Severity] = {"deny": "deny", "return": "return", "review": "review", "none": "advice"}


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """One citation. `grade` says how it was read: A the payer's own document, A* a verbatim public copy of the official table,
    B a secondary source, C weak or conflicting, M memory."""

    title: str
    publisher: str
    grade: Grade
    url: str | None = None
    section: str | None = None
    date: str | None = None
    last_checked: datetime.date | None = None
    superseded: bool = False
    note: str | None = None
    ref: str | None = None
    """Its name in the sources.yaml of the pack."""
    sha256: str | None = None
    """SHA-256 of the bytes of the document as they were on the day `retrieved`."""
    retrieved: datetime.date | None = None
    proves: Literal["dates"] | None = None
    """What alone it speaks of: the days of the version and not its content, so that it carries no severity; None = the whole."""
    adopts: str | None = None
    """The pack whose rules the source says this payer follows; None = it proves the rule itself."""


class Reader(msgspec.Struct, frozen=True):
    """Who read the sources of a version and wrote or confirmed it: a name or a role, and the day."""

    name: str
    on: date


class When(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a rule version applies to; an absent condition is no condition."""

    codes: tuple[str, ...] | None = None
    not_codes: tuple[str, ...] = ()
    claim_types: tuple[str, ...] | None = None
    places_of_service: tuple[str, ...] | None = None
    not_places_of_service: tuple[str, ...] = ()
    modifiers_any: tuple[str, ...] | None = None
    modifiers_none: tuple[str, ...] = ()
    frequency_codes: tuple[str, ...] | None = None
    payer_sequences: tuple[str, ...] | None = None
    lines_of_business: tuple[str, ...] | None = None
    not_lines_of_business: tuple[str, ...] = ()
    other_lines_of_business: tuple[str, ...] = ()
    """Lines of business on file that neither condition names; one that stands nowhere may be any of them."""
    plans: tuple[str, ...] | None = None
    not_plans: tuple[str, ...] = ()
    other_plans: tuple[str, ...] = ()
    """Plans on file that neither condition names, likewise."""
    states: tuple[str, ...] | None = None
    """States of the billing provider."""
    not_states: tuple[str, ...] = ()
    ages: tuple[int, ...] | None = None
    exemptions_none: tuple[str, ...] | None = None
    primary_diagnoses: tuple[str, ...] | None = None


class Version(msgspec.Struct, frozen=True, omit_defaults=True):
    """A rule as it stands for a stretch of dates, both ends included.

    `start` is the first day; `attested` says that no source states the start and `start` is only the first day proved.
    `hole` marks dates for which nothing could be read: the answer is `not-on-file`.
    """

    start: date
    effect: Effect
    end: date | None = None
    known: date | None = None
    attested: bool = False
    hole: str | None = None
    when: When = When()
    params: dict[str, Any] = {}
    sources: tuple[Source, ...] = ()
    changed: str | None = None
    read_by: Reader | None = None
    second_reader: Reader | None = None
    parent_changed: str | None = None
    """The rule of another pack that it was taken from, where that one changed and nobody has compared the two since."""


class Rule(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    kind: str
    title: str
    topic: Topic
    category: Category
    evidence: Evidence
    versions: tuple[Version, ...]
    status: Status = "active"
    hold: str | None = None
    """Why a rule that is on hold is not checked."""
    replaced_by: str | None = None
    last_checked: date | None = None
    date_basis: DateBasis = "service-date"
    applies_to_voids: bool = False
    like: str | None = None
    why: str = ""
    fix: str = ""
    denials: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        return self.id.rpartition(".")[2]

    @property
    def pack(self) -> str:
        return self.id.rpartition(".")[0]

    @property
    def url(self) -> str:
        return f"/rules/{self.pack}/{self.topic}/#{self.slug}"


class Template(msgspec.Struct, frozen=True, omit_defaults=True):
    """What rules of one method have in common, for `like`: no dates, no sources, never run. None = the child says it."""

    id: str
    kind: str | None = None
    title: str | None = None
    topic: Topic | None = None
    category: Category | None = None
    evidence: Evidence | None = None
    effect: Effect | None = None
    date_basis: DateBasis | None = None
    applies_to_voids: bool | None = None
    why: str | None = None
    fix: str | None = None
    denials: tuple[str, ...] | None = None
    checklist: tuple[str, ...] | None = None
    when: When = When()
    params: dict[str, Any] = {}


class CodeInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """A procedure code in our own words; `timing` is how its minutes become units."""

    label: str
    disciplines: tuple[Literal["PT", "OT", "SLP"], ...] = ()
    timing: Literal["timed-15", "timed-15-apart", "timed-30", "timed-60", "untimed"] = "untimed"
    role: str | None = None
    add_on_to: tuple[str, ...] = ()


class PayerId(msgspec.Struct, frozen=True, omit_defaults=True):
    """An EDI payer id. One without a grade is the pack's own word; one of grade C or M is only reported and resolves no claim."""

    id: str
    line_of_business: str | None = None
    clearinghouse: str | None = None
    grade: Grade | None = None
    source: str | None = None
    note: str | None = None

    @property
    def confirmed(self) -> bool:
        """Whether a claim that carries it is this payer's."""
        return self.grade not in ("C", "M")


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """A product of the payer that people call by a name of its own."""

    name: str
    aliases: tuple[str, ...] = ()
    line_of_business: str | None = None
    states: tuple[str, ...] = ()
    note: str | None = None


Purpose = Literal["authorization", "claims", "appeals", "portal", "phone"]


class Contact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where something is sent or asked, and who says so."""

    purpose: Purpose
    name: str
    url: str | None = None
    address: str | None = None
    phone: str | None = None
    note: str | None = None
    sources: tuple[Source, ...] = ()


class Skipped(msgspec.Struct, frozen=True, omit_defaults=True):
    """A rule of the pack that another one extends which that one leaves out, and who says so."""

    rule: str
    why: str
    sources: tuple[Source, ...] = ()


class PackHead(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a pack says about itself and its payer; enough to resolve a payer's name without loading any rule."""

    id: str
    title: str
    version: str
    payer: bool = True
    templates: bool = False
    publisher: str = ""
    about: str = ""
    aliases: tuple[str, ...] = ()
    brand: str | None = None
    lines_of_business: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    plans: tuple[Plan, ...] = ()
    payer_ids: tuple[PayerId, ...] = ()
    filing_indicators: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    unit_method: Method | None = None
    unit_method_rule: str | None = None
    review_days: int = 365
    holes: tuple[str, ...] = ()
    rules: int = 0
    look_back: int = 0
    """Days of history before a claim that any rule of the pack can ask for."""
    overrides: str | None = None
    extends: str | None = None
    inherited: int = 0
    """How many of the rules are those of the pack that it extends, as they stand there."""
    skipped: tuple[Skipped, ...] = ()
    digest: str = ""

    @property
    def rules_of(self) -> str:
        """The pack id that stands before the names of its rules: its own, or that of the pack it overrides."""
        return self.overrides or self.id


class Placed(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a fact went that no rule encodes: a dated table, a page of the documentation, or the reason why it is a hole."""

    table: str | None = None
    page: str | None = None
    hole: str | None = None


class Register(msgspec.Struct, frozen=True, omit_defaults=True):
    """Every researched fact of a pack: those that rules encode, and where the others went."""

    in_rules: tuple[str, ...] = ()
    elsewhere: dict[str, Placed] = {}


class Pack(msgspec.Struct, frozen=True, omit_defaults=True):
    head: PackHead
    rules: tuple[Rule, ...] = ()
    register: Register | None = None
    templates: tuple[Template, ...] = ()
    format: str = FORMAT


def limit(version: Version, today: date | None = None, review_days: int = 365) -> Severity:
    """The hardest severity that a version may have: what its sources allow, and review at most once its parent changed."""
    allowed = cap(version.sources, today, review_days)
    return "review" if version.parent_changed is not None and RANK[allowed] > RANK["review"] else allowed


def cap(sources: tuple[Source, ...], today: date | None = None, review_days: int = 365) -> Severity:
    """The hardest severity that the sources allow; where some only say that the payer follows another one's rules, what those allow
    and what the others allow, whichever is less.

    `today` and `review_days` (days) judge what is overdue.
    """
    return min((_cap(step, today, review_days) for step in statements(sources)), key=RANK.__getitem__, default="advice")


def statements(sources: Iterable[Source]) -> list[list[Source]]:
    """The sources by what they state: the rule itself, and that the payer follows another one's; those of dates alone state neither."""
    steps: dict[str | None, list[Source]] = {}
    for source in sources:
        if source.proves is None:
            steps.setdefault(source.adopts, []).append(source)
    return list(steps.values())


def _cap(sources: Iterable[Source], today: date | None, review_days: int) -> Severity:
    """What the sources of one statement allow.

    A or A* read in the current edition, or B from two publishers, may deny; a single B, an overdue A or an A of a superseded
    edition may ask for review; C and M advise. Overdue is judged only when `today` is given.
    """
    publishers: set[str] = set()
    review = False
    for source in sources:
        if source.grade in ("A", "A*"):
            overdue = today is not None and source.last_checked is not None and (today - source.last_checked).days > review_days
            if not overdue and not source.superseded:
                return "deny"
            review = True
        elif source.grade == "B":
            publishers.add(source.publisher)
    if len(publishers) >= 2:
        return "deny"
    return "review" if review or publishers else "advice"


def severity(effect: Effect, limit: Severity) -> Severity:
    """The payer's effect, no harder than `limit`."""
    wanted = EFFECT_SEVERITY[effect]
    return wanted if RANK[wanted] <= RANK[limit] else limit
