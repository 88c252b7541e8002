"""Manifests of dated tables: read from YAML, checked against their CSV files, compiled to what the engine reads.

A table is a folder `<table-id>/` with `manifest.yaml` and CSV files: header line first, lines sorted in byte order, one line
feed after each, no quotes and no spaces, so that the engine can search the bytes of the file without parsing it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, Literal

import msgspec

from payerbook.authoring import yamlfile
from payerbook.authoring.faults import Fault
from payerbook.datasets import Row, Scope, TableData, WindowData, digest_of
from payerbook.errors import PackError
from payerbook.policy import Grade, Source

DATE_COLUMNS = ("from", "to", "not_before")
SHOWN = 20
"""Faults reported per CSV file; a file with more is broken as a whole."""

_FIELD = re.compile(r"[!#-+\--~]*", re.ASCII)
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


class ManifestSource(Source, frozen=True, forbid_unknown_fields=True):
    """A source as people write it: a misspelled key is a fault."""


class ManifestWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}):
    """One window as people write it. `in_force` counts the rows in force on given days, to compare with official totals."""

    id: str
    start: date
    end: date | None
    file: str
    grade: Grade
    complete: bool
    rows: int
    sources: tuple[ManifestSource, ...]
    in_force: dict[date, int] = {}


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A manifest as people write it. `made` says how the files were made, so that the next person can do it again."""

    table: str
    title: str
    format: Literal[1]
    columns: tuple[str, ...]
    key: int
    made: str
    windows: tuple[ManifestWindow, ...]
    scope: Scope | None = None
    holes: tuple[str, ...] = ()


_KEYS = [field.encode_name for model in (Manifest, ManifestWindow, ManifestSource, Scope) for field in msgspec.structs.fields(model)]


def compile_manifest(path: Path) -> dict[str, Any]:
    """The manifest as plain JSON values for `payerbook.datasets.Tables`, with the digest of each CSV file.

    Raises PackError with one line per fault of the manifest; the rows of the CSV files are not looked at (`check_manifest` does).
    """
    manifest, problems = _read(path)
    if manifest is None or problems:
        raise PackError("\n".join(problems))
    digests = {window.file: digest_of((path.parent / window.file).read_bytes()) for window in manifest.windows}
    windows = tuple(
        WindowData(window.id, window.start, window.end, window.file, digests[window.file], window.grade, window.complete, window.sources)
        for window in manifest.windows
    )
    table = TableData(manifest.table, manifest.title, manifest.columns, manifest.key, windows, manifest.scope, manifest.holes)
    compiled: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(table))
    return compiled


def check_manifest(path: Path) -> list[str]:
    """All faults of a manifest and its CSV files, one line of text each (`file:line: what is wrong; repair`); empty = none."""
    manifest, problems = _read(path)
    if manifest is None:
        return problems
    files = [path.parent / name for name in sorted({window.file for window in manifest.windows})]
    for file in filter(Path.is_file, files):
        problems += [f"{file}:{fault}" for fault in islice(_row_faults(file.read_bytes(), manifest), SHOWN)]
    if problems:
        return problems
    rows = {file.name: read_table(file) for file in files}
    for window in manifest.windows:
        problems += [f"{path}: window {window.id}: {fault}" for fault in _count_faults(window, rows[window.file], manifest.columns)]
    return problems


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Writes a table file in the form that the engine reads and returns the number of rows; equal rows are written once.

    Raises PackError when a value holds a comma, a quote, a space or a character outside ASCII.
    """
    lines = set()
    for row in rows:
        for value in row:
            if fault := _field_fault(value):
                raise PackError(f"{path.name}: {fault}")
        lines.add(",".join(row))
    path.write_text("\n".join([",".join(columns), *sorted(lines)]) + "\n", encoding="ascii", newline="\n")
    return len(lines)


def read_table(path: Path) -> list[Row]:
    """All rows of a table file, without the header. For maintainers' tools; the engine never reads a whole table."""
    return [tuple(line.split(",")) for line in path.read_text(encoding="ascii").splitlines()[1:]]


def _read(path: Path) -> tuple[Manifest | None, list[str]]:
    """The manifest, None when it has not the form of one, and its faults."""
    try:
        document = yamlfile.read(path)
    except OSError as error:
        return None, [f"{path}: cannot be read ({error.strerror}); check the path."]
    if document.faults:
        return None, [fault.text() for fault in document.faults]
    try:
        manifest = msgspec.convert(document.data, Manifest)
    except msgspec.ValidationError as error:
        return None, [_form_fault(document, str(error)).text()]
    return manifest, [f"{path}: {fault}" for fault in _manifest_faults(manifest, path.parent)]


def _form_fault(document: yamlfile.Document, error: str) -> Fault:
    """A fault of form at its place, with the nearest known name for an unknown one."""
    what, _, place = error.partition(" - at `")
    at = tuple(name or int(index) for name, index in _STEP.findall(place.rpartition("$")[2]))
    if unknown := re.search(r"unknown field `(.*)`", what):
        near = difflib.get_close_matches(unknown[1], _KEYS, n=1, cutoff=0.0)
        return document.fault((*at, unknown[1]), f"unknown key; the nearest known key is {near[0]!r}", "PB003", key=True)
    return document.fault(at, f"{what}; correct it", "PB006" if "missing required" in what else "PB005")


def _manifest_faults(manifest: Manifest, folder: Path) -> Iterator[str]:
    """Faults of a manifest that has the right form, apart from the contents of its CSV files."""
    if manifest.table != folder.name:
        yield f"the table is called {manifest.table!r} and its folder {folder.name!r}; give both the same name."
    if len(set(manifest.columns)) < len(manifest.columns):
        yield "a column name stands twice; rename one."
    if not 1 <= manifest.key <= len(manifest.columns):
        yield f"key is {manifest.key}; it must be between 1 and the number of columns, {len(manifest.columns)}."
    if not manifest.windows:
        yield "there is no window; add one."
    if len({window.id for window in manifest.windows}) < len(manifest.windows):
        yield "two windows have the same id; rename one."
    for window in manifest.windows:
        if window.end is not None and window.end < window.start:
            yield f"window {window.id}: it ends before it begins; correct from or to."
        if not window.sources:
            yield f"window {window.id}: it has no source; add one."
        if Path(window.file).name != window.file or not (folder / window.file).is_file():
            yield f"window {window.id}: the file {window.file!r} is not in the folder of the manifest; correct its name or add it."
        if window.in_force and not {"from", "to"} <= set(manifest.columns):
            yield f"window {window.id}: in_force needs the columns from and to; remove it."
    ordered = sorted(manifest.windows, key=lambda window: window.start)
    for earlier, later in pairwise(ordered):
        if earlier.end is None or later.start <= earlier.end:
            yield f"windows {earlier.id} and {later.id} overlap; correct their dates."


def _row_faults(data: bytes, manifest: Manifest) -> Iterator[str]:
    """Faults of a CSV file, each beginning with the number of its line."""
    if b"\r" in data or not data.endswith(b"\n"):
        yield "1: every line must end with a line feed alone; save the file with Unix line ends."
        return
    lines = data.decode("ascii", errors="replace").splitlines()
    if lines[0] != ",".join(manifest.columns):
        yield f"1: the header is not {','.join(manifest.columns)!r}; correct it or the columns of the manifest."
    dated = [index for index, name in enumerate(manifest.columns) if name in DATE_COLUMNS]
    span = {name: manifest.columns.index(name) for name in ("from", "to") if name in manifest.columns}
    earlier = b""
    for number, (line, raw) in enumerate(zip(lines[1:], data.split(b"\n")[1:], strict=False), start=2):
        row = line.split(",")
        if raw <= earlier:
            yield f"{number}: the line is out of order or stands twice; sort the lines in byte order."
        earlier = raw
        if len(row) != len(manifest.columns):
            yield f"{number}: the line has {len(row)} columns, the header {len(manifest.columns)}; correct it."
            continue
        if fault := next((fault for value in row if (fault := _field_fault(value))), None):
            yield f"{number}: {fault}"
        if not all(row[: manifest.key]):
            yield f"{number}: a key column is empty; fill it or remove the line."
        if bad := [row[index] for index in dated if row[index] and not _is_date(row[index])]:
            yield f"{number}: {bad[0]!r} is not a date; write it as 2024-07-31."
        elif len(span) == 2 and row[span["to"]] and row[span["to"]] < row[span["from"]]:
            yield f"{number}: it ends before it begins; correct from or to."


def _count_faults(window: ManifestWindow, rows: list[Row], columns: tuple[str, ...]) -> Iterator[str]:
    """Differences between the counts that a window states and the rows of its file."""
    if len(rows) != window.rows:
        yield f"rows is {window.rows}, {window.file} has {len(rows)}; correct the one that is wrong."
    for day, stated in window.in_force.items():
        begun, ended, on = columns.index("from"), columns.index("to"), day.isoformat()
        count = sum(row[begun] <= on and (not row[ended] or on <= row[ended]) for row in rows)
        if count != stated:
            yield f"in_force on {on} is {stated}, {window.file} has {count}; correct the one that is wrong."


def _field_fault(value: str) -> str | None:
    if _FIELD.fullmatch(value):
        return None
    return f"{value!r} holds a comma, a quote, a space or a character outside ASCII; tables hold plain codes, numbers and dates."


@lru_cache(maxsize=4096)
def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
