"""What a comparison compares: a pack on file, a folder, a folder in a revision of git, or a pack of a wheel or an installed environment.

Each is taken as a whole or on one day.
"""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import msgspec

from payerbook.api import Book
from payerbook.authoring import stand_in
from payerbook.authoring.bundle import pack_folders
from payerbook.authoring.compiler import guess_id
from payerbook.authoring.session import Session
from payerbook.errors import PackError, UsageError
from payerbook.policy import FORMAT, Pack
from payerbook_plugins import policies

_VERSION = re.compile(r"\d{4}\.\d{1,2}\.\d+$")
"""A release of a pack, which is not a day."""


class Side(NamedTuple):
    """One side of a comparison. `on` limits it to what stands on a day; None takes every version."""

    label: str
    pack: Pack
    on: date | None


def side(book: Book, text: str) -> Side:
    """The side that a text means: PACK, FOLDER, REVISION:FOLDER, WHEEL or ENVIRONMENT, the last two with :PACK where they hold several
    packs; each with an optional @DATE.

    Raises UsageError when it means nothing, PackError when the pack does not compile.
    """
    name, on = _dated(text)
    label = name if on is None else f"{name} on {on}"
    return Side(label, _pack(book, name), on)


def _pack(book: Book, name: str) -> Pack:
    if (Path(name) / "pack.yaml").is_file():
        return _folder(Path(name))
    before, colon, after = name.rpartition(":")
    place, wanted = (Path(before), after) if colon and Path(before).exists() else (Path(name), None)
    if place.suffix == ".whl" and place.is_file():
        return _wheel(place, wanted)
    if place.is_dir():
        return _installed(place, wanted)
    revision, colon, path = name.partition(":")
    if colon:
        return _revision(revision, path)
    if name.endswith(".whl"):
        raise UsageError(f"There is no file {name}; check the name.")
    id = name if any(head.id == name for head in book.packs()) else book.payer(name).id
    return book.pack(id)


def _dated(text: str) -> tuple[str, date | None]:
    name, at, day = text.rpartition("@")
    if not at:
        return text, None
    try:
        return name, date.fromisoformat(day)
    except ValueError:
        wheel = " For an older release give its wheel: FILE.whl:PACK." if _VERSION.match(day) else ""
        raise UsageError(f"{day!r} is not a date; write {name}@YYYY-MM-DD.{wheel}") from None


def _wheel(file: Path, wanted: str | None) -> Pack:
    """A pack of a distribution that was built, which need not be installed."""
    with tempfile.TemporaryDirectory(prefix="payerbook-") as made, _opened(file) as archive:
        names = [name for name in archive.namelist() if name.endswith((".yaml", ".json")) and "/_datasets/" not in name]
        archive.extractall(made, names)
        return _one_of(Path(made), [Path(made)], str(file), wanted)


def _opened(file: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except zipfile.BadZipFile:
        raise UsageError(f"{file} is not a wheel, or it is damaged; build or download it again.") from None


def _installed(folder: Path, wanted: str | None) -> Pack:
    """A pack of the distributions below a folder: an environment, its site-packages, or a tree of packs."""
    packages = sorted(folder.glob("lib/python*/site-packages")) or sorted(folder.glob("Lib/site-packages")) or [folder]
    return _one_of(folder, packages, str(folder), wanted)


def _one_of(base: Path, roots: Sequence[Path], shown: str, wanted: str | None) -> Pack:
    folders = {guess_id(folder): folder for folder in reversed(pack_folders(roots))}
    if not folders:
        raise UsageError(f"{shown} holds no pack.yaml; name the folder of a pack, or what one is installed in.")
    if wanted is None and len(folders) > 1:
        raise UsageError(f"{shown} holds {len(folders)} packs; write one of {', '.join(f'{shown}:{id}' for id in sorted(folders))}.")
    id = wanted or next(iter(folders))
    if id not in folders:
        raise UsageError(f"{shown} holds no pack {id}; it holds {', '.join(sorted(folders))}.")
    ready = next((file for root in roots for file in root.glob(f"*/compiled/packs/{id}.json")), None)
    return (None if ready is None else _compiled(ready)) or _folder(folders[id], f"{shown}:{folders[id].relative_to(base)}")


def _compiled(file: Path) -> Pack | None:
    """The pack as its release compiled it; None when that engine kept packs in another shape."""
    try:
        made = msgspec.json.decode(file.read_bytes(), type=Pack)
    except msgspec.DecodeError:
        return None
    return made if made.format == FORMAT else None


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
