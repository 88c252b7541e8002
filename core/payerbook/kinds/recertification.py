"""The end of a certified period: treatment after it needs a new certification of the plan of care."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, NamedTuple

from msgspec import Meta

from payerbook import calendar
from payerbook.claim import PlanOfCare
from payerbook.kinds import chart
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Contribution, Due, Fix, Hit, Kind, Params, Question, Result, Tables


class RecertificationParams(Params, frozen=True):
    max_days: Annotated[
        int, Meta(description="Longest time that a certification covers, in days after the first treatment under the plan.", ge=0)
    ] = 0
    max_months: Annotated[int, Meta(description="The same in months, where the payer counts so (instead of `max_days`).", ge=0)] = 0
    days: Annotated[int, Meta(description="A plan dated more than this many days after the episode began is a later plan.")] = 30


class Period(NamedTuple):
    """The certified period: `end` is its last day, `sure` says that nothing unknown could end it earlier."""

    start: date | None
    end: date | None
    sure: bool


def period(record: chart.Chart, plan: PlanOfCare, params: RecertificationParams) -> Period:
    """The period that the plan on file is certified for: its duration or the longest time allowed, whichever is less."""
    start, _ = record.first_day(plan, params.days)
    until = plan.certified_until
    if start is None:
        return Period(None, until, until is not None)
    if until is not None:
        signed = plan.certified_on
        # A signature long after the start, for days that the first certification cannot reach, is a recertification.
        if signed is not None and signed > start + timedelta(days=params.days) and until > _longest(params, start):
            start = signed
        return Period(start, min(until, _longest(params, start)), True)
    if plan.duration_days is not None:
        return Period(start, min(start + timedelta(days=plan.duration_days), _longest(params, start)), True)
    return Period(start, _longest(params, start), False)


def _longest(params: RecertificationParams, start: date) -> date:
    """The last day that a certification from `start` on can cover."""
    if params.max_months:
        return calendar.after(start, calendar.Period(months=params.max_months))
    return start + timedelta(days=params.max_days)


def bind(params: RecertificationParams, tables: Tables) -> Check:
    nothing: Result = chart.no_record("plan_of_care.certified_until")

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        record = chart.of(case)
        if record is None:
            return nothing
        plan = record.plan
        if plan is None:
            return NOT_APPLICABLE if record.missing("plan_of_care") else nothing
        lines, foreign = chart.own(case, record, indexes)
        start, until = record.start, plan.certified_until
        if until is not None and start is not None and case.span[1] <= until <= _longest(params, start):
            return foreign or None
        _, end, sure = period(record, plan, params)
        if sure and end is not None and case.span[1] <= end:
            return foreign or None
        if not lines:
            return foreign
        after = () if end is None else tuple(index for index in lines if case.lines[index].service_date > end)
        if after:
            fix = Fix("document", None, None, "ask", "have the plan recertified; a late recertification counts when its reason is stated")
            return chart.spread(case, Hit("fail", None, "lapsed", {"end": end}, fixes=(fix,)), after) + foreign
        if sure:
            return foreign or None
        path = "context.documentation.evaluation_on" if end is None else "context.documentation.plan_of_care.duration_days"
        return [Hit("unknown", None, "open", {}, needs=("context.documentation.plan_of_care.certified_until", path)), *foreign]

    return check


def deadlines(params: RecertificationParams, case: Case) -> list[Due]:
    record = chart.of(case)
    what, event = "recertification of the plan of care", "first treatment under the plan"
    plan = record.plan if record is not None else None
    if record is None or plan is None:
        return [Due(what, None, event, params.max_days or None, needs=("context.documentation.plan_of_care",))]
    start, end, _ = period(record, plan, params)
    if end is None:
        return [Due(what, None, event, params.max_days or None, needs=("context.documentation.evaluation_on",))]
    return [Due(what, end, event, (end - start).days if start is not None else None, start=start)]


def sentence(params: RecertificationParams) -> str:
    most = f"{params.max_months} months" if params.max_months else f"{params.max_days} days"
    return f"Treatment lies within the certified period: the duration of the plan or {most} from the first treatment, whichever is less."


def answer(params: RecertificationParams, tables: Tables, question: Question) -> Contribution | None:
    return Contribution(documents=("recertification",))


KIND = Kind(
    name="recertification",
    title="Recertification of the plan",
    about="Whether treatment lies within the period for which the plan of care is certified.",
    params=RecertificationParams,
    evidence=("chart",),
    bind=bind,
    sentence=sentence,
    parts=("documentation",),
    answer=answer,
    deadlines=deadlines,
    messages={
        **chart.MESSAGES,
        "lapsed": "The certified period of the plan of care ended on {end}; treatment after it needs a recertification.",
        "open": "The end of the certified period is not known: the record has no end date, or no start and duration of the plan.",
    },
)
