"""The answers as they are sent (contract, section 4): typed values, from which the JSON Schemas are made.

The words are those of HL7 CRD. "Covered" is what the policies on file say; it never promises payment.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from payerbook.engine.render import cite
from payerbook.finding import Cited, PackUsed, TableUsed
from payerbook.policy import Purpose, Rule, Version

Covered = Literal["covered", "not-covered", "conditional", "indeterminate"]
Needed = Literal["no-auth", "auth-needed", "satisfied", "conditional", "indeterminate"]
Info = Literal["performer", "location", "timeframe", "contract-window", "detail-code", "other"]
DecidedAt = Literal["payer", "contractor", "plan", "default"]
"""Who decides: the payer's own rule, its contractor, one of its plans, or nobody that is on file (default)."""
Clock = Literal["service", "known-on"]


class AskedOf(msgspec.Struct, frozen=True):
    """The question as it was understood: the payer's pack, the code, the day of service and the day of knowledge (None = all on file)."""

    question: Literal["coverage", "limits", "authorization"]
    payer: str
    code: str
    on: date
    known_on: date | None
    claim_type: str
    place_of_service: str | None
    visit: int | None = None
    age: int | None = None
    plan: str | None = None
    line_of_business: str | None = None
    state: str | None = None
    modifiers: tuple[str, ...] | None = None


class ModifierNeed(msgspec.Struct, frozen=True):
    """A line with the code needs one of these modifiers."""

    any_of: tuple[str, ...]
    why: str
    rule: str


class DocumentNeed(msgspec.Struct, frozen=True):
    """Something the record has to hold."""

    item: str
    rule: str


class DiagnosisNeed(msgspec.Struct, frozen=True):
    """The code is covered only with one of these diagnoses."""

    any_of: tuple[str, ...]
    rule: str


class LimitAnswer(msgspec.Struct, frozen=True):
    """A greatest number; `used`, `remaining` and `next_allowed` are None while the history is not known. `hard`: nothing lifts it."""

    rule: str
    counts: str
    limit: Decimal
    per: str
    shared_by: tuple[str, ...]
    used: Decimal | None
    remaining: Decimal | None
    next_allowed: date | None
    hard: bool
    beyond: str
    note: str | None
    decided_at: DecidedAt
    sources: tuple[Cited, ...]


class Flip(msgspec.Struct, frozen=True):
    """A day from which the answer is another: by date of service (`service`), or by what was known (`known-on`)."""

    on: date
    clock: Clock
    what: str
    rule: str


class OpenPoint(msgspec.Struct, frozen=True):
    """What could not be told, and why: a fact the question does not carry (`needs`), or nothing on file for the day.

    `sources` are those of the rule, of the version nearest to the day; a point without a rule has none.
    """

    rule: str | None
    reason: str
    needs: tuple[str, ...] = ()
    sources: tuple[Cited, ...] = ()


def open_point(rule: Rule, version: Version, reason: str, needs: tuple[str, ...] = ()) -> OpenPoint:
    """What a version of a rule could not tell."""
    return OpenPoint(rule.id, reason, needs, cite(version.sources))


class CoverageAnswer(msgspec.Struct, frozen=True):
    """`authorization` is None when the code is not covered; `info_needed` says what a conditional answer depends on."""

    schema_version: Literal["1"]
    asked: AskedOf
    covered: Covered
    why: tuple[str, ...]
    authorization: Needed | None
    satisfied_by: str | None
    decided_at: DecidedAt
    info_needed: tuple[Info, ...]
    instead: tuple[str, ...]
    modifiers: tuple[ModifierNeed, ...]
    limits: tuple[LimitAnswer, ...]
    documents: tuple[DocumentNeed, ...]
    diagnoses: tuple[DiagnosisNeed, ...] | None
    investigational: bool | None
    flips: tuple[Flip, ...]
    unknown: tuple[OpenPoint, ...]
    sources: tuple[Cited, ...]
    packs: tuple[PackUsed, ...]
    tables: tuple[TableUsed, ...]


class LimitsAnswer(msgspec.Struct, frozen=True):
    schema_version: Literal["1"]
    asked: AskedOf
    limits: tuple[LimitAnswer, ...]
    unknown: tuple[OpenPoint, ...]
    packs: tuple[PackUsed, ...]
    tables: tuple[TableUsed, ...]


class ContactAnswer(msgspec.Struct, frozen=True):
    """Where something is asked or sent, and who says so."""

    purpose: Purpose
    name: str
    url: str | None
    address: str | None
    phone: str | None
    note: str | None
    sources: tuple[Cited, ...]


class PermissionAnswer(msgspec.Struct, frozen=True):
    """Whether prior authorization is needed, and how it is got; times in days."""

    needed: Needed
    from_visit: int | None
    exempt: tuple[str, ...]
    exceptions: tuple[str, ...]
    valid_days: int | None
    valid_visits: int | None
    request_by: str | None
    retroactive_days: int | None
    send: tuple[str, ...]
    form: str | None
    where: str | None
    criteria: str | None
    decided_at: DecidedAt
    rule: str | None
    sources: tuple[Cited, ...]


class AuthorizationAnswer(msgspec.Struct, frozen=True):
    """`authorization` is None when the code is not covered: there is nothing to ask for."""

    schema_version: Literal["1"]
    asked: AskedOf
    authorization: PermissionAnswer | None
    satisfied_by: str | None
    unknown: tuple[OpenPoint, ...]
    packs: tuple[PackUsed, ...]
    contacts: tuple[ContactAnswer, ...] = ()


class Deadline(msgspec.Struct, frozen=True):
    """Something due; `due` is None while the start is not known, and `needs` names the facts. `lines`: line numbers, None = the claim.

    `term` is the length as the rule sets it (12 months), where the rule sets one; `days` are those of this claim.
    """

    what: str
    due: date | None
    start_event: str
    start: date | None
    days: int | None
    counted_in: str
    done_on: date | None
    rule: str
    lines: tuple[int, ...] | None
    needs: tuple[str, ...]
    sources: tuple[Cited, ...]
    term: str | None = None


class AskedClaim(msgspec.Struct, frozen=True):
    question: Literal["deadlines"]
    payer: str | None
    claim_id: str
    known_on: date | None


class DeadlinesAnswer(msgspec.Struct, frozen=True):
    schema_version: Literal["1"]
    asked: AskedClaim
    deadlines: tuple[Deadline, ...]
    unknown: tuple[OpenPoint, ...]
    packs: tuple[PackUsed, ...]
    contacts: tuple[ContactAnswer, ...] = ()


ANSWERS: dict[str, type[msgspec.Struct]] = {
    "coverage": CoverageAnswer,
    "limits": LimitsAnswer,
    "authorization": AuthorizationAnswer,
    "deadlines": DeadlinesAnswer,
}
"""Every answer by the name of its schema."""
