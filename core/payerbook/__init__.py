"""payerbook: checks therapy claims against dated, cited payer policy before they are sent."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payerbook.api import Book
    from payerbook.book import Shelf

__all__ = ["load"]


def load(packs: Sequence[str] | None = None, policies: Iterable[str | Path] = (), tables: str | Path | None = None) -> Book:
    """The packs on file as one object that checks claims and answers questions.

    `packs` limits which plugins load, by name (default: PAYERBOOK_PLUGINS, else all); `policies` are further folders of packs;
    `tables` is a folder of imported tables (default: the user's own, `tables_folder`).
    What cannot be loaded is listed in `book.not_loaded`, never skipped quietly.
    """
    from payerbook.api import Book
    from payerbook.book import Shelf
    from payerbook.plugins import Plugins

    compiled = Path(__file__).parent / "compiled"
    plugins = Plugins(packs)
    own = tables_folder() if tables is None else Path(tables)
    return Book(Shelf(plugins, [Path(folder) for folder in policies], compiled if compiled.is_dir() else None, _compile, own))


def _compile(packs: Sequence[Path], tables: Sequence[Path], shelf: Shelf | None) -> Path:
    """Compiles folders of packs; YAML is loaded only here, when the cache does not have them."""
    from payerbook.authoring import cache

    return cache.for_shelf(cache_folder(), packs, tables, shelf)


def cache_folder() -> Path:
    """Where compiled packs are kept: PAYERBOOK_CACHE, else the user's cache folder."""
    own = os.environ.get("PAYERBOOK_CACHE")
    if own:
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "payerbook"


def tables_folder() -> Path:
    """Where imported tables are kept: below PAYERBOOK_DATA, else the user's data folder."""
    own = os.environ.get("PAYERBOOK_DATA")
    if own:
        return Path(own) / "tables"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "payerbook" / "tables"
