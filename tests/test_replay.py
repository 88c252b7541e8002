"""`payerbook replay` tells which claims a change of policy touches, and what that costs."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

import payerbook
from payerbook.cli import main
from payerbook_plugins import policies

PART_B = policies() / "medicare" / "part-b"
GATE = ("effect: return", "effect: review")
CLAIM = {
    "claim_id": "SECRET-1",
    "payer": "medicare.part-b",
    "submitted_on": "2026-02-01",
    "patient": {"id": "PATIENT-7"},
    "diagnoses": ["M54.50"],
    "lines": [{"number": 1, "service_date": "2026-01-15", "code": "97110", "units": 2, "diagnosis_pointers": [1], "charge": "90.00"}],
}


def changed(tmp_path: Path, rule: str, old: str, new: str) -> str:
    """A copy of the bundled pack with one edit."""
    pack = Path(shutil.copytree(PART_B, tmp_path / f"with-{rule}"))
    file = pack / f"{rule}.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    return str(pack)


def write(tmp_path: Path, *claims: dict[str, Any]) -> str:
    file = tmp_path / "claims.jsonl"
    file.write_text("\n".join(map(json.dumps, claims)), "utf-8")
    return str(file)


def replayed(capsys: pytest.CaptureFixture[str], *arguments: str, code: int) -> dict[str, Any]:
    assert main(["replay", *arguments, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_milder_rule_makes_claims_better_and_the_way_back_worse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = changed(tmp_path, "discipline-modifier", *GATE)
    file = write(tmp_path, CLAIM, {**CLAIM, "claim_id": "GOOD", "lines": [{**CLAIM["lines"][0], "modifiers": ["GP"]}]})
    answer = replayed(capsys, "--from", "medicare.part-b", "--to", pack, file, code=0)
    (one,) = answer["changes"]
    assert (one["claim_id"], one["before"], one["after"], one["direction"]) == ("SECRET-1", "return", "review", "better")
    (shift,) = one["shifts"]
    assert (shift["rule"], shift["line"], shift["before"], shift["after"]) == ("medicare.part-b.discipline-modifier", 1, "return", "review")
    assert answer["summary"]["directions"] == {"worse": 0, "better": 1, "other": 0}
    assert answer["from"]["digest"] != answer["to"]["digest"]
    back = replayed(capsys, "--from", pack, "--to", "medicare.part-b", file, code=1)
    assert back["summary"]["directions"]["worse"] == 1


def test_the_dollars_at_stake_are_those_that_only_one_state_risks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = changed(tmp_path, "discipline-modifier", "effect: return", "effect: none")
    answer = replayed(capsys, "--from", pack, "--to", "medicare.part-b", write(tmp_path, CLAIM), code=1)
    assert answer["summary"]["newly_at_risk"] == "90.00"
    assert answer["summary"]["no_longer_at_risk"] == "0"
    assert answer["summary"]["rules"]["medicare.part-b.discipline-modifier"]["at_risk"] == "90.00"
    (one,) = answer["changes"]
    assert (one["at_risk_before"], one["at_risk_after"]) == ("0", "90.00")


def test_the_same_state_twice_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = replayed(capsys, "--from", "medicare.part-b", "--to", str(PART_B), write(tmp_path, CLAIM), code=0)
    assert (answer["changes"], answer["summary"]["claims"]) == ([], 1)


def test_two_days_of_knowledge_are_two_states(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = {**CLAIM["lines"][0], "code": "97530", "modifiers": ["GP", "95"], "service_date": "2026-01-31"}
    file = write(tmp_path, {**CLAIM, "place_of_service": "10", "lines": [line]})
    answer = replayed(capsys, "--from", "2026-02-02", "--to", "medicare.part-b@2026-02-03", file, code=0)
    assert [shift["rule"] for one in answer["changes"] for shift in one["shifts"]] == ["medicare.part-b.telehealth-authority"]
    assert (answer["from"]["known_on"], answer["to"]["known_on"]) == ("2026-02-02", "2026-02-03")


def test_claims_of_other_payers_are_not_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = changed(tmp_path, "discipline-modifier", *GATE)
    file = write(tmp_path, {**CLAIM, "payer": "Somebody Else"}, CLAIM)
    summary = replayed(capsys, "--from", "medicare.part-b", "--to", pack, file, code=0)["summary"]
    assert (summary["claims"], summary["of_other_payers"], summary["changed"]) == (2, 1, 1)


@pytest.mark.parametrize("form", ["text", "table", "markdown"])
def test_no_form_names_a_patient_and_markdown_names_no_claim(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = changed(tmp_path, "discipline-modifier", *GATE)
    main(["replay", "--from", "medicare.part-b", "--to", pack, write(tmp_path, CLAIM), "--format", form])
    said = capsys.readouterr().out
    assert "1 of 1 claim changed: 1 better" in said
    assert "medicare.part-b.discipline-modifier" in said
    assert "PATIENT-7" not in said
    assert ("SECRET-1" in said, "2026-01-15" in said) == (form != "markdown", False)


def test_text_tells_some_and_counts_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = changed(tmp_path, "discipline-modifier", *GATE)
    file = write(tmp_path, *({**CLAIM, "claim_id": f"T{number}", "patient": {"id": f"P{number}"}} for number in range(5)))
    main(["replay", "--from", "medicare.part-b", "--to", pack, file, "--show", "2"])
    said = capsys.readouterr().out
    assert ("T1" in said, "T2" in said) == (True, False)
    assert "3 changed claims more" in said
    assert "5 of 5 claims changed" in said


def test_a_claim_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = changed(tmp_path, "discipline-modifier", *GATE)
    answer = replayed(capsys, "--from", "medicare.part-b", "--to", pack, write(tmp_path, {"claim_id": "BAD"}, CLAIM), code=2)
    assert [error["claim_id"] for error in answer["errors"]] == ["BAD"]
    assert answer["summary"]["changed"] == 1


@pytest.mark.parametrize(
    ("sides", "words"),
    [(("medicare.part-b", "common"), "two states of one pack"), (("medicare.part-b", "no-such-file.whl"), "There is no file")],
)
def test_a_mistake_is_one_line(sides: tuple[str, str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--from", sides[0], "--to", sides[1], write(tmp_path, CLAIM)]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A wheel of somebody else's with an older edition of the pack, and one more pack."""
    pack = Path(changed(tmp_path, "discipline-modifier", *GATE))
    file = tmp_path / "example_policies-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for folder, name in ((pack, "part-b"), (policies() / "common", "common")):
            for one in folder.glob("*.yaml"):
                archive.write(one, f"example_policies/policies/{name}/{one.name}")
    return file


def test_releases_are_compared_from_their_wheels_and_environments(wheel: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "env" / "lib" / "python3.11" / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    for old in (f"{wheel}:medicare.part-b", f"{tmp_path / 'env'}:medicare.part-b"):
        assert main(["diff", old, "medicare.part-b", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)["differences"]
        assert {(one["rule"], one["before"]["effect"], one["after"]["effect"]) for one in found} == {
            ("medicare.part-b.discipline-modifier", "review", "return")
        }
    answer = replayed(capsys, "--from", f"{wheel}:medicare.part-b", "--to", "medicare.part-b", write(tmp_path, CLAIM), code=1)
    assert answer["summary"]["changed"] == 1


def test_a_release_that_carries_compiled_packs_is_taken_as_it_was_compiled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = payerbook.load().pack("medicare.part-b")
    rules = tuple(msgspec.structs.replace(rule, title="Old title") if rule.slug == "mue" else rule for rule in pack.rules)
    file = tmp_path / "old.whl"
    for shape, titles in ((msgspec.json.encode(msgspec.structs.replace(pack, rules=rules)), 1), (b'{"head": 7}', 0)):
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("payerbook/compiled/packs/medicare.part-b.json", shape)
            for one in PART_B.glob("*.yaml"):
                archive.write(one, f"payerbook/policies/medicare/part-b/{one.name}")
        assert main(["diff", str(file), "medicare.part-b", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)["differences"]
        assert [(one["rule"], one["parts"]) for one in found] == [("medicare.part-b.mue", ["title"])] * titles


@pytest.mark.parametrize(
    ("suffix", "words"),
    [("", "holds 2 packs"), (":medicare", "holds no pack medicare"), ("@2026.11.0", "give its wheel")],
)
def test_a_wheel_says_what_it_holds(suffix: str, words: str, wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", f"{wheel}{suffix}", "medicare.part-b"]) == 2
    assert words in capsys.readouterr().err


def test_a_file_that_is_no_wheel_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "damaged.whl"
    file.write_bytes(b"junk")
    assert main(["diff", str(file), "medicare.part-b"]) == 2
    assert "is not a wheel" in capsys.readouterr().err
