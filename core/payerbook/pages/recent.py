"""The latest changes of some packs, or of one code in them, as a list on a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from payerbook.answers.changes import PolicyChange
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import inline, root
from payerbook.pages.places import payer_name
from payerbook.pages.text import day, escape
from payerbook.policy import Pack

SHOWN = 8
"""Changes that are listed."""


def recent(catalog: Catalog, page: str, packs: Sequence[Pack], code: str | None = None) -> Iterator[str]:
    """The section of a page: what is ahead, then the latest changes, newest first; nothing when there are none."""
    found = [change for pack in packs for change in catalog.answers.changes(pack.head.id) if code is None or code in _codes(pack, change)]
    shown = sorted(found, key=lambda change: (change.on, change.known or date.min, change.rule), reverse=True)[:SHOWN]
    if shown:
        yield "## What changed { #changes }"
        yield ""
        yield from (_line(catalog, change, page, code is not None) for change in shown)
        yield ""


def _codes(pack: Pack, change: PolicyChange) -> set[str]:
    """The codes that a change touches: those added and removed, else those of the version that it brings or ends."""
    moved = {*change.codes_added, *change.codes_removed}
    if moved:
        return moved
    rule = next(rule for rule in pack.rules if rule.id == change.rule)
    return {code for version in rule.versions if version.start <= change.on for code in version.when.codes or ()}


def _line(catalog: Catalog, change: PolicyChange, page: str, with_payer: bool) -> str:
    title = inline(change.title, root(page) + catalog.answers.rule_names[change.rule].url)
    payer = f" ({escape(payer_name(catalog.answers.pack(change.pack).head))})" if with_payer else ""
    ahead = " *ahead*" if change.on > catalog.today else ""
    said = change.changed or change.after or change.before or ""
    return f"- {day(change.on)}{ahead}, {change.what}: {title}{payer}. {escape(said)}"
