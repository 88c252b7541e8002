"""Limits and caps: windows against plain counts, what nobody knows against every way it can turn out, and answers against checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise, product
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import payerbook
from payerbook import units
from payerbook.calendar import Period, after, before
from payerbook.claim import Claim, HistoryItem
from payerbook.engine import conditions
from payerbook.kinds import counting, daily_cap, frequency_limit, usage
from payerbook.kinds.base import NOT_APPLICABLE, Case, History, Hit, Question, Result
from payerbook.policy import When

TODAY = date(2026, 6, 15)
OFFSETS = st.lists(st.integers(0, 800), max_size=25)
WINDOWS: list[tuple[dict[str, Any], Callable[[date], bool]]] = [
    ({"per": "days", "days": 30}, lambda day: (TODAY - day).days < 30),
    ({"per": "months", "months": 12}, lambda day: after(day, Period(months=12)) > TODAY),
    ({"per": "week"}, lambda day: day.isocalendar()[:2] == TODAY.isocalendar()[:2] or day == date(2026, 6, 14)),
    ({"per": "calendar-month"}, lambda day: (day.year, day.month) == (2026, 6)),
    ({"per": "calendar-year"}, lambda day: day.year == 2026),
    ({"per": "benefit-year", "year_starts": "10-01"}, lambda day: day >= date(2025, 10, 1)),
    ({"per": "lifetime"}, lambda day: True),
]


def _params(**settings: Any) -> frequency_limit.FrequencyLimit:
    return msgspec.convert({"limit": 5, "counts": "visits", **settings}, frequency_limit.FrequencyLimit)


def _items(days: Iterable[date], **more: Any) -> list[dict[str, Any]]:
    return [{"service_date": day.isoformat(), "code": "97110", "modifiers": ["GP"], **more} for day in days]


def _case(history: list[dict[str, Any]] | None, lines: list[dict[str, Any]] | None = None, **context: Any) -> Case:
    lines = lines or [{"service_date": TODAY.isoformat(), "code": "97110", "units": 1, "modifiers": ["GP"]}]
    claim = msgspec.convert({"claim_id": "L1", "lines": lines, "context": context}, Claim, strict=False)
    items = tuple(msgspec.convert(item, HistoryItem, strict=False) for item in history or ())
    return Case(claim, "p", History(items, history is not None), lambda other: other in (None, "p"), None)


def _run(params: frequency_limit.FrequencyLimit, case: Case) -> Result:
    return frequency_limit.KIND.bind(params, None)(case, tuple(range(len(case.lines))))  # type: ignore[arg-type]  # reads no table


def _outcome(result: Result) -> str:
    if result is None or isinstance(result, list):
        return "pass" if not result else result[0].outcome
    return "not-applicable"


def _only(result: Result) -> Hit:
    assert isinstance(result, list)
    assert len(result) == 1
    return result[0]


@pytest.mark.parametrize(("window", "inside"), WINDOWS, ids=lambda value: value["per"] if isinstance(value, dict) else "")
@given(offsets=OFFSETS)
def test_a_window_counts_what_a_plain_count_counts(window: dict[str, Any], inside: Callable[[date], bool], offsets: list[int]) -> None:
    days = [TODAY - timedelta(days=number) for number in offsets]
    visits = {day for day in days if inside(day)} | {TODAY}
    outcome = _outcome(_run(_params(**window), _case(_items(days))))
    assert outcome == ("fail" if len(visits) > 5 else "pass")


@given(st.sets(st.integers(0, 400), min_size=1, max_size=20), st.integers(1, 60))
def test_a_new_episode_begins_after_a_gap(offsets: set[int], gap: int) -> None:
    days = sorted({TODAY - timedelta(days=number) for number in offsets} | {TODAY})
    episode = [days[-1]]
    for earlier in reversed(days[:-1]):
        if (episode[-1] - earlier).days >= gap:
            break
        episode.append(earlier)
    outcome = _outcome(_run(_params(per="episode", gap_days=gap), _case(_items(day for day in days if day < TODAY))))
    assert outcome == ("fail" if len(episode) > 5 else "pass")


@given(st.sets(st.integers(1, 500), max_size=20))
def test_windows_that_open_with_a_service_do_not_overlap(offsets: set[int]) -> None:
    counter = _params(per="days", days=90, from_first=True)
    days = sorted({TODAY - timedelta(days=number) for number in offsets} | {TODAY})
    opened = [counting.begin(counter, day, None, days[:place]) for place, day in enumerate(days)]
    starts = sorted({day for day in opened if day is not None})
    assert all(later - first >= timedelta(days=90) for first, later in pairwise(starts))
    assert all(first is not None and first <= day < first + timedelta(days=90) for first, day in zip(opened, days, strict=True))


@given(
    st.lists(st.tuples(st.integers(0, 160), st.sampled_from(["GP", "GO", None])), max_size=6),
    st.sampled_from(["GP", "GO"]),
    st.integers(1, 3),
)
def test_what_nobody_knows_is_never_decided_against_a_way_it_can_turn_out(
    services: list[tuple[int, str | None]], own: str, limit: int
) -> None:
    params = _params(limit=limit, per="calendar-year", pools=[["PT"], ["OT"]])

    def outcome(chosen: Iterable[tuple[int, str | None]]) -> str:
        history = [
            {"service_date": (TODAY - timedelta(days=number)).isoformat(), "code": "97110", "modifiers": [mark] if mark else []}
            for number, mark in chosen
        ]
        line = {"service_date": TODAY.isoformat(), "code": "97110", "units": 1, "modifiers": [own]}
        return _outcome(_run(params, _case(history, [line])))

    ways = {
        outcome([(number, mark or guess) for (number, mark), guess in zip(services, guesses, strict=True)])
        for guesses in product(("GP", "GO"), repeat=len(services))
    }
    said = outcome(services)
    assert said in ("pass", "fail", "unknown")
    assert said == "unknown" or ways == {said}


@given(OFFSETS)
def test_without_the_whole_history_nothing_passes_and_an_excess_still_shows(offsets: list[int]) -> None:
    params = _params(per="calendar-year")
    known = _case(_items(TODAY - timedelta(days=number) for number in offsets))
    partly = Case(known.claim, "p", History(known.history.items, False), known.same_payer, None)
    assert _outcome(_run(params, partly)) == ("fail" if _outcome(_run(params, known)) == "fail" else "unknown")


def test_beyond_a_threshold_the_approval_decides() -> None:
    params = _params(per="calendar-year", beyond="authorization")
    history = _items(date(2026, 1, day) for day in range(5, 10))
    line_day = {"from": "2026-06-01", "to": "2026-06-30"}
    approved = {"number": "A", "status": "approved", **line_day}
    assert _only(_run(params, _case(history, authorizations=[]))).key == "unauthorized"
    assert _only(_run(params, _case(history, authorizations=[approved]))).outcome == "resolved"
    assert _only(_run(params, _case(history, authorizations=[{**approved, "codes": ["97140"]}]))).key == "unauthorized"
    assert _only(_run(params, _case(history))).needs == ("context.authorizations",)
    assert _run(params, _case(history[1:], authorizations=[])) is None


def test_a_further_allowance_is_for_a_new_condition() -> None:
    params = _params(per="calendar-year", extra={"number": 2, "reason": "a new injury"})
    history = _items(date(2026, 1, day) for day in range(5, 10))
    assert _only(_run(params, _case(history, episode={"new_condition": True}))).outcome == "resolved"
    assert _only(_run(params, _case(history, episode={"new_condition": False}))).outcome == "fail"
    assert _only(_run(params, _case(history, episode={}))).needs == ("context.episode.new_condition",)
    longer = history + _items(date(2026, 2, day) for day in (2, 3))
    assert _only(_run(params, _case(longer, episode={"new_condition": True}))).outcome == "fail"


def test_the_benefit_of_the_member_stands_above_the_general_number() -> None:
    params = _params(per="calendar-year", benefit="visits", pools=[["PT", "OT"]])
    benefit = {"name": "visits", "disciplines": ["PT", "OT"], "limit": 20, "used": 19}
    eligibility = {"checked_on": "2026-06-14", "benefits": [benefit]}
    history = _items(date(2026, 1, day) for day in range(5, 15))
    assert _run(params, _case(history, eligibility=eligibility)) is None, "the 20th of 20: history up to the answer is in it"
    used_up = {**eligibility, "benefits": [{**benefit, "used": 20}]}
    assert _only(_run(params, _case(None, eligibility=used_up))).facts["limit"] == 20
    assert _only(_run(params, _case(history, eligibility={**eligibility, "benefits": [{**benefit, "name": "days"}]}))).facts["limit"] == 5


def test_days_of_other_payers_count_where_the_rule_says_so() -> None:
    history = _items((date(2026, 1, day) for day in range(5, 10)), payer="another")
    assert _run(_params(per="calendar-year"), _case(history)) is None
    assert _only(_run(_params(per="calendar-year", other_payers=True), _case(history))).outcome == "fail"


def test_a_window_after_an_event_ends() -> None:
    params = _params(per="days", days=30, event="order", limit=1)
    assert _only(_run(params, _case([]))).needs == ("context.documentation.order_on",)
    inside = {"order_on": "2026-06-01"}
    assert _only(_run(params, _case(_items([date(2026, 6, 2)]), documentation=inside))).outcome == "fail"
    assert _run(params, _case(_items([date(2026, 5, 20)]), documentation=inside)) is None
    assert _run(params, _case(_items([date(2026, 5, 2)]), documentation={"order_on": "2026-05-01"})) is NOT_APPLICABLE


def test_a_course_of_treatment_has_a_length_in_days() -> None:
    params = _params(per="episode", gap_days=90, counts="calendar-days", limit=60)
    assert _run(params, _case(_items([TODAY - timedelta(days=59)]))) is None
    assert _only(_run(params, _case(_items([TODAY - timedelta(days=60)])))).facts["number"] == 61
    assert _run(params, _case(_items([TODAY - timedelta(days=95)]))) is None


def test_settings_that_do_not_fit_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="year_starts"):
        _params(per="benefit-year")
    with pytest.raises(msgspec.ValidationError, match="event"):
        _params(per="event")


@pytest.mark.parametrize("window", [window for window, _ in WINDOWS if window["per"] != "lifetime"], ids=lambda window: window["per"])
@given(offsets=OFFSETS)
def test_the_next_allowed_day_is_the_first_free_one(window: dict[str, Any], offsets: list[int]) -> None:
    params = _params(limit=2, **window)
    items = tuple(msgspec.convert(item, HistoryItem, strict=False) for item in _items(TODAY - timedelta(days=n) for n in offsets))
    question = Question("97110", TODAY, history=items)
    limit = usage.window_limits(params, 2, question, hard=True, beyond="not-covered")[0]
    assert limit.next_allowed is not None

    def free(day: date) -> bool:
        lines = [{"service_date": day.isoformat(), "code": "97110", "units": 1, "modifiers": ["GP"]}]
        return _run(params, _case([msgspec.to_builtins(item) for item in items], lines)) is None

    assert free(limit.next_allowed) or limit.next_allowed in {item.service_date for item in items}
    days = {item.service_date for item in items}
    spent = [TODAY + timedelta(days=n) for n in range((limit.next_allowed - TODAY).days)]
    assert not any(free(day) for day in spent if day not in days)


def _cap(**settings: Any) -> Any:
    return daily_cap.KIND.bind(msgspec.convert(settings, daily_cap.DailyCap), None)  # type: ignore[arg-type]  # reads no table


def _lines(*billed: int, **more: Any) -> list[dict[str, Any]]:
    codes = ("97110", "97112", "97116", "97140", "97530")
    return [
        {"service_date": TODAY.isoformat(), "code": code, "units": number, "modifiers": ["GP"], **more}
        for code, number in zip(codes, billed, strict=False)
    ]


@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.integers(1, 10))
def test_what_a_cap_leaves_is_the_limit(billed: list[int], limit: int) -> None:
    case = _case([], _lines(*billed))
    hits = _cap(limit=limit, counts="units", paid="first")(case, tuple(range(len(billed)))) or []
    beyond = {hit.line: hit.facts["left"] for hit in hits}
    paid = sum(beyond.get(place, number) for place, number in enumerate(billed))
    assert paid == min(limit, sum(billed))


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 90)), min_size=1, max_size=5), st.integers(1, 10))
def test_the_highest_amounts_are_paid_first(billed: list[tuple[int, int]], limit: int) -> None:
    lines = [
        {**line, "allowed": str(rate * line["units"])} for line, (_, rate) in zip(_lines(*(n for n, _ in billed)), billed, strict=True)
    ]
    hits = _cap(limit=limit, counts="units", paid="highest")(_case([], lines), tuple(range(len(lines)))) or []
    beyond = {hit.line for hit in hits}
    paid = [rate for place, (_, rate) in enumerate(billed) if place not in beyond]
    assert all(rate >= billed[place][1] for rate in paid for place in beyond)


def test_caps_of_other_sorts() -> None:
    every = (0, 1, 2)
    assert [hit.line for hit in _cap(limit=2, counts="codes")(_case([], _lines(1, 4, 1)), every)] == [2]
    timed = _lines(2, 2, 1, minutes=25)
    assert _only(_cap(limit=60, counts="minutes")(_case([], timed), every)).cap is None
    estimated = _only(_cap(limit=60, counts="minutes", unit_minutes=15)(_case([], _lines(2, 2, 1)), every))
    assert (estimated.facts["number"], estimated.cap) == (75, "review")
    assert _only(_cap(limit=60, counts="minutes")(_case([], _lines(2, 2, 1)), every)).needs == tuple(f"lines[{n}].minutes" for n in every)
    dollars = _lines(1, 1, 1, allowed="60.00")
    assert _only(_cap(limit="149.45", counts="dollars")(_case([], dollars), every)).facts["left"] == Decimal("29.45")
    values = {"97110": "1.5", "97112": "2", "97116": "4"}
    assert [hit.line for hit in _cap(limit=8, counts="rvu", weights=values)(_case([], _lines(2, 2, 1)), every)] == [2]
    assert _only(_cap(limit=8, counts="rvu", weights=values)(_case([], _lines(1, 1, 1, 1)), (0, 1, 3))).needs == (
        "the relative value of 97140",
    )
    assert len(_cap(limit=30, counts="minutes", bound="least")(_case([], _lines(1, minutes=29)), (0,))) == 1
    assert _cap(limit=30, counts="minutes", bound="least")(_case([], _lines(1, minutes=30)), (0,)) is None


@given(st.dictionaries(st.sampled_from(["97110", "97112", "97140"]), st.integers(0, 60), min_size=1))
def test_a_hybrid_unit_is_one_that_both_methods_allow(minutes: dict[str, int]) -> None:
    timing: dict[str, units.Timing] = dict.fromkeys(minutes, "timed-15")
    both = units.count(minutes, timing, "hybrid")
    alone = units.count(minutes, timing, "ama")
    assert both.timed_total <= units.count(minutes, timing, "cms").timed_total
    assert all(both.units[code] <= alone.units[code] for code in minutes)
    assert units.count(minutes, timing, "whole").timed_total <= both.timed_total


@given(st.dates(date(1930, 1, 1), date(2026, 6, 15)))
def test_ages_are_those_of_the_first_date_of_service(born: date) -> None:
    claim = msgspec.convert(
        {"claim_id": "L1", "patient": {"birth_date": born}, "lines": [{"service_date": TODAY, "code": "97110", "units": 1}]}, Claim
    )
    grown = before(TODAY, 12 * 21) >= born
    assert conditions.claim_applies(When(ages=(21,)), claim) is grown
    assert conditions.claim_applies(When(ages=(0, 20)), claim) is not grown


def test_who_the_patient_is_has_to_be_known_where_a_rule_asks() -> None:
    line = {"service_date": TODAY, "code": "97110", "units": 1}
    nobody = msgspec.convert({"claim_id": "L1", "lines": [line]}, Claim)
    exempt = msgspec.convert({"claim_id": "L1", "lines": [line], "context": {"eligibility": {"exemptions": ["pregnancy"]}}}, Claim)
    assert conditions.claim_applies(When(ages=(21,)), nobody) == "patient.birth_date"
    assert conditions.claim_applies(When(exemptions_none=("pregnancy",)), nobody) == "context.eligibility.exemptions"
    assert conditions.claim_applies(When(exemptions_none=("pregnancy",)), exempt) is False
    assert conditions.claim_applies(When(exemptions_none=("malignancy",)), exempt) is True
    back = msgspec.convert({"claim_id": "L1", "lines": [line], "diagnoses": ["M54.50", "F80.1"]}, Claim)
    assert conditions.claim_applies(When(primary_diagnoses=("F80",)), nobody) == "diagnoses"
    assert conditions.claim_applies(When(primary_diagnoses=("F80",)), back) is False
    assert conditions.claim_applies(When(primary_diagnoses=("F80", "M54")), back) is True


def test_a_payer_answers_with_what_is_left_of_its_limits() -> None:
    book = payerbook.load(["common", "medicaid"])
    visits = [TODAY - timedelta(days=number) for number in range(1, 31)]
    history = tuple(HistoryItem(day, "97110", modifiers=("GP",), purpose="rehabilitative", units=2) for day in visits)
    asked = {limit.rule: limit for limit in book.limits("medicaid.or", "97161", on=TODAY).limits}
    assert asked == {}, "evaluations use up no visit, and the rule on evaluations is not on file for the day"
    known = [limit for limit in book.limits("medicaid.or", "97116", on=TODAY, history=history).limits if limit.used is not None]
    left = {(limit.rule.rpartition(".")[2], limit.shared_by): (limit.used, limit.remaining, limit.next_allowed) for limit in known}
    assert left[("visits-rehabilitative", ("PT",))] == (Decimal(30), Decimal(0), date(2027, 1, 1))
    assert left[("visits-habilitative", ("PT",))] == (Decimal(0), Decimal(30), TODAY)
    fresh = book.authorization("medicaid.or", "97116", on=TODAY, visit=30).authorization
    later = book.authorization("medicaid.or", "97116", on=TODAY, visit=31).authorization
    assert fresh is not None
    assert later is not None
    assert (fresh.needed, later.needed) == ("no-auth", "auth-needed")
