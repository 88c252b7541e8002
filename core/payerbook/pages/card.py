"""The card of a payer: how it counts, limits, authorizes, takes claims and appeals; on the day of the site, and on every day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from payerbook.answers.ask import RuleHistory
from payerbook.answers.compare import REMOTE
from payerbook.answers.comparison import Cell, Column
from payerbook.engine.versions import cuts, known_from
from payerbook.kinds.base import Contribution
from payerbook.pages import comparing
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import attributes, esc
from payerbook.policy import PackHead, Rule

TYPICAL = "97110"
"""The code of the points on the card that hang on one."""
CARD: tuple[tuple[Column, str], ...] = (
    ("units", "Timed units are counted by"),
    ("authorization", f"Prior authorization for {TYPICAL}"),
    ("daily-cap", f"Limits of a day for {TYPICAL}"),
    ("visit-limits", f"Visit and dollar limits for {TYPICAL}"),
    ("modifiers", f"Modifiers on {TYPICAL}"),
    ("telehealth", f"Telehealth for {TYPICAL}"),
    ("timely-filing", "Timely filing"),
    ("appeals", "Appeals"),
)
_KINDS: dict[Column, str] = {"timely-filing": "timely-filing", "appeals": "appeal-terms"}
"""Points that all rules of a kind make."""
_SPEAKS: dict[Column, Callable[[Contribution], object]] = {
    "authorization": lambda said: said.permission,
    "daily-cap": lambda said: said.limits,
    "visit-limits": lambda said: said.limits,
    "modifiers": lambda said: said.modifiers,
    "telehealth": lambda said: said.remote is not None,
}
"""Points that the rules about a code make, and whether one of them speaks of it."""


def html(catalog: Catalog, head: PackHead, page: str) -> str:
    """The card on the day of the site."""
    cells = catalog.answers.row(head.id, TYPICAL)
    shown = ((column, words, comparing.cell(catalog, cells[column], column, page, why=True)) for column, words in CARD)
    points = (f"<div><dt>{esc(words)}</dt><dd{attributes([('point', column)])}>{cell}</dd></div>" for column, words, cell in shown)
    return f"<dl>{''.join(points)}</dl>"


def over_time(catalog: Catalog, payer: str, column: Column) -> Iterator[tuple[date | None, list[tuple[date | None, Cell]]]]:
    """A point of the card on both clocks: for each day on which something became known (None = from the beginning) the first day of
    service of each answer (None = ever)."""
    served, learned = _turns(catalog, payer, column)
    last: list[tuple[date | None, Cell]] = []
    for place, known in enumerate(_with_before(learned, catalog.today)):
        periods: list[tuple[date | None, Cell]] = []
        for day in _with_before(served, catalog.today):
            found = catalog.answers.point_on(payer, TYPICAL, column, day, known)
            if not periods or periods[-1][1] != found:
                periods.append((day if periods else None, found))
        if not place or periods != last:
            yield (known if place else None), periods
        last = periods


def _turns(catalog: Catalog, payer: str, column: Column) -> tuple[set[date], set[date]]:
    """The days of service and of knowledge on which a point can change."""
    pack = catalog.answers.pack(payer)
    if column in _SPEAKS:
        histories = catalog.answers.over_time(payer, TYPICAL, REMOTE if column == "telehealth" else catalog.answers.place)
        speaking = [one for one in histories if _speaks(one, column)]
        editions = [edition for one in speaking for edition in one.editions]
        served = {period.start for edition in editions for period in edition.periods if period.start is not None}
        return served, {edition.known for edition in editions if edition.known is not None}
    rules = [rule for rule in pack.rules if _makes(rule, column, pack.head)]
    return {day for rule in rules for day in cuts(rule)}, {known_from(version) for rule in rules for version in rule.versions}


def _speaks(one: RuleHistory, column: Column) -> bool:
    said = (period.said for edition in one.editions for period in edition.periods)
    return any(_SPEAKS[column](found.contribution) for found in said if found is not None)


def _makes(rule: Rule, column: Column, head: PackHead) -> bool:
    return rule.id == head.unit_method_rule if column == "units" else rule.kind == _KINDS[column]


def _with_before(days: set[date], otherwise: date) -> list[date]:
    """Days in order and one before the first of them; without any, one day."""
    ordered = sorted(days)
    return [ordered[0] - timedelta(days=1), *ordered] if ordered else [otherwise]
