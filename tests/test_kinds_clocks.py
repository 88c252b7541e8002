"""Clocks: filing, correcting and appealing, each with the event that starts it; and where a payer stands on a code, and orders."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payerbook.claim import Claim
from payerbook.kinds import appeal_terms, bundled, code_status, recertification, referral, same_day_pair, telehealth, timely_filing
from payerbook.kinds.base import Case, Due, History, Hit, Kind, Question

NO_TABLES: Any = None
LINE = {"service_date": "2026-01-15", "code": "97110", "units": 1}


def _claim(**more: Any) -> Claim:
    return msgspec.convert({"claim_id": "A1", "lines": [LINE], **more}, Claim, strict=False)


def _case(claim: Claim) -> Case:
    items = claim.context.history if claim.context is not None else None
    return Case(claim, "demo", History(items or (), complete=items is not None), lambda payer: True, None)


def _hits(kind: Kind[Any], params: dict[str, Any], claim: Claim) -> list[Hit]:
    typed = msgspec.convert(params, kind.params, strict=False)
    found = kind.bind(typed, NO_TABLES)(_case(claim), tuple(range(len(claim.lines))))
    return found if isinstance(found, list) else []


def _dues(kind: Kind[Any], params: dict[str, Any], claim: Claim) -> list[Due]:
    return kind.deadlines(msgspec.convert(params, kind.params, strict=False), _case(claim))


# --- filing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "more", "due"),
    [
        ("first-service", {}, date(2026, 4, 15)),
        ("last-service", {"lines": [LINE, {**LINE, "service_date": "2026-01-20"}]}, date(2026, 4, 20)),
        ("end-of-service-month", {}, date(2026, 5, 1)),
        ("end-of-service-year", {}, date(2027, 3, 31)),
        ("discharge", {"statement_to": "2026-02-01"}, date(2026, 5, 2)),
        ("decision", {"processed_on": "2026-02-01"}, date(2026, 5, 2)),
        ("other-payer-decision", {"payer_sequence": "secondary", "other_payers": [{"decided_on": "2026-02-01"}]}, date(2026, 5, 2)),
    ],
)
def test_each_event_starts_its_own_clock(start: str, more: dict[str, Any], due: date) -> None:
    params = {"limit": {"days": 90}, "start": start}
    assert [one.due for one in _dues(timely_filing.KIND, params, _claim(**more))] == [due]
    for day, late in ((due, False), (due + timedelta(days=1), True)):
        found = _hits(timely_filing.KIND, params, _claim(received_on=day.isoformat(), **more))
        assert [hit.outcome for hit in found] == (["fail"] if late else [])


@pytest.mark.parametrize(
    ("start", "needs"),
    [
        ("decision", "processed_on"),
        ("discharge", "statement_to"),
        ("other-payer-decision", "other_payers[].decided_on"),
        ("event", "the day of approval"),
    ],
)
def test_a_start_that_is_not_known_names_what_is_missing(start: str, needs: str) -> None:
    params = {"limit": {"days": 90}, "start": start, "event": "approval"}
    claim = _claim(received_on="2027-01-01", payer_sequence="secondary")
    assert [(hit.outcome, hit.needs) for hit in _hits(timely_filing.KIND, params, claim)] == [("unknown", (needs,))]
    assert [(due.due, due.needs) for due in _dues(timely_filing.KIND, params, claim)] == [(None, (needs,))]


OWN = {"limit": {"days": 120}, "non_participating": {"months": 12}, "by_state": {"TX": {"days": 95}}}


@pytest.mark.parametrize(
    ("provider", "late_after"),
    [
        ({"participating": True, "state": "OR"}, (120, 120)),
        ({"participating": True, "state": "TX"}, (95, 95)),
        ({"participating": False, "state": "TX"}, (365, 365)),
        ({"participating": True}, (95, 120)),
        ({"state": "OR"}, (120, 365)),
        ({"state": "TX"}, (95, 365)),
        (None, (95, 365)),
    ],
)
def test_a_limit_that_depends_on_the_provider_is_only_sure_where_all_agree(
    provider: dict[str, Any] | None, late_after: tuple[int, int]
) -> None:
    sure, surely_late = late_after
    for days, expected in ((sure, []), (sure + 1, ["fail"] if sure == surely_late else ["unknown"]), (surely_late + 1, ["fail"])):
        claim = _claim(received_on=(date(2026, 1, 15) + timedelta(days=days)).isoformat(), billing_provider=provider)
        assert [hit.outcome for hit in _hits(timely_filing.KIND, OWN, claim)] == expected
    wanted = {date(2026, 1, 15) + timedelta(days=days) for days in late_after}
    assert wanted <= {one.due for one in _dues(timely_filing.KIND, OWN, _claim(billing_provider=provider))}


LATER = {
    "limit": {"days": 90},
    "or_later": [{"limit": {"days": 60}, "start": "other-payer-decision"}, {"limit": {"days": 30}, "start": "event", "event": "approval"}],
    "never_after": {"limit": {"days": 210}},
}


@pytest.mark.parametrize(
    ("days", "decided", "expected"),
    [
        (90, None, []),
        (91, None, ["unknown"]),
        (211, None, ["fail"]),
        (110, 50, []),
        (111, 50, ["fail"]),
        (210, 200, []),
        (211, 200, ["fail"]),
    ],
)
def test_the_later_clock_counts_up_to_the_last_one(days: int, decided: int | None, expected: list[str]) -> None:
    served = date(2026, 1, 15)
    other = {} if decided is None else {"decided_on": (served + timedelta(days=decided)).isoformat()}
    claim = _claim(received_on=(served + timedelta(days=days)).isoformat(), payer_sequence="secondary", other_payers=[other])
    assert [hit.outcome for hit in _hits(timely_filing.KIND, LATER, claim)] == expected


def test_a_claim_without_another_payer_has_no_clock_of_another_payer() -> None:
    assert [hit.outcome for hit in _hits(timely_filing.KIND, LATER, _claim(received_on="2026-06-01"))] == ["fail"]
    assert [due.what for due in _dues(timely_filing.KIND, LATER, _claim())] == [
        "file the claim",
        "file the claim, if later",
        "file the claim, at the very latest",
    ]


def test_claims_that_another_payer_decided_can_be_free_of_the_limit() -> None:
    params = {"limit": {"days": 90}, "free_after": ["MB"]}
    late = {"received_on": "2027-01-01", "payer_sequence": "secondary"}
    assert _hits(timely_filing.KIND, params, _claim(**late, other_payers=[{"filing_indicator": "MB"}])) == []
    assert _dues(timely_filing.KIND, params, _claim(**late, other_payers=[{"filing_indicator": "MB"}])) == []
    assert [hit.outcome for hit in _hits(timely_filing.KIND, params, _claim(**late, other_payers=[{"filing_indicator": "CI"}]))] == ["fail"]


@given(st.dates(date(2015, 1, 1), date(2030, 12, 31)), st.sampled_from(["first-service", "end-of-service-month", "end-of-service-year"]))
def test_deadline_and_check_agree(served: date, start: str) -> None:
    params = {"limit": {"days": 45}, "start": start, "never_after": {"limit": {"months": 6}}}
    line = {**LINE, "service_date": served.isoformat()}
    filing, last = _dues(timely_filing.KIND, params, _claim(lines=[line]))
    assert filing.due is not None
    assert last.due is not None
    due = min(filing.due, last.due)
    for day, expected in ((due, []), (due + timedelta(days=1), ["fail"])):
        assert [hit.outcome for hit in _hits(timely_filing.KIND, params, _claim(lines=[line], received_on=day.isoformat()))] == expected


def test_a_clock_can_wait_for_one_sort_of_payer() -> None:
    params = {"limit": {"days": 90}, "or_later": [{"limit": {"days": 60}, "start": "other-payer-decision", "of": ["MB"]}]}
    late = {"received_on": "2026-06-01", "payer_sequence": "secondary"}
    for indicator, expected in (("MB", []), ("CI", ["fail"])):
        other = [{"filing_indicator": indicator, "decided_on": "2026-05-15"}]
        assert [hit.outcome for hit in _hits(timely_filing.KIND, params, _claim(**late, other_payers=other))] == expected


# --- what may follow a decision -------------------------------------------------------------------

TERMS = {
    "terms": [
        {"what": "correct the claim", "limit": {"months": 12}, "start": "first-service"},
        {"what": "answer a request", "limit": {"days": 30}, "start": "event", "after": "the request", "counted_in": "business-days"},
        {"what": "ask again", "limit": {"days": 365}, "never_after": {"limit": {"years": 2}}},
        {"what": "dispute", "limit": {"days": 65}, "counted_in": "business-days"},
    ]
}


def test_each_step_has_its_own_start() -> None:
    claim = _claim(processed_on="2026-02-02")
    found = {due.what: (due.due, due.days, due.counted_in) for due in _dues(appeal_terms.KIND, TERMS, claim)}
    assert found == {
        "correct the claim": (date(2027, 1, 15), 365, "calendar-days"),
        "answer a request": (None, 30, "business-days"),
        "ask again": (date(2027, 2, 2), 365, "calendar-days"),
        "ask again, at the very latest": (date(2028, 1, 15), 730, "calendar-days"),
        "dispute": (date(2026, 5, 4), 65, "business-days"),
    }
    late = {due.what: due.due for due in _dues(appeal_terms.KIND, TERMS, _claim(processed_on="2027-06-01"))}
    assert late["ask again"] == date(2028, 1, 15)


@pytest.mark.parametrize(
    ("state", "expected"), [("AZ", ["dispute", "dispute in AZ"]), ("OR", ["dispute"]), (None, ["dispute", "dispute in AZ"])]
)
def test_a_step_of_some_states_runs_there_or_where_nobody_knows(state: str | None, expected: list[str]) -> None:
    terms = [{"what": "dispute", "limit": {"days": 180}}, {"what": "dispute", "limit": {"years": 1}, "states": ["AZ"]}]
    claim = _claim(processed_on="2026-02-02", billing_provider={"state": state} if state else None)
    assert [due.what for due in _dues(appeal_terms.KIND, {"terms": terms}, claim)] == expected


@given(st.dates(date(2015, 1, 1), date(2030, 12, 31)), st.integers(0, 400), st.integers(0, 10))
def test_the_notice_counts_as_received_after_its_days(decided: date, days: int, receipt: int) -> None:
    params = {"receipt_days": receipt, "terms": [{"what": "appeal", "limit": {"days": days}}]}
    (due,) = _dues(appeal_terms.KIND, params, _claim(processed_on=decided.isoformat()))
    assert due.due == decided + timedelta(days=days + receipt)


# --- where a payer stands on a code -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "outcome", "cap", "covered"),
    [
        ("investigational", ["fail"], [None], "not-covered"),
        ("not-necessary", ["fail"], [None], "not-covered"),
        ("absent", ["fail"], ["advice"], None),
        ("criteria", [], [], "conditional"),
        ("listed", [], [], "conditional"),
        ("payable", [], [], "covered"),
    ],
)
def test_a_position_says_how_sure_it_is(status: str, outcome: list[str], cap: list[str | None], covered: str | None) -> None:
    params = msgspec.convert({"status": status, "codes": {"97110": {}}, "policy": "CPB 1", "decided_at": "plan"}, code_status.CodeStatus)
    found = _hits(code_status.KIND, msgspec.to_builtins(params), _claim())
    assert ([hit.outcome for hit in found], [hit.cap for hit in found]) == (outcome, cap)
    said = code_status.KIND.answer(params, NO_TABLES, Question("97110", date(2026, 1, 15)))
    assert said is not None
    assert (said.standing.covered if said.standing else None) == covered
    assert bool(said.gaps) == (covered is None)
    if covered in ("not-covered", "conditional"):
        assert said.standing is not None
        assert said.standing.decided_at == "plan"
        assert "CPB 1" in said.standing.why


def test_a_position_on_a_condition_asks_for_review() -> None:
    params = {"status": "investigational", "codes": {"97110": {"when": "used for the spine"}}}
    (hit,) = _hits(code_status.KIND, params, _claim())
    assert (hit.outcome, hit.cap) == ("fail", "review")
    assert "used for the spine" in hit.facts["under"]


@pytest.mark.parametrize(
    ("bypass", "modifiers", "beside", "outcome"),
    [
        ([], [], "97161", ["fail"]),
        ([], ["59"], "97161", ["fail"]),
        (["59"], [], "97161", ["fail"]),
        (["59"], ["59"], "97161", ["resolved"]),
        ([], [], "97140", []),
    ],
)
def test_a_pair_of_the_payer_is_closed_unless_it_names_a_modifier(
    bypass: list[str], modifiers: list[str], beside: str, outcome: list[str]
) -> None:
    params = {"beside": ["97161"], "bypass": bypass}
    line = {**LINE, "modifiers": modifiers}
    same_claim = _claim(lines=[line, {**LINE, "code": beside}])
    typed = msgspec.convert(params, same_day_pair.SameDayPair)
    found = same_day_pair.KIND.bind(typed, NO_TABLES)(_case(same_claim), (0,))
    assert [hit.outcome for hit in found] == outcome if isinstance(found, list) else not outcome
    earlier = _claim(lines=[line], context={"history": [{"service_date": "2026-01-15", "code": beside}]})
    assert [hit.outcome for hit in _hits(same_day_pair.KIND, params, earlier)] == outcome
    day_before = _claim(lines=[line], context={"history": [{"service_date": "2026-01-14", "code": beside}]})
    assert _hits(same_day_pair.KIND, params, day_before) == []


# --- orders -----------------------------------------------------------------------------------------

ORDER = {"valid_days": 30, "start_within_days": 28, "sign_within_days": 14}


@pytest.mark.parametrize(
    ("documentation", "started", "key"),
    [
        ({"order_on": "2025-12-16"}, None, None),
        ({"order_on": "2025-12-15"}, None, "expired"),
        ({"order_on": "2026-01-02"}, "2026-01-30", None),
        ({"order_on": "2026-01-02"}, "2026-01-31", "begun-late"),
        ({"order_on": "2026-01-02", "order_signed_on": "2026-01-16"}, None, None),
        ({"order_on": "2026-01-02", "order_signed_on": "2026-01-17"}, None, "signed-late"),
        ({"order_on": "2026-01-02", "absent": ["order_signed_on"]}, None, "unsigned"),
    ],
)
def test_an_order_has_its_days(documentation: dict[str, Any], started: str | None, key: str | None) -> None:
    context = {"documentation": documentation, "episode": {"started_on": started} if started else {}}
    claim = _claim(context=context, received_on="2026-02-01")
    assert [hit.key for hit in _hits(referral.KIND, ORDER, claim)] == ([key] if key else [])


@given(st.dates(date(2015, 1, 1), date(2030, 12, 31)))
def test_an_order_sets_three_days(ordered: date) -> None:
    claim = _claim(lines=[{**LINE, "service_date": ordered.isoformat()}], context={"documentation": {"order_on": ordered.isoformat()}})
    found = [due.due for due in _dues(referral.KIND, ORDER, claim)]
    assert found == [ordered + timedelta(days=days) for days in (28, 14, 30)]


@pytest.mark.parametrize(("params", "end"), [({"max_months": 6}, date(2026, 2, 28)), ({"max_days": 180}, date(2026, 2, 27))])
def test_a_plan_is_renewed_after_days_or_months(params: dict[str, Any], end: date) -> None:
    record = {"evaluation_on": "2025-08-31", "plan_of_care": {"established_on": "2025-08-31", "certified_until": "2026-12-31"}}
    for day, expected in ((end, []), (end + timedelta(days=1), ["fail"])):
        claim = _claim(lines=[{**LINE, "service_date": day.isoformat()}], context={"documentation": record})
        assert [hit.outcome for hit in _hits(recertification.KIND, params, claim)] == expected
    assert [due.due for due in _dues(recertification.KIND, params, claim)] == [end]


# --- telehealth -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("modifiers", "modality", "outcome"),
    [
        (["93"], None, ["fail"]),
        (["95"], None, []),
        (["93"], "audio-video", []),
        ([], "audio-only", ["fail"]),
        ([], "store-and-forward", ["fail"]),
        (["GT"], None, ["unknown"]),
        ([], None, []),
    ],
)
def test_telehealth_only_by_the_means_that_the_payer_takes(modifiers: list[str], modality: str | None, outcome: list[str]) -> None:
    params = {"finds": "modality", "places": {"home": "10", "other": "02"}, "modalities": ["audio-video"]}
    context = {"telehealth": {"modality": modality}} if modality else None
    claim = _claim(lines=[{**LINE, "modifiers": modifiers}], context=context, place_of_service="11")
    assert [hit.outcome for hit in _hits(telehealth.KIND, params, claim)] == outcome


# --- what holds for every kind ----------------------------------------------------------------------


def test_settings_that_only_questions_read_are_settings_of_their_kind() -> None:
    assert {kind.name for kind in bundled() if not set(kind.told) <= set(kind.params.__struct_fields__)} == set()
    assert any(kind.told for kind in bundled())
