"""What changed: one page a month, one a payer, and the latest of all, each with feeds; every change with before, after and proof."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from payerbook.answers.changes import PolicyChange
from payerbook.pages import feeds
from payerbook.pages.catalog import Catalog
from payerbook.pages.listed import ChangeList, ListedChange
from payerbook.pages.markup import Column, Row, esc, front, href, inline, link, root, table, trail
from payerbook.pages.places import CHANGES, UPCOMING, changes_file, payer_file, payer_name
from payerbook.pages.published import stamp, text
from payerbook.pages.record import CALLED, Entry, Record
from payerbook.pages.text import EFFECT, escape, number
from payerbook.pages.view import cited

LATEST = 25
"""Changes on the first page."""
_CLOCK = {
    "service-date": "services from",
    "received-date": "claims received from",
    "processed-date": "claims processed from",
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def pages(catalog: Catalog, record: Record, base_url: str) -> Iterator[tuple[str, str]]:
    """All of them with their feeds, as (path, text); addresses in feeds begin with `base_url`, which ends without a slash."""
    names = {head.id: payer_name(head) for head in catalog.answers.packs()}
    yield CHANGES, "\n".join(_index(catalog, record, names))
    yield from feeds.pages(catalog, record.all, CHANGES, "payerbook: what changed", base_url)
    yield CHANGES.replace("index.md", "index.json"), machine(catalog, record.all)
    for month, entries in record.months.items():
        page = changes_file(month)
        yield page, "\n".join(_list(catalog, page, f"Changes of {month_name(month)}", entries, names))
        yield page.replace("index.md", "index.json"), machine(catalog, entries)
    for payer, name in names.items():
        page, entries = changes_file(payer), record.of(payer)
        yield page, "\n".join(_list(catalog, page, f"Changes of {name}", entries, names, payer))
        yield page.replace("index.md", "index.json"), machine(catalog, entries)
        yield from feeds.pages(catalog, entries, page, f"payerbook: {name}", base_url)


def month_name(month: str) -> str:
    """`2026-01` as people say it."""
    year, _, place = month.partition("-")
    return f"{_MONTHS[int(place) - 1]} {year}"


def machine(catalog: Catalog, entries: Sequence[Entry]) -> str:
    """Changes for programs: each with its id, the payers it came to and the day it became known."""
    listed = (ListedChange(id=entry.uid, payers=entry.payers, told=entry.told, **msgspec.structs.asdict(entry.change)) for entry in entries)
    return text(ChangeList(**stamp(catalog), changes=tuple(listed)))


def _index(catalog: Catalog, record: Record, names: Mapping[str, str]) -> Iterator[str]:
    yield from front("What changed", search="boost: 0.5", description="Changes of payer rules for outpatient therapy, dated and cited")
    yield "# What changed"
    yield ""
    ahead = number(len(record.coming), "change is", "changes are") if record.coming else "nothing is"
    yield (
        f"{number(len(record.all), 'change')} on file, each by the day it takes effect; "
        f"{inline(f'{ahead} still ahead', href(CHANGES, UPCOMING))}. "
        "A rule whose start nobody states is no change. Where only a later day is proved, the change says so."
    )
    yield ""
    yield subscribe(CHANGES)
    yield ""
    yield "## Latest { #latest }"
    yield ""
    yield listing(catalog, CHANGES, record.latest[:LATEST], names)
    yield ""
    yield "## By month { #months }"
    yield ""
    yield _years(record)
    yield ""
    yield "## By payer { #payers }"
    yield ""
    columns = [Column("Payer", heads=True), Column("Changes on file"), Column("Latest")]
    yield table("Changes by payer", columns, (_payer(record, payer, name) for payer, name in names.items()))
    yield ""


def _payer(record: Record, payer: str, name: str) -> Row:
    past = [entry for entry in record.of(payer) if record.holds(entry)]
    latest = f"<time>{past[0].change.on}</time> {esc(past[0].change.title)}" if past else "–"
    return Row([link(name, href(CHANGES, changes_file(payer))), str(len(record.of(payer))), latest], payer)


def _years(record: Record) -> str:
    years: dict[str, list[str]] = {}
    for month, entries in record.months.items():
        name = f"{link(month_name(month).split()[0], href(CHANGES, changes_file(month)))} <small>{len(entries)}</small>"
        years.setdefault(month[:4], []).append(name)
    rows = "".join(f"<div><dt>{year}</dt><dd>{' · '.join(months)}</dd></div>" for year, months in years.items())
    return f'<dl class="pb-years">{rows}</dl>'


def _list(
    catalog: Catalog, page: str, name: str, entries: Sequence[Entry], names: Mapping[str, str], payer: str | None = None
) -> Iterator[str]:
    yield from front(name, search="exclude: true", description=f"{name}: before, after, proof")
    yield trail(page, ("What changed", CHANGES))
    yield ""
    yield f"# {escape(name)}"
    yield ""
    if payer is None:
        yield f"{number(len(entries), 'change')} that take effect in this month, for all payers."
    else:
        counted = number(len(entries), "change") if entries else "No change"
        yield f"{counted} on file for {inline(names[payer], href(page, payer_file(payer)))}."
    yield ""
    if payer is not None:
        yield subscribe(page)
        yield ""
    if entries:
        yield listing(catalog, page, entries, names if payer is None else {})
    else:
        yield "No source on file states a day on which one of its rules changed."
    yield ""
    yield f"{inline('These changes as JSON', 'index.json')}"
    yield ""


def subscribe(page: str) -> str:
    """The feeds beside a page."""
    links = (("Atom feed", feeds.ATOM), ("JSON Feed", feeds.JSON), ("calendar of what is ahead", href(page, feeds.CALENDAR)))
    return f"Follow: {' · '.join(inline(words, address) for words, address in links)}"


def listing(catalog: Catalog, page: str, entries: Sequence[Entry], names: Mapping[str, str]) -> str:
    """Changes as a list on one page, with the rule in words before and after; without `names` the payers go without saying."""
    return f'<ol class="pb-log">{"".join(_entry(catalog, page, entry, names) for entry in entries)}</ol>'


def head(catalog: Catalog, page: str, entry: Entry) -> str:
    """The first line of a change: its day, its sort, its rule."""
    change = entry.change
    mark, word = CALLED[change.what]
    ahead = ' <span class="pb-chip">ahead</span>' if change.on > catalog.today else ""
    rule = link(change.title, root(page) + catalog.answers.rule_names[change.rule].url)
    return (
        f'<p class="pb-when"><time>{change.on}</time> <span class="pb-what pb-what-{change.what}"><span aria-hidden="true">{mark}</span> '
        f'{word}</span>{ahead}</p><p class="pb-title">{rule}</p>'
    )


def payers(page: str, entry: Entry, names: Mapping[str, str]) -> str:
    """The payers of a change, with links; many are folded."""
    listed = ", ".join(link(names[payer], href(page, payer_file(payer))) for payer in entry.payers)
    if len(entry.payers) <= 3:
        return f'<p class="pb-who">{listed}</p>'
    return f'<details class="pb-fold"><summary>{len(entry.payers)} payers</summary>{listed}</details>'


def _entry(catalog: Catalog, page: str, entry: Entry, names: Mapping[str, str]) -> str:
    change = entry.change
    told = "".join(f"<div><dt>{esc(name)}</dt><dd>{text}</dd></div>" for name, text in _said(change))
    sources = "".join(f"<li>{cited(source)}</li>" for source in change.sources)
    proof = f'<details class="pb-more"><summary>Sources ({len(change.sources)})</summary><ul>{sources}</ul></details>' if sources else ""
    return f'<li id="{entry.anchor}">{head(catalog, page, entry)}{payers(page, entry, names) if names else ""}<dl>{told}</dl>{proof}</li>'


def _said(change: PolicyChange) -> Iterator[tuple[str, str]]:
    yield (
        "For",
        f"{_CLOCK[change.date_basis]} <time>{change.on}</time>"
        + (" (the first day proved; it may have begun earlier)" if change.attested else "")
        + (f", published <time>{change.known}</time>" if change.known is not None else ""),
    )
    if change.changed:
        yield "Note", esc(" ".join(change.changed.split()))
    if change.before is not None and change.before != change.after:
        yield "Before", esc(change.before)
    if change.after is not None:
        yield "Now" if change.before is not None and change.before != change.after else "Says", esc(change.after)
    if change.effect_before is not None and change.effect_after is not None and change.effect_before != change.effect_after:
        yield "Payer", f"{EFFECT[change.effect_before]} → {EFFECT[change.effect_after]}"
    for name, codes in (("Codes added", change.codes_added), ("Codes removed", change.codes_removed)):
        if codes:
            yield name, ", ".join(f'<span class="pb-code">{esc(code)}</span>' for code in codes)
    if change.replaced_by is not None:
        yield "Replaced by", f"<code>{esc(change.replaced_by)}</code>"
