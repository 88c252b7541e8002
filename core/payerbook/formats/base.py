"""What every claim reader yields: a claim with its place in the file, or a problem; never an exception for bad input.

A reader is `read(stream, name) -> Iterator[Read | Problem]`. `stream` is binary, `name` is shown in messages. Readers stream:
memory is bounded by the largest claim, not by the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, Literal, NamedTuple

from payerbook.claim import Claim
from payerbook.errors import Problem


class Spot(NamedTuple):
    """A place in a file: X12 segment ordinal (from 1), text line (from 1), byte offset (from 0); None where it has no meaning."""

    segment: int | None
    line: int | None
    byte: int | None


Form = Literal["x12", "json", "csv", "fhir", "other"]
"""How a claim stood in its file; `other` for readers of plugins."""


class Read(NamedTuple):
    """One claim, the file's name, where the claim starts, where each service line starts (same order as `claim.lines`), and its form."""

    claim: Claim
    file: str
    spot: Spot
    line_spots: tuple[Spot, ...] = ()
    form: Form = "other"


class Edit(NamedTuple):
    """The bytes from `start` to `end` of a file become `text`; in X12 a whole segment without its terminator, in a table a cell."""

    start: int
    end: int
    text: bytes


Reader = Callable[[BinaryIO, str], Iterator[Read | Problem]]
