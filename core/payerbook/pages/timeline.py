"""When an answer was another one: by date of service, and by what was known; the same periods that the script reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from payerbook.pages import view
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import Column, Row, esc, link, root, table
from payerbook.pages.view import View

HEADINGS = ("Covered", "Prior authorization", "Limits", "Modifiers", "Proof")
"""Headings of the cells of an answer."""
_DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """An answer that stood from a day on (None = from the beginning); `end` is None for the last one."""

    start: date | None
    end: date | None
    view: View


def by_service(catalog: Catalog, payer: str, code: str) -> list[Stretch]:
    """The answers by date of service, with everything on file known, oldest first."""
    found = catalog.answers.over_time(payer, code)
    days = {period.start for one in found for period in one.editions[-1].periods if period.start is not None}
    return _stretches(catalog.today, days, lambda day: catalog.answers.view_on(payer, code, day, None))


def by_knowledge(catalog: Catalog, payer: str, code: str) -> list[Stretch]:
    """The answers for the day of the site by what was known on a day, oldest first."""
    found = catalog.answers.over_time(payer, code)
    days = {edition.known for one in found for edition in one.editions if edition.known is not None}
    return _stretches(catalog.today, days, lambda day: catalog.answers.view_on(payer, code, catalog.today, day))


def _stretches(today: date, days: Iterable[date], answer: Callable[[date], View]) -> list[Stretch]:
    ordered = sorted(days)
    found: list[Stretch] = []
    for day in [ordered[0] - _DAY, *ordered] if ordered else [today]:
        now = answer(day)
        if found and _said(found[-1].view) == _said(now):
            continue
        if found:
            found[-1] = found[-1]._replace(end=day - _DAY)
        found.append(Stretch(day if found else None, None, now))
    return found


def _said(one: View) -> object:
    """What makes two answers the same answer, sources aside."""
    return one.covered, one.why, one.blocks


def tables(catalog: Catalog, payer: str, code: str, page: str) -> Iterator[str]:
    """Both tables as HTML, newest first."""
    served, known = by_service(catalog, payer, code), by_knowledge(catalog, payer, code)
    columns = [Column("Date of service", heads=True), *map(Column, HEADINGS[:-1]), Column("What changed")]
    yield table("By date of service, with everything that is on file", columns, _rows(catalog, served, page, "service"), style="pb-history")
    yield ""
    if len(known) > 1:
        columns[0] = Column("Known from", heads=True)
        caption = f"The answer for {catalog.today}, by what was known on a day"
        yield '<details class="pb-more"><summary>What was known when</summary>'
        yield table(caption, columns, _rows(catalog, known, page, "known"), style="pb-history")
        yield "</details>"
        yield ""


def _rows(catalog: Catalog, found: list[Stretch], page: str, clock: str) -> Iterator[Row]:
    for place in range(len(found) - 1, -1, -1):
        start, end, shown = found[place]
        changed = _changed(catalog, found[place - 1].view, shown, page) if place else "–"
        now = (start is None or start <= catalog.today) and (end is None or catalog.today <= end)
        ahead = start is not None and start > catalog.today
        mark = ' <span class="pb-chip">today</span>' if now else ' <span class="pb-chip">ahead</span>' if ahead else ""
        name = f"{clock}-{start}" if start else ""
        yield Row([_period(start, end) + mark, *view.cells(shown)[:-1], changed], name, (("now", "yes"),) if now else ())


def _period(start: date | None, end: date | None) -> str:
    if start is None:
        return f"before <time>{end + _DAY}</time>" if end else "any day"
    return f"since <time>{start}</time>" if end is None else f"<time>{start}</time> to <time>{end}</time>"


def _changed(catalog: Catalog, old: View, new: View, page: str) -> str:
    """The rules by which two answers differ."""
    before, after = _points(old), _points(new)
    rules = dict.fromkeys(rule for _, rule in [*(after - before), *(before - after)] if rule is not None)
    names = sorted((catalog.answers.rule_names[id] for id in rules), key=lambda name: name.title)
    return "<br>".join(link(name.title, root(page) + name.url) for name in names) or esc("the answer as a whole")


def _points(shown: View) -> set[tuple[str, str | None]]:
    return {(f"{name}: {item.text}", item.rule) for name, items in shown.blocks for item in items}
