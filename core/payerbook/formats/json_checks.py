"""Decodes one JSON value as a claim or a history item, strictly, and says in plain words what is wrong with it.

msgspec does the typed decoding. It does not see keys that are given twice, and it takes NaN, exponents and numbers of any
length as decimals, and days of any year, so each value is parsed once more for these.
"""

from __future__ import annotations

import difflib
import json
import re
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

from payerbook.calendar import YEARS
from payerbook.claim import Claim, Context, HistoryItem
from payerbook.formats.json_text import DEEPEST, Broken, locate, too_deep
from payerbook.formats.shapes import fields, members, struct_of

Shape = TypeVar("Shape", Claim, Context, HistoryItem)

_COUNT = "a plain number, 0 or more,"
_AMOUNT = "a plain number"
_DAY = "a day"
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_MOST_DIGITS = 18
_MESSAGE = re.compile(r"(.*?)(?: - at `\$(.*)`)?", re.DOTALL)
_BYTE = re.compile(r" \(byte (\d+)\)")
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
_SHOWABLE_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
_NOT_A_NUMBER = re.compile(rb"-?(?:NaN|Infinity)")

_KINDS = {
    "int": "a whole number",
    "decimal": "a number",
    "str": "text in quotes",
    "date": 'a date in quotes, such as "2026-01-15"',
    "array": "a list in brackets",
    "object": "an object in braces",
    "bool": "true or false",
}


def decode(data: bytes, shape: type[Shape]) -> Shape:
    """Decode UTF-8 JSON text as a claim, a context or a history item; raise `Broken` with the first fault found."""
    try:
        value: Shape = _decoder(shape).decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _explain(data, shape, error) from None
    try:
        tree = _PARSER.decode(data.decode("latin-1"))
    except _GivenTwice:
        raise _given_twice(data) from None
    bad = _bad_value(tree, _values(shape))
    if bad is not None:
        path, kind = bad[0].removeprefix("."), bad[1]
        if kind is _DAY:
            years = f"between {YEARS[0]} and {YEARS[-1]}"
            raise Broken("JSON-DATE", f"{path} is not {years}.", "Correct the year.", path, locate(data, _steps(path)))
        raise Broken(
            "JSON-NUMBER",
            f"{path} is not {kind} with at most {_MOST_DIGITS} digits.",
            "Write it with digits and at most one decimal point, without an exponent.",
            path,
            locate(data, _steps(path)),
        )
    if isinstance(value, Claim):
        _check_claim(data, value)
    return value


class Number(str):
    """A number of a JSON text as it is written there."""

    __slots__ = ()


def tree(data: bytes) -> Any:
    """Parse one JSON value of another standard, its numbers as `Number`; raise `Broken` when it is no JSON or holds a key twice."""
    deep = too_deep(data)
    if deep is not None:
        raise _deep(deep)
    try:
        _ANYTHING.decode(data)
        return _NUMBERS.decode(data.decode())
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _explain(data, Claim, error) from None
    except _GivenTwice:
        raise _given_twice(data) from None


def _check_claim(data: bytes, claim: Claim) -> None:
    if not claim.claim_id.strip():
        raise Broken("JSON-MISSING", "claim_id is empty.", "Give each claim its number.", "claim_id", locate(data, ["claim_id"]))
    if not claim.lines:
        raise Broken("JSON-MISSING", "lines is empty.", "Give at least one service line.", "lines", locate(data, ["lines"]))
    for index, line in enumerate(claim.lines):
        if not line.code and not line.revenue_code:
            path = f"lines[{index}].code"
            raise Broken("JSON-MISSING", f"{path} is empty.", "Give the procedure code.", path, locate(data, _steps(path)))


# Keys given twice, and numbers.


class _GivenTwice(Exception):
    """An object holds a key twice."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _GivenTwice
    return found


# Numbers stay text here: what was written is checked, not what it became.
_PARSER = json.JSONDecoder(object_pairs_hook=_unique, parse_int=str, parse_float=str)
_NUMBERS = json.JSONDecoder(object_pairs_hook=_unique, parse_int=Number, parse_float=Number)
_ANYTHING = msgspec.json.Decoder()


def _given_twice(data: bytes) -> Broken:
    """Say which key an object holds twice; objects are lists of pairs here."""
    path = _path_given_twice(json.loads(data, object_pairs_hook=tuple)) or ""
    return Broken(
        "JSON-DUPLICATE",
        f"{path} is given twice.",
        "Remove one of the two; which one counts cannot be told.",
        path,
        locate(data, _steps(path)),
    )


def _path_given_twice(value: Any) -> str | None:
    if isinstance(value, tuple):
        keys = [key for key, _ in value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        inner = ((f".{key}", _path_given_twice(item)) for key, item in value)
    elif isinstance(value, list):
        twice = None
        inner = ((f"[{index}]", _path_given_twice(item)) for index, item in enumerate(value))
    else:
        return None
    found = (f"{step}.{path}" if not path.startswith("[") else step + path for step, path in inner if path)
    path = twice or next(found, None)
    return None if path is None else path.removeprefix(".")


def _is_plain(text: str) -> bool:
    return len(text) <= _MOST_DIGITS + len("-.") and _is_short_plain(text)


@lru_cache(maxsize=8192)
def _is_short_plain(text: str) -> bool:
    return _PLAIN_NUMBER.fullmatch(text) is not None and len(text) - ("-" in text) - ("." in text) <= _MOST_DIGITS


def _bad_value(value: Any, kind: Any) -> tuple[str, str] | None:
    """Give the path below `value` of the first number that is not plain or day that cannot be meant; `kind` is what `_values` gives."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            bad = _bad_value(item, kind)
            if bad is not None:
                return f"[{index}]{bad[0]}", bad[1]
    elif isinstance(kind, dict):
        for key, inner in kind.items():
            item = value.get(key)
            if item is not None:
                bad = _bad_value(item, inner)
                if bad is not None:
                    return f".{key}{bad[0]}", bad[1]
    elif kind is _DAY:
        return None if int(value[:4]) in YEARS else ("", kind)
    elif not _is_plain(value) or (kind is _COUNT and value[0] == "-"):
        return "", kind
    return None


@cache
def _values(shape: type) -> dict[str, Any]:
    """Give, for each key of a struct that holds numbers or days, what they must be, or the same for the struct that it holds."""
    spec: dict[str, Any] = {}
    for key, kind in fields(shape).items():
        types_ = members(kind)
        struct = struct_of(kind)
        if struct is not None:
            if inner := _values(struct):
                spec[key] = inner
        elif int in types_:
            spec[key] = _COUNT
        elif Decimal in types_:
            spec[key] = _AMOUNT
        elif date in types_ and key != "to":  # the last day of a coverage without an end is often written as 9999-12-31
            spec[key] = _DAY
    return spec


@cache
def _decoder(shape: type[Shape]) -> msgspec.json.Decoder[Shape]:
    return msgspec.json.Decoder(shape)


# What msgspec says, in plain words.


def _explain(data: bytes, shape: type, error: Exception) -> Broken:
    deep = too_deep(data)
    if deep is not None:
        return _deep(deep)
    if isinstance(error, UnicodeDecodeError):
        return Broken("JSON-ENCODING", "The text is not encoded as UTF-8.", "Save the file as UTF-8.", "", _not_utf8(data))
    if not isinstance(error, msgspec.ValidationError):
        return _syntax(data, str(error))
    match = _MESSAGE.fullmatch(str(error))
    what, path = (match[1], (match[2] or "").removeprefix(".")) if match else ("", "")
    quoted = re.findall(r"`([^`]*)`", what)
    steps = _steps(path)
    offset = locate(data, steps)
    place = path or "The value"
    if what.startswith("Object contains unknown field"):
        return _unknown_key(data, shape, quoted[0], path, offset)
    if what.startswith("Object missing required field"):
        missing = f"{path}.{quoted[0]}" if path else quoted[0]
        return Broken("JSON-MISSING", f"{missing} is missing.", "Add it; it is required.", missing, offset)
    if what.startswith("Invalid enum value"):
        words = ", ".join(get_args(next(member for member in _kind_at(shape, steps) if get_origin(member) is Literal)))
        return Broken("JSON-VALUE", f"{place} is not one of the words allowed there.", f"Write one of: {words}.", path, offset)
    if what.startswith("Invalid RFC3339"):
        return Broken("JSON-DATE", f"{place} is not a date that exists.", 'Write it as year-month-day, such as "2026-01-15".', path, offset)
    if what.startswith(("Invalid decimal", "Integer value", "Number out of range")):
        return Broken("JSON-NUMBER", f"{place} is not a number.", "Write it with digits and at most one decimal point.", path, offset)
    wanted = quoted[0].replace("int | decimal", "decimal").split(" | ")
    repair = f"Write {' or '.join(_KINDS[kind] for kind in wanted if kind in _KINDS)}."
    return Broken("JSON-TYPE", f"{place} is not of the right kind.", repair, path, offset)


def _deep(offset: int) -> Broken:
    return Broken("JSON-DEPTH", f"Brackets are nested more than {DEEPEST} levels deep.", "Send a plain claim.", "", offset)


def _not_utf8(data: bytes) -> int:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _syntax(data: bytes, said: str) -> Broken:
    byte = _BYTE.search(said)
    offset = int(byte[1]) if byte else len(data.rstrip())
    if _NOT_A_NUMBER.search(data, max(offset - 1, 0), offset + 9):
        return Broken("JSON-NUMBER", "NaN and Infinity are not numbers.", "Write a number, or leave the key out.", "", offset)
    if not byte:
        return Broken("JSON-SYNTAX", "The text ends before the claim is complete.", "Send the file again, whole.", "", offset)
    reason = _BYTE.sub("", said).removeprefix("JSON is malformed: ")
    return Broken("JSON-SYNTAX", f"This is not valid JSON: {reason}.", "Correct the text at this place.", "", offset)


def _unknown_key(data: bytes, shape: type, key: str, path: str, offset: int) -> Broken:
    known = sorted(fields(next(member for member in _kind_at(shape, _steps(path)) if isinstance(member, type))))
    nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    shown = f"The key {key}" if _SHOWABLE_KEY.fullmatch(key) else "A key"
    where = f" in {path}" if path else ""
    repair = f"Did you mean {nearest[0]}?" if nearest else f"Known keys: {', '.join(known)}."
    if _SHOWABLE_KEY.fullmatch(key):
        path = f"{path}.{key}" if path else key
        offset = locate(data, _steps(path))
    return Broken("JSON-KEY", f"{shown}{where} is unknown.", repair, path, offset)


def _steps(path: str) -> list[str | int]:
    return [int(index) if index else key for key, index in _STEP.findall(path)]


def _kind_at(shape: type, steps: list[str | int]) -> tuple[Any, ...]:
    """Give the types that a claim may hold where keys and indexes lead to."""
    kinds: tuple[Any, ...] = (shape,)
    for step in steps:
        if isinstance(step, str):
            struct = next(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, msgspec.Struct))
            kinds = members(fields(struct)[step])
    return kinds
