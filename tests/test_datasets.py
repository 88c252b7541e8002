"""Dated tables: searching, choosing a window, checking manifests, building the diagnosis codes, and what the bundled tables say."""

from __future__ import annotations

import csv
import json
import pickle
import random
import re
import timeit
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payerbook.authoring import icd10
from payerbook.authoring.datasets import check_manifest, compile_manifest, read_table, write_table
from payerbook.datasets import CsvFile, Row, Table, Tables, digest_of
from payerbook.errors import PackError, UsageError

BUNDLED = Path(__file__).parents[1] / "policies" / "_datasets"
FACTS = Path(__file__).parents[2] / "shared" / "facts" / "ncci"
MANIFESTS = sorted(BUNDLED.glob("*/manifest.yaml"))

MANIFEST = """\
table: limits
title: Limits
format: 1
columns: [code, from, to, value]
key: 1
made: By hand.
windows:
  - id: early
    from: 2024-01-01
    to: 2024-03-31
    file: all.csv
    grade: A*
    complete: true
    rows: 3
    in_force: {2024-01-01: 2}
    sources: &sources
      - {title: List, publisher: CMS, grade: A*, last_checked: 2026-11-21}
  - id: late
    from: 2024-07-01
    to:
    file: all.csv
    grade: B
    complete: false
    rows: 3
    sources: *sources
holes: [The second quarter is missing.]
"""
ROWS = "code,from,to,value\n97110,,2024-06-30,4\n97110,2024-07-01,,6\n97112,,,4\n"


def make(folder: Path, manifest: str = MANIFEST, rows: str = ROWS) -> Path:
    """A table folder `limits` with one CSV; returns the manifest's path."""
    table = folder / "limits"
    table.mkdir(exist_ok=True)
    (table / "all.csv").write_bytes(rows.encode())
    (table / "manifest.yaml").write_text(manifest, encoding="utf-8")
    return table / "manifest.yaml"


def compiled(*manifests: Path) -> bytes:
    return msgspec.json.encode([compile_manifest(path) for path in manifests])


@pytest.fixture(scope="module")
def tables() -> Tables:
    return Tables((compiled(*MANIFESTS), BUNDLED))


@pytest.fixture(scope="module")
def icd(tables: Tables) -> Table:
    return tables.get("icd-10-cm")


# Searching

values = st.text(alphabet="0AZ.-~", max_size=3)
keys = st.text(alphabet="0AZ.-~", min_size=1, max_size=3)
questions = st.text(alphabet="0AZ.-~,\n é", max_size=5)


def open_csv(path: Path, rows: list[Row], columns: tuple[str, ...] = ("a", "b", "c")) -> CsvFile:
    write_table(path, columns, rows)
    return CsvFile(path, digest_of(path.read_bytes()))


@settings(max_examples=300, deadline=None)
@given(rows=st.lists(st.tuples(keys, keys, values), max_size=30), asked=st.lists(st.one_of(keys, questions), min_size=1, max_size=2))
def test_search_equals_a_linear_scan(tmp_path_factory: pytest.TempPathFactory, rows: list[Row], asked: list[str]) -> None:
    file = open_csv(tmp_path_factory.mktemp("table") / "t.csv", rows)
    in_order = read_table(file.path)
    wanted = [tuple(asked), *(row[:2] for row in rows), *(row[:1] for row in rows)]
    for key in wanted:
        expected = tuple(row for row in in_order if row[: len(key)] == key)
        assert file.rows(key) == expected
        assert file.rows(key) == expected  # now from memory
    for prefix in [asked[0], *(row[0][:1] for row in rows), *(row[0] for row in rows)]:
        assert file.first(prefix) == next((row for row in in_order if row[0].startswith(prefix)), None)


def test_search_of_bundled_tables_equals_a_linear_scan(tables: Tables) -> None:
    dice = random.Random(837)
    for table_id in tables.ids:
        table = tables.get(table_id)
        window = table.windows[-1]
        by_key: dict[Row, list[Row]] = {}
        for row in read_table(window._csv.path):
            by_key.setdefault(row[: table.key], []).append(row)
        known = dice.sample(sorted(by_key), min(len(by_key), 2000))
        near = [(*key[:-1], key[-1][:-1] + dice.choice("0123456789AXZ")) for key in known]
        for key in known + near:
            assert window.rows(*key) == tuple(by_key.get(key, ()))


def test_file_with_a_header_only(tmp_path: Path) -> None:
    file = open_csv(tmp_path / "t.csv", [])
    assert file.rows(("A",)) == ()
    assert file.first("A") is None
    assert file.first("") is None


def test_memory_of_answers_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("payerbook.datasets.REMEMBERED", 10)
    file = open_csv(tmp_path / "t.csv", [("A", "1", "")])
    for number in range(100):
        file.rows((str(number),))
        assert file.rows(("A",)) == (("A", "1", ""),)
        assert len(file._answers) <= 10


def test_a_remembered_answer_is_fast_and_a_first_one_not_slow(icd: Table) -> None:
    window = icd.windows[-1]
    codes = random.Random(1).sample([row[0] for row in read_table(BUNDLED / "icd-10-cm" / "codes.csv")], 2000)
    window.rows("A000")
    first = timeit.timeit(lambda: [window.rows(code) for code in codes], number=1) / len(codes)
    again = min(timeit.repeat(lambda: [window.rows(code) for code in codes], number=1, repeat=10)) / len(codes)
    assert first < 30e-6
    assert again < 1e-6


# Windows


@pytest.fixture
def limits(tmp_path: Path) -> Table:
    return Tables((compiled(make(tmp_path)), tmp_path)).get("limits")


@pytest.mark.parametrize(
    ("on", "covering", "nearest"),
    [
        ("2023-12-31", None, "early"),
        ("2024-01-01", "early", "early"),
        ("2024-03-31", "early", "early"),
        ("2024-04-01", None, "early"),
        ("2024-06-30", None, "early"),
        ("2024-07-01", "late", "late"),
        ("2099-01-01", "late", "late"),
    ],
)
def test_choice_of_a_window(limits: Table, on: str, covering: str | None, nearest: str) -> None:
    window = limits.covering(date.fromisoformat(on))
    assert (window and window.id) == covering
    assert limits.nearest(date.fromisoformat(on)).id == nearest


def test_what_a_window_says(limits: Table) -> None:
    early, late = limits.windows
    assert (early.id, early.start, early.end, early.grade, early.complete) == ("early", date(2024, 1, 1), date(2024, 3, 31), "A*", True)
    assert (late.end, late.grade, late.complete) == (None, "B", False)
    assert early.columns == limits.columns == ("code", "from", "to", "value")
    assert early.sources[0].publisher == "CMS"
    assert early.sources[0].last_checked == date(2026, 11, 21)
    assert early.digest == late.digest == digest_of(ROWS.encode())
    assert limits.holes == ("The second quarter is missing.",)


def test_rows_in_force_on_a_day(limits: Table) -> None:
    window = limits.windows[0]
    assert len(window.rows("97110")) == 2
    assert [row[3] for row in window.rows_on(date(2024, 6, 30), "97110")] == ["4"]
    assert [row[3] for row in window.rows_on(date(2024, 7, 1), "97110")] == ["6"]
    assert [row[3] for row in window.rows_on(date(2050, 1, 1), "97112")] == ["4"]
    assert window.rows_on(date(2024, 7, 1), "97140") == ()


def test_rows_without_dates_are_always_in_force(tables: Tables) -> None:
    window = tables.get("ncci-mue-practitioner").windows[0]
    assert window.rows_on(date(1990, 1, 1), "97110") == window.rows("97110") == (("97110", "6", "3", "claims-data"),)


def test_what_an_absent_row_means(tables: Tables, limits: Table) -> None:
    early, late = limits.windows
    assert early.knows("97999")
    assert not late.knows("97110")
    pairs = tables.get("ncci-ptp-practitioner").windows[0]
    assert pairs.knows("97110", "97112")
    assert pairs.knows("97110", "99213")
    assert pairs.knows("99213", "97110")
    assert not pairs.knows("99213", "99214")
    assert not pairs.knows("97110", "97550")


# Tables


def test_nothing_is_read_until_a_row_is_asked_for(tmp_path: Path) -> None:
    data = compiled(make(tmp_path))
    (tmp_path / "limits" / "all.csv").unlink()
    window = Tables((data, tmp_path)).get("limits").windows[0]
    with pytest.raises(PackError, match=r"limits/all\.csv: the table file cannot be read .*restore it"):
        window.rows("97110")


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    data = compiled(make(tmp_path))
    make(tmp_path, rows=ROWS.replace(",6", ",9"))
    with pytest.raises(PackError, match=r"limits/all\.csv: the table file is not the one that was compiled; restore it"):
        Tables((data, tmp_path)).get("limits").windows[0].starts("97")


def test_an_unknown_table_names_the_nearest(tables: Tables) -> None:
    with pytest.raises(PackError, match=r"no table 'ncci-ptp-practicioner' on file; the nearest name is 'ncci-ptp-practitioner'"):
        tables.get("ncci-ptp-practicioner")
    with pytest.raises(PackError, match=r"no table 'x' on file\.$"):
        Tables().get("x")


def test_a_list_of_another_format_is_refused(tmp_path: Path) -> None:
    data = compiled(make(tmp_path)).replace(b'"key":1', b'"key":"1"')
    with pytest.raises(PackError, match=r"list of tables cannot be read .*compile the tables again"):
        Tables((data, tmp_path))


def test_tables_pickle_by_path(tables: Tables) -> None:
    tables.get("ncci-ptp-hospital").windows[0].rows("97110", "97112")
    packed = pickle.dumps(tables)
    assert len(packed) < 50_000
    again = pickle.loads(packed)
    assert again.ids == tables.ids
    table = pickle.loads(pickle.dumps(again.get("ncci-ptp-hospital")))
    assert table.windows[0].rows("97150", "97110") == tables.get("ncci-ptp-hospital").windows[0].rows("97150", "97110")


def test_threads_share_one_table() -> None:
    fresh = Tables((compiled(*MANIFESTS), BUNDLED))
    codes = [row[0] for row in read_table(BUNDLED / "icd-10-cm" / "codes.csv")[::50]]

    def ask(_: int) -> tuple[int, int]:
        table = fresh.get("icd-10-cm")
        return id(table), sum(len(table.windows[0].rows(code)) for code in codes)

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(16)))
    assert len(answers) == 1


def test_a_later_part_adds_windows_and_stands_for_the_days_it_shares(tmp_path: Path) -> None:
    bundled, own = tmp_path / "bundled", tmp_path / "own"
    bundled.mkdir()
    own.mkdir()
    first = compiled(make(bundled))
    manifest = MANIFEST.replace("id: early", "id: mine").replace(
        "from: 2024-01-01\n    to: 2024-03-31", "from: 2024-03-01\n    to: 2024-06-30"
    )
    manifest = (
        manifest.replace("in_force: {2024-01-01: 2}", "in_force: {}").replace("id: late", "id: newest").replace("2024-07-01", "2025-01-01")
    )
    second = compiled(make(own, manifest, ROWS.replace(",6", ",7")))
    table = Tables((first, bundled), (second, own)).get("limits")
    assert [(window.id, str(window.start), str(window.end)) for window in table.windows] == [
        ("early", "2024-01-01", "2024-02-29"),
        ("mine", "2024-03-01", "2024-06-30"),
        ("late", "2024-07-01", "2024-12-31"),
        ("newest", "2025-01-01", "None"),
    ]
    assert table.windows[1].rows("97110")[1][3] == "7"
    table = Tables((second, own), (first, bundled)).get("limits")
    assert [(window.id, str(window.start)) for window in table.windows] == [
        ("early", "2024-01-01"),
        ("mine", "2024-04-01"),
        ("late", "2024-07-01"),
    ]


def test_a_big_file_is_mapped_and_held_against_its_size(tmp_path: Path) -> None:
    manifest = make(tmp_path)
    (listed,) = msgspec.json.decode(compiled(manifest))
    size = (manifest.parent / "all.csv").stat().st_size
    for window in listed["windows"]:
        window["size"] = size
    table = Tables((msgspec.json.encode([listed]), tmp_path)).get("limits")
    plain = Tables((compiled(manifest), tmp_path)).get("limits")
    for code in ("97110", "97140", "00000", "zzzzz"):
        assert table.windows[0].rows(code) == plain.windows[0].rows(code)
    assert table.windows[0].starts("97") == plain.windows[0].starts("97")
    assert pickle.loads(pickle.dumps(table)).windows[0].rows("97110") == plain.windows[0].rows("97110")
    for window in listed["windows"]:
        window["size"] = size + 1
    with pytest.raises(PackError, match="not the one that was compiled"):
        Tables((msgspec.json.encode([listed]), tmp_path)).get("limits").windows[0].rows("97110")


def test_parts_with_other_columns_are_refused(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    first = compiled(make(tmp_path))
    second = compiled(make(tmp_path / "own", MANIFEST.replace("value]", "units]")))
    with pytest.raises(PackError, match=r"Table limits: .* has other columns"):
        Tables((first, tmp_path), (second, tmp_path / "own")).get("limits")


# Manifests


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


# The builder of the diagnosis codes


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


# The bundled tables


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_bundled_manifests_are_in_order(path: Path) -> None:
    assert check_manifest(path) == []


def test_every_folder_has_a_manifest() -> None:
    assert {path.name for path in BUNDLED.iterdir() if path.is_dir()} == {path.parent.name for path in MANIFESTS}


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_every_window_cites_a_source_of_its_grade(path: Path) -> None:
    for window in Tables((compiled(path), BUNDLED)).get(path.parent.name).windows:
        assert window.grade in {source.grade for source in window.sources}
        assert all(source.url and source.last_checked for source in window.sources)


def billable(icd: Table, code: str, on: str) -> bool:
    day = date.fromisoformat(on)
    window = icd.covering(day)
    assert window is not None
    return bool(window.rows_on(day, code))


@pytest.mark.parametrize(
    ("code", "last", "first"),
    [
        ("M545", "2021-09-30", None),
        ("M5450", None, "2021-10-01"),
        ("M5136", "2024-09-30", None),
        ("M51360", None, "2024-10-01"),
        ("M6285", None, "2024-10-01"),
        ("G35", "2025-09-30", None),
        ("G35B1", None, "2025-10-01"),
        ("S301XXA", "2025-09-30", None),
        ("QA00101", None, "2025-10-01"),
        ("M722", "2026-09-30", None),
        ("M7221", None, "2026-10-01"),
        ("M67A01", None, "2026-10-01"),
        ("U071", None, "2020-04-01"),
        ("M358", "2020-12-31", None),
        ("M3581", None, "2021-01-01"),
        ("Z283", "2022-03-31", None),
        ("Z28310", None, "2022-04-01"),
        ("Z591", "2023-03-31", None),
        ("Z5910", None, "2023-04-01"),
        ("Z91110", None, "2022-10-01"),
    ],
)
def test_diagnosis_codes_begin_and_end_on_their_days(icd: Table, code: str, last: str | None, first: str | None) -> None:
    edge = date.fromisoformat(last) + timedelta(days=1) if last else date.fromisoformat(first or "")
    before, after = (edge - timedelta(days=1)).isoformat(), edge.isoformat()
    assert billable(icd, code, before) is bool(last)
    assert billable(icd, code, after) is bool(first)


def test_a_diagnosis_code_that_needs_more_characters(icd: Table) -> None:
    window = icd.covering(date(2026, 3, 2))
    assert window is not None
    assert window.rows("M255") == ()
    row = window.starts("M255")
    assert row is not None
    assert row[0].startswith("M255")
    assert window.starts("M99999") is None
    assert window.knows("M255")


def test_an_unlisted_diagnosis_code_of_2027_is_not_known_to_be_wrong(icd: Table) -> None:
    window = icd.covering(date(2026, 10, 1))
    assert window is not None
    assert (window.id, window.grade) == ("FY2027", "B")
    assert not window.knows("T52812A")


def test_diagnosis_windows_leave_no_gap(icd: Table) -> None:
    for earlier, later in zip(icd.windows, icd.windows[1:], strict=False):
        assert earlier.end == later.start - timedelta(days=1)
    assert icd.covering(date(2018, 9, 30)) is None


def test_diagnosis_table_holds_code_numbers_only() -> None:
    row = re.compile(r"[A-Z][0-9A-Z]{2,6},(\d{4}-\d\d-\d\d)?,(\d{4}-\d\d-\d\d)?")
    lines = (BUNDLED / "icd-10-cm" / "codes.csv").read_text(encoding="ascii").splitlines()[1:]
    assert all(row.fullmatch(line) for line in lines)


def test_code_pairs_differ_between_the_two_tables(tables: Tables) -> None:
    on = date(2024, 8, 1)
    indicators = {}
    for name in ("practitioner", "hospital"):
        window = tables.get(f"ncci-ptp-{name}").covering(on)
        assert window is not None
        indicators[name] = [window.rows_on(on, *pair)[0][2] for pair in (("92526", "97032"), ("97161", "97750"), ("97150", "97110"))]
        assert window.rows_on(on, "97530", "97116") == ()
        assert window.rows("97530", "97116")[0][4] == "2019-12-31"
    assert indicators == {"practitioner": ["0", "0", "1"], "hospital": ["1", "1", "1"]}


def test_unit_limits_differ_between_the_two_tables(tables: Tables) -> None:
    found = {}
    for name in ("practitioner", "hospital"):
        window = tables.get(f"ncci-mue-{name}").windows[0]
        found[name] = [window.rows(code)[0][1] for code in ("97110", "97112", "97150", "97010")]
        assert not window.knows("99213")
    assert found == {"practitioner": ["6", "4", "1", "0"], "hospital": ["8", "6", "2", "1"]}


# Comparison with the facts that the tables were made from


def facts(name: str) -> list[dict[str, Any]]:
    if not FACTS.is_dir():
        pytest.skip("the collected facts are not beside the checkout")
    with (FACTS / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


SERVICES = [("practitioner", "practitioner"), ("hospital", "outpatient_hospital")]


@pytest.mark.parametrize(("name", "service"), SERVICES)
def test_code_pairs_are_those_of_the_facts(name: str, service: str) -> None:
    wanted = {
        (
            fact["column1"],
            fact["column2"],
            fact["modifier_indicator"],
            fact["effective_date"],
            fact["deletion_date"],
            fact["effective_not_before"],
            fact["rationale_class"],
        )
        for fact in facts("ptp.csv")
        if fact["table"] == service and fact["modifier_indicator"] != "9"
    }
    assert set(read_table(BUNDLED / f"ncci-ptp-{name}" / "2024Q3.csv")) == wanted


@pytest.mark.parametrize(("name", "service"), SERVICES)
def test_unit_limits_are_those_of_the_facts(name: str, service: str) -> None:
    wanted = {
        (fact["code"], fact["value"], fact["mai"], fact["rationale_class"])
        for fact in facts("mue.csv")
        if fact["service_type"] == service and fact["grade"] == "A*"
    }
    assert set(read_table(BUNDLED / f"ncci-mue-{name}" / "2024Q3.csv")) == wanted


def test_changes_of_2027_are_those_of_the_facts(icd: Table) -> None:
    window = icd.windows[-1]
    for fact in facts("icd10_fy2027_changes.csv"):
        ends = [row[2] for row in window.rows(fact["code"].replace(".", ""))]
        begins = [row[1] for row in window.rows(fact["code"].replace(".", ""))]
        if fact["change"] == "added_billable":
            assert begins == ["2026-10-01"]
        elif fact["change"] in ("deleted", "billable_to_category"):
            assert ends == [fact["last_valid_date"]]
        else:
            assert ends == [""]
