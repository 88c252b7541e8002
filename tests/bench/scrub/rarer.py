"""Claims that are right in less usual ways: each changes a plain clean claim into another clean one, to tempt false alarms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

import msgspec

from payerbook.claim import Abn, Claim, Context, Episode, HistoryItem, OtherPayer, Telehealth

from .error import add_line, chart, facts, pick, plan, record, replan, steady, with_lines
from .services import EVALUATIONS, pair

Make = Callable[[Claim, Random], Claim | None]
GONE: dict[str, Any] = {"certified_on": None, "certified_by": None, "certified_by_role": None, "certified_until": None}
EVALUATED = {code for codes in EVALUATIONS.values() for code in codes}


class Rarer(NamedTuple):
    """One way of being right; `make` gives None when the claim has no place for it."""

    name: str
    make: Make


RARER: list[Rarer] = []


def rarer(name: str) -> Callable[[Make], Make]:
    """Adds a way to the list of all."""

    def add(make: Make) -> Make:
        RARER.append(Rarer(name, make))
        return make

    return add


def _days(claim: Claim) -> tuple[date, date]:
    days = [line.service_date for line in claim.lines]
    return min(days), max(days)


def _free(claim: Claim, place: int, code: str) -> bool:
    day = claim.lines[place].service_date
    others = [line.code for line in claim.lines if line.service_date == day]
    return code not in others and all(pair(code, other, claim.claim_type, day) is None for other in others)


def _sent(claim: Claim, day: date) -> Claim:
    return msgspec.structs.replace(claim, submitted_on=day, received_on=day + timedelta(days=1))


@rarer("nothing but the claim: no context")
def bare(claim: Claim, draw: Random) -> Claim | None:
    return msgspec.structs.replace(claim, context=None)


@rarer("no minutes on the lines")
def no_minutes(claim: Claim, draw: Random) -> Claim | None:
    lines = [msgspec.structs.replace(line, minutes=None, assistant_minutes=None) for line in claim.lines]
    return chart(with_lines(claim, lines), treatment_notes=record(claim).treatment_notes)


@rarer("diagnoses without dots, pointers to all of them")
def no_dots(claim: Claim, draw: Random) -> Claim | None:
    codes = tuple(code.replace(".", "") for code in claim.diagnoses or ())
    lines = [msgspec.structs.replace(line, diagnosis_pointers=tuple(range(1, len(codes) + 1))) for line in claim.lines]
    return with_lines(msgspec.structs.replace(claim, diagnoses=codes), lines) if claim.claim_type == "professional" else None


@rarer("re-evaluation with a change in the record")
def reevaluated(claim: Claim, draw: Random) -> Claim | None:
    place = pick(draw, claim, lambda line: line.modifiers[0] in ("GP", "GO"))
    if place is None or claim.place_of_service == "10" or not steady(claim) or EVALUATED & {line.code for line in claim.lines}:
        return None
    code = "97164" if claim.lines[place].modifiers[0] == "GP" else "97168"
    if not _free(claim, place, code):
        return None
    statements = (*(record(claim).statements or ()), "change-in-status")
    return chart(add_line(claim, place, code, minutes=25).claim, statements=statements)


@rarer("GA with a signed notice")
def notice(claim: Claim, draw: Random) -> Claim | None:
    place = pick(draw, claim, lambda line: "KX" not in line.modifiers and len(line.modifiers) < 4)
    if place is None:
        return None
    line = claim.lines[place]
    signed = Abn("CMS-R-131", line.service_date - timedelta(days=1), (line.code,), "more often than Medicare covers", Decimal(60))
    changed = msgspec.structs.replace(line, modifiers=(*line.modifiers, "GA"))
    return chart(with_lines(claim, (*claim.lines[:place], changed, *claim.lines[place + 1 :])), abn=signed)


@rarer("filed in the last weeks of the year allowed")
def almost_late(claim: Claim, draw: Random) -> Claim | None:
    return _sent(claim, _days(claim)[0] + timedelta(days=draw.randint(330, 362)))


@rarer("replacement that names the claim it replaces (hospital)")
def replaced(claim: Claim, draw: Random) -> Claim | None:
    if claim.claim_type != "institutional":
        return None
    before = tuple(
        HistoryItem(line.service_date, line.code, "ICN1", claim.payer, line.modifiers, line.units, line.charge, line.allowed)
        for line in claim.lines
    )
    changed = msgspec.structs.replace(claim, frequency_code="7", original_reference="ICN1", bill_type="0137")
    return facts(changed, history=(*((claim.context or Context()).history or ()), *before))


@rarer("void of an earlier claim (hospital)")
def void(claim: Claim, draw: Random) -> Claim | None:
    if claim.claim_type != "institutional":
        return None
    return msgspec.structs.replace(claim, frequency_code="8", original_reference="ICN2", bill_type="0138")


@rarer("other institutions: bill types 022x, 074x, 075x")
def institutions(claim: Claim, draw: Random) -> Claim | None:
    if claim.claim_type != "institutional":
        return None
    bill_type = draw.choice(("0221", "0741", "0751"))
    return replan(msgspec.structs.replace(claim, bill_type=bill_type), certified_by_role="physician")  # a CORF takes no other


@rarer("signed order in the place of the first signature (2025 on)")
def by_order(claim: Claim, draw: Random) -> Claim | None:
    return replan(claim, **GONE) if _days(claim)[0] >= date(2025, 1, 1) else None


@rarer("verbal certification, signed within 14 days")
def verbal(claim: Claim, draw: Random) -> Claim | None:
    start = record(claim).evaluation_on
    if start is None or plan(claim).certified_on is None:
        return None
    said = start + timedelta(days=draw.randint(20, 30))
    signed = said + timedelta(days=draw.randint(1, 13))
    sent = max(claim.submitted_on or signed, signed)
    return _sent(replan(claim, verbal_certification_on=said, certified_on=signed), sent)


@rarer("certification not yet due")
def pending(claim: Claim, draw: Random) -> Claim | None:
    start = record(claim).evaluation_on
    if start is None or claim.received_on is None or claim.received_on > start + timedelta(days=29):
        return None
    return replan(claim, **GONE)


@rarer("recertified for a second period")
def recertified(claim: Claim, draw: Random) -> Claim | None:
    first, last = _days(claim)
    context = claim.context or Context()
    if EVALUATED & {line.code for line in claim.lines} or not context.history:
        return None
    began = min(item.service_date for item in context.history) - timedelta(days=80)
    renewed = began + timedelta(days=78)
    episode = msgspec.structs.replace(context.episode or Episode(), started_on=began)
    changed = replan(
        claim, established_on=renewed, sent_on=renewed, certified_on=renewed + timedelta(days=4),
        certified_until=max(renewed + timedelta(days=89), last), duration_days=90,
    )  # fmt: skip
    reports = tuple(sorted({renewed, *(record(claim).progress_reports or ())}))
    ordered = began - timedelta(days=3)
    changed = chart(changed, evaluation_on=began, progress_reports=reports, order_on=ordered, order_signed_on=ordered)
    return facts(changed, episode=episode) if last <= renewed + timedelta(days=89) and first > renewed else None


@rarer("another discipline elsewhere on the same day")
def elsewhere(claim: Claim, draw: Random) -> Claim | None:
    other, code = {"GP": ("GO", "97535"), "GO": ("GP", "97116"), "GN": ("GP", "97116")}[claim.lines[0].modifiers[0]]
    day = claim.lines[0].service_date
    item = HistoryItem(day, code, "X100", claim.payer, (other,), 2, Decimal(130), Decimal("65.00"), day, rendering_npi="1003000126")
    if not steady(claim) or code in {line.code for line in claim.lines}:
        return None
    return facts(claim, history=(*((claim.context or Context()).history or ()), item))


@rarer("audio-only telehealth with 93 (2025 on)")
def audio(claim: Claim, draw: Random) -> Claim | None:
    if claim.place_of_service != "10" or _days(claim)[0] < date(2025, 1, 1):
        return None
    lines = [msgspec.structs.replace(line, modifiers=(*line.modifiers, "93")) for line in claim.lines]
    return facts(with_lines(claim, lines), telehealth=Telehealth(modality="audio-only", patient_location="home"))


@rarer("telehealth to another site, place of service 02")
def other_site(claim: Claim, draw: Random) -> Claim | None:
    if claim.place_of_service != "10":
        return None
    changed = msgspec.structs.replace(claim, place_of_service="02")
    return facts(changed, telehealth=Telehealth(modality="audio-video", patient_location="other"))


@rarer("Medicare second, the first payer's amounts on the claim")
def secondary(claim: Claim, draw: Random) -> Claim | None:
    total = claim.total_charge or Decimal(0)
    paid = (total * Decimal("0.4")).quantize(Decimal("0.01"))
    first = OtherPayer("Employer plan", "60054", "primary", "CI", paid, total - paid)
    return msgspec.structs.replace(claim, payer_sequence="secondary", other_payers=(first,))


@rarer("maintenance program by the therapist")
def maintenance(claim: Claim, draw: Random) -> Claim | None:
    context = claim.context or Context()
    if any(line.assistant_minutes for line in claim.lines) or context.episode is None:
        return None
    changed = facts(claim, episode=msgspec.structs.replace(context.episode, purpose="maintenance"))
    return chart(changed, statements=(*(record(claim).statements or ()), "maintenance-program"))


@rarer("training of a caregiver (2024 on)")
def caregiver(claim: Claim, draw: Random) -> Claim | None:
    place = draw.randrange(len(claim.lines))
    if claim.lines[place].service_date < date(2024, 1, 1) or claim.place_of_service == "10" or not steady(claim):
        return None
    changed = add_line(claim, place, "97550", minutes=30).claim
    return add_line(changed, place + 1, "97551", minutes=15).claim
