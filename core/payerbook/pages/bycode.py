"""The codes of a payer, those with the same answer together: a table that stays short where a payer says one thing of many codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from payerbook.pages import view
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import Column, Row, attributes, esc, href, table
from payerbook.pages.places import cell_file, code_file, payer_file, payer_name
from payerbook.pages.text import number
from payerbook.pages.timeline import HEADINGS
from payerbook.policy import PackHead

LABELED = 6
"""Codes of a group that stand with their labels; of more, the numbers alone stand there."""
_ORDER = tuple(view.COVERED)


def ordered(catalog: Catalog) -> list[str]:
    """The codes on file, those of therapists first."""
    return sorted(catalog.codes, key=lambda code: (not catalog.codes[code].disciplines, catalog.codes[code].role is None, code))


def told(catalog: Catalog, head: PackHead) -> tuple[list[str], list[str]]:
    """The codes of which some rule says something on the day of the site, and the others."""
    codes = ordered(catalog)
    some = [code for code in codes if catalog.answers.view(head.id, code).sources or catalog.answers.cell_page(head.id, code)]
    return some, sorted(set(codes) - set(some))


def section(catalog: Catalog, head: PackHead, silent: Sequence[str], groups: Iterable[Row]) -> str:
    """The table, and below it the codes of which nothing is said. `assets/payer.js` writes both anew for another day."""
    columns = [Column("Codes", heads=True), *map(Column, HEADINGS)]
    spoken = table(f"{payer_name(head)} by code: codes with the same answer stand together", columns, groups, style="pb-groups")
    return f"{spoken}\n{quiet(catalog, head, silent)}"


def quiet(catalog: Catalog, head: PackHead, silent: Sequence[str]) -> str:
    """The codes of which no rule of the payer says anything."""
    names = ", ".join(_link(catalog, head, code) for code in silent)
    hidden = "" if silent else " hidden"
    summary = f"No rule on file speaks of {number(len(silent), 'code')}"
    return f'<details class="pb-more pb-quiet" data-search-exclude{hidden}><summary>{summary}</summary><p>{names}</p></details>'


def grouped(catalog: Catalog, head: PackHead, codes: Sequence[str], views: Sequence[view.View]) -> list[Row]:
    """A row for each answer, those that say covered first, the larger groups first; `views` are the answers to `codes`."""
    found: dict[tuple[str, ...], list[str]] = {}
    rank: dict[tuple[str, ...], int] = {}
    for code, shown in zip(codes, views, strict=True):
        cells = tuple(view.cells(shown))
        found.setdefault(cells, []).append(code)
        rank[cells] = _ORDER.index(shown.covered)
    ordered = sorted(found.items(), key=lambda item: (rank[item[0]], -len(item[1])))
    return [Row([_names(catalog, head, alike), *cells]) for cells, alike in ordered]


def _names(catalog: Catalog, head: PackHead, codes: Sequence[str]) -> str:
    links = [_link(catalog, head, code) for code in codes]
    if len(codes) > LABELED:
        return f"<small>{len(codes)} codes:</small> {', '.join(links)}"
    return "<br>".join(f"{link} <small>{esc(catalog.codes[code].label)}</small>" for link, code in zip(links, codes, strict=True))


def _link(catalog: Catalog, head: PackHead, code: str) -> str:
    """A code as a link to its page, with its label for scripts and pointers; `data-own`: the payer has a rule of its own for it."""
    own = catalog.answers.cell_page(head.id, code) is not None
    address = href(payer_file(head.id), cell_file(head.id, code)) if own else href(payer_file(head.id), code_file(code), head.id)
    data = attributes([("own", "yes")] if own else [])
    return f'<a id="{code}" href="{esc(address)}" title="{esc(catalog.codes[code].label)}"{data}>{code}</a>'
