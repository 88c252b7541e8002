"""One claim through one program: calls the plan's checks, weighs what they said, and gives a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from payerbook.claim import Claim
from payerbook.engine.bound import Bound
from payerbook.engine.program import Plan, Program
from payerbook.engine.render import render
from payerbook.finding import Asked, Location, PackUsed, Report, Suppression, Verdict
from payerbook.kinds.base import NOT_APPLICABLE, Case, History, Hit, Price
from payerbook.policy import RANK, SEVERITIES

EVIDENCE = ("claim", "table", "record", "chart")
_BY_RANK = {RANK[severity]: severity for severity in SEVERITIES}
_OPEN = 0.5
"""Where an unanswered check stands among the ranks: deny > return > review > unanswered > advice."""

Locate = Callable[[int | None], Location | None]
Suppress = Callable[[str, int | None], Suppression | None]
"""`suppress(rule, line)`: why a failure of the rule on the line (by place in the claim) does not count; None when it does."""


class Payer(NamedTuple):
    """Whose rules are checked: pack id (None = not on file), the text the claim came with, who else counts as the same payer, and
    what its fee schedule allows."""

    id: str | None
    as_sent: str | None
    same: Callable[[str | None], bool]
    price: Price | None = None


def run(
    program: Program,
    claim: Claim,
    history: History,
    payer: Payer,
    *,
    packs: tuple[PackUsed, ...],
    engine: str,
    asked: Asked,
    locate: Locate | None = None,
    preset: tuple[tuple[Bound, Hit], ...] = (),
    suppress: Suppress | None = None,
) -> Report:
    """The report of one claim.

    `history` holds what came before; `locate` gives the place in the file of a line (or, for None, of the claim); `preset` are
    answers that are known before any rule runs, such as "payer not on file"; `suppress` names the failures that do not count.
    """
    plan = program.plan(claim, asked.known_on)
    case = Case(claim, payer.id, history, payer.same, asked.today, payer.price)
    found: list[tuple[Bound, Hit]] = [*preset, *plan.fixed]
    skipped: list[int] = []
    for rule, bound, check, indexes, _ in plan.steps:
        result = check(case, indexes)
        if result is None:
            continue
        if result is NOT_APPLICABLE:
            skipped.append(rule)
        else:
            found.extend([(bound, hit) for hit in result])
    not_applicable = _not_applicable(plan, skipped) if skipped else 0
    touched = {id(bound.rule) for bound, _ in found} if found else ()
    weighed = [(bound, hit, severity_rank(bound, hit, asked)) for bound, hit in found]
    kept: list[tuple[Bound, Hit, int, Suppression]] = []
    if suppress is not None:
        weighed, kept = _apart(weighed, suppress)
    checked, worst, complete = _weigh(plan, weighed)
    return Report(
        claim_id=claim.claim_id,
        payer=payer.id,
        payer_as_sent=payer.as_sent,
        verdict=worst,
        complete=complete,
        checked=checked,
        asked=asked,
        packs=packs,
        engine=engine,
        passed=plan.rules - not_applicable - len(touched) + len(preset),
        not_applicable=len(program.rules) - plan.rules + not_applicable,
        render=lambda: render(claim, weighed, locate, program.consulted(plan, claim), kept),
    )


def _apart(
    weighed: list[tuple[Bound, Hit, int]], suppress: Suppress
) -> tuple[list[tuple[Bound, Hit, int]], list[tuple[Bound, Hit, int, Suppression]]]:
    """What counts, and the failures that do not."""
    counted: list[tuple[Bound, Hit, int]] = []
    kept: list[tuple[Bound, Hit, int, Suppression]] = []
    for bound, hit, rank in weighed:
        found = suppress(bound.rule.id, hit.line) if hit.outcome == "fail" else None
        if found is None:
            counted.append((bound, hit, rank))
        else:
            kept.append((bound, hit, rank, found))
    return counted, kept


def severity_rank(bound: Bound, hit: Hit, asked: Asked) -> int:
    """How hard a hit is said: the version's effect, capped by its sources on the day asked, and by the hit's own evidence."""
    rank = bound.rank if asked.today is None else RANK[bound.severity_on(asked.today)]
    return min(rank, RANK[hit.cap]) if hit.cap is not None else rank


def _not_applicable(plan: Plan, skipped: list[int]) -> int:
    """Rules of which every step turned out not to apply; where each rule has one step, that is every step skipped."""
    shares = plan.shares
    if sum(shares.values()) == len(shares):
        return len(skipped)
    return sum(1 for rule, times in Counter(skipped).items() if times == shares[rule])


def _weigh(plan: Plan, weighed: list[tuple[Bound, Hit, int]]) -> tuple[dict[str, str], Verdict, bool]:
    """The worst result per kind of evidence, the verdict, and whether everything was answered (contract, section 3)."""
    if not weighed:
        return plan.checked.copy(), "clean", True
    worst = 0
    incomplete = False
    complete = True
    levels: dict[str, float] = {}
    for bound, hit, rank in weighed:
        outcome = hit.outcome
        evidence = bound.evidence
        if outcome == "fail":
            level: float = rank
            worst = max(worst, rank)
        elif outcome == "resolved":
            continue
        else:
            level = _OPEN
            complete = False
            incomplete = incomplete or (rank >= RANK["return"] and evidence in ("claim", "table"))
        if level > levels.get(evidence, -1):
            levels[evidence] = level
    checked = plan.checked.copy()
    for kind, level in levels.items():
        checked[kind] = "unknown" if level == _OPEN else _BY_RANK[int(level)] if level else "clean"
    verdict: Verdict = _BY_RANK[worst] if worst else "incomplete" if incomplete else "clean"  # type: ignore[assignment]  # rank 0 never indexes
    return checked, verdict, complete
