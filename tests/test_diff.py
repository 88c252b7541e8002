"""`payerbook diff` says in words what differs between two states of a pack."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from payerbook.cli import main
from payerbook_plugins import policies

PART_B = policies() / "medicare" / "part-b"
DAYS = ["medicare.part-b@2025-06-01", "medicare.part-b@2026-06-01"]


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The pack with one amount, one effect, one list of codes, one text and one version changed, and a rule less."""
    pack = Path(shutil.copytree(PART_B, tmp_path / "new"))
    edits = {
        "kx-threshold": ('amount: "2480.00"}, {name: OT', 'amount: "2490.00"}, {name: OT'),
        "ga-with-gz": ("effect: ", "effect: review # "),
        "telehealth-code": ("title: ", "title: Our "),
    }
    for name, (old, new) in edits.items():
        file = pack / f"{name}.yaml"
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")
    (pack / "kx-early.yaml").unlink()
    (pack / "kx-early.test.yaml").unlink()
    return pack


def differences(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["diff", *arguments, "--json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["differences"]
    return found


def test_two_days_tell_what_a_biller_asks(capsys: pytest.CaptureFixture[str]) -> None:
    found = {one["rule"]: one for one in differences(capsys, *DAYS)}
    kx = found["medicare.part-b.kx-threshold"]
    assert kx["what"] == "changed"
    assert "$2,410.00" in kx["before"]["sentence"]
    assert "$2,480.00" in kx["after"]["sentence"]
    assert kx["changed"].startswith("Amount of 2026")
    assert "medicare.part-b.discipline-modifier" not in found


def test_a_day_and_itself_do_not_differ(capsys: pytest.CaptureFixture[str]) -> None:
    assert differences(capsys, DAYS[0], DAYS[0]) == []
    assert differences(capsys, "medicare.part-b", str(PART_B)) == []


def test_two_folders_tell_the_version_the_effect_and_the_texts(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = {(one["rule"].rpartition(".")[2], one["what"]): one for one in differences(capsys, str(PART_B), str(changed))}
    assert found["kx-threshold", "changed"]["from"] == "2026-01-01"
    assert found["kx-threshold", "changed"]["parts"] == ["sentence", "params"]
    assert found["ga-with-gz", "changed"]["after"]["effect"] == "review"
    assert found["telehealth-code", "text"]["parts"] == ["title"]
    assert found["kx-early", "removed"]["after"] is None


def test_codes_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = Path(shutil.copytree(PART_B, tmp_path / "new"))
    file = pack / "add-on-codes.yaml"
    file.write_text(file.read_text("utf-8").replace("{set: medicare.add-ons}", '["97130", "97110"]'), "utf-8")
    (one,) = differences(capsys, str(PART_B), str(pack))
    assert one["codes_added"] == ["97110"]
    assert "97546" in one["codes_removed"]
    assert main(["diff", str(PART_B), str(pack)]) == 0
    assert "Codes added: 97110" in capsys.readouterr().out


def test_markdown_and_table_name_every_difference(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = {one["rule"] for one in differences(capsys, str(PART_B), str(changed))}
    for form in ("text", "markdown", "table"):
        assert main(["diff", str(PART_B), str(changed), "--format", form]) == 0
        text = capsys.readouterr().out
        assert all(rule in text for rule in rules), form
        assert "differences: " in text


def test_a_revision_is_read_from_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pack = Path(shutil.copytree(PART_B, tmp_path / "packs" / "part-b"))

    def git(*arguments: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    git("add", "packs")
    git("commit", "-m", "first")
    file = pack / "kx-threshold.yaml"
    file.write_text(file.read_text("utf-8").replace('"2480.00"', '"2490.00"'), "utf-8")
    monkeypatch.chdir(tmp_path)
    found = differences(capsys, "HEAD:packs/part-b", "packs/part-b")
    assert {one["from"] for one in found} == {"2026-01-01"}
    assert {one["rule"] for one in found} == {"medicare.part-b.kx-threshold", "medicare.part-b.kx-early"}  # one is like the other


@pytest.mark.parametrize(
    ("sides", "words"),
    [
        (["medicare.part-b@2025-06-01", "medicare.part-b"], "give both a date"),
        (["medicare.part-b@junk", "medicare.part-b"], "is not a date"),
        (["HEAD:no-such-folder-here", "medicare.part-b"], "HEAD:no-such-folder-here"),
        (["nobody.knows.this", "medicare.part-b"], "nobody.knows.this"),
    ],
)
def test_a_mistake_is_one_line(sides: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *sides]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1
