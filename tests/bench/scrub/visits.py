"""One treatment day: which codes, how many minutes, how many units, by whom; correct by construction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from .services import ASSISTANT, EVALUATIONS, MODIFIER, SERVICES, TREATMENTS, Discipline, Service, earned, pair

ASSISTANTS_SINCE = date(2020, 1, 1)
MIDPOINT_SINCE = date(2022, 1, 1)
SHARE = 0.25
"""How often an assistant treats."""


@dataclass
class Item:
    """A service of the day before it becomes a claim line."""

    code: str
    units: int
    minutes: int
    discipline: Discipline
    assistant_minutes: int = 0
    modifiers: list[str] = field(default_factory=list)


def evaluation(draw: Random, discipline: Discipline, day: date, claim_type: str) -> list[Item]:
    """The first day: an evaluation, often with one treatment that has no NCCI pair with it."""
    codes = EVALUATIONS[discipline]
    code = draw.choices(list(codes), [service.weight for service in codes.values()])[0]
    items = [Item(code, 1, draw.randint(30, 50), discipline)]
    if discipline != "SLP" and draw.random() < 0.6:
        items += _timed(draw, discipline, day, claim_type, [code], wanted=1, remote=False)
    return _with_discipline(items)


def treatment(draw: Random, discipline: Discipline, day: date, claim_type: str, besides: list[str], remote: bool = False) -> list[Item]:
    """A treatment day; `besides` are codes of the day that stand on the claim already, `remote` keeps to telehealth codes."""
    if discipline == "SLP":
        return _with_discipline(_speech(draw, day, claim_type, besides))
    items = _timed(draw, discipline, day, claim_type, besides, wanted=draw.choices((1, 2, 3), (2, 5, 3))[0], remote=remote)
    taken = besides + [item.code for item in items]
    if not remote and draw.random() < 0.35:
        items += _untimed(draw, discipline, day, claim_type, taken)
    items = _with_discipline(items)
    if items and not remote and not besides and draw.random() < 0.06 and "97150" not in taken:
        items += _group(discipline, items, claim_type, day)
    if items and not remote and day >= ASSISTANTS_SINCE and draw.random() < SHARE:
        items = _assisted(draw, items, day)
    return items


def _with_discipline(items: list[Item]) -> list[Item]:
    for item in items:
        item.modifiers.insert(0, MODIFIER[item.discipline])
    return items


def _free(code: str, taken: list[str], claim_type: str, day: date) -> bool:
    return all(code != other and pair(code, other, claim_type, day) is None for other in taken)


def _pick(draw: Random, pool: dict[str, Service], taken: list[str], claim_type: str, day: date) -> str | None:
    fit = {code: service for code, service in pool.items() if service.since <= day and _free(code, taken, claim_type, day)}
    return draw.choices(list(fit), [service.weight for service in fit.values()])[0] if fit else None


def _timed(draw: Random, discipline: Discipline, day: date, claim_type: str, taken: list[str], wanted: int, remote: bool) -> list[Item]:
    pool = {code: s for code, s in TREATMENTS[discipline].items() if s.timed and not s.brings and (s.remote or not remote)}
    codes: list[str] = []
    for _ in range(wanted):
        code = _pick(draw, pool, taken + codes, claim_type, day)
        if code is not None:
            codes.append(code)
    while True:
        minutes = {code: draw.randint(8, 16) + 15 * draw.choice((0, 0, 1)) for code in codes}
        units = earned(minutes)
        if units is not None and all(0 < units[code] <= SERVICES[code].most for code in codes):
            return [Item(code, units[code], minutes[code], discipline) for code in codes]


def _untimed(draw: Random, discipline: Discipline, day: date, claim_type: str, taken: list[str]) -> list[Item]:
    pool = {code: service for code, service in TREATMENTS[discipline].items() if not service.timed or service.brings}
    code = _pick(draw, pool, taken, claim_type, day)
    return [] if code is None else _cognitive(draw, discipline) if code == "97129" else [Item(code, 1, draw.randint(12, 20), discipline)]


def _cognitive(draw: Random, discipline: Discipline) -> list[Item]:
    more = draw.randint(0, 2)
    return [Item("97129", 1, 15, discipline), *([Item("97130", more, 15 * more, discipline)] if more else [])]


def _speech(draw: Random, day: date, claim_type: str, besides: list[str]) -> list[Item]:
    items: list[Item] = []
    for _ in range(draw.choices((1, 2), (4, 1))[0]):
        code = _pick(draw, TREATMENTS["SLP"], besides + [item.code for item in items], claim_type, day)
        if code is not None:
            items += _cognitive(draw, "SLP") if code == "97129" else [Item(code, 1, draw.randint(30, 50), "SLP")]
    return items


def _group(discipline: Discipline, items: list[Item], claim_type: str, day: date) -> list[Item]:
    """Group treatment in its own time: the column-2 codes of the pairs carry 59."""
    if any((found := pair("97150", item.code, claim_type, day)) is not None and found[1:] != (item.code, "1") for item in items):
        return []
    for item in items:
        if pair("97150", item.code, claim_type, day) is not None:
            item.modifiers.append("59")
    return [Item("97150", 1, 25, discipline, modifiers=[MODIFIER[discipline]])]


def _assisted(draw: Random, items: list[Item], day: date) -> list[Item]:
    """An assistant gives whole services, a unit of one, or a few minutes that leave every unit the therapist's."""
    modifier = ASSISTANT[items[0].discipline]
    made: list[Item] = []
    for item in items:
        timed = SERVICES[item.code].timed
        turn = draw.random()
        if turn < 0.5:
            item.assistant_minutes = item.minutes
            item.modifiers.insert(1, modifier)
        elif turn < 0.7 and timed and item.units == 2 and item.minutes == 30:
            made.append(Item(item.code, 1, 15, item.discipline, 15, [item.modifiers[0], modifier, *item.modifiers[1:]]))
            item.units, item.minutes = 1, 15
        elif turn < 0.8 and timed and day >= MIDPOINT_SINCE and item.minutes - 4 >= 15 * item.units - 7:
            item.assistant_minutes = draw.randint(1, 4)
        made.append(item)
    return made
