"""What the values of a claim consist of: the fields of each struct by the names that JSON uses, and the types they take."""

from __future__ import annotations

import types
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec


@cache
def fields(shape: type) -> dict[str, Any]:
    """Give the type of each key of a struct, by the name that JSON uses."""
    hints = get_type_hints(shape)
    return {field.encode_name: hints[field.name] for field in msgspec.structs.fields(shape)}


def members(kind: Any) -> tuple[Any, ...]:
    """Give the types that a union or a tuple of one type consists of."""
    if get_origin(kind) in (Union, types.UnionType):
        return tuple(inner for member in get_args(kind) for inner in members(member))
    if get_origin(kind) is tuple:
        return members(get_args(kind)[0])
    return (kind,)


def struct_of(kind: Any) -> type | None:
    """Give the struct among the types of a key; None when it holds plain values."""
    return next((member for member in members(kind) if isinstance(member, type) and issubclass(member, msgspec.Struct)), None)


def is_list(kind: Any) -> bool:
    """Tell whether a key holds a list, alone or among other types."""
    return any(get_origin(part) is tuple for part in (kind, *get_args(kind)))
