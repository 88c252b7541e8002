"""What a check answers: findings, unknowns and the report that holds them (contract, section 3).

A report is light until it is read: the verdict is ready at once, sentences and sources are made when asked for.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import msgspec

from payerbook.claim import SCHEMA_VERSION, Claim

Verdict = Literal["deny", "return", "review", "incomplete", "clean"]


class Location(msgspec.Struct, frozen=True, omit_defaults=True):
    file: str | None = None
    segment: int | None = None
    line: int | None = None
    byte: int | None = None


class Cited(msgspec.Struct, frozen=True):
    """A source as reports and answers show it; `superseded` stands there only where a newer edition exists that was not read."""

    title: str
    publisher: str
    url: str | None
    section: str | None
    grade: str
    last_checked: datetime.date | None
    date: str | None = None
    superseded: Literal[True] | msgspec.UnsetType = msgspec.UNSET

    @property
    def edition(self) -> str | None:
        """What an older edition says beside its grade: it cannot prove a denial."""
        return "a newer edition was not read" if self.superseded else None


class Repair(msgspec.Struct, frozen=True):
    action: str
    line: int | None
    value: str | None
    safety: str
    why: str


class Span(msgspec.Struct, frozen=True, rename={"start": "from", "end": "to"}):
    start: date | None
    end: date | None


class Finding(msgspec.Struct, frozen=True):
    """A rule that failed (in `findings`) or that applies but is already answered by the claim (in `resolved`)."""

    rule: str
    outcome: str
    severity: str
    effect: str
    topic: str
    category: str
    evidence: str
    line: int | None
    field: str | None
    location: Location | None
    message: str
    facts: dict[str, Any]
    fixes: tuple[Repair, ...]
    denials: tuple[str, ...]
    version: Span
    date_basis: str
    sources: tuple[Cited, ...]
    at_risk: Decimal | None
    url: str


class Open(msgspec.Struct, frozen=True):
    """A rule that could not be answered: a fact is missing (`unknown`) or nothing on file covers the date (`not_on_file`).

    `reason` is a short machine word: items of one rule with one reason differ only in codes, lines and dates.
    """

    rule: str
    outcome: str
    reason: str
    line: int | None
    field: str | None
    severity: str
    effect: str
    evidence: str
    needs: tuple[str, ...]
    message: str
    sources: tuple[Cited, ...]
    nearest: tuple[str, ...] = ()


class PackUsed(msgspec.Struct, frozen=True):
    id: str
    version: str
    digest: str


class TableUsed(msgspec.Struct, frozen=True):
    id: str
    window: str
    digest: str


class Selected(msgspec.Struct, frozen=True):
    """Which rules were asked for, and how many were left out because of it: they are not passes."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    min_grade: str | None
    left_out: int


class Suppression(msgspec.Struct, frozen=True):
    """Why a finding is kept, and until which day."""

    reason: str
    expires: datetime.date


class Suppressed(msgspec.Struct, frozen=True):
    """A finding that the practice's baseline keeps: it does not count in the verdict, but it is never hidden."""

    finding: Finding
    suppression: Suppression


class Asked(msgspec.Struct, frozen=True):
    """What the answer was asked with: both clocks, a payer that overrides the claim's, and plugins that added facts."""

    known_on: date | None
    today: date | None
    payer: str | None = None
    facts_from: tuple[str, ...] = ()
    selection: Selected | None = None


class Body(msgspec.Struct, frozen=True):
    """The parts of a report that cost something to make."""

    findings: tuple[Finding, ...]
    resolved: tuple[Finding, ...]
    unknown: tuple[Open, ...]
    not_on_file: tuple[Open, ...]
    tables: tuple[TableUsed, ...]
    suppressed: tuple[Suppressed, ...] = ()


class ReportData(msgspec.Struct, frozen=True):
    """A report as it is sent (contract, section 3)."""

    schema_version: Literal["1"]
    claim_id: str
    payer: str | None
    payer_as_sent: str | None
    verdict: Verdict
    complete: bool
    checked: dict[str, str]
    asked: Asked
    packs: tuple[PackUsed, ...]
    tables: tuple[TableUsed, ...]
    engine: str
    findings: tuple[Finding, ...]
    resolved: tuple[Finding, ...]
    unknown: tuple[Open, ...]
    not_on_file: tuple[Open, ...]
    passed: int
    not_applicable: int
    suppressed: tuple[Suppressed, ...] = ()


class Report:
    """The answer for one claim. `verdict`, `complete`, `checked`, `passed` and `not_applicable` are plain values; the lists
    (`findings`, `resolved`, `unknown`, `not_on_file`, `suppressed`, `tables`) are rendered on first use. Pickles as rendered."""

    __slots__ = (
        "_body", "_render", "asked", "checked", "claim_id", "complete", "engine", "not_applicable", "packs", "passed", "payer",
        "payer_as_sent", "verdict",
    )  # fmt: skip

    def __init__(
        self,
        claim_id: str,
        payer: str | None,
        payer_as_sent: str | None,
        verdict: Verdict,
        complete: bool,
        checked: dict[str, str],
        asked: Asked,
        packs: tuple[PackUsed, ...],
        engine: str,
        passed: int,
        not_applicable: int,
        render: Callable[[], Body],
    ) -> None:
        self.claim_id = claim_id
        self.payer = payer
        self.payer_as_sent = payer_as_sent
        self.verdict = verdict
        self.complete = complete
        self.checked = checked
        self.asked = asked
        self.packs = packs
        self.engine = engine
        self.passed = passed
        self.not_applicable = not_applicable
        self._render: Callable[[], Body] | None = render
        self._body: Body | None = None

    @property
    def body(self) -> Body:
        if self._body is None:
            assert self._render is not None
            self._body = self._render()
            self._render = None
        return self._body

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.body.findings

    @property
    def resolved(self) -> tuple[Finding, ...]:
        return self.body.resolved

    @property
    def unknown(self) -> tuple[Open, ...]:
        return self.body.unknown

    @property
    def not_on_file(self) -> tuple[Open, ...]:
        return self.body.not_on_file

    @property
    def suppressed(self) -> tuple[Suppressed, ...]:
        return self.body.suppressed

    @property
    def tables(self) -> tuple[TableUsed, ...]:
        return self.body.tables

    def data(self) -> ReportData:
        """The whole report as one typed value, in the order of the contract."""
        return ReportData(
            schema_version=SCHEMA_VERSION,
            claim_id=self.claim_id,
            payer=self.payer,
            payer_as_sent=self.payer_as_sent,
            verdict=self.verdict,
            complete=self.complete,
            checked=self.checked,
            asked=self.asked,
            packs=self.packs,
            tables=self.body.tables,
            engine=self.engine,
            findings=self.body.findings,
            resolved=self.body.resolved,
            unknown=self.body.unknown,
            not_on_file=self.body.not_on_file,
            passed=self.passed,
            not_applicable=self.not_applicable,
            suppressed=self.body.suppressed,
        )

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values; money as text, dates as ISO text."""
        plain: dict[str, Any] = msgspec.to_builtins(self.data())
        return plain

    def json(self) -> bytes:
        """The report as one line of JSON."""
        return msgspec.json.encode(self.data())

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__ if name != "_render"}
        state["_body"] = self.body
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._render = None
        for name, value in state.items():
            setattr(self, name, value)


def at_risk(report: Report, claim: Claim) -> Decimal:
    """Charges that may not be paid as billed; a line counts once, a finding on the whole claim counts its total."""
    exposed = [finding for finding in report.findings if finding.severity != "advice"]
    if not exposed:
        return Decimal(0)
    charges = [line.charge or Decimal(0) for line in claim.lines]
    if any(finding.line is None for finding in exposed):
        return claim.total_charge if claim.total_charge is not None else sum(charges, Decimal(0))
    lines = {finding.line for finding in exposed}
    numbers = [line.number if line.number is not None else place for place, line in enumerate(claim.lines, 1)]
    return sum((charge for number, charge in zip(numbers, charges, strict=True) if number in lines), Decimal(0))
