"""The user's folder of dated tables: one folder a table with its CSV files and a manifest, and one list for the engine.

`<folder>/<table>/<window>-<digest>.csv` are the rows, `<folder>/<table>/manifest.json` says what the windows are, and
`<folder>/tables.json` is what the engine reads. A file is written beside its place and moved there when it is whole; the list is
written after all else, so a break in between leaves the tables as they were.
"""

from __future__ import annotations

import hashlib
import heapq
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import chain, groupby, islice, pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec

from payerbook.datasets import LIST, Row, TableData, WindowData
from payerbook.errors import PackError

RUN = 250_000
"""Rows sorted in memory at a time (about 50 MB); longer tables are sorted in pieces on disk and merged."""
MAPPED_FROM = 4 << 20
"""Bytes from which a file is mapped into memory instead of read."""

_MANIFEST = msgspec.json.Decoder(TableData)


class Written(NamedTuple):
    """A CSV file that was written: its name, digest, size in bytes and number of rows."""

    file: str
    digest: str
    size: int
    rows: int


def manifests(folder: Path) -> list[TableData]:
    """What the folder holds, by table id; nothing when there is no such folder. Raises PackError when a manifest is damaged."""
    return [_read(file) for file in sorted(folder.glob("*/manifest.json"))]


def _read(file: Path) -> TableData:
    try:
        return _MANIFEST.decode(file.read_bytes())
    except msgspec.DecodeError as error:
        raise PackError(f"{file}: the manifest cannot be read ({error}); remove its folder and import the table again.") from None


def window(folder: Path, table: str, id: str) -> WindowData | None:
    """One window of the folder, None when it is not there."""
    held = [one for listed in manifests(folder) if listed.table == table for one in listed.windows if one.id == id]
    return held[0] if held else None


def write_rows(folder: Path, table: TableData, id: str, rows: Iterable[Row]) -> Written:
    """Writes the rows of a window as a sorted CSV file of the table; equal rows are written once.

    The file stands in its place but no list names it yet. Memory is bounded, whatever the number of rows.
    """
    place = folder / table.table
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place, prefix=".import-") as work, ExitStack() as stack:
        pieces = [stack.enter_context(piece.open("rb")) for piece in _sorted_pieces(rows, Path(work))]
        header = (",".join(table.columns) + "\n").encode("ascii")
        whole = Path(work) / "whole.csv"
        digest = hashlib.sha256()
        size = lines = 0
        with whole.open("wb") as out:
            for line in chain([header], (line for line, _ in groupby(heapq.merge(*pieces)))):
                out.write(line)
                digest.update(line)
                size += len(line)
                lines += 1
        name = f"{id}-{digest.hexdigest()[:12]}.csv"
        whole.replace(place / name)
    return Written(name, f"sha256:{digest.hexdigest()}", size, lines - 1)


def _sorted_pieces(rows: Iterable[Row], work: Path) -> Iterator[Path]:
    lines = ((",".join(row) + "\n").encode("ascii") for row in rows)
    number = 0
    while piece := sorted(islice(lines, RUN)):
        file = work / f"{number}.sorted"
        with file.open("wb") as out:
            out.writelines(piece)
        yield file
        number += 1


def add(folder: Path, table: TableData, new: WindowData) -> None:
    """Puts a window into the manifest of its table, in place of the one of the same id, and then into the list."""
    held = next((one for one in manifests(folder) if one.table == table.table), table)
    kept = [one for one in held.windows if one.id != new.id]
    _save(folder, msgspec.structs.replace(table, windows=tuple(sorted([*kept, new], key=lambda one: one.start))))


def remove(folder: Path, table: TableData, id: str) -> None:
    """Takes a window out of its table and of the list."""
    _save(folder, msgspec.structs.replace(table, windows=tuple(one for one in table.windows if one.id != id)))


def _save(folder: Path, table: TableData) -> None:
    place = folder / table.table
    if table.windows:
        _write(place / "manifest.json", msgspec.json.format(msgspec.json.encode(table)))
    else:
        (place / "manifest.json").unlink()
    _write(folder / LIST, msgspec.json.encode([_without_overlaps(one) for one in manifests(folder)]))
    named = {one.file for one in table.windows}
    for file in place.glob("*.csv"):
        if file.name not in named:
            file.unlink()
    if not table.windows:
        place.rmdir()


def _without_overlaps(table: TableData) -> TableData:
    """The table as the engine reads it: a window ends where the next one begins (releases of one year)."""
    windows = list(table.windows)
    for place, (earlier, later) in enumerate(pairwise(windows)):
        if earlier.end is None or earlier.end >= later.start:
            windows[place] = msgspec.structs.replace(earlier, end=later.start - timedelta(days=1))
    return msgspec.structs.replace(table, windows=tuple(windows))


def _write(path: Path, data: bytes) -> None:
    """Writes a file as a whole: whoever reads at the same time sees the old one or the new one."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as out:
        out.write(data)
    Path(out.name).replace(path)
