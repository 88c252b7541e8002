"""`payerbook new`: what it writes lints, what it cannot write it refuses, and nothing that stands in a file is touched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from installation import ROOT, quiet
from payerbook.authoring.boundaries import plain_claim
from payerbook.authoring.flow import flow
from payerbook.authoring.scaffold import RulePlan, rule_text
from payerbook.authoring.session import Session
from payerbook.authoring.yamlfile import read
from payerbook.claim import Claim
from payerbook.cli import main
from payerbook.engine.program import Program
from payerbook.kinds import bundled
from payerbook.kinds.base import Kind
from payerbook.plugins import Plugins

FILLED = ["--title", "Line without a modifier", "--effect", "return", "--evidence", "claim", "--topic", "modifiers", "--category", "coding"]
FILLED += ["--set", "any_of=[GP, GO, GN]", "--set", 'when.codes=["97110"]', "--source", "manual=4.2"]
RULE = "commercial.hillside.discipline-modifier"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new pack with one source."""
    folder = tmp_path_factory.mktemp("made") / "hillside"
    source = ["--source", "manual", "--source-title", "Provider manual", "--today", "2026-02-01"]
    assert main(["new", "pack", str(folder), "--id", "commercial.hillside", "--title", "Hillside: a plan", *source]) == 0
    return folder


@pytest.fixture
def pack(made: Path, tmp_path: Path) -> Path:
    """A copy of the new pack, to write into."""
    return shutil.copytree(made, tmp_path / "hillside")


def new_rule(pack: Path, *more: str) -> int:
    return main(["new", "rule", RULE, "--kind", "required-modifier", "--policies", str(pack), *more])


def test_pack_lints_and_has_the_headers_of_editors(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(pack)]) == 0, capsys.readouterr().out
    assert read(pack / "pack.yaml").data["version"] == "2026.2.0"
    assert read(pack / "sources.yaml").data["manual"]["last_checked"] == "2026-02-01"
    for name in ("pack", "sources"):
        first = (pack / f"{name}.yaml").read_text("utf-8").splitlines()[0]
        assert first == f"# yaml-language-server: $schema=https://payerbook.org/schema/{name}.json"


def test_pack_without_a_source_lints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "pack", str(tmp_path / "p"), "--id", "medicaid.xx", "--title", "XX", "--schemas", "../schema/"]) == 0
    assert main(["lint", str(tmp_path / "p")]) == 0, capsys.readouterr().out
    assert (tmp_path / "p" / "pack.yaml").read_text("utf-8").startswith("# yaml-language-server: $schema=../schema/pack.json\n")


def test_filled_rule_lints_at_once_and_its_cases_hold(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new_rule(pack, *FILLED, "--from", "2026-01-01", "--known", "2025-11-15", "--why", "It is so.", "--fix", "Add one.") == 0
    assert main(["lint", str(pack)]) == 0, capsys.readouterr().out
    assert main(["test", str(pack)]) == 0, capsys.readouterr().out
    cases = read(pack / "discipline-modifier.test.yaml").data["cases"]
    assert [(case["expect"], case["claim"]["lines"][0]["service_date"]) for case in cases] == [
        ("not-applicable", "2025-12-31"),
        ("fail", "2026-01-01"),
    ]
    assert cases[1]["message"] == "97110 needs one of GP, GO, GN; the line has none."


def test_skeleton_says_where_to_write_and_what_lint_misses(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new_rule(pack) == 0
    said = capsys.readouterr().out
    text = (pack / "discipline-modifier.yaml").read_text("utf-8")
    assert f"{text.count('# fill in:')} places to fill in, on lines 4, " in said
    assert "params.any_of: nothing stands here, but a list is needed [PB005]" in said
    assert not (pack / "discipline-modifier.test.yaml").exists()


@pytest.mark.parametrize("kind", bundled(), ids=lambda kind: kind.name)
def test_skeleton_shows_every_setting_of_a_kind(kind: Kind[Any], tmp_path: Path) -> None:
    file = tmp_path / "rule.yaml"
    file.write_text(rule_text(RulePlan("a.b", kind)), "utf-8")
    text = file.read_text("utf-8")
    document = read(file)
    assert not document.faults
    for field in msgspec.structs.fields(kind.params):
        assert f"\n  {'' if field.required else '# '}{field.encode_name}:" in text
    assert all(value is None for value in document.data["params"].values())


def test_rule_like_another_shows_what_it_inherits(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    like = ["--like", "medicare.part-b.timely-filing", "--set", "limit.days=90", "--source", "manual", "--from", "2026-01-01"]
    claim = pack.parent / "claim.json"
    line = {"service_date": "2026-01-15", "code": "97110", "units": 1}
    claim.write_text(json.dumps({"claim_id": "A1", "patient": {"id": "P77"}, "received_on": "2029-06-01", "lines": [line]}))
    assert main(["new", "rule", "commercial.hillside.filing", *like, "--claim", str(claim), "--policies", str(pack)]) == 0
    assert "  # start: first-service        # as in medicare.part-b.timely-filing" in (pack / "filing.yaml").read_text("utf-8")
    cases = (pack / "filing.test.yaml").read_text("utf-8")
    assert "P77" not in cases
    assert "A1" not in cases
    assert main(["lint", str(pack)]) == 0, capsys.readouterr().out
    assert main(["test", str(pack)]) == 0, capsys.readouterr().out


TWO_VERSIONS = """\
rule: commercial.hillside.filing
like: medicare.part-b.timely-filing
versions:
  - {from: 2025-01-01, params: {limit: {days: 90}}, sources: [{ref: manual}]}
  - {from: 2026-01-01, params: {limit: {days: 60}}, sources: [{ref: manual}]}
"""
CASES = """\
rule: commercial.hillside.filing
cases:
  # the limit of 2025
  - name:   late in 2025
    claim: { received_on: 2025-08-01, lines: [ {code: "97110", service_date: 2025-03-01, units: 1} ] }   # spaces stay
    expect: fail
  - name: 80 days
    claim: {received_on: 2026-05-21, lines: [{code: "97110", service_date: 2026-03-02, units: 1}]}
    expect: fail

# what all have in common
claim: {claim_type: professional}
"""


def test_boundaries_are_both_sides_of_each_first_day_and_leave_the_file_as_it_is(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pack / "filing.yaml").write_text(TWO_VERSIONS, "utf-8")
    file = pack / "filing.test.yaml"
    file.write_text(CASES, "utf-8")
    command = ["new", "case", "commercial.hillside.filing", "--boundaries", "--policies", str(pack)]
    assert main(command) == 0
    text = file.read_text("utf-8")
    head, tail = CASES.split("\n# what")
    assert text.startswith(f"{head}  - name: the day before 2025-01-01\n")
    assert text.endswith(f"\n\n# what{tail}")
    added = read(file).data["cases"][2:]
    assert [(case["claim"]["lines"][0]["service_date"], case["expect"]) for case in added] == [
        ("2024-12-31", "not-applicable"),
        ("2025-01-01", "fail"),
        ("2025-12-31", "pass"),  # the case of 80 days tells the two versions apart
        ("2026-01-01", "fail"),
    ]
    assert main(["test", str(pack)]) == 0, capsys.readouterr().out
    assert main(command) == 0
    assert file.read_text("utf-8") == text
    assert "has all of them already" in capsys.readouterr().out


def test_a_draft_gets_the_cases_that_it_will_have_when_active(pack: Path) -> None:
    written = []
    for status in ("status: draft\n", ""):
        (pack / "filing.yaml").write_text(TWO_VERSIONS + status, "utf-8")
        (pack / "filing.test.yaml").write_text(CASES, "utf-8")
        assert main(["new", "case", "commercial.hillside.filing", "--boundaries", "--policies", str(pack)]) == 0
        written.append((pack / "filing.test.yaml").read_text("utf-8"))
    assert written[0] == written[1] != CASES


@pytest.mark.parametrize(
    "value", ["97110", "0101T", "010", "NO", "true", "2026-01-15", "2026-13-45", "GP", "a: b", "1990.01", "", "# x", "A*"]
)
def test_text_comes_back_from_a_line_of_yaml(value: str, tmp_path: Path) -> None:
    file = tmp_path / "value.yaml"
    data: dict[str, Any] = {"one": value, "list": [value, {"in": value}], "number": 3, "flag": False}
    file.write_text("".join(f"{name}: {flow(part)}\n" for name, part in data.items()), "utf-8")
    assert read(file).data == data


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pack", "x", "--title", "T"], "--id is missing"),
        (["pack", "x", "--id", "a.b"], "--title is missing"),
        (["pack", "x", "--id", "A B", "--title", "T"], "does not have the right form"),
        (["pack", "x", "--id", "common", "--title", "T"], "there is a pack common already"),
        (["plugin", "x", "--id", "a.b", "--title", "T"], "--name is missing"),
        (["plugin", "x", "--id", "a.b", "--title", "T", "--name", "No Name"], "small letters"),
        (["rule", "a.b.c", "--kind", "npi"], "There is no pack a.b"),
        (["rule", RULE, "--policies", "hillside"], "--kind is missing"),
        (["rule", RULE, "--policies", "hillside", "--kind", "nothing"], "there is no kind nothing"),
        (["rule", RULE, "--policies", "hillside", "--like", "no.rule"], "no usable rule no.rule"),
        (["rule", RULE, "--policies", "hillside", "--kind", "npi", "--set", "wrong=1"], "has no setting wrong"),
        (["rule", RULE, "--policies", "hillside", "--kind", "npi", "--set", "fields"], "path=value"),
        (["rule", RULE, "--policies", "hillside", "--kind", "npi", "--set", "fields=[a"], "not YAML"),
        (["rule", RULE, "--policies", "hillside", "--kind", "npi", "--effect", "refuse"], "refuse is not known"),
        (["rule", "commercial.hillside.pack", "--policies", "hillside", "--kind", "npi"], "not the name of a rule file"),
        (["case", RULE, "--policies", "hillside"], "needs --boundaries"),
        (["case", RULE, "--policies", "hillside", "--boundaries"], "has no such rule"),
        (["case", RULE, "--policies", "hillside", "--boundaries", "--claim", "nowhere.json"], "cannot be read"),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_line(
    pack: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pack.parent)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    before = sorted(pack.parent.rglob("*"))
    capsys.readouterr()
    assert main(["new", *arguments]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert len(said.err.splitlines()) == 1
    assert sorted(pack.parent.rglob("*")) == before


def test_nothing_is_overwritten(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pack / "discipline-modifier.yaml").write_text("mine", "utf-8")
    assert new_rule(pack, *FILLED, "--from", "2026-01-01") == 2
    assert "exists already" in capsys.readouterr().err
    assert (pack / "discipline-modifier.yaml").read_text("utf-8") == "mine"


def test_a_terminal_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answers = iter(["medicaid.xx", "", "State XX", "cms", "manual", "Provider manual", ""])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: next(answers))
    assert main(["new", "pack", str(tmp_path / "xx")]) == 0
    head = read(tmp_path / "xx" / "pack.yaml").data
    assert (head["pack"], head["title"], head["unit_method"]) == ("medicaid.xx", "State XX", "cms")
    assert read(tmp_path / "xx" / "sources.yaml").data["manual"]["title"] == "Provider manual"


def test_plugin_builds_and_its_policies_are_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "dist"
    names = ["--name", "hill-side", "--id", "commercial.hillside", "--title", "Hillside", "--source", "manual", "--source-title", "Manual"]
    assert main(["new", "plugin", str(folder), *names]) == 0
    policies = folder / "src" / "payerbook_hill_side" / "policies"
    assert new_rule(policies, *FILLED, "--from", "2026-01-01") == 0
    assert main(["lint", str(policies)]) == 0, capsys.readouterr().out
    program = (
        "import sys; from hatchling.builders.wheel import WheelBuilder; print(*WheelBuilder(sys.argv[1]).build(directory=sys.argv[2]))"
    )
    quiet(sys.executable, "-c", program, folder, tmp_path / "wheel")
    (wheel,) = (tmp_path / "wheel").glob("*.whl")
    held = zipfile.ZipFile(wheel)
    packed = "payerbook_hill_side/policies/hill-side"
    assert {f"{packed}/pack.yaml", f"{packed}/discipline-modifier.yaml", "payerbook_hill_side/__init__.py"} <= set(held.namelist())
    assert held.read("payerbook_hill_side-0.1.0.dist-info/entry_points.txt").decode().split("\n")[:2] == [
        "[payerbook]",
        "hill-side = payerbook_hill_side",
    ]
    claim = {"claim_id": "A1", "payer": "Hillside", "lines": [{"service_date": "2026-01-15", "code": "97110", "units": 1}]}
    (tmp_path / "claim.json").write_text(json.dumps(claim))
    capsys.readouterr()
    assert main(["check", str(tmp_path / "claim.json"), "--policies", str(policies), "--json"]) == 1
    (report,) = json.loads(capsys.readouterr().out)["reports"]
    assert RULE in {finding["rule"] for finding in report["findings"]}


def test_plugin_is_found_through_its_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "dist"
    assert main(["new", "plugin", str(folder), "--name", "hillside", "--id", "commercial.hillside", "--title", "Hillside"]) == 0
    metadata = tmp_path / "payerbook_hillside-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: payerbook-hillside\nVersion: 0.1.0\n")
    (metadata / "entry_points.txt").write_text("[payerbook]\nhillside = payerbook_hillside\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(folder / "src"))
    plugins = Plugins()
    assert plugins.not_loaded == []
    assert ("hillside", folder / "src" / "payerbook_hillside" / "policies") in plugins.policies()
    found = {
        "PYTHONPATH": os.pathsep.join(map(str, [ROOT / "core", ROOT / "plugins", folder / "src", tmp_path])),
        "PATH": os.environ["PATH"],
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    ran = subprocess.run(
        command, cwd=folder, env=found | {"PAYERBOOK_CACHE": str(tmp_path / "cache")}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "3 passed" in ran.stdout


def test_the_claim_for_first_cases_is_one_that_the_rule_looks_at() -> None:
    """Else both sides of a day look alike, and the cases could not fail."""
    session = Session()
    for compiled in session.library.all():
        assert compiled.pack is not None
        program = Program([compiled.pack], session.kinds, session.tables)
        for rule in compiled.pack.rules:
            claim = msgspec.convert({"claim_id": "A1", **plain_claim(rule)}, Claim)
            looking = [step.bound.version for step in program.full_plan(claim, None).steps if step.bound.rule is rule and step.gap is None]
            assert rule.hold or rule.versions[0].hole or rule.versions[0] in looking, rule.id
