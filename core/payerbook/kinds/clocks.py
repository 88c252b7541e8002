"""Terms that payers set, each with the event that starts it: shared by the kinds of filing, correcting and appealing claims."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from payerbook.calendar import Period, after, business_days_after
from payerbook.claim import OtherPayer
from payerbook.kinds.base import Case, Due, join

CountedIn = Literal["calendar-days", "business-days"]
Start = Literal[
    "first-service", "last-service", "end-of-service-month", "end-of-service-year", "discharge", "receipt", "decision",
    "other-payer-decision", "event",
]  # fmt: skip
_WORDS: dict[Start, str] = {
    "first-service": "first date of service",
    "last-service": "last date of service",
    "end-of-service-month": "end of the month of service",
    "end-of-service-year": "end of the calendar year of service",
    "discharge": "day of discharge",
    "receipt": "day the payer received the claim",
    "decision": "first decision on the claim",
    "other-payer-decision": "decision of the other payer",
}


class Clock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    limit: Annotated[Period, Meta(description="How long after the start.")]
    start: Annotated[Start, Meta(description="What starts the term; event = what `event` names.")] = "first-service"
    event: Annotated[str | None, Meta(description="A start that no claim carries, in short words (start: event).")] = None
    of: Annotated[
        tuple[str, ...], Meta(description="Claim filing indicators (SBR09) of the other payer that is meant; absent = any other payer.")
    ] = ()
    counted_in: Annotated[
        CountedIn, Meta(description="business-days = Monday to Friday (the limit is then in days); holidays are not known.")
    ] = "calendar-days"

    def __str__(self) -> str:
        return f"{self.term} after the {self.words}"

    @property
    def term(self) -> str:
        """The length in words."""
        return f"{self.limit.days} business days" if self.counted_in == "business-days" else str(self.limit)

    @property
    def words(self) -> str:
        """The start in words."""
        if self.start == "event":
            return self.event or "event"
        return _WORDS[self.start] + (f" ({join(self.of)})" if self.of else "")

    def due(self, start: date) -> date:
        """The last day of the term."""
        return business_days_after(start, self.limit.days) if self.counted_in == "business-days" else after(start, self.limit)

    @property
    def length(self) -> int | None:
        """Days of the term; None for a term of months or years, whose days depend on the start."""
        return None if self.limit.years or self.limit.months else self.limit.days


class Begun(NamedTuple):
    """The day on which a term starts; None = not known, `needs` then names the facts (contract paths)."""

    day: date | None
    needs: tuple[str, ...] = ()


def begun(case: Case, clock: Clock) -> Begun:
    """When the clock starts for a claim."""
    claim = case.claim
    match clock.start:
        case "first-service":
            return Begun(case.span[0])
        case "last-service":
            return Begun(last_service(case))
        case "end-of-service-month":
            first = case.span[0]
            return Begun(after(first.replace(day=1), Period(months=1)) - timedelta(days=1))
        case "end-of-service-year":
            return Begun(date(case.span[0].year, 12, 31))
        case "discharge":
            return Begun(claim.statement_to, ("statement_to",))
        case "receipt":
            return Begun(claim.received_on, ("received_on",))
        case "decision":
            return Begun(claim.processed_on, ("processed_on",))
        case "other-payer-decision":
            days = [payer.decided_on for payer in others(case, clock.of) if payer.decided_on is not None]
            return Begun(max(days, default=None), ("other_payers[].decided_on",))
        case "event":
            return Begun(None, (f"the day of {clock.words}",))


def last_service(case: Case) -> date:
    """The last day of service of a claim (institutional claims: the last day of the statement)."""
    last = max(line.service_date_to or line.service_date for line in case.lines)
    until = case.claim.statement_to
    return last if until is None else max(last, until)


def concerns(case: Case, clock: Clock) -> bool:
    """Whether the term can run for the claim: that of another payer's decision needs another payer, known or not."""
    if clock.start != "other-payer-decision":
        return True
    unnamed = case.claim.payer_sequence in ("secondary", "tertiary") and not case.claim.other_payers
    return unnamed or bool(others(case, clock.of))


def others(case: Case, indicators: tuple[str, ...]) -> tuple[OtherPayer, ...]:
    """The other payers of a claim with one of these claim filing indicators (none given = all)."""
    payers = case.claim.other_payers or ()
    return payers if not indicators else tuple(payer for payer in payers if payer.filing_indicator in indicators)


def due(what: str, case: Case, clock: Clock, done_on: date | None = None) -> Due:
    """The term as a deadline of the claim."""
    start, needs = begun(case, clock)
    if start is None:
        return Due(what, None, clock.words, clock.length, clock.counted_in, needs=needs, done_on=done_on, term=clock.term)
    end = clock.due(start)
    days = clock.limit.days if clock.counted_in == "business-days" else (end - start).days
    return Due(what, end, clock.words, days, clock.counted_in, start=start, done_on=done_on, term=clock.term)
