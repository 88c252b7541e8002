"""What a payer pays for one patient and day at most (or at least has to be done): units, codes, minutes, dollars or relative values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from payerbook.claim import Discipline, HistoryItem, Line
from payerbook.kinds import counting, disciplines, usage
from payerbook.kinds.base import (
    NOT_APPLICABLE,
    Case,
    Check,
    Contribution,
    Counted,
    Fix,
    Hit,
    Kind,
    Limit,
    Params,
    Question,
    Result,
    Tables,
    money,
)
from payerbook.kinds.counting import Number


class DailyCap(Params, frozen=True):
    limit: Annotated[int | Decimal, Meta(description="How many a day.")]
    counts: Annotated[
        Literal["units", "codes", "minutes", "dollars", "rvu"],
        Meta(description="units = billed units; codes = different codes; minutes = direct contact; dollars = allowed; rvu = `weights`."),
    ]
    bound: Annotated[Literal["most", "least"], Meta(description="most = no more is paid; least = nothing is paid below it.")] = "most"
    counted: Annotated[tuple[str, ...], Meta(description="Codes that count; absent = every code the rule looks at.")] = ()
    by_discipline: Annotated[bool, Meta(description="PT, OT and SLP have a day of their own each.")] = False
    by_provider: Annotated[bool, Meta(description="Each rendering provider has a day of its own.")] = False
    paid: Annotated[
        Literal["first", "highest", "unsaid"],
        Meta(
            description="What is paid up to the limit: the first lines in claim order, those with the highest allowed amount, or not said."
        ),
    ] = "unsaid"
    beyond: Annotated[
        Literal["not-covered", "authorization", "review"], Meta(description="What is above: not covered, to be authorized, or reviewed.")
    ] = "not-covered"
    unit_minutes: Annotated[
        int, Meta(description="Minutes that a unit stands for where minutes are not given (then at most review); 0 = none.", ge=0)
    ] = 0
    weights: Annotated[
        dict[str, Decimal], Meta(description="Relative value of one unit of each code (rvu); a code without one leaves the day unknown.")
    ] = msgspec.field(default_factory=dict)


_ORDER = {
    "first": ", taken from the first lines of the claim",
    "highest": ", taken from the lines with the highest allowed amounts",
    "unsaid": "",
}
_WHAT = {"units": "units", "codes": "codes", "minutes": "minutes", "dollars": "dollars", "rvu": "relative value units"}
_NEEDS = {"minutes": "minutes", "dollars": "allowed"}
_ANSWERED: dict[str, Counted] = {"codes": "services", "rvu": "units"}


class _Own(NamedTuple):
    """Whose day a line belongs to."""

    day: date
    discipline: Discipline | None
    provider: str | None


def bind(params: DailyCap, tables: Tables) -> Check:
    counted = frozenset(params.counted)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        groups: dict[_Own, list[int]] = {}
        for index in indexes:
            line = case.lines[index]
            if not counted or line.code in counted:
                groups.setdefault(_own(params, case, line), []).append(index)
        hits = [hit for own, places in groups.items() for hit in _judge(params, case, own, places)]
        return hits or (None if groups else NOT_APPLICABLE)

    return check


def _own(params: DailyCap, case: Case, line: Line) -> _Own:
    provider = line.rendering_provider or case.claim.rendering_provider
    return _Own(
        line.service_date,
        counting.discipline_of(case, line) if params.by_discipline else None,
        provider.npi if params.by_provider and provider is not None else None,
    )


def _judge(params: DailyCap, case: Case, own: _Own, places: list[int]) -> list[Hit]:
    """Hits of the lines of one day: those that go beyond the limit in the order in which the payer pays, or all that stay below it."""
    amounts = {place: _amount(params, case.lines[place], case, place) for place in places}
    missing = [place for place, amount in amounts.items() if amount is None]
    sure, maybe = _before(params, case, own)
    if params.bound == "least":
        return _too_few(params, case, places, amounts, missing)
    hits: list[Hit] = []
    estimated = params.counts == "minutes" and any(case.lines[place].minutes is None for place in places)
    codes = {item.code for item in sure}
    running: Number = _total(params, sure)
    for place in _in_order(params, case, places):
        line = case.lines[place]
        before = running
        running = len(codes | {line.code}) if params.counts == "codes" else running + (amounts[place] or 0)
        codes.add(line.code)
        if running > params.limit and running > before:
            hits.append(_hit(params, case, place, before, running, estimated))
    first = places[0]
    if not hits and missing:
        return [
            Hit(
                "unknown",
                missing[0],
                "missing",
                _facts(params, case.lines[missing[0]], running),
                needs=_needs(params, case, missing),
                field="units",
            )
        ]
    most = len(codes | {item.code for item in maybe}) if params.counts == "codes" else running + _total(params, maybe)
    if not hits and most > params.limit:
        needs = ("context.history[].modifiers",) if params.by_discipline else ("context.history[].rendering_npi",)
        return [Hit("unknown", first, "whose", _facts(params, case.lines[first], most), needs=needs, field="units")]
    return hits


def _needs(params: DailyCap, case: Case, missing: list[int]) -> tuple[str, ...]:
    """What would have to be known of the lines: a field of theirs, or the relative value of their codes."""
    if params.counts == "rvu":
        return tuple(dict.fromkeys(f"the relative value of {case.lines[place].code}" for place in missing))
    return tuple(f"lines[{place}].{_NEEDS.get(params.counts, 'units')}" for place in missing)


def _in_order(params: DailyCap, case: Case, places: list[int]) -> list[int]:
    """The lines in the order in which the payer pays them; the order of the claim where amounts are not known."""
    if params.paid != "highest":
        return places
    allowed = {place: _allowed(case, place) for place in places}
    known = {place: amount / (case.lines[place].units or 1) for place, amount in allowed.items() if amount is not None}
    return sorted(places, key=lambda place: -known[place]) if len(known) == len(places) else places


def _allowed(case: Case, place: int) -> Decimal | None:
    own = case.lines[place].allowed
    return own if own is not None else case.expected_allowed(place)


def _amount(params: DailyCap, line: Line, case: Case, place: int) -> Number | None:
    if params.counts == "minutes":
        return line.minutes if line.minutes is not None else line.units * params.unit_minutes if params.unit_minutes else None
    if params.counts == "dollars":
        return _allowed(case, place)
    if params.counts != "rvu":
        return line.units
    return line.units * params.weights[line.code] if line.code in params.weights else None


def _earlier_amount(params: DailyCap, item: HistoryItem) -> Number:
    """What an earlier service of the day adds; what it does not say, or has no value on file, adds nothing."""
    if params.counts == "dollars":
        return item.allowed or 0
    if params.counts == "minutes":
        return (item.units or 0) * params.unit_minutes
    weight = params.weights.get(item.code, Decimal(0)) if params.counts == "rvu" else 1
    return (item.units or 1) * weight


def _total(params: DailyCap, items: Iterable[HistoryItem]) -> Number:
    items = list(items)
    return len({item.code for item in items}) if params.counts == "codes" else sum((_earlier_amount(params, item) for item in items), 0)


def _before(params: DailyCap, case: Case, own: _Own) -> tuple[list[HistoryItem], list[HistoryItem]]:
    """Services of other claims on the same day: those that surely count to it, and those of which nobody can tell."""
    sure: list[HistoryItem] = []
    maybe: list[HistoryItem] = []
    for item in case.earlier(own.day, own.day):
        if params.counted and item.code not in params.counted:
            continue
        discipline = disciplines.of_service(item.code, item.modifiers)
        answers = [
            not params.by_discipline or (None if None in (discipline, own.discipline) else discipline == own.discipline),
            not params.by_provider or (None if None in (item.rendering_npi, own.provider) else item.rendering_npi == own.provider),
        ]
        if False not in answers:
            (maybe if None in answers else sure).append(item)
    return sure, maybe


def _facts(params: DailyCap, line: Line, number: Number) -> dict[str, Any]:
    return {"code": line.code, "date": line.service_date, "number": number, "limit": params.limit, "what": _WHAT[params.counts]}


def _hit(params: DailyCap, case: Case, place: int, before: Number, running: Number, estimated: bool) -> Hit:
    line = case.lines[place]
    left = max(params.limit - before, 0)
    facts = _facts(params, line, running) | {"left": left, "order": _ORDER[params.paid]}
    if params.beyond == "authorization":
        fix = Fix("obtain-authorization", place, None, "ask", "ask the payer before more is done in a day")
    elif params.beyond == "review":
        fix = Fix("document", place, None, "ask", "have the record ready that shows why more was needed")
    elif params.counts == "units" and left:
        fix = Fix("change-units", place, str(left), "ask", "if the rest is not to be billed")
    else:
        fix = Fix("verify", place, None, "ask", "the rest of the day is not paid")
    soft = params.beyond == "review" or estimated
    return Hit("fail", place, "over", facts, field="units", fixes=(fix,), cap="review" if soft else None)


def _too_few(params: DailyCap, case: Case, places: list[int], amounts: Mapping[int, Number | None], missing: list[int]) -> list[Hit]:
    total: Number = sum((amount for amount in amounts.values() if amount is not None), 0)
    if params.counts == "codes":
        total = len({case.lines[place].code for place in places})
    if total >= params.limit:
        return []
    if missing:
        return [
            Hit(
                "unknown",
                missing[0],
                "missing",
                _facts(params, case.lines[missing[0]], total),
                needs=_needs(params, case, missing),
                field="units",
            )
        ]
    fix = Fix("verify", places[0], None, "ask", "if more was done, the note has to say so")
    return [Hit("fail", place, "below", _facts(params, case.lines[place], total), field="units", fixes=(fix,)) for place in places]


def sentence(params: DailyCap) -> str:
    apart = [text for text in ("discipline" if params.by_discipline else "", "provider" if params.by_provider else "") if text]
    whose = f", each {' and '.join(apart)} apart" if apart else ""
    amount = _amount_in_words(params)
    if params.bound == "least":
        return f"Nothing is paid for a day with less than {amount}{whose}."
    codes = f" of {', '.join(params.counted)}" if params.counted else ""
    beyond = {"not-covered": "", "authorization": "; more needs authorization", "review": "; more is reviewed"}[params.beyond]
    return f"The payer pays at most {amount}{codes} for one patient and day{whose}{_ORDER[params.paid]}{beyond}."


def _amount_in_words(params: DailyCap) -> str:
    if params.counts == "dollars":
        return money(params.limit)
    what = _WHAT[params.counts]
    return f"{params.limit} {what[:-1] if params.limit == 1 else what}"


def answer(params: DailyCap, tables: Tables, question: Question) -> Contribution | None:
    """The cap of the day; what is used of it where the history tells whose day it is."""
    if params.counted and question.code not in params.counted:
        return None
    words = [f"Each {'discipline' if params.by_discipline else 'provider'} apart."] if params.by_discipline or params.by_provider else []
    words += [f"Counted in {_WHAT[params.counts]}."] if params.counts in _ANSWERED else []
    words += [f"Paid{_ORDER[params.paid].replace(', taken', '')}."] if params.paid != "unsaid" else []
    hard = params.beyond == "not-covered"
    note = " ".join(words) or None
    counts = _ANSWERED.get(params.counts, params.counts)
    if params.bound == "least":
        return Contribution(documents=(f"at least {params.limit} {_WHAT[params.counts]} of service on the day",))
    if params.counts == "units" and not words and params.counted:
        return Contribution(limits=(usage.day_limit(question, params.counted, int(params.limit), hard=hard, note=note),))
    made = Limit(counts, Decimal(params.limit), "day", shared_by=params.counted, hard=hard, beyond=params.beyond, note=note)  # type: ignore[arg-type]
    return Contribution(limits=(made,))


KIND = Kind(
    name="daily-cap",
    title="Cap per day",
    about="What is paid for one patient and day at most over a group of codes, or has to be done at least.",
    params=DailyCap,
    evidence=("claim", "record", "chart"),
    for_codes=True,
    bind=bind,
    sentence=sentence,
    answer=answer,
    look_back=lambda params: 1,
    messages={
        "over": "{code} on {date}: with it the day has {number} {what}; at most {limit} are paid{order}.",
        "below": "{code} on {date}: the day has {number} {what}; at least {limit} are needed.",
        "missing": "{code} on {date}: the {what} of the day are not known, so the limit of {limit} cannot be checked.",
        "whose": "{code} on {date}: whether earlier services of the day share the limit of {limit} {what} is not known.",
    },
)
