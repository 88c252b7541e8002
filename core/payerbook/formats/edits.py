"""Puts the changes of a repaired claim into the file that it came from: only the changed values, every other byte stays."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from payerbook.claim import Claim, Line
from payerbook.formats.base import Edit, Form, Read
from payerbook.formats.json_text import locate
from payerbook.formats.x12.segments import BLANK, Delimiters, delimiters_of

WRITTEN: tuple[Form, ...] = ("x12", "json", "csv")
"""Forms of claims that changes can be put into."""

_HEADER = 512
_SERVICE = {"SV1": 1, "SV2": 2}
"""Segments of a service line, and the element that holds the code with its modifiers."""
_POINTERS = 7
_MODIFIERS = slice(2, 6)


def edits(data: bytes, read: Read, fixed: Claim) -> list[Edit]:
    """What to change in the file so that it holds `fixed` where it held `read.claim`; codes, modifiers, pointers and diagnoses count.

    The claim came in one of the `WRITTEN` forms.
    """
    if read.form == "csv":
        from payerbook.formats.csv.edit import edits as cells

        return sorted(cells(data, read, fixed))
    return sorted((_x12 if read.form == "x12" else _json)(data, read, fixed))


def applied(data: bytes, changes: Iterable[Edit]) -> bytes:
    """The file with the changes."""
    parts: list[bytes] = []
    at = 0
    for start, end, text in sorted(changes):
        parts += [data[at:start], text]
        at = end
    return b"".join([*parts, data[at:]])


def _json(data: bytes, read: Read, fixed: Claim) -> Iterator[Edit]:
    start = data.index(b"{", read.spot.byte or 0)
    text = data[start:]
    if fixed.diagnoses != read.claim.diagnoses:
        yield _value(text, start, ["diagnoses"], list(fixed.diagnoses or ()))
    for place, (before, after) in enumerate(zip(read.claim.lines, fixed.lines, strict=True)):
        for name in ("code", "modifiers", "diagnosis_pointers"):
            value = getattr(after, name)
            if value != getattr(before, name):
                yield _value(text, start, ["lines", place, name], value if isinstance(value, str) else list(value))


def _value(data: bytes, start: int, steps: list[str | int], value: Any) -> Edit:
    at = locate(data, steps)
    end = json.JSONDecoder().raw_decode(data.decode("latin-1"), at)[1]
    return Edit(start + at, start + end, json.dumps(value).encode())


def _x12(data: bytes, read: Read, fixed: Claim) -> Iterator[Edit]:
    text = data.decode("latin-1")
    for spot, before, after in zip(read.line_spots, read.claim.lines, fixed.lines, strict=True):
        if before != after:
            delimiters = _delimiters(text, spot.byte or 0)
            start, segment = _service(text, spot.byte or 0, delimiters)
            yield Edit(start, start + len(segment), _changed(segment, before, after, delimiters).encode("latin-1"))


def _delimiters(text: str, before: int) -> Delimiters:
    """The delimiters of the interchange that a place of a file lies in."""
    at = text.rfind("ISA", 0, before)
    while at >= 0:
        found = delimiters_of(text[at : at + _HEADER])
        if found is not None:
            return found
        at = text.rfind("ISA", 0, at)
    raise ValueError("no interchange header before a claim that was read from one")


def _service(text: str, at: int, delimiters: Delimiters) -> tuple[int, str]:
    """Where the service segment of the line that begins at `at` stands, and the segment."""
    while True:
        end = text.index(delimiters.terminator, at)
        segment = text[at:end].strip(BLANK)
        if segment.split(delimiters.element, 1)[0] in _SERVICE:
            return text.index(segment, at), segment
        at = end + 1


def _changed(segment: str, before: Line, after: Line, delimiters: Delimiters) -> str:
    elements = segment.split(delimiters.element)
    place = _SERVICE[elements[0]]
    parts = elements[place].split(delimiters.component)
    if before.code != after.code:
        parts[1] = after.code
    if before.modifiers != after.modifiers:
        room = 4 - len(after.modifiers) if len(parts) > _MODIFIERS.stop else 0  # what follows the modifiers keeps its place
        parts[_MODIFIERS] = [*after.modifiers, *[""] * room]
    elements[place] = delimiters.component.join(parts)
    if before.diagnosis_pointers != after.diagnosis_pointers:
        elements[_POINTERS] = delimiters.component.join(str(pointer) for pointer in after.diagnosis_pointers or ())
    return delimiters.element.join(elements)
