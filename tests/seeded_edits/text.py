"""Places in the text of a YAML file: the token at a path, and edits that leave the rest of the text alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from payerbook.authoring.cases import SUFFIX
from payerbook.authoring.yamlfile import Document, Path_, read

TOKEN = re.compile(r'"[^"\n]*"|\'[^\'\n]*\'|[^,\[\]{}\n#]+')


class Source(NamedTuple):
    """A file of a pack: its text, and where everything in it stands."""

    file: Path
    text: str
    document: Document

    @property
    def data(self) -> dict[str, Any]:
        return dict(self.document.data)

    @property
    def has_cases(self) -> bool:
        """Whether cases stand beside the rule."""
        return self.file.with_name(self.file.stem + SUFFIX).is_file()

    def offset(self, path: Path_, *, key: bool = False) -> int:
        """Where the value, or the key, of a path begins."""
        mark = (self.document.keys if key else self.document.marks)[path]
        lines = self.text.splitlines(keepends=True)
        return sum(map(len, lines[: mark.line - 1])) + mark.column - 1

    def token(self, path: Path_) -> str:
        """A scalar as it is written, quotes included."""
        found = TOKEN.match(self.text, self.offset(path))
        assert found is not None
        return found.group().strip()

    def put(self, path: Path_, new: str, *, key: bool = False) -> str:
        """The text with another token at a path; a value that was in quotes stays in quotes."""
        at = self.offset(path, key=key)
        old = str(path[-1]) if key else self.token(path)
        return self.text[:at] + (f'"{new}"' if old.startswith('"') and not key else new) + self.text[at + len(old) :]

    def block(self, path: Path_) -> tuple[int, int]:
        """First and last offset of a key with its value, or of an item of a list: its line and all deeper lines below it.

        Only for what stands on lines of its own.
        """
        is_key = isinstance(path[-1], str)
        mark = (self.document.keys if is_key else self.document.marks)[path]
        lines = self.text.splitlines(keepends=True)
        depth = mark.column - 1 if is_key else lines[mark.line - 1].index("-")
        end = mark.line
        while end < len(lines) and (not lines[end].strip() or _depth(lines[end]) > depth):
            end += 1
        return sum(map(len, lines[: mark.line - 1])), sum(map(len, lines[:end]))

    def alone(self, path: Path_) -> bool:
        """Whether a key begins its line (a dash of a list before it does not count)."""
        mark = self.document.keys[path]
        return not self.text.splitlines()[mark.line - 1][: mark.column - 1].strip()


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def source(file: Path) -> Source:
    """A file that has no faults."""
    return Source(file, file.read_text("utf-8"), read(file))


def leaves(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every scalar below a value, with its path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, place))
    else:
        yield path, value


def settings(data: dict[str, Any]) -> Iterator[tuple[Path_, Any]]:
    """Every scalar of the settings and conditions of a rule, of all its versions."""
    for at, block in [((), data), *((("versions", n), version) for n, version in enumerate(data.get("versions", ())))]:
        for name in ("when", "params"):
            yield from leaves(block.get(name) or {}, (*at, name))
