"""What is due when for one claim, and why: the days that its payer's rules set."""

from __future__ import annotations

from datetime import date

from payerbook.answers.questions import AskedClaim, Deadline, DeadlinesAnswer, OpenPoint, open_point
from payerbook.claim import SCHEMA_VERSION
from payerbook.engine.program import Program
from payerbook.engine.render import cite
from payerbook.finding import PackUsed
from payerbook.kinds.base import Case


def deadlines(program: Program, case: Case, known_on: date | None, packs: tuple[PackUsed, ...]) -> DeadlinesAnswer:
    """Every deadline of the claim, those with a day first and in order of it.

    A day that is missing names the facts it needs; a rule that is not on file for the claim's dates is named in `unknown`.
    """
    plan = program.full_plan(case.claim, known_on)
    found: list[Deadline] = []
    unknown: list[OpenPoint] = []
    for step in plan.steps:
        bound = step.bound
        if bound.params is None:
            continue
        due = bound.kind.deadlines(bound.params, case)
        if due and step.gap is not None:
            unknown.append(open_point(bound.rule, bound.version, step.gap))
            continue
        whole = bound.kind.whole_claim or len(step.indexes) == len(case.lines)
        lines = None if whole else tuple(case.number(index) for index in step.indexes)
        found.extend(
            Deadline(
                what=one.what,
                due=one.due,
                start_event=one.start_event,
                start=one.start,
                days=one.days,
                counted_in=one.counted_in,
                done_on=one.done_on,
                rule=bound.rule.id,
                lines=lines,
                needs=one.needs,
                sources=cite(bound.version.sources),
                term=one.term,
            )
            for one in due
        )
    return DeadlinesAnswer(
        schema_version=SCHEMA_VERSION,
        asked=AskedClaim("deadlines", case.payer, case.claim.claim_id, known_on),
        deadlines=tuple(sorted(dict.fromkeys(found), key=lambda one: (one.due is None, one.due or date.max, one.rule))),
        unknown=tuple(dict.fromkeys(unknown)),
        packs=packs,
    )
