"""Seeded errors of units and minutes."""

from __future__ import annotations

from random import Random

import msgspec

from payerbook.claim import Claim, Line

from .error import Seeded, change, error, one, pick, with_lines
from .services import SERVICES, earned, most_units

GROUP = "Units"
COUNTING = ("timed-unit-intervals", "timed-unit-allocation")


def _timed(line: Line) -> bool:
    return line.code in SERVICES and SERVICES[line.code].timed and line.code != "97129"


def _alone(claim: Claim, place: int) -> bool:
    """Whether the code of the line stands on no other line of the day."""
    line = claim.lines[place]
    return sum(other.code == line.code and other.service_date == line.service_date for other in claim.lines) == 1


def _day(claim: Claim, place: int) -> list[int]:
    """The timed lines of the line's day and discipline, each code once; empty when a code is split over lines."""
    line = claim.lines[place]
    places = [
        other
        for other, item in enumerate(claim.lines)
        if item.service_date == line.service_date and item.modifiers[:1] == line.modifiers[:1] and _timed(item)
    ]
    return places if len({claim.lines[other].code for other in places}) == len(places) else []


@error("units-over", "one timed unit more than the minutes of the day earn", GROUP, ["units"], COUNTING, ["unit-limits", "documentation"])
def over(claim: Claim, draw: Random) -> Seeded | None:
    place = pick(draw, claim, lambda line: _timed(line) and line.units < SERVICES[line.code].most)
    if place is None or not _alone(claim, place):
        return None
    return Seeded(change(claim, place, units=claim.lines[place].units + 1), one(place))


@error("units-under", "one timed unit fewer than earned", GROUP, ["units"], COUNTING, advice=True)
def under(claim: Claim, draw: Random) -> Seeded | None:
    place = pick(draw, claim, lambda line: _timed(line) and line.units >= 2)
    if place is None or not _alone(claim, place):
        return None
    return Seeded(change(claim, place, units=claim.lines[place].units - 1), one(place))


@error(
    "units-on-wrong-code",
    "the right total of timed units, one of them on the wrong code",
    GROUP,
    ["units"],
    COUNTING,
    ["assistants", "unit-limits"],
)
def allocation(claim: Claim, draw: Random) -> Seeded | None:
    place = pick(draw, claim, lambda line: _timed(line) and line.units >= 2)
    if place is None or len(_day(claim, place)) < 2:
        return None
    other = draw.choice([found for found in _day(claim, place) if found != place])
    changed = change(change(claim, place, units=claim.lines[place].units - 1), other, units=claim.lines[other].units + 1)
    return Seeded(changed, one(place) | one(other))


@error(
    "units-rounded-each-alone",
    "codes of 8 to 10 minutes each rounded up alone, as commercial plans allow",
    GROUP,
    ["units"],
    COUNTING,
    ["documentation"],
)
def each_alone(claim: Claim, draw: Random) -> Seeded | None:
    place = pick(draw, claim, _timed)
    places = [] if place is None else _day(claim, place)
    if len(places) < 2:
        return None
    for found in places:
        if claim.lines[found].assistant_minutes:
            return None
        claim = change(claim, found, units=1, minutes=draw.randint(8, 10))
    return Seeded(claim, frozenset(found + 1 for found in places))


@error("units-below-8-minutes", "a unit for fewer than 8 minutes", GROUP, ["units"], COUNTING, ["documentation"])
def below_eight(claim: Claim, draw: Random) -> Seeded | None:
    place = pick(draw, claim, lambda line: _timed(line) and not line.assistant_minutes)
    if place is None or _day(claim, place) != [place]:
        return None
    return Seeded(change(claim, place, units=1, minutes=draw.randint(3, 7)), one(place))


@error("untimed-two-units", "two units of a code that is billed once a day", GROUP, ["units", "unit-limits"], ["untimed-one-unit"])
def untimed(claim: Claim, draw: Random) -> Seeded | None:
    place = pick(draw, claim, lambda line: not SERVICES[line.code].timed and line.code != "97130" and not line.code.startswith("9716"))
    return None if place is None else Seeded(change(claim, place, units=2), one(place))


@error(
    "evaluation-by-the-quarter-hour",
    "an evaluation billed with a unit for every 15 minutes",
    GROUP,
    ["units", "evaluations", "unit-limits"],
    ["untimed-one-unit", "one-eval-per-day"],
)
def evaluation(claim: Claim, draw: Random) -> Seeded | None:
    place = pick(draw, claim, lambda line: line.code.startswith("9716"))
    return None if place is None else Seeded(change(claim, place, units=3), one(place))


@error("units-zero", "a line with no unit", GROUP, ["units", "claim-form"], ["common.charge-total"], ["code-pairs"])
def zero(claim: Claim, draw: Random) -> Seeded | None:
    place = draw.randrange(len(claim.lines))
    return Seeded(change(claim, place, units=0, charge=claim.lines[place].charge), one(place))


@error(
    "mue-over",
    "more units on a day than the medically unlikely edit allows, with the minutes for them",
    GROUP,
    ["unit-limits"],
    ["ncci-rules-4"],
    ["units"],
)
def unlikely(claim: Claim, draw: Random) -> Seeded | None:
    place = pick(draw, claim, lambda line: _timed(line) and not line.assistant_minutes)
    if place is None or place not in _day(claim, place):
        return None
    limit = most_units(claim.lines[place].code, claim.claim_type)
    if limit is None:
        return None
    changed = change(claim, place, units=limit + 1, minutes=15 * (limit + 1))
    lines = [changed.lines[found] for found in _day(claim, place)]
    right = earned({line.code: int(line.minutes or 0) for line in lines})
    return Seeded(changed, one(place)) if right == {line.code: line.units for line in lines} else None


@error(
    "code-split-over-lines",
    "the units of one timed code on two lines of a day",
    GROUP,
    ["duplicates", "units"],
    ["timed-code-one-line-per-dos"],
)
def split(claim: Claim, draw: Random) -> Seeded | None:
    place = pick(draw, claim, lambda line: _timed(line) and line.units >= 2 and not line.assistant_minutes)
    if place is None or not _alone(claim, place):
        return None
    line = claim.lines[place]
    rest = int(line.minutes or 0) - 15
    first = msgspec.structs.replace(line, units=1, minutes=15)
    second = msgspec.structs.replace(line, units=line.units - 1, minutes=rest)
    return Seeded(with_lines(claim, (*claim.lines[:place], first, second, *claim.lines[place + 1 :])), frozenset((place + 1, place + 2)))
