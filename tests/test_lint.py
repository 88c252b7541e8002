"""The command `lint`: what it takes, prints, repairs and gives back. What each fault is about: test_faults and test_format."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from payerbook.authoring.faults import CODES
from payerbook.cli import main
from test_sarif import SARIF

ROOT = Path(__file__).parents[1]
PACK = ROOT / "docs" / "faults" / "pack"
RULE = "assistant.yaml"
TESTS = "assistant.test.yaml"


@pytest.fixture(autouse=True)
def few_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest packs have no part in this."""
    monkeypatch.setenv("PAYERBOOK_PLUGINS", "common")


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(PACK, tmp_path / "pack")
    return Path("pack")


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def _codes(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[str]:
    main(["lint", "--json", *map(str, arguments)])
    return [fault["code"] for fault in json.loads(capsys.readouterr().out)]


def test_stale_says_where_how_long_and_what_rests_on_it(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "pack", "--stale", "--today", "2027-01-15"]) == 0
    capsys.readouterr()
    assert main(["lint", "pack", "--stale", "--today", "2027-01-16"]) == 1
    assert capsys.readouterr().out.splitlines()[0] == (
        f"{pack.resolve()}/sources.yaml:6:17: manual.last_checked: the source was read on 2026-01-15, 366 days ago, "
        "1 day too long; read it again and write last_checked (rules: assistant) [PB034]"
    ).replace(f"{pack.resolve()}", "pack")
    assert main(["lint", "pack", "--today", "2027-01-16"]) == 2
    assert "--stale" in capsys.readouterr().err


def test_a_source_known_from_memory_is_never_stale(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _edit(pack / RULE, '"4.2"}', '"4.2", grade: M}')
    _edit(pack / RULE, '"4.3"}', '"4.3", grade: M}')
    assert _codes(capsys, "--stale", "--today", "2030-01-01", pack) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "units: 1, modifiers: [CQ, GP]",
            "unites: 1, modifiers: [CQ, GP]",
            "5:63: cases.0.claim.lines.0.unites: unknown key unites; did you mean units?",
        ),
        (
            'code: "97110", service_date: 2026-01-15, units: 1, modifiers: [CQ]',
            "code: 97110, service_date: 2026-01-15, units: 1, modifiers: [CQ]",
            "8:28: cases.1.claim.lines.0.code: 97110 is a number",
        ),
        (
            "    expect: pass\n",
            "    expect: pass\n    after: [{claim_ids: Z}]\n",
            "5:14: cases.0.after.0.claim_ids: unknown key claim_ids; did you mean claim_id?",
        ),
        (
            "{lines: [{code",
            "{context: {histroy: []}, lines: [{code",
            "5:23: cases.0.claim.context.histroy: unknown key histroy; did you mean history?",
        ),
    ],
)
def test_keys_of_claims_are_checked_before_a_case_runs(
    old: str, new: str, said: str, pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _edit(pack / TESTS, old, new)
    assert main(["lint", "pack"]) == 1
    assert f"pack/{TESTS}:{said}" in capsys.readouterr().out
    assert main(["test", "pack"]) == 1
    assert f"{TESTS}:{said}" in capsys.readouterr().out


def test_a_hole_or_a_reason_fills_a_gap(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _edit(pack / RULE, "  - from: 2025-01-01\n", "  - from: 2025-01-01\n    to: 2025-06-30\n")
    assert _codes(capsys, pack) == ["PB036"]
    text = (pack / RULE).read_text("utf-8")
    _edit(pack / RULE, "  - from: 2026-01-01\n", "  - from: 2026-01-01\n    changed: The payer took the rule up again.\n")
    assert _codes(capsys, pack) == []
    (pack / RULE).write_text(text, "utf-8")
    _edit(pack / RULE, "  - from: 2026-01-01\n", "  - from: 2025-07-01\n    hole: The manual of 2025 was not read.\n  - from: 2026-01-01\n")
    assert _codes(capsys, pack) == []


def test_words_of_a_page_are_found_and_lists_of_codes_are_not(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = Path("policy.html")
    page.write_text("<p>The assistant's modifier <b>only</b> means\nsomething beside that of the plan.</p>", "utf-8")
    assert main(["lint", "pack", "--against", "policy.html"]) == 1
    assert '"The assistant\'s modifier only means something beside that" stands word for word in policy.html' in capsys.readouterr().out
    page.write_text("97110 97112 97116 97140 97150 97530 97535 97542 modifiers", "utf-8")
    _edit(pack / RULE, "Add GP, or take CQ out.", "97110 97112 97116 97140 97150 97530 97535 97542 modifiers")
    assert _codes(capsys, pack, "--against", page) == []
    page.write_bytes(b"%PDF-1.7\xff\xfe")
    assert main(["lint", "pack", "--against", "policy.html"]) == 2
    assert "pdftotext" in capsys.readouterr().err


def test_fix_repairs_what_cannot_change_the_meaning(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    marked = (pack / RULE).read_text("utf-8").replace("effect: deny", "effect: deny  # as the payer says")
    (pack / RULE).write_text(
        marked.replace('["97110", "97140"]', "[97110, 97140]").replace("2026-01-01", "2026-1-1").replace("assistant's", "assistant\u2019s"),
        "utf-8",
    )
    assert main(["lint", "pack", "--fix"]) == 0
    assert (pack / RULE).read_text("utf-8") == marked
    assert capsys.readouterr().err.splitlines() == [
        'pack/assistant.yaml:5:16: repaired: 97110 -> "97110" [PB004]',
        'pack/assistant.yaml:5:23: repaired: 97140 -> "97140" [PB004]',
        "pack/assistant.yaml:16:11: repaired: 2026-1-1 -> 2026-01-01 [PB007]",
        "pack/assistant.yaml:19:16: repaired: \u2019 -> ' [PB043]",
        "4 repairs made",
    ]
    assert main(["lint", "pack", "--fix"]) == 0
    assert capsys.readouterr().err == "0 repairs made\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-01-01", "1/1/2026"),  # January or the first of the month: nobody can say
        ("2026-01-01", "2026-2-30"),  # no such day
        ("title: CQ without GP", "title: \u201cCQ\u201d without GP"),  # with typed quotes the text would end after CQ
        ("effect: deny", "effect: denied"),
    ],
)
def test_fix_leaves_alone_what_it_cannot_be_sure_of(old: str, new: str, pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _edit(pack / RULE, old, new)
    before = (pack / RULE).read_bytes()
    assert main(["lint", "pack", "--fix"]) == 1
    assert (pack / RULE).read_bytes() == before
    assert capsys.readouterr().err == "0 repairs made\n"


def test_fix_keeps_to_the_quotes_around_a_text(pack: Path) -> None:
    _edit(pack / RULE, "title: CQ without GP", 'title: "The \u201cCQ\u201d without GP"')
    assert main(["lint", "pack", "--fix"]) == 0
    assert YAML(typ="safe").load(pack / RULE)["title"] == "The 'CQ' without GP"


def test_one_file_stands_for_what_rests_on_it(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = pack / "other.yaml"
    other.write_text((pack / RULE).read_text("utf-8").replace("mutual.assistant", "mutual.other").replace("deny", "denied"), "utf-8")
    _edit(pack / TESTS, "expect: fail", "expect: unknown")
    assert _codes(capsys, pack / RULE) == ["PB016"]
    assert _codes(capsys, other) == ["PB016", "PB005"]
    assert sorted(_codes(capsys, pack / "sources.yaml")) == ["PB005", "PB016", "PB016"]
    Path("mkdocs.yaml").write_text("nav: []\n", "utf-8")
    assert _codes(capsys, "mkdocs.yaml") == []
    assert main(["lint", "nothing.yaml"]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_every_format_says_the_same(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _edit(pack / RULE, "effect: deny", "effect: denied")
    assert main(["lint", "pack", "--format", "github"]) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first == "::error file=pack/assistant.yaml,line=6,col=9,title=PB005::effect: denied is not known here; did you mean deny?"
    assert last == "::notice title=payerbook lint::1 fault"
    assert main(["lint", "pack", "--format", "sarif"]) == 1
    log = json.loads(capsys.readouterr().out)
    Draft202012Validator(SARIF).validate(log)
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == sorted(CODES)
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "PB005"
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]) == ("pack/assistant.yaml", {"startLine": 6, "startColumn": 9})
    assert _codes(capsys, pack) == ["PB005"]


@pytest.mark.parametrize("hook", YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml"), ids=lambda hook: str(hook["id"]))
def test_a_hook_judges_the_changed_files_of_another_repository(hook: dict[str, str], pack: Path) -> None:
    """What pre-commit does: the entry with the names of changed files, from the root of the repository."""
    Path("mkdocs.yaml").write_text("nav: []\n", "utf-8")
    command, *rest = shlex.split(hook["entry"])
    assert command == "payerbook"
    paths = os.pathsep.join([str(ROOT / "core"), str(ROOT / "plugins")])
    environment = {**os.environ, "PYTHONPATH": paths, "PAYERBOOK_CACHE": "cache"}

    def run(*changed: str) -> subprocess.CompletedProcess[str]:
        arguments = [sys.executable, "-m", command, *rest, *changed]
        return subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)

    good = run("mkdocs.yaml", f"pack/{RULE}")
    assert good.returncode == 0, good.stdout + good.stderr
    _edit(pack / RULE, "needs_any: [GP]", "needs_any: [97110]")
    bad = run("mkdocs.yaml", f"pack/{RULE}")
    assert bad.returncode == 1, bad.stdout + bad.stderr
    assert RULE in bad.stdout or TESTS in bad.stdout


def test_facts_need_a_register(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _edit(pack / RULE, "versions:\n", "facts: [assistant-modifier]\nversions:\n")
    assert _codes(capsys, pack) == ["PB027"]
    (pack / "facts.yaml").write_text("in_rules: [assistant-modifier]\n", "utf-8")
    assert _codes(capsys, pack) == []
