"""Codes that a payer does not pay as billed: not yet begun, deleted, not valid for the payer, bundled, not covered, priced by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from payerbook.kinds.base import (
    NOT_APPLICABLE,
    Case,
    Check,
    Contribution,
    Fix,
    Hit,
    Kind,
    Params,
    Question,
    Result,
    Standing,
    Tables,
    join,
)

Status = Literal["new", "deleted", "not-valid", "bundled", "non-covered", "restricted", "contractor-priced", "payable"]


class CodeState(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}):
    start: Annotated[date | None, Meta(description="First day the code may be billed; absent = before this rule's dates.")] = None
    end: Annotated[
        date | None, Meta(description="Last day the code may be billed; absent with no `from` = the status holds on every day.")
    ] = None
    use: Annotated[tuple[str, ...], Meta(description="Codes to bill instead.")] = ()
    note: Annotated[str | None, Meta(description="What a biller should know, in our own words.")] = None


class CodeStatus(Params, frozen=True):
    status: Annotated[Status, Meta(description="Why the payer does not pay the code as billed.")]
    codes: Annotated[dict[str, CodeState], Meta(description="The codes; with dates the code is only billable between them.", min_length=1)]
    resolved_by: Annotated[tuple[str, ...], Meta(description="Modifiers that say the status is known (GY, GZ, GA ...).")] = ()


def bind(params: CodeStatus, tables: Tables) -> Check:
    answered = frozenset(params.resolved_by)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        hits: list[Hit] = []
        met = False
        for index in indexes:
            line = case.lines[index]
            state = params.codes.get(line.code)
            if state is None:
                continue
            met = True
            key = _key(params.status, state, line.service_date)
            if key is None:
                continue
            facts = {
                "code": line.code,
                "status": params.status,
                "date": line.service_date,
                "use": list(state.use),
                "first": state.start,
                "last": state.end,
            }
            if not answered.isdisjoint(line.modifiers):
                hits.append(Hit("resolved", index, "answered", facts, field="code"))
                continue
            instead = tuple(Fix("replace-code", index, code, "ask", state.note or "if it is what was done") for code in state.use)
            notice = tuple(
                Fix("add-modifier", index, modifier, "ask", "if the patient was given the notice it stands for")
                for modifier in params.resolved_by[:1]
            )
            fixes = instead or notice or (_last_resort(params.status, index, state.note),)
            hits.append(Hit("fail", index, f"{key}-use" if state.use else key, facts, field="code", fixes=fixes))
        return hits or (None if met else NOT_APPLICABLE)

    return check


def _last_resort(status: Status, index: int, note: str | None) -> Fix:
    """What is left to do when there is neither another code nor a notice."""
    if status in ("restricted", "contractor-priced"):
        return Fix("verify", index, None, "ask", note or "ask the contractor whether it pays the service, and what it wants to see")
    return Fix("do-not-bill", index, None, "ask", note or "the payer does not pay it apart")


def _key(status: Status, state: CodeState, day: date) -> str | None:
    """The message that fits, or None when the code may be billed on the day."""
    if status == "payable":
        return None
    if state.start is None and state.end is None:
        return status
    if state.start is not None and day < state.start:
        return "early"
    return status if state.end is not None and day > state.end else None


_WORDS: dict[str, str] = {
    "new": "may not be billed before its first day",
    "deleted": "may no longer be billed",
    "not-valid": "is not valid for this payer",
    "bundled": "is always bundled into other services and never paid apart",
    "non-covered": "is not covered",
    "restricted": "is covered only in special cases, decided by the contractor",
    "contractor-priced": "has no national price; the contractor decides coverage and price",
    "payable": "is paid apart when the service is a benefit and needed",
}


def sentence(params: CodeStatus) -> str:
    unless = f", unless the line carries {join(params.resolved_by)}" if params.resolved_by else ""
    return f"{join(sorted(params.codes), 'and')}: each {_WORDS[params.status]}{unless}."


def answer(params: CodeStatus, tables: Tables, question: Question) -> Contribution | None:
    """A code that may not be billed on the day is not covered; one that the contractor judges is covered on conditions."""
    state = params.codes.get(question.code)
    key = None if state is None else _key(params.status, state, question.on)
    if state is None or (key is None and params.status != "payable"):
        return None
    words = f"may not be billed before {state.start}" if key == "early" else _WORDS[params.status]
    words += f": its last day was {state.end}" if key == "deleted" and state.end is not None else ""
    why = f"{question.code} {words}{f' ({state.note})' if state.note else ''}."
    if key is None:
        return Contribution(Standing("covered", why))
    if params.status in ("restricted", "contractor-priced"):
        return Contribution(Standing("conditional", why, state.use, "contractor", ("other",)))
    return Contribution(Standing("not-covered", why, state.use))


def turns(params: CodeStatus, tables: Tables, code: str) -> list[date]:
    """The first day of the code and the day after its last."""
    state = params.codes.get(code, CodeState())
    first = [state.start] if state.start is not None else []
    return first + ([state.end + timedelta(days=1)] if state.end is not None else [])


KIND = Kind(
    name="code-status",
    title="Code status",
    about="Codes that have not begun, are deleted, not valid for the payer, bundled, not covered or priced by the contractor.",
    params=CodeStatus,
    bind=bind,
    sentence=sentence,
    answer=answer,
    turns=turns,
    settled=lambda params: ("pass", "not-applicable") if params.status == "payable" else (),
    silent=lambda params: params.status == "payable",
    messages={
        "deleted": "{code} may no longer be billed: its last day was {last}.",
        "deleted-use": "{code} may no longer be billed: its last day was {last}; use {use}.",
        "early": "{code} may not be billed on {date}: its first day is {first}.",
        "early-use": "{code} may not be billed on {date}: its first day is {first}; use {use}.",
        **{status: f"{{code}} {words}." for status, words in _WORDS.items() if status != "deleted"},
        **{f"{status}-use": f"{{code}} {words}; use {{use}}." for status, words in _WORDS.items() if status != "deleted"},
        "answered": "{code} is marked as known to be {status} ({resolved_by}).",
    },
)
