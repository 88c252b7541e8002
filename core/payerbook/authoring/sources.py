"""The documents that packs rest on: which rules cite each, and whether a file that was just downloaded is one of them.

Only bytes are compared. A PDF that was made anew has other bytes though every word may be the same, so a difference says "read it
again", not "the policy changed"; equal bytes say that nothing changed.
"""

from __future__ import annotations

import copy
import datetime
import difflib
import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import msgspec

from payerbook.authoring import roundtrip
from payerbook.authoring.compiler import guess_id
from payerbook.authoring.session import Session
from payerbook.errors import UsageError
from payerbook.policy import Grade, Pack, Source

_COPY = re.compile(r"[ _-]?\(\d+\)$")
"""What a browser adds to the name of a second download."""


class Held(msgspec.Struct, frozen=True):
    """A source of a pack. `ref` is its name in sources.yaml; `grades` are those of its passages, `rules` the rules that cite it."""

    pack: str
    ref: str
    title: str
    publisher: str
    grades: tuple[Grade, ...]
    url: str | None
    date: str | None
    last_checked: datetime.date | None
    superseded: bool
    sha256: str | None
    retrieved: datetime.date | None
    rules: tuple[str, ...]


class Compared(msgspec.Struct, frozen=True):
    """A source that a file may be: found by its hash, its name in the URL, or because it was named. Without a hash on file nobody can
    tell whether the document changed."""

    source: Held
    found_by: Literal["hash", "name", "ref"]
    answer: Literal["same", "differs", "no-hash"]


class CheckedFile(msgspec.Struct, frozen=True):
    """A downloaded file and the sources that it may be."""

    file: str
    sha256: str
    compared: tuple[Compared, ...]


def listed(packs: Iterable[Pack]) -> list[Held]:
    """Every source that a rule cites, by pack and name."""
    found: list[Held] = []
    for pack in packs:
        cited: dict[str, list[tuple[str, Source]]] = {}
        for rule in pack.rules:
            for source in (source for version in rule.versions for source in version.sources):
                cited.setdefault(source.ref or source.title, []).append((rule.id, source))
        found += [_held(pack.head.id, ref, cited[ref]) for ref in sorted(cited)]
    return found


def _held(pack: str, ref: str, cited: Sequence[tuple[str, Source]]) -> Held:
    source = cited[0][1]
    return Held(
        pack=pack,
        ref=ref,
        title=source.title,
        publisher=source.publisher,
        grades=tuple(sorted({one.grade for _, one in cited})),
        url=source.url,
        date=source.date,
        last_checked=source.last_checked,
        superseded=source.superseded,
        sha256=source.sha256,
        retrieved=source.retrieved,
        rules=tuple(dict.fromkeys(rule for rule, _ in cited)),
    )


def check(file: Path, held: Sequence[Held], ref: str | None = None) -> CheckedFile:
    """What a file is among the sources: those with its hash, else those called `ref`, else those with its name at the end of the URL.

    Raises UsageError when the file cannot be read, when no source is called `ref`, or when nothing fits.
    """
    digest = _digest(file)
    compared = [Compared(one, "hash", "same") for one in held if one.sha256 == digest]
    if ref is not None:
        compared += [_other(one, "ref") for one in held if one.ref == ref and one.sha256 != digest]
    elif not compared:
        compared = [_other(one, "name") for one in held if one.url is not None and _stem(_last(one.url)) == _stem(file.name)]
    if ref is not None and not any(one.source.ref == ref for one in compared):
        near = difflib.get_close_matches(ref, sorted({one.ref for one in held}), 3)
        raise UsageError(
            f"No source is called {ref!r}." + (f" Nearest: {', '.join(near)}." if near else " `payerbook sources` lists them.")
        )
    if not compared:
        raise UsageError(f"No source on file has the bytes of {file.name}, or its name at the end of the URL; say which with --source REF.")
    return CheckedFile(str(file), digest, tuple(compared))


def read_on(pack: str, ref: str, digest: str, day: datetime.date, paths: Sequence[Path] = ()) -> tuple[Path, str, str]:
    """The sources.yaml of a pack, its text, and the text that says that the document with this hash was downloaded and read on a day.

    Nothing is written; `paths` are further folders of packs. Raises UsageError when the pack has no such source in a sources.yaml.
    """
    folders = [folder for folder in Session(paths).library.folders if guess_id(folder) == pack]
    file = folders[-1] / "sources.yaml" if folders else Path("sources.yaml")
    text = file.read_text("utf-8") if file.is_file() else ""

    def change(data: Any) -> None:
        if not isinstance(data, dict) or ref not in data:
            raise UsageError(f"{file} has no source {ref}; it comes from another pack, say --pack.")
        for key, value in (("last_checked", day), ("sha256", digest), ("retrieved", copy.copy(day))):
            data[ref][key] = value

    return file, text, roundtrip.changed(text, change)


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}); check the name.") from None


def _other(source: Held, found_by: Literal["name", "ref"]) -> Compared:
    return Compared(source, found_by, "no-hash" if source.sha256 is None else "differs")


def _last(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name


def _stem(name: str) -> str:
    return _COPY.sub("", PurePosixPath(name).stem).casefold()
