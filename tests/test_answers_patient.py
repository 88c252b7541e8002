"""Answers for one patient: what earlier services and benefits have used of limits, and approvals on file."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import payerbook
from inquiries import DAY, PAYER, between, book
from payerbook.answers.questions import LimitAnswer, LimitsAnswer
from payerbook.api import Book
from payerbook.claim import Authorization, Claim, Context, Eligibility, Episode, HistoryItem, Line, Patient
from payerbook.cli import main

NEEDS = {
    "pack.yaml": """\
pack: demo.plan
format: "1"
title: Demo plan
version: 2026.1.0
publisher: Demo
about: A plan that asks for authorization from the third visit on, and has a benefit of visits.
""",
    "sources.yaml": "manual: {title: Manual, publisher: Demo, grade: A, last_checked: 2026-01-15}\n",
    "approval.yaml": """\
rule: demo.plan.approval
kind: prior-authorization
title: Authorization missing
when: {codes: ["97110"]}
effect: deny
evidence: record
topic: authorization
category: authorization
params: {needed: auth-needed, from_visit: 3, exempt_under_age: 21, valid_days: 60, send: [plan-of-care], where: the portal of the plan}
versions:
  - from: 2025-01-01
    sources: [{ref: manual}]
""",
    "visits.yaml": """\
rule: demo.plan.visits
kind: frequency-limit
title: More visits than the benefit
when: {codes: ["97140"]}
effect: deny
evidence: record
topic: visit-limits
category: coverage
params: {limit: 20, counts: visits, per: calendar-year, pools: [[PT]], benefit: visits}
versions:
  - from: 2025-01-01
    sources: [{ref: manual}]
""",
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A book with a plan that asks for authorization, and has a benefit of visits."""
    folder = tmp_path_factory.mktemp("plan")
    for name, text in NEEDS.items():
        (folder / name).write_text(text)
    book = payerbook.load(policies=[folder])
    assert not book.not_loaded
    return book


def _limit(rule: str, code: str, on: date, history: tuple[HistoryItem, ...]) -> Any:
    answer = book().limits(PAYER, code, on=on, history=history)
    return next(limit for limit in answer.limits if limit.rule == f"{PAYER}.{rule}")


def test_units_of_the_day_are_counted_and_the_next_day_is_free() -> None:
    on = date(2024, 8, 1)
    used = tuple(HistoryItem(day, "97110", units=6) for day in (on, on + DAY))
    limit = _limit("mue", "97110", on, used)
    assert (limit.used, limit.remaining, limit.next_allowed) == (6, 0, on + 2 * DAY)


def test_evaluations_share_one_a_day() -> None:
    on = date(2026, 3, 2)
    limit = _limit("one-pt-evaluation", "97164", on, (HistoryItem(on, "97161", units=1),))
    assert (limit.used, limit.remaining, limit.next_allowed) == (1, 0, on + DAY)


def test_dollars_of_the_year_are_added_by_discipline() -> None:
    history = (
        HistoryItem(date(2026, 1, 5), "97110", modifiers=("GP",), units=1, allowed=Decimal("2400.00")),
        HistoryItem(date(2026, 1, 5), "97530", modifiers=("GO",), units=1, allowed=Decimal("500.00")),
        HistoryItem(date(2025, 12, 5), "97110", modifiers=("GP",), units=1, allowed=Decimal("900.00")),
    )
    limit = _limit("kx-threshold", "97161", date(2026, 3, 2), history)
    assert (limit.used, limit.remaining, limit.next_allowed) == (Decimal("2400.00"), Decimal("80.00"), date(2026, 3, 2))


def test_a_service_without_an_amount_leaves_the_total_open() -> None:
    history = (HistoryItem(date(2026, 1, 5), "97110", modifiers=("GP",), units=1),)
    answer = book().limits(PAYER, "97161", on=date(2026, 3, 2), history=history)
    limit = next(one for one in answer.limits if one.rule.endswith(".kx-threshold"))
    assert limit.used is None
    assert any("context.history[].allowed" in point.needs for point in answer.unknown)


def test_services_of_another_payer_do_not_count() -> None:
    on = date(2026, 3, 2)
    assert _limit("one-pt-evaluation", "97164", on, (HistoryItem(on, "97161", units=1, payer="Somebody Else"),)).used == 0


@given(
    st.lists(st.tuples(st.dates(date(2024, 7, 1), date(2024, 7, 9)), st.integers(1, 4)), max_size=12),
    st.dates(date(2024, 7, 1), date(2024, 7, 9)),
)
def test_the_next_allowed_day_is_the_first_with_room(services: list[tuple[date, int]], on: date) -> None:
    limit = _limit("mue", "97110", on, tuple(HistoryItem(day, "97110", units=units) for day, units in services))
    total = {day: sum(units for served, units in services if served == day) for day in between(date(2024, 7, 1), date(2024, 7, 10))}
    assert limit.used == total[on]
    assert limit.remaining == max(limit.limit - total[on], 0)
    assert limit.next_allowed == next(day for day in between(on, date(2024, 7, 10)) if total[day] < limit.limit)


def test_limits_read_a_history_of_claims_or_items(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history = tmp_path / "history.jsonl"
    history.write_text(
        '{"service_date": "2024-08-01", "code": "97110", "units": 2}\n'
        '{"claim_id": "B1", "payer": "medicare.part-b", "lines": [{"service_date": "2024-08-01", "code": "97110", "units": 3}]}\n'
    )
    assert main(["limits", PAYER, "97110", "--on", "2024-08-01", "--history", str(history), "--json"]) == 0
    limits = json.loads(capsys.readouterr().out)["limits"]
    assert [limit["used"] for limit in limits if limit["rule"] == f"{PAYER}.mue"] == ["5"]


def test_a_voided_claim_uses_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [{"service_date": "2024-08-01", "code": "97110", "units": 3}]
    void = {"claim_id": "B2", "frequency_code": "8", "original_reference": "B1", "lines": lines}
    history = tmp_path / "history.jsonl"
    history.write_text(json.dumps({"claim_id": "B1", "lines": lines}) + "\n" + json.dumps(void) + "\n")
    assert main(["limits", PAYER, "97110", "--on", "2024-08-01", "--history", str(history), "--json"]) == 0
    limits = json.loads(capsys.readouterr().out)["limits"]
    assert [limit["used"] for limit in limits if limit["rule"] == f"{PAYER}.mue"] == ["0"]


def test_a_history_of_two_patients_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history = tmp_path / "history.jsonl"
    lines = [{"service_date": "2024-08-01", "code": "97110", "units": 3}]
    history.write_text("".join(json.dumps({"claim_id": name, "patient": {"id": name}, "lines": lines}) + "\n" for name in ("B1", "B2")))
    assert main(["limits", PAYER, "97110", "--history", str(history)]) == 2
    assert "2 patients" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["absent.jsonl", "broken.jsonl"])
def test_a_history_that_cannot_be_read_is_one_clear_line(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.jsonl").write_text("{\n")
    assert main(["limits", PAYER, "97110", "--history", str(tmp_path / name)]) == 2
    error = capsys.readouterr().err
    assert name in error
    assert "Traceback" not in error


# --- the member's own benefit -------------------------------------------------------------------


def _eligibility(**more: Any) -> Eligibility:
    return msgspec.convert({"benefits": [{"name": "visits", "disciplines": ["PT"], **more}], "checked_on": "2026-06-14"}, Eligibility)


def _visits(plan: Book, on: date, eligibility: Eligibility, history: tuple[HistoryItem, ...] | None) -> tuple[LimitAnswer, LimitsAnswer]:
    answer = plan.limits("demo.plan", "97140", on=on, eligibility=eligibility, history=history)
    return next(limit for limit in answer.limits if limit.rule == "demo.plan.visits"), answer


@given(
    st.integers(0, 12),
    st.integers(0, 12),
    st.none() | st.sets(st.dates(date(2026, 1, 2), date(2026, 6, 30)), max_size=12),
    st.dates(date(2026, 6, 1), date(2027, 1, 5)),
)
def test_what_a_benefit_leaves_is_what_a_claim_may_bill(plan: Book, most: int, used: int, days: set[date] | None, on: date) -> None:
    own = _eligibility(limit=most, used=used)
    history = None if days is None else tuple(HistoryItem(day, "97140", modifiers=("GP",), units=1) for day in sorted(days))
    limit, _ = _visits(plan, on, own, history)
    line = Line(on, "97140", 1, modifiers=("GP",))
    report = plan.check(Claim("A1", (line,), payer="demo.plan", context=Context(eligibility=own, history=history)))
    (outcome,) = [item.outcome for item in (*report.findings, *report.unknown) if item.rule == "demo.plan.visits"] or ["pass"]
    assert limit.limit == most
    if limit.remaining is None:
        assert history is None
        assert outcome in ("unknown", "fail")
    elif days is None or on not in days:
        assert outcome == ("pass" if limit.remaining > 0 else "fail")
        assert limit.next_allowed == (on if limit.remaining else date(2027, 1, 1) if most else None)


def test_what_was_used_last_year_is_not_used_of_this_year(plan: Book) -> None:
    limit, answer = _visits(plan, date(2027, 1, 5), _eligibility(used=20), ())
    assert (limit.limit, limit.used, limit.remaining, limit.note) == (20, 0, 20, None)
    assert not [point for point in answer.unknown if point.rule == "demo.plan.visits"]
    limit, answer = _visits(plan, date(2026, 6, 20), _eligibility(used=19), None)
    assert limit.used is None
    assert [point.needs for point in answer.unknown if point.rule == "demo.plan.visits"] == [("context.history",)]


CONTEXT = {
    "accumulators": [{"name": "medicare-threshold", "bucket": "PT+SLP", "year": 2026, "used": "2401.10", "as_of": "2026-06-14"}],
    "authorizations": [{"number": "PA1", "from": "2026-01-01", "to": "2026-12-31", "status": "approved"}],
    "episode": {"visit_number": 9},
}


def test_a_context_says_what_is_used_and_what_is_approved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "context.json"
    file.write_text(json.dumps(CONTEXT))
    asked = ["97110", "--on", "2026-06-15", "--context", str(file), "--json"]
    assert main(["limits", PAYER, *asked]) == 0
    limits = json.loads(capsys.readouterr().out)["limits"]
    assert [limit["remaining"] for limit in limits if limit["rule"] == f"{PAYER}.kx-threshold"] == ["78.90", None]
    (tmp_path / "plan").mkdir()
    for name, text in NEEDS.items():
        (tmp_path / "plan" / name).write_text(text)
    assert main(["authorization", "demo.plan", *asked, "--policies", str(tmp_path / "plan")]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["asked"]["visit"], answer["satisfied_by"]) == (9, "PA1")


@pytest.mark.parametrize(
    ("context", "words"),
    [('{"eligibilty": {}}', "eligibility"), ("[]", "context.json"), ('{"history": []}', "not in both"), (None, "context.json")],
)
def test_a_context_that_cannot_be_used_is_one_clear_line(
    context: str | None, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "history.jsonl").touch()
    if context is not None:
        (tmp_path / "context.json").write_text(context)
    files = ["--context", str(tmp_path / "context.json"), "--history", str(tmp_path / "history.jsonl")]
    assert main(["limits", PAYER, "97110", *files]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error


# --- prior authorization ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "needed"),
    [
        ({"age": 20}, "no-auth"),
        ({"age": 21}, "auth-needed"),
        ({"eligibility": Eligibility(authorization_required=False)}, "no-auth"),
        ({"visit": 1, "eligibility": Eligibility(authorization_required=True)}, "auth-needed"),
    ],
)
def test_what_is_known_of_the_patient_decides(plan: Book, facts: dict[str, Any], needed: str) -> None:
    answer = plan.authorization("demo.plan", "97110", on=date(2026, 3, 2), **{"visit": 3, **facts}).authorization
    assert answer is not None
    assert answer.needed == needed


@pytest.mark.parametrize(("visit", "needed"), [(None, "conditional"), (2, "no-auth"), (3, "auth-needed")])
def test_authorization_from_a_visit_on(plan: Book, visit: int | None, needed: str) -> None:
    answer = plan.authorization("demo.plan", "97110", on=date(2026, 3, 2), visit=visit).authorization
    assert answer is not None
    assert (answer.needed, answer.from_visit, answer.valid_days, answer.send) == (needed, 3, 60, ("plan-of-care",))


@pytest.mark.parametrize(
    ("held", "satisfied"),
    [
        (Authorization("PA1", ("97110",), date(2026, 1, 1), date(2026, 3, 31), 12, 4, status="approved"), "PA1"),
        (Authorization("PA1", ("97140",), date(2026, 1, 1), date(2026, 3, 31), 12, 4, status="approved"), None),
        (Authorization("PA1", ("97110",), date(2026, 1, 1), date(2026, 3, 1), 12, 4, status="approved"), None),
        (Authorization("PA1", ("97110",), date(2026, 1, 1), date(2026, 3, 31), 12, 12, status="approved"), None),
        (Authorization("PA1", ("97110",), date(2026, 1, 1), date(2026, 3, 31), 12, 4, status="pending"), None),
        (Authorization("PA1", ("97110",), status="partial"), "PA1"),
        (Authorization("PA1", ("97110",), units=4, units_used=4, status="approved"), None),
    ],
)
def test_an_authorization_on_file_satisfies(plan: Book, held: Authorization, satisfied: str | None) -> None:
    answer = plan.coverage("demo.plan", "97110", on=date(2026, 3, 2), visit=4, authorizations=[held])
    assert (answer.authorization, answer.satisfied_by) == ("satisfied" if satisfied else "auth-needed", satisfied)


@pytest.mark.parametrize(
    ("context", "outcome"),
    [
        (Context(episode=Episode(visit_number=2)), "passed"),
        (Context(episode=Episode(visit_number=3), authorizations=()), "fail"),
        (Context(episode=Episode(visit_number=3)), "unknown"),
        (Context(authorizations=()), "unknown"),
        (Context(authorizations=(Authorization("PA1", ("97110",), status="approved"),)), "passed"),
    ],
)
def test_a_claim_is_checked_against_the_authorizations_on_file(plan: Book, context: Context, outcome: str) -> None:
    patient = Patient(birth_date=date(1950, 1, 1))
    report = plan.check(Claim("A1", (Line(date(2026, 3, 2), "97110", 1),), payer="demo.plan", patient=patient, context=context))
    found = [item.outcome for item in (*report.findings, *report.unknown) if item.rule == "demo.plan.approval"]
    assert found == ([] if outcome == "passed" else [outcome])
