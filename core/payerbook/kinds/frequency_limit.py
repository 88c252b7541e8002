"""At most so many services in a stretch of time: a rolling number of days, a calendar month or year, or an episode of care."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, structs

from payerbook.kinds.base import Case, Check, Contribution, Fix, Hit, Kind, Limit, Params, Question, Result, Tables, join


class FrequencyLimit(Params, frozen=True):
    limit: Annotated[int, Meta(description="The greatest number of units in the period.", ge=1)]
    per: Annotated[Literal["days", "calendar-month", "calendar-year", "episode"], Meta(description="The period.")]
    days: Annotated[int, Meta(description="Length of the period in days (per days).", ge=1)] = 1
    share: Annotated[tuple[str, ...], Meta(description="Codes that share one limit; absent = each code has its own.")] = ()


LOOK_BACK = 366
"""Days of history asked for when the period is an episode, whose length nobody knows beforehand."""


def bind(params: FrequencyLimit, tables: Tables) -> Check:
    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        hits: list[Hit] = []
        for index in indexes:
            line = case.lines[index]
            facts = {"code": line.code, "date": line.service_date}
            since = _since(case, line.service_date, params)
            if since is None:
                hits.append(Hit("unknown", index, "episode", facts, needs=("context.episode.started_on",), field="code"))
                continue
            same = params.share or (line.code,)
            number: int | Decimal = 0
            for other in indexes:
                own = case.lines[other]
                on_time = since <= own.service_date and (own.service_date, other) <= (line.service_date, index)
                if own.code in same and on_time:
                    number += own.units
            earlier = [item for item in case.earlier(since, line.service_date) if item.code in same]
            number += sum(item.units or 1 for item in earlier)
            facts |= {"number": number, "limit": params.limit, "period": _period(params)}
            if number > params.limit:
                fix = Fix("do-not-bill", index, None, "ask", "unless the earlier service was not billed after all")
                hits.append(Hit("fail", index, "exceeded", facts, field="code", fixes=(fix,)))
            elif not case.history.complete:
                hits.append(Hit("unknown", index, "history", facts, needs=("context.history",), field="code"))
        return hits or None

    return check


def _since(case: Case, day: date, params: FrequencyLimit) -> date | None:
    """First day of the period that `day` lies in; None when nobody knows."""
    if params.per != "episode":
        return _begin(day, params)
    context = case.claim.context
    return context.episode.started_on if context is not None and context.episode is not None else None


def _begin(day: date, params: FrequencyLimit) -> date:
    """First day of the period of the calendar that ends with, or holds, `day`."""
    if params.per == "days":
        return day - timedelta(days=params.days - 1)
    return day.replace(day=1) if params.per == "calendar-month" else day.replace(month=1, day=1)


def _period(params: FrequencyLimit) -> str:
    if params.per == "days":
        return f"{params.days} days"
    return "an episode" if params.per == "episode" else params.per.replace("-", " ")


def _look_back(params: FrequencyLimit) -> int:
    return {"days": params.days, "calendar-month": 31, "calendar-year": 366, "episode": LOOK_BACK}[params.per]


def answer(params: FrequencyLimit, tables: Tables, question: Question) -> Contribution | None:
    """The limit; what is used of it where the calendar says the period (nobody asks for an episode's first day here)."""
    per = f"{params.days}-days" if params.per == "days" else params.per
    made = Limit("units", Decimal(params.limit), per, shared_by=params.share)
    if question.history is None or params.per == "episode":
        return Contribution(limits=(made,))
    used = _used(question, question.on, params)
    day = question.on
    while _used(question, day, params) >= params.limit:
        day += timedelta(days=1)
    counted = structs.replace(made, used=used, remaining=max(made.limit - used, Decimal(0)), next_allowed=day)
    return Contribution(limits=(counted,))


def _used(question: Question, day: date, params: FrequencyLimit) -> Decimal:
    codes = params.share or (question.code,)
    since = _begin(day, params)
    items = (item for item in question.history or () if since <= item.service_date <= day and item.code in codes)
    return sum((Decimal(item.units or 1) for item in items), Decimal(0))


def sentence(params: FrequencyLimit) -> str:
    whose = f"of {join(params.share, 'and')} together" if params.share else "of each code"
    return f"At most {params.limit} {'unit' if params.limit == 1 else 'units'} {whose} in {_period(params)}."


KIND = Kind(
    name="frequency-limit",
    title="Limit per period",
    about="The greatest number of units of a code, or of a group of codes, in a period longer than a day.",
    params=FrequencyLimit,
    bind=bind,
    sentence=sentence,
    answer=answer,
    look_back=_look_back,
    messages={
        "exceeded": "{code} on {date}: {number} units in {period}; at most {limit}.",
        "history": "Whether {code} was billed before in {period} is not known.",
        "episode": "When the episode of care began is not known, so whether {code} was billed in it before cannot be told.",
    },
)
