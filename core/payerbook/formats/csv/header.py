"""The first row of a table: which character separates its cells, and which field each column holds."""

from __future__ import annotations

import re
from typing import NamedTuple

from payerbook.formats.csv.columns import REQUIRED, Column, find, left_out, nearest
from payerbook.formats.csv.faults import At, Findings
from payerbook.formats.csv.rows import Bad, Row, Rows, spans, value, values

SEPARATORS = (",", ";", "\t")
_SAID = re.compile(r"sep=([,;\t])", re.IGNORECASE)
_UNKNOWN_SHOWN = 20
_LETTERS = 26
_LABEL = 40


class Header(NamedTuple):
    """The columns that are read with their positions, how many columns there are, where the claim's number stands, the names as given."""

    separator: str
    used: tuple[tuple[int, Column], ...]
    width: int
    claim_id: int
    labels: tuple[str, ...]
    row: Row

    def start(self, row: Row | Bad, position: int) -> int:
        """Give how many characters stand in a row before the cell at a position; the row's length where it has no such cell."""
        places = spans(row.text, self.separator) or ()
        return places[position][0] if position < len(places) else len(row.text)


def read_header(rows: Rows, findings: Findings) -> Header | None:
    """Read the names of the columns; report what is wrong with them and give None when claims cannot be read under them."""
    separator = _separator(rows)
    row = rows.next(separator)
    if row is None or isinstance(row, Bad):
        if row is not None:
            findings.fault(row.code, row, At(), None, True)
        return None
    names = values(row.text, separator) or []
    found = [None if left_out(name) else find(name) for name in names]
    if not any(found):
        findings.fault("CSV-HEADER", row, At(), None, True)
        return None
    used = tuple((position, column) for position, column in enumerate(found) if column is not None)
    labels = tuple(" ".join(name.split())[:_LABEL] for name in names)
    held = {column.name: position for position, column in reversed(used)}
    header = Header(separator, used, len(names), held.get("claim_id", 0), labels, row)
    _report_unknown(header, names, row, findings)
    complete = _complete(held, row, findings)
    return header if _unambiguous(header, row, findings) and complete else None


def _separator(rows: Rows) -> str:
    """The separator that the first line names (`sep=;`, as Excel writes it), else the one that shows most columns that are known."""
    first = rows.first()
    if first is None:
        return SEPARATORS[0]
    said = _SAID.fullmatch(first.text.strip('"\r\n'))
    if said:
        rows.next(said[1])
        return said[1]
    return max(SEPARATORS, key=lambda one: sum(find(value(cell.strip('"'))) is not None for cell in first.text.split(one)))


def _report_unknown(header: Header, names: list[str], row: Row, findings: Findings) -> None:
    known = {position for position, _ in header.used}
    unknown = [position for position, name in enumerate(names) if position not in known and not left_out(name)]
    for position in unknown[:_UNKNOWN_SHOWN]:
        near = nearest(names[position])
        leave = "begin its name with _ to leave it out without this message"
        repair = f"Did you mean {near}? Otherwise {leave}." if near else f"Correct the name, or {leave}."
        findings.fault("CSV-COLUMN", row, At(header.start(row, position)), column=_letter(position), repair=repair)


def _complete(held: dict[str, int], row: Row, findings: Findings) -> bool:
    missing = [name for name in REQUIRED if name not in held]
    if "code" not in held and "revenue_code" not in held:
        missing.append("code")
    for name in missing:
        findings.fault("CSV-NO-COLUMN", row, At(path=name), None, True, name=name)
    return not missing


def _unambiguous(header: Header, row: Row, findings: Findings) -> bool:
    """Whether no two columns hold the same: the same field, or a whole list and one of its values."""
    seen: dict[tuple[object, ...], tuple[int, Column]] = {}
    twice = False
    for position, column in header.used:
        place = (column.scope, column.steps)
        other = seen.get((*place, column.part)) or seen.get((*place, None)) or (seen.get(place) if column.part is None else None)
        if other is not None:
            at = At(header.start(row, position), column.name)
            findings.fault("CSV-TWICE", row, at, None, True, column=_letter(position), other=_letter(other[0]), name=column.name)
            twice = True
        seen[(*place, column.part)] = seen[place] = (position, column)
    return not twice


def _letter(position: int) -> str:
    """Give the letters of a column as spreadsheets show them: A, B … Z, AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters
