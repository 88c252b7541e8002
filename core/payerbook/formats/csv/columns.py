"""Which column of a table holds which field: every value of a claim by its path, and what people call it.

A path is that of the claim in JSON (`patient.birth_date`, `context.accumulators[0].used`); the fields of a service line stand
alone (`code`), behind `line.` where the claim has a field of the same name (`line.place_of_service`).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, NamedTuple

from payerbook.claim import Claim, Line
from payerbook.formats.csv.cells import EMPTY_LIST, Kind, listed, single
from payerbook.formats.csv.spellings import LEFT_OUT, NUMBERED, SPELLINGS
from payerbook.formats.shapes import fields, is_list, struct_of
from payerbook.naming import key

REQUIRED = ("claim_id", "service_date", "units")
"""Columns without which there is no claim; besides them `code`, or `revenue_code` of an institutional claim."""

_INDEX = re.compile(r"\[(\d{1,3})\]")
_LINE = "line."
_OF_THE_FILE = ("schema_version", "format")

Step = str | int
Scope = Literal["claim", "line", "either"]


class Column(NamedTuple):
    """What a column holds: the field's name and its steps in the claim or in its line, how its cells are read, and whose it is.

    `either` fields are the claim's when all rows of the claim agree, else each line's own. `part` is the place of one value in a list
    (from 0); None when the cell holds the whole field.
    """

    name: str
    steps: tuple[Step, ...]
    kind: Kind
    scope: Scope
    part: int | None = None


@cache
def known() -> dict[str, Column]:
    """Every column by its name as it is compared, without those that carry an index."""
    found: dict[str, Column] = {}
    for column in paths():
        found[key(column.name)] = column
        if column.scope == "line" and not column.name.startswith(_LINE):
            found[key(_LINE + column.name)] = column
    for name, spellings in SPELLINGS.items():
        for spelling in spellings:
            found[key(spelling)] = found[key(name)]
    for name, (stems, most) in NUMBERED.items():
        whole = found[key(name)]
        for place in range(most):
            part = whole._replace(kind=single(str(whole.steps[-1]), _shape(whole)), part=place)
            for stem in (name, *stems):
                found.setdefault(key(f"{stem} {place + 1}"), part)
    return found


def paths() -> Iterator[Column]:
    """The column of every field, lists of objects by their first element."""
    claim = fields(Claim)
    line = fields(Line)
    for name, shape in claim.items():
        if name not in ("lines", *_OF_THE_FILE):
            yield from _below((name,), shape, "either" if name in line else "claim")
    for name, shape in line.items():
        for column in _below((name,), shape, "line"):
            yield column._replace(name=_LINE + column.name) if name in claim else column


def find(name: str) -> Column | None:
    """The column that a header names; None when it is not known."""
    return _indexed(name) if "[" in name else known().get(key(name))


def left_out(name: str) -> bool:
    """Whether a column of this name is left out without a word."""
    return not name or name.startswith("_") or key(name) in _left_out()


def nearest(name: str) -> str | None:
    """The name of the column that a header which is not known may have meant."""
    close = difflib.get_close_matches(key(name), known(), n=1, cutoff=0.75)
    if not close:
        return None
    column = known()[close[0]]
    return column.name if column.part is None else f"{column.name} {column.part + 1}"


@cache
def _left_out() -> frozenset[str]:
    return frozenset(map(key, LEFT_OUT))


def _below(steps: tuple[Step, ...], shape: Any, scope: Scope) -> Iterator[Column]:
    """The columns of a field: itself, or those of the struct that it holds."""
    struct = struct_of(shape)
    name = _written(steps)
    if struct is None:
        last = str(steps[-1])
        yield Column(name, steps, listed(last, shape) if is_list(shape) else single(last, shape), scope)
        return
    if is_list(shape):
        yield Column(name, steps, EMPTY_LIST, scope)
        steps = (*steps, 0)
    for inner, kind in fields(struct).items():
        yield from _below((*steps, inner), kind, scope)


def _indexed(name: str) -> Column | None:
    """The column whose name carries indexes, which count from 0 as in JSON."""
    indexes = [int(index) for index in _INDEX.findall(name)]
    column = known().get(key(_INDEX.sub("[0]", name)))
    if column is not None and column.steps.count(0) == len(indexes):
        left = iter(indexes)
        steps = tuple(next(left) if step == 0 else step for step in column.steps)
        return column._replace(name=_written(steps), steps=steps)
    whole = known().get(key(_INDEX.sub("", name)))
    if whole is not None and len(indexes) == 1 and whole.part is None and is_list(_shape(whole)) and whole.kind is not EMPTY_LIST:
        return whole._replace(kind=single(str(whole.steps[-1]), _shape(whole)), part=indexes[0])
    return None


def _shape(column: Column) -> Any:
    """The type of the field that a column stands for."""
    shape: Any = Line if column.scope == "line" else Claim
    for step in column.steps:
        struct = struct_of(shape)
        if isinstance(step, str) and struct is not None:
            shape = fields(struct)[step]
    return shape


def _written(steps: tuple[Step, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")
