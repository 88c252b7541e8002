"""Dated tables: searching, choosing a window, and lists of tables."""

from __future__ import annotations

import pickle
import random
import timeit
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dated_tables import BUNDLED, MANIFEST, MANIFESTS, ROWS, bundled, compiled, make
from payerbook.authoring.datasets import read_table, write_table
from payerbook.datasets import CsvFile, Row, Table, Tables, digest_of
from payerbook.errors import PackError


@pytest.fixture(scope="module")
def tables() -> Tables:
    return bundled()


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
