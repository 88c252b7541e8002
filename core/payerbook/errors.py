"""One exception tree, and the record of a fault in somebody's input.

`Problem` is what reports carry in `errors`; it never holds a value read from a claim except the claim's own id.
"""

from __future__ import annotations

import msgspec


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where in a file: X12 segment ordinal, text line, column (all from 1), byte offset (from 0), JSON path."""

    segment: int | None = None
    line: int | None = None
    column: int | None = None
    byte: int | None = None
    path: str | None = None

    def __str__(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in msgspec.structs.asdict(self).items() if value is not None)


class Problem(msgspec.Struct, frozen=True):
    """A fault of input: machine code, file, place, the claim if it is known, what is wrong and how to repair it.

    `claim_lost` says that a claim went unchecked because of it.
    """

    code: str
    message: str
    repair: str
    file: str | None = None
    place: Place | None = None
    claim_id: str | None = None
    claim_lost: bool = False

    def __str__(self) -> str:
        where = f"{self.file or 'input'}"
        if self.place is not None and str(self.place):
            where += f" ({self.place})"
        claim = f" claim {self.claim_id}:" if self.claim_id else ""
        return f"{where}:{claim} {self.code}: {self.message} {self.repair}".rstrip()


class PayerbookError(Exception):
    """Base of everything payerbook raises on purpose."""


class InputError(PayerbookError):
    """The input cannot be used; carries the `Problem` that says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class UsageError(PayerbookError):
    """A question that cannot be asked as it stands: unknown payer, date out of form, option that does not fit."""


class PackError(PayerbookError):
    """A pack or plugin that could not be loaded."""
