"""What a class of seeded errors is, and the small tools that change a clean claim in one way.

Each class names, before anything is run and from the meaning of the error alone, the topics under which a rule may rightly
report it, and the facts of the field (or rules of claim form) that make it an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

import msgspec

from payerbook.claim import Claim, Context, Documentation, Line, PlanOfCare

from .chart import note_of
from .services import BUCKET, THRESHOLD, price

MARGIN = 800
"""Dollars that a claim stays away from the yearly amount, so that an error in it does not change who needs KX."""


class Seeded(NamedTuple):
    """A claim with one error; `lines` are the line numbers on which it may rightly be reported, None = anywhere on the claim."""

    claim: Claim
    lines: frozenset[int] | None = None


Seed = Callable[[Claim, Random], Seeded | None]


class Error(NamedTuple):
    """A class of errors. `also` are topics that the same error touches as a consequence; `advice` says that advice is all it deserves,
    `asks` that an unanswered check is a right answer, because the claim does not say what is wrong."""

    name: str
    what: str
    group: str
    seed: Seed
    topics: tuple[str, ...]
    facts: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    advice: bool = False
    asks: bool = False
    near_threshold: bool = False


ERRORS: list[Error] = []


def error(
    name: str,
    what: str,
    group: str,
    topics: Sequence[str],
    facts: Sequence[str] = (),
    also: Sequence[str] = (),
    advice: bool = False,
    asks: bool = False,
    near_threshold: bool = False,
) -> Callable[[Seed], Seed]:
    """Adds a class to the list of all."""

    def add(seed: Seed) -> Seed:
        ERRORS.append(Error(name, what, group, seed, tuple(topics), tuple(facts), tuple(also), advice, asks, near_threshold))
        return seed

    return add


def steady(claim: Claim) -> bool:
    """Whether the claim is far from the yearly amounts on both sides."""
    for held in (claim.context or Context()).accumulators or ():
        own = [line for line in claim.lines if BUCKET["OT" if "GO" in line.modifiers else "PT"] == held.bucket]
        after = held.used + sum((line.allowed or Decimal(0) for line in own), Decimal(0))
        if held.used <= THRESHOLD[held.year] < after + MARGIN:
            return False
    return True


def change(claim: Claim, place: int, **changes: Any) -> Claim:
    """The claim with one line changed; its charge follows its code and units, the total and the notes follow the lines."""
    line = msgspec.structs.replace(claim.lines[place], **changes)
    if changes.keys() & {"code", "units"}:
        charge, allowed = price(line.code, int(line.units))
        line = msgspec.structs.replace(line, charge=charge, allowed=allowed)
    return with_lines(claim, (*claim.lines[:place], line, *claim.lines[place + 1 :]))


def with_lines(claim: Claim, lines: Iterable[Line]) -> Claim:
    """The claim with these lines, numbered anew, and the total and the minutes of the notes that belong to them."""
    made = tuple(msgspec.structs.replace(line, number=number) for number, line in enumerate(lines, 1))
    total = sum((line.charge or Decimal(0) for line in made), Decimal(0))
    claim = msgspec.structs.replace(claim, lines=made, total_charge=total)
    notes = record(claim).treatment_notes or ()
    return chart(claim, treatment_notes=tuple(note_of(old.service_date, made, old.signed_by) for old in notes))


def add_line(claim: Claim, beside: int, code: str, units: int = 1, minutes: int = 15, modifiers: Sequence[str] | None = None) -> Seeded:
    """The claim with a further line after another of the same day; it takes over discipline and KX unless told otherwise."""
    near = claim.lines[beside]
    kept = tuple(modifier for modifier in near.modifiers if modifier in ("GP", "GO", "GN", "KX"))
    charge, allowed = price(code, units)
    line = msgspec.structs.replace(
        near,
        code=code,
        units=units,
        minutes=minutes,
        assistant_minutes=0,
        modifiers=kept if modifiers is None else tuple(modifiers),
        charge=charge,
        allowed=allowed,
    )
    lines = [*claim.lines[: beside + 1], line, *claim.lines[beside + 1 :]]
    return Seeded(with_lines(claim, lines), frozenset((beside + 1, beside + 2)))


def one(place: int) -> frozenset[int]:
    """The line number of a place in the claim."""
    return frozenset((place + 1,))


def pick(draw: Random, claim: Claim, fits: Callable[[Line], bool]) -> int | None:
    """The place of a line that fits, None when there is none."""
    places = [place for place, line in enumerate(claim.lines) if fits(line)]
    return draw.choice(places) if places else None


def record(claim: Claim) -> Documentation:
    """The chart that the claim brings."""
    return (claim.context or Context()).documentation or Documentation()


def plan(claim: Claim) -> PlanOfCare:
    """The plan of care that the claim brings."""
    return record(claim).plan_of_care or PlanOfCare()


def facts(claim: Claim, **changes: Any) -> Claim:
    """The claim with parts of its context changed."""
    return msgspec.structs.replace(claim, context=msgspec.structs.replace(claim.context or Context(), **changes))


def chart(claim: Claim, **changes: Any) -> Claim:
    """The claim with parts of its chart changed."""
    return facts(claim, documentation=msgspec.structs.replace(record(claim), **changes))


def replan(claim: Claim, absent: Sequence[str] = (), **changes: Any) -> Claim:
    """The claim with its plan of care changed; `absent` are paths of the plan that are known to be missing."""
    paths = tuple(f"context.documentation.plan_of_care.{path}" for path in absent)
    return chart(claim, plan_of_care=msgspec.structs.replace(plan(claim), **changes), absent=(*record(claim).absent, *paths))
