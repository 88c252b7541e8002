"""Official files that are damaged, odd or no tables: named in one line, and nothing is imported."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import payerbook
from cms_files import PAIR_HEAD, PAIRS, mue_file, pair_claim, pair_files, tabbed
from payerbook.cli import main
from payerbook.data_import import sheets
from payerbook.data_import.run import import_files
from payerbook.datasets import LIST
from payerbook.errors import UsageError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PAYERBOOK_DATA", str(tmp_path / "data"))
    return payerbook.tables_folder()


def _row(**changes: str) -> list[str]:
    names = ("one", "two", "old", "begun", "ended", "indicator", "why")
    return [changes.get(name, cell) for name, cell in zip(names, PAIRS[0], strict=True)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (_row(begun="20261301"), "'20261301' is not a date"),
        (_row(ended="soon"), "'soon' is not a date"),
        (_row(indicator="2"), "the indicator is '2'; it is 0, 1 or 9"),
        (_row(ended="20191231"), "ends before it begins"),
        (_row(two="9711"), "this is no row of the table"),
        (PAIRS[0][:4], "4 columns instead of 7"),
        (_row(begun="20260401"), "a pair begins on 2026-04-01, after 2026Q1"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_imported(tmp_path: Path, folder: Path, row: list[str], said: str) -> None:
    file = tabbed(tmp_path / "ccipra-v320r0.txt", PAIR_HEAD, [PAIRS[0], row])
    with pytest.raises(UsageError, match=said) as caught:
        import_files([file], folder)
    assert "ccipra-v320r0.txt" in str(caught.value)
    assert not (folder / LIST).exists()
    assert not list(folder.rglob("*.csv"))


def test_excel(tmp_path: Path, folder: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="needs the extra [data]")
    book = openpyxl.Workbook()
    for row in [*PAIR_HEAD, *PAIRS]:
        book.active.append([int(cell) if cell.isdigit() and cell != "00100" else cell or None for cell in row])
    file = tmp_path / "ccioph-v320r0.xlsx"
    book.save(file)
    (imported,), _ = import_files([file], folder)
    assert (imported.table, imported.rows) == ("ncci-ptp-hospital", 3)


def test_excel_without_its_package_says_how_to_get_it(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    with pytest.raises(UsageError, match=r"install payerbook\[data\], or give the .txt or .csv file"):
        import_files([tmp_path / "a.xlsx"], folder)


def _encrypted(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "x")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("a.zip", lambda path: path.write_bytes(b"no archive"), "cannot be read as a zip archive"),
        ("a.zip", _encrypted, "protected by a password"),
        ("a.pdf", lambda path: path.write_bytes(b"%PDF"), "only .zip, .txt, .csv and .xlsx"),
        ("a.csv", lambda path: path.write_text("some,other,table\n1,2,3\n"), "no known table is in it"),
        ("a.csv", lambda path: None, "is not a file"),
        ("a.csv", lambda path: path.write_bytes(b""), "no known table is in it"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, folder: Path, name: str, make: Callable[[Path], object], said: str) -> None:
    make(tmp_path / name)
    with pytest.raises(UsageError, match=said):
        import_files([tmp_path / name], folder)
    assert not (folder / LIST).exists()


@pytest.mark.parametrize("suffix", ["zip", "xlsx", "txt"])
def test_damaged_files_are_refused_in_one_line(tmp_path: Path, folder: Path, suffix: str) -> None:
    """A byte here and there is turned over, or the end is cut off: a file is read, or refused with its name."""
    whole = tmp_path / f"ccipra-v320r0.{suffix}"
    if suffix == "xlsx":
        book = pytest.importorskip("openpyxl", reason="needs the extra [data]").Workbook()
        for row in [*PAIR_HEAD, *PAIRS]:
            book.active.append(row)
        book.save(whole)
    elif suffix == "zip":
        whole = pair_files(tmp_path)[0]
    else:
        tabbed(whole, PAIR_HEAD, PAIRS)
    data = whole.read_bytes()
    dice = random.Random(3)
    refused: list[str] = []
    for trial in range(60):
        broken = bytearray(data[: dice.randrange(len(data))] if trial % 3 == 0 else data)
        for _ in range(trial % 3 * 4):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        whole.write_bytes(broken)
        try:
            import_files([whole], folder, force=True, partial=True)
        except UsageError as error:
            refused.append(str(error))
    assert refused
    assert all(whole.name in text and len(text.splitlines()) == 1 for text in refused)


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PAYERBOOK_DATA", str(tmp_path / "file"))
    assert main(["data", "import", str(mue_file(tmp_path))]) == 2
    assert "set PAYERBOOK_DATA to a folder of your own" in capsys.readouterr().err
    assert payerbook.load().check(pair_claim("2024-08-15")).verdict == "deny"


def test_a_damaged_manifest_is_named(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import_files([mue_file(tmp_path)], folder)
    (folder / "ncci-mue-practitioner" / "manifest.json").write_text("{")
    assert main(["data", "list"]) == 3
    assert "import the table again" in capsys.readouterr().err


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_BYTES", 10)
    with pytest.raises(UsageError, match="unpacks to far more"):
        import_files(pair_files(tmp_path)[:1], folder)
