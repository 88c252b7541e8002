"""How much of a limit a patient's earlier services have used: shared by the kinds that set limits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from payerbook.kinds.base import Counted, Limit, Question


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
