"""Units of timed codes against the minutes of the day, by the payer's counting method."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from payerbook import units
from payerbook.claim import Discipline
from payerbook.kinds import disciplines
from payerbook.kinds.base import Case, Check, Fix, Hit, Kind, Params, Result, Tables


class TimedUnits(Params, frozen=True):
    method: Annotated[
        units.Method,
        Meta(
            description="cms = the day's minutes are added; ama = each code is rounded alone; hybrid = both have to allow a unit; "
            "whole = each code by whole quarters of an hour."
        ),
    ]
    finds: Annotated[
        Literal["over", "allocation", "under"],
        Meta(description="over = more units than the minutes allow; allocation = the right number on the wrong code; under = fewer units."),
    ] = "over"
    by_discipline: Annotated[bool, Meta(description="Count PT, OT and SLP minutes of a day apart (by GP, GO, GN).")] = True


_Key = tuple[date, Discipline | None]
"""A day, and the discipline whose minutes are counted (None = all, or lines that name none)."""


class _Group:
    """The timed lines of one day (and discipline): minutes and units by code, where each code first stands, what is not known."""

    __slots__ = ("billed", "day", "first", "minutes", "missing", "right")

    def __init__(self, case: Case, day: date, places: Sequence[int], method: units.Method) -> None:
        self.day = day
        self.minutes: dict[str, units.Minutes] = {}
        self.billed: dict[str, units.Minutes] = {}
        self.first: dict[str, int] = {}
        self.missing: list[int] = []
        for place in places:
            line = case.lines[place]
            code = line.code
            if line.minutes is None:
                self.missing.append(place)
            elif code in self.first:
                self.minutes[code] += line.minutes
                self.billed[code] += line.units
            else:
                self.first[code] = place
                self.minutes[code] = line.minutes
                self.billed[code] = line.units
        self.right = not self.missing and units.agrees(self.minutes, self.billed, method)


def bind(params: TimedUnits, tables: Tables) -> Check:
    kept = f"{KIND.name} {params.method} {params.by_discipline}"

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        open_groups = case.shared.get((kept, indexes))
        if open_groups is None:
            open_groups = case.shared[kept, indexes] = _open_groups(case, indexes, params)
        if not open_groups:
            return None
        return [hit for group in open_groups for hit in _judge(case, group, params)] or None

    return check


def _open_groups(case: Case, indexes: tuple[int, ...], params: TimedUnits) -> list[_Group]:
    """The groups whose units are not right, or cannot be told: what the rules of the kind have to look at."""
    lines = case.lines
    if case.one_day is not None and (not params.by_discipline or disciplines.only(case) is not None):
        whole = _Group(case, case.one_day, indexes, params.method)
        return [] if whole.right else [whole]
    places: dict[_Key, list[int]] = {}
    for index in indexes:
        line = lines[index]
        apart = disciplines.of(line.modifiers) if params.by_discipline else None
        places.setdefault((line.service_date, apart), []).append(index)
    if params.by_discipline and len(places) > 1:
        _join_nameless(places)
    groups = [_Group(case, lines[group[0]].service_date, group, params.method) for group in places.values()]
    return [group for group in groups if not group.right]


def _join_nameless(places: dict[_Key, list[int]]) -> None:
    """Puts lines that name no single discipline to the day's only one: a forgotten modifier does not split the day's minutes."""
    for day, _ in [key for key in places if key[1] is None]:
        named = [key for key in places if key[0] == day and key[1] is not None]
        if len(named) == 1:
            places[named[0]] = sorted(places[named[0]] + places.pop((day, None)))


def _judge(case: Case, group: _Group, params: TimedUnits) -> list[Hit]:
    if group.missing:
        needs = tuple(f"lines[{place}].minutes" for place in group.missing)
        return [Hit("unknown", group.missing[0], "minutes", {"code": case.lines[group.missing[0]].code}, needs=needs)]
    right = units.count(group.minutes, dict.fromkeys(group.minutes, "timed-15"), params.method)
    answers = (right.units, *right.alternatives)
    billed, total = group.billed, sum(group.billed.values())
    above = [code for code in billed if all(billed[code] > answer[code] for answer in answers)]
    below = [code for code in billed if all(billed[code] < answer[code] for answer in answers)]
    if params.finds == "over":
        alone = [code for code in above if params.method != "cms" and billed[code] > _most(params.method, group.minutes[code])]
        wrong = (above or list(billed)[-1:]) if total > right.timed_total else alone
    elif params.finds == "under":
        wrong = (below or list(billed)[:1]) if total < right.timed_total else []
    else:
        wrong = (above or list(billed)[:1]) if total == right.timed_total else []
    return [_hit(params, code, group, right) for code in wrong]


def _most(method: units.Method, minutes: units.Minutes) -> int:
    """Units that the minutes of one code can earn by a method that looks at each code."""
    return int(minutes // 15) if method == "whole" else units.whole_blocks(minutes, 15)


def _hit(params: TimedUnits, code: str, group: _Group, right: units.Count) -> Hit:
    value = right.units[code]
    fix = Fix("change-units", group.first[code], str(value), "ask", "if the minutes on the claim are the minutes in the treatment note")
    facts = {
        "date": group.day,
        "codes": list(group.billed),
        "minutes": sum(group.minutes.values()),
        "billed": sum(group.billed.values()),
        "allowed": right.timed_total,
        "by_code": ", ".join(f"{code} {number}" for code, number in right.units.items()),
        "code": code,
        "code_units": group.billed[code],
        "code_minutes": group.minutes[code],
        "code_allowed": value,
    }
    return Hit("fail", group.first[code], f"{params.finds}-{params.method}", facts, field="units", fixes=(fix,))


def sentence(params: TimedUnits) -> str:
    how = _HOW[params.method]
    apart = ", each discipline apart" if params.by_discipline else ""
    what = {
        "over": "No more units than the minutes allow",
        "allocation": "Units go to the codes with the most minutes",
        "under": "All units that were earned are billed",
    }
    return f"{what[params.finds]}: {how}{apart}."


_HOW: dict[units.Method, str] = {
    "cms": "the minutes of all 15-minute codes of the day are added and the total sets the number of units "
    "(8-22 minutes 1, 23-37 2, and so on)",
    "ama": "each 15-minute code is rounded alone: a unit from 8 minutes, then one more every 15",
    "hybrid": "a unit needs both the day's total (8-22 minutes 1, 23-37 2, and so on) and at least 8 minutes of its own code",
    "whole": "each 15-minute code earns whole quarters of an hour only",
}
_AMA = {
    "over": "{date}: {code} has {code_units} units for {code_minutes} minutes, which allow {code_allowed} when each code is rounded alone.",
    "under": "{date}: {minutes} timed minutes earn {allowed} units when each code is rounded alone, but {billed} are billed. Right: {by_code}.",
    "allocation": "{date}: {code} has {code_units} units for {code_minutes} minutes; {code_allowed} when each code is rounded alone. Right: {by_code}.",
}


KIND = Kind(
    name="timed-units",
    title="Timed units",
    about="Compares the units of 15-minute codes with the minutes of direct contact on the day.",
    params=TimedUnits,
    evidence=("chart",),
    for_codes=True,
    bind=bind,
    sentence=sentence,
    messages={
        "over-cms": "{date}: {billed} timed units billed on {codes}, but {minutes} minutes allow {allowed}; {code} has {code_units} for {code_minutes} minutes. Right: {by_code}.",
        **{f"{finds}-ama": text for finds, text in _AMA.items()},
        **{
            f"{finds}-{method}": text.replace("each code is rounded alone", words)
            for finds, text in _AMA.items()
            for method, words in (("hybrid", "the day and the code both count"), ("whole", "whole quarters of an hour count"))
        },
        "under-cms": "{date}: {minutes} timed minutes earn {allowed} units, but {billed} are billed. Right: {by_code}.",
        "allocation-cms": "{date}: {allowed} units are right for {minutes} minutes, but not as shared out: {code} has {code_units} for {code_minutes} minutes. Right: {by_code}.",
        "minutes": "The units of {code} cannot be checked without the minutes of direct contact.",
    },
)
