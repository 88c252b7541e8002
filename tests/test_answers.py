"""Answers: the invariants of HL7 CRD, what is covered, the commands, and the examples of the page."""

from __future__ import annotations

import doctest
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given

from inquiries import PAYER, book, coverage, fits, questions
from payerbook.answers.questions import ANSWERS, CoverageAnswer
from payerbook.cli import main

ROOT = Path(__file__).parents[1]


@given(questions)
def test_invariants_of_crd(question: dict[str, Any]) -> None:
    answer = coverage(**question)
    assert (answer.authorization is None) == (answer.covered == "not-covered")
    assert bool(answer.info_needed) == ("conditional" in (answer.covered, answer.authorization))
    assert (answer.satisfied_by is not None) == (answer.authorization == "satisfied")
    assert answer.why
    assert answer.covered != "indeterminate" or answer.authorization is not None
    for limit in answer.limits:
        assert (limit.used, limit.remaining, limit.next_allowed) == (None, None, None)


@given(questions)
def test_answers_fit_their_schemas_and_are_stable(question: dict[str, Any]) -> None:
    answer = coverage(**question)
    assert msgspec.json.encode(answer) == msgspec.json.encode(coverage(**question))
    fits("coverage", msgspec.to_builtins(answer))
    assert msgspec.convert(msgspec.to_builtins(answer), CoverageAnswer) == answer


@given(questions)
def test_all_questions_agree(question: dict[str, Any]) -> None:
    whole = coverage(**question)
    limits = book().limits(PAYER, **question)
    permission = book().authorization(PAYER, **question)
    assert limits.limits == whole.limits
    assert (permission.authorization.needed if permission.authorization else None) == whole.authorization
    assert permission.satisfied_by == whole.satisfied_by


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
    assert coverage(code, on=on).covered == covered


def test_a_code_that_has_ended_names_its_successors() -> None:
    answer = coverage("97001", on=date(2026, 3, 2))
    assert answer.instead == ("97161", "97162", "97163")
    assert "2016-12-31" in answer.why[0]


def test_a_code_that_is_not_on_file_says_so() -> None:
    assert "not on file" in coverage("99999", on=date(2026, 3, 2)).why[0]


def test_a_price_by_the_contractor_is_decided_there() -> None:
    answer = coverage("97799", on=date(2026, 3, 2))
    assert (answer.covered, answer.decided_at) == ("conditional", "contractor")


@pytest.mark.parametrize(("on", "needed"), [(date(2026, 3, 2), "no-auth"), (date(2025, 3, 2), "indeterminate")])
def test_medicare_asks_for_no_authorization_as_far_as_sources_show(on: date, needed: str) -> None:
    answer = book().authorization(PAYER, "97110", on=on)
    assert answer.authorization is not None
    assert answer.authorization.needed == needed
    assert bool(answer.authorization.sources) == (needed == "no-auth")


def test_modifiers_name_their_rule() -> None:
    needs = {need.rule: need.any_of for need in coverage("97164", on=date(2026, 3, 2)).modifiers}
    assert needs["medicare.part-b.gp-only-codes"] == ("GP",)


def test_amounts_are_those_known_on_the_day() -> None:
    before = book().limits(PAYER, "97110", on=date(2024, 1, 2), known_on=date(2023, 9, 13))
    after = book().limits(PAYER, "97110", on=date(2024, 1, 2), known_on=date(2023, 9, 14))
    found = [next(one.limit for one in answer.limits if one.rule.endswith(".kx-threshold")) for answer in (before, after)]
    assert found == [Decimal("2230.00"), Decimal("2330.00")]


# --- the commands -------------------------------------------------------------------------------


def test_coverage_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", "Medicare", "97164", "--on", "2026-03-02", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["asked"]["payer"] == PAYER
    fits("coverage", answer)


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
    fits(command, json.loads(capsys.readouterr().out))


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
