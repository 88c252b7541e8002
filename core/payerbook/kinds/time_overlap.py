"""Minutes that stand under two services at once, where each takes the therapist's time for itself."""

from __future__ import annotations

from datetime import date, time
from typing import NamedTuple

from payerbook.claim import TimeLogEntry
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Tables


class TimeOverlapParams(Params, frozen=True):
    pass


class _Stretch(NamedTuple):
    """A stretch of time of one claim line (by place in the claim)."""

    day: date
    start: time
    end: time
    line: int


def bind(params: TimeOverlapParams, tables: Tables) -> Check:
    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        context = case.claim.context
        documentation = context.documentation if context is not None else None
        log = documentation.time_log if documentation is not None else None
        if not log or len(indexes) < 2:
            return NOT_APPLICABLE
        places = {case.number(index): index for index in indexes}
        logged = [(entry, places[entry.line]) for entry in log if entry.line is not None and entry.line in places]
        stretches = sorted(stretch for entry, place in logged if (stretch := _stretch(case, entry, place)) is not None)
        hits: list[Hit] = []
        if len(stretches) < len(logged):
            hits.append(Hit("unknown", None, "unread", {}, needs=("context.documentation.time_log",)))
        told: set[tuple[int, int]] = set()
        for number, late in enumerate(stretches):
            for early in stretches[:number]:
                pair = (min(early.line, late.line), max(early.line, late.line))
                if early.line != late.line and early.day == late.day and late.start < early.end and pair not in told:
                    told.add(pair)
                    hits.append(_hit(case, pair, late.day))
        return hits or (None if logged else NOT_APPLICABLE)

    return check


def _stretch(case: Case, entry: TimeLogEntry, place: int) -> _Stretch | None:
    """The entry as a stretch of time; None when a time is missing or is not a time of day such as `9:05` or `14:30`."""
    if entry.start is None or entry.end is None:
        return None
    try:
        start, end = time.fromisoformat(entry.start.zfill(5)), time.fromisoformat(entry.end.zfill(5))
    except ValueError:
        return None
    return _Stretch(entry.service_date or case.lines[place].service_date, start, end, place)


def _hit(case: Case, pair: tuple[int, int], day: date) -> Hit:
    first, second = pair
    facts = {"first": case.lines[first].code, "second": case.lines[second].code, "date": day}
    fix = Fix("change-units", second, None, "ask", "count each minute once, under the service it was spent on")
    return Hit("fail", second, "twice", facts, field="units", fixes=(fix,))


def sentence(params: TimeOverlapParams) -> str:
    return "No minute counts for two services that take the therapist's time for themselves."


KIND = Kind(
    name="time-overlap",
    title="Minutes counted twice",
    about="Services whose times in the treatment log overlap although each takes the therapist's time for itself.",
    params=TimeOverlapParams,
    evidence=("chart",),
    bind=bind,
    sentence=sentence,
    parts=("documentation",),
    messages={
        "twice": "{date}: the times of {first} and {second} overlap; each minute counts for one of them.",
        "unread": "Some times in the log of the treatment are missing or are not written as hours and minutes.",
    },
)
