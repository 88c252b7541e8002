"""`payerbook strength`: faults put into a rule, and those that its cases let pass."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from payerbook.cli import main

PACK = """
pack: sample
format: "1"
title: Sample plan
version: 2026.1.0
publisher: Sample Plan
"""
SOURCES = """
manual: {title: Manual, publisher: Sample Plan, grade: A, last_checked: 2026-01-02}
"""
LIMIT = """
rule: sample.one-a-day
kind: same-day-limit
title: More units of a day than the plan pays
when: {codes: ["97110", "97112"]}
effect: deny
evidence: claim
topic: unit-limits
category: coverage
params: {limit: 2, counts: units}
versions:
  - {from: 2025-01-01, sources: [{ref: manual}]}
why: The plan says so.
fix: Bill no more than two units.
"""
FEW = """
rule: sample.one-a-day
cases:
  - name: three units
    claim: {lines: [{service_date: 2025-06-02, code: "97110", units: 3}]}
    expect: fail
    severity: deny
  - name: two units
    claim: {lines: [{service_date: 2025-06-02, code: "97110", units: 2}]}
    expect: pass
"""
MORE = """
  - name: the first day
    claim: {lines: [{service_date: 2025-01-01, code: "97112", units: 3}]}
    expect: fail
  - name: the day before the first
    claim: {lines: [{service_date: 2024-12-31, code: "97110", units: 3}]}
    expect: not-applicable
  - name: another code
    claim: {lines: [{service_date: 2025-06-02, code: "97140", units: 9}]}
    expect: not-applicable
  - name: two lines of two units
    claim: {lines: [{service_date: 2025-06-02, code: "97110", units: 2}, {service_date: 2025-06-02, code: "97110", units: 2}]}
    expect: fail
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack of one rule whose two cases leave its dates, its codes and one word unguarded."""
    folder = tmp_path / "sample"
    folder.mkdir()
    for name, text in (("pack", PACK), ("sources", SOURCES), ("one-a-day", LIMIT), ("one-a-day.test", FEW)):
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def _measured(pack: Path, capsys: pytest.CaptureFixture[str], *more: str) -> Any:
    assert main(["strength", str(pack), "--json", *more]) == 0
    return json.loads(capsys.readouterr().out)


def test_faults_that_no_case_notices_are_named_with_their_place(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rule,) = _measured(pack, capsys)["rules"]
    survivors = {(found["setting"], found["value"], found["mutant"]): found for found in rule["survivors"]}
    assert ("versions.0.from", "2025-01-01", "2024-12-31") in survivors
    assert ("versions.0.from", "2025-01-01", "2025-01-02") in survivors
    assert ("when.codes.1", "97112", "97113") in survivors
    assert ("when.codes", "a condition", "none") in survivors
    assert survivors["versions.0.from", "2025-01-01", "2025-01-02"]["write"] == "a claim with a line of 2025-01-01"
    assert survivors["when.codes.1", "97112", "97113"]["line"] == 5
    assert not [found for found in survivors if found[0] in ("params.limit", "effect", "when.codes.0")]
    assert rule["percent"] == rule["noticed"] * 1000 // rule["tried"] / 10


def test_the_cases_it_asks_for_close_the_gaps(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pack / "one-a-day.test.yaml").write_text(FEW + MORE.lstrip("\n"), "utf-8")
    found = _measured(pack, capsys, "--at-least", "100")
    assert found["percent"] == 100
    assert found["rules"][0]["survivors"] == []


def test_text_names_file_line_and_the_case_to_write(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["strength", str(pack), "--at-least", "95"]) == 1
    said = capsys.readouterr().out
    assert f"{pack / 'one-a-day.yaml'}:12: versions.0.from: 2025-01-01 -> 2025-01-02: no case notices." in said
    assert "Write a case: a claim with a line of 2025-01-01." in said
    assert "sample: " in said.splitlines()[-1]


def test_only_rules_that_changed_since_a_revision(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git = ["git", "-C", str(pack), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *command], check=True)
    assert _measured(pack, capsys, "--changed", "HEAD")["rules"] == []
    (pack / "one-a-day.test.yaml").write_text(FEW + MORE.lstrip("\n"), "utf-8")
    assert [rule["rule"] for rule in _measured(pack, capsys, "--changed", "HEAD")["rules"]] == ["sample.one-a-day"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no.such.pack"], "there is no pack no.such.pack"),
        (["common", "--rule", "nothing"], "has no rule nothing"),
        (["common", "--changed", "no-such-revision"], "git knows no revision"),
    ],
)
def test_what_is_not_there_is_a_usage_error(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["strength", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_cases_that_do_not_hold_come_first(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pack / "one-a-day.test.yaml").write_text(FEW.replace("expect: pass", "expect: fail"), "utf-8")
    assert main(["strength", str(pack)]) == 2
    assert "do not all hold" in capsys.readouterr().err
