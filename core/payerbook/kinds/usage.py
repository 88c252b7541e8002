"""How much of a limit a patient's earlier services have used: shared by the kinds that set limits."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from msgspec import structs

from payerbook.calendar import Period, after
from payerbook.claim import Discipline, Eligibility, Purpose
from payerbook.kinds import counting
from payerbook.kinds.base import Counted, Limit, Question
from payerbook.kinds.counting import Counter, Number, Service, Total

YEARS_AHEAD = 3
"""How far the next allowed day is looked for; a limit that is not free by then is never shown as free."""


def units_on(question: Question, codes: Collection[str], day: date) -> Decimal:
    """Units of the codes that the history shows for a day; a service without units counts as one."""
    items = question.history or ()
    return sum((Decimal(item.units or 1) for item in items if item.service_date == day and item.code in codes), Decimal(0))


def day_limit(
    question: Question, codes: Collection[str], limit: int, counts: Counted = "units", hard: bool = True, note: str | None = None
) -> Limit:
    """A limit of units a day; the next allowed day is the first one, from the day asked on, with less than the limit."""
    shared = tuple(sorted(codes)) if len(codes) > 1 else ()
    made = Limit(counts, Decimal(limit), "day", shared_by=shared, hard=hard, beyond="not-covered" if hard else "review", note=note)
    if question.history is None:
        return made
    used = units_on(question, codes, question.on)
    day = question.on
    while limit and units_on(question, codes, day) >= limit:
        day += timedelta(days=1)
    return Limit(
        counts=made.counts,
        limit=made.limit,
        per=made.per,
        shared_by=shared,
        used=used,
        remaining=max(made.limit - used, Decimal(0)),
        next_allowed=day if limit else None,
        hard=hard,
        beyond=made.beyond,
        note=note,
    )


class Held(NamedTuple):
    """What the payer said of a member's own benefit: how many (None = the payer's general number), and how many of it were used
    `through` a day (None = not said)."""

    limit: Number | None = None
    used: Number = 0
    through: date | None = None

    def within(self, since: date) -> bool:
        """Whether what is used counts towards the window that begins `since`."""
        return self.through is not None and self.through >= since

    def apart(self, services: Iterable[Service], since: date) -> list[Service]:
        """The services of the window that are not in what the payer said: those of the claim, and those of later days."""
        told = self.through if self.through is not None and self.within(since) else None
        return [one for one in services if one.day >= since and (one.line is not None or told is None or one.day > told)]

    def plus(self, found: Total, since: date) -> Total:
        """A count of services `apart`, with what the payer said is used."""
        used = self.used if self.within(since) else 0
        return Total(found.least + used, None if found.most is None else found.most + used)


def held(name: str | None, eligibility: Eligibility | None, pool: tuple[Discipline, ...], purpose: Purpose | None, day: date) -> Held:
    """The member's own benefit of a name, for disciplines that share a count and for a purpose; an answer of the payer without a day
    is taken to be of `day`."""
    if name is None or eligibility is None:
        return Held()
    for one in eligibility.benefits or ():
        shares = one.disciplines is None or not pool or set(pool) <= set(one.disciplines)
        if one.name == name and shares and one.purpose in (None, purpose):
            return Held(one.limit) if one.used is None else Held(one.limit, one.used, eligibility.checked_on or day)
    return Held()


def window_limits(
    counter: Counter,
    number: int,
    question: Question,
    *,
    hard: bool,
    beyond: Literal["authorization", "not-covered", "review"],
    note: str = "",
    benefit: str | None = None,
) -> list[Limit]:
    """The limit of `number`, or of the member's own benefit, for every pool of a counter that the code can be in; none for a code that
    does not count."""
    if question.code in counter.not_counted or (counter.share and question.code not in counter.share):
        return []
    words = [
        f"A year starts on {counter.year_starts}." if counter.per == "benefit-year" else "",
        f"For {counter.purpose} treatment alone." if counter.purpose else "",
        note,
    ]
    pools = [pool for pool in counter.pools or ((),) if not pool or not question.disciplines or set(pool) & set(question.disciplines)]
    found = []
    for pool in pools:
        own = held(benefit, question.eligibility, pool, counter.purpose, question.on)
        most = Decimal(number if own.limit is None else own.limit)
        text = " ".join(filter(None, [*words, "" if own.limit is None else "The member's own benefit."])) or None
        limit = Limit(counter.counts, most, counting.name(counter), pool or counter.share, hard=hard, beyond=beyond, note=text)
        found.append(_counted(counter, limit, pool, question, own))
    return found


def untold(counter: Counter, found: list[Limit], question: Question) -> tuple[str, ...]:
    """What is missing where something is known of the patient and does not tell what is used."""
    if counting.asks_start(counter) is not None or all(limit.used is not None for limit in found):
        return ()
    if question.history is not None:
        unsaid = counting.unsaid(counter, [one._replace(sure=False) for one in counting.of_history(counter, question.history)])
        return unsaid or (("rendering_provider.npi",) if counter.by_provider else ())
    return ("context.history",) if question.eligibility is not None else ()


def _counted(counter: Counter, limit: Limit, pool: tuple[Discipline, ...], question: Question, own: Held) -> Limit:
    """The limit with what is used of it, where the history or the payer and the calendar say so.

    In a window that rolls, nobody knows on which days a benefit was used: the next allowed day is then the first that is sure.
    """
    items = question.history if not counter.other_payers or question.history is None else question.history + question.elsewhere
    if (items is None and not own.within(question.on)) or counting.asks_start(counter) is not None:
        return limit
    discipline = question.disciplines[0] if len(question.disciplines) == 1 else pool[0] if len(pool) == 1 else None
    asked = Service(question.on, question.code, discipline, counter.purpose, None, None)
    services = []
    for other in counting.of_history(counter, items or ()):
        alike = counting.alike(counter, asked, other, pool)
        if alike is not False:
            services.append(other if alike else other._replace(sure=False))
    used = _used(counter, services, question.on, own)
    if used.most != used.least:
        return limit
    day: date | None = question.on
    while day is not None and _used(counter, services, day, own).least >= limit.limit:
        day += timedelta(days=1)
        if day >= after(question.on, Period(years=YEARS_AHEAD)):
            day = None
    spent = Decimal(used.least)
    return structs.replace(limit, used=spent, remaining=max(limit.limit - spent, Decimal(0)), next_allowed=day)


def _used(counter: Counter, services: list[Service], day: date, own: Held) -> Total:
    before = [one for one in services if one.day <= day]
    since = counting.begin(counter, day, None, sorted({one.day for one in before if one.sure}))
    return Total(0, 0) if since is None else own.plus(counting.total(counter, own.apart(before, since)), since)
