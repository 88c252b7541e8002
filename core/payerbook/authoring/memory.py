"""Results of authors' tools kept between runs, each under a digest of everything that it was worked out from.

An entry may be missing, and is then worked out again; it cannot be stale, because its key holds every input and the code that worked
it out. So the entries of all folders and versions of payerbook lie in one file, and nothing has to be thrown away on a change.
Kept is what takes long and depends on one file: what a YAML file says, and that it fits its schema. What rules say to their cases is
not kept: it depends on the whole engine, and is worked out anew in less time than such a key would take to make.
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

NAME = "workshop.sqlite"
LARGEST = 20_000
"""Entries kept in the file; when there are more, the older half goes."""


class Memory:
    """Entries by key: those of the file in `folder` and those put in since. Without a folder, and with one that cannot be read or
    written, nothing is kept beyond the process."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._new: dict[bytes, bytes] = {}
        self._file: sqlite3.Connection | None = None
        if folder is not None and (folder / NAME).is_file():
            with suppress(sqlite3.Error):
                self._file = sqlite3.connect(f"{(folder / NAME).absolute().as_uri()}?mode=ro", uri=True)

    def get(self, key: bytes) -> bytes | None:
        """The entry under a key; None when there is none."""
        if key in self._new:
            return self._new[key]
        if self._file is None:
            return None
        try:
            row = self._file.execute("SELECT value FROM kept WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error:
            return None
        return None if row is None else bytes(row[0])

    def put(self, key: bytes, value: bytes) -> None:
        """Puts an entry in; `save` writes it down."""
        self._new[key] = value

    def save(self) -> None:
        """Writes down what was put in; does nothing where the folder cannot be written."""
        if self._file is not None:
            self._file.close()
        if self._folder is None or not self._new:
            return
        file = self._folder / NAME
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write(file, self._new)
        except (sqlite3.OperationalError, OSError):  # read-only, or in use for too long
            pass
        except sqlite3.DatabaseError:  # damaged: the next run begins anew
            file.unlink(missing_ok=True)


def _write(file: Path, entries: Mapping[bytes, bytes]) -> None:
    connection = sqlite3.connect(file, timeout=10)
    try:
        with connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, value BLOB NOT NULL)")
            connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", entries.items())
            (number,) = connection.execute("SELECT count(*) FROM kept").fetchone()
            if number > LARGEST:
                keep = "SELECT rowid FROM kept ORDER BY rowid DESC LIMIT ?"
                connection.execute(f"DELETE FROM kept WHERE rowid NOT IN ({keep})", (LARGEST // 2,))
    finally:
        connection.close()


_memories = [Memory(None)]


def current() -> Memory:
    """The memory in use; without `use`, one that holds what this process worked out."""
    return _memories[-1]


@contextmanager
def use(folder: Path | None) -> Iterator[Memory]:
    """Keeps results in a folder (None = only until the end of the block) while the block runs, and writes them down at its end."""
    memory = Memory(folder)
    _memories.append(memory)
    try:
        yield memory
    finally:
        _memories.remove(memory)
        memory.save()


def key(*parts: bytes | str) -> bytes:
    """The key for a result: what it is, and everything that it depends on."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.digest()


def content(file: Path) -> bytes:
    """The digest of a file's bytes."""
    return hashlib.sha256(file.read_bytes()).digest()


def code_of(files: Iterable[Path], *packages: str) -> bytes:
    """The digest of code: of source files, the Python that runs them, and distributions by version."""
    return key(sys.version, *(f"{name} {version(name)}" for name in packages), *(content(file) for file in files))
