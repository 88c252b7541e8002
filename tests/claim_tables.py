"""Claims as tables, by Python's own csv module: the judge of the reader, and the writer for claims that go there and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from payerbook.claim import Claim

BOTH = ("place_of_service", "rendering_provider")
"""Fields that claims and lines both have."""


def cells(claim: Claim, shown: Callable[[Any], str]) -> list[dict[str, str]]:
    """A claim as rows of named cells, one row a service line; `shown` writes a value."""
    plain: dict[str, Any] = msgspec.to_builtins(claim, builtin_types=(date, Decimal))
    lines = plain.pop("lines")
    shared = dict(_flat(plain, "", shown))
    rows = []
    for line in lines:
        own = {f"line.{name}" if name.split(".")[0] in BOTH else name: text for name, text in _flat(line, "", shown)}
        rows.append({**shared, **own})
    return rows


def table(rows: Iterable[dict[str, str]], **dialect: Any) -> str:
    """Rows of named cells as CSV text; `dialect` goes to Python's csv writer."""
    held = list(rows)
    names = list(dict.fromkeys(name for row in held for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, **dialect)
    writer.writeheader()
    writer.writerows(held)
    return out.getvalue()


def _flat(value: Any, path: str, shown: Callable[[Any], str]) -> Iterable[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else key, shown)
    elif isinstance(value, (list, tuple)) and any(isinstance(item, dict) for item in value):
        for place, item in enumerate(value):
            yield from _flat(item, f"{path}[{place}]", shown)
    elif isinstance(value, (list, tuple)):
        yield path, " ".join(shown(item) for item in value) or "none"
    elif value is not None:
        yield path, shown(value)
