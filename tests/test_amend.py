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


def test_what_all_versions_share_is_changed_in_place(pack: Path) -> None:
    file = pack / "kx-threshold.yaml"
    before = file.read_text("utf-8")
    why = "The payer wants to see, in the record of every patient above the amount, why the services are needed. " * 2
    change = ["--set", "title=KX missing: above the amount", "--set", f"why={why}", "--set", "last_checked=2026-12-01"]
    assert amend(pack, RULE, *change, "--set", "denials=[CO-4, CO-119]", "--yes") == 0
    after = file.read_text("utf-8")
    data = read(file).data
    assert (data["title"], data["why"], data["denials"]) == ("KX missing: above the amount", f"{why.strip()}\n", ["CO-4", "CO-119"])
    assert "\nlast_checked: 2026-12-01\n" in after
    assert max(map(len, after.splitlines())) <= max(map(len, before.splitlines()))
    assert data["versions"] == read_text(file, before)["versions"]


def read_text(file: Path, text: str) -> dict[str, object]:
    other = file.with_name("before.txt")
    other.write_text(text, "utf-8")
    return dict(read(other).data)


def test_a_hole_needs_no_source_and_has_no_settings(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hole = ["--from", "2028-01-01", "--hole", "The notice could not be read."]
    assert amend(pack, RULE, *hole, "--set", "buckets.OT.amount=1.00", "--yes") == 2
    assert "a hole has no settings" in capsys.readouterr().err
    assert amend(pack, RULE, *hole, "--yes") == 0
    assert read(pack / "kx-threshold.yaml").data["versions"][-1] == {"from": "2028-01-01", "hole": "The notice could not be read."}


def test_the_last_version_ends_with_the_source_that_says_so(pack: Path) -> None:
    ended = ["--to", "2027-12-31", "--source", "noridian-kx=End", "--set", "status=retired", "--set", "fix=Nothing to do any more."]
    assert amend(pack, "medicare.part-b.timely-filing", *ended, "--yes") == 0
    data = read(pack / "timely-filing.yaml").data
    assert (data["status"], data["versions"][-1]["to"]) == ("retired", "2027-12-31")
    assert data["versions"][-1]["sources"][-1] == {"ref": "noridian-kx", "section": "End"}


def test_the_cases_that_would_break_are_shown_before_anything_is_written(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change = [
        "--from",
        "2026-03-01",
        "--set",
        "buckets.OT.amount=9000.00",
        "--set",
        "buckets.PT+SLP.amount=9000.00",
        "--source",
        "noridian-kx=4",
    ]
    assert amend(pack, RULE, *change) == 0
    said = capsys.readouterr().out
    assert f"{pack / 'kx-threshold.test.yaml'}:" in said
    assert "expected fail, got" in said
    assert amend(pack, RULE, *change, "--yes", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["written"]
    assert answer["cases"] > len(answer["broken"]) > 0
    assert main(["test", str(pack / "kx-threshold.test.yaml"), "--json"]) == 1
    failed = {case["id"] for case in json.loads(capsys.readouterr().out) if case["faults"]}
    assert failed == {case["id"] for case in answer["broken"]}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "Nothing to change"),
        (["--set", "buckets.OT.amount=2.00"], "the version from 2018-01-01 says it itself"),
        (["--set", "status=gone"], "one of active"),
        (["--set", "rule=a.b"], "there is no rule"),
        (["--known", "2026-01-01"], "give --from DATE as well"),
        (["--source", "noridian-kx"], "--source speaks of"),
        (["--from", "2028-01-01"], "--source is missing"),
    ],
)
def test_options_that_say_nothing_together_are_refused(
    pack: Path, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert amend(pack, RULE, *options, "--yes") == 2
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1


def test_new_rules_cite_as_amend_does(pack: Path) -> None:
    words = ["--title", "T", "--effect", "review", "--evidence", "claim", "--topic", "modifiers", "--category", "coding"]
    cited = ["--source", "noridian-kx", "--section", "4.2", "--grade", "B", "--source", "kx-2026-als=20.1"]
    settings = ["--set", "any_of=[GP]", "--from", "2026-01-01"]
    assert (
        main(["new", "rule", "medicare.part-b.new", "--kind", "required-modifier", *words, *settings, *cited, "--policies", str(pack)]) == 0
    )
    assert read(pack / "new.yaml").data["versions"][0]["sources"] == [
        {"ref": "noridian-kx", "section": "4.2", "grade": "B"},
        {"ref": "kx-2026-als", "section": "20.1"},
    ]
