"""`check --fix`: only formal fixes, each once, none that another undoes, and nothing written that was not asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_plan import book, claims, few
from payerbook.claim import Claim
from payerbook.cli import main
from payerbook.engine import repair
from payerbook.formats.detect import open_claims
from payerbook.formats.edits import applied, edits

KINDS = Path(__file__).parents[1] / "core" / "payerbook" / "kinds"
SAMPLE = Path(__file__).parents[1] / "samples" / "batch-837p.x12"
DIAGNOSES = ["M54.50", "m5450", "M6281", " r26.2", "I10", "nothing", "Z96651"]

_SLOPPY = st.sampled_from([str.lower, str.upper, lambda text: f" {text}", lambda text: f"{text.lower()} "])


@st.composite
def messy(draw: st.DrawFn) -> Claim:
    """A claim whose codes are written as people type them, with modifiers and pointers that stand twice."""
    claim = draw(claims)
    lines = []
    for line in claim.lines:
        code = draw(_SLOPPY)(draw(st.sampled_from([line.code, "G0283", "0101T"])))
        modifiers = [draw(_SLOPPY)(modifier) for modifier in line.modifiers]
        modifiers += draw(st.lists(st.sampled_from(modifiers), max_size=1)) if modifiers else []
        pointers = draw(st.none() | st.lists(st.integers(1, 3), max_size=4).map(tuple))
        lines.append(msgspec.structs.replace(line, code=code, modifiers=tuple(modifiers), diagnosis_pointers=pointers))
    diagnoses = draw(st.none() | st.lists(st.sampled_from(DIAGNOSES), max_size=4).map(tuple))
    return msgspec.structs.replace(claim, lines=tuple(lines), diagnoses=diagnoses)


def _safe(claim: Claim) -> list[Any]:
    return repair.safe(book().check(claim).findings)


@few
@given(claim=messy())
def test_a_repaired_claim_has_no_safe_fix_left(claim: Claim) -> None:
    fixed = book().fix(claim)
    assert not _safe(fixed.claim)
    assert book().fix(fixed.claim) == (fixed.claim, ())
    assert bool(fixed.changes) == (fixed.claim != claim)


@few
@given(claim=messy(), order=st.randoms(use_true_random=False))
def test_the_order_of_safe_fixes_does_not_matter(claim: Claim, order: Any) -> None:
    def shuffled(one: Claim) -> list[Any]:
        findings = list(book().check(one).findings)
        order.shuffle(findings)
        return findings

    assert repair.repaired(claim, shuffled).claim == book().fix(claim).claim


@few
@given(claim=messy())
def test_no_two_rules_undo_each_other(claim: Claim) -> None:
    """What a rule wants added no other rule wants removed, on the same line of the same report."""
    fixes = [fix for finding in book().check(claim).findings for fix in finding.fixes]
    for fix in fixes:
        if fix.action == "add-modifier":
            assert not [
                other for other in fixes if other.action == "remove-modifier" and (other.line, other.value) == (fix.line, fix.value)
            ]
    for finding, fix in _safe(claim):
        made = repair.apply(claim, finding, fix)
        again = [other for found, other in _safe(made) if repair.apply(made, found, other) == claim]
        assert made == claim or not again


@few
@given(claim=messy())
def test_only_the_writing_of_codes_changes(claim: Claim) -> None:
    fixed = book().fix(claim).claim
    same = {"lines": claim.lines, "diagnoses": claim.diagnoses}
    assert msgspec.structs.replace(fixed, **same) == claim
    assert len(fixed.lines) == len(claim.lines)
    for before, after in zip(claim.lines, fixed.lines, strict=True):
        assert after.code in (before.code, before.code.strip().upper())
        assert {modifier.strip().upper() for modifier in before.modifiers} == {modifier.strip().upper() for modifier in after.modifiers}
        assert set(before.diagnosis_pointers or ()) == set(after.diagnosis_pointers or ())
        assert (before.units, before.charge, before.minutes) == (after.units, after.charge, after.minutes)
    plain = [code.replace(".", "").strip().upper() for code in claim.diagnoses or ()]
    assert plain == [code.replace(".", "").strip().upper() for code in fixed.diagnoses or ()]


def test_every_safe_action_of_a_kind_can_be_applied() -> None:
    found = re.findall(r'Fix\("([a-z-]+)"[^)]*?"safe"', "".join(file.read_text("utf-8") for file in sorted(KINDS.glob("*.py"))))
    assert found
    assert set(found) <= {*repair._LINE, "replace-diagnosis"}


MESSY = """[
  {"claim_id": "F1", "payer": "medicare.part-b", "diagnoses": ["m5450"], "patient": {"id": "SECRET-PATIENT"}, "lines": [
   {"number": 1, "service_date": "2026-01-15", "code": "97110 ", "modifiers": [ "gp" ], "units": 2, "diagnosis_pointers": [1,1]}]},
  {"claim_id": "F2", "payer": "medicare.part-b", "lines": [{"service_date": "2026-01-15", "code": "97110", "units": "many"}]}
]
"""
CLEANED = MESSY.replace("m5450", "M54.50").replace('"97110 "', '"97110"').replace('[ "gp" ]', '["GP"]').replace("[1,1]", "[1]")


def test_a_diff_is_shown_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "claims.json"
    file.write_text(MESSY, "utf-8")
    main(["check", str(file), "--fix"])
    said = capsys.readouterr()
    assert "--- F1" in said.out
    assert re.search(r'^-.*"gp"', said.out, re.MULTILINE)
    assert re.search(r'^\+.*"GP"', said.out, re.MULTILINE)
    assert "SECRET-PATIENT" not in said.out
    assert "nothing written" in said.err
    assert file.read_text("utf-8") == MESSY


def test_write_changes_only_what_was_fixed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "claims.json", tmp_path / "out.json"
    file.write_text(MESSY, "utf-8")
    main(["check", str(file), "--fix", "--write", str(out), "--json"])
    (report,) = json.loads(capsys.readouterr().out)["reports"]
    assert [change["action"] for change in report["fixed"]["changes"]]
    assert (file.read_text("utf-8"), out.read_text("utf-8")) == (MESSY, CLEANED)
    main(["check", str(file), "--fix", "--in-place"])
    assert file.read_text("utf-8") == CLEANED


def test_an_837_is_changed_segment_by_segment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = SAMPLE.read_bytes()
    file, out = tmp_path / "batch.x12", tmp_path / "out.x12"
    file.write_bytes(re.sub(rb"(SV1\*HC:\w{5}:)GP", rb"\1gp", wanted))
    main(["check", str(file), "--fix", "--write", str(out)])
    assert "+SV1*HC:97110:GP*" in capsys.readouterr().out
    assert out.read_bytes() == wanted


def test_what_a_claim_says_of_its_format_decides_nothing(tmp_path: Path) -> None:
    file = tmp_path / "claims.json"
    file.write_text(MESSY.replace('"claim_id": "F1"', '"claim_id": "F1", "format": "X12 005010X222A1"'), "utf-8")
    main(["check", str(file), "--fix", "--in-place"])
    assert file.read_text("utf-8") == CLEANED.replace('"claim_id": "F1"', '"claim_id": "F1", "format": "X12 005010X222A1"')


def test_a_description_behind_the_modifiers_keeps_its_place(tmp_path: Path) -> None:
    data = re.sub(rb"SV1\*HC:97110:GP\*", rb"SV1*HC:97110:gp:59:::words*", SAMPLE.read_bytes(), count=1)
    file = tmp_path / "batch.x12"
    file.write_bytes(data)
    with file.open("rb") as stream:
        read = next(item for item in open_claims(stream, "batch") if b"gp" in data)
    fixed = msgspec.structs.replace(
        read.claim,  # type: ignore[union-attr]
        lines=tuple(msgspec.structs.replace(line, modifiers=line.modifiers[1:]) for line in read.claim.lines),  # type: ignore[union-attr]
    )
    assert b"SV1*HC:97110:59::::words*" in applied(data, edits(data, read, fixed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "more",
    [
        ["--write", "out.json"],
        ["--in-place"],
        ["--fix", "--write", "out.json", "--in-place"],
        ["--fix", "--write", "out.json", "other.json"],
        ["--fix", "--in-place", "-"],
    ],
)
def test_options_that_do_not_fit_are_usage_errors(more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "claims.json"
    file.write_text(MESSY, "utf-8")
    try:
        code = main(["check", str(file), *more])
    except SystemExit as stop:
        code = int(str(stop.code))
    assert code == 2
    assert capsys.readouterr().err
    assert file.read_text("utf-8") == MESSY
