"""Compiled packs kept in the user's cache, keyed by the content of their sources.

The compiler, and YAML with it, is imported only when the cache does not have what is asked for.
"""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payerbook.book import Shelf
from payerbook.kinds import bundled
from payerbook.kinds.base import Kind
from payerbook.policy import FORMAT, Pack
from payerbook_plugins import policies

if TYPE_CHECKING:
    from payerbook.authoring.bundle import Library


def cached(
    cache: Path,
    folders: Sequence[Path],
    codes: Path,
    tables: Sequence[Path],
    kinds: Mapping[str, Kind[Any]],
    known: Iterable[Pack] = (),
    known_tables: frozenset[str] = frozenset(),
) -> Path:
    """The compiled folder for these sources, made when the cache does not have it; a cache that cannot be written is replaced by a
    temporary folder that goes with the process."""
    known = list(known)
    terms = codes.parent / "_terms.yaml"
    words = [terms.read_text("utf-8")] if terms.is_file() else []
    key = fingerprint([*folders, codes, *tables], [*words, *(pack.head.digest for pack in known)])
    target = cache / key
    if (target / "index.json").is_file():
        return target
    from payerbook.authoring import memory
    from payerbook.authoring.bundle import Library

    with memory.use(cache):
        return _made(Library(folders, codes, tables, kinds, known, known_tables), cache, target)


def _made(library: Library, cache: Path, target: Path) -> Path:
    from payerbook.authoring.bundle import write

    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as made:
            write(library, Path(made) / "made")
            try:
                (Path(made) / "made").rename(target)
            except OSError:
                if not (target / "index.json").is_file():  # else another process was first
                    raise
        return target
    except OSError:
        target = Path(tempfile.mkdtemp(prefix="payerbook-"))
        atexit.register(shutil.rmtree, target, ignore_errors=True)
        write(library, target)
        return target


def for_shelf(cache: Path, packs: Sequence[Path], tables: Sequence[Path], shelf: Shelf | None) -> Path:
    """The compiled folder for folders of packs and tables; packs may inherit from what the shelf holds."""
    kinds = {kind.name: kind for kind in bundled()} if shelf is None else shelf.plugins.kinds()
    known = [] if shelf is None else list(shelf.packs())
    more = frozenset() if shelf is None else frozenset(shelf.tables.ids)
    return cached(cache, packs, policies() / "_codes", tables, kinds, known, more)


def fingerprint(folders: Iterable[Path], more: Iterable[str] = ()) -> str:
    """A key for the content of YAML files and manifests below folders, this engine's code, and further texts."""
    digest = hashlib.sha256(FORMAT.encode())
    engine = Path(__file__).parents[1]
    for file in sorted([*engine.glob("kinds/*.py"), *engine.glob("authoring/*.py"), engine / "policy.py", engine / "terms.py"]):
        status = file.stat()
        digest.update(f"{file.name}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    for folder in folders:
        for file in sorted(folder.rglob("*.yaml")):
            digest.update(f"{folder.name}/{file.relative_to(folder)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        for file in sorted(folder.rglob("*.csv")):
            status = file.stat()
            digest.update(f"{folder.name}/{file.relative_to(folder)}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    for text in more:
        digest.update(text.encode())
    return digest.hexdigest()[:32]
