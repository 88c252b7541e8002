"""Other forms of a page, which its head names for programs and feed readers: JSON, tables, feeds, the calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from payerbook.pages import bulk, feeds
from payerbook.pages.catalog import Catalog


class Alternate(NamedTuple):
    """Another form of a page: its media type, what it is called, its path below the root of the site."""

    type: str
    title: str
    path: str


_FORMS = {
    "index.json": ("application/json", "The same as JSON"),
    "history.json": ("application/json", "The answers of every day as JSON"),
    "index.csv": ("text/csv", "The same as CSV"),
    feeds.ATOM: ("application/atom+xml", "Changes (Atom)"),
    feeds.JSON: ("application/feed+json", "Changes (JSON Feed)"),
    feeds.CALENDAR.rpartition("/")[2]: ("text/calendar", "What is ahead"),
}
"""Media type and title by the name of a file beside a page."""


def of(catalog: Catalog, paths: Iterable[str]) -> Mapping[str, list[Alternate]]:
    """The other forms by the address of their page (below the root, ending with a slash); `paths` are the files written for the site."""
    found: dict[str, list[Alternate]] = {}
    for path in paths:
        folder, slash, name = path.rpartition("/")
        if name in _FORMS:
            found.setdefault(folder + slash, []).append(Alternate(*_FORMS[name], path))
    for payer, codes in catalog.answers.own.items():
        for code in codes:
            answer = Alternate("application/json", "The answer as JSON", bulk.answer_path(payer, code))
            found.setdefault(f"payer/{payer}/{code}/", []).append(answer)
    return found
