"""Counters: which services of a patient count towards a number, in which window of time, and what the count comes to.

Shared by the kinds that say "at most so many" and "from the n-th on". A count is a pair: what it surely comes to, and what it comes to
when every service of which nobody can tell (no discipline, no purpose, no provider named) counts as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta

from payerbook.calendar import Period, after, before
from payerbook.claim import Discipline, HistoryItem, Line, Purpose
from payerbook.kinds import disciplines
from payerbook.kinds.base import Case, Params, join

Number = int | Decimal
Per = Literal["days", "months", "week", "calendar-month", "calendar-year", "benefit-year", "episode", "event", "lifetime"]
Counts = Literal["units", "services", "visits", "treatment-days", "calendar-days", "minutes", "hours", "dollars"]
Event = Literal["injury", "order", "evaluation", "plan-of-care"]

EVENTS: dict[Event, str] = {
    "injury": "context.injury.date",
    "order": "context.documentation.order_on",
    "evaluation": "context.documentation.evaluation_on",
    "plan-of-care": "context.documentation.plan_of_care.established_on",
}
"""Where a claim says the day of an event."""

LOOK_BACK: dict[Per, int] = {
    "days": 0, "months": 0, "week": 7, "calendar-month": 31, "calendar-year": 366, "benefit-year": 366,
    "episode": 366, "event": 366, "lifetime": 3660,
}  # fmt: skip
"""Days of history asked for; of an episode or an event nobody knows the length beforehand."""


class Counter(Params, frozen=True, kw_only=True):
    """What is counted: the settings that every kind with a counter has."""

    per: Annotated[
        Per,
        Meta(
            description="The window: days and months roll back from the service; week = Sunday to Saturday; benefit-year starts on "
            "`year_starts`; episode = since the episode of care began; event = since `event`; lifetime = ever."
        ),
    ]
    counts: Annotated[
        Counts,
        Meta(
            description="units = billed units; services = claim lines; visits = days, each discipline apart (and each provider with "
            "by_provider); treatment-days = days with a service; calendar-days = days from the first service to this one; minutes and hours = direct contact; dollars = allowed amounts."
        ),
    ] = "units"
    days: Annotated[int, Meta(description="Length of the window in days (per days).", ge=1)] = 1
    months: Annotated[int, Meta(description="Length of the window in months (per months).", ge=1)] = 12
    year_starts: Annotated[
        Annotated[str, Meta(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$")] | None,
        Meta(description="First day of the benefit or fiscal year, MM-DD (per benefit-year)."),
    ] = None
    event: Annotated[Event | None, Meta(description="The event that opens the window (per event), or from which `days` run.")] = None
    from_first: Annotated[
        bool, Meta(description="The window of days or months opens with the first service that counts, and the next one after its end.")
    ] = False
    gap_days: Annotated[int, Meta(description="Days without a service after which a new episode begins; 0 = as the claim says.", ge=0)] = 0
    share: Annotated[tuple[str, ...], Meta(description="Only these codes count, and they count together.")] = ()
    together: Annotated[
        bool, Meta(description="All codes count together (visits, days, minutes, hours and dollars always do); else each code has its own.")
    ] = False
    not_counted: Annotated[tuple[str, ...], Meta(description="Codes that never count, such as evaluations.")] = ()
    pools: Annotated[
        tuple[tuple[Discipline, ...], ...],
        Meta(description="Disciplines that share one count, each group apart: [[PT, OT], [SLP]]; absent = all services count together."),
    ] = ()
    purpose: Annotated[Purpose | None, Meta(description="Only services of this purpose count (context.episode.purpose).")] = None
    by_provider: Annotated[bool, Meta(description="Each rendering provider has a count of its own.")] = False
    other_payers: Annotated[bool, Meta(description="Services that other payers were billed for count too.")] = False
    unit_minutes: Annotated[int, Meta(description="Minutes that a unit stands for where minutes are not given; 0 = none.", ge=0)] = 0

    def __post_init__(self) -> None:
        """Raises ValueError when the window lacks what tells where it begins."""
        if (self.per == "benefit-year") != (self.year_starts is not None):
            raise ValueError("`per: benefit-year` and `year_starts` go together")
        if self.per == "event" and self.event is None:
            raise ValueError("`per: event` wants `event`")


class Service(NamedTuple):
    """One service as a counter sees it; `line` is its place on the claim, None for an earlier one, `sure` whether it counts for certain."""

    day: date
    code: str
    discipline: Discipline | None
    purpose: Purpose | None
    provider: str | None
    amount: Number | None
    line: int | None = None
    sure: bool = True


class Total(NamedTuple):
    """What a count comes to: `least` surely, `most` with all that may count (None = no bound, an amount is missing)."""

    least: Number
    most: Number | None

    def exceeds(self, limit: Number) -> bool | None:
        """Whether the count is above the limit; None when nobody can tell."""
        if self.least > limit:
            return True
        return None if self.most is None or self.most > limit else False


def of_lines(counter: Counter, case: Case, indexes: Iterable[int]) -> list[Service]:
    """The lines of the claim that can count, in order of day and place."""
    context = case.claim.context
    purpose = context.episode.purpose if context is not None and context.episode is not None else None
    found = []
    for index in indexes:
        line = case.lines[index]
        if _code_counts(counter, line.code):
            amount = line_amount(counter, case, index)
            found.append(Service(line.service_date, line.code, discipline_of(case, line), purpose, provider_of(case, line), amount, index))
    return sorted(found, key=lambda service: (service.day, service.line))


def of_history(counter: Counter, items: Iterable[HistoryItem]) -> list[Service]:
    """The earlier services that can count."""
    return [_of_item(counter, item) for item in items if _code_counts(counter, item.code)]


def unsaid(counter: Counter, services: Iterable[Service]) -> tuple[str, ...]:
    """What earlier services do not say of themselves, so that the count of them is not sure (contract paths)."""
    names: list[str] = []
    for one in services:
        if one.line is not None:
            continue
        if not one.sure:
            names += ["modifiers"] if counter.pools and one.discipline is None else []
            names += ["purpose"] if counter.purpose is not None and one.purpose is None else []
            names += ["rendering_npi"] if counter.by_provider and one.provider is None else []
        if one.amount is None:
            names.append("allowed" if counter.counts == "dollars" else "units")
    return tuple(f"context.history[].{name}" for name in dict.fromkeys(names))


def _of_item(counter: Counter, item: HistoryItem) -> Service:
    named = disciplines.of_service(item.code, item.modifiers)
    return Service(item.service_date, item.code, named, item.purpose, item.rendering_npi, item_amount(counter, item))


def _code_counts(counter: Counter, code: str) -> bool:
    return code not in counter.not_counted and (not counter.share or code in counter.share)


def discipline_of(case: Case, line: Line) -> Discipline | None:
    """The discipline that a line's modifiers or its code name, else that of the rendering therapist, else that of the episode."""
    named = disciplines.of_service(line.code, line.modifiers)
    if named is not None:
        return named
    provider = line.rendering_provider or case.claim.rendering_provider
    named = disciplines.taxonomy(provider.taxonomy) if provider is not None else None
    context = case.claim.context
    return named or (context.episode.discipline if context is not None and context.episode is not None else None)


def provider_of(case: Case, line: Line) -> str | None:
    """The NPI of the provider who rendered a line; None when the claim does not say it."""
    rendering = line.rendering_provider or case.claim.rendering_provider
    return rendering.npi if rendering is not None else None


def line_amount(counter: Counter, case: Case, index: int) -> Number | None:
    """What a line adds to a count of amounts; None when it does not say."""
    line = case.lines[index]
    if counter.counts == "dollars":
        return line.allowed if line.allowed is not None else case.expected_allowed(index)
    if counter.counts in ("minutes", "hours"):
        return _time(counter, line.minutes, line.units)
    return line.units if counter.counts == "units" else 1


def item_amount(counter: Counter, item: HistoryItem) -> Number | None:
    """What an earlier service adds to a count of amounts; one without units counts as one."""
    if counter.counts == "dollars":
        return item.allowed
    if counter.counts in ("minutes", "hours"):
        return _time(counter, None, item.units)
    return (item.units or 1) if counter.counts == "units" else 1


def _time(counter: Counter, minutes: Number | None, units: Number | None) -> Number | None:
    if minutes is None and units is not None and counter.unit_minutes:
        minutes = units * counter.unit_minutes
    if minutes is None or counter.counts == "minutes":
        return minutes
    return Decimal(minutes) / 60


def alike(counter: Counter, one: Service, other: Service, pool: tuple[Discipline, ...]) -> bool | None:
    """Whether `other` is counted with `one`, both in the count of `pool`; None when nobody can tell."""
    if not _together(counter) and other.code != one.code:
        return False
    answers = [
        not pool or (None if other.discipline is None else other.discipline in pool),
        counter.purpose is None or (None if other.purpose is None else other.purpose == counter.purpose),
        not counter.by_provider or (None if other.provider is None or one.provider is None else other.provider == one.provider),
    ]
    return False if False in answers else None if None in answers else True


def _together(counter: Counter) -> bool:
    return counter.together or bool(counter.share) or counter.counts not in ("units", "services")


def total(counter: Counter, services: Iterable[Service]) -> Total:
    """What services that are counted together come to."""
    services = list(services)
    if counter.counts in ("visits", "treatment-days"):
        sure = {_key(counter, service) for service in services if service.sure}
        return Total(len(sure), len(sure | {_key(counter, service) for service in services}))
    if counter.counts == "calendar-days":
        return Total(_length([service.day for service in services if service.sure]), _length([service.day for service in services]))
    least: Number = sum((service.amount for service in services if service.sure and service.amount is not None), 0)
    if any(service.amount is None for service in services):
        return Total(least, None)
    return Total(least, sum((service.amount for service in services if service.amount is not None), 0))


def _length(days: Sequence[date]) -> int:
    """Days from the first to the last of them, both included."""
    return (max(days) - min(days)).days + 1 if days else 0


def _key(counter: Counter, service: Service) -> tuple[object, ...]:
    if counter.counts == "treatment-days":
        return (service.day,)
    return (service.day, service.discipline, service.provider if counter.by_provider else None)


def started(counter: Counter, case: Case) -> date | None:
    """The day that opens the window where the claim has to say it: the event, or the beginning of the episode."""
    context = case.claim.context
    if context is None:
        return None
    if counter.event is None:
        return context.episode.started_on if context.episode is not None else None
    if counter.event == "injury":
        return context.injury.date if context.injury is not None else None
    record = context.documentation
    if record is None:
        return None
    if counter.event == "order":
        return record.order_on
    if counter.event == "evaluation":
        return record.evaluation_on
    return record.plan_of_care.established_on if record.plan_of_care is not None else None


def asks_start(counter: Counter) -> str | None:
    """The fact of the claim that opens the window; None when the calendar or the services do."""
    if counter.event is not None:
        return EVENTS[counter.event]
    return "context.episode.started_on" if counter.per == "episode" and not counter.gap_days else None


def floats(counter: Counter) -> bool:
    """Whether earlier services decide where the window begins, so that without all of them nothing is sure."""
    return counter.from_first or bool(counter.gap_days)


def begin(counter: Counter, day: date, start: date | None, days: Sequence[date]) -> date | None:
    """The first day of the window that `day` lies in.

    `start` is the day that the claim says, `days` the rising days of services that count, up to `day`. None when the start is not
    known, or when `day` lies outside the days after an event.
    """
    if asks_start(counter) is not None:
        outside = start is not None and counter.per == "days" and (day - start).days > counter.days
        return None if outside else start
    if floats(counter):
        return _floating(counter, [*days, day])
    if counter.per == "days":
        return day - timedelta(days=counter.days - 1)
    if counter.per == "months":
        return before(day, counter.months) + timedelta(days=1)
    if counter.per == "week":
        return day - timedelta(days=(day.weekday() + 1) % 7)
    if counter.per == "calendar-month":
        return day.replace(day=1)
    if counter.per == "calendar-year":
        return day.replace(month=1, day=1)
    if counter.per == "benefit-year":
        assert counter.year_starts is not None
        month, first = map(int, counter.year_starts.split("-"))
        year = day.year if (day.month, day.day) >= (month, first) else day.year - 1
        return date(year, month, first)
    return date.min


def _floating(counter: Counter, days: Sequence[date]) -> date:
    """The first day of the last window when windows open with a service."""
    first = last = days[0]
    for day in days:
        if counter.gap_days:
            new = (day - last).days >= counter.gap_days
        elif counter.per == "days":
            new = (day - first).days >= counter.days
        else:
            new = day >= after(first, Period(months=counter.months))
        first, last = (day if new else first), day
    return first


def look_back(counter: Counter) -> int:
    """Days of history before a service that a counter can ask for."""
    length = {"days": counter.days, "months": 31 * counter.months}.get(counter.per, LOOK_BACK[counter.per])
    return max(length, LOOK_BACK["episode"]) if floats(counter) else length


def period(counter: Counter) -> str:
    """The window in words."""
    if counter.per == "days":
        return f"{counter.days} days" + (f" after the {counter.event}" if counter.event else "")
    if counter.per == "months":
        return f"{counter.months} months"
    if counter.per == "benefit-year":
        return f"a year that starts on {counter.year_starts}"
    if counter.per == "episode":
        return "an episode" + (f" (a new one after {counter.gap_days} days without a service)" if counter.gap_days else "")
    if counter.per == "event":
        return f"the time since the {counter.event}"
    return "a calendar week" if counter.per == "week" else f"a {counter.per.replace('-', ' ')}"


def name(counter: Counter) -> str:
    """The window as answers name it."""
    if counter.per == "event" and counter.event is not None:
        return counter.event
    return f"{counter.days}-days" if counter.per == "days" else f"{counter.months}-months" if counter.per == "months" else counter.per


def whose(counter: Counter) -> str:
    """What counts, in words."""
    pools = join(("+".join(pool) for pool in counter.pools), "and")
    parts = [
        f"of {join(counter.share, 'and')} together" if counter.share else "" if _together(counter) else "of each code",
        f"of {counter.purpose} treatment" if counter.purpose else "",
        f"for {pools}, each apart," if len(counter.pools) > 1 else f"for {pools}" if pools else "",
        "with one provider" if counter.by_provider else "",
        f"without {join(counter.not_counted, 'and')}" if counter.not_counted else "",
        "with those of other payers" if counter.other_payers else "",
    ]
    return " ".join(part for part in parts if part)
