"""`check --fix`: the safe fixes of the claims of a file, shown as a diff and, when asked, written."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from payerbook.claim import Claim
from payerbook.cli.style import paint
from payerbook.engine.repair import Change, Repaired
from payerbook.errors import UsageError
from payerbook.formats.base import Edit, Read
from payerbook.formats.edits import WRITTEN, applied, edits


class Shown(msgspec.Struct, frozen=True):
    """What was repaired in one claim: the fixes, and the difference in words of the file's format."""

    changes: tuple[Change, ...]
    diff: str


class Workshop:
    """The changes of one file, gathered claim by claim."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._edits: list[Edit] = []
        self.claims = 0
        self.fixes = 0

    def add(self, read: Read, repaired: Repaired) -> Shown:
        """Takes the changes of a claim and says what they are. Raises UsageError for a form that changes cannot be put into."""
        if read.form not in WRITTEN:
            raise UsageError(f"{read.file}: --fix works on 837, JSON, JSON Lines and CSV; correct these claims where they come from.")
        if not repaired.changes:
            return Shown((), "")
        made = edits(self.data, read, repaired.claim)
        self._edits += made
        self.claims += 1
        self.fixes += len(repaired.changes)
        by_json = read.form == "json"
        diff = _claims(read.claim, repaired.claim) if by_json else _pieces(self.data, read.claim.claim_id, made)
        return Shown(repaired.changes, "\n".join(diff) + "\n")

    def repaired(self) -> bytes:
        """The file with its changes."""
        return applied(self.data, self._edits)

    def write(self, file: Path) -> None:
        """Writes the file with its changes."""
        file.write_bytes(self.repaired())


def colored(diff: str) -> Iterator[str]:
    """The lines of a diff for a terminal."""
    for line in diff.splitlines():
        heading = line.startswith(("---", "+++", "@@"))
        yield paint(line, "dim" if heading else "deny" if line.startswith("-") else "clean")


def _pieces(data: bytes, claim_id: str, made: list[Edit]) -> Iterator[str]:
    yield f"--- {claim_id}"
    yield f"+++ {claim_id} fixed"
    for start, end, text in made:
        yield f"@@ byte {start} @@"
        yield f"-{data[start:end].decode('latin-1')}"
        yield f"+{text.decode('latin-1')}"


def _claims(before: Claim, after: Claim) -> Iterator[str]:
    name = before.claim_id
    return difflib.unified_diff(_lines(before), _lines(after), name, f"{name} fixed", n=0, lineterm="")


def _lines(claim: Claim) -> list[str]:
    """A claim as JSON, one text line for each of its values and for each service line, so that a diff shows no more than it must."""
    made = ["{"]
    plain: dict[str, Any] = msgspec.to_builtins(claim)
    for name, value in plain.items():
        if name == "lines":
            made += [f'  "{name}": [', *(f"    {json.dumps(line)}," for line in value), "  ],"]
        else:
            made.append(f"  {json.dumps(name)}: {json.dumps(value)},")
    return [*made, "}"]
