"""Compiles a folder in place of the pack of the same name that is on file: a changed copy, another edition, an old revision."""

from __future__ import annotations

from pathlib import Path

from payerbook.authoring.bundle import Library
from payerbook.authoring.compiler import Compiled
from payerbook.authoring.session import Session


def compiled(session: Session, folder: Path, root: Path, codes: Path) -> Compiled:
    """The pack in `folder`, compiled in its `library`."""
    return library(session, folder, root, codes).compiled(folder)


def library(session: Session, folder: Path, root: Path, codes: Path) -> Library:
    """The pack in `folder` with the other packs below `root` and then those of the session as what it inherits from.

    `codes` is the folder of code labels and sets; the dated tables are those of the session.
    """
    tables = frozenset(table["table"] for listed in session.library.table_lists for table in listed)
    return Library([folder, root, *session.library.folders], codes, (), session.kinds, known_tables=tables)
