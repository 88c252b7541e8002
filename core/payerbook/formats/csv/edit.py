"""Puts the changes of a repaired claim into the cells that it came from; every other byte of the table stays."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence

from payerbook.claim import Claim
from payerbook.formats.base import Edit, Read, Spot
from payerbook.formats.csv.faults import Findings
from payerbook.formats.csv.header import Header, read_header
from payerbook.formats.csv.rows import LONGEST, Row, Rows, decoded, spans, value

_CORE = re.compile(r'(\s*(?:="|")?)(.*?)("?\s*)', re.DOTALL)
_BETWEEN = re.compile(r"[\s,;|:]+")


def edits(data: bytes, read: Read, fixed: Claim) -> Iterator[Edit]:
    """Give the cells to change so that the table holds `fixed` where it held `read.claim`; `data` is the whole file."""
    header = read_header(Rows(io.BytesIO(data)), Findings(read.file))
    if header is None:
        raise ValueError("no header above a claim that was read under one")
    for spot, before, after in zip(read.line_spots, read.claim.lines, fixed.lines, strict=True):
        row = _row(data, spot, header)
        changes: list[tuple[str, Sequence[object], Sequence[object]]] = [
            ("code", (before.code,), (after.code,)),
            ("modifiers", before.modifiers, after.modifiers),
            ("diagnosis_pointers", before.diagnosis_pointers or (), after.diagnosis_pointers or ()),
            ("diagnoses", read.claim.diagnoses or (), fixed.diagnoses or ()),
        ]
        for name, old, new in changes:
            if old != new:
                yield from _field(header, row, name, [str(one) for one in new])


def _row(data: bytes, spot: Spot, header: Header) -> Row:
    start = spot.byte or 0
    row = Rows(io.BytesIO(data[start : start + 2 * LONGEST])).next(header.separator)
    if not isinstance(row, Row):
        raise ValueError("no row where a line was read")
    return row._replace(start=start)


def _field(header: Header, row: Row, name: str, new: list[str]) -> Iterator[Edit]:
    """The changed cells of a field: the one that holds all its values, or those that hold one each."""
    places = spans(row.text, header.separator) or ()
    held = [(column.part, places[position]) for position, column in header.used if column.name == name and position < len(places)]
    held.sort(key=lambda one: one[0] or 0)
    filled = [(part, start, end) for part, (start, end) in held if value(row.text[start:end])]
    for place, (part, start, end) in enumerate(filled):
        cell = row.text[start:end]
        if part is None:
            mine = new
        else:  # diagnoses keep their numbers; modifiers and pointers move up where one before them falls out
            at = part if name == "diagnoses" else place
            mine = new[at : at + 1]
        made = _rewritten(cell, _together(value(cell), mine, letters=name == "diagnosis_pointers"))
        if made != cell:
            yield Edit(row.start + start, row.start + end, made.encode("latin-1"))


def _together(cell: str, new: list[str], *, letters: bool) -> str:
    """Several values for one cell, apart as they were there; pointers as letters where the cell has letters."""
    if letters and re.search("[A-Za-z]", cell):
        new = [chr(ord("A") + int(one) - 1) for one in new]
    apart = _BETWEEN.search(cell)
    return (apart[0] if apart else "").join(new)


def _rewritten(cell: str, text: str) -> str:
    """A cell with another text, its quotation marks and blanks kept."""
    match = _CORE.fullmatch(cell)
    if match is None or match[2] == text:
        return cell
    encoding = "utf-8" if decoded(cell).encode() == cell.encode("latin-1") else "cp1252"
    return match[1] + text.encode(encoding, "replace").decode("latin-1") + match[3]
