"""What a comparison compares: a pack on file, a folder, or a folder in a revision of git, each as a whole or on one day."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from datetime import date
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from payerbook.api import Book
from payerbook.authoring import stand_in
from payerbook.authoring.session import Session
from payerbook.errors import PackError, UsageError
from payerbook.policy import Pack
from payerbook_plugins import policies


class Side(NamedTuple):
    """One side of a comparison. `on` limits it to what stands on a day; None takes every version."""

    label: str
    pack: Pack
    on: date | None


def side(book: Book, text: str) -> Side:
    """The side that a text means: PACK, FOLDER or REVISION:FOLDER, each with an optional @DATE.

    Raises UsageError when it means nothing, PackError when the pack does not compile.
    """
    name, on = _dated(text)
    label = name if on is None else f"{name} on {on}"
    if (Path(name) / "pack.yaml").is_file():
        return Side(label, _folder(Path(name)), on)
    revision, colon, path = name.partition(":")
    if colon:
        return Side(label, _revision(revision, path), on)
    if Path(name).is_dir():
        raise UsageError(f"{name} holds no pack.yaml; name the folder of one pack.")
    id = name if any(head.id == name for head in book.packs()) else book.payer(name).id
    return Side(label, book.pack(id), on)


def _dated(text: str) -> tuple[str, date | None]:
    name, at, day = text.rpartition("@")
    if not at:
        return text, None
    try:
        return name, date.fromisoformat(day)
    except ValueError:
        raise UsageError(f"{day!r} is not a date; write {name}@YYYY-MM-DD.") from None


def _folder(folder: Path, shown: str | None = None) -> Pack:
    """The pack in a folder, with the codes and neighbors of the tree it stands in; `shown` is what messages call it."""
    folder = folder.resolve()
    root = next((parent for parent in folder.parents if (parent / "_codes").is_dir()), folder)
    codes = root / "_codes" if (root / "_codes").is_dir() else policies() / "_codes"
    made = stand_in.compiled(Session(), folder, root, codes)
    if made.pack is None:
        faults = [fault for fault in made.faults if not fault.note]
        raise PackError(f"{shown or folder} does not compile: {faults[0].text(folder)}")
    return made.pack


def _revision(revision: str, path: str) -> Pack:
    """The pack in a folder of an older state of the repository that the current folder is in."""
    if not revision or revision.startswith("-"):
        raise UsageError(f"{revision}:{path}: write REVISION:FOLDER, for example main:policies/medicare/part-b.")
    shown = f"{revision}:{path}"
    folder = PurePosixPath(path)
    top = _git(shown, "rev-parse", "--show-toplevel").decode().strip()
    tree = _git(shown, "-C", top, "ls-tree", "-d", "-r", "--name-only", revision).decode().splitlines()
    if str(folder) not in tree:
        raise UsageError(f"{shown}: that revision has no such folder; paths count from the top of the repository.")
    root = next((parent for parent in folder.parents if str(parent / "_codes") in tree), folder)
    listed = _git(shown, "-C", top, "archive", "--format=tar", revision, "--", str(root), f":(exclude){root / '_datasets'}")
    with tempfile.TemporaryDirectory(prefix="payerbook-") as made:
        with tarfile.open(fileobj=io.BytesIO(listed)) as archive:
            archive.extractall(made, filter="data")
        if not (Path(made) / folder / "pack.yaml").is_file():
            raise UsageError(f"{shown} holds no pack.yaml; name the folder of one pack.")
        return _folder(Path(made) / folder, shown)


def _git(shown: str, *arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], capture_output=True, check=True).stdout
    except FileNotFoundError:
        raise UsageError(f"{shown} is a revision, and git is not installed.") from None
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(f"{shown}: git says: {lines[0] if lines else 'no'}; write REVISION:FOLDER of this repository.") from None
