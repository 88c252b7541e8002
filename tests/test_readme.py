"""What the README shows is what the commands print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import on_file
from payerbook.cli import main

ROOT = Path(__file__).parents[1]


def blocks() -> list[str]:
    """The fenced blocks of the README."""
    return re.findall(r"^```\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)


def test_the_excerpt_of_check_is_true(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["check", str(ROOT / "samples" / "batch-837p.x12")]) == 1
    printed = capsys.readouterr().out
    (shown,) = (block for block in blocks() if block.startswith("DENY"))
    finding, end = shown.split("…\n")
    assert finding in printed
    assert printed.endswith(end)


def test_the_excerpt_of_units_is_true(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    (shown,) = (block for block in blocks() if block.startswith("$ payerbook units"))
    command, _, expected = shown.partition("\n")
    assert main(command.removeprefix("$ payerbook ").split()) == 0
    assert capsys.readouterr().out.startswith(expected)


def test_files_that_the_readme_names_exist() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    for name in re.findall(r"\b((?:docs|samples|tests|policies)/[\w./-]+\w)", text):
        assert (ROOT / name).exists(), name


def test_what_is_on_file_is_told_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert on_file.BEGIN in (ROOT / "README.md").read_text("utf-8")
    assert on_file.main(["--check"]) == 0, capsys.readouterr().err


def test_a_pack_more_makes_the_page_and_the_readme_old() -> None:
    grouped = on_file.packs()
    line, group = next((line, group) for line, group in grouped.items() if len(group) > 1)
    fewer = {**grouped, line: group[1:]}
    assert on_file.readme(fewer) != on_file.readme(grouped)
    assert group[0]["id"] in on_file.page(grouped)
    assert f"`{group[0]['id']}`" not in on_file.page(fewer)
