"""The single values inside settings, with their types: what mutations change and what proofs try out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
AMOUNT = re.compile(r"\d+\.\d+\Z")
CODE = re.compile(r"(?=.*\d)[0-9A-Z]{2,5}\Z|[A-Z]{2}\Z")


def fields_of(struct: type[msgspec.Struct]) -> dict[str, inspect.Type]:
    """The type of every field of a struct, by its name in files."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return {field.encode_name: field.type for field in info.fields}


def fitting(value: Any, shape: inspect.Type) -> inspect.Type:
    """Of a union, the member that the value is of."""
    while isinstance(shape, inspect.Metadata):
        shape = shape.type
    if not isinstance(shape, inspect.UnionType):
        return shape
    members = [fitting(value, member) for member in shape.types]
    wanted: tuple[type[inspect.Type], ...] = (inspect.LiteralType, inspect.StrType, inspect.IntType, inspect.DecimalType, inspect.BoolType)
    if isinstance(value, dict):
        wanted = (inspect.StructType, inspect.DictType)
    elif isinstance(value, list):
        wanted = (inspect.VarTupleType, inspect.ListType)
    return next((one for kind in wanted for one in members if isinstance(one, kind)), shape)


def below(value: Any, key: str | int, shape: inspect.Type) -> inspect.Type:
    """The type of what stands under a key of a map, or at a place of a list, of the type `shape`."""
    if isinstance(value, dict):
        if isinstance(shape, inspect.DictType):
            return shape.value_type
        return fields_of(shape.cls).get(str(key), inspect.AnyType()) if isinstance(shape, inspect.StructType) else inspect.AnyType()
    return shape.item_type if isinstance(shape, (inspect.VarTupleType, inspect.ListType)) else inspect.AnyType()


def leaves(value: Any, shape: inspect.Type) -> Iterator[tuple[Any, inspect.Type]]:
    """Every single value inside nested maps and lists; keys that are data, not names of fields, are among them."""
    shape = fitting(value, shape)
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(shape, inspect.DictType):
                yield name, shape.key_type
            yield from leaves(inner, below(value, name, shape))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from leaves(inner, below(value, place, shape))
    else:
        yield value, shape
