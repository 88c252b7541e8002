"""Which visit a service is, by a counter: for rules that begin with the n-th visit of a window."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from payerbook.claim import Discipline, Episode
from payerbook.kinds import counting
from payerbook.kinds.base import Case, Question
from payerbook.kinds.counting import Counter, Service

PER_EPISODE = Counter(per="episode", counts="visits")
_NO_EPISODE = Episode()


class Number(NamedTuple):
    """The number of a visit, from 1; `sure` = the count is complete, else it is at least that; None = cannot be counted.

    `start` is the first day of the window as far as it is known, `needs` are the facts that would make the number sure.
    """

    number: counting.Number | None
    sure: bool = False
    start: date | None = None
    needs: tuple[str, ...] = ()


def number(case: Case, index: int, counter: Counter) -> Number:
    """Which visit of its window the service of a line is; the number that the claim gives its episode stands above a count.

    A service of which the counter knows that it does not count is none: number 0.
    """
    context = case.claim.context
    episode = context.episode if context is not None and context.episode is not None else _NO_EPISODE
    line = case.lines[index]
    if counter.per == "episode" and episode.visit_number is not None:
        before = {other.service_date for other in case.lines if other.service_date < line.service_date}
        return Number(episode.visit_number + len(before), True, episode.started_on)
    discipline = counting.discipline_of(case, line)
    pool = _pool(counter, discipline)
    if pool is None:
        return Number(None, needs=(f"lines[{index}].modifiers",))
    start = counting.started(counter, case)
    asks = counting.asks_start(counter)
    if asks is not None and start is None:
        return Number(None, needs=("context.episode.visit_number",) if counter.per == "episode" else (asks,))
    provider, amount = counting.provider_of(case, line), counting.line_amount(counter, case, index)
    one = Service(line.service_date, line.code, discipline, episode.purpose, provider, amount, index)
    counts = counting.alike(counter, one, one, pool)
    if counts is False or (counter.pools and not pool):
        return Number(0, True)
    one = one._replace(sure=bool(counts))
    own = counting.of_lines(counter, case, [place for place, other in enumerate(case.lines) if other.service_date < one.day])
    first = date.min if asks is not None or counting.floats(counter) else counting.begin(counter, one.day, start, ()) or one.day
    earlier = (case.earlier_anywhere if counter.other_payers else case.earlier)(first, one.day)
    services = _counted(counter, one, [*counting.of_history(counter, earlier), *own], pool)
    found = _total(counter, one, start, services)
    fresh = counter.gap_days and not services and episode.last_visit_on is not None
    if fresh and episode.last_visit_on is not None and (one.day - episode.last_visit_on).days >= counter.gap_days:
        return Number(1, True, one.day)
    if not one.sure:
        unsaid = "rendering_provider.npi" if counter.by_provider and provider is None else "context.episode.purpose"
        found = found._replace(sure=False, needs=(unsaid,))
    if case.history.complete:
        return found
    return found._replace(sure=False, needs=("context.history", *found.needs))


def asked(question: Question, counter: Counter) -> int | None:
    """Which visit of its window the service asked about is, by the history of the question; None = cannot be counted."""
    items = question.history if not counter.other_payers or question.history is None else question.history + question.elsewhere
    if items is None or counting.asks_start(counter) is not None or counter.counts not in ("visits", "treatment-days"):
        return None
    discipline = question.disciplines[0] if len(question.disciplines) == 1 else None
    pool = _pool(counter, discipline)
    if pool is None:
        return None
    one = Service(question.on, question.code, discipline, counter.purpose, None, None)
    before = [item for item in items if item.service_date < question.on]
    found = _total(counter, one, None, _counted(counter, one, counting.of_history(counter, before), pool))
    return int(found.number) if found.sure and found.number is not None else None


def _pool(counter: Counter, discipline: Discipline | None) -> tuple[Discipline, ...] | None:
    """The disciplines that share the count; None when the line does not say its own."""
    if not counter.pools:
        return ()
    return None if discipline is None else next((pool for pool in counter.pools if discipline in pool), ())


def _counted(counter: Counter, one: Service, services: list[Service], pool: tuple[Discipline, ...]) -> list[Service]:
    found = []
    for other in services:
        alike = counting.alike(counter, one, other, pool)
        if alike is not False:
            found.append(other if alike else other._replace(sure=False))
    return found


def _total(counter: Counter, one: Service, start: date | None, services: list[Service]) -> Number:
    """The count of the services before, in the window of the one asked about, and that one."""
    since = counting.begin(counter, one.day, start, sorted({other.day for other in services if other.sure}))
    if since is None:
        return Number(None, needs=("context.history",))
    found = counting.total(counter, [*(other for other in services if other.day >= since), one])
    sure = found.most == found.least
    needs = () if sure else counting.unsaid(counter, [other for other in services if other.day >= since])
    return Number(found.least, sure, since, needs)
