"""How much of a limit a patient's earlier services have used: shared by the kinds that set limits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from msgspec import structs

from payerbook.calendar import Period, after
from payerbook.claim import Discipline
from payerbook.kinds import counting
from payerbook.kinds.base import Counted, Limit, Question
from payerbook.kinds.counting import Counter, Service, Total

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


def window_limits(
    counter: Counter,
    number: int,
    question: Question,
    *,
    hard: bool,
    beyond: Literal["authorization", "not-covered", "review"],
    note: str = "",
) -> list[Limit]:
    """The limit of `number` for every pool of a counter that the code can be in; none for a code that does not count."""
    if question.code in counter.not_counted or (counter.share and question.code not in counter.share):
        return []
    words = [
        f"A year starts on {counter.year_starts}." if counter.per == "benefit-year" else "",
        f"For {counter.purpose} treatment alone." if counter.purpose else "",
        note,
    ]
    text = " ".join(word for word in words if word) or None
    pools = [pool for pool in counter.pools or ((),) if not pool or not question.disciplines or set(pool) & set(question.disciplines)]
    name = counting.name(counter)
    bare = [
        Limit(counter.counts, Decimal(number), name, shared_by=pool or counter.share, hard=hard, beyond=beyond, note=text) for pool in pools
    ]
    return [_counted(counter, number, limit, pool, question) for limit, pool in zip(bare, pools, strict=True)]


def untold(counter: Counter, found: list[Limit], question: Question) -> tuple[str, ...]:
    """What is missing where the history is known and still does not tell what is used."""
    known = question.history is not None and counting.asks_start(counter) is None
    return ("context.history[].modifiers",) if known and any(limit.used is None for limit in found) else ()


def _counted(counter: Counter, number: int, limit: Limit, pool: tuple[Discipline, ...], question: Question) -> Limit:
    """The limit with what is used of it, where the history and the calendar say so."""
    items = question.history if not counter.other_payers or question.history is None else question.history + question.elsewhere
    if items is None or counting.asks_start(counter) is not None:
        return limit
    discipline = question.disciplines[0] if len(question.disciplines) == 1 else pool[0] if len(pool) == 1 else None
    asked = Service(question.on, question.code, discipline, counter.purpose, None, None)
    services = []
    for other in counting.of_history(counter, items):
        alike = counting.alike(counter, asked, other, pool)
        if alike is not False:
            services.append(other if alike else other._replace(sure=False))
    used = _used(counter, services, question.on)
    if used.most != used.least:
        return limit
    day: date | None = question.on
    while day is not None and _used(counter, services, day).least >= number:
        day += timedelta(days=1)
        if day >= after(question.on, Period(years=YEARS_AHEAD)):
            day = None
    spent = Decimal(used.least)
    return structs.replace(limit, used=spent, remaining=max(limit.limit - spent, Decimal(0)), next_allowed=day)


def _used(counter: Counter, services: list[Service], day: date) -> Total:
    before = [one for one in services if one.day <= day]
    since = counting.begin(counter, day, None, sorted({one.day for one in before if one.sure}))
    return counting.total(counter, [one for one in before if since is not None and one.day >= since])
