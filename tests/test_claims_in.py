"""docs/claims-in.md names every column and every fault of the readers, as the code has them."""

from __future__ import annotations

import pytest

import claims_in
from payerbook.formats.csv.columns import paths
from payerbook.formats.csv.faults import FAULTS


def test_the_page_is_what_the_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert claims_in.main(["--check"]) == 0, capsys.readouterr().err


def test_the_page_has_every_section_and_follows_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    text = claims_in.PAGE.read_text("utf-8")
    assert {found[2] for found in claims_in.MARK.finditer(text)} == set(claims_in.SECTIONS)
    assert [column.name for column in paths() if f"| `{column.name}` |" not in text] == []
    monkeypatch.setitem(FAULTS, "CSV-NEW", ("{column} is new.", "Repair it."))
    assert "| CSV-NEW | *column* is new. | Repair it. |" in claims_in.page(text)
