"""Dates of a claim that cannot stand together."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta

from payerbook.kinds.base import Case, Check, Fix, Hit, Kind, Params, Result, Tables


class ClaimDates(Params, frozen=True):
    oldest_patient_years: Annotated[
        int, Meta(description="A patient older than this on the date of service is taken for a slip of the birth date.", ge=100)
    ] = 125


def bind(params: ClaimDates, tables: Tables) -> Check:
    oldest = params.oldest_patient_years

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        claim = case.claim
        sent = claim.received_on or claim.submitted_on or case.today
        birth = claim.patient.birth_date if claim.patient is not None else None
        start, end = claim.statement_from, claim.statement_to
        hits: list[Hit] = []
        fine: date | None = None  # a day that stands, of lines that end on it: most claims have no other
        for index in indexes:
            line = case.lines[index]
            day = line.service_date
            if day == fine and line.service_date_to is None:
                continue
            before = len(hits)
            last = line.service_date_to or day
            if sent is not None and last > sent:
                hits.append(_bad(index, "future", {"date": last, "sent": sent}))
            if last < day:
                hits.append(_bad(index, "reversed", {"date": day, "until": last}))
            if birth is not None:
                if day < birth:
                    hits.append(_bad(index, "unborn", {"date": day}))
                elif day.year - birth.year > oldest and _age(birth, day) > oldest:
                    hits.append(_bad(index, "old", {"date": day, "years": oldest}))
            if (start is not None and day < start) or (end is not None and last > end):
                hits.append(_bad(index, "outside", {"date": day, "start": start, "end": end}))
            if len(hits) == before:
                fine = day
        if claim.submitted_on is not None and claim.received_on is not None and claim.received_on < claim.submitted_on:
            # The claim itself is in order; one of the two dates of the record is wrong, so more than review would be too hard.
            facts = {"sent": claim.submitted_on, "came": claim.received_on}
            hits.append(Hit("fail", None, "received", facts, field="received_on", cap="review"))
        return hits or None

    return check


def _age(birth: date, day: date) -> int:
    """Completed years of life."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _bad(index: int, key: str, facts: dict[str, object]) -> Hit:
    fix = Fix("change-date", index, None, "ask", "take the date from the treatment note or the registration")
    return Hit("fail", index, key, facts, field="service_date", fixes=(fix,))


def sentence(params: ClaimDates) -> str:
    return (
        "Services lie between the patient's birth and the day the claim is sent, inside the statement's dates, "
        "and end no earlier than they begin."
    )


KIND = Kind(
    name="claim-dates",
    title="Dates of the claim",
    about="Dates that contradict each other.",
    params=ClaimDates,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    messages={
        "future": "The date of service {date} lies after the day the claim was sent ({sent}).",
        "reversed": "The service ends ({until}) before it begins ({date}).",
        "unborn": "The date of service {date} lies before the patient's birth.",
        "old": "On {date} the patient would be more than {years} years old; check the birth date.",
        "outside": "The date of service {date} lies outside the statement ({start} to {end}).",
        "received": "The claim was received ({came}) before it was sent ({sent}).",
    },
)
