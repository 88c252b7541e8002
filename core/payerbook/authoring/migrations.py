"""From older formats of a pack to the current one, step by step, on the files as their authors wrote them.

Format 1 is the first that an engine ever read, so the only step today is the one for drafts: a pack.yaml without a format, or with
the number not in quotes. A change of the format adds a step here: what it makes of each sort of file. The engine reads the current
format alone; a pack in an older one is named with this command (PB019).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from payerbook.authoring import roundtrip
from payerbook.authoring.bundle import pack_folders
from payerbook.authoring.cases import SUFFIX
from payerbook.authoring.yamlfile import read
from payerbook.errors import UsageError
from payerbook.policy import FORMAT

Sort = Literal["pack", "sources", "facts", "parents", "rule", "tests"]
Change = Callable[[Sort, Any], None]


class Step(NamedTuple):
    """From one format to the next. `change` is given each file of a pack; the number in pack.yaml is written for it."""

    before: str
    after: str
    about: str
    change: Change


class Migrated(NamedTuple):
    """A file as it is and as it becomes."""

    file: Path
    before: str
    after: str

    def diff(self, base: Path) -> str:
        """The change as a unified diff, with the file relative to `base` where it lies below it."""
        name = self.file.relative_to(base) if self.file.is_relative_to(base) else self.file
        return roundtrip.diff(str(name), self.before, self.after)


def _nothing(sort: Sort, data: Any) -> None:
    """Only the number changes."""


DRAFT = "0"
"""A pack whose format is not written as text: a draft from before format 1."""
STEPS: tuple[Step, ...] = (Step(DRAFT, "1", "A draft says its format, as text.", _nothing),)


def migrate(path: Path, steps: Sequence[Step] = STEPS, current: str = FORMAT) -> list[Migrated]:
    """The files below a path that change, which are not written; none when every pack is in the current format.

    Raises UsageError when there is no pack, when a file is not YAML, or for a format that no step starts from.
    """
    if not path.exists():
        raise UsageError(f"{path} does not exist; give the folder of a pack, or one above it.")
    folders = pack_folders([path if path.is_dir() else path.parent])
    if not folders:
        raise UsageError(f"There is no pack.yaml below {path}; give the folder of a pack, or one above it.")
    return [made for folder in folders for made in _folder(folder, steps, current)]


def _folder(folder: Path, steps: Sequence[Step], current: str) -> Iterator[Migrated]:
    chain = _chain(folder / "pack.yaml", steps, current)
    if not chain:
        return
    for file in sorted(folder.glob("*.yaml")):
        _parsed(file)
        sort = _sort(file)
        text = file.read_text("utf-8")
        after = roundtrip.changed(text, lambda data, sort=sort: _apply(chain, sort, data))  # type: ignore[misc]
        if after != text:
            yield Migrated(file, text, after)


def _chain(file: Path, steps: Sequence[Step], current: str) -> list[Step]:
    """The steps from the format of a pack.yaml to the current one."""
    written = _parsed(file).get("format")
    at = written if isinstance(written, str) else DRAFT if written in (None, 1) else str(written)
    if at.isdecimal() and int(at) > int(current):
        raise UsageError(f"{file} is written in format {at}, and this payerbook reads format {current}; install a newer payerbook.")
    by_start = {step.before: step for step in steps}
    chain: list[Step] = []
    while at != current:
        if at not in by_start:
            raise UsageError(f"{file}: there is no format {at}; formats are {', '.join(sorted(by_start))} and {current}.")
        chain.append(by_start[at])
        at = chain[-1].after
    return chain


def _parsed(file: Path) -> dict[str, Any]:
    document = read(file)
    if document.faults:
        raise UsageError(f"{document.faults[0].text()}; repair it first.")
    data: dict[str, Any] = document.data if isinstance(document.data, dict) else {}
    return data


def _sort(file: Path) -> Sort:
    if file.name.endswith(SUFFIX):
        return "tests"
    return file.stem if file.stem in ("pack", "sources", "facts", "parents") else "rule"  # type: ignore[return-value]  # words of Sort


def _apply(chain: Sequence[Step], sort: Sort, data: CommentedMap) -> None:
    for step in chain:
        step.change(sort, data)
    if sort != "pack":
        return
    number = DoubleQuotedScalarString(chain[-1].after)
    if "format" in data:
        data["format"] = number
    else:
        data.insert(1 if next(iter(data), None) == "pack" else 0, "format", number)
