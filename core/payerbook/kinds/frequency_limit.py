"""At most so many services, visits, hours or dollars in a window of time, and what happens to those above."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta

from payerbook.claim import Discipline
from payerbook.kinds import approvals, counting, usage
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
    Permission,
    Question,
    Result,
    Tables,
)
from payerbook.kinds.counting import Number, Service, Total


class Extra(Params, frozen=True):
    number: Annotated[int, Meta(description="How many more.", ge=1)]
    reason: Annotated[str, Meta(description="For what, in short words: a new injury.")]


class FrequencyLimit(counting.Counter, frozen=True, kw_only=True):
    limit: Annotated[int, Meta(description="The greatest number in the window (dollars: whole dollars).", ge=1)]
    beyond: Annotated[
        Literal["not-covered", "authorization", "review"],
        Meta(description="What is above the limit: not covered, covered with an approved authorization, or reviewed."),
    ] = "not-covered"
    extra: Annotated[Extra | None, Meta(description="A further allowance for a new condition (context.episode.new_condition).")] = None
    benefit: Annotated[
        str | None, Meta(description="Name of the benefit in context.eligibility.benefits that stands above the number, when there is one.")
    ] = None


def bind(params: FrequencyLimit, tables: Tables) -> Check:
    pools: tuple[tuple[Discipline, ...], ...] = params.pools or ((),)
    asked = counting.asks_start(params)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        own = counting.of_lines(params, case, indexes)
        if params.purpose is not None:
            own = [one for one in own if one.purpose in (None, params.purpose)]
        if not own:
            return NOT_APPLICABLE
        start = counting.started(params, case)
        if asked is not None and start is None:
            return [Hit("unknown", one.line, "start", _facts(one), needs=(asked,), field="code") for one in own]
        day, last = own[0].day, own[-1].day
        first = date.min if counting.floats(params) or asked else counting.begin(params, day, None, ()) or day
        items = case.earlier_anywhere(first, last) if params.other_payers else case.earlier(first, last)
        count = _Count(params, case, start, own, counting.of_history(params, items))
        # A line that may be in several pools is told of once.
        found = [[hit for pool in pools if (hit := count.judge(one, pool)) is not None] for one in own]
        hits = [hit for of_line in found for hit in of_line[:1]]
        return hits or (None if count.asked else NOT_APPLICABLE)

    return check


def _facts(one: Service) -> dict[str, Any]:
    return {"code": one.code, "date": one.day}


class _Count:
    """The count of one claim: its lines in order, on top of what came before; `asked` says whether any line is in a pool."""

    def __init__(self, params: FrequencyLimit, case: Case, start: date | None, own: list[Service], earlier: list[Service]) -> None:
        self.params = params
        self.case = case
        self.start = start
        self.own = own
        self.earlier = earlier
        self.asked = False

    def judge(self, one: Service, pool: tuple[Discipline, ...]) -> Hit | None:
        """What the count says of one line in one pool; None = within the limit, or not in the pool."""
        params, case = self.params, self.case
        counted = counting.alike(params, one, one, pool)
        if counted is False:
            return None
        before = self._with(one, pool)
        since = counting.begin(params, one.day, self.start, sorted({other.day for other in before if other.sure}))
        if since is None:
            return None
        self.asked = True
        eligibility = case.claim.context.eligibility if case.claim.context is not None else None
        own = usage.held(params.benefit, eligibility, pool, params.purpose or one.purpose, one.day)
        limit = params.limit if own.limit is None else own.limit
        known = case.history.complete or own.within(max(since, self.own[0].day))
        services = own.apart(before, since)
        count = own.plus(counting.total(params, services), since)
        above = count.exceeds(limit)
        if above is False and known:
            return None
        facts = _facts(one) | {"number": count.least, "limit": limit, "period": counting.period(params), "what": _what(params, count.least)}
        if above and counted and (known or not counting.floats(params)):
            return self._above(one, count, limit, facts)
        needs = _needs(params, services, counted, known, one)
        return Hit("unknown", one.line, "history" if not known else "untold", facts, needs=needs, field="code")

    def _with(self, one: Service, pool: tuple[Discipline, ...]) -> list[Service]:
        """The services that count with a line, up to and including it."""
        assert one.line is not None
        earlier = [other for other in self.earlier if other.day <= one.day]
        own = [other for other in self.own if (other.day, other.line) <= (one.day, one.line)]
        found = []
        for other in earlier + own:
            answer = counting.alike(self.params, one, other, pool)
            if answer is not False:
                found.append(other if answer else other._replace(sure=False))
        return found

    def _above(self, one: Service, count: Total, limit: Number, facts: dict[str, Any]) -> Hit | None:
        params, context = self.params, self.case.claim.context
        assert one.line is not None
        line = self.case.lines[one.line]
        if params.extra is not None and count.exceeds(limit + params.extra.number) is False:
            new = context.episode.new_condition if context is not None and context.episode is not None else None
            facts |= {"more": params.extra.number, "reason": params.extra.reason}
            if new:
                return Hit("resolved", one.line, "extra", facts, field="code")
            if new is None:
                return Hit("unknown", one.line, "more", facts, needs=("context.episode.new_condition",), field="code")
        if params.beyond == "authorization":
            held = context.authorizations if context is not None else None
            if held is None:
                return Hit("unknown", one.line, "unsaid", facts, needs=("context.authorizations",), field="code")
            if any(approvals.miss(item, line, [line]) is None for item in held):
                return Hit("resolved", one.line, "authorized", facts, field="code")
            fix = Fix("obtain-authorization", one.line, None, "ask", "ask the payer before more is done")
            return Hit("fail", one.line, "unauthorized", facts, field="code", fixes=(fix,))
        if params.beyond == "review":
            fix = Fix("document", one.line, None, "ask", "have the record ready that shows why more is needed")
            return Hit("fail", one.line, "reviewed", facts, field="code", fixes=(fix,), cap="review")
        fix = Fix("do-not-bill", one.line, None, "ask", "unless the earlier service was not billed after all")
        return Hit("fail", one.line, "exceeded", facts, field="code", fixes=(fix,))


def _needs(params: FrequencyLimit, services: list[Service], counted: bool | None, known: bool, one: Service) -> tuple[str, ...]:
    """The facts that would settle the count."""
    needs: list[str] = [] if known else ["context.history"]
    if counted is None:
        if params.purpose is not None and one.purpose is None:
            needs.append("context.episode.purpose")
        if params.pools and one.discipline is None:
            needs.append(f"lines[{one.line}].modifiers")
        if params.by_provider and one.provider is None:
            needs.append("rendering_provider.npi")
    needs += counting.unsaid(params, services)
    field = {"dollars": "allowed", "minutes": "minutes", "hours": "minutes"}.get(params.counts, "units")
    needs += [f"lines[{other.line}].{field}" for other in services if other.line is not None and other.amount is None]
    return tuple(dict.fromkeys(needs))


def _what(params: FrequencyLimit, number: Number) -> str:
    words = params.counts.replace("-", " ")
    return words[:-1] if number == 1 else words


def answer(params: FrequencyLimit, tables: Tables, question: Question) -> Contribution | None:
    """The limit of every pool that the code can be in, and what is used of it where services and the calendar say the window."""
    note = f"Up to {params.extra.number} more for {params.extra.reason}." if params.extra else ""
    hard = params.beyond == "not-covered" and params.extra is None
    found = usage.window_limits(params, params.limit, question, hard=hard, beyond=params.beyond, note=note, benefit=params.benefit)
    if not found:
        return None
    return Contribution(
        limits=tuple(found),
        permission=_permission(params, found) if params.beyond == "authorization" else None,
        needs=usage.untold(params, found, question),
    )


def _permission(params: FrequencyLimit, found: list[Limit]) -> Permission:
    """Beyond the limit authorization is needed; which visit that is follows from what is used, else from the number of the visit."""
    used = [limit for limit in found if limit.used is not None]
    if len(used) == len(found):
        return Permission("auth-needed" if any(limit.remaining == 0 for limit in found) else "no-auth")
    if params.counts in ("visits", "treatment-days"):
        return Permission("auth-needed", from_visit=int(min(limit.limit for limit in found)) + 1, exempt=params.not_counted)
    return Permission("conditional", exempt=params.not_counted)


def sentence(params: FrequencyLimit) -> str:
    whose = counting.whose(params)
    beyond = {"not-covered": "", "authorization": "; more needs authorization", "review": "; more is reviewed"}[params.beyond]
    extra = f"; up to {params.extra.number} more for {params.extra.reason}" if params.extra else ""
    return (
        f"At most {params.limit} {_what(params, params.limit)}{f' {whose}' if whose else ''} in {counting.period(params)}{extra}{beyond}."
    )


KIND = Kind(
    name="frequency-limit",
    title="Limit per period",
    about="The greatest number of units, visits, treatment days, hours or dollars in a period longer than a day.",
    params=FrequencyLimit,
    evidence=("record",),
    for_codes=True,
    bind=bind,
    sentence=sentence,
    answer=answer,
    look_back=counting.look_back,
    messages={
        "exceeded": "{code} on {date}: {number} {what} in {period}; at most {limit}.",
        "reviewed": "{code} on {date}: {number} {what} in {period}; above {limit} the payer reviews the record.",
        "unauthorized": "{code} on {date}: {number} {what} in {period}; above {limit} authorization is needed, and no approval on file is for it.",
        "authorized": "{code} on {date}: {number} {what} in {period}, above {limit}; an approved authorization on file is for it.",
        "unsaid": "{code} on {date}: {number} {what} in {period}; above {limit} authorization is needed; whether there is one is not known.",
        "extra": "{code} on {date}: {number} {what} in {period}, above {limit}; up to {more} more are allowed for {reason}.",
        "more": "{code} on {date}: {number} {what} in {period}; above {limit} up to {more} more are allowed for {reason}, which is not known.",
        "history": "Whether {code} was billed before in {period} is not known.",
        "untold": "Whether {code} on {date} is above {limit} in {period} cannot be told: not all services say what the limit counts.",
        "start": "When the episode of care or the event began from which {code} is counted is not known.",
    },
)
