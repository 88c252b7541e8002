"""Seeded errors of the chart: plan of care, certification, progress reports, notes, supervision."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import msgspec

from payerbook.claim import Claim, Context, Episode, Line

from .error import Seeded, add_line, chart, error, facts, plan, record, replan
from .services import EVALUATIONS

GROUP = "Chart"
CERTIFIED = ("poc-initial-certification",)
CONTENT = ("poc-content",)
LATE_REPORT = timedelta(days=7)
"""A report may come so much later than the tenth treatment day."""
EVALUATED = {code for codes in EVALUATIONS.values() for code in codes}


def _began(claim: Claim) -> date:
    return record(claim).evaluation_on or claim.lines[0].service_date


def _last(claim: Claim) -> date:
    return max(line.service_date for line in claim.lines)


def _due(claim: Claim) -> bool:
    """Whether the certification is long due on the last day of the claim."""
    return _last(claim) > _began(claim) + timedelta(days=32)


def _treats(claim: Claim) -> bool:
    """Whether the claim bills treatment: an evaluation alone needs no plan of care yet."""
    return any(_is_treatment(line) for line in claim.lines)


def _is_treatment(line: Line) -> bool:
    return line.code not in EVALUATED


def _treated_day(claim: Claim, draw: Random) -> date | None:
    """A day with treatment: of a day with an evaluation alone the evaluation is the note."""
    days = [line.service_date for line in claim.lines if _is_treatment(line)]
    return draw.choice(days) if days else None


@error("certification-missing", "no certification and no signed order more than 30 days into treatment", GROUP, ["plan-of-care"], CERTIFIED)
def uncertified(claim: Claim, draw: Random) -> Seeded | None:
    if not _due(claim):
        return None
    changed = replan(
        claim,
        ["certified_on", "certified_by", "certified_by_role", "certified_until", "verbal_certification_on", "sent_on"],
        certified_on=None, certified_by=None, certified_by_role=None, certified_until=None, sent_on=None,
    )  # fmt: skip
    gone = ("context.documentation.order_on", "context.documentation.order_signed_on")
    return Seeded(chart(changed, order_on=None, order_signed_on=None, absent=(*record(changed).absent, *gone)))


@error(
    "certification-very-late",
    "a certification more than 60 days after treatment began, with no signed order",
    GROUP,
    ["plan-of-care"],
    ["poc-delayed-certification"],
    advice=True,
)
def late(claim: Claim, draw: Random) -> Seeded | None:
    if not _treats(claim):
        return None
    signed = _began(claim) + timedelta(days=draw.randint(62, 80))
    sent = max(claim.submitted_on or signed, signed + timedelta(days=2))
    changed = replan(claim, certified_on=signed, sent_on=_began(claim) + timedelta(days=50))
    gone = ("context.documentation.order_on", "context.documentation.order_signed_on")
    changed = chart(changed, order_on=None, order_signed_on=None, absent=(*record(changed).absent, *gone))
    return Seeded(msgspec.structs.replace(changed, submitted_on=sent, received_on=sent + timedelta(days=1)))


@error("recertification-overdue", "treatment after the certified period", GROUP, ["plan-of-care"], ["poc-recertification"])
def expired(claim: Claim, draw: Random) -> Seeded | None:
    if not _due(claim):
        return None
    until = _last(claim) - timedelta(days=draw.randint(1, 3))
    return Seeded(replan(claim, certified_until=until, duration_days=(until - _began(claim)).days + 1))


@error(
    "certified-beyond-90-days",
    "treatment after 90 days on a certification written for longer",
    GROUP,
    ["plan-of-care"],
    ["poc-recertification"],
)
def beyond(claim: Claim, draw: Random) -> Seeded | None:
    if not _due(claim):
        return None
    moved = _last(claim) - timedelta(days=draw.randint(95, 110))
    claim = facts(claim, episode=msgspec.structs.replace((claim.context or Context()).episode or Episode(), started_on=moved))
    signed = moved + timedelta(days=10)
    changed = replan(
        claim, established_on=moved, sent_on=moved, certified_on=signed, certified_until=moved + timedelta(days=150), duration_days=150
    )
    return Seeded(chart(changed, evaluation_on=moved, order_on=moved, order_signed_on=moved))


@error("certified-by-chiropractor", "a plan certified by somebody who may not", GROUP, ["plan-of-care", "referral"], CERTIFIED)
def certifier(claim: Claim, draw: Random) -> Seeded | None:
    if not _treats(claim):
        return None
    changed = replan(claim, certified_by_role="other")
    gone = ("context.documentation.order_on", "context.documentation.order_signed_on")
    return Seeded(chart(changed, order_on=None, order_signed_on=None, absent=(*record(changed).absent, *gone)))


@error("plan-missing", "no plan of care", GROUP, ["plan-of-care", "documentation"], CONTENT)
def no_plan(claim: Claim, draw: Random) -> Seeded | None:
    gone = (*record(claim).absent, "context.documentation.plan_of_care")
    return Seeded(chart(claim, plan_of_care=None, absent=gone)) if _treats(claim) else None


@error("plan-without-goals", "a plan of care without goals", GROUP, ["plan-of-care", "documentation"], CONTENT)
def goals(claim: Claim, draw: Random) -> Seeded | None:
    return Seeded(replan(claim, goals=False)) if _treats(claim) else None


@error("plan-incomplete", "a plan of care without frequency or duration", GROUP, ["plan-of-care", "documentation"], CONTENT)
def no_frequency(claim: Claim, draw: Random) -> Seeded | None:
    name = draw.choice(("frequency", "duration_days"))
    return Seeded(replan(claim, [name], **{name: None})) if _treats(claim) else None


@error("plan-unsigned", "a plan of care that the therapist did not sign", GROUP, ["plan-of-care", "documentation"], CONTENT)
def unsigned_plan(claim: Claim, draw: Random) -> Seeded | None:
    return Seeded(replan(claim, therapist_signature=False)) if _treats(claim) else None


@error("plan-after-treatment", "a plan of care made after the treatment that is billed", GROUP, ["plan-of-care", "documentation"], CONTENT)
def plan_late(claim: Claim, draw: Random) -> Seeded | None:
    if not _treats(claim) or _last(claim) > _began(claim) + timedelta(days=20):
        return None
    made = _last(claim) + timedelta(days=draw.randint(1, 2))
    return Seeded(replan(claim, established_on=made, sent_on=made, certified_on=max(plan(claim).certified_on or made, made)))


@error(
    "progress-report-overdue", "more than ten treatment days without a progress report", GROUP, ["progress-reports"], ["progress-report"]
)
def progress(claim: Claim, draw: Random) -> Seeded | None:
    context = claim.context or Context()
    earlier = {item.service_date for item in context.history or ()}
    treated = sorted(earlier | {line.service_date for line in claim.lines})
    first = min(line.service_date for line in claim.lines)
    if len(treated) < 12 or treated.index(first) < 11 or first <= treated[9] + LATE_REPORT:
        return None
    return Seeded(chart(claim, progress_reports=()))


@error(
    "re-evaluation-without-grounds",
    "a re-evaluation without a change or new findings in the record",
    GROUP,
    ["evaluations", "documentation"],
    ["reevaluation-limits"],
    ["code-pairs"],
)
def reevaluation(claim: Claim, draw: Random) -> Seeded | None:
    place = draw.randrange(len(claim.lines))
    line = claim.lines[place]
    code = {"GP": "97164", "GO": "97168"}.get(line.modifiers[0])
    day = [other.code for other in claim.lines if other.service_date == line.service_date]
    episode = (claim.context or Context()).episode
    if (
        episode is None
        or episode.new_condition
        or code is None
        or claim.place_of_service == "10"
        or {"97535", "97012", "97016", "97018", "97035", "G0283", "97129", "97150"} & set(day)
    ):
        return None
    if any(other.startswith("9716") for other in day):
        return None
    seeded = add_line(claim, place, code, minutes=20)
    return seeded._replace(lines=frozenset((place + 2,)))


@error("note-unsigned", "a billed day whose treatment note is not signed", GROUP, ["documentation"], ["treatment-note"])
def unsigned(claim: Claim, draw: Random) -> Seeded | None:
    day = _treated_day(claim, draw)
    if day is None:
        return None
    notes = tuple(
        msgspec.structs.replace(note, signed_on=None, signed_by=None) if note.service_date == day else note
        for note in record(claim).treatment_notes or ()
    )
    gone = ("context.documentation.treatment_notes[].signed_on",)
    return Seeded(chart(claim, treatment_notes=notes, absent=(*record(claim).absent, *gone)))


@error("note-missing", "a billed day without a treatment note", GROUP, ["documentation"], ["treatment-note"])
def no_note(claim: Claim, draw: Random) -> Seeded | None:
    day = _treated_day(claim, draw)
    if day is None:
        return None
    notes = tuple(note for note in record(claim).treatment_notes or () if note.service_date != day)
    numbers = frozenset(number for number, line in enumerate(claim.lines, 1) if line.service_date == day)
    several = len({line.service_date for line in claim.lines}) > 1
    return Seeded(chart(claim, treatment_notes=notes), numbers if several else None)


@error("note-minutes-differ", "fewer timed minutes in the note than on the claim", GROUP, ["documentation", "units"], ["treatment-note"])
def minutes(claim: Claim, draw: Random) -> Seeded | None:
    day = draw.choice(claim.lines).service_date
    notes = []
    for note in record(claim).treatment_notes or ():
        if note.service_date == day:
            if not note.timed_minutes or note.timed_minutes < 30:
                return None
            note = msgspec.structs.replace(note, timed_minutes=note.timed_minutes - 15, total_minutes=(note.total_minutes or 30) - 15)
        notes.append(note)
    return Seeded(chart(claim, treatment_notes=tuple(notes)))


@error(
    "assistant-unsupervised",
    "assistants without the supervision that private practice needs",
    GROUP,
    ["supervision", "assistants"],
    ["assistant-supervision-private-practice"],
)
def unsupervised(claim: Claim, draw: Random) -> Seeded | None:
    supervision = (claim.context or Context()).supervision
    if supervision is None or claim.claim_type == "institutional":
        return None
    if not any({"CQ", "CO"} & set(line.modifiers) for line in claim.lines):
        return None
    level = "none" if _last(claim) >= date(2025, 1, 1) else "general"
    return Seeded(facts(claim, supervision=msgspec.structs.replace(supervision, level=level, on_site=False)))
