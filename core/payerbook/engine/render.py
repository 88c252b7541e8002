"""From hits to the findings people and tools read: sentences, sources, fixes, places and dollars at risk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from payerbook.claim import Claim
from payerbook.engine import versions
from payerbook.engine.bound import Bound
from payerbook.finding import Body, Cited, Finding, Location, Open, Repair, Span, Suppressed, Suppression, TableUsed
from payerbook.kinds.base import Hit
from payerbook.policy import SEVERITIES, Source

COMMON_MESSAGES = {
    "basis": "This rule goes by a date that the claim does not carry ({basis}).",
    "condition": "The claim does not say {missing}, which decides whether this rule applies.",
    "not-on-file": "{reason}",
}


def render(
    claim: Claim,
    weighed: list[tuple[Bound, Hit, int]],
    locate: Callable[[int | None], Location | None] | None,
    consulted: Iterable[tuple[str, str, str]],
    kept: Iterable[tuple[Bound, Hit, int, Suppression]] = (),
) -> Body:
    """All lists of a report, each in order of line, then severity, then rule.

    `consulted` are (table, window, digest), `kept` are failures that the practice's baseline suppresses.
    """
    findings: list[Finding] = []
    resolved: list[Finding] = []
    unknown: list[Open] = []
    not_on_file: list[Open] = []
    for bound, hit, rank in sorted(weighed, key=_order):
        severity = SEVERITIES[3 - rank]
        if hit.outcome in ("fail", "resolved"):
            (findings if hit.outcome == "fail" else resolved).append(_finding(claim, bound, hit, severity, locate))
        else:
            (unknown if hit.outcome == "unknown" else not_on_file).append(_open(claim, bound, hit, severity))
    return Body(
        tuple(findings),
        tuple(resolved),
        tuple(unknown),
        tuple(not_on_file),
        tuple(TableUsed(*table) for table in sorted(consulted)),
        tuple(
            Suppressed(_finding(claim, bound, hit, SEVERITIES[3 - rank], locate), suppression)
            for bound, hit, rank, suppression in sorted(kept, key=lambda item: _order(item[:3]))
        ),
    )


def _order(item: tuple[Bound, Hit, int]) -> tuple[int, int, str, str]:
    bound, hit, rank = item
    return (-1 if hit.line is None else hit.line, -rank, bound.rule.id, hit.key)


def line_number(claim: Claim, index: int | None) -> int | None:
    """The line's own number as the claim has it, else its place counted from 1."""
    if index is None:
        return None
    own = claim.lines[index].number
    return index + 1 if own is None else own


def _finding(claim: Claim, bound: Bound, hit: Hit, severity: str, locate: Callable[[int | None], Location | None] | None) -> Finding:
    rule, version = bound.rule, bound.version
    charge = claim.total_charge if hit.line is None else claim.lines[hit.line].charge
    return Finding(
        rule=rule.id,
        outcome=hit.outcome,
        severity=severity,
        effect=version.effect,
        topic=rule.topic,
        category=rule.category,
        evidence=rule.evidence,
        line=line_number(claim, hit.line),
        field=_field(hit),
        location=locate(hit.line) if locate is not None else None,
        message=message(bound, hit),
        facts=hit.facts,
        fixes=tuple(Repair(fix.action, line_number(claim, fix.line), fix.value, fix.safety, fix.why) for fix in hit.fixes),
        denials=rule.denials,
        version=_fixed(bound).span,
        date_basis=rule.date_basis,
        sources=_fixed(bound).sources,
        at_risk=charge if hit.outcome == "fail" and severity != "advice" else None,
        url=rule.url,
    )


class _Fixed(NamedTuple):
    """What all findings of one rule version share."""

    sources: tuple[Cited, ...]
    span: Span
    settings: dict[str, Any]


def _fixed(bound: Bound) -> _Fixed:
    if bound.rendered is None:
        settings = msgspec.structs.asdict(bound.params) if bound.params is not None else {}
        words = {name: _words(value) for name, value in settings.items()}
        bound.rendered = _Fixed(cite(bound.version.sources), Span(bound.version.start, last_day(bound)), words)
    fixed: _Fixed = bound.rendered
    return fixed


def last_day(bound: Bound) -> date | None:
    """The last day on which the rule stands as bound; None = still."""
    return next(end for _, end, version in versions.closed(bound.rule) if version is bound.version)


def _open(claim: Claim, bound: Bound, hit: Hit, severity: str) -> Open:
    return Open(
        rule=bound.rule.id,
        outcome=hit.outcome,
        reason=hit.key,
        line=line_number(claim, hit.line),
        field=_field(hit),
        severity=severity,
        effect=bound.version.effect,
        evidence=bound.rule.evidence,
        needs=hit.needs,
        message=message(bound, hit),
        sources=_fixed(bound).sources,
        nearest=tuple(hit.facts.get("nearest", ())) if hit.key == "payer-not-on-file" else (),
    )


def _field(hit: Hit) -> str | None:
    if hit.field is None or hit.line is None:
        return hit.field
    return f"lines[{hit.line}].{hit.field}"


def message(bound: Bound, hit: Hit) -> str:
    """The kind's sentence for the hit, filled with the rule's settings and the hit's facts."""
    template = bound.kind.messages.get(hit.key) or COMMON_MESSAGES[hit.key]
    facts = {name: _words(value) for name, value in hit.facts.items()}
    return template.format(**{**_fixed(bound).settings, **facts})


def _words(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value) or "none"
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value) if value.as_tuple().exponent == 0 else value
    return value.isoformat() if isinstance(value, date) else value


def cite(sources: tuple[Source, ...]) -> tuple[Cited, ...]:
    """Citations as reports carry them."""
    return tuple(
        Cited(
            title=source.title,
            publisher=source.publisher,
            url=source.url,
            section=source.section,
            grade=source.grade,
            last_checked=source.last_checked,
            date=source.date,
            superseded=True if source.superseded else UNSET,
        )
        for source in sources
    )
