"""Fixes that a rule proposes and that another rule of the pack punishes; and days that are due before they begin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

import msgspec

from payerbook.answers.coverage import decide
from payerbook.authoring.prove.domain import claims
from payerbook.authoring.prove.ground import Ground, Told
from payerbook.authoring.prove.proof import Proof
from payerbook.authoring.prove.shrink import smallest
from payerbook.authoring.standing import in_force
from payerbook.claim import Claim, Line
from payerbook.kinds.base import Fix, Question
from payerbook.policy import RANK, Rule

_HARD = RANK["return"]
"""Findings of this rank refuse a line."""
_FORMED = 200
"""Claims made for one version at most."""


class _Refusal(NamedTuple):
    """A rule that a fix brings down on a line."""

    fix: Fix
    by: str


def repairs(ground: Ground, rule: Rule) -> Iterator[Proof]:
    """The fixes of a rule that bring a refusal of the same line with them, on each claim of its written cases and on the simplest
    claims with the modifiers that it names.

    Another code comes with rules of its own about modifiers and other lines; for it only a refusal of the code itself counts.
    """
    seen: set[str] = set()
    for told in (*ground.told(rule), *_formed(ground, rule)):
        for refusal in _refusals(ground, rule, told):
            if refusal.by in seen:
                continue
            seen.add(refusal.by)
            yield _proof(ground, rule, told, refusal)


def _formed(ground: Ground, rule: Rule) -> Iterator[Told]:
    """The simplest lines that fail a rule which the claim alone answers."""
    for version in rule.versions if rule.evidence == "claim" else ():
        sight = () if version.hole else in_force(rule, version)[:1]
        for day, known in sight:
            for claim in islice(claims(ground, rule, version, [day]), _FORMED):
                told = Told(claim, known)
                if len(claim.lines) == 1 and ground.alone(rule, told).outcome == "fail":
                    yield told


def _refusals(ground: Ground, rule: Rule, told: Told) -> Iterator[_Refusal]:
    before = ground.together(told)
    answer = before[rule.id]
    fixes = dict.fromkeys(fix for _, hit in answer.hits for fix in hit.fixes) if answer.outcome == "fail" else ()
    for fix in fixes:
        fixed = applied(told.claim, fix)
        if fixed is None or fix.line is None:
            continue
        standing = _refused(ground, told, fix.line)
        for by in sorted(_refused(ground, Told(fixed, told.known_on), fix.line) - standing):
            if by.rpartition(".")[0] != rule.pack or by == rule.id:
                continue
            if fix.action != "replace-code" or _refuses_code(ground, by, fixed.lines[fix.line]):
                yield _Refusal(fix, by)


def _refuses_code(ground: Ground, by: str, line: Line) -> bool:
    """Whether a rule says that the code itself is not covered on the day."""
    said = ground.asker.ask(Question(code=line.code, on=line.service_date), None)
    return any(one.bound.rule.id == by and decide([one], True).covered == "not-covered" for one in said)


def _refused(ground: Ground, told: Told, place: int) -> frozenset[str]:
    """The rules that deny or return a line."""
    return frozenset(
        id
        for id, answer in ground.together(told).items()
        if answer.outcome == "fail" and any(hit.line == place and bound.rank >= _HARD and hit.cap is None for bound, hit in answer.hits)
    )


def applied(claim: Claim, fix: Fix) -> Claim | None:
    """The claim with a fix that names what to write on a line; None for one that a person has to fill in."""
    if fix.line is None or fix.value is None or fix.action not in _LINE:
        return None
    made = _LINE[fix.action](claim.lines[fix.line], fix.value)
    return msgspec.structs.replace(claim, lines=(*claim.lines[: fix.line], made, *claim.lines[fix.line + 1 :]))


def _without(line: Line, value: str) -> Line:
    """One that stands twice stays where it stands first."""
    last = max((place for place, held in enumerate(line.modifiers) if held == value), default=len(line.modifiers))
    return msgspec.structs.replace(line, modifiers=line.modifiers[:last] + line.modifiers[last + 1 :])


def _replaced(line: Line, value: str) -> Line:
    old, _, new = value.partition("=")
    return msgspec.structs.replace(line, modifiers=tuple(new if held == old else held for held in line.modifiers))


_LINE: dict[str, Callable[[Line, str], Line]] = {
    "add-modifier": lambda line, value: msgspec.structs.replace(line, modifiers=(*line.modifiers, value)),
    "remove-modifier": _without,
    "replace-modifier": _replaced,
    "replace-code": lambda line, value: msgspec.structs.replace(line, code=value),
}
"""How a fix of each sort changes a line."""


def _proof(ground: Ground, rule: Rule, told: Told, refusal: _Refusal) -> Proof:
    action = (refusal.fix.action, refusal.fix.value)

    def shows(claim: Claim) -> bool:
        found = _refusals(ground, rule, Told(claim, told.known_on))
        return any(one.by == refusal.by and (one.fix.action, one.fix.value) == action for one in found)

    other = next(one for one in ground.program.rules if one.id == refusal.by)
    return ground.proof(
        "PB072",
        [(rule, None), (other, None)],
        f"the fix {refusal.fix.action} {refusal.fix.value} of {rule.slug} makes {other.slug} refuse the line, which it did not before",
        "make the two rules agree on what may be written, or exempt the line from one of them (`when`)",
        smallest(told.claim, shows),
    )


def deadlines(ground: Ground, rule: Rule) -> Iterator[Proof]:
    """A day that the rule sets before, or on, the day from which it counts."""
    for told in ground.told(rule):
        for due in ground.desk.deadlines(told.claim, told.known_on).deadlines:
            early = due.due is not None and due.start is not None and due.due < due.start
            if due.rule == rule.id and (early or (due.days is not None and due.days <= 0)):
                yield ground.proof(
                    "PB073",
                    [(rule, None)],
                    f"{due.what} is due on {due.due}, {due.days} days from {due.start}: that is not after the day it counts from",
                    "write the term that the source gives, in days above zero",
                    told.claim,
                )
                return
