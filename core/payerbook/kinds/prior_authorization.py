"""Whether a service needs the payer's approval beforehand, and whether the record holds one that fits."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from payerbook.calendar import Period, after, business_days_after, business_days_before
from payerbook.claim import Authorization, Eligibility
from payerbook.kinds import approvals, usage
from payerbook.kinds.base import (
    NOT_APPLICABLE,
    Case,
    Check,
    Contribution,
    Due,
    Fix,
    Hit,
    Kind,
    Params,
    Permission,
    Question,
    Result,
    Tables,
    join,
)
from payerbook.kinds.clocks import CountedIn
from payerbook.kinds.counting import Counter, look_back, period
from payerbook.kinds.visits import PER_EPISODE, Number, asked, number

_PATH = "context.authorizations"
_NO_ELIGIBILITY = Eligibility()
Need = Literal["nothing", "request", "approval"]


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    days: Annotated[int, Meta(description="How many days.", ge=0)]
    side: Annotated[Literal["before", "after"], Meta(description="Before or after the event.")]
    event: Annotated[
        Literal["evaluation", "first-treatment", "service", "trigger-visit", "end-of-approval"],
        Meta(description="What the days are counted from; trigger-visit = the first visit that needs it."),
    ]
    counted_in: Annotated[CountedIn, Meta(description="business-days = Monday to Friday; holidays are not known.")] = "calendar-days"

    def __str__(self) -> str:
        kind = "business " if self.counted_in == "business-days" else ""
        days = f"{self.days} {kind}{'day' if self.days == 1 else 'days'}"
        return f"{'at least' if self.side == 'before' else 'within'} {days} {self.side} the {_EVENTS[self.event]}"


_EVENTS = {
    "evaluation": "evaluation",
    "first-treatment": "first treatment",
    "service": "service",
    "trigger-visit": "first visit that needs it",
    "end-of-approval": "end of the approval",
}


class PriorAuthorization(Params, frozen=True):
    needed: Annotated[Literal["no-auth", "auth-needed"], Meta(description="no-auth = the payer asks for none; auth-needed = it does.")]
    from_visit: Annotated[int, Meta(description="First visit that needs it, counted as `visits` says.", ge=1)] = 1
    visits: Annotated[Counter, Meta(description="How visits are counted; absent = in the episode, as the claim says.")] = PER_EPISODE
    free_days: Annotated[
        int, Meta(description="The visits before `from_visit` are free only this many days from the first; 0 = no such bound.", ge=0)
    ] = 0
    request_enough: Annotated[
        bool, Meta(description="The visits before `from_visit` need a request on file, which need not be decided; otherwise they are free.")
    ] = False
    exempt: Annotated[tuple[str, ...], Meta(description="Codes that need none although the rule names them.")] = ()
    exempt_under_age: Annotated[int, Meta(description="Patients below this age need none; 0 = no such age.")] = 0
    exempt_from_age: Annotated[int, Meta(description="Patients of this age or older need none; 0 = no such age.")] = 0
    exempt_words: Annotated[
        tuple[str, ...], Meta(description="Words of `context.eligibility.exemptions` with which the patient or the service needs none.")
    ] = ()
    exceptions: Annotated[tuple[str, ...], Meta(description="Exceptions in short words, shown with the answer.")] = ()
    number_on_claim: Annotated[bool, Meta(description="The claim has to carry the number of the approval.")] = False
    valid_days: Annotated[int, Meta(description="Days that an approval holds; 0 = not said.")] = 0
    valid_visits: Annotated[int, Meta(description="Visits that an approval is for; 0 = not said.")] = 0
    request: Annotated[Request | None, Meta(description="By when to ask.")] = None
    request_by: Annotated[str, Meta(description="By when to ask, in words, where days do not say it.")] = ""
    retroactive_days: Annotated[int, Meta(description="Days after the service within which it may still be asked for.")] = 0
    send: Annotated[tuple[str, ...], Meta(description="What to send, in short words.")] = ()
    form: Annotated[str, Meta(description="Form or tool of the request.")] = ""
    where: Annotated[str, Meta(description="Where to ask.")] = ""
    criteria: Annotated[str, Meta(description="What the request is judged by.")] = ""

    @property
    def asked_by(self) -> str:
        """By when to ask, in words; empty = not said."""
        return self.request_by or (str(self.request) if self.request is not None else "")


def bind(params: PriorAuthorization, tables: Tables) -> Check:
    exempt = frozenset(params.exempt)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        if params.needed == "no-auth":
            return NOT_APPLICABLE
        context = case.claim.context
        eligibility = (context.eligibility if context is not None else None) or _NO_ELIGIBILITY
        if _freed(params, eligibility):
            return NOT_APPLICABLE
        hits: list[Hit] = []
        met = False
        for index in indexes:
            if case.lines[index].code in exempt:
                continue
            need = _need(case, index, params, eligibility)
            if need == "nothing":
                continue
            met = True
            hit = _judge(case, index, params, need)
            if hit is not None:
                hits.append(hit)
        return hits or (None if met else NOT_APPLICABLE)

    return check


def _freed(params: PriorAuthorization, eligibility: Eligibility) -> bool:
    """Whether the payer said that the patient needs no authorization."""
    return eligibility.authorization_required is False or not set(params.exempt_words).isdisjoint(eligibility.exemptions or ())


def _need(case: Case, index: int, params: PriorAuthorization, eligibility: Eligibility) -> Need | Hit:
    """What the line needs, or the hit that says what would have to be known."""
    line = case.lines[index]
    facts = {"code": line.code, "date": line.service_date}
    if params.exempt_under_age or params.exempt_from_age:
        patient = case.claim.patient
        if patient is None or patient.birth_date is None:
            return Hit("unknown", index, "age", facts, needs=("patient.birth_date",))
        if _exempt_at(params, _age(patient.birth_date, line.service_date)):
            return "nothing"
    if params.from_visit <= 1 or eligibility.authorization_required:
        return "approval"
    found = number(case, index, params.visits)
    if found.number is not None and (found.number >= params.from_visit or _too_late(found, line.service_date, params)):
        return "approval"
    if found.number is not None and found.sure and not (params.free_days and found.start is None):
        return "request" if params.request_enough else "nothing"
    needs = found.needs or ("context.episode.started_on",)
    return Hit("unknown", index, "visit", facts, needs=needs)


def _exempt_at(params: PriorAuthorization, age: int) -> bool:
    return age < params.exempt_under_age or 0 < params.exempt_from_age <= age


def _too_late(found: Number, day: date, params: PriorAuthorization) -> bool:
    return params.free_days > 0 and found.start is not None and (day - found.start).days >= params.free_days


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _judge(case: Case, index: int, params: PriorAuthorization, need: Need | Hit) -> Hit | None:
    """What the approvals on file say of a line that needs one, or may need one."""
    claim = case.claim
    line = case.lines[index]
    held = claim.context.authorizations if claim.context is not None else None
    facts = {"code": line.code, "date": line.service_date}
    if held is None:
        if isinstance(need, Hit):
            return need
        return Hit("unknown", index, "number" if claim.authorization_number else "unsaid", facts, needs=(_PATH,))
    claimed = [other for place, other in enumerate(case.lines) if (other.service_date, place) <= (line.service_date, index)]
    # Whatever the number of the visit, a request has to be there.
    least = "request" if isinstance(need, Hit) and need.key == "visit" and params.request_enough else need
    looked = [(item, approvals.miss(item, line, claimed, undecided=least == "request")) for item in held]
    fitting = [item for item, miss in looked if miss is None]
    if fitting:
        wrong = _late(case, index, params, fitting, facts) or _number(index, params, fitting, claim.authorization_number, facts)
        decided = any(item.status in ("approved", "partial") for item in fitting)
        return wrong or (need if isinstance(need, Hit) and not decided else None)
    if isinstance(least, Hit):
        return least
    nearest = approvals.nearest([miss for _, miss in looked if miss is not None])
    fix = Fix("obtain-authorization", index, None, "ask", params.asked_by or "ask the payer, with proof of need")
    key, more = (nearest.fault, nearest.facts) if nearest is not None else ("none", {})
    exemptions = claim.context.eligibility.exemptions if claim.context is not None and claim.context.eligibility is not None else None
    open_case = key == "pending" or (params.exempt_words and exemptions is None)
    return Hit("fail", index, key, facts | more, field="authorization_number", fixes=(fix,), cap="review" if open_case else None)


def _late(case: Case, index: int, params: PriorAuthorization, fitting: list[Authorization], facts: dict[str, object]) -> Hit | None:
    """Whether everything on file was asked for after the last day to ask, where the record says both days."""
    if params.request is None or params.request.side != "after":
        return None
    due = _ask_by(params.request, case).due
    asked_on = [item.requested_on for item in fitting]
    if due is None or not all(day is not None and day > due for day in asked_on):
        return None
    fix = Fix("verify", index, None, "ask", "whether the payer took the request although it came late")
    return Hit("fail", index, "asked-late", facts | {"due": due}, field="authorization_number", fixes=(fix,))


def _number(index: int, params: PriorAuthorization, fitting: list[Authorization], own: str | None, facts: dict[str, object]) -> Hit | None:
    """Whether the claim carries the number of an approval that fits, where the payer wants it."""
    numbers = [item.number for item in fitting]
    if not params.number_on_claim or own in numbers or (own is not None and None in numbers):
        return None
    fix = Fix("add-reference", None, None, "ask", "the number of the approval exactly as the payer wrote it")
    return Hit("fail", index, "no-number" if own is None else "other-number", facts, field="authorization_number", fixes=(fix,))


def answer(params: PriorAuthorization, tables: Tables, question: Question) -> Contribution | None:
    """Whether the code needs approval, and how it is got; nothing for a discipline that is not counted."""
    eligibility = question.eligibility or _NO_ELIGIBILITY
    of_age = question.age is not None and _exempt_at(params, question.age)
    if params.needed == "no-auth" or question.code in params.exempt or of_age or _freed(params, eligibility):
        return Contribution(permission=Permission("no-auth"))
    pools = params.visits.pools
    if pools and question.disciplines and not any(set(pool) & set(question.disciplines) for pool in pools):
        return None
    free = params.from_visit - 1
    limits = usage.window_limits(params.visits, free, question, hard=False, beyond="authorization") if free else []
    return Contribution(
        limits=tuple(limits),
        permission=Permission(
            needed=params.needed,
            from_visit=1 if params.request_enough or eligibility.authorization_required else params.from_visit,
            visit=asked(question, params.visits),
            exempt=params.exempt,
            exceptions=_exceptions(params),
            valid_days=params.valid_days or None,
            valid_visits=params.valid_visits or None,
            request_by=params.asked_by or None,
            retroactive_days=params.retroactive_days or None,
            send=params.send,
            form=params.form or None,
            where=params.where or None,
            criteria=params.criteria or None,
        ),
    )


def _exceptions(params: PriorAuthorization) -> tuple[str, ...]:
    """Who and what needs none, in words."""
    found = [*params.exceptions]
    found += [f"patients under {params.exempt_under_age}"] if params.exempt_under_age else []
    found += [f"patients of {params.exempt_from_age} and older"] if params.exempt_from_age else []
    if params.request_enough:
        found.append(f"before visit {params.from_visit} a request that is not decided yet is enough")
    return tuple(found)


def deadlines(params: PriorAuthorization, case: Case) -> list[Due]:
    """The day to ask by, and the end of the approvals on file."""
    if params.needed == "no-auth":
        return []
    context = case.claim.context
    held = (context.authorizations if context is not None else None) or ()
    ends = [Due("renew the authorization", item.to, "end of the approval", None) for item in held if item.to is not None and _current(item)]
    return ([_ask_by(params.request, case)] if params.request is not None else []) + ends


def _current(item: Authorization) -> bool:
    return item.status in ("approved", "partial")


def _ask_by(request: Request, case: Case) -> Due:
    context = case.claim.context
    documentation = context.documentation if context is not None else None
    episode = context.episode if context is not None else None
    start, needs = {
        "evaluation": (documentation.evaluation_on if documentation is not None else None, ("context.documentation.evaluation_on",)),
        "first-treatment": (episode.started_on if episode is not None else None, ("context.episode.started_on",)),
        "service": (case.span[0], ()),
    }.get(request.event, (None, (f"the day of the {_EVENTS[request.event]}",)))
    due = None if start is None else _counted(request, start)
    return Due("ask for prior authorization", due, _EVENTS[request.event], request.days, request.counted_in, start, () if due else needs)


def _counted(request: Request, start: date) -> date:
    if request.counted_in == "business-days":
        return (business_days_after if request.side == "after" else business_days_before)(start, request.days)
    return after(start, Period(days=request.days)) if request.side == "after" else start - timedelta(days=request.days)


def sentence(params: PriorAuthorization) -> str:
    if params.needed == "no-auth":
        return "The payer asks for no prior authorization."
    start = f" from visit {params.from_visit} of {period(params.visits)} on" if params.from_visit > 1 else ""
    free = f", and for any visit {params.free_days} days after the first or later" if params.free_days else ""
    but = join([*params.exempt, *_exceptions(params)], "and")
    exempt = f"; not for {but}" if but else ""
    holds = f"; an approval holds for {params.valid_days} days" if params.valid_days else ""
    visits = f"; it is for {params.valid_visits} visits" if params.valid_visits else ""
    asked_by = f"; to be asked for {params.asked_by}" if params.asked_by else ""
    later = f"; it may be asked for up to {params.retroactive_days} days after the service" if params.retroactive_days else ""
    claim = "; its number stands on the claim" if params.number_on_claim else ""
    return f"The service needs prior authorization{start}{free}{exempt}{holds}{visits}{asked_by}{later}{claim}."


KIND = Kind(
    name="prior-authorization",
    title="Prior authorization",
    about="Services that the payer approves beforehand, or states that it does not.",
    params=PriorAuthorization,
    evidence=("record",),
    for_codes=True,
    bind=bind,
    sentence=sentence,
    answer=answer,
    deadlines=deadlines,
    look_back=lambda params: look_back(params.visits) if params.from_visit > 1 else 0,
    silent=lambda params: params.needed == "no-auth",
    told=("exceptions", "valid_days", "valid_visits", "request_by", "retroactive_days", "send", "form", "where", "criteria"),
    settled=lambda params: ("not-applicable",) if params.needed == "no-auth" else (),
    messages={
        "none": "{code} on {date} needs prior authorization, and no approval on file is for it.",
        "pending": "{code} on {date} needs prior authorization; the request on file is not decided yet.",
        "asked-late": "{code} on {date} needs prior authorization; it was asked for after {due}, the last day to ask.",
        "undecided": "{code} on {date} needs prior authorization; the request on file is {status}.",
        "other-code": "{code} on {date} needs prior authorization; the approvals on file are for other codes.",
        "other-days": "{code} on {date} needs prior authorization; the approval on file holds from {first} to {last}.",
        "used-up": "{code} on {date} needs prior authorization; the {number} {unit} of the approval on file are used up.",
        "no-number": "{code} on {date} is approved, but the claim does not carry the number of the approval.",
        "other-number": "{code} on {date} is approved under another number than the one on the claim.",
        "number": "{code} on {date} needs prior authorization; the claim carries a number, and what it approves is not known.",
        "unsaid": "{code} on {date} needs prior authorization; whether there is one is not known.",
        "visit": "{code} needs prior authorization from visit {from_visit} on; the number of the visit is not known.",
        "age": "Whether {code} on {date} needs prior authorization depends on the patient's age, which is not known.",
    },
)
