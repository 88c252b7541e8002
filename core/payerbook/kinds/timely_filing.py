"""The last day on which a payer takes a claim."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated, Literal

from msgspec import Meta

from payerbook.calendar import Period, after
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Due, Fix, Hit, Kind, Params, Result, Tables


class TimelyFiling(Params, frozen=True):
    limit: Annotated[Period, Meta(description="How long after the start the claim may come in.")]
    start: Annotated[
        Literal["first-service", "last-service"],
        Meta(description="Which date of service starts the clock (institutional claims: the statement's last day)."),
    ] = "first-service"
    weekend_rolls: Annotated[bool, Meta(description="A last day on a Saturday or Sunday moves to the Monday after it.")] = False
    frequency_codes: Annotated[tuple[str, ...], Meta(description="Claim frequency codes that the limit is for.")] = ("1",)


def bind(params: TimelyFiling, tables: Tables) -> Check:
    @lru_cache(maxsize=4096)
    def due_after(start: date) -> date:
        return _last_day(params, start)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        claim = case.claim
        if (claim.frequency_code or "1") not in params.frequency_codes:
            return NOT_APPLICABLE
        start = _start(case, params.start)
        due = due_after(start)
        came = claim.received_on or claim.submitted_on or case.today
        if came is None:
            return [Hit("unknown", None, "when", {"due": due}, needs=("received_on", "submitted_on"), field="received_on")]
        if came <= due:
            return None
        facts = {"start": start, "due": due, "came": came, "late": (came - due).days, "limit": str(params.limit)}
        fix = Fix("appeal", None, None, "ask", "with proof that the claim was sent in time, or of an exception that the payer grants")
        return [Hit("fail", None, "late", facts, field="received_on", fixes=(fix,))]

    return check


def _last_day(params: TimelyFiling, start: date) -> date:
    due = after(start, params.limit)
    rolls = params.weekend_rolls and due.weekday() >= 5
    return due + timedelta(days=7 - due.weekday()) if rolls else due


def _start(case: Case, start: str) -> date:
    claim = case.claim
    if start == "first-service":
        return case.span[0]
    last = max(line.service_date_to or line.service_date for line in case.lines)
    return max(last, claim.statement_to) if claim.statement_to is not None else last


def sentence(params: TimelyFiling) -> str:
    what = "first" if params.start == "first-service" else "last"
    rolls = "; a last day on a weekend moves to Monday" if params.weekend_rolls else ""
    return f"The payer takes a claim until {params.limit} after the {what} date of service{rolls}."


def deadlines(params: TimelyFiling, case: Case) -> list[Due]:
    """The last day to file the claim; a replacement or void has no such day unless the limit is for it."""
    claim = case.claim
    if (claim.frequency_code or "1") not in params.frequency_codes:
        return []
    start = _start(case, params.start)
    due = _last_day(params, start)
    event = f"{'first' if params.start == 'first-service' else 'last'} date of service"
    return [Due("file the claim", due, event, (due - start).days, start=start, done_on=claim.received_on or claim.submitted_on)]


KIND = Kind(
    name="timely-filing",
    title="Timely filing",
    about="The last day on which the payer takes a claim.",
    params=TimelyFiling,
    bind=bind,
    sentence=sentence,
    deadlines=deadlines,
    whole_claim=True,
    messages={
        "late": "Received {came}, {late} days after the last day to file ({due}: {limit} after {start}).",
        "when": "The day the claim is sent or received is not on the claim; the last day to file is {due}.",
    },
)
