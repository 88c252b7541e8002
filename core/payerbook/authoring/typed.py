"""Turns the text of a setting into the value its type asks for, written as packs write it: codes and amounts in quotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from io import StringIO
from typing import Any

from msgspec import inspect
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from payerbook.errors import UsageError

_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9.]+\Z")
_WORDS = {"true": True, "false": False}
_LISTS = (inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType)
_READERS: dict[type, Callable[[str], Any]] = {
    inspect.IntType: int,
    inspect.FloatType: float,
    inspect.DateType: date.fromisoformat,
    inspect.DecimalType: lambda text: DoubleQuotedScalarString(_decimal(text)),
}
_TEXTS = (inspect.StrType, inspect.DecimalType)


def value(path: str, text: str, wanted: inspect.Type) -> Any:
    """The value of `text`, a piece of YAML, for a setting of the type `wanted`. Raises UsageError that names the path."""
    try:
        plain = YAML(typ="base", pure=True).load(StringIO(text)) if text else ""
    except YAMLError:
        raise UsageError(f"--set {path}: the value cannot be read as YAML; write a word, [A, B] or {{a: b}}.") from None
    made, fits = _made(plain, wanted)
    if not fits:
        raise UsageError(f"--set {path}: {text} does not fit; the setting takes {words(wanted)}.")
    return made


def quoted(text: str) -> str:
    """The text, marked to be written in quotes where YAML readers could take it for a number."""
    return DoubleQuotedScalarString(text) if _CODE.match(text) else text


def below(wanted: inspect.Type, key: str) -> inspect.Type | None:
    """The type of what stands under `key` of a value of this type; None when there is no such key."""
    wanted = _bare(wanted)
    if isinstance(wanted, inspect.UnionType):
        return next((found for part in wanted.types if (found := below(part, key)) is not None), None)
    if isinstance(wanted, inspect.StructType):
        return next((field.type for field in wanted.fields if field.encode_name == key), None)
    if isinstance(wanted, inspect.DictType):
        return wanted.value_type
    return wanted.item_type if isinstance(wanted, _LISTS) else None


def keys(wanted: inspect.Type) -> list[str]:
    """The keys that a value of this type knows."""
    wanted = _bare(wanted)
    if isinstance(wanted, inspect.UnionType):
        return [key for part in wanted.types for key in keys(part)]
    return [field.encode_name for field in wanted.fields] if isinstance(wanted, inspect.StructType) else []


def words(wanted: inspect.Type) -> str:
    """What a setting of this type takes, in words."""
    wanted = _bare(wanted)
    if isinstance(wanted, inspect.UnionType):
        return " or ".join(dict.fromkeys(words(part) for part in wanted.types))
    if isinstance(wanted, inspect.LiteralType):
        return "one of " + ", ".join(map(str, wanted.values))
    if isinstance(wanted, _LISTS):
        return "a list such as [A, B]"
    if isinstance(wanted, (inspect.StructType, inspect.DictType)):
        known = keys(wanted)
        return f"a map of {', '.join(known)}" if known else "a map such as {a: b}"
    names = {
        inspect.IntType: "a whole number",
        inspect.FloatType: "a number",
        inspect.BoolType: "true or false",
        inspect.NoneType: "null",
        inspect.DateType: "a date, YYYY-MM-DD",
        inspect.DecimalType: "an amount such as 10.00",
    }
    return names.get(type(wanted), "text")


def _decimal(text: str) -> str:
    try:
        Decimal(text)
    except InvalidOperation:
        raise ValueError from None
    return text


def _bare(wanted: inspect.Type) -> inspect.Type:
    """The type itself; text that the schema calls a date is one."""
    if not isinstance(wanted, inspect.Metadata):
        return wanted
    return inspect.DateType() if (wanted.extra_json_schema or {}).get("format") == "date" else wanted.type


def _made(plain: Any, wanted: inspect.Type) -> tuple[Any, bool]:
    """The value, and whether the plain one fits the type; parts of a union are tried from the strictest to plain text."""
    wanted = _bare(wanted)
    if isinstance(wanted, inspect.UnionType):
        order = sorted(wanted.types, key=lambda part: isinstance(_bare(part), _TEXTS))
        return next((found for part in order if (found := _made(plain, part))[1]), (None, False))
    if isinstance(wanted, _LISTS):
        return _sequence(plain, wanted.item_type) if isinstance(plain, list) else (None, False)
    if isinstance(wanted, (inspect.StructType, inspect.DictType)):
        return _map(plain, wanted) if isinstance(plain, dict) else (None, False)
    return _scalar(plain, wanted) if isinstance(plain, str) else (None, False)


def _sequence(plain: Iterable[Any], item: inspect.Type) -> tuple[Any, bool]:
    parts = [_made(part, item) for part in plain]
    made = CommentedSeq(part for part, _ in parts)
    made.fa.set_flow_style()
    return made, all(fits for _, fits in parts)


def _map(plain: dict[str, Any], wanted: inspect.Type) -> tuple[Any, bool]:
    made = CommentedMap()
    made.fa.set_flow_style()
    for key, part in plain.items():
        kind = below(wanted, key)
        if kind is None:
            return None, False
        made[quoted(key)], fits = _made(part, kind)
        if not fits:
            return None, False
    return made, True


def _scalar(text: str, wanted: inspect.Type) -> tuple[Any, bool]:
    if isinstance(wanted, inspect.NoneType):
        return None, text in ("null", "~", "")
    if isinstance(wanted, inspect.BoolType):
        return _WORDS.get(text), text in _WORDS
    if isinstance(wanted, inspect.LiteralType):
        return quoted(text), text in wanted.values
    if type(wanted) not in _READERS:
        return quoted(text), True
    try:
        return _READERS[type(wanted)](text), True
    except ValueError:
        return None, False
