"""The same service billed twice: on one claim, on an earlier claim, or a whole claim sent again as if it were new."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from payerbook.claim import HistoryItem, Line
from payerbook.kinds.base import Case, Check, Fix, Hit, Kind, Params, Result, Tables, join


class Duplicate(Params, frozen=True):
    finds: Annotated[
        Literal["exact", "suspected", "resubmission"],
        Meta(
            description="exact = same date, code, modifiers and units; suspected = same date and code, otherwise different; "
            "resubmission = a claim whose services were all billed before, sent without frequency code 7."
        ),
    ]
    repeat: Annotated[tuple[str, ...], Meta(description="Modifiers that say the service was done again or apart.")] = ("76", "77", "91")
    ignore: Annotated[
        tuple[str, ...], Meta(description="Modifiers that do not make two lines differ (payment and liability modifiers).")
    ] = ()
    apart: Annotated[
        tuple[str, ...], Meta(description="Modifiers that rightly stand on one of two lines of a code (assistant share, discipline).")
    ] = ()
    corrected_by: Annotated[
        Literal["replacement", "reopening"],
        Meta(description="How the payer takes a correction: as a claim with frequency code 7, or by reopening its decision."),
    ] = "replacement"
    look_back_days: Annotated[int, Meta(description="How far back services are kept for comparison.", ge=1)] = 366


def bind(params: Duplicate, tables: Tables) -> Check:
    return _resubmission(params) if params.finds == "resubmission" else _lines(params)


def _lines(params: Duplicate) -> Check:
    repeat, ignore, apart = frozenset(params.repeat), frozenset(params.ignore), frozenset(params.apart)
    exact = params.finds == "exact"

    def same(line: Line, other: Line | HistoryItem) -> bool:
        """Whether two services of one code and day are the kind of twin that the rule looks for."""
        mine, theirs = set(line.modifiers) - ignore, set(other.modifiers) - ignore
        alike = mine == theirs and (line.units == other.units or other.units is None)
        if exact:
            return alike
        return not alike and not apart.intersection(mine ^ theirs)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        hits: list[Hit] = []
        lines = case.lines
        if case.repeats:
            seen: dict[tuple[str, date], list[int]] = {}
            for index in indexes:
                line = lines[index]
                before = seen.setdefault((line.code, line.service_date), [])
                if before and (exact or repeat.isdisjoint(line.modifiers)):
                    twins = [place for place in before if same(line, lines[place])]
                    if twins and repeat.isdisjoint(line.modifiers):
                        hits.append(_hit(case, index, f"line {case.number(twins[0])}", params.finds))
                before.append(index)
        resent = case.claim.frequency_code in ("7", "8")
        past = () if resent else case.earlier(*case.span)
        if past:
            found = {hit.line for hit in hits}
            earlier = {(item.code, item.service_date): item for item in reversed(past)}
            for index in indexes:
                line = lines[index]
                item = earlier.get((line.code, line.service_date))
                if item is not None and index not in found and repeat.isdisjoint(line.modifiers) and same(line, item):
                    hits.append(_hit(case, index, f"claim {item.claim_id}" if item.claim_id else "an earlier claim", params.finds))
        if not hits and not case.history.complete and not resent:
            return [Hit("unknown", None, "history", {}, needs=("context.history",))]
        return hits or None

    return check


def _hit(case: Case, index: int, where: str, finds: str) -> Hit:
    line = case.lines[index]
    facts = {"code": line.code, "date": line.service_date, "where": where, "units": line.units}
    fixes = (
        Fix("remove-line", index, line.code, "ask", "if it is the same service"),
        Fix("add-modifier", index, "76", "ask", "only if the same provider did the service again on the day and the note shows both"),
    )
    return Hit("fail", index, finds, facts, field="code", fixes=fixes)


def _resubmission(params: Duplicate) -> Check:
    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        claim = case.claim
        if claim.frequency_code in ("7", "8"):
            return None
        billed = {
            (item.service_date, item.code) for item in case.history.items if item.claim_id == claim.claim_id and case.same_payer(item.payer)
        }
        if billed and all((line.service_date, line.code) in billed for line in case.lines):
            facts = {"lines": len(case.lines)}
            if params.corrected_by == "reopening":
                fix = Fix("verify", None, None, "ask", "look up the first claim's status; a decided claim is corrected by reopening it")
                return [Hit("fail", None, "resent", facts, field="claim_id", fixes=(fix,))]
            why = "if this corrects a claim the payer has decided; add its control number (REF F8)"
            fix = Fix("change-frequency-code", None, "7", "ask", why)
            return [Hit("fail", None, "resubmission", facts, field="frequency_code", fixes=(fix,))]
        return None if case.history.complete else [Hit("unknown", None, "history", {}, needs=("context.history",))]

    return check


def sentence(params: Duplicate) -> str:
    if params.finds == "resubmission":
        if params.corrected_by == "reopening":
            return "A claim whose services were all billed before is not sent again; a decided claim is corrected by reopening it."
        return "A claim whose services were all billed before under the same claim number needs frequency code 7 (replacement)."
    what = "with the same modifiers and units" if params.finds == "exact" else "with other modifiers or units"
    return f"The same code on the same day {what} is billed once, unless the line carries {join(params.repeat)}."


KIND = Kind(
    name="duplicate",
    title="Duplicates",
    about="Services that were billed before: exact copies, likely copies, and claims sent again as new.",
    params=Duplicate,
    evidence=("record",),
    bind=bind,
    sentence=sentence,
    look_back=lambda params: params.look_back_days,
    messages={
        "exact": "{code} on {date} with {units} units is an exact copy of {where}.",
        "suspected": "{code} on {date} is billed again; {where} has the same code and date with other modifiers or units.",
        "resubmission": "All {lines} services were billed before under this claim number; a corrected claim needs frequency code 7, a new one a new number.",
        "resent": "All {lines} services were billed before under this claim number; the payer corrects a decided claim by reopening it.",
        "history": "Whether these services were billed before cannot be told without the patient's history.",
    },
)
