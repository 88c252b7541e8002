"""`payerbook sources` lists what packs rest on, and tells whether a downloaded file is the one that was read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from payerbook.authoring.lint import lint
from payerbook.cli import main

BYTES = b"%PDF-1.7 the policy of 2026"
DIGEST = hashlib.sha256(BYTES).hexdigest()
PACK = 'pack: example.read\nformat: "1"\ntitle: A pack that was read\nversion: 2026.1.0\n'
SOURCES = f"""\
manual:
  title: Provider manual
  publisher: Payer
  url: https://example.org/files/Provider%20Manual.pdf?edition=2
  grade: A
  last_checked: 2026-01-15
  sha256: {DIGEST}
  retrieved: 2026-01-14
bulletin: {{title: Bulletin 7, publisher: Payer, url: "https://example.org/bulletin-7.html", grade: B, last_checked: 2026-01-15}}
"""
RULE = """\
rule: example.read.gate
kind: required-modifier
title: A line without its modifier
when: {codes: ["97110"]}
effect: return
evidence: claim
topic: modifiers
category: coding
params: {any_of: [GP]}
versions:
  - {from: 2025-01-01, sources: [{ref: manual, section: "2"}, {ref: bulletin}]}
  - {from: 2026-01-01, sources: [{ref: manual, section: "3", grade: B}], changed: The same said again.}
why: So that somebody knows.
fix: Add it.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "read"
    made.mkdir()
    for name, text in {"pack.yaml": PACK, "sources.yaml": SOURCES, "gate.yaml": RULE}.items():
        (made / name).write_text(text, "utf-8")
    return made


def ask(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str, code: int) -> dict[str, Any]:
    assert main(["sources", *arguments, "--policies", str(folder), "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def downloaded(tmp_path: Path, name: str, data: bytes) -> str:
    (tmp_path / name).write_bytes(data)
    return str(tmp_path / name)


def test_the_list_names_grades_days_hash_and_rules(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bulletin, manual = ask(capsys, folder, "example.read", code=0)["sources"]
    assert (manual["ref"], manual["grades"], manual["sha256"], manual["retrieved"]) == ("manual", ["A", "B"], DIGEST, "2026-01-14")
    assert manual["rules"] == ["example.read.gate"]
    assert (bulletin["ref"], bulletin["last_checked"], bulletin["sha256"]) == ("bulletin", "2026-01-15", None)
    main(["sources", "example.read", "--policies", str(folder)])
    assert "2 sources, 1 with the hash of their document" in capsys.readouterr().out


def test_every_bundled_rule_stands_in_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources", "medicare.part-b", "--json"]) == 0
    cited = {rule for source in json.loads(capsys.readouterr().out)["sources"] for rule in source["rules"]}
    assert main(["packs", "medicare.part-b", "--json"]) == 0
    assert len(cited) == json.loads(capsys.readouterr().out)["packs"][0]["rules"]


def test_the_same_bytes_are_found_under_any_name(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, folder, "check", downloaded(tmp_path, "whatever.bin", BYTES), code=0)
    assert [(one["source"]["ref"], one["found_by"], one["answer"]) for one in answer["compared"]] == [("manual", "hash", "same")]


@pytest.mark.parametrize("name", ["Provider Manual.pdf", "provider manual (2).PDF"])
def test_other_bytes_are_found_by_the_name_in_the_url(name: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = downloaded(tmp_path, name, BYTES + b" and more")
    answer = ask(capsys, folder, "check", file, code=1)
    (one,) = answer["compared"]
    assert (one["source"]["ref"], one["found_by"], one["answer"]) == ("manual", "name", "differs")
    assert answer["sha256"] == hashlib.sha256(BYTES + b" and more").hexdigest()
    main(["sources", "check", file, "--policies", str(folder)])
    said = capsys.readouterr().out
    for word in ("DIFFERS", "example.read.gate", DIGEST, answer["sha256"], "payerbook amend", "--read DATE", "Bytes were compared"):
        assert word in said


def test_without_a_hash_nobody_can_tell(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, folder, "check", downloaded(tmp_path, "x.html", b"<p>"), "--source", "bulletin", code=1)
    assert [(one["source"]["ref"], one["found_by"], one["answer"]) for one in answer["compared"]] == [("bulletin", "ref", "no-hash")]


def test_what_was_read_is_written_down_and_nothing_else(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = downloaded(tmp_path, "Provider Manual.pdf", BYTES + b" and more")
    digest = ask(capsys, folder, "check", file, code=1)["sha256"]
    assert main(["sources", "check", file, "--read", "2026-03-04", "--policies", str(folder)]) == 0
    assert f"+  sha256: {digest}" in capsys.readouterr().out
    wanted = SOURCES.replace(DIGEST, digest).replace("last_checked: 2026-01-15\n  sha", "last_checked: 2026-03-04\n  sha")
    assert (folder / "sources.yaml").read_text("utf-8") == wanted.replace("retrieved: 2026-01-14", "retrieved: 2026-03-04")
    assert [fault.text() for fault in lint([folder]) if fault.file.name == "sources.yaml"] == []
    assert ask(capsys, folder, "check", file, code=0)["compared"][0]["answer"] == "same"


def test_a_file_that_may_be_two_sources_is_not_written_down(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "sources.yaml").write_text(
        SOURCES.replace("{title: Bulletin 7", f"{{sha256: {DIGEST}, retrieved: 2026-01-14, title: Bulletin 7")
    )
    file = downloaded(tmp_path, "x.pdf", BYTES)
    assert main(["sources", "check", file, "--read", "2026-03-04", "--policies", str(folder)]) == 2
    assert "--pack example.read --source bulletin" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "FILE"], "say which with --source"),
        (["check", "FILE", "--source", "manuel"], "Nearest: manual"),
        (["check", "FILE", "--source", "manual", "--pack", "common"], "No source is called"),
        (["check", "no-such-file.pdf"], "cannot be read"),
        (["check"], "with one file"),
        (["common", "medicare"], "sources [PACK]"),
        (["common", "--source", "manual"], "sources [PACK]"),
        (["common", "--read", "2026-01-01"], "sources [PACK]"),
    ],
)
def test_a_mistake_is_one_line(arguments: list[str], words: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = downloaded(tmp_path, "unknown.pdf", b"something else")
    assert main(["sources", *(file if word == "FILE" else word for word in arguments), "--policies", str(folder)]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1
