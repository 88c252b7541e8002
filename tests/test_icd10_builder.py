"""The table of diagnosis codes, built from the lists of CMS and CDC."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payerbook.authoring import icd10
from payerbook.errors import UsageError


def lists(folder: Path, **years: str) -> Path:
    for year, codes in years.items():
        (folder / f"icd10cm-codes-{year[1:]}.txt").write_text("\n".join(codes.split()) + "\n", encoding="utf-8")
    return folder


def change(on: str, code: str, *, added: bool) -> icd10.Change:
    return icd10.Change(date.fromisoformat(on), code, added)


def test_lists_are_read_as_cms_and_cdc_write_them(tmp_path: Path) -> None:
    (tmp_path / "icd10cm-codes-2024.txt").write_text("A000    Words that follow\n\nm54.50\n", encoding="utf-8")
    (tmp_path / "icd10cm-codes-April-2025.txt").write_text("QA00101 x\n", encoding="utf-8")
    (tmp_path / "icd10cm_codes_April-1-2026.txt").write_text("U071\n", encoding="utf-8")
    (tmp_path / "icd10cm-order-2024.txt").write_text("00001 A00\n", encoding="utf-8")
    assert icd10.read_lists(tmp_path) == {2024: {"A000", "M5450"}, 2025: {"QA00101"}, 2026: {"U071"}}


def test_a_year_becomes_rows(tmp_path: Path) -> None:
    read = icd10.read_lists(lists(tmp_path, y2024="A000 M545", y2025="A000 M5450", y2026="A000 M545 M5450"))
    states = list(icd10.timeline(read, []))
    assert [day for day, _ in states] == [date(2023, 10, 1), date(2024, 10, 1), date(2025, 10, 1)]
    assert sorted(icd10.rows(states)) == [
        ("A000", "", ""),
        ("M545", "", "2024-09-30"),
        ("M545", "2025-10-01", ""),
        ("M5450", "2024-10-01", ""),
    ]


@pytest.mark.parametrize("edition", ["A000 M358", "A000 M3581"], ids=["taken-before", "taken-after"])
def test_a_change_inside_a_year_has_its_own_date_whichever_edition_the_list_is(tmp_path: Path, edition: str) -> None:
    read = icd10.read_lists(lists(tmp_path, y2021=edition, y2022="A000 M3581"))
    changes = [change("2021-01-01", "M3581", added=True), change("2021-01-01", "M358", added=False)]
    assert sorted(icd10.rows(icd10.timeline(read, changes))) == [("A000", "", ""), ("M358", "", "2020-12-31"), ("M3581", "2021-01-01", "")]


def test_a_year_without_a_list_comes_from_the_changes(tmp_path: Path) -> None:
    read = icd10.read_lists(lists(tmp_path, y2026="M722"))
    changes = [change("2026-10-01", "M7221", added=True), change("2026-10-01", "M722", added=False)]
    assert sorted(icd10.rows(icd10.timeline(read, changes))) == [("M722", "", "2026-09-30"), ("M7221", "2026-10-01", "")]


@given(st.lists(st.frozensets(st.sampled_from(["A000", "A001", "A002", "A003"])), min_size=1, max_size=6))
def test_rows_give_the_lists_back(years: list[frozenset[str]]) -> None:
    read = dict(enumerate(years, start=2020))
    found = icd10.rows(icd10.timeline(read, []))
    for year, codes in read.items():
        for on in (icd10.first_day(year).isoformat(), (icd10.first_day(year + 1) - timedelta(days=1)).isoformat()):
            assert {code for code, begun, ended in found if begun <= on and (not ended or on <= ended)} == codes


@pytest.mark.parametrize(
    ("years", "changes", "fault"),
    [
        ({"y2023": "A000", "y2025": "A000"}, [], "list of fiscal year 2024 is missing"),
        ({"y2024": "A000"}, [change("2023-10-01", "A001", added=True)], "take the changes dated 2023-10-01 out"),
        ({"y2024": "A000"}, [change("2022-10-01", "A001", added=True)], "before the first list"),
        ({"y2024": "A000"}, [change("2024-10-01", "A000", added=True)], "A000 is already billable"),
        ({"y2024": "A000"}, [change("2024-10-01", "A001", added=False)], "A001 is not billable"),
    ],
)
def test_contradictions_are_refused(tmp_path: Path, years: dict[str, str], changes: list[icd10.Change], fault: str) -> None:
    with pytest.raises(UsageError, match=fault):
        list(icd10.timeline(icd10.read_lists(lists(tmp_path, **years)), changes))


def test_the_builder_as_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "icd-10-cm"
    table.mkdir()
    lists(tmp_path, y2023="A000 Z591", y2024="A000 Z5910")
    (table / "changes.csv").write_text(
        "on,change,code,grade,source\n2023-04-01,added,Z59.10,B,u\n2023-04-01,removed,Z591,B,u\n", encoding="utf-8"
    )
    assert icd10.main([str(tmp_path), str(table)]) == 0
    assert capsys.readouterr().out == "2022-10-01: 2\n2023-04-01: 2\n2023-10-01: 2\nrows: 3\n"
    assert (table / "codes.csv").read_text(encoding="ascii") == "code,from,to\nA000,,\nZ591,,2023-03-31\nZ5910,2023-04-01,\n"


@pytest.mark.parametrize(
    ("codes", "changes", "fault"),
    [
        ({}, "", r"no file is called icd10cm-codes-YYYY\.txt"),
        ({"y2024": "A000 hello"}, "", r"icd10cm-codes-2024\.txt:2: 'hello' is not an ICD-10-CM code"),
        ({"y2024": "A000"}, "on,change\n", r"changes\.csv:1: the line needs the columns on, change, code, grade, source"),
        ({"y2024": "A000"}, "on,change,code,grade,source\n2024-10-01,added\n", r"changes\.csv:2: the line needs the columns"),
        (
            {"y2024": "A000"},
            "on,change,code,grade,source\n2024-10-01,new,A001,B,u\n",
            r"changes\.csv:2: change is 'new'; write added or removed",
        ),
        ({"y2024": "A000"}, "on,change,code,grade,source\nsoon,added,A001,B,u\n", r"changes\.csv:2: 'soon' is not a date"),
        ({"y2024": "A000"}, None, r"changes\.csv"),
    ],
)
def test_mistakes_at_the_builder_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], codes: dict[str, str], changes: str | None, fault: str
) -> None:
    lists(tmp_path, **codes)
    if changes is not None:
        (tmp_path / "changes.csv").write_text(changes, encoding="utf-8")
    assert icd10.main([str(tmp_path), str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert re.search(fault, error)
    assert error.count("\n") == 1


def test_two_editions_of_one_year_are_refused(tmp_path: Path) -> None:
    lists(tmp_path, y2024="A000")
    (tmp_path / "icd10cm-codes-April-2024.txt").write_text("A000\n", encoding="utf-8")
    with pytest.raises(UsageError, match="two lists for fiscal year 2024"):
        icd10.read_lists(tmp_path)
