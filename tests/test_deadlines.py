"""Deadlines: what is due when for a claim, and the command."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import payerbook
from inquiries import PAYER, book, days, fits
from payerbook.authoring.lint import run_cases
from payerbook.claim import Claim, Line, Provider
from payerbook.cli import main


def test_the_last_day_to_file() -> None:
    claim = Claim("A1", (Line(date(2025, 1, 10), "97110", 1), Line(date(2025, 1, 20), "97110", 1)), payer=PAYER)
    answer = book().deadlines(claim)
    due = next(one for one in answer.deadlines if one.rule == f"{PAYER}.timely-filing")
    assert (due.due, due.start, due.days, due.counted_in) == (date(2026, 1, 12), date(2025, 1, 10), 367, "calendar-days")
    fits("deadlines", msgspec.to_builtins(answer))


def test_an_appeal_runs_from_the_presumed_receipt_of_the_decision() -> None:
    claim = Claim("A1", (Line(date(2026, 1, 10), "97110", 1),), payer=PAYER, processed_on=date(2026, 2, 1))
    terms = [one for one in book().deadlines(claim).deadlines if one.rule == f"{PAYER}.appeals"]
    assert [(one.due, one.start, one.days) for one in terms if one.due is not None] == [(date(2026, 6, 6), date(2026, 2, 6), 120)]
    assert [one.days for one in terms if one.due is None] == [180, 60, 60, 60]


def test_a_claim_that_is_not_decided_has_no_day_to_appeal() -> None:
    claim = Claim("A1", (Line(date(2026, 1, 10), "97110", 1),), payer=PAYER)
    first = next(one for one in book().deadlines(claim).deadlines if "redetermination by" in one.what)
    assert (first.due, first.needs) == (None, ("processed_on",))


def test_a_payer_not_on_file_has_no_deadlines() -> None:
    claim = Claim("A1", (Line(date(2025, 1, 10), "97110", 1),), payer="Nobody Health")
    answer = book().deadlines(claim)
    assert (answer.asked.payer, answer.deadlines) == (None, ())


@given(days, st.booleans())
def test_a_deadline_has_a_day_or_says_what_it_needs(day: date, institutional: bool) -> None:
    claim = Claim(
        "A1",
        (Line(day, "97110", 1, modifiers=("GP",)),),
        payer=PAYER,
        claim_type="institutional" if institutional else "professional",
    )
    for one in book().deadlines(claim).deadlines:
        assert (one.due is None) == bool(one.needs)


def test_deadlines_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "claim.json"
    file.write_text(
        '{"claim_id": "A1", "payer": "medicare.part-b", "lines": [{"service_date": "2025-01-10", "code": "97110", "units": 1}]}'
    )
    assert main(["deadlines", str(file)]) == 0
    assert "2026-01-12" in capsys.readouterr().out
    assert main(["deadlines", str(file), "--json"]) == 0
    fits("deadlines", json.loads(capsys.readouterr().out))


# --- versions that do not stand, or not for everybody --------------------------------------------

FILING = """\
rule: demo.filing.{name}
kind: {kind}
title: Filed too late
when: {when}
effect: deny
evidence: claim
topic: timely-filing
category: timely-filing
date_basis: {basis}
params: {params}
versions: [{{from: 2025-01-01, known: 2025-03-01, sources: [{{ref: manual}}]}}]
"""
HEAD = 'pack: demo.filing\nformat: "1"\ntitle: Demo\nversion: 2026.1.0\npublisher: Demo\nabout: A plan with days to file.\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan whose rule on filing is not for one state, and whose rule on appeals goes by the day of the decision."""
    made = tmp_path_factory.mktemp("filing")
    (made / "pack.yaml").write_text(HEAD)
    (made / "sources.yaml").write_text("manual: {title: Manual, publisher: Demo, grade: A, last_checked: 2026-01-15}\n")
    limit = {"kind": "timely-filing", "basis": "service-date", "params": "{limit: {days: 90}}", "when": '{not_states: ["NY"]}'}
    terms = "{terms: [{what: appeal, limit: {days: 60}}]}"
    (made / "limit.yaml").write_text(FILING.format(name="limit", **limit))
    (made / "appeal.yaml").write_text(FILING.format(name="appeal", kind="appeal-terms", basis="processed-date", params=terms, when="{}"))
    return made


def _claim(**more: Any) -> Claim:
    return Claim("A1", (Line(date(2025, 6, 2), "97110", 1),), payer="demo.filing", **more)


def test_a_rule_that_is_not_for_everybody_still_sets_its_day(folder: Path) -> None:
    found = payerbook.load(policies=[folder]).deadlines(_claim())
    assert [(one.due, one.rule) for one in found.deadlines if one.due] == [(date(2025, 8, 31), "demo.filing.limit")]


def test_a_rule_that_was_not_published_sets_no_day_and_says_so(folder: Path) -> None:
    claim = _claim(processed_on=date(2025, 7, 1), billing_provider=Provider(state="OR"))
    found = payerbook.load(policies=[folder]).deadlines(claim, known_on=date(2025, 2, 28))
    assert [one for one in found.deadlines if one.rule.startswith("demo.")] == []
    assert {(one.rule, one.reason, one.sources[0].title) for one in found.unknown if one.rule and one.rule.startswith("demo.")} == {
        (f"demo.filing.{name}", "Nothing of this rule had been published by then.", "Manual") for name in ("limit", "appeal")
    }


@pytest.mark.parametrize(("known_on", "says"), [("2025-02-28", '""'), ("2025-03-01", "{sentence}")])
def test_a_case_of_what_a_rule_says_minds_what_was_known(folder: Path, tmp_path: Path, known_on: str, says: str) -> None:
    """Also where the version goes by another day than the date of service."""
    pack = tmp_path / "filing"
    shutil.copytree(folder, pack)
    sentence = "A decided claim may go on: appeal within 60 days after the first decision."
    case = (
        "rule: demo.filing.appeal\ncases:\n  - name: what it says\n"
        "    claim: {processed_on: 2025-07-01, lines: [{service_date: 2025-06-02, code: '97110', units: 1}]}\n"
        "    expect: not-applicable\n"
        f"    known_on: {known_on}\n    says: {says.format(sentence=json.dumps(sentence))}\n"
    )
    (pack / "appeal.test.yaml").write_text(case)
    assert [fault for result in run_cases([pack]) for fault in result.faults] == []
