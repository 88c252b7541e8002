"""Rows of text out of the files that are published: text with tabs, CSV, Excel, and archives that hold them."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple

from payerbook.errors import UsageError

MOST_BYTES = 4 << 30
"""Bytes that an archive may unpack to; the largest official table has a quarter of a gigabyte."""
MOST_MEMBERS = 200
KNOWN = (".txt", ".csv", ".xlsx")
"""What can be read, best first: of a table that an archive holds in several forms, the first is taken."""
SNIFFED = 65_536

Cells = tuple[int, list[str]]
"""The number of a row in its file (from 1) and its cells, without surrounding spaces."""


class Sheet(NamedTuple):
    """One table of a file: `name` is that of the file itself or of the member of an archive, `file` that of the file given."""

    name: str
    file: Path
    member: str | None

    @property
    def label(self) -> str:
        """How messages name the sheet."""
        return self.file.name if self.member is None else f"{self.file.name}: {self.name}"

    @contextmanager
    def rows(self) -> Iterator[Iterator[Cells]]:
        """The rows, read one after the other. Raises UsageError when the file cannot be read."""
        with _opened(self) as stream:
            yield _excel(stream, self.label) if self.name.lower().endswith(".xlsx") else _text(stream)

    def head(self, number: int) -> list[list[str]]:
        """The cells of the first rows."""
        with self.rows() as rows:
            return [cells for _, cells in islice(rows, number)]


def sheets(path: Path) -> list[Sheet]:
    """The tables of a file. Raises UsageError when it cannot be read or is of no known form."""
    if not path.is_file():
        raise UsageError(f"{path} is not a file; give the file that you downloaded, not its folder, and check the name.")
    if path.suffix.lower() == ".zip":
        return _members(path)
    if path.suffix.lower() not in KNOWN:
        raise UsageError(f"{path.name}: only .zip, .txt, .csv and .xlsx can be imported; give the file as CMS publishes it.")
    return [Sheet(path.name, path, None)]


def _members(path: Path) -> list[Sheet]:
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_bombs(archive, path.name)
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
    except (OSError, zipfile.BadZipFile) as error:
        raise UsageError(f"{path.name} cannot be read as a zip archive ({error}); download it again.") from None
    best: dict[str, str] = {}
    for name in sorted(names, key=lambda name: (_rank(name), name)):
        if _rank(name) < len(KNOWN):
            best.setdefault(str(PurePosixPath(name).with_suffix("")).lower(), name)
    return [Sheet(PurePosixPath(name).name, path, name) for name in sorted(best.values())]


def _rank(name: str) -> int:
    suffix = PurePosixPath(name).suffix.lower()
    return KNOWN.index(suffix) if suffix in KNOWN else len(KNOWN)


def _refuse_bombs(archive: zipfile.ZipFile, name: str) -> None:
    """zipfile never reads more of a member than the size it declares, so the declared sizes can be trusted."""
    members = archive.infolist()
    if len(members) > MOST_MEMBERS or sum(info.file_size for info in members) > MOST_BYTES:
        raise UsageError(f"{name} unpacks to far more than an official table; give the archive as CMS publishes it.")
    if any(info.flag_bits & 1 for info in members):
        raise UsageError(f"{name} is protected by a password; unpack it and give the files.")


@contextmanager
def _opened(sheet: Sheet) -> Iterator[IO[bytes]]:
    try:
        if sheet.member is None:
            with sheet.file.open("rb") as stream:
                yield stream
        else:
            with zipfile.ZipFile(sheet.file) as archive, archive.open(sheet.member) as member:
                yield member
    except (OSError, EOFError, NotImplementedError, csv.Error, zipfile.BadZipFile, zlib.error) as error:
        raise UsageError(f"{sheet.label} cannot be read ({error}); download it again.") from None


def _text(stream: IO[bytes]) -> Iterator[Cells]:
    # Only codes, numbers and dates are kept, so one byte is one character; a byte order mark would cling to the first cell.
    text = io.TextIOWrapper(stream, encoding="latin-1", newline="")
    start = text.read(SNIFFED)
    lines = _lines(start.removeprefix("\xef\xbb\xbf"), text)
    delimiter = "\t" if start.count("\t") > start.count(",") else ","
    for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), start=1):
        yield number, [cell.strip() for cell in cells]


def _lines(start: str, rest: IO[str]) -> Iterator[str]:
    held = start.splitlines(keepends=True)
    last = held.pop() if held else ""
    yield from held
    yield last + rest.readline()
    yield from rest


def _excel(stream: IO[bytes], label: str) -> Iterator[Cells]:
    try:
        import openpyxl  # type: ignore[import-untyped]  # it has no types of its own
    except ImportError:
        raise UsageError(
            f"{label}: reading .xlsx needs openpyxl; install payerbook[data], or give the .txt or .csv file of the same table."
        ) from None
    data = io.BytesIO(stream.read(MOST_BYTES))
    try:
        with zipfile.ZipFile(data) as archive:
            _refuse_bombs(archive, label)
        book = openpyxl.load_workbook(data, read_only=True, data_only=True)
        for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            yield number, [_cell(value) for value in cells]
        book.close()
    except UsageError:
        raise
    except Exception:  # whatever a damaged file makes the reader raise
        raise UsageError(f"{label} cannot be read as an Excel file; download it again.") from None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
