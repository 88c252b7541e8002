"""What every rule of a program said about a claim, passes included: for tests of rules and for people who ask why."""

from __future__ import annotations

from typing import NamedTuple

from payerbook.claim import Claim
from payerbook.engine.program import Bound, Program
from payerbook.engine.run import Payer
from payerbook.finding import Asked
from payerbook.kinds.base import NOT_APPLICABLE, Case, History, Hit

_ORDER = ("not-applicable", "pass", "resolved", "not-on-file", "unknown", "fail")


class Answer(NamedTuple):
    """The worst outcome of one rule on one claim, and the hits with that outcome."""

    outcome: str
    hits: tuple[tuple[Bound, Hit], ...] = ()


def explain(program: Program, claim: Claim, history: History, payer: Payer, asked: Asked) -> dict[str, Answer]:
    """The answer of every rule of the program, by rule id, in the program's order."""
    plan = program.full_plan(claim, asked.known_on)
    case = Case(claim, payer.id, history, payer.same, asked.today)
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
