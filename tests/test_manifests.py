"""Manifests of dated tables and their CSV files: what is checked before the engine reads them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dated_tables import MANIFEST, ROWS, make
from payerbook.authoring.datasets import check_manifest, compile_manifest, write_table
from payerbook.datasets import digest_of
from payerbook.errors import PackError


def test_a_manifest_in_order_has_no_faults(tmp_path: Path) -> None:
    assert check_manifest(make(tmp_path)) == []


def test_a_compiled_manifest_is_plain_json(tmp_path: Path) -> None:
    data = compile_manifest(make(tmp_path))
    assert json.loads(json.dumps(data)) == data
    assert data["windows"][0]["from"] == "2024-01-01"
    assert data["windows"][0]["digest"] == digest_of(ROWS.encode())
    assert "made" not in data


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("title: Limits", "titel: Limits", r"manifest\.yaml:2:1: titel: unknown key; the nearest known key is 'title' \[PB003\]"),
        ("all.csv\n    grade: B", "all.csv\n    grad: B", r"manifest\.yaml:22:5: windows\.1\.grad: unknown key; .* 'grade' \[PB003\]"),
        ("last_checked:", "last_cheked:", r"manifest\.yaml:17:\d+: windows\.0\.sources\.0\.last_cheked: unknown key; .* 'last_checked'"),
        ("holes:", "scope: {ful: []}\nholes:", r"manifest\.yaml:26:9: scope\.ful: unknown key; the nearest known key is 'full'"),
        ("key: 1", "key: one", r"manifest\.yaml:5:6: key: Expected `int`, got `str`; correct it \[PB005\]"),
        ("to: 2024-03-31", "to: soon", r"manifest\.yaml:10:9: windows\.0\.to: Invalid .*; correct it \[PB005\]"),
        ("grade: B", "grade: D", r"manifest\.yaml:22:12: windows\.1\.grade: Invalid enum value 'D'; correct it \[PB005\]"),
        ("{2024-01-01: 2}", "{soon: 2}", r"manifest\.yaml:15:\d+: windows\.0\.in_force: Invalid"),
        ("made: By hand.\n", "", r"manifest\.yaml:1:1: Object missing required field `made`; correct it \[PB006\]"),
        ("format: 1", "format: 2", r"manifest\.yaml:3:9: format: Invalid enum value 2; correct it \[PB005\]"),
        ("title: Limits", "title: Limits\ntitle: Limits", r"manifest\.yaml:3:1: title: the key title stands twice; remove one \[PB002\]"),
        ("[The second", "[[The second", r"manifest\.yaml:\d+:\d+: not YAML"),
        ("table: limits", "table: other", "the table is called 'other' and its folder 'limits'"),
        ("columns: [code,", "columns: [value,", "a column name stands twice"),
        ("key: 1", "key: 9", "key is 9; it must be between 1 and the number of columns, 4"),
        ("id: late", "id: early", "two windows have the same id"),
        ("to: 2024-03-31", "to: 2023-03-31", "window early: it ends before it begins"),
        ("from: 2024-07-01", "from: 2024-03-31", "windows early and late overlap"),
        ("sources: *sources", "sources: []", "window late: it has no source"),
        ("file: all.csv\n    grade: B", "file: none.csv\n    grade: B", r"window late: the file 'none\.csv' is not in the folder"),
        ("file: all.csv\n    grade: B", "file: ../limits/all.csv\n    grade: B", "is not in the folder"),
        ("rows: 3\n    in_force", "rows: 4\n    in_force", r"window early: rows is 4, all\.csv has 3"),
        ("2024-01-01: 2", "2024-01-01: 5", r"window early: in_force on 2024-01-01 is 5, all\.csv has 2"),
        ("[code, from, to,", "[code, begun, ended,", "in_force needs the columns from and to"),
    ],
)
def test_faults_of_a_manifest(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert MANIFEST.count(old) == 1 or old == "to: 2024-03-31"
    problems = check_manifest(make(tmp_path, MANIFEST.replace(old, new, 1)))
    assert any(re.search(fault, problem) for problem in problems), problems
    assert all("\n" not in problem for problem in problems)


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (ROWS.replace("\n", "\r\n"), r"all\.csv:1: every line must end with a line feed alone"),
        (ROWS[:-1], r"all\.csv:1: every line must end"),
        ("", r"all\.csv:1: every line must end"),
        (ROWS.replace("value\n", "units\n"), r"all\.csv:1: the header is not 'code,from,to,value'"),
        (ROWS + "97111,,,1\n", r"all\.csv:5: the line is out of order or stands twice"),
        (ROWS + "97112,,,4\n", r"all\.csv:5: the line is out of order or stands twice"),
        (ROWS + "97999,,\n", r"all\.csv:5: the line has 3 columns, the header 4"),
        (ROWS + "97999,,,4 \n", r"all\.csv:5: '4 ' holds a comma, a quote, a space"),
        (ROWS + '97999,,,"4"\n', r"all\.csv:5: '\"4\"' holds"),
        (ROWS + "97999,,,é\n", r"all\.csv:5: .* character outside ASCII"),
        (ROWS.replace("97110,,", ",,"), r"all\.csv:2: a key column is empty"),
        (ROWS + "97999,20240101,,4\n", r"all\.csv:5: '20240101' is not a date; write it as 2024-07-31"),
        (ROWS + "97999,2024-02-30,,4\n", r"all\.csv:5: '2024-02-30' is not a date"),
        (ROWS + "97999,2024-02-01,2024-01-31,4\n", r"all\.csv:5: it ends before it begins"),
    ],
)
def test_faults_of_a_csv_file(tmp_path: Path, rows: str, fault: str) -> None:
    problems = check_manifest(make(tmp_path, rows=rows))
    assert any(re.search(fault, problem) for problem in problems), problems


def test_a_broken_file_gives_a_bounded_number_of_faults(tmp_path: Path) -> None:
    assert len(check_manifest(make(tmp_path, rows=ROWS + "1\n" * 1000))) == 20


def test_a_manifest_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    assert re.search(r"manifest\.yaml: cannot be read", check_manifest(tmp_path / "manifest.yaml")[0])
    (tmp_path / "manifest.yaml").write_bytes(b"\xff\xfe")
    assert re.search(r"manifest\.yaml:1:1: the file is not UTF-8", check_manifest(tmp_path / "manifest.yaml")[0])


def test_compiling_a_faulty_manifest_says_why(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="windows early and late overlap"):
        compile_manifest(make(tmp_path, MANIFEST.replace("from: 2024-07-01", "from: 2024-03-31")))
    with pytest.raises(PackError, match="titel: unknown key"):
        compile_manifest(make(tmp_path, MANIFEST.replace("title:", "titel:", 1)))


def test_writing_sorts_and_refuses_what_cannot_be_searched(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    assert write_table(path, ("a", "b"), [("B", "1"), ("A-", ""), ("A", "2"), ("B", "1")]) == 3
    assert path.read_bytes() == b"a,b\nA,2\nA-,\nB,1\n"
    with pytest.raises(PackError, match=r"t\.csv: 'x,y' holds a comma"):
        write_table(path, ("a", "b"), [("x,y", "")])
