"""What the text of a cell means, by the type of the field that its column stands for.

Every reader raises `ValueError` for a text that is not of its form. An empty cell is unknown and never comes here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Literal, NamedTuple, get_args, get_origin

from payerbook.calendar import YEARS
from payerbook.formats.shapes import members
from payerbook.formats.x12.values import number, quantity

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_US = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_PACKED = re.compile(r"(\d{4})(\d\d)(\d\d)")
_TIME = re.compile(r"(?:[T ] ?\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?[AaPp][Mm])?)?$")
_THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_DOLLAR = re.compile(r"\$ ?")
_IN_BRACKETS = re.compile(r"\(([^()-]+)\)")
_POWER_OF_TEN = re.compile(r"\d(?:[.,]\d+)?[Ee]\+\d+")
_BETWEEN = re.compile(r"[\s,;|:]+")
_LETTERS = re.compile(r"[A-La-l]{1,12}")
_TRUE, _FALSE = ("yes", "y", "true", "t", "1"), ("no", "n", "false", "f", "0")
NONE = "none"
"""What a cell of a list says when the list is known to be empty."""


class Kind(NamedTuple):
    """How a cell is read: `read` gives the value of a text; `code` and `repair` are those of the problem; `takes` says it in the guide."""

    read: Callable[[str], Any]
    code: str
    repair: str
    takes: str


def text(cell: str) -> str:
    """Give the text; refuse a number of which a spreadsheet left only the power of ten."""
    if _POWER_OF_TEN.fullmatch(cell):
        raise ValueError("power of ten")
    return cell


def place(cell: str) -> str:
    """Give a place of service, which always has two digits: spreadsheets drop the zero in front."""
    return f"0{cell}" if len(cell) == 1 and cell.isdecimal() else text(cell)


def day(cell: str, *, any_year: bool = False) -> date:
    """Give the day of 2026-01-15, 20260115, 1/15/2026 or 1-15-2026; a time behind it is left out."""
    for pattern, order in ((_ISO, (1, 2, 3)), (_US, (3, 1, 2)), (_PACKED, (1, 2, 3))):
        match = pattern.match(cell)
        if match and _TIME.match(cell, match.end()):
            year, month, day_ = (int(match[part]) for part in order)
            if any_year or year in YEARS:
                return date(year, month, day_)
    raise ValueError("not a day")


def money(cell: str) -> Decimal:
    """Give dollars of 90, 90.00, $1,234.50, -5.00 or (5.00)."""
    return number(_without_commas(_DOLLAR.sub("", _IN_BRACKETS.sub(r"-\1", cell), count=1)))


def count(cell: str) -> int | Decimal:
    """Give units, minutes or visits: 0 or more, an integer when it is whole."""
    return quantity(_without_commas(cell))


def whole(cell: str) -> int:
    """Give a whole number of 0 or more."""
    found = count(cell)
    if not isinstance(found, int):
        raise ValueError("not whole")
    return found


def yes_no(cell: str) -> bool:
    """Give a yes or no."""
    said = cell.lower()
    if said not in _TRUE + _FALSE:
        raise ValueError("neither yes nor no")
    return said in _TRUE


def word(cell: str, *, words: dict[str, str]) -> str:
    """Give one of the words that are allowed, whatever its capitals."""
    found = words.get(cell.lower())
    if found is None:
        raise ValueError("not one of the words")
    return found


def pointer(cell: str) -> int:
    """Give a diagnosis pointer: a number from 1, or the letter of the CMS-1500."""
    if len(cell) == 1 and _LETTERS.fullmatch(cell):
        return ord(cell.upper()) - ord("A") + 1
    if len(cell) > 2:
        raise ValueError("not a pointer")
    return whole(cell)


def several(cell: str, *, read: Callable[[str], Any]) -> tuple[Any, ...]:
    """Give the values of a cell that holds several, with blanks, commas, semicolons, colons or bars between them."""
    if cell.lower() == NONE:
        return ()
    return tuple(read(part) for part in _BETWEEN.split(cell) if part)


def pointers(cell: str) -> tuple[int, ...]:
    """Give diagnosis pointers, also those of the CMS-1500, where letters stand together."""
    return several(" ".join(cell) if _LETTERS.fullmatch(cell) else cell, read=pointer)


def nothing(cell: str) -> tuple[Any, ...]:
    """Give the empty list for the word that says that it is known to be empty."""
    if cell.lower() != NONE:
        raise ValueError("a list of objects has no place in a cell")
    return ()


def _without_commas(cell: str) -> str:
    return cell.replace(",", "") if _THOUSANDS.fullmatch(cell) else cell


def single(key: str, shape: Any) -> Kind:
    """How one value of a key is read, by its type."""
    types = members(shape)
    if date in types:
        read = partial(day, any_year=key == "to")  # the last day of a coverage without an end is often written as 12/31/9999
        return Kind(read, "CSV-DATE", "Write it as 2026-01-15 or 1/15/2026.", "day")
    if key == "diagnosis_pointers":
        return Kind(pointer, "CSV-POINTER", "Write numbers with commas between them, or the letters of the CMS-1500.", "pointer")
    if Decimal in types:
        if int in types:
            return Kind(count, "CSV-NUMBER", "Write a plain number of 0 or more.", "number")
        return Kind(money, "CSV-NUMBER", "Write dollars, such as 90.00 or $1,234.50.", "dollars")
    if bool in types:
        return Kind(yes_no, "CSV-WORD", "Write yes or no.", "yes or no")
    if int in types:
        return Kind(whole, "CSV-NUMBER", "Write a whole number of 0 or more.", "whole number")
    literal = next((member for member in types if get_origin(member) is Literal), None)
    if literal is not None:
        words = get_args(literal)
        return Kind(
            partial(word, words={one.lower(): one for one in words}), "CSV-WORD", f"Write one of: {', '.join(words)}.", ", ".join(words)
        )
    if key == "place_of_service":
        return Kind(place, "CSV-TEXT", "Format the column as text and export again.", "code")
    return Kind(text, "CSV-TEXT", "Format the column as text and export again.", "text")


def listed(key: str, shape: Any) -> Kind:
    """How a cell with all values of a list is read."""
    one = single(key, shape)
    read = pointers if key == "diagnosis_pointers" else partial(several, read=one.read)
    return Kind(read, one.code, one.repair, f"one or more: {one.takes}")


EMPTY_LIST = Kind(nothing, "CSV-WORD", f"Write {NONE} when there are none, or leave the cell empty when you do not know.", f"`{NONE}`")
"""How the cell of a list of objects is read; their values have columns of their own."""
