"""Units of timed codes against the minutes of the day, by the payer's counting method."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from payerbook import units
from payerbook.kinds import disciplines
from payerbook.kinds.base import Case, Check, Fix, Hit, Kind, Params, Result, Tables


class TimedUnits(Params, frozen=True):
    method: Annotated[Literal["cms", "ama"], Meta(description="cms = the day's minutes are added; ama = each code is rounded alone.")]
    finds: Annotated[
        Literal["over", "allocation", "under"],
        Meta(description="over = more units than the minutes allow; allocation = the right number on the wrong code; under = fewer units."),
    ] = "over"
    by_discipline: Annotated[bool, Meta(description="Count PT, OT and SLP minutes of a day apart (by GP, GO, GN).")] = True


def bind(params: TimedUnits, tables: Tables) -> Check:
    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        hits: list[Hit] = []
        for day, places in case.days(indexes):
            for group in _groups(case, places, params.by_discipline):
                hits.extend(_group(case, day, group, params))
        return hits or None

    return check


def _groups(case: Case, places: tuple[int, ...], by_discipline: bool) -> list[tuple[int, ...]]:
    if not by_discipline or len(places) == 1:
        return [places]
    groups: dict[object, list[int]] = {}
    for place in places:
        groups.setdefault(disciplines.of(case.lines[place].modifiers), []).append(place)
    return [tuple(group) for group in groups.values()]


def _group(case: Case, day: date, group: tuple[int, ...], params: TimedUnits) -> list[Hit]:
    minutes: dict[str, units.Minutes] = {}
    billed: dict[str, units.Minutes] = {}
    first: dict[str, int] = {}
    for place in group:
        line = case.lines[place]
        if line.minutes is None:
            needs = tuple(f"lines[{place}].minutes" for place in group if case.lines[place].minutes is None)
            return [Hit("unknown", needing, "minutes", {"code": case.lines[needing].code}, needs=needs) for needing in group[:1]]
        minutes[line.code] = minutes.get(line.code, 0) + line.minutes
        billed[line.code] = billed.get(line.code, 0) + line.units
        first.setdefault(line.code, place)
    right = units.count(minutes, dict.fromkeys(minutes, "timed-15"), params.method)
    total = sum(billed.values())
    facts = {
        "date": day,
        "codes": list(billed),
        "minutes": sum(minutes.values()),
        "billed": total,
        "allowed": right.timed_total,
        "by_code": ", ".join(f"{code} {number}" for code, number in right.units.items()),
    }
    answers = (right.units, *right.alternatives)
    if params.finds == "over":
        over = [code for code in billed if params.method == "ama" and billed[code] > right.units[code]]
        if params.method == "cms" and total > right.timed_total:
            over = [code for code in billed if all(billed[code] > answer[code] for answer in answers)] or list(billed)[-1:]
        return [_hit(params, code, first[code], billed[code], minutes[code], right, facts) for code in over]
    if params.finds == "under":
        if total >= right.timed_total:
            return []
        short = [code for code in billed if all(billed[code] < answer[code] for answer in answers)] or list(billed)[:1]
        return [_hit(params, code, first[code], billed[code], minutes[code], right, facts) for code in short]
    if total != right.timed_total or dict(billed) in [dict(answer) for answer in answers]:
        return []
    wrong = [code for code in billed if all(billed[code] > answer[code] for answer in answers)] or list(billed)[:1]
    return [_hit(params, code, first[code], billed[code], minutes[code], right, facts) for code in wrong]


def _hit(
    params: TimedUnits, code: str, place: int, billed: units.Minutes, spent: units.Minutes, right: units.Count, facts: dict[str, object]
) -> Hit:
    value = right.units[code]
    fix = Fix("change-units", place, str(value), "ask", "if the minutes on the claim are the minutes in the treatment note")
    own = {"code": code, "code_units": billed, "code_minutes": spent, "code_allowed": value}
    return Hit("fail", place, f"{params.finds}-{params.method}", {**facts, **own}, field="units", fixes=(fix,))


def sentence(params: TimedUnits) -> str:
    how = (
        "the minutes of all 15-minute codes of the day are added and the total sets the number of units (8-22 minutes 1, 23-37 2, and so on)"
        if params.method == "cms"
        else "each 15-minute code is rounded alone: a unit from 8 minutes, then one more every 15"
    )
    apart = ", each discipline apart" if params.by_discipline else ""
    what = {
        "over": "No more units than the minutes allow",
        "allocation": "Units go to the codes with the most minutes",
        "under": "All units that were earned are billed",
    }
    return f"{what[params.finds]}: {how}{apart}."


KIND = Kind(
    name="timed-units",
    title="Timed units",
    about="Compares the units of 15-minute codes with the minutes of direct contact on the day.",
    params=TimedUnits,
    bind=bind,
    sentence=sentence,
    messages={
        "over-cms": "{date}: {billed} timed units billed on {codes}, but {minutes} minutes allow {allowed}; {code} has {code_units} for {code_minutes} minutes. Right: {by_code}.",
        "over-ama": "{date}: {code} has {code_units} units for {code_minutes} minutes, which allow {code_allowed} when each code is rounded alone.",
        "under-cms": "{date}: {minutes} timed minutes earn {allowed} units, but {billed} are billed. Right: {by_code}.",
        "under-ama": "{date}: {minutes} timed minutes earn {allowed} units when each code is rounded alone, but {billed} are billed. Right: {by_code}.",
        "allocation-cms": "{date}: {allowed} units are right for {minutes} minutes, but not as shared out: {code} has {code_units} for {code_minutes} minutes. Right: {by_code}.",
        "allocation-ama": "{date}: {code} has {code_units} units for {code_minutes} minutes; {code_allowed} when each code is rounded alone. Right: {by_code}.",
        "minutes": "The units of {code} cannot be checked without the minutes of direct contact.",
    },
)
