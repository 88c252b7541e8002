"""Where a payer stands on a code: not yet begun, deleted, not valid, bundled, not covered, investigational, covered on conditions, absent."""

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

Status = Literal[
    "new", "deleted", "not-valid", "bundled", "non-covered", "not-necessary", "investigational", "restricted", "contractor-priced",
    "absent", "criteria", "listed", "payable",
]  # fmt: skip
_GOOD = frozenset({"payable", "criteria", "listed"})
"""Statuses that only answer questions."""
_CAPS: dict[Status, Literal["review", "advice"]] = {"absent": "advice"}
"""How hard a status can be said whatever its source: what a list does not name was not refused."""


class CodeState(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}):
    start: Annotated[date | None, Meta(description="First day the code may be billed; absent = before this rule's dates.")] = None
    end: Annotated[
        date | None, Meta(description="Last day the code may be billed; absent with no `from` = the status holds on every day.")
    ] = None
    use: Annotated[tuple[str, ...], Meta(description="Codes to bill instead.")] = ()
    note: Annotated[str | None, Meta(description="What a biller should know, in our own words.")] = None
    when: Annotated[
        str | None,
        Meta(description="A condition that the claim cannot answer, under which the status holds; the finding then asks for review."),
    ] = None


class CodeStatus(Params, frozen=True):
    status: Annotated[
        Status,
        Meta(
            description="Where the payer stands: criteria = covered when its criteria are met; listed = in the code table of its policy; "
            "absent = not in a policy that lists what it covers, which is weaker than a refusal; the others say why it does not pay as billed."
        ),
    ]
    codes: Annotated[
        dict[str, CodeState],
        Meta(description="The codes; with dates the code is only billable between them. Left out: those of `when`.", min_length=1),
    ]
    resolved_by: Annotated[tuple[str, ...], Meta(description="Modifiers that say the status is known (GY, GZ, GA ...).")] = ()
    policy: Annotated[str, Meta(description="Number of the payer's policy that says so.")] = ""
    decided_at: Annotated[
        Literal["payer", "plan", "default"],
        Meta(description="Who decides: the payer's policy, the member's plan, or nobody yet (default = the payer's general rule)."),
    ] = "payer"


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
                "under": _under(params, state),
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
            cap = "review" if state.when is not None else _CAPS.get(params.status)
            hits.append(Hit("fail", index, f"{key}-use" if state.use else key, facts, field="code", fixes=fixes, cap=cap))
        return hits or (None if met else NOT_APPLICABLE)

    return check


def _under(params: CodeStatus, state: CodeState) -> str:
    """The condition and the policy, as a message adds them to what it says."""
    when = f" when {state.when}" if state.when is not None else ""
    return when + (f" (policy {params.policy})" if params.policy else "")


def _last_resort(status: Status, index: int, note: str | None) -> Fix:
    """What is left to do when there is neither another code nor a notice."""
    if status in ("restricted", "contractor-priced"):
        return Fix("verify", index, None, "ask", note or "ask the contractor whether it pays the service, and what it wants to see")
    if status == "absent":
        return Fix("verify", index, None, "ask", note or "ask the payer whether it covers the service")
    return Fix("do-not-bill", index, None, "ask", note or "the payer does not pay it apart")


def _key(status: Status, state: CodeState, day: date) -> str | None:
    """The message that fits, or None when the code may be billed on the day."""
    if status in _GOOD:
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
    "not-necessary": "is not medically necessary by the payer's policy",
    "investigational": "is investigational or unproven by the payer's policy",
    "absent": "is not among the codes that the payer's policy lists, which does not say that it is refused",
    "criteria": "is covered when the criteria of the payer's policy are met",
    "listed": "is among the codes of the payer's policy",
    "restricted": "is covered only in special cases, decided by the contractor",
    "contractor-priced": "has no national price; the contractor decides coverage and price",
    "payable": "is paid apart when the service is a benefit and needed",
}

_REFUSING = {status: words for status, words in _WORDS.items() if status != "deleted" and status not in _GOOD}
"""The words for statuses that a check finds, apart from the one that has a day to tell."""


def sentence(params: CodeStatus) -> str:
    unless = f", unless the line carries {join(params.resolved_by)}" if params.resolved_by else ""
    policy = f" (policy {params.policy})" if params.policy else ""
    return f"{join(sorted(params.codes), 'and')}: each {_WORDS[params.status]}{policy}{unless}."


def answer(params: CodeStatus, tables: Tables, question: Question) -> Contribution | None:
    """A code that may not be billed on the day is not covered; one that the contractor judges is covered on conditions."""
    state = params.codes.get(question.code)
    key = None if state is None else _key(params.status, state, question.on)
    if state is None or (key is None and params.status not in _GOOD):
        return None
    words = f"may not be billed before {state.start}" if key == "early" else _WORDS[params.status]
    words += f": its last day was {state.end}" if key == "deleted" and state.end is not None else ""
    why = f"{question.code} {words}{_under(params, state)}{f' ({state.note})' if state.note else ''}."
    if params.status == "payable":
        return Contribution(Standing("covered", why))
    if params.status == "absent":
        return Contribution(gaps=(why,))
    if params.status in _GOOD or state.when is not None:
        return Contribution(Standing("conditional", why, state.use, params.decided_at, ("other",)))
    if params.status in ("restricted", "contractor-priced"):
        return Contribution(Standing("conditional", why, state.use, "contractor", ("other",)))
    return Contribution(Standing("not-covered", why, state.use, params.decided_at))


def turns(params: CodeStatus, tables: Tables, code: str) -> list[date]:
    """The first day of the code and the day after its last."""
    state = params.codes.get(code, CodeState())
    first = [state.start] if state.start is not None else []
    return first + ([state.end + timedelta(days=1)] if state.end is not None else [])


KIND = Kind(
    name="code-status",
    title="Code status",
    about="Where the payer stands on codes: not begun, deleted, not valid, bundled, not covered, investigational, covered on conditions, absent.",
    params=CodeStatus,
    evidence=("claim", "record"),
    for_codes=True,
    by_code="codes",
    bind=bind,
    sentence=sentence,
    answer=answer,
    turns=turns,
    settled=lambda params: ("pass", "not-applicable") if params.status in _GOOD else (),
    silent=lambda params: params.status in _GOOD,
    told=("policy", "decided_at"),
    messages={
        "deleted": "{code} may no longer be billed: its last day was {last}.",
        "deleted-use": "{code} may no longer be billed: its last day was {last}; use {use}.",
        "early": "{code} may not be billed on {date}: its first day is {first}.",
        "early-use": "{code} may not be billed on {date}: its first day is {first}; use {use}.",
        **{status: f"{{code}} {words}{{under}}." for status, words in _REFUSING.items()},
        **{f"{status}-use": f"{{code}} {words}{{under}}; use {{use}}." for status, words in _REFUSING.items()},
        "answered": "{code} is marked as known to be {status} ({resolved_by}).",
    },
)
