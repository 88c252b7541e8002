"""Minutes to billable units: the counting methods that payers use, with their arithmetic.

`cms`: Medicare Claims Processing Manual, Pub. 100-04, chapter 5, section 20.2.C. The minutes of all 15-minute codes of the day
are added; the total fixes the number of units; each code gets its whole quarters of an hour; what is still owed goes to the
codes with the most minutes left over. `ama`: the midpoint rule; each code is rounded alone. `hybrid`: both have to allow a unit.
`whole`: each code earns whole quarters of an hour only.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import combinations
from typing import Literal

import msgspec

Method = Literal["cms", "ama", "hybrid", "whole"]
Timing = Literal["timed-15", "timed-15-apart", "timed-30", "timed-60", "untimed"]
Minutes = int | Decimal

BLOCK: dict[Timing, int] = {"timed-15": 15, "timed-15-apart": 15, "timed-30": 30, "timed-60": 60}
"""Minutes of one unit; a unit is earned once more than half of it is done (16 of 30, 31 of 60; 8 of 15)."""


class Count(msgspec.Struct, frozen=True):
    """Billable units by code, the timed total, other right answers of a tie, minutes that earn nothing, and the arithmetic."""

    units: dict[str, int]
    total: int
    timed_total: int
    method: Method
    alternatives: tuple[dict[str, int], ...]
    unbilled_minutes: Minutes
    steps: tuple[str, ...]


def whole_blocks(minutes: Minutes, block: int) -> int:
    """Units that `minutes` of one code earn alone: whole blocks, and one more once a rest passes the block's midpoint."""
    return int((minutes + block - block // 2 - 1) // block)


def total_units(minutes: Minutes) -> int:
    """Timed units that a day's total of 15-minute work allows: 0 below 8 minutes, then one more every 15 (8-22, 23-37, ...)."""
    return int((minutes + 7) // 15)


def agrees(minutes: Mapping[str, Minutes], billed: Mapping[str, Minutes], method: Method) -> bool:
    """Whether the billed units of 15-minute codes are a right answer for their minutes: the test of `count` without its words."""
    if method != "cms":
        return _agrees_alone(minutes, billed, method)
    units: Minutes = 0
    total: Minutes = 0
    least_given: Minutes = 15
    most_left: Minutes = 0
    for code, spent in minutes.items():
        units += billed[code]
        total += spent
        extra = billed[code] - spent // 15
        left = spent % 15
        if extra == 1:
            if left < least_given:
                least_given = left
        elif extra == 0:
            if left > most_left:
                most_left = left
        else:
            return False
    return units == (total + 7) // 15 and least_given >= most_left


def _agrees_alone(minutes: Mapping[str, Minutes], billed: Mapping[str, Minutes], method: Method) -> bool:
    """The same for the methods that look at the minutes of each code."""
    if method == "hybrid":
        base = {code: int(spent // 15) for code, spent in minutes.items()}
        return any(all(billed[code] == base[code] + (code in given) for code in minutes) for given in _given_by_both(minutes))
    start = 7 if method == "ama" else 0
    return all(billed[code] == (spent + start) // 15 for code, spent in minutes.items())


def count(minutes: Mapping[str, Minutes], timing: Mapping[str, Timing], method: Method) -> Count:
    """Units for one patient, one day, one discipline.

    `minutes` are direct contact minutes by code; `timing` says how each code is counted (absent = untimed: one unit when any
    minutes were given). Codes timed by 30 or 60 minutes are always rounded alone. A key `FIRST+ADDON` holds the minutes of a
    service whose first unit has one code and whose further units have another (97129+97130).
    """
    units: dict[str, int] = {}
    steps: list[str] = []
    quarter = {code: spent for code, spent in minutes.items() if timing.get(code.partition("+")[0]) == "timed-15"}
    for code, spent in minutes.items():
        kind = timing.get(code.partition("+")[0], "untimed")
        if code in quarter:
            units[code] = 0
        elif kind == "untimed":
            units[code] = 1 if spent > 0 else 0
            steps.append(f"{code} is not counted by time: {_units(units[code])}.")
        else:
            units[code] = whole_blocks(spent, BLOCK[kind])
            steps.append(f"{code} is counted by {BLOCK[kind]} minutes: {spent} minutes make {_units(units[code])}.")
    alternatives = _METHODS[method](quarter, units, steps)
    timed_total = sum(units[code] for code in quarter)
    covered = sum(min(spent, units[code] * 15) for code, spent in quarter.items())
    return Count(
        units=_split(units),
        total=sum(units.values()),
        timed_total=timed_total,
        method=method,
        alternatives=tuple(_split({**units, **other}) for other in alternatives),
        unbilled_minutes=sum(quarter.values()) - covered,
        steps=tuple(steps),
    )


def _split(units: Mapping[str, int]) -> dict[str, int]:
    """Units of `FIRST+ADDON` keys shared out: one to the first code, the others to the add-on."""
    shared: dict[str, int] = {}
    for code, number in units.items():
        first, _, addon = code.partition("+")
        shared[first] = min(number, 1) if addon else number
        if addon:
            shared[addon] = max(number - 1, 0)
    return shared


def _cms(quarter: Mapping[str, Minutes], units: dict[str, int], steps: list[str]) -> list[dict[str, int]]:
    if not quarter:
        return []
    total = sum(quarter.values())
    allowed = total_units(total)
    steps.append(
        f"Timed minutes: {' + '.join(f'{spent} ({code})' for code, spent in quarter.items())} = {total}; {_units(allowed)} allowed."
    )
    for code, spent in quarter.items():
        units[code] = int(spent // 15)
    given = ", ".join(f"{code} {units[code]}" for code in quarter)
    steps.append(f"Whole 15-minute blocks first: {given}.")
    owed = allowed - sum(units[code] for code in quarter)
    choices = owed_to(quarter, owed)
    for code in choices[0]:
        units[code] += 1
        steps.append(f"{code} has {quarter[code] % 15} minutes left over: 1 more unit.")
    if len(choices) > 1:
        steps.append("Equal minutes are left over: the therapist may choose which code takes the unit.")
    base = {code: int(spent // 15) for code, spent in quarter.items()}
    return [{code: base[code] + (code in choice) for code in quarter} for choice in choices[1:]]


def owed_to(quarter: Mapping[str, Minutes], owed: int) -> list[tuple[str, ...]]:
    """Every right choice of `owed` codes that take one more unit: the largest left-over minutes; a tie gives several choices."""
    if owed <= 0:
        return [()]
    rest = {code: spent % 15 for code, spent in quarter.items()}
    edge = sorted(rest.values(), reverse=True)[owed - 1]
    sure = [code for code in quarter if rest[code] > edge]
    tied = [code for code in quarter if rest[code] == edge]
    return [tuple(sure) + choice for choice in combinations(tied, owed - len(sure))]


def _ama(quarter: Mapping[str, Minutes], units: dict[str, int], steps: list[str]) -> list[dict[str, int]]:
    for code, spent in quarter.items():
        units[code] = whole_blocks(spent, 15)
        steps.append(f"{code}: {spent} minutes make {_units(units[code])} (a unit from 8 minutes, then one more every 15).")
    return []


def _hybrid(quarter: Mapping[str, Minutes], units: dict[str, int], steps: list[str]) -> list[dict[str, int]]:
    total = sum(quarter.values())
    steps.append(
        f"Timed minutes: {total}; together they allow {_units(total_units(total))}, and each code needs 8 minutes of its own for one."
    )
    base = {code: int(spent // 15) for code, spent in quarter.items()}
    choices = _given_by_both(quarter)
    for code in quarter:
        units[code] = base[code] + (code in choices[0])
        steps.append(f"{code}: {quarter[code]} minutes make {_units(units[code])}.")
    return [{code: base[code] + (code in choice) for code in quarter} for choice in choices[1:]]


def _given_by_both(quarter: Mapping[str, Minutes]) -> list[tuple[str, ...]]:
    """Every right choice of codes that take one more unit when the day's total and the code's own rest both have to allow it."""
    near = {code: spent for code, spent in quarter.items() if spent % 15 >= 8}
    owed = total_units(sum(quarter.values())) - sum(int(spent // 15) for spent in quarter.values())
    return owed_to(near, min(owed, len(near)))


def _whole(quarter: Mapping[str, Minutes], units: dict[str, int], steps: list[str]) -> list[dict[str, int]]:
    for code, spent in quarter.items():
        units[code] = int(spent // 15)
        steps.append(f"{code}: {spent} minutes make {_units(units[code])} (whole quarters of an hour only).")
    return []


_METHODS = {"cms": _cms, "ama": _ama, "hybrid": _hybrid, "whole": _whole}


def _units(number: int) -> str:
    return f"{number} unit" if number == 1 else f"{number} units"
