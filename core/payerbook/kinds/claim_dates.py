"""Dates of a claim that cannot stand together."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from payerbook.kinds.base import Case, Check, Fix, Hit, Kind, Params, Result, Tables


class ClaimDates(Params):
    oldest_patient_years: Annotated[int, Meta(description="A patient older than this on the date of service is taken for a slip.", ge=100)] = 125


def bind(params: ClaimDates, tables: Tables) -> Check:
    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        claim = case.claim
        sent = claim.received_on or claim.submitted_on or case.today
        birth = claim.patient.birth_date if claim.patient is not None else None
        start, end = claim.statement_from, claim.statement_to
        hits: list[Hit] = []
        for index in indexes:
            line = case.lines[index]
            day = line.service_date
            if sent is not None and day > sent:
                hits.append(_bad(index, "future", {"date": day, "sent": sent}))
            if line.service_date_to is not None and line.service_date_to < day:
                hits.append(_bad(index, "reversed", {"date": day, "until": line.service_date_to}))
            if birth is not None:
                if day < birth:
                    hits.append(_bad(index, "unborn", {"date": day}))
                elif day.year - birth.year > params.oldest_patient_years:
                    hits.append(_bad(index, "old", {"date": day, "years": params.oldest_patient_years}))
            if (start is not None and day < start) or (end is not None and day > end):
                hits.append(_bad(index, "outside", {"date": day, "start": start, "end": end}))
        if claim.submitted_on is not None and claim.received_on is not None and claim.received_on < claim.submitted_on:
            hits.append(Hit("fail", None, "received", {"sent": claim.submitted_on, "came": claim.received_on}, field="received_on"))
        return hits or None

    return check


def _bad(index: int, key: str, facts: dict[str, object]) -> Hit:
    return Hit("fail", index, key, facts, field="service_date", fixes=(Fix("change-date", index, None, "ask", "take the date from the treatment note"),))


def sentence(params: ClaimDates) -> str:
    return "Services lie between the patient's birth and the day the claim is sent, inside the statement's dates, and end no earlier than they begin."


KIND = Kind(
    name="claim-dates",
    title="Dates of the claim",
    about="Dates that contradict each other.",
    params=ClaimDates,
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
