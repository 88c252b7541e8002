"""Pairs of codes that one provider may not bill together on a day: procedure-to-procedure edits from a dated table.

Table columns: column-1 code (payable), column-2 code (denied), indicator (0 = no modifier helps, 1 = a bypass modifier may),
first day, last day. NCCI Policy Manual for Medicare Services, chapter I.
"""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import Meta

from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Table, Tables, join

PAIRS = 50_000
"""Pairs remembered per table at most."""


class CodePair(Params, frozen=True):
    tables: Annotated[dict[Literal["professional", "institutional"], str], Meta(description="The table of pairs for each type of claim.")]
    bypass: Annotated[tuple[str, ...], Meta(description="Modifiers that let a pair with indicator 1 pass.")]
    bypass_on: Annotated[Literal["either", "column-2"], Meta(description="Which line has to carry the bypass modifier.")] = "either"


Pair = tuple[str, str, str]
"""Column 1, column 2, indicator."""


class _Look(NamedTuple):
    """What a table says of two codes on a day. `pair` is None when it says nothing; `sure` says that None is an
    answer; `hard` says that a hit may be said as hard as the rule's sources allow."""

    pair: Pair | None
    sure: bool
    hard: bool
    table: tuple[str, str]


class _Day(NamedTuple):
    """What a table says of all codes of a day: the pairs that are in it, and the pairs it does not answer for; `asked` says that
    there are two codes at least."""

    asked: bool
    found: tuple[tuple[Pair, _Look], ...]
    unanswered: _Unanswered | None


class _Unanswered(NamedTuple):
    """Pairs for which the table has no answer: the first codes of the pairs and the facts of the hit."""

    codes: tuple[str, ...]
    facts: dict[str, Any]


class _Pairs:
    """Look-ups in one table, remembered by pair and day, and by all codes of a day."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._seen: dict[tuple[str, str, date], _Look] = {}
        self._days: dict[tuple[tuple[str, ...], date], _Day] = {}

    def day(self, codes: tuple[str, ...], day: date) -> _Day:
        answer = self._days.get((codes, day))
        if answer is None:
            if len(self._days) >= PAIRS:
                self._days.clear()
            answer = self._days[codes, day] = self._day(codes, day)
        return answer

    def _day(self, codes: tuple[str, ...], day: date) -> _Day:
        looks = [(one, other, self(one, other, day)) for one, other in combinations(sorted(set(codes)), 2)]
        found = tuple((look.pair, look) for _, _, look in looks if look.pair is not None)
        unsure = [(one, other, look.table) for one, other, look in looks if look.pair is None and not look.sure]
        if not unsure:
            return _Day(bool(looks), found, None)
        table = unsure[0][2]
        facts = {"table": table[0], "date": day, "nearest": table[1], "pairs": [f"{one}/{other}" for one, other, _ in unsure]}
        return _Day(True, found, _Unanswered(tuple(one for one, _, _ in unsure), facts))

    def __call__(self, one: str, other: str, day: date) -> _Look:
        key = (one, other, day)
        look = self._seen.get(key)
        if look is None:
            if len(self._seen) >= PAIRS:
                self._seen.clear()
            look = self._seen[key] = self._look(one, other, day)
        return look

    def _look(self, one: str, other: str, day: date) -> _Look:
        window = self._table.covering(day)
        nearest = window or self._table.nearest(day)
        pair = next(((*order, row[2]) for order in ((one, other), (other, one)) for row in nearest.rows_on(day, *order)), None)
        sure = window is not None and window.knows(one, other)
        return _Look(pair, sure, window is not None and window.grade in ("A", "A*"), (self._table.id, nearest.id))


def bind(params: CodePair, tables: Tables) -> Check:
    pairs = {claim_type: _Pairs(tables.get(table)) for claim_type, table in params.tables.items()}
    bypass = frozenset(params.bypass)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        look_up = pairs.get(case.claim.claim_type)
        if look_up is None or len(indexes) < 2:
            return NOT_APPLICABLE
        hits: list[Hit] = []
        asked = False
        for day, places in case.days(indexes):
            any_pair, found, unanswered = look_up.day(tuple([case.lines[place].code for place in places]), day)
            asked = asked or any_pair
            if found:
                hits.extend([_judge(case, places, pair, day, look, bypass, params) for pair, look in found])
            elif unanswered is not None:
                first = next(place for place in places if case.lines[place].code in unanswered.codes)
                hits.append(Hit("not-on-file", first, "window", unanswered.facts))
        return hits or (None if asked else NOT_APPLICABLE)

    return check


def _judge(
    case: Case, places: tuple[int, ...], pair: tuple[str, str, str], day: date, look: _Look, bypass: frozenset[str], params: CodePair
) -> Hit:
    column1, column2, indicator = pair
    table, hard = look.table, look.hard
    ones = [place for place in places if case.lines[place].code == column1]
    twos = [place for place in places if case.lines[place].code == column2]
    facts = {"date": day, "column1": column1, "column2": column2, "indicator": indicator, "quarter": table[1]}
    cap: Literal["review"] | None = None if hard else "review"
    line = twos[0]
    if indicator == "1":
        carriers = twos if params.bypass_on == "column-2" else ones + twos
        open_twos = [place for place in twos if bypass.isdisjoint(case.lines[place].modifiers)]
        if not open_twos or (carriers is not twos and all(not bypass.isdisjoint(case.lines[place].modifiers) for place in ones)):
            return Hit("resolved", line, "bypassed", facts, field="modifiers", cap=cap)
        line = open_twos[0]
        fixes = (
            Fix(
                "add-modifier",
                line,
                "59",
                "ask",
                f"only if {column2} was done in its own time or on another body area, and the note says so",
            ),
            Fix("remove-line", line, column2, "ask", "if it was part of the same service"),
        )
        return Hit("fail", line, "open" if hard else "open-old", facts, field="modifiers", fixes=fixes, cap=cap)
    fix = Fix("remove-line", line, column2, "ask", "no modifier lets this pair pass")
    return Hit("fail", line, "closed" if hard else "closed-old", facts, field="code", fixes=(fix,), cap=cap)


def sentence(params: CodePair) -> str:
    where = "either line" if params.bypass_on == "either" else "the column-2 line"
    return f"Two codes of the table on one day: the column-2 code is not paid, unless the pair's indicator is 1 and {where} carries a bypass modifier ({join(params.bypass)})."


KIND = Kind(
    name="code-pair",
    title="Code pairs",
    about="Procedure-to-procedure edits: two codes of one provider, one patient and one day, of which only one is paid.",
    params=CodePair,
    evidence=("table",),
    bind=bind,
    sentence=sentence,
    tables=lambda params: tuple(params.tables.values()),
    consulted=lambda params, claim: tuple(table for kind, table in params.tables.items() if kind == claim.claim_type),
    messages={
        "open": "{column2} is not paid with {column1} on {date} without a bypass modifier such as 59 (NCCI indicator 1, table {quarter}).",
        "open-old": "{column2} is not paid with {column1} without a bypass modifier such as 59 in NCCI table {quarter}, the nearest on file; the table for {date} is not on file.",
        "closed": "{column2} is not paid with {column1} on {date}; no modifier changes that (NCCI indicator 0, table {quarter}).",
        "closed-old": "{column2} is not paid with {column1} in NCCI table {quarter}, the nearest on file, and no modifier changes that; the table for {date} is not on file.",
        "bypassed": "{column2} with {column1} on {date}: a bypass modifier is there (NCCI indicator 1, table {quarter}); the note must show separate time or area.",
        "window": "No NCCI pair table on file answers for {pairs} on {date} (nearest: {nearest}, which has no such pair).",
    },
)
