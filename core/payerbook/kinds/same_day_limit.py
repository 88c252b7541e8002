"""At most so many units, or claim lines, of a code (or of a group of codes) for one patient and day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta

from payerbook.claim import HistoryItem, Line
from payerbook.kinds import usage
from payerbook.kinds.base import Case, Check, Contribution, Fix, Hit, Kind, Params, Question, Result, Tables, join


class SameDayLimit(Params, frozen=True):
    limit: Annotated[int, Meta(description="The greatest number on one day.", ge=1)] = 1
    counts: Annotated[Literal["units", "lines"], Meta(description="units = billed units; lines = claim lines.")] = "units"
    together: Annotated[bool, Meta(description="The codes of the rule share the limit; otherwise each code has its own.")] = False
    apart: Annotated[
        tuple[str, ...], Meta(description="Modifiers that set lines apart: only lines with the same ones of these are counted together.")
    ] = ()


Key = tuple[str, frozenset[str]]


def bind(params: SameDayLimit, tables: Tables) -> Check:
    apart = frozenset(params.apart)

    def key(item: Line | HistoryItem) -> Key:
        return ("" if params.together else item.code, apart.intersection(item.modifiers))

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        if not params.together and not case.repeats and (params.counts == "lines" or _below(case, indexes, params.limit)):
            return None
        codes = {case.lines[index].code for index in indexes}
        hits: list[Hit] = []
        for day, places in case.days(indexes):
            groups: dict[Key, list[int]] = {}
            for place in places:
                groups.setdefault(key(case.lines[place]), []).append(place)
            before: dict[Key, list[HistoryItem]] = {}
            if params.counts == "units":
                for item in case.earlier(day, day):
                    if item.code in codes:
                        before.setdefault(key(item), []).append(item)
            for group, own in groups.items():
                hits.extend(_judge(case, day, own, before.get(group, []), params))
        return hits or None

    return check


def _below(case: Case, indexes: tuple[int, ...], limit: int) -> bool:
    """Whether no line is above the limit and nothing was billed before on its day: enough when no code stands twice on a day."""
    for index in indexes:
        if case.lines[index].units > limit:
            return False
    return not case.earlier(*case.span)


def _judge(case: Case, day: date, own: list[int], before: list[HistoryItem], params: SameDayLimit) -> list[Hit]:
    lines = [case.lines[place] for place in own]
    if params.counts == "lines":
        number: Any = len(own)
    else:
        number = sum(line.units for line in lines) + sum(item.units or 0 for item in before)
    if number <= params.limit:
        return []
    place = own[-1]
    code = case.lines[place].code
    codes = list(dict.fromkeys([item.code for item in before] + [line.code for line in lines]))
    facts: dict[str, Any] = {"code": code, "codes": codes, "date": day, "number": number, "limit": params.limit}
    if params.counts == "lines":
        total = sum(line.units for line in lines)
        fix = Fix("merge-lines", place, str(total), "ask", f"put all units of {code} on line {case.number(own[0])}")
        return [Hit("fail", place, "lines", facts, field="code", fixes=(fix,))]
    if len(own) == 1 and not before:
        fix = Fix("change-units", place, str(params.limit), "ask", "the time spent does not raise the units")
    else:
        fix = Fix("remove-line", place, code, "ask", "keep the one that was done")
    return [Hit("fail", place, "together" if len(codes) > 1 else "units", facts, field="units", fixes=(fix,))]


def sentence(params: SameDayLimit) -> str:
    what = ("unit" if params.limit == 1 else "units") if params.counts == "units" else ("line" if params.limit == 1 else "lines")
    whose = "of these codes together" if params.together else "of each code"
    apart = f", counted apart for {join(params.apart, 'and')}" if params.apart else ""
    return f"At most {params.limit} {what} {whose} for one patient and day{apart}."


def answer(params: SameDayLimit, tables: Tables, question: Question) -> Contribution | None:
    """The limit of units a day; how many claim lines carry them is no limit of the service."""
    if params.counts == "lines":
        return None
    codes = question.group if params.together and question.group is not None else (question.code,)
    note = f"Counted apart for {join(params.apart, 'and')}." if params.apart else None
    return Contribution(limits=(usage.day_limit(question, codes, params.limit, note=note),))


KIND = Kind(
    name="same-day-limit",
    title="Limit per day",
    about="The greatest number of units or claim lines of a code, or of a group of codes, for one patient and day.",
    params=SameDayLimit,
    evidence=("claim", "record"),
    for_codes=True,
    bind=bind,
    sentence=sentence,
    answer=answer,
    look_back=lambda params: 1 if params.counts == "units" else 0,
    messages={
        "units": "{code} on {date}: {number} units; at most {limit} a day, whatever the time spent.",
        "together": "{codes} on {date}: {number} units of codes that share a limit of {limit} a day.",
        "lines": "{code} on {date} stands on {number} lines; all its units of the day belong on {limit}.",
    },
)
