"""The map of the site for search engines, each page with the day on which the rules behind it were last changed or read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import esc
from payerbook.policy import Rule

SITEMAP = "sitemap.xml"
_APART = ("project/", "faults/", "kinds/", "contribute", "legal", "reading")
"""Beginnings of pages that no rule stands behind: nobody keeps the day of their last change."""


def sitemap(catalog: Catalog, pages: Iterable[str], base_url: str) -> str:
    """The map of pages given by their Markdown files; addresses begin with `base_url`, which ends without a slash."""
    packs = {pack.head.id: _latest(catalog, pack.rules) for pack in catalog.packs}
    newest = max((day for day in packs.values() if day is not None), default=catalog.today)
    lines = "".join(_entry(base_url, page, _day(page, catalog, packs, newest)) for page in pages)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</urlset>\n'


def _entry(base_url: str, page: str, day: date | None) -> str:
    address = f"{base_url}/{page.removesuffix('.md').removesuffix('index')}"
    address = address if address.endswith("/") else f"{address}/"
    modified = "" if day is None else f"<lastmod>{day}</lastmod>"
    return f"<url><loc>{esc(address)}</loc>{modified}</url>\n"


def _day(page: str, catalog: Catalog, packs: dict[str, date | None], newest: date) -> date | None:
    if page.startswith(_APART):
        return None
    folder, _, rest = page.partition("/")
    owner, _, topic = rest.partition("/")
    if owner not in packs:
        return newest
    if folder == "rules" and topic != "index.md":
        pack = next(pack for pack in catalog.packs if pack.head.id == owner)
        return _latest(catalog, (rule for rule in pack.rules if rule.topic == topic.partition("/")[0]))
    return packs[owner]


def _latest(catalog: Catalog, rules: Iterable[Rule]) -> date | None:
    return max((day for rule in rules for day in _days(rule) if day <= catalog.today), default=None)


def _days(rule: Rule) -> Iterator[date]:
    for version in rule.versions:
        yield from (day for day in (version.start, version.known) if day is not None)
        yield from (source.last_checked for source in version.sources if source.last_checked is not None)
