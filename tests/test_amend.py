"""`payerbook amend` adds a version to a rule's file and touches nothing else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from payerbook.authoring.lint import lint
from payerbook.authoring.yamlfile import read
from payerbook.cli import main
from payerbook_plugins import policies

RULE = "medicare.part-b.kx-threshold"
CHANGE = ["--from", "2026-07-01", "--set", "buckets.OT.amount=2500.00", "--source", "kx-2026-als", "--section", "20.1"]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(policies() / "medicare" / "part-b", tmp_path / "part-b"))


def amend(pack: Path, rule: str, *options: str) -> int:
    return main(["amend", rule, *options, "--policies", str(pack)])


def added(before: str, after: str) -> list[str]:
    """The lines that were added; every other line has to stand as it stood."""
    old, new = before.splitlines(), iter(after.splitlines())
    more = []
    for line in old:
        for other in new:
            if other == line:
                break
            more.append(other)
        else:
            pytest.fail(f"a line was lost: {line}")
    return [*more, *new]


def test_the_file_gets_lines_and_loses_none(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = pack / "kx-threshold.yaml"
    before = file.read_text("utf-8").replace("  - from: 2026-01-01", "  # the year of the notice\n  - from: 2026-01-01")
    file.write_text(before, "utf-8")
    assert amend(pack, RULE, *CHANGE, "--known", "2026-05-04", "--changed", "A new amount.", "--yes") == 0
    assert added(before, file.read_text("utf-8")) == [
        "  - from: 2026-07-01",
        "    known: 2026-05-04",
        '    params: {buckets: [{name: PT+SLP, disciplines: [PT, SLP], amount: "2480.00"},'
        ' {name: OT, disciplines: [OT], amount: "2500.00"}]}',
        '    sources: [{ref: kx-2026-als, section: "20.1"}]',
        "    changed: A new amount.",
    ]
    assert "+  - from: 2026-07-01" in capsys.readouterr().out
    assert not [fault for fault in lint([pack]) if not fault.note and fault.file == file]


def test_comments_stay_with_what_they_speak_of(pack: Path) -> None:
    file = pack / "kx-threshold.yaml"
    text = file.read_text("utf-8").replace("  - from: 2027-01-01", "\n  # not published yet\n  - from: 2027-01-01")
    file.write_text(text.replace("why: >", "# for billers\nwhy: >"), "utf-8")
    for start in ("2026-07-01", "2028-01-01"):
        assert amend(pack, RULE, "--from", start, "--source", "noridian-kx", "--changed", "New.", "--attested", "--yes") == 0
    after = file.read_text("utf-8")
    assert "    changed: New.\n\n  # not published yet\n  - from: 2027-01-01\n" in after
    assert "    changed: New.\n# for billers\nwhy: >\n" in after
    assert "  - attested_from: 2028-01-01\n" in after


def test_a_new_first_version_takes_the_settings_of_the_next(pack: Path) -> None:
    assert amend(pack, RULE, "--from", "2016-01-01", "--source", "noridian-kx", "--yes") == 0
    first, second = read(pack / "kx-threshold.yaml").data["versions"][:2]
    assert first["params"] == second["params"]


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("", False)])
def test_a_terminal_is_asked(pack: Path, answer: str, written: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    assert amend(pack, RULE, *CHANGE) == 0
    assert ("2026-07-01" in (pack / "kx-threshold.yaml").read_text("utf-8")) == written


@pytest.mark.parametrize("name", ["codes-payable", "codes-deleted"])
def test_folded_lists_and_dates_in_settings_stay_as_they_are(name: str, pack: Path) -> None:
    file = pack / f"{name}.yaml"
    before = file.read_text("utf-8")
    assert amend(pack, f"medicare.part-b.{name}", "--from", "2027-01-01", "--source", "rvu-2026", "--yes") == 0
    assert added(before, file.read_text("utf-8"))[0] == "  - from: 2027-01-01"


def test_a_version_that_lasts_too_long_ends_the_day_before(pack: Path) -> None:
    file = pack / "assistant-maintenance.yaml"
    change = ["--from", "2020-07-01", "--to", "2020-12-31", "--set", "effect=none", "--source", "bp102c15"]
    assert amend(pack, "medicare.part-b.assistant-maintenance", *change, "--yes") == 0
    versions = read(file).data["versions"]
    assert [version["to"] for version in versions] == ["2020-06-30", "2020-12-31"]
    assert versions[1]["effect"] == "none"


def test_a_setting_that_was_common_moves_into_every_version(pack: Path) -> None:
    file = pack / "assistant-ota.yaml"
    change = ["--from", "2027-01-01", "--set", "not_with=[CQ, 59]", "--source", "cms-assistants"]
    assert amend(pack, "medicare.part-b.assistant-ota", *change, "--yes") == 0
    data = read(file).data
    assert "not_with" not in data["params"]
    assert [version["params"] for version in data["versions"]] == [{"not_with": ["CQ"]}, {"not_with": ["CQ", "59"]}]


def test_a_moved_setting_keeps_its_lines(pack: Path) -> None:
    file = pack / "add-on-codes.yaml"
    change = ["--from", "2027-01-01", "--set", "primaries.97130=[97129, 97110]", "--set", "when.codes=[97130]", "--source", "aoc-page"]
    assert amend(pack, "medicare.part-b.add-on-codes", *change, "--yes") == 0
    text = file.read_text("utf-8")
    assert '        "97130": ["97129"]\n' in text
    assert '        "97130": ["97129", "97110"]\n' in text
    assert '  - from: 2027-01-01\n    when: {codes: ["97130"]}\n    params:\n' in text


def test_nothing_is_written_unless_asked(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (pack / "kx-threshold.yaml").read_text("utf-8")
    assert amend(pack, RULE, *CHANGE) == 0
    assert "--yes writes it" in capsys.readouterr().out
    assert amend(pack, RULE, *CHANGE, "--yes", "--dry-run") == 0
    assert (pack / "kx-threshold.yaml").read_text("utf-8") == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (["--from", "2026-07-01", "--source", "no-such"], "PB009"),
        (["--from", "2026-01-01", "--source", "kx-2026-als"], "PB011"),
        (["--from", "2026-07-01", "--to", "2027-02-01", "--source", "kx-2026-als"], "PB011"),
    ],
)
def test_what_would_not_lint_is_refused(pack: Path, change: list[str], code: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = (pack / "kx-threshold.yaml").read_text("utf-8")
    assert amend(pack, RULE, *change, "--yes", "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert [fault["code"] for fault in answer["faults"]] == [code]
    assert answer["faults"][0]["file"] == str(pack / "kx-threshold.yaml")
    assert not answer["written"]
    assert (pack / "kx-threshold.yaml").read_text("utf-8") == before


@pytest.mark.parametrize(
    ("rule", "setting", "words"),
    [
        ("medicare.part-b.nothing", "a=1", "no file of a rule"),
        (RULE, "modifer=KX", "did you mean modifier?"),
        (RULE, "buckets.XX.amount=1", "known: PT+SLP, OT"),
        (RULE, "buckets=2500.00", "a list such as [A, B]"),
        (RULE, "buckets.OT.amount=much", "an amount such as"),
        (RULE, "finds=always", "one of"),
        (RULE, "modifier", "PATH=VALUE"),
    ],
)
def test_a_mistake_is_one_line_with_its_repair(pack: Path, rule: str, setting: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert amend(pack, rule, "--from", "2026-07-01", "--set", setting, "--source", "kx-2026-als", "--yes") == 2
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1
