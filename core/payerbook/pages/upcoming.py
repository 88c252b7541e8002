"""Coming up: changes that are ahead, and when each payer's sources are due to be read again; with a calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from payerbook.pages import changes, feeds
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import Column, Row, front, href, inline, link, table
from payerbook.pages.places import CHANGES, UPCOMING, payer_file, payer_name
from payerbook.pages.record import Record
from payerbook.pages.text import day, number
from payerbook.policy import Pack


class Reading(NamedTuple):
    """When the sources of a payer were read: the first and the last day, how many citations, and how many are due again."""

    first: date
    last: date
    citations: int
    due: int
    next_due: date


def reading(catalog: Catalog, pack: Pack) -> Reading | None:
    """How the sources of a pack's standing rules were read; None when none names a day."""
    sources = [source for rule in pack.rules for source in catalog.standing(pack, rule).version.sources]
    days = sorted(source.last_checked for source in sources if source.last_checked is not None)
    if not days:
        return None
    keeps = timedelta(days=pack.head.review_days)
    return Reading(days[0], days[-1], len(sources), sum(day + keeps < catalog.today for day in days), days[0] + keeps)


def pages(catalog: Catalog, record: Record, base_url: str) -> Iterator[tuple[str, str]]:
    """The page, the same as JSON, and the calendar, as (path, text)."""
    yield UPCOMING, "\n".join(_page(catalog, record))
    yield UPCOMING.replace("index.md", "index.json"), changes.machine(catalog, record.coming)
    yield feeds.CALENDAR, feeds.calendar(catalog, record.coming, base_url)


def _page(catalog: Catalog, record: Record) -> Iterator[str]:
    names = {head.id: payer_name(head) for head in catalog.answers.packs()}
    yield from front("Coming up", search="boost: 0.5", description="Payer rules for outpatient therapy that change after today")
    yield "# Coming up"
    yield ""
    counted = number(len(record.coming), "change") if record.coming else "No change"
    yield (
        f"{counted} with a stated day after {day(catalog.today)}. What is announced without a day is not here. "
        f"{inline('What changed already', href(UPCOMING, CHANGES))}."
    )
    yield ""
    calendar = inline("Calendar for your own calendar program (.ics)", href(UPCOMING, feeds.CALENDAR))
    yield f"{calendar} · {inline('the same as JSON', 'index.json')}"
    yield ""
    if record.coming:
        yield changes.listing(catalog, UPCOMING, record.coming, names)
        yield ""
    yield "## Sources to be read again { #reading }"
    yield ""
    yield "A source holds for a while. Past its day, a rule that rests on it asks for review at most, until somebody has read it again."
    yield ""
    found = [(head, reading(catalog, catalog.answers.pack(head.id))) for head in catalog.answers.packs()]
    columns = [Column("Payer", heads=True), Column("First one due"), Column("Due already"), Column("Citations")]
    rows = [
        (
            one.next_due,
            Row(
                [
                    link(names[head.id], href(UPCOMING, payer_file(head.id))),
                    f"<time>{one.next_due}</time>",
                    str(one.due),
                    str(one.citations),
                ]
            ),
        )
        for head, one in found
        if one is not None
    ]
    yield table("When sources are due, soonest first", columns, [row for _, row in sorted(rows, key=lambda pair: pair[0])])
    yield ""
