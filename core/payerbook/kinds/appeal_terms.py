"""How long a decided claim may be corrected, reopened or appealed, step by step; the rule sets days and finds nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from payerbook.calendar import Period
from payerbook.kinds import clocks
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Due, Kind, Params, Result, Tables, join
from payerbook.kinds.clocks import Clock


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    what: Annotated[str, Meta(description="What may be asked for, in short words.")]
    limit: Annotated[Period, Meta(description="How long after the start.")]
    after: Annotated[str | None, Meta(description="The later decision that starts the term; absent = what `start` names.")] = None
    start: Annotated[clocks.Start, Meta(description="What starts the term.")] = "decision"
    of: Annotated[
        tuple[str, ...], Meta(description="Claim filing indicators (SBR09) of the other payer meant (start: other-payer-decision).")
    ] = ()
    counted_in: Annotated[clocks.CountedIn, Meta(description="How the days are counted.")] = "calendar-days"
    never_after: Annotated[Clock | None, Meta(description="A term that this one cannot outlast.")] = None
    states: Annotated[
        tuple[str, ...], Meta(description="States of the billing provider in which alone the term runs; shown when the state is not known.")
    ] = ()


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
    """The last day of each step; of later steps the claim does not carry the start, and of the others it may not."""
    return [due for term in params.terms if _concerns(case, term) for due in _dues(case, term, params.receipt_days)]


def _concerns(case: Case, term: Term) -> bool:
    provider = case.claim.billing_provider
    state = provider.state if provider is not None else None
    if term.states and state is not None and state not in term.states:
        return False
    return term.after is not None or clocks.concerns(case, Clock(term.limit, term.start, of=term.of))


def _dues(case: Case, term: Term, receipt_days: int) -> list[Due]:
    term = msgspec.structs.replace(term, what=f"{term.what}{_where(term)}")
    found = _due(case, term, receipt_days)
    if term.never_after is None:
        return [found]
    last = clocks.due(f"{term.what}, at the very latest", case, term.never_after)
    if found.due is not None and last.due is not None and last.due < found.due:
        return [msgspec.structs.replace(last, what=term.what)]
    return [found, last]


def _due(case: Case, term: Term, receipt_days: int) -> Due:
    if term.after is not None:
        event = f"receipt of {term.after}"
        return clocks.due(term.what, case, Clock(term.limit, "event", event, counted_in=term.counted_in))
    clock = Clock(term.limit, term.start, of=term.of, counted_in=term.counted_in)
    if term.start != "decision" or not receipt_days:
        return clocks.due(term.what, case, clock)
    event = f"receipt of the first decision, presumed {receipt_days} days after it"
    decided = case.claim.processed_on
    if decided is None:
        return Due(term.what, None, event, clock.length, term.counted_in, needs=("processed_on",), term=clock.term)
    received = decided + timedelta(days=receipt_days)
    end = clock.due(received)
    days = term.limit.days if term.counted_in == "business-days" else (end - received).days
    return Due(term.what, end, event, days, term.counted_in, start=received, term=clock.term)


def sentence(params: AppealTerms) -> str:
    steps = [f"{term.what} within {_length(term)} after {_event(term)}{_where(term)}{_never(term)}" for term in params.terms]
    return f"A decided claim may go on: {join(steps, 'and')}."


def _length(term: Term) -> str:
    return f"{term.limit.days} business days" if term.counted_in == "business-days" else str(term.limit)


def _event(term: Term) -> str:
    return term.after or ("the first decision" if term.start == "decision" else f"the {Clock(term.limit, term.start, of=term.of).words}")


def _where(term: Term) -> str:
    return f" in {join(term.states)}" if term.states else ""


def _never(term: Term) -> str:
    return f" and never later than {term.never_after}" if term.never_after is not None else ""


KIND = Kind(
    name="appeal-terms",
    title="Terms of appeals",
    about="How long a decided claim may be corrected, reopened or appealed, step by step.",
    params=AppealTerms,
    evidence=("record",),
    bind=bind,
    sentence=sentence,
    whole_claim=True,
    deadlines=deadlines,
    silent=lambda params: True,
    settled=lambda params: ("not-applicable",),
    messages={},
)
