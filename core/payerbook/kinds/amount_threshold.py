"""A yearly dollar amount above which lines need a modifier: the running total per bucket of disciplines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from payerbook.claim import Accumulator, ClaimType, Discipline, HistoryItem, Line
from payerbook.kinds import disciplines
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
    Tables,
    join,
    money,
)


class Bucket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(description="Name of the bucket, as accumulators carry it.")]
    disciplines: Annotated[tuple[Discipline, ...], Meta(description="Disciplines whose services share the amount.")]
    amount: Annotated[Decimal, Meta(description="US dollars of allowed amounts in a calendar year.")]


class AmountThreshold(Params, frozen=True):
    modifier: Annotated[str, Meta(description="What a line above the amount needs.")]
    buckets: Annotated[tuple[Bucket, ...], Meta(description="One amount per group of disciplines.", min_length=1)]
    accumulator: Annotated[str, Meta(description="Name of the accumulator in `context.accumulators`.")]
    instead: Annotated[tuple[str, ...], Meta(description="Modifiers that take the place of the modifier (liability notices).")] = ()
    finds: Annotated[
        Literal["missing", "early", "reached"],
        Meta(
            description="missing = lines above the amount without the modifier; early = lines with it below the amount; "
            "reached = the amount is passed, whatever the line carries (told once per claim and group)."
        ),
    ] = "missing"
    all_lines_of: Annotated[
        tuple[ClaimType, ...],
        Meta(description="Types of claim on which every line of the group needs the modifier once one line is above the amount."),
    ] = ()


class _Total:
    """A running total: at least `sure` dollars, and exactly that when nothing is `missing`."""

    __slots__ = ("missing", "sure")

    def __init__(self, sure: Decimal, missing: tuple[str, ...]) -> None:
        self.sure = sure
        self.missing = missing


class _Walk:
    """The totals after each line, by bucket and year: worked out once for all rules that count the same disciplines."""

    __slots__ = ("after", "estimated", "last", "nameless")

    def __init__(self, case: Case, indexes: tuple[int, ...], buckets: Mapping[Discipline, Bucket], accumulator: str) -> None:
        self.after: list[tuple[int, str, Decimal, tuple[str, ...]]] = []
        self.last: dict[tuple[str, int], _Total] = {}
        self.nameless: list[int] = []
        self.estimated: list[int] = []
        for index in indexes:
            line = case.lines[index]
            discipline = disciplines.of(line.modifiers)
            if discipline is None:
                self.nameless.append(index)
                continue
            bucket = buckets.get(discipline)
            if bucket is None:
                continue
            key = (bucket.name, line.service_date.year)
            total = self.last.get(key)
            if total is None:
                total = self.last[key] = _before(case, bucket, line.service_date.year, accumulator)
            amount = line.allowed
            if amount is None and not total.missing:
                amount = case.expected_allowed(index)
                if amount is not None:
                    self.estimated.append(index)
            if amount is None:
                total.missing += (f"lines[{index}].allowed",)
            else:
                total.sure += amount
            self.after.append((index, bucket.name, total.sure, total.missing))


class _Plain(NamedTuple):
    """The bucket of a claim all of whose services belong to one, and what its year has come to; the total is None on other claims."""

    bucket: str
    total: Decimal | None


_MIXED = _Plain("", None)


def _plain(case: Case, indexes: tuple[int, ...], buckets: Mapping[Discipline, Bucket], accumulator: str) -> _Plain:
    """The last total of the walk, without the walk: enough for the many claims that stay below the amount."""
    discipline = disciplines.only(case)
    bucket = None if discipline is None else buckets.get(discipline)
    first, last = case.span
    if bucket is None or first.year != last.year:
        return _MIXED
    before = _before(case, bucket, first.year, accumulator)
    total = before.sure
    for index in indexes:
        amount = case.lines[index].allowed
        if amount is None:
            return _MIXED
        total += amount
    return _MIXED if before.missing else _Plain(bucket.name, total)


def bind(params: AmountThreshold, tables: Tables) -> Check:
    bucket_of = {discipline: bucket for bucket in params.buckets for discipline in bucket.disciplines}
    named = {bucket.name: bucket for bucket in params.buckets}
    instead = frozenset(params.instead)
    counted = f"{params.accumulator} {[(bucket.name, bucket.disciplines) for bucket in params.buckets]}"
    summed = f"{counted} summed"

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        lines = case.lines
        if params.finds == "early" and all(params.modifier not in lines[index].modifiers for index in indexes):
            return NOT_APPLICABLE
        if params.finds != "early":
            plain = case.shared.get((summed, indexes))
            if plain is None:
                plain = case.shared[(summed, indexes)] = _plain(case, indexes, bucket_of, params.accumulator)
            if plain.total is not None and plain.total <= named[plain.bucket].amount:
                return None
        walk = case.shared.get((counted, indexes))
        if walk is None:
            walk = case.shared[(counted, indexes)] = _Walk(case, indexes, bucket_of, params.accumulator)
        if not walk.nameless and params.finds != "early" and _all_below(walk, named):
            return None if walk.after else NOT_APPLICABLE
        hits = [
            Hit("unknown", index, "discipline", {"code": lines[index].code}, needs=(f"lines[{index}].modifiers",))
            for index in walk.nameless
        ]
        judged = [entry for entry in walk.after if instead.isdisjoint(lines[entry[0]].modifiers)]
        for index, name, sure, missing in judged:
            hit = _judge(index, lines[index], named[name], _Total(sure, missing), params)
            if hit is not None and not (
                params.finds == "reached" and any(hit.facts["bucket"] == told.facts.get("bucket") for told in hits)
            ):
                hits.append(hit)
        if case.claim.claim_type in params.all_lines_of:
            hits.extend(_left_behind(case, {hit.line for hit in hits}, judged, named, walk, params))
        if walk.estimated:
            hits = [_from_estimates(hit, [case.number(index) for index in walk.estimated]) for hit in hits]
        return hits or (None if judged else NOT_APPLICABLE)

    return check


def _from_estimates(hit: Hit, lines: list[int]) -> Hit:
    """A hit that rests on amounts of the fee schedule says so, and asks for review at most: the payer's own amounts may differ."""
    return msgspec.structs.replace(hit, facts={**hit.facts, "estimated": lines}, cap=hit.cap or "review")


def _all_below(walk: _Walk, named: Mapping[str, Bucket]) -> bool:
    """Whether every total is known and not above its amount, as for most claims."""
    return all(not total.missing and total.sure <= named[name].amount for (name, _), total in walk.last.items())


def _before(case: Case, bucket: Bucket, year: int, accumulator: str) -> _Total:
    """What the year had used before this claim: the accumulator up to its date, and history received after it."""
    held = _accumulator(case, bucket, year, accumulator)
    items = case.earlier(date(year, 1, 1), date(year, 12, 31)) if case.history.items else ()
    known = held is not None or case.history.complete
    total = _Total(Decimal(0) if held is None else held.used, () if known else ("context.accumulators",))
    for item in items:
        if (held is not None and not _after(item, held)) or disciplines.of(item.modifiers) not in bucket.disciplines:
            continue
        if item.allowed is None:
            total.missing += ("context.history[].allowed",)
        else:
            total.sure += item.allowed
    return total


def _accumulator(case: Case, bucket: Bucket, year: int, name: str) -> Accumulator | None:
    context = case.claim.context
    return _held((context.accumulators if context is not None else None) or (), bucket, year, name)


def _held(accumulators: tuple[Accumulator, ...], bucket: Bucket, year: int, name: str) -> Accumulator | None:
    """The accumulator of the bucket and year, if there is one."""
    for accumulator in accumulators:
        if accumulator.name == name and accumulator.year == year and accumulator.bucket in (bucket.name, None):
            return accumulator
    return None


def _after(item: HistoryItem, held: Accumulator) -> bool:
    """Whether a service was received after the day the accumulator stands for (services without a receipt day go by their date)."""
    return held.as_of is not None and (item.received_on or item.service_date) > held.as_of


def _judge(index: int, line: Line, bucket: Bucket, total: _Total, params: AmountThreshold) -> Hit | None:
    code = line.code
    carries = params.modifier in line.modifiers
    above = total.sure > bucket.amount
    if params.finds == "reached":
        return _reached(index, code, bucket, total) if above or total.missing else None
    if (above or not carries) if params.finds == "early" else (not above and (carries or not total.missing)):
        return None
    facts: dict[str, Any] = {"code": code, "bucket": bucket.name, "threshold": bucket.amount, "used": total.sure}
    if params.finds == "early":
        if total.missing:
            return Hit("unknown", index, "total", facts, needs=tuple(dict.fromkeys(total.missing)), field="modifiers")
        fix = Fix("remove-modifier", index, params.modifier, "ask", "if nothing else brings the year above the amount")
        return Hit("fail", index, "early", facts, field="modifiers", fixes=(fix,))
    if above:
        if carries:
            return Hit("resolved", index, "attested", facts, field="modifiers")
        fixes = (
            Fix("add-modifier", index, params.modifier, "ask", "only if the record shows that skilled therapy is needed"),
            Fix("add-notice", index, "GA", "ask", "if the service is not covered and the patient signed an ABN"),
        )
        return Hit("fail", index, "over", facts, field="modifiers", fixes=fixes)
    return Hit("unknown", index, "total", facts, needs=tuple(dict.fromkeys(total.missing)), field="modifiers")


def _reached(index: int, code: str, bucket: Bucket, total: _Total) -> Hit:
    facts: dict[str, Any] = {"code": code, "bucket": bucket.name, "threshold": bucket.amount, "used": total.sure}
    if total.sure <= bucket.amount:
        return Hit("unknown", index, "reach", facts, needs=tuple(dict.fromkeys(total.missing)))
    return Hit(
        "fail", index, "reached", facts, fixes=(Fix("document", index, None, "ask", "have the record ready: the payer may ask for it"),)
    )


def _left_behind(
    case: Case,
    found: set[int | None],
    judged: list[tuple[int, str, Decimal, tuple[str, ...]]],
    named: Mapping[str, Bucket],
    walk: _Walk,
    params: AmountThreshold,
) -> list[Hit]:
    """Lines billed before the amount was passed, on a claim whose later lines are above it."""
    hits = []
    for index, name, _, _ in judged:
        line = case.lines[index]
        total = walk.last[(name, line.service_date.year)]
        if index in found or params.modifier in line.modifiers or total.sure <= named[name].amount:
            continue
        facts = {"code": line.code, "bucket": name, "threshold": named[name].amount, "used": total.sure}
        fix = Fix("add-modifier", index, params.modifier, "ask", "only if the record shows that skilled therapy is needed")
        hits.append(Hit("fail", index, "left-behind", facts, field="modifiers", fixes=(fix,)))
    return hits


def sentence(params: AmountThreshold) -> str:
    amounts = join(
        (
            f"{money(bucket.amount)} for {join(bucket.disciplines, 'and')}{' together' if len(bucket.disciplines) > 1 else ''}"
            for bucket in params.buckets
        ),
        "and",
    )
    instead = f" ({join(params.instead)} when a notice shifts liability)" if params.instead else ""
    if params.finds == "reached":
        return f"Review of the record may begin once the allowed amounts of the calendar year pass {amounts}."
    if params.finds == "early":
        return f"A line carries {params.modifier} only once the allowed amounts of the calendar year pass {amounts}."
    return f"Once the allowed amounts of the calendar year pass {amounts}, each line needs {params.modifier}{instead}."


def answer(params: AmountThreshold, tables: Tables, question: Question) -> Contribution | None:
    """The yearly amount of every group of disciplines that bill the code, with what the patient has used of it."""
    if params.finds == "early":
        return None
    buckets = [bucket for bucket in params.buckets if not question.disciplines or set(bucket.disciplines) & set(question.disciplines)]
    found = [_yearly(params, bucket, question) for bucket in buckets]
    missing = question.history is not None and any(limit.used is None for limit in found)
    return Contribution(limits=tuple(found), needs=("context.history[].allowed",) if missing else ())


def _yearly(params: AmountThreshold, bucket: Bucket, question: Question) -> Limit:
    if params.finds == "reached":
        note, beyond = "Above it the payer may review the record.", "review"
    else:
        note, beyond = f"Above it every line needs {params.modifier}; nothing is paid without it.", "not-covered"
    bare = Limit("dollars", bucket.amount, "calendar-year", bucket.disciplines, hard=False, beyond=beyond, note=note)  # type: ignore[arg-type]
    used = _used(params, bucket, question)
    if used is None:
        return bare
    spent = used >= bucket.amount and params.finds != "reached"
    return msgspec.structs.replace(
        bare,
        used=used,
        remaining=max(bucket.amount - used, Decimal(0)),
        next_allowed=date(question.on.year + 1, 1, 1) if spent else question.on,
    )


def _used(params: AmountThreshold, bucket: Bucket, question: Question) -> Decimal | None:
    """Allowed dollars of the year: those of the accumulator, and of services received after its day; None when an amount is missing."""
    year = question.on.year
    held = _held(question.accumulators, bucket, year, params.accumulator)
    if held is None and question.history is None:
        return None
    items = [
        item
        for item in question.history or ()
        if item.service_date.year == year and disciplines.of(item.modifiers) in bucket.disciplines and (held is None or _after(item, held))
    ]
    amounts = [item.allowed for item in items if item.allowed is not None]
    return sum(amounts, held.used if held is not None else Decimal(0)) if len(amounts) == len(items) else None


KIND = Kind(
    name="amount-threshold",
    title="Yearly dollar threshold",
    about="A running total of allowed amounts per patient, year and group of disciplines, and the modifier that lines above it need.",
    params=AmountThreshold,
    evidence=("record",),
    bind=bind,
    sentence=sentence,
    answer=answer,
    look_back=lambda params: 366,
    settled=lambda params: ("not-applicable",),
    messages={
        "over": "With {code} the {bucket} total of the year is ${used:,.2f}, above ${threshold:,.2f}, and the line has no {modifier}.",
        "early": "With {code} the {bucket} total of the year is ${used:,.2f}, not above ${threshold:,.2f}; "
        "the line carries {modifier} already.",
        "left-behind": "This claim brings the {bucket} total of the year to ${used:,.2f}, above ${threshold:,.2f}; "
        "on this type of claim {code} needs {modifier} too.",
        "reached": "With {code} the {bucket} total of the year is ${used:,.2f}, above ${threshold:,.2f}: the payer may review the record.",
        "reach": "The {bucket} total of the year is not known, so whether it is above ${threshold:,.2f} cannot be told.",
        "attested": "The {bucket} total of the year is ${used:,.2f}, above ${threshold:,.2f}; {code} carries {modifier}.",
        "total": "The {bucket} total of the year is not known, so whether {code} needs {modifier} (above ${threshold:,.2f}) "
        "cannot be told.",
        "discipline": "{code} names no single discipline (GP, GO or GN), so its yearly total cannot be told.",
    },
)
