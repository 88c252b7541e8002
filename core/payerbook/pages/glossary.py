"""The glossary: words of billing in our own words, what people also call them, and short notes beside abbreviations in every text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from payerbook.pages import calc, checker
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import Column, Row, esc, front, href, inline, link, table
from payerbook.pages.places import CHANGES, CHECKLISTS, GLOSSARY, MATRICES, MYTHS, SOURCES, UPCOMING
from payerbook.terms import Terms

LONGEST = 8
"""Other names that are shown with a word; search knows all of them."""
OWN = frozenset(
    page.removesuffix("/index.md").removesuffix(".md")
    for page in (GLOSSARY, MYTHS, MATRICES, CHECKLISTS, SOURCES, CHANGES, UPCOMING, calc.INDEX, checker.PAGE)
)
"""Pages of the site whose names are there for search and are no words of billing."""


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The page, as (path, Markdown)."""
    yield GLOSSARY, "\n".join(_page(catalog))


def abbreviations(terms: Terms) -> dict[str, str]:
    """What each abbreviation means: words that are one themselves (ABN), and those that have one (plan of care: POC)."""
    own = {word.term: word.means for word in terms.words.values() if re.fullmatch(r"[A-Z]{2,5}", word.term)}
    return own | {word.short: f"{word.term}. {word.means}" for word in terms.words.values() if word.short is not None}


def _page(catalog: Catalog) -> Iterator[str]:
    words = catalog.session.library.vocabulary.terms.words
    about = "Words of therapy billing in plain words, and what else they are called"
    yield from front("Glossary", scripts=["matrix.js"], search="boost: 2", description=about)
    yield "# Glossary"
    yield ""
    yield f"Words of therapy billing in our own words. What is often said and is not so: {inline('myths', href(GLOSSARY, MYTHS))}."
    yield ""
    columns = [Column("Word", heads=True), Column("Means"), Column("People also call it")]
    listed = sorted(((slug, one) for slug, one in words.items() if not _own(one.page)), key=lambda item: item[1].term.lower())
    rows = (
        Row([_word(catalog, one.term, one.page), esc(one.means), esc(", ".join(_others(one.term, one.names)))], slug)
        for slug, one in listed
    )
    yield table("Words of billers", columns, rows, style="pb-matrix pb-words")
    yield ""


def _own(page: str) -> bool:
    return page in OWN or page.startswith("guide/")


def _word(catalog: Catalog, term: str, page: str) -> str:
    """The word, with a link to the page that answers it; without payers there are no pages on what they say."""
    exists = catalog.answers.packs() or not page.startswith(("code/", "payer", "matrix"))
    return link(term, href(GLOSSARY, f"{page}/index.md")) if exists else esc(term)


def _others(term: str, names: Iterable[str]) -> list[str]:
    """The first of the other names; another spelling or the plural of one that stands there already is left to search."""
    seen, kept = {_plain(term)}, []
    for name in names:
        if _plain(name) not in seen:
            seen.add(_plain(name))
            kept.append(name)
    return kept[:LONGEST]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower()).removesuffix("s")
