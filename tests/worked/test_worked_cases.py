"""The list of worked cases is true: what it calls reached is reached by the rule it names, what it calls missed is missed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

import payerbook
from worked import page
from worked.adapter import adapt, payer
from worked.judge import CASES, COMMAND, Judged, answers, judged

needs_cases = pytest.mark.skipif(not CASES.is_file(), reason="the folder shared/testdata beside the checkout is absent")
LISTED = answers()


@needs_cases
def test_every_case_of_a_payer_on_file_is_listed_and_no_other() -> None:
    assert sorted(LISTED) == sorted(one.id for one in judged())


@pytest.mark.parametrize("one", judged(), ids=lambda one: one.id)
def test_case(one: Judged) -> None:
    answer = LISTED[one.id]
    found = [(finding.rule, finding.effect) for finding in one.report.findings]
    if answer.hit is None:
        assert not one.hit, f"{one.id} is reached now, by {', '.join(one.by) or 'no finding at all'}; move it to the hits in answers.yaml"
    elif answer.hit == "clean":
        assert one.hit, f"{one.id} is clean no longer: {found}"
    else:
        assert answer.hit in one.by, f"{one.id} is no longer reached by {answer.hit}: {found}"


@pytest.mark.parametrize(("case", "answer"), LISTED.items(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_entry_says_all_it_has_to(case: str, answer: Any) -> None:
    assert (answer.hit is None) != (answer.miss is None)
    assert (answer.reason is not None) == (answer.miss is not None)
    assert (answer.needs is not None) == (answer.miss == "missing-fact")
    if answer.miss in ("other-effect", "later-rule", "not-on-file", "contradicted"):
        assert answer.rule is not None


@pytest.mark.parametrize("one", judged(), ids=lambda one: one.id)
def test_a_case_found_with_another_effect_is_found(one: Judged) -> None:
    if LISTED[one.id].miss == "other-effect":
        assert LISTED[one.id].rule in {finding.rule for finding in one.report.findings}


STATING_LINES = [one for one in judged() if one.hit and "line_outcomes" in one.case["expected"]]


@pytest.mark.parametrize("one", STATING_LINES, ids=lambda one: one.id)
def test_a_case_that_names_lines_is_reached_on_those_lines(one: Judged) -> None:
    stated = one.case["expected"]["line_outcomes"]
    lines = one.case["claim"]["lines"]
    found = {lines[finding.line - 1]["code"] for finding in one.report.findings if finding.line is not None and finding.effect == "deny"}
    assert found == {code for code, outcome in stated.items() if outcome == "deny"}


@needs_cases
def test_the_page_is_up_to_date() -> None:
    assert page.PAGE.is_file()
    assert page.PAGE.read_text("utf-8") == page.render(), f"write it with: {COMMAND}"


# ---- the adapter

CASE: dict[str, Any] = {
    "id": "X",
    "payer": "Medicare Part B (a contractor)",
    "date_of_service": "2026-03-02",
    "claim": {
        "lines": [
            {"code": "97110", "modifiers": ["GP"], "units": 2, "minutes": 30, "dx": ["M54.50", "M25.511"], "pos": "11"},
            {"code": "97140", "modifiers": ["GP"], "units": 1, "dx": ["M25.511"], "pos": "11", "performed_by": "student"},
        ],
        "history": {"pt_slp_incurred": 2450, "this_visit_allowed": 100, "visit_number": 4, "pt_visits_this_year": 9, "age": 71},
        "auth": {"requested": True, "visits": 6, "status": "pending"},
        "documents": ["signed order"],
    },
}


def test_the_adapter_maps_words_to_fields_and_names_the_rest() -> None:
    claim, left_out = adapt(CASE, "medicare.part-b")
    assert claim.diagnoses == ("M54.50", "M25.511")
    assert [line.diagnosis_pointers for line in claim.lines] == [(1, 2), (2,)]
    assert [line.minutes for line in claim.lines] == [30, None]
    assert [line.allowed for line in claim.lines] == [Decimal("66.67"), Decimal("33.33")]
    assert claim.context is not None
    (accumulator,) = claim.context.accumulators or ()
    assert (accumulator.name, accumulator.bucket, accumulator.year, accumulator.used) == (
        "medicare-threshold",
        "PT+SLP",
        2026,
        Decimal(2450),
    )
    assert accumulator.as_of == date(2026, 3, 1)
    assert claim.context.episode is not None
    assert claim.context.episode.visit_number == 4
    (authorization,) = claim.context.authorizations or ()
    assert (authorization.status, authorization.visits) == ("requested", 6)
    assert left_out == ("lines: performed_by", "history: age", "auth: status", "documents")


def test_what_a_case_does_not_state_stays_unknown() -> None:
    bare = {
        "lines": [{"code": "97110", "modifiers": [], "units": 1, "pos": "11"}],
        "history": {},
        "auth": "not stated",
        "documents": "not stated",
    }
    claim, left_out = adapt({**CASE, "claim": bare}, "medicare.part-b")
    assert (claim.context, claim.diagnoses, claim.lines[0].minutes, left_out) == (None, None, None, ())
    none, _ = adapt({**CASE, "claim": {**bare, "auth": "none"}}, "medicare.part-b")
    assert none.context is not None
    assert none.context.authorizations == ()


@pytest.mark.parametrize(
    ("text", "pack"),
    [
        ("Medicare Part B", "medicare.part-b"),
        ("Medicare Part B (First Coast)", "medicare.part-b"),
        ("Medicare (CORF, Noridian)", "medicare.part-b"),
        ("Medicare Advantage", None),
    ],
)
def test_payers_of_cases_resolve_through_the_book(text: str, pack: str | None) -> None:
    assert payer(payerbook.load(), text) == pack
