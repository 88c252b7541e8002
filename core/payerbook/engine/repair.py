"""Applies the fixes of a report that are `safe`: formal ones, which follow from the claim itself. A fix marked `ask` is never applied."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from payerbook.claim import Claim, Line
from payerbook.finding import Finding, Repair
from payerbook.kinds.claim_spelling import diagnosis

_PLACE = re.compile(r"(lines|diagnoses)\[(\d+)\]")
ROUNDS = 20
"""A fix can bring another finding to light (a code in capitals is one that rules know), so claims are looked at again, so often at most."""


class Change(msgspec.Struct, frozen=True):
    """One fix that was applied, and the rule that asked for it."""

    rule: str
    action: str
    line: int | None
    value: str | None
    why: str


class Repaired(NamedTuple):
    """The claim as it is now, and what was changed in it."""

    claim: Claim
    changes: tuple[Change, ...]


def repaired(claim: Claim, findings: Callable[[Claim], Iterable[Finding]]) -> Repaired:
    """The claim with all safe fixes, until `findings` gives none that would change it."""
    changes: list[Change] = []
    for _ in range(ROUNDS):
        before = claim
        for finding, fix in safe(findings(claim)):
            made = apply(claim, finding, fix)
            if made != claim:
                changes.append(Change(finding.rule, fix.action, fix.line, fix.value, fix.why))
                claim = made
        if claim == before:
            break
    return Repaired(claim, tuple(changes))


def safe(findings: Iterable[Finding]) -> list[tuple[Finding, Repair]]:
    """The safe fixes of some findings, in their order."""
    return [(finding, fix) for finding in findings for fix in finding.fixes if fix.safety == "safe"]


def apply(claim: Claim, finding: Finding, fix: Repair) -> Claim:
    """The claim with one safe fix; unchanged when the fix is done already."""
    found = _PLACE.match(finding.field or "")
    if found is None:
        raise ValueError(f"Rule {finding.rule} gives a safe fix without the place it belongs to.")
    place = int(found[2])
    if found[1] == "diagnoses":
        return msgspec.structs.replace(claim, diagnoses=_put(claim.diagnoses or (), place, diagnosis))
    return msgspec.structs.replace(claim, lines=_put(claim.lines, place, lambda line: _LINE[fix.action](line, fix.value or "")))


def _put(items: tuple[Any, ...], place: int, change: Callable[[Any], Any]) -> tuple[Any, ...]:
    return (*items[:place], change(items[place]), *items[place + 1 :])


def _replace_modifier(line: Line, value: str) -> Line:
    old, new = value.split("=")
    return msgspec.structs.replace(line, modifiers=tuple(new if held == old else held for held in line.modifiers))


def _remove_second(line: Line, value: str) -> Line:
    """A modifier that stands several times stays where it stands first."""
    kept = [held for place, held in enumerate(line.modifiers) if held != value or held not in line.modifiers[:place]]
    return msgspec.structs.replace(line, modifiers=tuple(kept))


_LINE: dict[str, Callable[[Line, str], Line]] = {
    "replace-code": lambda line, value: msgspec.structs.replace(line, code=value),
    "replace-modifier": _replace_modifier,
    "remove-modifier": _remove_second,
    "change-pointer": lambda line, value: msgspec.structs.replace(
        line, diagnosis_pointers=tuple(int(pointer) for pointer in value.split(","))
    ),
}
"""How a safe fix changes a line; an action that is not here has no safe form."""
