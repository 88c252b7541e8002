"""Whether a service needs the payer's approval beforehand, and whether the record holds one that fits."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from payerbook.claim import Authorization, Line
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Contribution, Fix, Hit, Kind, Params, Permission, Question, Result, Tables

_PATH = "context.authorizations"


class PriorAuthorization(Params, frozen=True):
    needed: Annotated[Literal["no-auth", "auth-needed"], Meta(description="no-auth = the payer asks for none; auth-needed = it does.")]
    from_visit: Annotated[int, Meta(description="First visit of the episode that needs it.", ge=1)] = 1
    exempt: Annotated[tuple[str, ...], Meta(description="Codes that need none although the rule names them.")] = ()
    valid_days: Annotated[int, Meta(description="Days that an approval holds; 0 = not said.")] = 0
    valid_visits: Annotated[int, Meta(description="Visits that an approval is for; 0 = not said.")] = 0
    request_by: Annotated[str, Meta(description="By when to ask, in words.")] = ""
    retroactive_days: Annotated[int, Meta(description="Days after the service within which it may still be asked for.")] = 0
    send: Annotated[tuple[str, ...], Meta(description="What to send, in short words.")] = ()
    where: Annotated[str, Meta(description="Where to ask.")] = ""


def bind(params: PriorAuthorization, tables: Tables) -> Check:
    exempt = frozenset(params.exempt)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        if params.needed == "no-auth":
            return NOT_APPLICABLE
        asked = [index for index in indexes if case.lines[index].code not in exempt]
        context = case.claim.context
        visit = context.episode.visit_number if context is not None and context.episode is not None else None
        if not asked or (visit is not None and visit < params.from_visit):
            return NOT_APPLICABLE
        held = context.authorizations if context is not None else None
        hits: list[Hit] = []
        for index in asked:
            line = case.lines[index]
            facts = {"code": line.code, "date": line.service_date}
            if held is not None and any(covers(item, line) for item in held):
                continue
            if visit is None and params.from_visit > 1:
                hits.append(Hit("unknown", index, "visit", facts, needs=("context.episode.visit_number",)))
            elif held is None:
                hits.append(Hit("unknown", index, "unsaid", facts, needs=(_PATH,)))
            else:
                fix = Fix("obtain-authorization", index, None, "ask", params.request_by or "ask the payer, with proof of need")
                hits.append(Hit("fail", index, "none", facts, field="authorization_number", fixes=(fix,)))
        return hits or None

    return check


def covers(item: Authorization, line: Line) -> bool:
    """Whether an approval is for the code and the day of a line; a side that is not said is no bound."""
    if item.status not in ("approved", "partial") or (item.codes is not None and line.code not in item.codes):
        return False
    return (item.from_ is None or item.from_ <= line.service_date) and (item.to is None or line.service_date <= item.to)


def answer(params: PriorAuthorization, tables: Tables, question: Question) -> Contribution:
    """Whether the code needs approval, and how it is got."""
    if params.needed == "no-auth" or question.code in params.exempt:
        return Contribution(permission=Permission("no-auth"))
    return Contribution(
        permission=Permission(
            needed=params.needed,
            from_visit=params.from_visit,
            exempt=params.exempt,
            valid_days=params.valid_days or None,
            valid_visits=params.valid_visits or None,
            request_by=params.request_by or None,
            retroactive_days=params.retroactive_days or None,
            send=params.send,
            where=params.where or None,
        )
    )


def sentence(params: PriorAuthorization) -> str:
    if params.needed == "no-auth":
        return "The payer asks for no prior authorization."
    start = f" from visit {params.from_visit} of an episode on" if params.from_visit > 1 else ""
    holds = f"; an approval holds for {params.valid_days} days" if params.valid_days else ""
    visits = f"; it is for {params.valid_visits} visits" if params.valid_visits else ""
    return f"The service needs prior authorization{start}{holds}{visits}."


KIND = Kind(
    name="prior-authorization",
    title="Prior authorization",
    about="Services that the payer approves beforehand, or states that it does not.",
    params=PriorAuthorization,
    bind=bind,
    sentence=sentence,
    answer=answer,
    silent=lambda params: params.needed == "no-auth",
    settled=lambda params: ("not-applicable",) if params.needed == "no-auth" else (),
    messages={
        "none": "{code} on {date} needs prior authorization, and no approval on file is for it.",
        "unsaid": "{code} on {date} needs prior authorization; whether there is one is not known.",
        "visit": "{code} needs prior authorization from visit {from_visit} on; the number of the visit is not known.",
    },
)
