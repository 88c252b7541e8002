"""What the README shows is what the commands print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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
