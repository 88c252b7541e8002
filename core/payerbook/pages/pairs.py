"""Codes that collide with a code on one day, from the table of pairs that a payer's rules go by."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import NamedTuple

from payerbook.kinds.base import Window
from payerbook.kinds.code_pair import CodePair
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import Column, Row, esc, href, inline, link, root, table
from payerbook.pages.places import code_file, payer_name
from payerbook.pages.text import escape

SHOWN = 3
"""Rules that are named; more are counted."""


class Edit(NamedTuple):
    """A pair of the table: column 1 is paid, column 2 denied; `bypass` says that a modifier may part them."""

    paid: str
    denied: str
    bypass: bool


class Pairs:
    """The pairs among the codes on file, table by table, on the day of the site."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._users = _users(catalog)
        self._edits = {table_id: self._of(table_id) for table_id in self._users}

    def _window(self, table_id: str) -> Window:
        """The window of the day of the site, else the nearest."""
        held = self._catalog.session.tables.get(table_id)
        return held.covering(self._catalog.today) or held.nearest(self._catalog.today)

    def _of(self, table_id: str) -> dict[str, list[Edit]]:
        window, on_file = self._window(table_id), sorted(self._catalog.codes)
        found: dict[str, list[Edit]] = {}
        for paid, denied in permutations(on_file, 2):
            for row in window.rows_on(self._catalog.today, paid, denied):
                for code in (paid, denied):
                    found.setdefault(code, []).append(Edit(paid, denied, row[2] == "1"))
        return found

    def all(self) -> Iterator[tuple[str, set[Edit]]]:
        """Each table with its pairs among the codes on file."""
        for table_id, found in self._edits.items():
            yield table_id, {edit for edits in found.values() for edit in edits}

    def section(self, code: str, page: str) -> Iterator[str]:
        """The sections of a code's page: one for each table that some payer's rule goes by."""
        for table_id, rules in self._users.items():
            found = self._edits[table_id].get(code, [])
            if not found:
                continue
            window = self._window(table_id)
            held = self._catalog.session.tables.get(table_id)
            yield f"## Codes that collide with {code} {{ #{table_id} }}"
            yield ""
            names = [inline(name, root(page) + url) for name, url in rules]
            more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            covered = held.covering(self._catalog.today) is not None
            away = "" if covered else f" The table of {self._catalog.today} is not on file; this is the nearest one."
            yield (
                f"Billed on one day by one provider, one code of each pair is denied. {escape(held.title)}: table of {escape(window.id)}, "
                f"used by {', '.join(names[:SHOWN])}{more}.{away}"
            )
            yield ""
            columns = [Column("With", heads=True), Column("Paid"), Column("Denied"), Column("Modifier helps")]
            yield table(f"Pairs of {code}", columns, (self._row(one, code, page) for one in found), style="pb-matrix pb-compact")
            yield ""

    def _row(self, one: Edit, code: str, page: str) -> Row:
        other = one.denied if one.paid == code else one.paid
        label = esc(self._catalog.codes[other].label)
        return Row(
            [f"{link(other, href(page, code_file(other)))} <small>{label}</small>", one.paid, one.denied, "✓ yes" if one.bypass else "✕ no"]
        )


def _users(catalog: Catalog) -> dict[str, list[tuple[str, str]]]:
    """The tables of pairs for professional claims, each with the rules (title, address) that go by it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for head in catalog.answers.packs():
        for rule in catalog.answers.pack(head.id).rules:
            standing = catalog.standing(catalog.answers.pack(head.id), rule)
            if rule.kind == "code-pair" and not standing.version.hole:
                settings: CodePair = catalog.settings(rule, standing.version)
                if "professional" in settings.tables:
                    name = catalog.answers.rule_names[rule.id]
                    found.setdefault(settings.tables["professional"], []).append((f"{payer_name(head)}: {name.title}", name.url))
    return found
