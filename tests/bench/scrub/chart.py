"""What surrounds a clean claim: history, totals of the year, eligibility and a chart in order."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from payerbook.claim import (
    Accumulator,
    Context,
    Documentation,
    Eligibility,
    HistoryItem,
    Line,
    MedicalReview,
    PlanOfCare,
    Statement,
    Supervision,
    Telehealth,
    TreatmentNote,
)
from payerbook.claim import Episode as EpisodeFacts

from .services import BUCKET, EVALUATIONS, MODIFIER, SERVICES, TREATMENTS, Discipline

GENERAL_SUPERVISION_SINCE = date(2025, 1, 1)
BY_TIME = {"97129", "97130", "97124", "97550", "97750", *(code for code, service in SERVICES.items() if service.timed)}
"""Codes whose minutes count as timed in a treatment note."""
REPORT_EVERY = 8
"""Treatment days between progress reports; ten are allowed."""


class Episode(NamedTuple):
    """A course of treatment: its days up to the claim's last, of which the first `before` were billed earlier."""

    discipline: Discipline
    days: tuple[date, ...]
    before: int


def context(
    draw: Random, episode: Episode, lines: tuple[Line, ...], used: Decimal, *, referring: str, therapist: str, sent: date, remote: bool
) -> Context:
    """All facts that a well-kept record has for the claim."""
    first = episode.days[episode.before]
    eve = first - timedelta(days=1)
    own = BUCKET[episode.discipline]
    assisted = any(line.assistant_minutes for line in lines)
    general = first >= GENERAL_SUPERVISION_SINCE
    supervision = Supervision(level="general" if general else "direct", supervisor_npi=therapist, on_site=not general)
    return Context(
        history=tuple(item for place in range(episode.before) for item in _billed(episode, place, eve)),
        accumulators=tuple(
            Accumulator("medicare-threshold", first.year, used if bucket == own else Decimal(draw.randrange(300)), bucket, eve)
            for bucket in ("PT+SLP", "OT")
        ),
        eligibility=Eligibility(
            active=True, from_=date(2017, 1, 1), checked_on=first, managed_care=False, exemptions=(), other_open_episodes=(),
            deductible_remaining=Decimal(0),
        ),
        documentation=_documentation(draw, episode, lines, referring=referring, therapist=therapist, sent=sent),
        episode=EpisodeFacts(
            started_on=episode.days[0],
            visit_number=episode.before + 1,
            purpose="rehabilitative",
            discipline=episode.discipline,
            new_patient=episode.before == 0,
            new_condition=episode.before == 0,
            last_visit_on=episode.days[episode.before - 1] if episode.before else None,
            acuity=draw.choice(("acute", "chronic", "post-surgical")),
        ),
        telehealth=Telehealth(modality="audio-video", patient_location="home") if remote else None,
        supervision=supervision if assisted else None,
        medical_review=MedicalReview(selected=False),
    )  # fmt: skip


def _billed(episode: Episode, place: int, eve: date) -> list[HistoryItem]:
    """The services of an earlier day, as they were paid."""
    day = episode.days[place]
    code = next(iter(EVALUATIONS[episode.discipline] if place == 0 else TREATMENTS[episode.discipline]))
    service = SERVICES[code]
    units = 2 if service.timed else 1
    return [
        HistoryItem(
            day,
            code,
            f"H{place:03d}",
            "medicare.part-b",
            (MODIFIER[episode.discipline],),
            units,
            Decimal(service.charge * units),
            Decimal(service.allowed) * units,
            min(day + timedelta(days=3), eve),
        )
    ]


def _documentation(draw: Random, episode: Episode, lines: tuple[Line, ...], *, referring: str, therapist: str, sent: date) -> Documentation:
    start, days = episode.days[0], episode.days
    ordered = start - timedelta(days=draw.randint(1, 10))
    duration = draw.choice((80, 84, 90))
    statements: list[Statement] = ["functional-outcome", "skilled-need", "medical-necessity", "progress-toward-goals"]
    if any("59" in line.modifiers for line in lines):
        statements.append("separate-time")
    return Documentation(
        order_on=ordered,
        order_signed_on=ordered,
        evaluation_on=start,
        plan_of_care=PlanOfCare(
            established_on=start,
            sent_on=start + timedelta(days=1),
            certified_on=min(start + timedelta(days=draw.randint(2, 20)), sent),
            certified_by=referring,
            certified_by_role=draw.choice(("physician", "nurse-practitioner", "physician-assistant")),
            certified_until=start + timedelta(days=duration - 1),
            therapist_signature=True,
            goals=True,
            frequency="2/week",
            duration_days=duration,
        ),
        progress_reports=tuple(days[place] for place in range(REPORT_EVERY - 1, len(days), REPORT_EVERY)),
        statements=tuple(statements),
        treatment_notes=tuple(note_of(day, lines, therapist) for day in days),
    )


def note_of(day: date, lines: tuple[Line, ...], signer: str | None) -> TreatmentNote:
    """The signed note of a day with the minutes of the claim's lines; an earlier day has none of them."""
    own = [line for line in lines if line.service_date == day]
    minutes = [(line.code, int(line.minutes or 0)) for line in own]
    spent = sum(number for code, number in minutes if code in BY_TIME)
    return TreatmentNote(day, day, signer, spent if own else None, sum(number for _, number in minutes) if own else None)
