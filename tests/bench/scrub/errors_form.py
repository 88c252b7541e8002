"""Seeded errors of claim form: diagnoses, pointers, identifiers, totals, dates, institutional fields."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import msgspec

from payerbook.claim import Claim, Patient, Provider

from .error import Seeded, change, error, one

GROUP = "Claim form"
TABLE_SINCE = date(2018, 10, 1)
"""The first day of the diagnosis table; before it nobody claims to know."""


def _diagnosis(claim: Claim, draw: Random, code: str) -> Seeded:
    diagnoses = list(claim.diagnoses or ())
    diagnoses[draw.randrange(len(diagnoses))] = code
    return Seeded(msgspec.structs.replace(claim, diagnoses=tuple(diagnoses)))


def _last(claim: Claim) -> date:
    return max(line.service_date for line in claim.lines)


DIAGNOSES = ("common.diagnosis-codes",)


@error("diagnosis-incomplete", "a diagnosis code that needs more characters", GROUP, ["diagnoses"], DIAGNOSES)
def incomplete(claim: Claim, draw: Random) -> Seeded | None:
    return _diagnosis(claim, draw, draw.choice(("M25.56", "M54", "S83.51", "R13.1", "I69.35"))) if _last(claim) >= TABLE_SINCE else None


@error("diagnosis-ended", "a diagnosis code that is no longer billable", GROUP, ["diagnoses"], DIAGNOSES)
def ended(claim: Claim, draw: Random) -> Seeded | None:
    ends = {"M54.5": date(2021, 9, 30), "G20": date(2023, 9, 30), "M72.2": date(2026, 9, 30)}
    past = [code for code, last in ends.items() if min(line.service_date for line in claim.lines) > last]
    return _diagnosis(claim, draw, draw.choice(past)) if past else None


@error("diagnosis-early", "a diagnosis code before its first day", GROUP, ["diagnoses"], DIAGNOSES)
def early(claim: Claim, draw: Random) -> Seeded | None:
    begins = {"M54.50": date(2021, 10, 1), "G20.A1": date(2023, 10, 1)}
    coming = [code for code, first in begins.items() if TABLE_SINCE <= _last(claim) < first]
    return _diagnosis(claim, draw, draw.choice(coming)) if coming else None


@error("diagnosis-invented", "a diagnosis code that does not exist", GROUP, ["diagnoses"], DIAGNOSES)
def invented(claim: Claim, draw: Random) -> Seeded | None:
    return _diagnosis(claim, draw, draw.choice(("M25.5699", "X12.345", "M54.99", "Q99.ZZZ"))) if _last(claim) >= TABLE_SINCE else None


@error(
    "diagnosis-alone",
    "care after a joint replacement without the code of the joint",
    GROUP,
    ["diagnoses"],
    ["medicare.part-b.diagnosis-joint"],
)
def alone(claim: Claim, draw: Random) -> Seeded | None:
    fits = claim.lines[0].modifiers[0] == "GP" and _last(claim) >= TABLE_SINCE
    return Seeded(msgspec.structs.replace(claim, diagnoses=("Z47.1", "R26.89"))) if fits else None


POINTERS = ("common.diagnosis-pointers",)


@error("pointer-beyond", "a pointer to a diagnosis that the claim does not have", GROUP, ["diagnoses", "claim-form"], POINTERS)
def beyond(claim: Claim, draw: Random) -> Seeded | None:
    if claim.claim_type == "institutional":
        return None
    place = draw.randrange(len(claim.lines))
    return Seeded(change(claim, place, diagnosis_pointers=(1, len(claim.diagnoses or ()) + 1)), one(place))


@error("pointer-missing", "a professional line that points to no diagnosis", GROUP, ["diagnoses", "claim-form"], POINTERS)
def no_pointer(claim: Claim, draw: Random) -> Seeded | None:
    if claim.claim_type == "institutional":
        return None
    place = draw.randrange(len(claim.lines))
    return Seeded(change(claim, place, diagnosis_pointers=()), one(place))


@error("diagnoses-missing", "a claim without any diagnosis", GROUP, ["diagnoses", "claim-form"], POINTERS)
def no_diagnosis(claim: Claim, draw: Random) -> Seeded | None:
    return None if claim.claim_type == "institutional" else Seeded(msgspec.structs.replace(claim, diagnoses=()))


@error("npi-check-digit", "an NPI with a wrong check digit", GROUP, ["claim-form"], ["common.npi"])
def check_digit(claim: Claim, draw: Random) -> Seeded | None:
    name = draw.choice(("billing_provider", "rendering_provider", "referring_provider"))
    provider: Provider | None = getattr(claim, name)
    if provider is None or provider.npi is None:
        return None
    digit = str((int(provider.npi[-1]) + draw.randint(1, 9)) % 10)
    return Seeded(msgspec.structs.replace(claim, **{name: msgspec.structs.replace(provider, npi=provider.npi[:-1] + digit)}))


@error(
    "referring-provider-missing",
    "no referring provider on a therapy claim",
    GROUP,
    ["referral", "claim-form"],
    ["certifying-provider-on-claim"],
    asks=True,
)
def no_referral(claim: Claim, draw: Random) -> Seeded | None:
    return None if claim.claim_type == "institutional" else Seeded(msgspec.structs.replace(claim, referring_provider=None))


@error(
    "referred-by-chiropractor",
    "a chiropractor as the referring provider",
    GROUP,
    ["referral", "plan-of-care"],
    ["certifying-provider-on-claim"],
)
def chiropractor(claim: Claim, draw: Random) -> Seeded | None:
    if claim.referring_provider is None:
        return None
    return Seeded(
        msgspec.structs.replace(claim, referring_provider=msgspec.structs.replace(claim.referring_provider, taxonomy="111N00000X"))
    )


@error(
    "rendered-by-assistant",
    "an assistant as the rendering provider",
    GROUP,
    ["assistants", "claim-form", "supervision"],
    ["rendering-provider"],
)
def rendered(claim: Claim, draw: Random) -> Seeded | None:
    provider = claim.rendering_provider
    taxonomy = {"225100000X": "225200000X", "225X00000X": "224Z00000X"}.get((provider and provider.taxonomy) or "")
    if provider is None or taxonomy is None:
        return None
    return Seeded(msgspec.structs.replace(claim, rendering_provider=msgspec.structs.replace(provider, taxonomy=taxonomy)))


@error("total-wrong", "a total that is not the sum of the lines", GROUP, ["claim-form"], ["common.charge-total"])
def total(claim: Claim, draw: Random) -> Seeded | None:
    return Seeded(msgspec.structs.replace(claim, total_charge=(claim.total_charge or Decimal(0)) + draw.choice((-10, 9, 100))))


DATES = ("common.claim-dates",)


@error(
    "date-in-the-future",
    "a service after the day on which the claim was sent",
    GROUP,
    ["claim-form"],
    DATES,
    ["institutional", "plan-of-care", "documentation", "timely-filing"],
)
def future(claim: Claim, draw: Random) -> Seeded | None:
    place = len(claim.lines) - 1
    if claim.submitted_on is None or any(line.service_date == _last(claim) for line in claim.lines[:place]):
        return None
    day = (claim.received_on or claim.submitted_on) + timedelta(days=draw.randint(1, 3))
    return Seeded(change(claim, place, service_date=day), one(place)) if day.year == _last(claim).year else None


@error("service-before-birth", "a service before the patient's birth", GROUP, ["claim-form"], DATES)
def unborn(claim: Claim, draw: Random) -> Seeded | None:
    born = _last(claim) + timedelta(days=draw.randint(30, 900))
    return Seeded(msgspec.structs.replace(claim, patient=msgspec.structs.replace(claim.patient or Patient(), birth_date=born)))


@error("dates-reversed", "a line that ends before it begins", GROUP, ["claim-form"], DATES)
def reversed_dates(claim: Claim, draw: Random) -> Seeded | None:
    place = draw.randrange(len(claim.lines))
    return Seeded(change(claim, place, service_date_to=claim.lines[place].service_date - timedelta(days=7)), one(place))


@error("outside-statement", "an institutional line outside the dates of the statement", GROUP, ["claim-form", "institutional"], DATES)
def outside(claim: Claim, draw: Random) -> Seeded | None:
    if claim.statement_to is None:
        return None
    numbers = frozenset(place for place, line in enumerate(claim.lines, 1) if line.service_date == claim.statement_to)
    return Seeded(msgspec.structs.replace(claim, statement_to=claim.statement_to - timedelta(days=1)), numbers)


@error(
    "replacement-without-reference",
    "a replacement that does not name the claim it replaces",
    GROUP,
    ["claim-form"],
    ["common.replacement-reference"],
    ["duplicates"],
)
def replacement(claim: Claim, draw: Random) -> Seeded | None:
    return Seeded(msgspec.structs.replace(claim, frequency_code="7", original_reference=None))


@error(
    "revenue-code-mismatch", "a revenue code of another discipline than the modifier", GROUP, ["institutional"], ["discipline-modifiers"]
)
def revenue(claim: Claim, draw: Random) -> Seeded | None:
    if claim.claim_type != "institutional":
        return None
    place = draw.randrange(len(claim.lines))
    other = {"042": "0430", "043": "0420", "044": "0420"}[(claim.lines[place].revenue_code or "")[:3]]
    return Seeded(change(claim, place, revenue_code=other), one(place))


@error("bill-type-inpatient", "therapy on the bill type of a stay under Part A", GROUP, ["institutional"])
def bill_type(claim: Claim, draw: Random) -> Seeded | None:
    return Seeded(msgspec.structs.replace(claim, bill_type=draw.choice(("0111", "0211")))) if claim.claim_type == "institutional" else None
