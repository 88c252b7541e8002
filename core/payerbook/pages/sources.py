"""Where it is written: the documents behind each payer's rules, the official ones first, and who else writes about therapy billing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import Column, Row, esc, front, href, link, table, trail
from payerbook.pages.places import SOURCES, payer_file, payer_name, sources_file
from payerbook.pages.text import number
from payerbook.policy import Pack, Source

OFFICIAL = frozenset({"A", "A*"})
FEWEST = 3
"""Documents of a publisher, from which on it is named in the list of those who write about billing."""


class Document(NamedTuple):
    """A document with an address: how it was read, and how many rules rest on it."""

    title: str
    publisher: str
    url: str
    grade: str
    dated: str
    read: date | None
    rules: int


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The list, and a page for each payer that has documents, as (path, Markdown)."""
    found = {pack.head.id: documents(pack) for pack in catalog.packs}
    yield SOURCES, "\n".join(_index(catalog, found))
    for pack in catalog.packs:
        if pack.head.payer and found[pack.head.id]:
            yield sources_file(pack.head.id), "\n".join(_page(pack, found[pack.head.id]))


def documents(pack: Pack) -> list[Document]:
    """The documents that the rules of a pack rest on, the best grades first; general knowledge and what has no address is none."""
    cited: dict[tuple[str, str], list[tuple[str, Source]]] = {}
    for rule in pack.rules:
        for version in rule.versions:
            for source in version.sources:
                if source.url:
                    cited.setdefault((source.title, source.url), []).append((rule.id, source))
    return sorted(map(_document, cited.values()), key=lambda one: (("A", "A*", "B", "C", "M").index(one.grade), one.title.lower()))


def _document(cited: list[tuple[str, Source]]) -> Document:
    first = cited[0][1]
    return Document(
        first.title,
        first.publisher,
        first.url or "",
        min((source.grade for _, source in cited), key=("A", "A*", "B", "C", "M").index),
        max((source.date for _, source in cited if source.date), default=""),
        max((source.last_checked for _, source in cited if source.last_checked), default=None),
        len({rule for rule, _ in cited}),
    )


def _index(catalog: Catalog, found: Mapping[str, list[Document]]) -> Iterator[str]:
    yield from front("Sources", scripts=["matrix.js"], search="boost: 0.5", description="The documents behind the rules, by payer")
    yield "# Where it is written"
    yield ""
    every = {(one.title, one.url): one for listed in found.values() for one in listed}
    official = sum(one.grade in OFFICIAL for one in every.values())
    yield (
        f"{number(len(every), 'document')} stand behind the rules; {official:,} are official. Open the document before you quote it to "
        "a payer. Links lead away from this site."
    )
    yield ""
    yield "## By payer { #payers }"
    yield ""
    columns = [Column("Payer", heads=True), Column("Official"), Column("Others"), Column("Last read")]
    rows = (_listed(pack, found[pack.head.id]) for pack in catalog.packs if pack.head.payer and found[pack.head.id])
    yield table("Documents by payer", columns, rows, style="pb-matrix")
    yield ""
    yield "## Who else writes about it { #others }"
    yield ""
    yield f"Associations, contractors, schools and billing companies with {FEWEST} documents or more. They report; the payer decides."
    yield ""
    yield from _others(every.values())


def _listed(pack: Pack, listed: list[Document]) -> Row:
    official = sum(one.grade in OFFICIAL for one in listed)
    read = max((one.read for one in listed if one.read), default=None)
    name = link(payer_name(pack.head), href(SOURCES, sources_file(pack.head.id)))
    return Row([name, str(official), str(len(listed) - official), f"<time>{read}</time>" if read else "–"], pack.head.id)


def _others(every: Iterable[Document]) -> Iterator[str]:
    by: dict[str, list[Document]] = {}
    for one in every:
        if one.grade not in OFFICIAL:
            by.setdefault(one.publisher, []).append(one)
    for publisher, listed in sorted(by.items(), key=lambda item: item[0].lower()):
        if len(listed) >= FEWEST:
            links = "".join(f"<li>{link(one.title, one.url)}</li>" for one in sorted(listed))
            summary = f"<summary>{esc(publisher)} ({len(listed)})</summary>"
            yield f'<details class="pb-more" data-search-exclude>{summary}<ul>{links}</ul></details>'
            yield ""


def _page(pack: Pack, listed: list[Document]) -> Iterator[str]:
    name, page = payer_name(pack.head), sources_file(pack.head.id)
    yield from front(f"Sources: {name}", search="exclude: true", description=f"The documents behind the rules of {name}")
    yield trail(page, ("Sources", SOURCES), (name, payer_file(pack.head.id)))
    yield ""
    yield f"# {esc(name)}: where it is written"
    yield ""
    official = [one for one in listed if one.grade in OFFICIAL]
    others = [one for one in listed if one.grade not in OFFICIAL]
    for heading, anchor, part in (("Official documents", "official", official), ("Reported by others", "others", others)):
        if part:
            yield f"## {heading} {{ #{anchor} }}"
            yield ""
            columns = [Column("Document", heads=True), *map(Column, ("Publisher", "Dated", "Last read", "Rules on it", "Grade"))]
            yield table(f"{heading}: {name}", columns, map(_row, part))
            yield ""
    if not official:
        yield "No document of the payer itself was read; its rules rest on what others report, and ask for review at most."
        yield ""


def _row(one: Document) -> Row:
    read = f"<time>{one.read}</time>" if one.read else "–"
    return Row([link(one.title, one.url), esc(one.publisher), esc(one.dated) or "–", read, str(one.rules), esc(one.grade)])
