"""A greatest number of units of one code per line or per day, from a dated table: medically unlikely edits (MUE).

Table columns: code, value, adjudication indicator (1 = each line alone; 2 = the day, by policy; 3 = the day, clinical).
NCCI Policy Manual for Medicare Services, chapter I, section V.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import Meta

from payerbook.kinds import usage
from payerbook.kinds.base import (
    NOT_APPLICABLE,
    Case,
    Check,
    Contribution,
    Fix,
    Hit,
    Kind,
    Limit,
    Params,
    Question,
    Result,
    Standing,
    Table,
    Tables,
    Window,
)

LIMITS, DAYS = 20_000, 10_000
"""Limits remembered per window and days remembered per table at most."""


class UnitLimit(Params, frozen=True):
    tables: Annotated[dict[Literal["professional", "institutional"], str], Meta(description="The table of limits for each type of claim.")]


class _Look(NamedTuple):
    """What a table says of a code on a day: the `limit` with its `indicator` (None = no row), whether no row is an answer (`sure`),
    and whether a hit may be said as hard as the rule's sources allow (`hard`)."""

    limit: int | None
    indicator: str
    sure: bool
    hard: bool
    table: tuple[str, str]


class _Looks(dict[str, _Look]):
    """The looks of one window by code, each worked out once; `covers` says whether the window is the one of the day."""

    def __init__(self, table: str, window: Window, covers: bool) -> None:
        super().__init__()
        self._table = table
        self._window = window
        self._covers = covers

    def __missing__(self, code: str) -> _Look:
        if len(self) >= LIMITS:
            self.clear()
        window, covers = self._window, self._covers
        rows = window.rows(code)
        limit, indicator = (int(rows[0][1]), rows[0][2]) if rows else (None, "")
        sure = covers and (bool(rows) or window.knows(code))
        look = self[code] = _Look(limit, indicator, sure, covers and window.grade in ("A", "A*"), (self._table, window.id))
        return look


class _Limits(dict[date, _Looks]):
    """The looks of one table by day; days of one window share theirs."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self._table = table
        self._windows: dict[tuple[str, bool], _Looks] = {}

    def __missing__(self, day: date) -> _Looks:
        if len(self) >= DAYS:
            self.clear()
        covering = self._table.covering(day)
        window = covering or self._table.nearest(day)
        key = (window.id, covering is not None)
        looks = self[day] = self._windows.setdefault(key, _Looks(self._table.id, window, covering is not None))
        return looks


def bind(params: UnitLimit, tables: Tables) -> Check:
    limits = {claim_type: _Limits(tables.get(table)) for claim_type, table in params.tables.items()}

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        look_up = limits.get(case.claim.claim_type)
        if look_up is None:
            return NOT_APPLICABLE
        if _below(case, indexes, look_up):
            return None
        hits: list[Hit] = []
        for day, places in case.days(indexes):
            unsure: dict[str, _Look] = {}
            billed = _units(case, day, places)
            looks = look_up[day]
            for code, units in billed.items():
                look = looks[code]
                over = [] if look.limit is None or units <= look.limit else _judge(case, code, places, units, look)
                if over:
                    hits.extend(over)
                elif not look.sure:
                    unsure[code] = look
            if unsure:
                hits.append(_unanswered(case, places, unsure))
        return hits or None

    return check


def _below(case: Case, places: tuple[int, ...], limits: _Limits) -> bool:
    """Whether every line is alone with its code on its day and surely within the limit, as on most claims."""
    if case.repeats or case.earlier(*case.span):
        return False
    for place in places:
        line = case.lines[place]
        look = limits[line.service_date][line.code]
        if not look.sure or (look.limit is not None and line.units > look.limit):
            return False
    return True


def _units(case: Case, day: date, places: tuple[int, ...]) -> dict[str, int | Decimal]:
    """Units of each code on a day, those of earlier claims included."""
    units: dict[str, int | Decimal] = {}
    for place in places:
        line = case.lines[place]
        units[line.code] = units.get(line.code, 0) + line.units
    for item in case.earlier(day, day):
        if item.code in units:
            units[item.code] += item.units or 0
    return units


def _judge(case: Case, code: str, places: tuple[int, ...], units: int | Decimal, look: _Look) -> list[Hit]:
    """Hits of a code whose units of the day are above the limit; with indicator 1 only a line can break it."""
    own = [place for place in places if case.lines[place].code == code]
    if look.indicator == "1":
        return [_hit(case, place, "line", case.lines[place].units, look) for place in own if case.lines[place].units > (look.limit or 0)]
    return [_hit(case, own[-1], "never" if look.limit == 0 else f"day-{look.indicator}", units, look)]


def _unanswered(case: Case, places: tuple[int, ...], looks: dict[str, _Look]) -> Hit:
    """One answer for all codes of a day that the table does not answer for."""
    first = next(place for place in places if case.lines[place].code in looks)
    line = case.lines[first]
    table = looks[line.code].table
    facts = {"codes": list(looks), "table": table[0], "date": line.service_date, "nearest": table[1]}
    return Hit("not-on-file", first, "window", facts)


def _hit(case: Case, place: int, key: str, units: int | Decimal, look: _Look) -> Hit:
    line = case.lines[place]
    fix = (
        Fix("do-not-bill", place, None, "ask", "the table allows no unit")
        if look.limit == 0
        else Fix("change-units", place, str(look.limit), "ask", "if the note does not support more")
    )
    facts: dict[str, Any] = {
        "code": line.code,
        "limit": look.limit,
        "indicator": look.indicator,
        "date": line.service_date,
        "quarter": look.table[1],
        "units": units,
    }
    return Hit("fail", place, key, facts, field="units", fixes=(fix,), cap=None if look.hard else "review")


def sentence(params: UnitLimit) -> str:
    return "Units of a code on one day (or on one line, where the table says so) do not exceed the value of the dated table."


def answer(params: UnitLimit, tables: Tables, question: Question) -> Contribution | None:
    """The limit of the day's table; from the nearest table where none covers the day, and then it only asks for review."""
    name = params.tables.get(question.claim_type)
    if name is None:
        return None
    look = _Limits(tables.get(name))[question.on][question.code]
    gaps = () if look.sure else (f"No MUE table on file answers for {question.code} on the day asked (nearest: {look.table[1]}).",)
    if look.limit is None:
        return Contribution(gaps=gaps) if gaps else None
    if look.limit == 0 and look.hard:
        return Contribution(
            Standing("not-covered", f"{question.code} has a limit of 0 units (MUE table {look.table[1]}) on this type of claim.")
        )
    note = f"MUE table {look.table[1]}{'' if look.sure else ', the nearest on file'}."
    if look.indicator == "1":
        whole = Limit("units", Decimal(look.limit), "line", hard=look.hard, beyond="not-covered" if look.hard else "review", note=note)
        return Contribution(limits=(whole,), gaps=gaps)
    return Contribution(limits=(usage.day_limit(question, (question.code,), look.limit, hard=look.hard, note=note),), gaps=gaps)


def turns(params: UnitLimit, tables: Tables, code: str) -> list[date]:
    """The first day of every window of the tables, and the day after its last."""
    windows = [window for name in params.tables.values() for window in tables.get(name).windows]
    return [window.start for window in windows] + [window.end + timedelta(days=1) for window in windows if window.end is not None]


KIND = Kind(
    name="unit-limit",
    title="Unit limits",
    about="Medically unlikely edits: the greatest number of units of a code for one patient, provider and day.",
    params=UnitLimit,
    evidence=("claim", "table"),
    bind=bind,
    sentence=sentence,
    answer=answer,
    turns=turns,
    tables=lambda params: tuple(params.tables.values()),
    consulted=lambda params, claim: tuple(table for kind, table in params.tables.items() if kind == claim.claim_type),
    messages={
        "line": "{code}: {units} units on the line, the limit is {limit} (MUE table {quarter}, each line alone).",
        "day-2": "{code}: {units} units on {date}, the limit is {limit} a day (MUE table {quarter}); all units of the day are denied and no appeal changes that.",
        "day-3": "{code}: {units} units on {date}, the limit is {limit} a day (MUE table {quarter}); all units of the day are denied, an appeal with the record may help.",
        "never": "{code} has a limit of 0 units (MUE table {quarter}): it is not payable on this type of claim.",
        "window": "No MUE table on file answers for {codes} on {date} (nearest: {nearest}).",
    },
)
