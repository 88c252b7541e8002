"""`payerbook migrate` brings packs to the current format and keeps what authors wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from payerbook.authoring import migrations
from payerbook.authoring.lint import lint
from payerbook.authoring.migrations import Step
from payerbook.cli import main
from payerbook.policy import FORMAT
from payerbook_plugins import policies

PACK = """\
# Our pack.
pack: example.draft   # the id
title: A draft
version: 2026.1.0
aliases: [
  One, Two,
  "Three",
]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "draft"
    made.mkdir()
    (made / "pack.yaml").write_text(PACK, "utf-8")
    (made / "sources.yaml").write_text("manual: {title: Manual, publisher: Payer, grade: C}  # read twice\n", "utf-8")
    return made


def test_a_draft_gets_its_format_and_keeps_every_other_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [fault.code for fault in lint([folder])] == ["PB019"]
    assert main(["migrate", str(folder)]) == 0
    said = capsys.readouterr().out
    assert '+format: "1"' in said
    assert (folder / "pack.yaml").read_text("utf-8") == PACK.replace("# the id\n", '# the id\nformat: "1"\n')
    assert [fault for fault in lint([folder]) if not fault.note] == []


@pytest.mark.parametrize("written", ["format: 1\n", 'format: "0"\n', "format: '0'  # soon 1\n"])
def test_a_number_that_is_no_text_becomes_text(written: str, folder: Path) -> None:
    (folder / "pack.yaml").write_text(PACK + written, "utf-8")
    assert main(["migrate", str(folder)]) == 0
    assert [fault for fault in lint([folder]) if not fault.note] == []


def test_check_writes_nothing_and_a_second_run_has_nothing_to_do(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", str(folder), "--check"]) == 1
    assert (folder / "pack.yaml").read_text("utf-8") == PACK
    assert main(["migrate", str(folder)]) == 0
    after = (folder / "pack.yaml").read_bytes()
    capsys.readouterr()
    assert main(["migrate", str(folder), "--check"]) == 0
    assert "already" in capsys.readouterr().out
    assert main(["migrate", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"format": FORMAT, "files": [], "written": False}
    assert (folder / "pack.yaml").read_bytes() == after


@pytest.mark.parametrize(
    ("written", "words"),
    [('format: "7"\n', "install a newer payerbook"), ('format: "one"\n', "there is no format one"), ("format: [\n", "PB001")],
)
def test_what_it_does_not_know_it_leaves_alone(written: str, words: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "pack.yaml").write_text(PACK + written, "utf-8")
    assert main(["migrate", str(folder)]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1
    assert (folder / "pack.yaml").read_text("utf-8") == PACK + written


def test_steps_follow_each_other_and_see_every_file(folder: Path) -> None:
    def rename(sort: str, data: Any) -> None:
        if sort == "sources":
            for source in data.values():
                source.insert(0, "name", source.pop("title"))

    def grade(sort: str, data: Any) -> None:
        if sort == "sources":
            for source in data.values():
                source["grade"] = "M"

    steps = [*migrations.STEPS, Step("1", "2", "title becomes name", rename), Step("2", "3", "every grade falls", grade)]
    made = {one.file.name: one.after for one in migrations.migrate(folder, steps, "3")}
    assert 'format: "3"' in made["pack.yaml"]
    assert made["sources.yaml"].split("  ")[0] == "manual: {name: Manual, publisher: Payer, grade: M}"
    assert "# read twice" in made["sources.yaml"]


def test_every_format_before_this_one_has_a_way_here() -> None:
    at, seen = migrations.DRAFT, set()
    following = {step.before: step.after for step in migrations.STEPS}
    while at != FORMAT:
        assert at not in seen
        seen.add(at)
        at = following[at]
    assert len(following) == len(migrations.STEPS) == len(seen)


def test_the_bundled_packs_are_in_the_current_format() -> None:
    assert migrations.migrate(policies()) == []


def test_a_folder_without_packs_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", str(tmp_path)]) == 2
    assert "There is no pack.yaml below" in capsys.readouterr().err
