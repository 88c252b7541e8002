"""How long a decided claim may be reopened or appealed, step by step; the rule sets days and finds nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from payerbook.calendar import Period, after
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Due, Kind, Params, Result, Tables, join


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    what: Annotated[str, Meta(description="What may be asked for, in short words.")]
    limit: Annotated[Period, Meta(description="How long after the start.")]
    after: Annotated[str | None, Meta(description="The decision that starts the term; absent = the first decision on the claim.")] = None


class AppealTerms(Params, frozen=True):
    terms: Annotated[tuple[Term, ...], Meta(description="The steps, in order.", min_length=1)]
    receipt_days: Annotated[
        int, Meta(description="Days after a decision on which its notice counts as received; the terms run from there.", ge=0)
    ] = 0


def bind(params: AppealTerms, tables: Tables) -> Check:
    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        return NOT_APPLICABLE

    return check


def deadlines(params: AppealTerms, case: Case) -> list[Due]:
    """The last day of each step: counted from the day the claim was processed; of later steps the claim does not carry the start."""
    decided = case.claim.processed_on
    received = decided + timedelta(days=params.receipt_days) if decided is not None else None
    return [_due(term, received, params.receipt_days) for term in params.terms]


def _due(term: Term, received: date | None, receipt_days: int) -> Due:
    only_days = not (term.limit.years or term.limit.months)
    if term.after is not None:
        event = f"receipt of {term.after}"
        return Due(term.what, None, event, term.limit.days if only_days else None, needs=(f"the day of {event}",))
    event = f"receipt of the first decision, presumed {receipt_days} days after it" if receipt_days else "first decision on the claim"
    if received is None:
        return Due(term.what, None, event, term.limit.days if only_days else None, needs=("processed_on",))
    due = after(received, term.limit)
    return Due(term.what, due, event, (due - received).days, start=received)


def sentence(params: AppealTerms) -> str:
    steps = [f"{term.what} within {term.limit} after {term.after or 'the first decision'}" for term in params.terms]
    return f"A decided claim may go on: {join(steps, 'and')}."


KIND = Kind(
    name="appeal-terms",
    title="Terms of appeals",
    about="How long a decided claim may be reopened or appealed, step by step.",
    params=AppealTerms,
    bind=bind,
    sentence=sentence,
    whole_claim=True,
    deadlines=deadlines,
    silent=lambda params: True,
    settled=lambda params: ("not-applicable",),
    messages={},
)
