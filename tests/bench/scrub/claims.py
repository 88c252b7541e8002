"""Clean therapy claims, made up but made like real ones: `clean(number)` gives the same claim on every machine."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import msgspec

from payerbook.claim import Claim, Line, Patient, Provider

from .chart import Episode, context
from .services import BUCKET, REVENUE, TAXONOMY, THRESHOLD, Discipline, price
from .visits import Item, evaluation, treatment

PAYER = "medicare.part-b"
FIRST, LAST = date(2018, 1, 2), date(2026, 10, 20)
QUARTER = (date(2024, 7, 1), date(2024, 9, 27))
"""The dates for which the NCCI tables are on file; a third of the claims lie there."""
TELEHEALTH_SINCE = date(2024, 1, 1)
DIAGNOSES: dict[str, tuple[str, ...]] = {
    "PT": ("M25.561", "M25.562", "M62.81", "R26.89", "R26.81", "M54.2", "S83.512D", "M17.11", "M17.12", "M75.121", "S72.141D"),
    "OT": ("M18.11", "G56.01", "S52.501D", "M79.641", "M25.641", "I69.351", "R27.8", "M62.81", "M65.4"),
    "SLP": ("R13.11", "R13.12", "R47.01", "R49.0", "R41.841"),
}
JOINED = {"PT": ("Z47.1", "Z96.651", "R26.89"), "SLP": ("I69.391", "R13.12")}
"""Diagnoses that belong together, in their order: after a knee replacement, after a stroke."""


def npi(draw: Random) -> str:
    """A ten-digit identifier with a right check digit (Luhn over 80840 and the number)."""
    body = "1" + "".join(str(draw.randrange(10)) for _ in range(8))
    total = 24 + sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def clean(number: int, seed: int = 2026) -> Claim:
    """The clean claim of a number; lines, identifiers, context and chart agree with each other."""
    draw = Random(f"{seed}/{number}")
    discipline: Discipline = draw.choices(("PT", "OT", "SLP"), (60, 25, 15))[0]
    hospital = draw.random() < 0.15
    claim_type = "institutional" if hospital else "professional"
    episode = _episode(draw, discipline, claim_type)
    days = episode.days[episode.before :]
    remote = not hospital and discipline == "PT" and episode.before > 0 and days[0] >= TELEHEALTH_SINCE and draw.random() < 0.12
    second: Discipline | None = draw.choice(("OT", "SLP")) if hospital and discipline == "PT" and draw.random() < 0.3 else None
    visits = {day: _visit(draw, episode, day, claim_type, second, remote) for day in days}
    lines, used = _threshold(draw, episode, _lines(visits, hospital), crossing=not hospital)
    sent = days[-1] + timedelta(days=draw.randint(2, 20))
    place = None if hospital else "10" if remote else draw.choices(("11", "12", "13"), (85, 10, 5))[0]
    referring = npi(draw)
    therapist = npi(draw)
    extra: dict[str, Any] = {"place_of_service": place, "rendering_provider": Provider(npi=therapist, taxonomy=TAXONOMY[discipline])}
    if hospital:
        extra = {"bill_type": "0131", "statement_from": days[0], "statement_to": days[-1]}
    return Claim(
        f"S{number:06d}",
        lines,
        PAYER,
        claim_type=claim_type,  # type: ignore[arg-type]  # one of the two, see above
        payer_sequence="primary",
        frequency_code="1",
        submitted_on=sent,
        received_on=sent + timedelta(days=1),
        patient=Patient(
            id=f"P{number:06d}",
            birth_date=date(draw.randint(1932, 1952), draw.randint(1, 12), draw.randint(1, 28)),
            sex=draw.choice("FM"),
            state="OR",
        ),
        billing_provider=Provider(npi=npi(draw), taxonomy="282N00000X" if hospital else "261QR0400X", state="OR"),
        referring_provider=Provider(npi=referring, role="referring"),
        diagnoses=_diagnoses(draw, discipline),
        total_charge=sum((line.charge or Decimal(0) for line in lines), Decimal(0)),
        context=context(draw, episode, lines, used, referring=referring, therapist=therapist, sent=sent, remote=remote),
        **extra,
    )


def _episode(draw: Random, discipline: Discipline, claim_type: str) -> Episode:
    """An episode with its treatment days up to the last day of the claim, all on weekdays of one year."""
    while True:
        if draw.random() < 0.35:
            start = QUARTER[0] + timedelta(days=draw.randrange((QUARTER[1] - QUARTER[0]).days))
        else:
            start = FIRST + timedelta(days=draw.randrange((LAST - FIRST).days))
        before = 0 if draw.random() < 0.2 else draw.randint(1, 18)
        count = draw.choices((1, 2, 3), (55, 25, 20))[0] if claim_type == "professional" else draw.randint(2, 4)
        days = [_weekday(start)]
        while len(days) < before + count:
            days.append(_weekday(days[-1] + timedelta(days=draw.choice((2, 3, 4)))))
        if days[-1] <= LAST and days[0].year == days[-1].year and (days[-1] - days[0]).days < 80:
            return Episode(discipline, tuple(days), before)


def _diagnoses(draw: Random, discipline: Discipline) -> tuple[str, ...]:
    joined = JOINED.get(discipline)
    if joined is not None and draw.random() < 0.15:
        return joined
    return tuple(draw.sample(DIAGNOSES[discipline], draw.randint(1, 2 if discipline == "SLP" else 3)))


def _weekday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _visit(draw: Random, episode: Episode, day: date, claim_type: str, second: Discipline | None, remote: bool) -> list[Item]:
    first = day == episode.days[0]
    items = (
        evaluation(draw, episode.discipline, day, claim_type) if first else treatment(draw, episode.discipline, day, claim_type, [], remote)
    )
    if second is not None and not first:
        items += treatment(draw, second, day, claim_type, [item.code for item in items])
    return items


def _lines(visits: dict[date, list[Item]], hospital: bool) -> list[Line]:
    lines: list[Line] = []
    for day, items in visits.items():
        for item in items:
            charge, allowed = price(item.code, item.units)
            evaluates = item.code in ("97161", "97162", "97163", "97165", "97166", "97167", "92522", "92523", "92524", "92610")
            lines.append(
                Line(
                    day,
                    item.code,
                    item.units,
                    len(lines) + 1,
                    modifiers=tuple(item.modifiers),
                    minutes=item.minutes,
                    assistant_minutes=item.assistant_minutes,
                    diagnosis_pointers=None if hospital else (1,),
                    charge=charge,
                    allowed=allowed,
                    revenue_code=REVENUE[item.discipline] + ("4" if evaluates else "0") if hospital else None,
                )
            )
    return lines


def _threshold(draw: Random, episode: Episode, lines: list[Line], crossing: bool) -> tuple[tuple[Line, ...], Decimal]:
    """The lines with KX where the year's total stands above the amount, and what the year had used before the claim."""
    bucket = BUCKET[episode.discipline]
    threshold = Decimal(THRESHOLD[episode.days[-1].year])
    own = [line for line in lines if _bucket(line) == bucket]
    total = sum((line.allowed or Decimal(0) for line in own), Decimal(0))
    least = Decimal(episode.before) * 60
    regime = draw.random()
    if regime < 0.75 and least + total < threshold - 100:
        used = least + Decimal(draw.randrange(int(threshold - total - least - 50)))
    elif regime < 0.87 and crossing and least < threshold - total:
        used = threshold - (total * Decimal(draw.randint(10, 90)) / 100).quantize(Decimal("0.01"))
    else:
        used = threshold + draw.randint(5, 900)
    running = used
    made: list[Line] = []
    for line in lines:
        if _bucket(line) == bucket:
            running += line.allowed or Decimal(0)
            if running > threshold:
                line = msgspec.structs.replace(line, modifiers=(*line.modifiers, "KX"))
        made.append(line)
    return tuple(made), used


def _bucket(line: Line) -> str:
    return "OT" if "GO" in line.modifiers else "PT+SLP"
