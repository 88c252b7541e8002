"""What the record of an episode is asked for: reporting periods against a plain count, deadlines, and claims of several disciplines."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import payerbook
from payerbook.claim import Claim
from payerbook.kinds.progress_report import ProgressReportParams, gaps

PARAMS = ProgressReportParams(every=10, late_days=7)
START = date(2026, 1, 5)
DAYS = st.sets(st.integers(0, 120).map(lambda number: START + timedelta(days=number)), max_size=60)


def _plain(days: list[date], reports: list[date]) -> set[date]:
    """Treatment days without a report that was due, counted with nothing but sets, one period after another."""
    if len(days) < PARAMS.every:
        return set()
    first, last = days[0], days[PARAMS.every - 1]
    inside = [day for day in reports if first <= day <= last]
    if inside:
        return _plain([day for day in days if day > inside[-1]], reports)
    latest = last + timedelta(days=PARAMS.late_days)
    later = [day for day in reports if day > last]
    if later and later[0] <= latest:
        return _plain(days[PARAMS.every :], reports)
    if not later:
        return {day for day in days if day > latest}
    return {day for day in days if latest < day < later[0]} | _plain([day for day in days if day > later[0]], reports)


@given(DAYS, DAYS)
def test_gaps_equal_a_plain_count(treated: set[date], reported: set[date]) -> None:
    days, reports = sorted(treated), sorted(reported)
    found, _ = gaps(days, reports, PARAMS)
    uncovered = {day for day in days for gap in found if day > gap.after and (gap.until is None or day < gap.until)}
    assert uncovered == _plain(days, reports)


@given(DAYS)
def test_a_report_on_every_tenth_treatment_day_leaves_no_gap(treated: set[date]) -> None:
    days = sorted(treated)
    assert gaps(days, days[9::10], PARAMS)[0] == []


def test_the_open_period_begins_after_the_last_report() -> None:
    days = [START + timedelta(days=number) for number in range(8)]
    assert gaps(days, [days[4]], PARAMS) == ([], days[5])
    assert gaps(days, [days[7]], PARAMS) == ([], None)


@pytest.fixture(scope="module")
def book() -> payerbook.Book:
    return payerbook.load(["common", "medicare", "ncci"])


def _claim(documentation: dict[str, object], *, lines: tuple[tuple[str, str], ...] = (("97110", "GP"),), **context: object) -> Claim:
    return msgspec.convert(
        {
            "claim_id": "R1",
            "payer": "medicare.part-b",
            "submitted_on": "2026-01-25",
            "lines": [{"service_date": "2026-01-20", "code": code, "units": 1, "modifiers": [modifier]} for code, modifier in lines],
            "context": {"documentation": documentation, **context},
        },
        Claim,
    )


def _due(book: payerbook.Book, claim: Claim) -> dict[tuple[str, str], tuple[date | None, date | None]]:
    return {(one.rule.rpartition(".")[2], one.what): (one.due, one.done_on) for one in book.deadlines(claim).deadlines}


def test_deadlines_of_the_plan_of_care(book: payerbook.Book) -> None:
    plan = {"established_on": "2026-01-05", "duration_days": 56, "verbal_certification_on": "2026-01-07"}
    due = _due(book, _claim({"evaluation_on": "2026-01-05", "plan_of_care": plan}))
    assert due["certification", "certification of the plan of care"] == (date(2026, 2, 4), None)
    assert due["certification", "signature after the verbal certification"] == (date(2026, 1, 21), None)
    assert due["recertification", "recertification of the plan of care"] == (date(2026, 3, 2), None)
    assert due["progress-report", "progress report"] == (None, None)


def test_a_deadline_without_its_start_names_what_is_needed(book: payerbook.Book) -> None:
    found = {one.rule.rpartition(".")[2]: one for one in book.deadlines(_claim({})).deadlines}
    assert found["certification"].due is None
    assert found["certification"].needs == ("context.documentation.evaluation_on",)
    assert found["recertification"].needs == ("context.documentation.plan_of_care",)


def test_the_tenth_treatment_day_is_the_day_of_the_report(book: payerbook.Book) -> None:
    days = [START + timedelta(days=number) for number in range(10)]
    notes = [{"service_date": day.isoformat()} for day in days]
    due = _due(book, _claim({"evaluation_on": "2026-01-05", "progress_reports": [], "treatment_notes": notes}))
    assert due["progress-report", "progress report"][0] == days[9]


def test_a_record_answers_for_its_own_discipline_alone(book: payerbook.Book) -> None:
    claim = _claim({"absent": ["plan_of_care"]}, lines=(("97110", "GP"), ("97530", "GO")), episode={"discipline": "PT"})
    report = book.check(claim)
    assert [one.line for one in report.findings if one.rule == "medicare.part-b.plan-of-care"] == [1]
    assert [one.line for one in report.unknown if one.rule == "medicare.part-b.plan-of-care"] == [2]
