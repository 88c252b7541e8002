"""Settings of rules and kinds in words: names, types, values and the conditions under which a version applies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from payerbook.pages.text import escape, fold, html, number
from payerbook.policy import When

SHOWN = 12
"""Values of a list that stand open; more are folded."""

_WHEN = {
    "codes": "Applies to codes",
    "not_codes": "Not for codes",
    "claim_types": "Claim types",
    "places_of_service": "Places of service",
    "not_places_of_service": "Not for places of service",
    "modifiers_any": "Only lines with one of",
    "modifiers_none": "Only lines without",
    "frequency_codes": "Claim frequency codes",
    "payer_sequences": "When the payer is",
    "lines_of_business": "Lines of business",
    "not_lines_of_business": "Not for lines of business",
    "plans": "Plans",
    "not_plans": "Not for plans",
    "states": "States of the billing provider",
    "not_states": "Not for billing providers in",
    "ages": "Ages in years, first and last",
    "exemptions_none": "Not for patients exempt for",
    "primary_diagnoses": "First diagnosis begins with",
}

_PLAIN = {"str": "text", "int": "whole number", "bool": "yes or no", "date": "day", "decimal": "amount"}


class Field(NamedTuple):
    """One setting of a kind."""

    name: str
    type: str
    required: bool
    default: Any
    about: str


def fields(params: type[msgspec.Struct]) -> list[Field]:
    """The settings of a kind in their order."""
    info = inspect.type_info(params)
    assert isinstance(info, inspect.StructType)
    return [_field(field) for field in info.fields]


def _field(field: inspect.Field) -> Field:
    about = ""
    if isinstance(field.type, inspect.Metadata):
        about = (field.type.extra_json_schema or {}).get("description", "")
    default = None if field.default is msgspec.NODEFAULT else field.default
    return Field(field.encode_name, type_words(field.type), field.required, default, about)


def type_words(kind: inspect.Type) -> str:
    """A type in words a pack author understands."""
    match kind:
        case inspect.Metadata():
            return type_words(kind.type)
        case inspect.LiteralType():
            return " or ".join(f"`{value}`" for value in kind.values)
        case inspect.UnionType():
            return " or ".join(type_words(one) for one in kind.types if not isinstance(one, inspect.NoneType))
        case inspect.VarTupleType() | inspect.ListType():
            return f"list of {type_words(kind.item_type)}"
        case inspect.DictType():
            return f"map of {type_words(kind.key_type)} to {type_words(kind.value_type)}"
        case inspect.StructType():
            return f"map with {', '.join(f'`{field.encode_name}`' for field in kind.fields)}"
        case _:
            name = type(kind).__name__.removesuffix("Type").lower()
            return _PLAIN.get(name, name)


def value(data: Any) -> str:
    """A setting's plain value (as in JSON) as Markdown on one line."""
    if data is None:
        return "not set"
    if isinstance(data, bool):
        return "yes" if data else "no"
    if isinstance(data, (list, tuple)):
        return _listed(data) if data else "none"
    if isinstance(data, dict):
        return _folded([_entry(str(key), held) for key, held in data.items() if held not in (None, (), [])], "; ", "entry", "entries")
    return escape(str(data))


def _entry(key: str, held: Any) -> str:
    """One entry of a map: the name alone when nothing more is said of it, in parentheses what is said of a map in the map."""
    if not isinstance(held, dict):
        return f"{escape(key)}: {value(held)}"
    inner = value(held)
    return f"{escape(key)} ({inner})" if inner else escape(key)


def _listed(items: Sequence[Any]) -> str:
    if all(isinstance(item, dict) for item in items):
        return "<br>".join(value(item) for item in items)
    return _folded([value(item) for item in items], ", ", "value")


def _folded(entries: list[str], between: str, one: str, many: str = "") -> str:
    joined = between.join(entries)
    return joined if len(entries) <= SHOWN else fold(number(len(entries), one, many), joined)


def codes(found: tuple[str, ...]) -> str:
    """A list of codes, folded when it is long."""
    return _folded([html(code) for code in found], ", ", "code")


def conditions(when: When) -> dict[str, str]:
    """The conditions of a version, named in words, as Markdown; empty when it applies to every line. What a condition rules out by name is
    no condition of its own."""
    held: dict[str, Any] = msgspec.to_builtins(when)
    return {
        _WHEN[name]: codes(listed) if name in ("codes", "not_codes") else value(listed) for name, listed in held.items() if name in _WHEN
    }
