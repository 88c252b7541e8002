"""`check --explain`: every rule once, with the outcome that the report counts and the facts that it looked at."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given

from example_plan import PAYER, active_rules, book, claims, days, few
from payerbook.claim import Claim
from payerbook.cli import main
from payerbook.engine.watch import GIVEN, Trail, watched

CLAIM = {
    "claim_id": "E1",
    "payer": PAYER,
    "diagnoses": ["M54.50"],
    "patient": {"id": "SECRET-PATIENT", "birth_date": "1950-03-02"},
    "lines": [{"number": 1, "service_date": "2026-01-15", "code": "97110", "units": 2, "minutes": 30, "modifiers": ["GP"]}],
}


@few
@given(claim=claims, today=days)
def test_every_rule_is_explained_once_with_the_outcome_that_is_counted(claim: Claim, today: object) -> None:
    report = book().check(claim, today=today)  # type: ignore[arg-type]
    said = book().explain(claim, today=today)  # type: ignore[arg-type]
    assert sorted(one.rule for one in said) == sorted(rule.id for rule in active_rules(book(), report))
    outcomes = Counter(one.outcome for one in said)
    assert outcomes["pass"] == report.passed
    assert outcomes["not-applicable"] == report.not_applicable
    assert {one.rule for one in said if one.outcome == "fail"} == {finding.rule for finding in report.findings}


@few
@given(claim=claims)
def test_what_is_needed_and_missing_is_among_the_facts(claim: Claim) -> None:
    for one in book().explain(claim):
        assert (one.reason is None) == (one.outcome != "not-applicable")
        if one.outcome not in ("not-applicable", "not-on-file"):
            assert one.facts
        assert all(path.partition("[")[0].partition(".")[0] in Claim.__struct_fields__ for path in one.facts)


@few
@given(claim=claims)
def test_a_watched_claim_says_the_same(claim: Claim) -> None:
    seen = watched(claim, Trail())
    assert isinstance(seen, Claim)
    for name in Claim.__struct_fields__:
        if name not in ("lines", "patient", "context", "rendering_provider"):
            assert getattr(seen, name) == getattr(claim, name)
    assert [line.code for line in seen.lines] == [line.code for line in claim.lines]


def test_the_facts_of_a_rule_are_those_that_it_read() -> None:
    claim = msgspec.convert(CLAIM, Claim)
    units = next(one for one in book().explain(claim) if "lines[0].minutes" in one.facts)
    assert units.facts["lines[0].minutes"] == 30
    assert units.facts["lines[0].units"] == 2


def test_values_that_point_to_a_person_are_not_shown() -> None:
    said = book().explain(msgspec.convert(CLAIM, Claim))
    text = msgspec.json.encode(said).decode()
    for secret in ("SECRET-PATIENT", "1950-03-02", "M54.50"):
        assert secret not in text
    assert any(one.facts.get("diagnoses") == GIVEN for one in said)


def test_json_and_text_carry_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "claim.json"
    file.write_text(json.dumps({**CLAIM, "payer": "medicare.part-b"}), "utf-8")
    main(["check", str(file), "--explain", "--json"])
    (report,) = json.loads(capsys.readouterr().out)["reports"]
    assert len(report["explain"]) >= report["passed"] + report["not_applicable"]
    assert set(report["explain"][0]) == {"rule", "title", "outcome", "evidence", "lines", "version", "facts", "messages", "reason"}
    main(["check", str(file), "--explain", "--format", "jsonl"])
    assert "explain" in json.loads(capsys.readouterr().out.splitlines()[0])
    main(["check", str(file), "--explain"])
    text = capsys.readouterr().out
    assert "EXPLAINED  E1" in text
    assert "pass            common.claim-dates" in text
    assert "lines[0].code = 97110" in text
    main(["check", str(file), "--json"])
    assert "explain" not in json.loads(capsys.readouterr().out)["reports"][0]
