"""Progress reports: one for every so many treatment days, written by the therapist."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, NamedTuple

from msgspec import Meta

from payerbook.kinds import chart, disciplines
from payerbook.kinds.base import Case, Check, Contribution, Due, Fix, Hit, Kind, Params, Question, Result, Tables

LOOK_BACK = 366
"""Days of history asked for: an episode whose start nobody knows."""


class ProgressReportParams(Params, frozen=True):
    every: Annotated[int, Meta(description="Treatment days of a reporting period.", ge=1)]
    late_days: Annotated[int, Meta(description="Calendar days after the period within which a report may still be written.", ge=0)] = 0


class Gap(NamedTuple):
    """Treatment days after `after` and before `until` (None = no report yet) that no report covers; `last` ended the period."""

    last: date
    after: date
    until: date | None


def gaps(days: Sequence[date], reports: Sequence[date], params: ProgressReportParams) -> tuple[list[Gap], date | None]:
    """The stretches without a report that was due, and the first day of the period that is still open.

    `days` are the treatment days from the beginning of a period, `reports` the dates of reports; both sorted. A period ends with
    the report written in it, else with its last treatment day; the next treatment day begins the next one.
    """
    found: list[Gap] = []
    place = 0
    while place + params.every <= len(days):
        first, last = days[place], days[place + params.every - 1]
        latest = last + timedelta(days=params.late_days)
        inside = bisect_right(reports, last) - 1
        if inside >= 0 and reports[inside] >= first:
            place = bisect_right(days, reports[inside])
            continue
        after = bisect_right(reports, last)
        next_report = reports[after] if after < len(reports) else None
        if next_report is None or next_report > latest:
            found.append(Gap(last, latest, next_report))
            if next_report is None:
                return found, first
            place = bisect_right(days, next_report)
        else:
            place += params.every
    if place < len(days) and reports and reports[-1] >= days[place]:
        place = bisect_right(days, reports[-1])
    return found, days[place] if place < len(days) else None


class Course(NamedTuple):
    """Treatment days and reports of the episode as far as known; `needs` are the facts without which a fault cannot be excluded."""

    days: list[date]
    reports: list[date]
    needs: tuple[str, ...]


def course(case: Case, record: chart.Chart, lines: tuple[int, ...], params: ProgressReportParams) -> Course:
    """The treatment days of the lines' discipline from the beginning of the episode, or from the first report on file."""
    documentation = record.documentation
    last = case.span[1]
    known = documentation.progress_reports
    reports = sorted(day for day in known or () if day <= last)
    wanted = record.episode.discipline or disciplines.of(case.lines[lines[0]].modifiers)
    days = {case.lines[index].service_date for index in lines}
    codes = {case.lines[index].code for index in lines}
    start = record.start
    if start is not None and start <= last:
        days.add(start)
    for item in case.earlier(start or last - timedelta(days=LOOK_BACK), last):
        named = disciplines.of(item.modifiers)
        if named == wanted or (named is None and item.code in codes):
            days.add(item.service_date)
    notes = documentation.treatment_notes
    days.update(note.service_date for note in notes or () if note.service_date <= last and (start is None or note.service_date >= start))
    needs: tuple[str, ...] = ()
    if known is None and not record.missing("progress_reports"):
        needs += ("context.documentation.progress_reports",)
    if notes is None and not case.history.complete:
        needs += ("context.documentation.treatment_notes",)
    if start is None:
        if reports and known is not None:
            days = {day for day in days if day > reports[0]}
        else:
            needs += ("context.episode.started_on",)
    return Course(sorted(days), reports, needs)


def bind(params: ProgressReportParams, tables: Tables) -> Check:
    nothing: Result = chart.no_record("progress_reports", "treatment_notes")
    every, shortest = params.every, timedelta(days=params.every - 1)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        record = chart.of(case)
        if record is None:
            return nothing
        lines, foreign = chart.own(case, record, indexes)
        if not lines:
            return foreign
        number = record.episode.visit_number
        first, last = case.span
        if number is not None and number <= every and first == last:
            return foreign or None
        # A stretch of n days holds at most n treatment days, whatever else is not known.
        reports = record.documentation.progress_reports
        if number is not None and number > every and (reports == () or record.missing("progress_reports")):
            return _never_reported(case, record, lines, number, last, params) + foreign
        recent = max((day for day in reports if day < first), default=record.start) if reports else record.start
        if recent is not None and last - recent <= shortest:
            return foreign or None
        return _judge(case, record, lines, params) + foreign or None

    return check


def _never_reported(
    case: Case, record: chart.Chart, lines: tuple[int, ...], number: int, last: date, params: ProgressReportParams
) -> list[Hit]:
    """The answer for a visit past the first period of an episode without any report; the number of the visit counts the days."""
    over = number > params.every + params.late_days or (record.as_of is not None and record.as_of > last + timedelta(days=params.late_days))
    fix = Fix("document", None, None, "ask", "have the therapist write the report and say why it is late")
    facts = {"visit": number}
    return chart.spread(case, Hit("fail", None, "never", facts, fixes=(fix,), cap=None if over else "review"), lines)


def _judge(case: Case, record: chart.Chart, lines: tuple[int, ...], params: ProgressReportParams) -> list[Hit]:
    found = course(case, record, lines, params)
    if not found.needs or found.needs == ("context.documentation.treatment_notes",):
        # Treatment days that are not on file can only make more reports due.
        for gap in gaps(found.days, found.reports, params)[0]:
            late = tuple(index for index in lines if _within(case.lines[index].service_date, gap))
            if late:
                facts = {"last": gap.last, "latest": gap.after}
                fix = Fix("document", None, None, "ask", "have the therapist write the report and say why it is late")
                return chart.spread(case, Hit("fail", None, "overdue", facts, fixes=(fix,)), late)
    elif len(found.days) <= params.every and "context.documentation.treatment_notes" not in found.needs:
        return []
    return [Hit("unknown", None, "open", {}, needs=found.needs)] if found.needs else []


def _within(day: date, gap: Gap) -> bool:
    return day > gap.after and (gap.until is None or day < gap.until)


def deadlines(params: ProgressReportParams, case: Case) -> list[Due]:
    what, event = "progress report", "first treatment day of the reporting period"
    record = chart.of(case)
    if record is None:
        return [Due(what, None, event, params.every, "treatment-days", needs=("context.documentation.progress_reports",))]
    lines, _ = chart.own(case, record, tuple(range(len(case.lines))))
    if not lines:
        return []
    found = course(case, record, lines, params)
    first = gaps(found.days, found.reports, params)[1]
    if found.needs or first is None:
        return [Due(what, None, event, params.every, "treatment-days", needs=found.needs)]
    place = bisect_left(found.days, first) + params.every - 1
    due = found.days[place] if place < len(found.days) else None
    return [Due(what, due, event, params.every, "treatment-days", start=first)]


def sentence(params: ProgressReportParams) -> str:
    grace = f"; a report up to {params.late_days} calendar days later still counts" if params.late_days else ""
    return f"The therapist writes a progress report at least once every {params.every} treatment days{grace}."


def answer(params: ProgressReportParams, tables: Tables, question: Question) -> Contribution | None:
    return Contribution(documents=("progress-report",))


KIND = Kind(
    name="progress-report",
    title="Progress reports",
    about="Counts the treatment days of the episode since the last progress report.",
    params=ProgressReportParams,
    evidence=("chart",),
    bind=bind,
    sentence=sentence,
    parts=("documentation",),
    answer=answer,
    deadlines=deadlines,
    look_back=lambda params: LOOK_BACK,
    messages={
        **chart.MESSAGES,
        "overdue": "No progress report for the {every} treatment days up to {last}; it could be written until {latest}.",
        "never": "This is visit {visit} of the episode and there is no progress report; one is due every {every} treatment days.",
        "open": "Whether a progress report is due cannot be told: the treatment days or the reports of the episode are not known.",
    },
)
