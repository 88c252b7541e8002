"""Drafts, rules on hold and retired rules: what becomes of them in check, coverage, rule, packs and the cases; versions of packs."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import payerbook
from payerbook.authoring.lint import lint, run_cases
from payerbook.authoring.sides import side
from payerbook.claim import Claim, Line
from payerbook.cli import main
from payerbook.engine.lifecycle import in_use

PACK = """\
pack: example.life
format: "1"
title: A pack with a rule of each status
version: 2026.9.0
"""
SOURCES = "manual: {title: Manual, publisher: Payer, grade: A, last_checked: 2026-01-15}\n"
RULE = """\
rule: example.life.{name}
kind: required-modifier
title: A line without its modifier
{status}
when: {{codes: ["{code}"]}}
effect: return
evidence: claim
topic: modifiers
category: coding
params: {{any_of: [GP]}}
versions:
  - {{{dates}, sources: [{{ref: manual}}]}}
why: So that somebody knows.
fix: Add it.
"""
HELD = """\
rule: example.life.held
kind: code-status
title: A code that is not covered
status: on-hold
hold: The payer takes its list back on 2026-03-01.
when: {codes: ["97112"]}
effect: deny
evidence: claim
topic: non-covered
category: coverage
params: {status: non-covered, codes: {"97112": {}}}
versions: [{from: 2025-01-01, sources: [{ref: manual}]}]
why: So that somebody knows.
fix: Take the line out.
"""
CASES = """\
rule: example.life.{name}
cases:
  - name: one
    expect: fail
    severity: {severity}
    claim: {{lines: [{{code: "{code}", service_date: 2024-05-15, units: 1}}]}}
  - name: other
    expect: {quiet}
    claim: {{lines: [{{code: "{code}", service_date: 2024-05-15, units: 1, modifiers: [GP]}}]}}
"""
RULES = {
    "gate": ("status: active", "97110", "from: 2024-01-01"),
    "old": ("status: retired\nreplaced_by: example.life.gate", "97140", "from: 2024-01-01, to: 2024-12-31"),
    "trial": ("status: draft", "97530", "from: 2024-01-01"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "life"
    made.mkdir()
    files = {"pack.yaml": PACK, "sources.yaml": SOURCES, "held.yaml": HELD}
    for name, (status, code, dates) in RULES.items():
        files[f"{name}.yaml"] = RULE.format(name=name, status=status, code=code, dates=dates)
        files[f"{name}.test.yaml"] = CASES.format(name=name, code=code, severity="return", quiet="pass")
    held = CASES.format(name="held", code="97112", severity="deny", quiet="not-applicable").replace("2024-05-15", "2026-01-15")
    files["held.test.yaml"] = held.replace(
        'code: "97112", service_date: 2026-01-15, units: 1, mod', 'code: "97110", service_date: 2026-01-15, units: 1, mod'
    )
    for file, text in files.items():
        (made / file).write_text(text, "utf-8")
    return made


def claims(tmp_path: Path, *lines: tuple[str, str]) -> str:
    file = tmp_path / "claims.jsonl"
    made = [
        {"claim_id": f"T{code}", "payer": "example.life", "lines": [{"service_date": day, "code": code, "units": 1, "charge": "50.00"}]}
        for code, day in lines
    ]
    file.write_text("\n".join(map(json.dumps, made)), "utf-8")
    return str(file)


def reports(capsys: pytest.CaptureFixture[str], folder: Path, file: str) -> dict[str, Any]:
    main(["check", file, "--policies", str(folder), "--json"])
    return {report["claim_id"]: report for report in json.loads(capsys.readouterr().out)["reports"]}


def own(items: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Rule and severity of what the pack's own rules said."""
    return [(item["rule"].rpartition(".")[2], item["severity"]) for item in items if item["rule"].startswith("example.life.")]


def test_the_pack_is_sound_and_its_cases_judge_every_rule_as_if_active(folder: Path) -> None:
    assert [fault.text() for fault in lint([folder]) if not fault.note] == []
    results = run_cases([folder])
    assert len(results) == 8
    assert [(result.id, result.faults) for result in results if result.faults] == []


def test_a_rule_on_hold_is_never_a_silent_pass(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = reports(capsys, folder, claims(tmp_path, ("97112", "2026-01-15"), ("97110", "2026-01-15")))["T97112"]
    assert own(report["findings"]) == []
    (item,) = [item for item in report["not_on_file"] if item["rule"] == "example.life.held"]
    assert "on hold: The payer takes its list back on 2026-03-01." in item["message"]
    assert (report["verdict"], report["complete"]) == ("incomplete", False)


def test_a_rule_on_hold_leaves_coverage_open(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["coverage", "example.life", "97112", "--on", "2026-01-15", "--policies", str(folder), "--json"]
    main(arguments)
    answer = json.loads(capsys.readouterr().out)
    assert answer["covered"] == "indeterminate"
    assert "on hold" in json.dumps(answer["unknown"])
    (folder / "held.yaml").write_text(HELD.replace("status: on-hold\nhold: The payer takes its list back on 2026-03-01.\n", ""), "utf-8")
    main(arguments)
    assert json.loads(capsys.readouterr().out)["covered"] == "not-covered"


def test_a_retired_rule_judges_its_own_days_only(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert own(reports(capsys, folder, claims(tmp_path, ("97140", "2024-12-31")))["T97140"]["findings"]) == [("old", "return")]
    later = reports(capsys, folder, claims(tmp_path, ("97140", "2025-01-01")))["T97140"]
    assert own(later["findings"]) == own(later["not_on_file"]) == []


def test_a_draft_only_advises_and_only_in_a_folder_that_somebody_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = reports(capsys, folder, claims(tmp_path, ("97530", "2026-01-15")))["T97530"]
    assert own(report["findings"]) == [("trial", "advice")]
    book = payerbook.load(policies=[folder])
    pack = book.pack("example.life")
    assert "example.life.trial" not in [rule.id for rule in in_use(pack, drafts=False).rules]
    assert len(in_use(pack, drafts=False).rules) == 3
    installed = payerbook.load().replacing(pack)
    line = Line(service_date=date(2026, 1, 15), code="97530", units=1)
    found = installed.check(Claim("T1", (line,), payer="example.life"))
    assert [one.rule for one in found.findings if one.rule.startswith("example.life.")] == []


@pytest.mark.parametrize(
    ("rule", "words"),
    [("held", "ON HOLD"), ("held", "takes its list back"), ("old", "payerbook rule example.life.gate"), ("trial", "DRAFT")],
)
def test_the_rule_command_says_what_the_status_means(rule: str, words: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", f"example.life.{rule}", "--policies", str(folder)]) == 0
    assert words in " ".join(capsys.readouterr().out.split())


def test_packs_counts_statuses_and_names_holds_and_readers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gate = folder / "gate.yaml"
    twice = "read_by: {name: Ann, on: 2026-01-02}, second_reader: {name: Ben, on: 2026-01-03}, sources"
    gate.write_text(gate.read_text("utf-8").replace("sources", twice), "utf-8")
    old = folder / "old.yaml"
    old.write_text(old.read_text("utf-8").replace("sources", "read_by: {name: Ann, on: 2026-01-02}, sources"), "utf-8")
    assert main(["packs", "example.life", "--policies", str(folder), "--json"]) == 0
    (pack,) = json.loads(capsys.readouterr().out)["packs"]
    assert pack["statuses"] == {"draft": 1, "on-hold": 1, "retired": 1}
    assert pack["readings"] == {"twice": 1, "once": 1, "unnamed": 2}
    assert any("example.life.held is on hold: The payer" in hole for hole in pack["holes"])
    main(["packs", "example.life", "--policies", str(folder)])
    assert "1 of 4 versions read by a second person" in capsys.readouterr().out
    main(["packs", "example.life", "--policies", str(folder), "--due", "--today", "2026-02-01"])
    assert "3 of 4 versions without a second reader" in capsys.readouterr().out
    main(["rule", "example.life.gate", "--policies", str(folder)])
    assert "Second reader Ben, 2026-01-03" in capsys.readouterr().out


def test_changed_rules_want_a_newer_version(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = Path(shutil.copytree(folder, tmp_path / "before"))
    arguments = ["diff", str(before), str(folder), "--release"]
    assert main(arguments) == 0
    gate = folder / "gate.yaml"
    gate.write_text(gate.read_text("utf-8").replace("[GP]", "[GP, GO]"), "utf-8")
    assert main(arguments) == 1
    assert "still has the version 2026.9.0" in capsys.readouterr().err
    (folder / "pack.yaml").write_text(PACK.replace("2026.9.0", "2026.11.0"), "utf-8")
    assert main(arguments) == 0
    assert main(["diff", str(folder), str(before), "--release"]) == 1
    assert "older than" in capsys.readouterr().err


def test_the_digest_changes_with_the_rules(folder: Path) -> None:
    book = payerbook.load()
    before = side(book, str(folder)).pack.head.digest
    (folder / "held.yaml").write_text(HELD.replace("2026-03-01", "2026-04-01"), "utf-8")
    assert side(book, str(folder)).pack.head.digest != before
