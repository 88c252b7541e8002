"""Seeded errors that the record shows: filing, duplicates, place of service, telehealth, other coverage."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import msgspec

from payerbook.claim import Claim, Context, Eligibility, HistoryItem, Line, RemoteMonitoring, Telehealth

from .error import Seeded, add_line, error, facts, one, pick, with_lines
from .services import SERVICES

GROUP = "Record"
AUDIO_SINCE = date(2025, 1, 1)
"""From this day audio-only counts for any telehealth service to a patient at home."""
TELEHEALTH = ("telehealth-authority-dates", "telehealth-coding")


def _late(claim: Claim, days: int) -> Claim:
    sent = max(line.service_date for line in claim.lines) + timedelta(days=days)
    return msgspec.structs.replace(claim, submitted_on=sent, received_on=sent + timedelta(days=1))


@error("late-filing", "a claim filed more than a calendar year after the service", GROUP, ["timely-filing"], ["timely-filing"])
def late(claim: Claim, draw: Random) -> Seeded | None:
    return Seeded(_late(claim, 372 + draw.randrange(200)))


@error("late-by-days", "a claim filed only days after the calendar year", GROUP, ["timely-filing"], ["timely-filing"])
def just_late(claim: Claim, draw: Random) -> Seeded | None:
    one_day = len({line.service_date for line in claim.lines}) == 1
    return Seeded(_late(claim, 369 + draw.randrange(3))) if one_day else None


AGAIN = ("units", "unit-limits", "evaluations", "code-pairs", "thresholds", "frequency", "documentation", "assistants")


@error("duplicate-line", "the same line twice on a claim", GROUP, ["duplicates"], ["duplicates"], AGAIN)
def duplicate_line(claim: Claim, draw: Random) -> Seeded | None:
    place = draw.randrange(len(claim.lines))
    lines = [*claim.lines[: place + 1], claim.lines[place], *claim.lines[place + 1 :]]
    return Seeded(with_lines(claim, lines), frozenset((place + 1, place + 2)))


def _sent_before(claim: Claim, line: Line, claim_id: str) -> HistoryItem:
    return HistoryItem(
        line.service_date, line.code, claim_id, claim.payer, line.modifiers, line.units, line.charge, line.allowed, claim.submitted_on
    )


def _with_history(claim: Claim, *items: HistoryItem) -> Claim:
    return facts(claim, history=(*((claim.context or Context()).history or ()), *items))


@error("duplicate-of-history", "one line that an earlier claim billed already", GROUP, ["duplicates"], ["duplicates"], AGAIN)
def billed_before(claim: Claim, draw: Random) -> Seeded | None:
    place = draw.randrange(len(claim.lines))
    if len(claim.lines) == 1:
        return None
    return Seeded(_with_history(claim, _sent_before(claim, claim.lines[place], "B001")), one(place))


@error("claim-resent", "a whole claim sent again as an original", GROUP, ["duplicates"], ["duplicates"], AGAIN)
def resent(claim: Claim, draw: Random) -> Seeded | None:
    return Seeded(_with_history(claim, *(_sent_before(claim, line, "B002") for line in claim.lines)))


@error("billed-again-otherwise", "a code and day billed before with other units", GROUP, ["duplicates"], ["duplicates"], AGAIN)
def suspected(claim: Claim, draw: Random) -> Seeded | None:
    place = pick(draw, claim, lambda line: SERVICES[line.code].timed and line.units >= 2)
    if place is None:
        return None
    before = msgspec.structs.replace(_sent_before(claim, claim.lines[place], "B003"), units=1)
    return Seeded(_with_history(claim, before), one(place))


@error(
    "place-of-service-31",
    "a private practice in a skilled nursing facility's Part A unit",
    GROUP,
    ["place-of-service", "coordination"],
    ["place-of-service", "snf-consolidated-billing"],
)
def nursing_facility(claim: Claim, draw: Random) -> Seeded | None:
    return Seeded(msgspec.structs.replace(claim, place_of_service="31")) if claim.place_of_service == "11" else None


@error("place-of-service-hospital", "a private practice in a hospital", GROUP, ["place-of-service"], ["place-of-service"])
def in_hospital(claim: Claim, draw: Random) -> Seeded | None:
    return (
        Seeded(msgspec.structs.replace(claim, place_of_service=draw.choice(("21", "22", "19")))) if claim.place_of_service == "11" else None
    )


def _remote(claim: Claim, place: str, modality: str = "audio-video", where: str = "home") -> Claim:
    context = msgspec.convert({"modality": modality, "patient_location": where}, Telehealth)
    return facts(msgspec.structs.replace(claim, place_of_service=place), telehealth=context)


@error(
    "telehealth-outside-window",
    "telehealth by a therapist before Medicare allowed it",
    GROUP,
    ["telehealth"],
    TELEHEALTH,
    ["place-of-service"],
)
def too_early(claim: Claim, draw: Random) -> Seeded | None:
    if claim.place_of_service != "11" or max(line.service_date for line in claim.lines) >= date(2020, 3, 1):
        return None
    return Seeded(_remote(claim, "02", where="other")) if all(SERVICES[line.code].remote for line in claim.lines) else None


@error("telehealth-hands-on", "hands-on treatment by telehealth", GROUP, ["telehealth"], TELEHEALTH)
def hands_on(claim: Claim, draw: Random) -> Seeded | None:
    if claim.place_of_service != "10":
        return None
    seeded = add_line(claim, draw.randrange(len(claim.lines)), draw.choice(("97140", "97016")))
    return seeded._replace(lines=frozenset((max(seeded.lines or ()),)))


@error("telehealth-audio-unmarked", "audio-only telehealth without 93", GROUP, ["telehealth"], TELEHEALTH)
def audio(claim: Claim, draw: Random) -> Seeded | None:
    since = claim.lines[0].service_date >= AUDIO_SINCE
    return Seeded(_remote(claim, "10", "audio-only")) if claim.place_of_service == "10" and since else None


@error(
    "telehealth-wrong-place",
    "telehealth to the patient's home billed with place of service 02",
    GROUP,
    ["telehealth", "place-of-service"],
    TELEHEALTH,
)
def wrong_place(claim: Claim, draw: Random) -> Seeded | None:
    return Seeded(_remote(claim, "02")) if claim.place_of_service == "10" else None


@error("telehealth-gt", "GT from a private practice", GROUP, ["telehealth", "modifiers"], TELEHEALTH)
def gt(claim: Claim, draw: Random) -> Seeded | None:
    if claim.place_of_service != "10":
        return None
    return Seeded(with_lines(claim, [msgspec.structs.replace(line, modifiers=(*line.modifiers, "GT")) for line in claim.lines]))


MONITORING_SINCE = date(2022, 1, 1)


def _monitored(claim: Claim, draw: Random, code: str, **monitoring: int) -> Seeded | None:
    place = draw.randrange(len(claim.lines))
    day = claim.lines[place].service_date
    if day < MONITORING_SINCE or claim.lines[place].modifiers[0] == "GN":
        return None
    seeded = add_line(claim, place, code, minutes=20)
    known = RemoteMonitoring(calendar_month=f"{day:%Y-%m}", interactive_communications=1, **monitoring)
    return Seeded(facts(seeded.claim, remote_monitoring=known), frozenset((place + 2,)))


MONITORING = ("units", "documentation", "frequency")


@error("monitoring-too-few-days", "a monitoring device billed for fewer days than its code asks for", GROUP, MONITORING, ["rtm-codes"])
def few_days(claim: Claim, draw: Random) -> Seeded | None:
    return _monitored(claim, draw, "98977", monitored_days=draw.randint(6, 14), management_minutes=30)


@error(
    "monitoring-too-few-minutes", "monitoring treatment billed for fewer minutes than its code asks for", GROUP, MONITORING, ["rtm-codes"]
)
def few_minutes(claim: Claim, draw: Random) -> Seeded | None:
    return _monitored(claim, draw, "98980", management_minutes=draw.randint(5, 18), monitored_days=20)


def _eligibility(claim: Claim, **changes: object) -> Claim:
    return facts(claim, eligibility=msgspec.structs.replace((claim.context or Context()).eligibility or Eligibility(), **changes))


@error(
    "home-health-open",
    "outpatient therapy during an open home health episode",
    GROUP,
    ["coordination"],
    ["home-health-consolidated-billing"],
)
def home_health(claim: Claim, draw: Random) -> Seeded | None:
    return Seeded(_eligibility(claim, other_open_episodes=("home-health",)))


@error(
    "snf-stay-open",
    "outpatient therapy by another provider during a stay in a skilled nursing facility",
    GROUP,
    ["coordination"],
    ["snf-consolidated-billing"],
)
def snf(claim: Claim, draw: Random) -> Seeded | None:
    return Seeded(_eligibility(claim, other_open_episodes=("snf",)))


@error(
    "managed-care",
    "a claim to Medicare for a patient whose plan is another payer",
    GROUP,
    ["coordination"],
    ["medicare.part-b.managed-care"],
)
def managed_care(claim: Claim, draw: Random) -> Seeded | None:
    return Seeded(_eligibility(claim, managed_care=True))


@error("coverage-ended", "a service after the patient's coverage ended", GROUP, ["coordination"], ["medicare.part-b.coverage-active"])
def no_coverage(claim: Claim, draw: Random) -> Seeded | None:
    return Seeded(_eligibility(claim, active=False, to=min(line.service_date for line in claim.lines) - timedelta(days=10)))
