"""One thing that is wrong with a pack: its code, the rules it lies in, the smallest claim that shows it, and the repair."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from payerbook.claim import Claim


class Place(msgspec.Struct, frozen=True):
    """Where a rule says what the proof is about."""

    file: Path
    line: int


class Proof(msgspec.Struct, frozen=True):
    """`rules` are ids, with a place each; `claim` is in the words of the contract, None when no claim is involved.

    A `note` never makes the command fail; `accepted` is the reason that the pack gives for leaving it as it is.
    """

    code: str
    rules: tuple[str, ...]
    places: tuple[Place, ...]
    message: str
    repair: str
    claim: dict[str, Any] | None = None
    note: bool = False
    accepted: str | None = None

    @property
    def counts(self) -> bool:
        """Whether it has to be mended."""
        return not self.note and self.accepted is None


def as_data(claim: Claim) -> dict[str, Any]:
    """A claim in the words of the contract, with what it says and nothing else."""
    data: dict[str, Any] = msgspec.to_builtins(claim)
    return {name: value for name, value in data.items() if name not in ("claim_id", "schema_version", "payer") and value is not None}
