"""The values of X12 elements as Python values; the same texts come again and again, so the parsed ones are remembered.

Every function raises `ValueError` for a text that is not of its form. Remembered functions accept short texts only, so
that a hostile file cannot fill the memory.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from payerbook.calendar import YEARS

_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_POINTER = re.compile(r"[0-9]{1,2}(?:\.0*)?")
_ICD10_WITHOUT_DOT = re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z]{1,4}")
_MOST_DIGITS = 18
_LONGEST_POINTERS = 40


@lru_cache(maxsize=16384)
def day(text: str) -> date:
    """Give the date of a CCYYMMDD text, or of the day in a CCYYMMDDHHMM text."""
    if len(text) == 12 and text[8:].isdecimal():
        text = text[:8]
    if len(text) != 8 or not text.isdecimal():
        raise ValueError("not a date")
    found = date.fromisoformat(text)
    if found.year not in YEARS:
        raise ValueError("not a date of our time")
    return found


@lru_cache(maxsize=4096)
def period(text: str) -> tuple[date, date]:
    """Give first and last day of a CCYYMMDD or CCYYMMDD-CCYYMMDD text, whatever qualifier stands before it."""
    first, dash, last = text.partition("-")
    begin = day(first)
    return begin, day(last) if dash else begin


@lru_cache(maxsize=4096)
def number(text: str) -> Decimal:
    """Give a decimal number of at most 18 digits; exponents, NaN and Infinity are no numbers here."""
    text = text.strip()
    if not _NUMBER.fullmatch(text) or len(text) - ("-" in text) - ("." in text) > _MOST_DIGITS:
        raise ValueError("not a number")
    return Decimal(text)


@lru_cache(maxsize=1024)
def quantity(text: str) -> int | Decimal:
    """Give a count of units, days or minutes: not negative, an integer when it is whole."""
    value = number(text)
    if value < 0:
        raise ValueError("negative")
    whole = int(value)
    return whole if whole == value else value


@lru_cache(maxsize=1024)
def pointers(text: str, component: str) -> tuple[int, ...]:
    """Give the diagnosis pointers of SV107, counted from 1."""
    parts = [part for part in text.split(component) if part]
    if len(text) > _LONGEST_POINTERS or not all(map(_POINTER.fullmatch, parts)):
        raise ValueError("not diagnosis pointers")
    return tuple(int(part.partition(".")[0]) for part in parts)


def diagnosis(text: str) -> str:
    """Give a diagnosis code in capitals, with the dot of ICD-10-CM put in when the code has that shape."""
    code = text.strip().upper()
    return f"{code[:3]}.{code[3:]}" if _ICD10_WITHOUT_DOT.fullmatch(code) else code


def readable(text: str) -> str:
    """Give Latin-1 decoded text as the UTF-8 text it was meant to be, when it is one."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return text
