"""A greatest number of units of one code per line or per day, from a dated table: medically unlikely edits (MUE).

Table columns: code, value, adjudication indicator (1 = each line alone; 2 = the day, by policy; 3 = the day, clinical).
NCCI Policy Manual for Medicare Services, chapter I, section V.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Tables


class UnitLimit(Params, frozen=True):
    tables: Annotated[dict[Literal["professional", "institutional"], str], Meta(description="The table of limits for each type of claim.")]


def bind(params: UnitLimit, tables: Tables) -> Check:
    by_type = {claim_type: tables.get(table) for claim_type, table in params.tables.items()}

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        table = by_type.get(case.claim.claim_type)
        if table is None:
            return NOT_APPLICABLE
        hits: list[Hit] = []
        for day, places in case.days(indexes):
            window = table.covering(day)
            nearest = window or table.nearest(day)
            for code, own in _by_code(case, places).items():
                rows = nearest.rows(code)
                source = (table.id, nearest.id, nearest.digest)
                if rows:
                    hard = window is not None and window.grade in ("A", "A*")
                    hits.extend(_judge(case, code, own, rows[0], hard, source))
                sure = window is not None and (rows or window.knows(code))
                if not sure and not (hits and hits[-1].facts["code"] == code):
                    facts = {"code": code, "table": table.id, "date": day, "nearest": nearest.id}
                    hits.append(Hit("not-on-file", own[0], "window", facts, table=source))
        return hits or None

    return check


def _by_code(case: Case, places: tuple[int, ...]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place in places:
        found.setdefault(case.lines[place].code, []).append(place)
    return found


def _judge(case: Case, code: str, places: list[int], row: tuple[str, ...], hard: bool, table: tuple[str, str, str]) -> list[Hit]:
    limit, indicator = int(row[1]), row[2]
    day = case.lines[places[0]].service_date
    cap: Literal["review"] | None = None if hard else "review"
    facts: dict[str, Any] = {"code": code, "limit": limit, "indicator": indicator, "date": day, "quarter": table[1]}
    if indicator == "1":
        over = [place for place in places if case.lines[place].units > limit]
        return [_hit(place, "line", {**facts, "units": case.lines[place].units}, cap, table, limit) for place in over]
    units = sum(case.lines[place].units for place in places)
    units += sum(item.units or 0 for item in case.earlier(day, day) if item.code == code)
    if units <= limit:
        return []
    key = "never" if limit == 0 else f"day-{indicator}"
    return [_hit(places[-1], key, {**facts, "units": units}, cap, table, limit)]


def _hit(place: int, key: str, facts: dict[str, Any], cap: Literal["review"] | None, table: tuple[str, str, str], limit: int) -> Hit:
    fix = (
        Fix("do-not-bill", place, None, "ask", "the table allows no unit")
        if limit == 0
        else Fix("change-units", place, str(limit), "ask", "if the note does not support more")
    )
    return Hit("fail", place, key, facts, field="units", fixes=(fix,), cap=cap, table=table)


def sentence(params: UnitLimit) -> str:
    return "Units of a code on one day (or on one line, where the table says so) do not exceed the value of the dated table."


KIND = Kind(
    name="unit-limit",
    title="Unit limits",
    about="Medically unlikely edits: the greatest number of units of a code for one patient, provider and day.",
    params=UnitLimit,
    bind=bind,
    sentence=sentence,
    tables=lambda params: tuple(params.tables.values()),
    messages={
        "line": "{code}: {units} units on the line, the limit is {limit} (MUE table {quarter}, each line alone).",
        "day-2": "{code}: {units} units on {date}, the limit is {limit} a day (MUE table {quarter}); all units of the day are denied and no appeal changes that.",
        "day-3": "{code}: {units} units on {date}, the limit is {limit} a day (MUE table {quarter}); all units of the day are denied, an appeal with the record may help.",
        "never": "{code} has a limit of 0 units (MUE table {quarter}): it is not payable on this type of claim.",
        "window": "No MUE table on file answers for {code} on {date} (nearest: {nearest}).",
    },
)
