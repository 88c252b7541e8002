"""The last day on which a payer takes a claim."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta, structs

from payerbook.calendar import Period
from payerbook.kinds import clocks
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Due, Fix, Hit, Kind, Params, Result, Tables, join
from payerbook.kinds.clocks import Clock


class TimelyFiling(Params, frozen=True):
    limit: Annotated[Period, Meta(description="How long after the start the claim may come in.")]
    start: Annotated[
        clocks.Start, Meta(description="What starts the clock (last-service of institutional claims: the statement's last day).")
    ] = "first-service"
    weekend_rolls: Annotated[bool, Meta(description="A last day on a Saturday or Sunday moves to the Monday after it.")] = False
    frequency_codes: Annotated[tuple[str, ...], Meta(description="Claim frequency codes that the limit is for.")] = ("1",)
    event: Annotated[str | None, Meta(description="The start in short words when no claim carries it (start: event).")] = None
    non_participating: Annotated[
        Period | None, Meta(description="How long a provider without a contract has; absent = as long as everybody.")
    ] = None
    by_state: Annotated[dict[str, Period], Meta(description="Other limits, by the state of the billing provider (two letters).")] = (
        msgspec.field(default_factory=dict)
    )
    or_later: Annotated[
        tuple[Clock, ...],
        Meta(description="Further terms: the latest day counts. One that starts with an event no claim carries only shows as a deadline."),
    ] = ()
    free_after: Annotated[
        tuple[str, ...],
        Meta(description="Claim filing indicators (SBR09) of other payers: claims that one of them decided first have no such limit."),
    ] = ()
    never_after: Annotated[Clock | None, Meta(description="A term that no other one can prolong.")] = None


class Term(NamedTuple):
    """One length that the limit can have for a claim; `whose` says for which providers it is, `needs` which facts would decide."""

    clock: Clock
    whose: str = ""
    needs: tuple[str, ...] = ()


def bind(params: TimelyFiling, tables: Tables) -> Check:
    varies = params.non_participating is not None or params.by_state or params.or_later or params.never_after is not None
    judge = _judge_several if varies or params.start not in ("first-service", "last-service") else _judge_one(params)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        claim = case.claim
        if (claim.frequency_code or "1") not in params.frequency_codes:
            return NOT_APPLICABLE
        if params.free_after and clocks.others(case, params.free_after):
            return NOT_APPLICABLE
        return judge(case, params, claim.received_on or claim.submitted_on or case.today)

    return check


def _judge_one(params: TimelyFiling) -> Callable[[Case, TimelyFiling, date | None], Result]:
    """The check of a single term from a day of service, the one that most payers set."""
    clock = _clock(params, params.limit)

    @lru_cache(maxsize=4096)
    def due_after(start: date) -> date:
        return _rolled(params, clock.due(start))

    def judge(case: Case, params: TimelyFiling, came: date | None) -> Result:
        start = case.span[0] if params.start == "first-service" else clocks.last_service(case)
        due = due_after(start)
        if came is None:
            return _no_day(due)
        return None if came <= due else _late(came, due, start, params.limit)

    return judge


def _judge_several(case: Case, params: TimelyFiling, came: date | None) -> Result:
    """The claim is late when it is so under every term that can be meant, in time when it is so under every one."""
    terms = _terms(case, params)
    start, missing = clocks.begun(case, terms[0].clock)
    if start is None:
        return [Hit("unknown", None, "start", {"event": terms[0].clock.words}, needs=missing)]
    prolonged, open_needs = _prolonged(case, params)
    limit = params.never_after
    latest = clocks.begun(case, limit).day if limit is not None else None
    last = limit.due(latest) if limit is not None and latest is not None else None
    ends = [max([_rolled(params, term.clock.due(start)), *prolonged]) for term in terms]
    dues = [end if last is None else min(end, last) for end in ends]
    if came is None:
        return _no_day(max(dues))
    late = [came > due for due in dues]
    if not any(late):
        return None
    if open_needs and (last is None or came <= last):
        return [Hit("unknown", None, "prolonged", {"came": came, "due": max(dues)}, needs=open_needs, field="received_on")]
    if not all(late):
        needs = tuple(dict.fromkeys(need for term in terms for need in term.needs))
        facts = {"came": came, "early": min(dues), "due": max(dues)}
        return [Hit("unknown", None, "whose", facts, needs=needs, field="received_on")]
    place = dues.index(max(dues))
    return _late(came, dues[place], start, terms[place].clock.limit)


def _terms(case: Case, params: TimelyFiling) -> list[Term]:
    """Every length that the limit can have for what the claim says of its provider: one when it says all that matters."""
    provider = case.claim.billing_provider
    participating = provider.participating if provider is not None else None
    state = provider.state if provider is not None else None
    other = params.non_participating
    if other is not None and participating is False:
        return [Term(_clock(params, other))]
    terms = [Term(_clock(params, params.limit))]
    if params.by_state and state is None:
        need = ("billing_provider.state",)
        terms = [terms[0]._replace(whose="in other states", needs=need)]
        terms += [Term(_clock(params, limit), f"in {name}", need) for name, limit in params.by_state.items()]
    elif state is not None and state in params.by_state:
        terms = [Term(_clock(params, params.by_state[state]))]
    if other is not None and participating is None:
        need = ("billing_provider.participating",)
        own = [term._replace(whose=", ".join(filter(None, ["with a contract", term.whose])), needs=need + term.needs) for term in terms]
        terms = [*own, Term(_clock(params, other), "without a contract", need)]
    return terms


def _prolonged(case: Case, params: TimelyFiling) -> tuple[list[date], tuple[str, ...]]:
    """The last days of the further terms that run for the claim, and the facts that are missing for others of them."""
    ends: list[date] = []
    needs: tuple[str, ...] = ()
    for clock in params.or_later:
        if clock.start == "event" or not clocks.concerns(case, clock):
            continue
        start, missing = clocks.begun(case, clock)
        if start is None:
            needs += missing
        else:
            ends.append(_rolled(params, clock.due(start)))
    return ends, tuple(dict.fromkeys(needs))


def _clock(params: TimelyFiling, limit: Period) -> Clock:
    return Clock(limit, params.start, params.event)


def _rolled(params: TimelyFiling, due: date) -> date:
    return due + timedelta(days=7 - due.weekday()) if params.weekend_rolls and due.weekday() >= 5 else due


def _no_day(due: date) -> Result:
    return [Hit("unknown", None, "when", {"due": due}, needs=("received_on", "submitted_on"), field="received_on")]


def _late(came: date, due: date, start: date, limit: Period) -> Result:
    facts = {"start": start, "due": due, "came": came, "late": (came - due).days, "limit": str(limit)}
    fix = Fix("appeal", None, None, "ask", "with proof that the claim was sent in time, or of an exception that the payer grants")
    return [Hit("fail", None, "late", facts, field="received_on", fixes=(fix,))]


def sentence(params: TimelyFiling) -> str:
    rolls = "; a last day on a weekend moves to Monday" if params.weekend_rolls else ""
    other = f"; a provider without a contract has {params.non_participating}" if params.non_participating is not None else ""
    states = "".join(f"; in {state} it is {limit}" for state, limit in params.by_state.items())
    later = f"; or until {join(params.or_later)}, if that is later" if params.or_later else ""
    never = f"; never later than {params.never_after}" if params.never_after is not None else ""
    free = f"; not for claims that another payer of the kind {join(params.free_after)} decided first" if params.free_after else ""
    kind = "a claim" if "1" in params.frequency_codes else "a corrected claim"
    return f"The payer takes {kind} until {_clock(params, params.limit)}{other}{states}{later}{rolls}{never}{free}."


def deadlines(params: TimelyFiling, case: Case) -> list[Due]:
    """The last day to file the claim, once for each length that it can have; a claim of another frequency code has no such day."""
    claim = case.claim
    code = claim.frequency_code or "1"
    if code not in params.frequency_codes:
        return []
    if params.free_after and clocks.others(case, params.free_after):
        return []
    what = "file the claim" if code == "1" else "file the corrected claim"
    done = claim.received_on or claim.submitted_on
    found: list[Due] = []
    for term in _terms(case, params):
        one = clocks.due(what, case, term.clock, done)
        if one.due is not None and one.start is not None:
            end = _rolled(params, one.due)
            one = structs.replace(one, due=end, days=(end - one.start).days)
        found.append(structs.replace(one, start_event=f"{one.start_event} (provider {term.whose})") if term.whose else one)
    later = [clocks.due(f"{what}, if later", case, clock, done) for clock in params.or_later if clocks.concerns(case, clock)]
    never = [] if params.never_after is None else [clocks.due(f"{what}, at the very latest", case, params.never_after, done)]
    return found + later + never


KIND = Kind(
    name="timely-filing",
    title="Timely filing",
    about="The last day on which the payer takes a claim.",
    params=TimelyFiling,
    evidence=("claim", "record"),
    bind=bind,
    sentence=sentence,
    deadlines=deadlines,
    whole_claim=True,
    messages={
        "late": "Received {came}, {late} days after the last day to file ({due}: {limit} after {start}).",
        "when": "The day the claim is sent or received is not on the claim; the last day to file is {due}.",
        "start": "The time to file starts with the {event}, whose day the claim does not say.",
        "prolonged": "Received {came}, after the last day to file ({due}); the decision of another payer may allow more time, and its day is not on the claim.",
        "whose": "Received {came}: in time for some providers (until {due}), too late for others (after {early}).",
    },
)
