"""What every rule of a program said about a claim, passes included: for tests of rules and for people who ask why."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import msgspec

from payerbook.claim import Claim
from payerbook.engine import versions
from payerbook.engine.bound import Bound
from payerbook.engine.program import Plan, Program
from payerbook.engine.render import last_day, line_number, message
from payerbook.engine.run import Payer
from payerbook.engine.watch import Trail, watched
from payerbook.finding import Asked, Span
from payerbook.kinds.base import NOT_APPLICABLE, Case, History, Hit
from payerbook.policy import BASIS_FIELDS, Rule

_ORDER = ("not-applicable", "pass", "resolved", "not-on-file", "unknown", "fail")


class Answer(NamedTuple):
    """The worst outcome of one rule on one claim, and the hits with that outcome."""

    outcome: str
    hits: tuple[tuple[Bound, Hit], ...] = ()


class Explained(msgspec.Struct, frozen=True):
    """One rule on one claim: what it said, of which lines, as it stood when, and the facts of the claim that it looked at.

    `facts` maps contract paths to values: null = the claim does not say it, `(given)` = there, but not shown because it can point
    to a person. `messages` are the rule's sentences, `reason` says why a rule did not apply.
    """

    rule: str
    title: str
    outcome: str
    evidence: str
    lines: tuple[int, ...]
    version: Span | None
    facts: dict[str, Any]
    messages: tuple[str, ...]
    reason: str | None


def explain(program: Program, claim: Claim, history: History, payer: Payer, asked: Asked) -> dict[str, Answer]:
    """The answer of every rule of the program, by rule id, in the program's order."""
    case = Case(claim, payer.id, history, payer.same, asked.today, payer.price)
    return _answers(program, program.full_plan(claim, asked.known_on), case)


def _answers(program: Program, plan: Plan, case: Case) -> dict[str, Answer]:
    said: dict[str, list[str]] = {rule.id: ["not-applicable"] for rule in program.rules}
    hits: dict[str, list[tuple[Bound, Hit]]] = {rule.id: [] for rule in program.rules}
    for bound, hit in plan.fixed:
        hits[bound.rule.id].append((bound, hit))
    for step in plan.steps:
        result = step.check(case, step.indexes)
        if result is None:
            said[step.bound.rule.id].append("pass")
        elif result is not NOT_APPLICABLE:
            hits[step.bound.rule.id].extend((step.bound, hit) for hit in result)
    answers: dict[str, Answer] = {}
    for id, found in hits.items():
        worst = max([*said[id], *(hit.outcome for _, hit in found)], key=_ORDER.index)
        answers[id] = Answer(worst, tuple((bound, hit) for bound, hit in found if hit.outcome == worst))
    return answers


def explained(program: Program, claim: Claim, history: History, payer: Payer, asked: Asked) -> tuple[Explained, ...]:
    """Every rule of the program on the claim, in the program's order; each is run alone, so that its facts are its own."""
    plan = program.full_plan(claim, asked.known_on)
    answers = _answers(program, plan, Case(claim, payer.id, history, payer.same, asked.today, payer.price))
    looked: dict[str, dict[str, Any]] = {}
    lines: dict[str, set[int]] = {}
    bounds: dict[str, Bound] = {}
    for bound, hit in plan.fixed:
        bounds.setdefault(bound.rule.id, bound)
        looked.setdefault(bound.rule.id, {}).update(dict.fromkeys(hit.needs))
        lines.setdefault(bound.rule.id, set()).update(() if hit.line is None else (hit.line,))
    for step in plan.steps:
        id = step.bound.rule.id
        bounds.setdefault(id, step.bound)
        looked.setdefault(id, {}).update(_facts(step.check, step.indexes, claim, history, payer, asked))
        lines.setdefault(id, set()).update(step.indexes)
    return tuple(
        Explained(
            rule=rule.id,
            title=rule.title,
            outcome=answers[rule.id].outcome,
            evidence=rule.evidence,
            lines=tuple(number for index in sorted(lines.get(rule.id, ())) if (number := line_number(claim, index)) is not None),
            version=_span(bounds[rule.id]) if rule.id in bounds else None,
            facts=looked.get(rule.id, {}),
            messages=tuple(dict.fromkeys(message(bound, hit) for bound, hit in answers[rule.id].hits)),
            reason=_why_not(rule, claim, asked.known_on, rule.id in bounds) if answers[rule.id].outcome == "not-applicable" else None,
        )
        for rule in program.rules
    )


class _NotingCase(Case):
    """A case that notes when a check asks for the patient's history."""

    __slots__ = ("noted",)

    noted: Trail

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if name == "history":
            self.noted.read.setdefault("context.history", f"{len(value.items)} services" if value.complete or value.items else None)
        return value


def _facts(check: Any, indexes: tuple[int, ...], claim: Claim, history: History, payer: Payer, asked: Asked) -> dict[str, Any]:
    """What one check looks at: first what chose it (code and date of its lines), then what it reads."""
    trail = Trail()
    case = _NotingCase(watched(claim, trail), payer.id, history, payer.same, asked.today, payer.price)
    case.noted = trail
    trail.read = {f"lines[{index}].{name}": getattr(claim.lines[index], name) for index in indexes for name in ("code", "service_date")}
    check(case, indexes)
    facts = trail.facts()
    history_read = trail.read.get("context.history")
    return facts if history_read is None else {**facts, "context.history": history_read}


def _span(bound: Bound) -> Span:
    return Span(bound.version.start, last_day(bound))


def _why_not(rule: Rule, claim: Claim, known_on: date | None, ran: bool) -> str:
    if ran:
        return "It looked at these lines and found nothing that it asks about."
    if claim.frequency_code == "8" and not rule.applies_to_voids:
        return "It does not look at a claim that only takes another one back."
    field = BASIS_FIELDS.get(rule.date_basis)
    days = {line.service_date for line in claim.lines} if field is None else {getattr(claim, field)} - {None}
    found = [versions.on(rule, day, known_on) for day in sorted(days)]
    gaps = [one for one in found if isinstance(one, versions.Gap)]
    if gaps and len(gaps) == len(found):
        return gaps[0].reason
    return "No line is what the rule looks at (codes, modifiers, place of service, type of claim)."
