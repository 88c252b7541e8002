"""Authorization: which visit a service is against a plain count, what an approval on file is for, exemptions, requests and days."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import payerbook
from payerbook.calendar import business_days_after, business_days_before
from payerbook.claim import Authorization, Claim, Context, Eligibility, Episode, HistoryItem, Line, Patient, Provider
from payerbook.kinds import visits
from payerbook.kinds.base import Case, History, Hit, Question, Result, Tables
from payerbook.kinds.counting import Counter
from payerbook.kinds.prior_authorization import KIND, PriorAuthorization

DAY = date(2026, 3, 2)
NO_TABLES: Any = None
DAYS = st.sets(st.integers(1, 400).map(lambda number: DAY - timedelta(days=number)), max_size=40)


@cache
def _book() -> payerbook.Book:
    return payerbook.load()


def _case(claim: Claim, history: tuple[HistoryItem, ...] | None = None) -> Case:
    known = History() if history is None else History(history, complete=True)
    return Case(claim, "demo", known, lambda payer: True, None)


def _claim(context: Context | None = None, days: tuple[date, ...] = (DAY,), **more: Any) -> Claim:
    return Claim("A1", tuple(Line(day, "97110", 2, modifiers=("GP",)) for day in days), context=context, **more)


def _check(params: dict[str, Any], claim: Claim, history: tuple[HistoryItem, ...] | None = None) -> Result:
    typed = msgspec.convert({"needed": "auth-needed", **params}, PriorAuthorization, strict=False)
    tables: Tables = NO_TABLES
    return KIND.bind(typed, tables)(_case(claim, history), tuple(range(len(claim.lines))))


def _hits(params: dict[str, Any], claim: Claim, history: tuple[HistoryItem, ...] | None = None) -> list[Hit]:
    found = _check(params, claim, history)
    return found if isinstance(found, list) else []


# --- the number of a visit ----------------------------------------------------------------------


def _history(days: set[date], modifier: str = "GP") -> tuple[HistoryItem, ...]:
    return tuple(HistoryItem(day, "97110", modifiers=(modifier,)) for day in sorted(days))


@given(DAYS, st.integers(2, 120))
def test_visits_of_an_episode_end_at_the_first_gap(earlier: set[date], gap: int) -> None:
    run, day = 1, DAY
    while previous := max((one for one in earlier if one < day), default=None):
        if (day - previous).days >= gap:
            break
        run, day = run + 1, previous
    counter = Counter(per="episode", counts="visits", gap_days=gap, pools=(("PT",), ("OT",)))
    found = visits.number(_case(_claim(), _history(earlier) + _history(earlier, "GO")), 0, counter)
    assert (found.number, found.sure, found.start) == (run, True, day)
    question = Question("97110", DAY, disciplines=("PT",), history=_history(earlier))
    assert visits.asked(question, counter) == run


@given(DAYS)
def test_visits_of_a_calendar_year_are_its_days_so_far(earlier: set[date]) -> None:
    counter = Counter(per="calendar-year", counts="visits")
    found = visits.number(_case(_claim(), _history(earlier)), 0, counter)
    assert found.number == 1 + sum(day.year == DAY.year for day in earlier)


@given(DAYS, st.integers(1, 30))
def test_without_a_whole_history_a_count_can_only_show_that_a_visit_is_late(earlier: set[date], from_visit: int) -> None:
    params = {"from_visit": from_visit + 1, "visits": {"per": "calendar-year", "counts": "visits"}}
    case = Case(_claim(Context(authorizations=())), "demo", History(_history(earlier)), lambda payer: True, None)
    found = KIND.bind(msgspec.convert({"needed": "auth-needed", **params}, PriorAuthorization), NO_TABLES)(case, (0,))
    late = sum(day.year == DAY.year for day in earlier) >= from_visit
    assert isinstance(found, list)
    assert [hit.outcome for hit in found] == ["fail" if late else "unknown"]


@pytest.mark.parametrize(
    ("rendering", "number", "sure", "needs"),
    [
        ("1245319599", 3, True, ()),
        ("1003000126", 2, True, ()),
        (None, 0, False, ("rendering_provider.npi",)),
    ],
)
def test_each_provider_has_a_count_of_its_own(rendering: str | None, number: int, sure: bool, needs: tuple[str, ...]) -> None:
    """Two visits with one provider and one with another in the year."""
    who = ("1245319599", "1245319599", "1003000126")
    earlier = tuple(HistoryItem(DAY - timedelta(days=place + 1), "97110", rendering_npi=npi) for place, npi in enumerate(who))
    counter = Counter(per="calendar-year", counts="visits", by_provider=True)
    found = visits.number(_case(_claim(rendering_provider=Provider(npi=rendering)), earlier), 0, counter)
    assert (found.number, found.sure, found.needs) == (number, sure, needs)


@pytest.mark.parametrize(
    ("item", "counter", "needs"),
    [
        ({}, {"by_provider": True}, ("context.history[].rendering_npi",)),
        ({"rendering_npi": "1245319599"}, {"by_provider": True}, ()),
        ({}, {"pools": [["PT"]]}, ("context.history[].modifiers",)),
        ({"modifiers": ("GP",)}, {"purpose": "habilitative", "pools": [["PT"]]}, ("context.history[].purpose",)),
    ],
)
def test_an_earlier_visit_that_may_count_says_what_it_leaves_open(
    item: dict[str, Any], counter: dict[str, Any], needs: tuple[str, ...]
) -> None:
    typed = msgspec.convert({"per": "calendar-year", "counts": "visits", **counter}, Counter)
    purpose = Context(episode=Episode(purpose=typed.purpose))
    claim = _claim(purpose, rendering_provider=Provider(npi="1245319599"))
    found = visits.number(_case(claim, (HistoryItem(DAY - timedelta(days=1), "97110", **item),)), 0, typed)
    assert (found.sure, found.needs) == (not needs, needs)


def test_the_number_on_the_claim_is_that_of_its_first_day() -> None:
    claim = _claim(Context(episode=Episode(visit_number=6), authorizations=()), days=(DAY, DAY + timedelta(days=2)))
    assert [(hit.outcome, hit.line) for hit in _hits({"from_visit": 7}, claim)] == [("fail", 1)]


def test_free_visits_end_with_their_weeks() -> None:
    params = {"from_visit": 7, "free_days": 56}
    for days, expected in ((55, []), (56, ["fail"])):
        episode = Episode(visit_number=3, started_on=DAY - timedelta(days=days))
        assert [hit.outcome for hit in _hits(params, _claim(Context(episode=episode, authorizations=())))] == expected
    unknown = _hits(params, _claim(Context(episode=Episode(visit_number=3), authorizations=())))
    assert unknown[0].needs == ("context.episode.started_on",)


# --- what is on file ----------------------------------------------------------------------------

GOOD = Authorization("PA1", ("97110",), date(2026, 3, 1), date(2026, 3, 31), 12, 4, 40, 8, "approved")


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({}, None),
        ({"status": "partial"}, None),
        ({"status": None}, "undecided"),
        ({"status": "denied"}, "undecided"),
        ({"status": "pending"}, "pending"),
        ({"codes": ("97140",)}, "other-code"),
        ({"codes": None}, None),
        ({"from_": date(2026, 3, 3)}, "other-days"),
        ({"to": date(2026, 3, 1)}, "other-days"),
        ({"from_": None, "to": None}, None),
        ({"visits_used": 11}, None),
        ({"visits_used": 12}, "used-up"),
        ({"units_used": 38}, None),
        ({"units_used": 39}, "used-up"),
    ],
)
def test_an_approval_is_for_its_codes_days_visits_and_units(changes: dict[str, Any], key: str | None) -> None:
    held = (msgspec.structs.replace(GOOD, **changes),)
    assert [hit.key for hit in _hits({}, _claim(Context(authorizations=held)))] == ([key] if key else [])


def test_each_day_of_a_claim_uses_a_visit() -> None:
    held = (msgspec.structs.replace(GOOD, visits_used=11),)
    claim = _claim(Context(authorizations=held), days=(DAY, DAY + timedelta(days=1)))
    assert [(hit.key, hit.line) for hit in _hits({}, claim)] == [("used-up", 1)]


def test_a_visit_uses_only_the_approvals_of_its_day() -> None:
    """One visit is left of each of two approvals that follow on each other: a claim with a visit under each is covered."""
    first = msgspec.structs.replace(GOOD, to=DAY, visits_used=11)
    second = msgspec.structs.replace(GOOD, from_=DAY + timedelta(days=1), visits_used=11)
    days = (DAY, DAY + timedelta(days=1))
    assert _hits({}, _claim(Context(authorizations=(first, second)), days=days)) == []
    late = _claim(Context(authorizations=(first, second)), days=(*days, DAY + timedelta(days=2)))
    assert [(hit.key, hit.line) for hit in _hits({}, late)] == [("used-up", 2)]


@pytest.mark.parametrize(("number", "key"), [("PA1", None), ("PA2", "other-number"), (None, "no-number")])
def test_the_number_of_the_approval_on_the_claim(number: str | None, key: str | None) -> None:
    claim = _claim(Context(authorizations=(GOOD,)), authorization_number=number)
    assert [hit.key for hit in _hits({"number_on_claim": True}, claim)] == ([key] if key else [])
    assert _hits({}, claim) == []


def test_without_approvals_a_number_on_the_claim_is_not_enough() -> None:
    assert [(hit.outcome, hit.key) for hit in _hits({}, _claim(authorization_number="PA1"))] == [("unknown", "number")]
    assert [(hit.outcome, hit.key) for hit in _hits({}, _claim())] == [("unknown", "unsaid")]


# --- who needs none -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "claim", "expected"),
    [
        ({"exempt": ["97110"]}, {}, []),
        ({"exempt_under_age": 21}, {"patient": Patient(birth_date=date(2005, 3, 3))}, []),
        ({"exempt_under_age": 21}, {"patient": Patient(birth_date=date(2005, 3, 2))}, ["fail"]),
        ({"exempt_from_age": 21}, {"patient": Patient(birth_date=date(2005, 3, 2))}, []),
        ({"exempt_from_age": 21}, {"patient": Patient(birth_date=date(2005, 3, 3))}, ["fail"]),
        ({"exempt_under_age": 21}, {}, ["unknown"]),
    ],
)
def test_exemptions(params: dict[str, Any], claim: dict[str, Any], expected: list[str]) -> None:
    assert [hit.outcome for hit in _hits(params, _claim(Context(authorizations=()), **claim))] == expected


@pytest.mark.parametrize(("exemptions", "cap"), [(None, "review"), ((), None), (("other",), None)])
def test_an_exception_that_nobody_ruled_out_softens_the_finding(exemptions: tuple[str, ...] | None, cap: str | None) -> None:
    claim = _claim(Context(authorizations=(), eligibility=Eligibility(exemptions=exemptions)))
    assert [(hit.outcome, hit.cap) for hit in _hits({"exempt_words": ["discharge-order"]}, claim)] == [("fail", cap)]


def test_what_the_payer_says_of_the_member_stands_above_the_rule() -> None:
    first = Episode(visit_number=1)
    needed = _claim(Context(authorizations=(), episode=first, eligibility=Eligibility(authorization_required=True)))
    assert [hit.outcome for hit in _hits({"from_visit": 7}, needed)] == ["fail"]
    free = _claim(Context(authorizations=(), episode=first, eligibility=Eligibility(authorization_required=False)))
    assert _hits({}, free) == []


# --- requests -----------------------------------------------------------------------------------

SIX = {
    "from_visit": 7,
    "request_enough": True,
    "request": {"days": 10, "counted_in": "business-days", "side": "after", "event": "evaluation"},
}


@pytest.mark.parametrize(
    ("visit", "status", "key"), [(4, "requested", None), (4, "denied", "undecided"), (7, "requested", "pending"), (7, "approved", None)]
)
def test_a_request_is_enough_for_the_first_visits(visit: int, status: Any, key: str | None) -> None:
    held = (Authorization(status=status),)
    claim = _claim(Context(authorizations=held, episode=Episode(visit_number=visit)))
    assert [hit.key for hit in _hits(SIX, claim)] == ([key] if key else [])


def test_without_a_request_the_first_visits_are_not_paid() -> None:
    claim = _claim(Context(authorizations=(), episode=Episode(visit_number=3)))
    assert [(hit.outcome, hit.key) for hit in _hits(SIX, claim)] == [("fail", "none")]


@pytest.mark.parametrize(
    ("held", "outcome"),
    [((), ["fail"]), ((Authorization(status="requested"),), ["unknown"]), ((Authorization(status="approved"),), []), (None, ["unknown"])],
)
def test_without_the_number_of_the_visit_only_a_missing_request_is_sure(held: Any, outcome: list[str]) -> None:
    assert [hit.outcome for hit in _hits(SIX, _claim(Context(authorizations=held)))] == outcome


@pytest.mark.parametrize(("asked_on", "key"), [(date(2026, 3, 16), None), (date(2026, 3, 17), "asked-late")])
def test_a_request_has_a_last_day(asked_on: date, key: str | None) -> None:
    claim = msgspec.convert(
        {
            "claim_id": "A1",
            "lines": [{"service_date": "2026-03-02", "code": "97110", "units": 2}],
            "context": {
                "documentation": {"evaluation_on": "2026-03-02"},
                "episode": {"visit_number": 1},
                "authorizations": [{"status": "requested", "requested_on": asked_on.isoformat()}],
            },
        },
        Claim,
    )
    assert [hit.key for hit in _hits(SIX, claim)] == ([key] if key else [])
    params = msgspec.convert({"needed": "auth-needed", **SIX}, PriorAuthorization)
    assert [(due.due, due.counted_in) for due in KIND.deadlines(params, _case(claim))] == [(date(2026, 3, 16), "business-days")]


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 60))
def test_business_days_are_counted_one_by_one(start: date, number: int) -> None:
    for day, step in ((business_days_after(start, number), 1), (business_days_before(start, number), -1)):
        between = [start + timedelta(days=step * i) for i in range(1, abs((day - start).days) + 1)]
        assert sum(one.weekday() < 5 for one in between) == number
        assert not number or day.weekday() < 5


# --- the answers of packs on file -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("payer", "code", "visit", "needed", "decided_at"),
    [
        ("commercial.premera", "97110", 6, "no-auth", "payer"),
        ("commercial.premera", "97110", 7, "auth-needed", "payer"),
        ("commercial.premera", "97110", None, "conditional", "payer"),
        ("commercial.premera", "97161", 7, "indeterminate", "default"),
        ("medicaid.in", "97110", 1, "auth-needed", "payer"),
        ("medicaid.in", "97162", 1, "no-auth", "payer"),
        ("medicare-advantage.uhc", "97110", 3, "auth-needed", "payer"),
        ("medicare-advantage.uhc", "97161", 1, "no-auth", "payer"),
    ],
)
def test_authorization_by_visit(payer: str, code: str, visit: int | None, needed: str, decided_at: str) -> None:
    answer = _book().authorization(payer, code, on=DAY, visit=visit, place_of_service="11").authorization
    assert answer is not None
    assert (answer.needed, answer.decided_at) == (needed, decided_at)


def test_a_code_of_two_disciplines_leaves_open_whose_visits_count() -> None:
    six = _history({DAY - timedelta(days=2 * number) for number in range(1, 7)})
    answer = _book().authorization("commercial.premera", "97110", on=DAY, history=six).authorization
    assert answer is not None
    assert answer.needed == "conditional"
