"""Answers: the invariants of HL7 CRD, flip dates against brute force, limits with a history, deadlines, and the commands."""

from __future__ import annotations

import doctest
import json
import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import payerbook
from payerbook.answers.questions import ANSWERS, CoverageAnswer
from payerbook.api import Book
from payerbook.claim import Authorization, Claim, Context, Episode, HistoryItem, Line
from payerbook.cli import main

ROOT = Path(__file__).parents[1]
PAYER = "medicare.part-b"
FIRST, LAST = date(2018, 1, 1), date(2027, 12, 31)
DAY = timedelta(days=1)
CODES = ("97110", "97164", "97010", "97001", "97014", "20560", "97037", "97127", "92507", "97545", "97550", "G0283", "99999")


@cache
def _book() -> Book:
    return payerbook.load()


@cache
def _codes() -> tuple[str, ...]:
    """Every code that a rule of the pack names, and one that none names."""
    rules = _book().pack(PAYER).rules
    return (*sorted({code for rule in rules for version in rule.versions for code in version.when.codes or ()}), "99999")


days = st.dates(FIRST, LAST)
questions = st.fixed_dictionaries(
    {
        "code": st.deferred(lambda: st.sampled_from(_codes())),
        "on": days,
        "known_on": st.none() | days,
        "claim_type": st.sampled_from(["professional", "institutional"]),
        "place_of_service": st.sampled_from([None, "11", "10", "02"]),
        "authorizations": st.just(()) | st.just((Authorization("PA1", ("97110",), FIRST, LAST, 12, 4, status="approved"),)),
    }
)


def _coverage(code: str, **facts: Any) -> CoverageAnswer:
    return _book().coverage(PAYER, code, **facts)


# --- what every answer keeps --------------------------------------------------------------------


@given(questions)
def test_invariants_of_crd(question: dict[str, Any]) -> None:
    answer = _coverage(**question)
    assert (answer.authorization is None) == (answer.covered == "not-covered")
    assert bool(answer.info_needed) == ("conditional" in (answer.covered, answer.authorization))
    assert (answer.satisfied_by is not None) == (answer.authorization == "satisfied")
    assert answer.why
    assert answer.covered != "indeterminate" or answer.authorization is not None
    for limit in answer.limits:
        assert (limit.used, limit.remaining, limit.next_allowed) == (None, None, None)


@given(questions)
def test_answers_fit_their_schemas_and_are_stable(question: dict[str, Any]) -> None:
    answer = _coverage(**question)
    assert msgspec.json.encode(answer) == msgspec.json.encode(_coverage(**question))
    _fits("coverage", msgspec.to_builtins(answer))
    assert msgspec.convert(msgspec.to_builtins(answer), CoverageAnswer) == answer


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(msgspec.json.schema(ANSWERS[name]))


def _fits(name: str, value: Any) -> None:
    _validator(name).validate(json.loads(json.dumps(value, default=str)))


@given(questions)
def test_all_questions_agree(question: dict[str, Any]) -> None:
    whole = _coverage(**question)
    limits = _book().limits(PAYER, **question)
    permission = _book().authorization(PAYER, **question)
    assert limits.limits == whole.limits
    assert (permission.authorization.needed if permission.authorization else None) == whole.authorization
    assert permission.satisfied_by == whole.satisfied_by


# --- flip dates ---------------------------------------------------------------------------------


def _key(answer: CoverageAnswer) -> Any:
    """What a reader sees of an answer, without the words that carry dates, and without the dates themselves."""
    plain = msgspec.to_builtins(answer)
    kept = {
        name: plain[name] for name in ("covered", "why", "modifiers", "documents", "diagnoses", "instead", "decided_at", "authorization")
    }
    limits = [(one["rule"], one["counts"], str(one["limit"]), one["per"], one["shared_by"], one["hard"]) for one in plain["limits"]]
    # Rules with something open; what a limit's history needs is no part of the answer's change.
    return json.dumps([kept, limits, sorted({str(point["rule"]) for point in plain["unknown"]})])


def _between(start: date, end: date) -> Iterator[date]:
    while start <= end:
        yield start
        start += DAY


def _brute_service(code: str, first: date = FIRST, last: date = LAST) -> list[date]:
    """Every day of [first, last] whose answer differs from the day before."""
    keys = {day: _key(_coverage(code, on=day)) for day in _between(first - DAY, last)}
    return [day for day in _between(first, last) if keys[day] != keys[day - DAY]]


def _told(answer: CoverageAnswer, clock: str) -> list[date]:
    return sorted({flip.on for flip in answer.flips if flip.clock == clock})


def _check_service(code: str, brute: list[date], asked: date, first: date, last: date) -> None:
    told = _told(_coverage(code, on=asked), "service")
    past = [day for day in brute if day <= asked]
    ahead = [day for day in brute if day > asked]
    wanted = ([past[-1]] if past else []) + ([ahead[0]] if ahead else [])
    assert [day for day in told if first <= day <= last] == wanted, (code, asked)


def _check_known(code: str, on: date, known: list[date], first: date, last: date) -> None:
    keys = {day: _key(_coverage(code, on=on, known_on=day)) for day in _between(first - DAY, last)}
    brute = [day for day in _between(first, last) if keys[day] != keys[day - DAY]]
    for day in known:
        told = _told(_coverage(code, on=on, known_on=day), "known-on")
        past = [found for found in brute if found <= day]
        ahead = [found for found in brute if found > day]
        wanted = ([past[-1]] if past else []) + ([ahead[0]] if ahead else [])
        assert [found for found in told if first <= found <= last] == wanted, (code, on, day)


@pytest.mark.parametrize("code", ["97110", "97001", "97127"])
def test_flips_equal_brute_force_around_the_turns(code: str) -> None:
    """Three months around each of three New Year's days: most policy changes with the year."""
    for year in (2020, 2022, 2025):
        first, last = date(year - 1, 11, 20), date(year, 2, 10)
        brute = _brute_service(code, first, last)
        for asked in (first, date(year, 1, 1) - DAY, date(year, 1, 1), last):
            told = [day for day in _told(_coverage(code, on=asked), "service") if first <= day <= last]
            assert set(told) <= set(brute), (code, asked)
            assert not [day for day in brute if day <= asked] or max(day for day in brute if day <= asked) in told
            assert not [day for day in brute if day > asked] or min(day for day in brute if day > asked) in told


@pytest.mark.parametrize("code", ["97110", "20560"])
def test_known_on_flips_equal_brute_force(code: str) -> None:
    first, last = date(2023, 8, 1), date(2024, 2, 1)
    _check_known(code, date(2024, 1, 15), [first, date(2023, 9, 13), date(2023, 9, 14), last], first, last)


@pytest.mark.soak
@pytest.mark.parametrize("code", CODES)
def test_flips_equal_brute_force_on_every_day(code: str) -> None:
    brute = _brute_service(code)
    for asked in [FIRST, LAST, *random.Random(code).sample(list(_between(FIRST, LAST)), 20), *brute, *(day - DAY for day in brute)]:
        if asked >= FIRST:
            _check_service(code, brute, asked, FIRST, LAST)


@pytest.mark.soak
def test_known_on_flips_equal_brute_force_for_twenty_days_of_service() -> None:
    chosen = random.Random(20260301)
    for code in chosen.sample(CODES, 4):
        for on in chosen.sample(list(_between(FIRST, LAST)), 5):
            _check_known(code, on, [FIRST, LAST, *chosen.sample(list(_between(FIRST, LAST)), 5)], FIRST, LAST)


@given(st.deferred(lambda: st.sampled_from(_codes())), days)
def test_a_flip_is_a_change_of_the_answer(code: str, on: date) -> None:
    for day in _told(_coverage(code, on=on), "service"):
        assert _key(_coverage(code, on=day)) != _key(_coverage(code, on=day - DAY))


# --- what is covered ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "on", "covered"),
    [
        ("97110", date(2026, 3, 2), "covered"),
        ("97010", date(2026, 3, 2), "not-covered"),
        ("97001", date(2026, 3, 2), "not-covered"),
        ("20560", date(2026, 3, 2), "conditional"),
        ("99999", date(2026, 3, 2), "indeterminate"),
        ("97110", date(2018, 3, 2), "indeterminate"),
    ],
)
def test_covered(code: str, on: date, covered: str) -> None:
    assert _coverage(code, on=on).covered == covered


def test_a_code_that_has_ended_names_its_successors() -> None:
    answer = _coverage("97001", on=date(2026, 3, 2))
    assert answer.instead == ("97161", "97162", "97163")
    assert "2016-12-31" in answer.why[0]


def test_a_code_that_is_not_on_file_says_so() -> None:
    assert "not on file" in _coverage("99999", on=date(2026, 3, 2)).why[0]


def test_a_price_by_the_contractor_is_decided_there() -> None:
    answer = _coverage("97799", on=date(2026, 3, 2))
    assert (answer.covered, answer.decided_at) == ("conditional", "contractor")


@pytest.mark.parametrize(("on", "needed"), [(date(2026, 3, 2), "no-auth"), (date(2025, 3, 2), "indeterminate")])
def test_medicare_asks_for_no_authorization_as_far_as_sources_show(on: date, needed: str) -> None:
    answer = _book().authorization(PAYER, "97110", on=on)
    assert answer.authorization is not None
    assert answer.authorization.needed == needed
    assert bool(answer.authorization.sources) == (needed == "no-auth")


def test_modifiers_name_their_rule() -> None:
    needs = {need.rule: need.any_of for need in _coverage("97164", on=date(2026, 3, 2)).modifiers}
    assert needs["medicare.part-b.gp-only-codes"] == ("GP",)


def test_amounts_are_those_known_on_the_day() -> None:
    before = _book().limits(PAYER, "97110", on=date(2024, 1, 2), known_on=date(2023, 9, 13))
    after = _book().limits(PAYER, "97110", on=date(2024, 1, 2), known_on=date(2023, 9, 14))
    found = [next(one.limit for one in answer.limits if one.rule.endswith(".kx-threshold")) for answer in (before, after)]
    assert found == [Decimal("2230.00"), Decimal("2330.00")]


# --- limits with a history ----------------------------------------------------------------------


def _limit(rule: str, code: str, on: date, history: tuple[HistoryItem, ...]) -> Any:
    answer = _book().limits(PAYER, code, on=on, history=history)
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
    answer = _book().limits(PAYER, "97161", on=date(2026, 3, 2), history=history)
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
    total = {day: sum(units for served, units in services if served == day) for day in _between(date(2024, 7, 1), date(2024, 7, 10))}
    assert limit.used == total[on]
    assert limit.remaining == max(limit.limit - total[on], 0)
    assert limit.next_allowed == next(day for day in _between(on, date(2024, 7, 10)) if total[day] < limit.limit)


# --- deadlines ----------------------------------------------------------------------------------


def test_the_last_day_to_file() -> None:
    claim = Claim("A1", (Line(date(2025, 1, 10), "97110", 1), Line(date(2025, 1, 20), "97110", 1)), payer=PAYER)
    answer = _book().deadlines(claim)
    due = next(one for one in answer.deadlines if one.rule == f"{PAYER}.timely-filing")
    assert (due.due, due.start, due.days, due.counted_in) == (date(2026, 1, 12), date(2025, 1, 10), 367, "calendar-days")
    _fits("deadlines", msgspec.to_builtins(answer))


def test_an_appeal_runs_from_the_presumed_receipt_of_the_decision() -> None:
    claim = Claim("A1", (Line(date(2026, 1, 10), "97110", 1),), payer=PAYER, processed_on=date(2026, 2, 1))
    terms = [one for one in _book().deadlines(claim).deadlines if one.rule == f"{PAYER}.appeals"]
    assert [(one.due, one.start, one.days) for one in terms if one.due is not None] == [(date(2026, 6, 6), date(2026, 2, 6), 120)]
    assert [one.days for one in terms if one.due is None] == [180, 60, 60, 60]


def test_a_claim_that_is_not_decided_has_no_day_to_appeal() -> None:
    claim = Claim("A1", (Line(date(2026, 1, 10), "97110", 1),), payer=PAYER)
    first = next(one for one in _book().deadlines(claim).deadlines if "redetermination by" in one.what)
    assert (first.due, first.needs) == (None, ("processed_on",))


def test_a_payer_not_on_file_has_no_deadlines() -> None:
    claim = Claim("A1", (Line(date(2025, 1, 10), "97110", 1),), payer="Nobody Health")
    answer = _book().deadlines(claim)
    assert (answer.asked.payer, answer.deadlines) == (None, ())


@given(days, st.booleans())
def test_a_deadline_has_a_day_or_says_what_it_needs(day: date, institutional: bool) -> None:
    claim = Claim(
        "A1",
        (Line(day, "97110", 1, modifiers=("GP",)),),
        payer=PAYER,
        claim_type="institutional" if institutional else "professional",
    )
    for one in _book().deadlines(claim).deadlines:
        assert (one.due is None) == bool(one.needs)


# --- the commands -------------------------------------------------------------------------------


def test_coverage_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", "Medicare", "97164", "--on", "2026-03-02", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["asked"]["payer"] == PAYER
    _fits("coverage", answer)


def test_text_gives_the_answer_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", PAYER, "97010", "--on", "2026-03-02"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("NOT COVERED  97010 on 2026-03-02")
    assert "Source: " in out


@pytest.mark.parametrize("command", ["coverage", "limits", "authorization"])
def test_a_payer_that_is_not_on_file_names_the_nearest(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "medicare.part-c", "97110", "--on", "2026-03-02"]) == 2
    assert PAYER in capsys.readouterr().err


@pytest.mark.parametrize("command", ["limits", "authorization"])
def test_the_other_questions_in_json(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, PAYER, "97110", "--on", "2026-03-02", "--json"]) == 0
    _fits(command, json.loads(capsys.readouterr().out))


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


def test_deadlines_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "claim.json"
    file.write_text(
        '{"claim_id": "A1", "payer": "medicare.part-b", "lines": [{"service_date": "2025-01-10", "code": "97110", "units": 1}]}'
    )
    assert main(["deadlines", str(file)]) == 0
    assert "2026-01-12" in capsys.readouterr().out
    assert main(["deadlines", str(file), "--json"]) == 0
    _fits("deadlines", json.loads(capsys.readouterr().out))


# --- prior authorization ------------------------------------------------------------------------

NEEDS = {
    "pack.yaml": """\
pack: demo.plan
format: "1"
title: Demo plan
version: 2026.1.0
publisher: Demo
about: A plan that asks for authorization from the third visit on.
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
params: {needed: auth-needed, from_visit: 3, valid_days: 60, send: [plan-of-care], where: the portal of the plan}
versions:
  - from: 2025-01-01
    sources: [{ref: manual}]
""",
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A book with a plan that asks for authorization."""
    folder = tmp_path_factory.mktemp("plan")
    for name, text in NEEDS.items():
        (folder / name).write_text(text)
    book = payerbook.load(policies=[folder])
    assert not book.not_loaded
    return book


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
    report = plan.check(Claim("A1", (Line(date(2026, 3, 2), "97110", 1),), payer="demo.plan", context=context))
    found = [item.outcome for item in (*report.findings, *report.unknown) if item.rule == "demo.plan.approval"]
    assert found == ([] if outcome == "passed" else [outcome])


# --- the page -----------------------------------------------------------------------------------


def _examples() -> list[Any]:
    """The shell examples of docs/answers.md: a command, and the lines of output that follow it."""
    text = (ROOT / "docs" / "answers.md").read_text("utf-8")
    return [
        pytest.param(match[1].split(), match[2].splitlines(), id=match[1].split()[0])
        for match in re.finditer(r"```console\n\$ payerbook ([^\n]+)\n(.*?)```", text, re.S)
    ]


@pytest.mark.parametrize(("arguments", "wanted"), _examples())
def test_examples_of_the_page(arguments: list[str], wanted: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.chdir(ROOT / "docs")
    monkeypatch.setenv("COLUMNS", "110")
    assert main(arguments) == 0
    said = capsys.readouterr().out.splitlines()
    place = 0
    for line in [line for line in wanted if line != "..."]:
        assert line in said[place:], line
        place = said.index(line, place) + 1


def test_the_python_example_of_the_page() -> None:
    failed, tried = doctest.testfile(str(ROOT / "docs" / "answers.md"), module_relative=False)
    assert (failed, tried > 0) == (0, True)


def test_every_question_has_an_example() -> None:
    assert {param.id for param in _examples()} >= set(ANSWERS)
