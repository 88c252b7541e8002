"""The written plan of care: that there is one before treatment begins, and that it holds what the payer asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, Any, Literal

from msgspec import Meta

from payerbook.kinds import chart
from payerbook.kinds.base import Case, Check, Contribution, Fix, Hit, Kind, Params, Question, Result, Tables, join

Part = Literal["established_on", "goals", "frequency", "duration_days", "therapist_signature"]
_WORDS: dict[str, str] = {
    "established_on": "the date it was made",
    "goals": "long-term goals",
    "frequency": "the frequency of treatment",
    "duration_days": "the duration",
    "therapist_signature": "the signature of the therapist who made it",
}


class PlanOfCareParams(Params, frozen=True):
    parts: Annotated[tuple[Part, ...], Meta(description="What the plan has to hold.", min_length=1)]
    before_treatment: Annotated[bool, Meta(description="The plan has to be made by the first day billed.")] = True
    days: Annotated[int, Meta(description="A plan dated more than this many days after the episode began is a later plan.")] = 30


def bind(params: PlanOfCareParams, tables: Tables) -> Check:
    nothing: Result = chart.no_record("plan_of_care")
    parts = params.parts
    # With one name attrgetter gives the value itself, so a name that every plan has stands beside them.
    held: Callable[[Any], tuple[object, ...]] = attrgetter("__class__", *parts)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        record = chart.of(case)
        if record is None:
            return nothing
        lines, foreign = chart.own(case, record, indexes)
        if not lines:
            return foreign
        plan = record.plan
        if plan is None:
            if not record.missing("plan_of_care"):
                return nothing
            fix = Fix("document", None, None, "ask", "only a plan that existed before the treatment can be shown")
            return chart.spread(case, Hit("fail", None, "none", {}, fixes=(fix,)), lines) + foreign
        hits = foreign
        if not all(held(plan)):
            hits = hits + _incomplete(case, record, lines, parts)
        made = plan.established_on
        if params.before_treatment and made is not None and case.span[0] < made:
            early = tuple(index for index in lines if case.lines[index].service_date < made)
            if early:
                _, initial = record.first_day(plan, params.days)
                hits = hits + (chart.spread(case, _late(case, made, early), early) if initial else [_EARLIER_PLAN])
        return hits or None

    return check


_EARLIER_PLAN = Hit("unknown", None, "earlier", {}, needs=("context.documentation.plan_of_care",))


def _incomplete(case: Case, record: chart.Chart, lines: tuple[int, ...], parts: tuple[Part, ...]) -> list[Hit]:
    plan = record.plan
    lacking: list[str] = []
    unknown: list[str] = []
    for part in parts:
        value = getattr(plan, part)
        if not value:
            known = value is not None or record.missing(f"plan_of_care.{part}")
            (lacking if known else unknown).append(part)
    if lacking:
        fix = Fix("document", None, None, "ask", "have the therapist complete, sign and date the plan; changes carry their own date")
        facts = {"lacking": join((_WORDS[part] for part in lacking), "and")}
        return chart.spread(case, Hit("fail", None, "incomplete", facts, fixes=(fix,)), lines)
    return [_unknown(tuple(unknown))]


@lru_cache(maxsize=64)
def _unknown(parts: tuple[str, ...]) -> Hit:
    needs = tuple(f"context.documentation.plan_of_care.{part}" for part in parts)
    return Hit("unknown", None, "parts", {"open": join((_WORDS[part] for part in parts), "and")}, needs=needs)


def _late(case: Case, made: date, early: tuple[int, ...]) -> Hit:
    day = min(case.lines[index].service_date for index in early)
    fix = Fix("verify", None, None, "ask", "look for the plan that was in force on the day")
    return Hit("fail", None, "late", {"made": made, "day": day}, fixes=(fix,), cap="review")


def sentence(params: PlanOfCareParams) -> str:
    before = " before treatment begins" if params.before_treatment else ""
    return f"There is a written plan of care{before}; it holds {join((_WORDS[part] for part in params.parts), 'and')}."


def answer(params: PlanOfCareParams, tables: Tables, question: Question) -> Contribution | None:
    return Contribution(documents=("plan-of-care",))


KIND = Kind(
    name="plan-of-care",
    title="Plan of care",
    about="The written plan of care of the episode: that it exists before treatment and holds what the payer asks for.",
    params=PlanOfCareParams,
    evidence=("chart",),
    bind=bind,
    sentence=sentence,
    parts=("documentation",),
    answer=answer,
    messages={
        **chart.MESSAGES,
        "none": "The record has no plan of care.",
        "incomplete": "The plan of care lacks {lacking}.",
        "parts": "Whether the plan of care holds {open} is not known.",
        "earlier": "The plan of care on file was made later in the episode; the plan of the days billed is not known.",
        "late": "Treatment of {day} is billed, but the plan of care on file was made later, on {made}.",
    },
)
