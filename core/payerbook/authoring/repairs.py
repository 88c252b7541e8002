"""Repairs of pack files that cannot change what is meant: quotes around codes, dates written out, typed instead of typeset characters.

Each is an edit of a few characters at the place of a fault. It is kept only when the file, read again, says what it said before, so
that comments, order and layout stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from payerbook.authoring import yamlfile
from payerbook.authoring.checks.wording import TYPESET
from payerbook.authoring.faults import Fault

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?=[\s,\]}]|$)")
_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")


class Repair(NamedTuple):
    """What was written instead of what, and where."""

    file: Path
    line: int
    column: int
    was: str
    now: str
    code: str

    def text(self, base: Path) -> str:
        """One line for people, with the file relative to `base` where it lies below it."""
        file = self.file.relative_to(base) if self.file.is_relative_to(base) else self.file
        return f"{file}:{self.line}:{self.column}: repaired: {self.was} -> {self.now or 'nothing'} [{self.code}]"


def make(faults: Iterable[Fault]) -> list[Repair]:
    """Makes those repairs of the faults that are safe, and gives them in order of file and place."""
    by_file: dict[Path, list[Fault]] = {}
    for fault in faults:
        by_file.setdefault(fault.file, []).append(fault)
    return [repair for file, found in sorted(by_file.items()) for repair in _repaired(file, found)]


def _repaired(file: Path, faults: list[Fault]) -> list[Repair]:
    before = file.read_bytes()
    content = before
    made: list[Repair] = []
    for fault in sorted(faults, key=lambda fault: (fault.line, fault.column), reverse=True):  # so that no edit moves a later place
        for column, was, now in _proposed(content, fault):
            edited = _edited(content, fault.line, column, was, now)
            if _says_the_same(file, content, edited):
                content = edited
                made.append(Repair(file, fault.line, column, was, now, fault.code))
                break
    if content != before:
        file.write_bytes(content)
    return made[::-1]


def _proposed(content: bytes, fault: Fault) -> Iterator[tuple[int, str, str]]:
    """What could be written from which column on, instead of what stands there. Typeset characters of a line go all or none."""
    lines = content.decode("utf-8", errors="replace").splitlines()
    line = lines[fault.line - 1] if fault.line <= len(lines) else ""
    at = line[fault.column - 1 :]
    if fault.code == "PB004" and (number := _NUMBER.match(at)) is not None:
        yield fault.column, number[0], f'"{number[0]}"'
    elif fault.code == "PB007" and (day := _DATE.match(at.lstrip("\"'"))) is not None:
        if (written := _written_out(day)) is not None and written != day[0]:
            yield fault.column, day[0], written
    elif fault.code == "PB043" and at[:1] in TYPESET:
        first = min(line.index(character) for character in TYPESET if character in line)
        last = max(line.rindex(character) for character in TYPESET if character in line)
        was = line[first : last + 1]
        yield first + 1, was, _typed(was, TYPESET)
        yield first + 1, was, _typed(was, {**TYPESET, "\u201c": "'", "\u201d": "'"})  # where the text itself stands in double quotes


def _typed(text: str, typed: Mapping[str, str]) -> str:
    return "".join(typed.get(character, character) for character in text)


def _written_out(day: re.Match[str]) -> str | None:
    try:
        return date(int(day[1]), int(day[2]), int(day[3])).isoformat()
    except ValueError:
        return None


def _edited(content: bytes, number: int, column: int, was: str, now: str) -> bytes:
    lines = content.decode("utf-8").splitlines(keepends=True)
    line = lines[number - 1]
    lines[number - 1] = line[: column - 1] + line[column - 1 :].replace(was, now, 1)
    return "".join(lines).encode()


def _says_the_same(file: Path, before: bytes, after: bytes) -> bool:
    old, new = yamlfile.parse(before, file), yamlfile.parse(after, file)
    return not new.faults and _meaning(old.data) == _meaning(new.data)


def _meaning(data: Any) -> Any:
    """A document with numbers as text, dates written out, and typed characters: what the repairs may not change."""
    if isinstance(data, dict):
        return {_meaning(key): _meaning(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_meaning(value) for value in data]
    if not isinstance(data, str):
        return str(data)
    typed = _typed(data, TYPESET).replace('"', "'")
    day = _DATE.fullmatch(typed)
    return (_written_out(day) if day is not None else None) or typed
