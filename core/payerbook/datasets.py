"""Dated tables (code pairs, unit limits, diagnosis codes): sorted CSV files searched in place, one window of dates at a time.

A table is a folder with one CSV per window, or one CSV shared by windows whose rows carry their own dates. Nothing is read until
a row is asked for; then the file's bytes are bisected and the answer is remembered. The list of tables reaches the engine as
JSON, made from the YAML manifests by `payerbook.authoring.datasets`.
"""

from __future__ import annotations

import copy
import difflib
import hashlib
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from payerbook.errors import PackError
from payerbook.policy import Grade, Source

if TYPE_CHECKING:
    from mmap import mmap

Row = tuple[str, ...]
"""One row of a table, a text for each column; an empty text means that the source does not say or that there is no limit."""

LIST = "tables.json"
"""The list of tables of a user's data folder."""
REMEMBERED = 65_536
"""Answers kept per file; when they are that many, all are dropped and the file is searched again."""


class Scope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """For which keys the table was read: those of codes in `full`, alone, with each other, and with codes in `partners`."""

    full: tuple[str, ...]
    partners: tuple[str, ...] = ()


class WindowData(msgspec.Struct, frozen=True, omit_defaults=True, rename={"start": "from", "end": "to"}):
    """A window as the compiled manifest says it; `digest` is that of the whole CSV file.

    `size` (bytes) is given for files too big to read whole: they are mapped into memory and held against their size, not their digest.
    """

    id: str
    start: date
    end: date | None
    file: str
    digest: str
    grade: Grade
    complete: bool
    sources: tuple[Source, ...]
    size: int | None = None


class TableData(msgspec.Struct, frozen=True, omit_defaults=True):
    """A compiled manifest. The first `key` columns are what rows are found by."""

    table: str
    title: str
    columns: tuple[str, ...]
    key: int
    windows: tuple[WindowData, ...]
    scope: Scope | None = None
    holes: tuple[str, ...] = ()
    format: Literal[1] = 1


_DECODER = msgspec.json.Decoder(list[TableData])


class CsvFile:
    """One CSV file of a table: read (or mapped) and compared with what was compiled on first use, then bisected; pickles by its path."""

    __slots__ = ("_answers", "_data", "_size", "digest", "path")

    def __init__(self, path: Path, digest: str, size: int | None = None) -> None:
        self.path = path
        self.digest = digest
        self._size = size
        self._data: bytes | mmap = b""
        self._answers: dict[tuple[str, ...], tuple[Row, ...]] = {}

    def __reduce__(self) -> tuple[type[CsvFile], tuple[Path, str, int | None]]:
        return CsvFile, (self.path, self.digest, self._size)

    def rows(self, key: tuple[str, ...]) -> tuple[Row, ...]:
        """All rows whose leading columns equal `key`, in the order of the file."""
        answer = self._answers.get(key)
        if answer is None:
            answer = self._search(key)
            if len(self._answers) >= REMEMBERED:
                self._answers.clear()
            self._answers[key] = answer
        return answer

    def first(self, prefix: str) -> Row | None:
        """The first row whose first column starts with `prefix`."""
        data = self._data or self._read()
        at = _lowest(data, prefix.encode())
        if at == len(data):
            return None
        row = _row_at(data, at)
        return row if row[0].startswith(prefix) else None

    def _search(self, key: tuple[str, ...]) -> tuple[Row, ...]:
        data = self._data or self._read()
        prefix = (",".join(key) + ",").encode()
        at = _lowest(data, prefix)
        found: list[Row] = []
        while data[at : at + len(prefix)] == prefix:
            row = _row_at(data, at)
            # A text asked for may itself hold commas and then match the bytes of several columns.
            if row[: len(key)] == key:
                found.append(row)
            at = data.find(b"\n", at) + 1
        return tuple(found)

    def _read(self) -> bytes | mmap:
        name = f"{self.path.parent.name}/{self.path.name}"
        try:
            data = self.path.read_bytes() if self._size is None else _mapped(self.path)
        except OSError as error:
            raise PackError(f"{name}: the table file cannot be read ({error.strerror}); restore it or install payerbook again.") from error
        if len(data) != self._size if self._size is not None else digest_of(data[:]) != self.digest:
            raise PackError(f"{name}: the table file is not the one that was compiled; restore it or compile the tables again.")
        self._data = data
        return data


class Window:
    """A table as it stands from `start` to `end` (both included; no end = until further notice), with the grade of its sources.

    `complete` says that a row that is absent is an answer; `knows` says whether that holds for the codes asked about.
    """

    __slots__ = ("_csv", "_full", "_known", "_span", "columns", "complete", "end", "grade", "id", "sources", "start")

    def __init__(self, data: WindowData, columns: tuple[str, ...], scope: Scope | None, csv: CsvFile) -> None:
        self.id = data.id
        self.start = data.start
        self.end = data.end
        self.grade: str = data.grade
        self.complete = data.complete
        self.sources = data.sources
        self.columns = columns
        self._csv = csv
        self._full = None if scope is None else frozenset(scope.full)
        self._known = None if scope is None else frozenset(scope.full + scope.partners)
        self._span = (columns.index("from"), columns.index("to")) if {"from", "to"} <= set(columns) else None

    def within(self, start: date, end: date | None) -> Window:
        """The same window for fewer days."""
        part: Window = copy.copy(self)
        part.start = start
        part.end = end
        return part

    @property
    def digest(self) -> str:
        """Digest of the window's CSV file."""
        return self._csv.digest

    def rows(self, *key: str) -> tuple[Row, ...]:
        """All rows whose leading columns equal `key` (one part or more, up to the table's key), ended rows included.

        Raises PackError when the file is missing or altered.
        """
        return self._csv.rows(key)

    def rows_on(self, on: date, *key: str) -> tuple[Row, ...]:
        """The rows of `key` in force on a day. An empty `from` counts as begun, an empty `to` as not ended."""
        rows = self._csv.rows(key)
        if self._span is None:
            return rows
        begun, ended = self._span
        day = on.isoformat()
        return tuple(row for row in rows if row[begun] <= day and (not row[ended] or day <= row[ended]))

    def starts(self, prefix: str) -> Row | None:
        """The first row whose first column starts with `prefix`, in force or not; None when there is none."""
        return self._csv.first(prefix)

    def knows(self, *key: str) -> bool:
        """Whether the absence of a row for `key` is an answer: the window is complete and its codes were read."""
        if not self.complete or self._full is None or self._known is None:
            return self.complete
        return self._known.issuperset(key) and not self._full.isdisjoint(key)


class Table:
    """A dated table with its windows in order of time."""

    __slots__ = ("columns", "holes", "id", "key", "title", "windows")

    def __init__(self, data: TableData, windows: tuple[Window, ...], holes: tuple[str, ...]) -> None:
        self.id = data.table
        self.title = data.title
        self.columns = data.columns
        self.key = data.key
        self.windows = windows
        self.holes = holes

    def covering(self, on: date) -> Window | None:
        """The window that holds the day, None when the day is not on file."""
        for window in reversed(self.windows):
            if window.start <= on:
                return window if window.end is None or on <= window.end else None
        return None

    def nearest(self, on: date) -> Window:
        """The latest window that began on or before the day, else the earliest one."""
        for window in reversed(self.windows):
            if window.start <= on:
                return window
        return self.windows[0]


class Tables:
    """All tables of one or more folders, made when asked for; pickles by the folders' paths.

    Each part is the compiled list of tables (a JSON array) with the folder whose subfolders hold the CSV files. A table that
    stands in several parts (a user's own quarters beside the bundled ones) gets the windows of all; where two windows overlap,
    the one of the later part stands for the days of both. Raises PackError when a list was compiled for another version of the engine.
    """

    def __init__(self, *parts: tuple[bytes, Path]) -> None:
        self._parts = parts
        self._made: dict[str, Table] = {}
        self._data: dict[str, list[tuple[TableData, Path]]] = {}
        for compiled, folder in parts:
            try:
                tables = _DECODER.decode(compiled)
            except msgspec.DecodeError as error:
                raise PackError(
                    f"{folder}: the list of tables cannot be read ({error}); remove the folder and import or compile the tables again."
                ) from error
            for table in tables:
                self._data.setdefault(table.table, []).append((table, folder / table.table))

    def __reduce__(self) -> tuple[type[Tables], tuple[tuple[bytes, Path], ...]]:
        return Tables, self._parts

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all tables, sorted."""
        return tuple(sorted(self._data))

    def get(self, table_id: str) -> Table:
        """The table of that id. Raises PackError when there is none (naming the nearest) or when two parts contradict each other."""
        table = self._made.get(table_id)
        # Two threads may both make a table; the one that was stored first is used by both.
        return self._made.setdefault(table_id, self._make(table_id)) if table is None else table

    def _make(self, table_id: str) -> Table:
        parts = self._data.get(table_id)
        if parts is None:
            near = difflib.get_close_matches(table_id, self.ids, n=1, cutoff=0.0)
            raise PackError(f"There is no table {table_id!r} on file" + (f"; the nearest name is {near[0]!r}." if near else "."))
        head = parts[0][0]
        windows: list[Window] = []
        for data, folder in parts:
            if (data.columns, data.key) != (head.columns, head.key):
                raise PackError(f"Table {table_id}: {folder} has other columns than {parts[0][1]}; give one of them another name.")
            files = {window.file: CsvFile(folder / window.file, window.digest, window.size) for window in data.windows}
            newer = [Window(window, data.columns, data.scope, files[window.file]) for window in data.windows]
            for window in newer:
                windows = [rest for old in windows for rest in _without(old, window)]
            windows += newer
        windows.sort(key=lambda window: window.start)
        return Table(head, tuple(windows), tuple(hole for data, _ in parts for hole in data.holes))


def _without(old: Window, new: Window) -> list[Window]:
    """What is left of a window once another has taken its days: nothing, itself, or the days before and after."""
    if (old.end is not None and old.end < new.start) or (new.end is not None and new.end < old.start):
        return [old]
    rest = []
    if old.start < new.start:
        rest.append(old.within(old.start, new.start - timedelta(days=1)))
    if new.end is not None and (old.end is None or new.end < old.end):
        rest.append(old.within(new.end + timedelta(days=1), old.end))
    return rest


def _mapped(path: Path) -> bytes | mmap:
    """The file mapped into memory; read whole where the platform cannot map files (the browser)."""
    try:
        from mmap import ACCESS_READ, mmap

        with path.open("rb") as stream:
            return mmap(stream.fileno(), 0, access=ACCESS_READ)
    except (ImportError, ValueError):
        return path.read_bytes()


def digest_of(data: bytes) -> str:
    """`sha256:` and the hexadecimal digest, as manifests and reports show it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _lowest(data: bytes | mmap, prefix: bytes) -> int:
    """Offset of the first line after the header that is not below `prefix` in byte order; the file's length if there is none."""
    low = data.find(b"\n") + 1
    high = len(data)
    length = len(prefix)
    while low < high:
        # The byte before `low` ends a line, so the search for the start of the middle line cannot fail.
        line = data.rfind(b"\n", low - 1, (low + high) // 2) + 1
        if data[line : line + length] < prefix:
            low = data.find(b"\n", line) + 1
        else:
            high = line
    return low


def _row_at(data: bytes | mmap, at: int) -> Row:
    return tuple(data[at : data.find(b"\n", at)].decode().split(","))
