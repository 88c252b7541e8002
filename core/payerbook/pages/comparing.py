"""What pages show of one payer's stand on one point: the words, the grade, and a link to the rule; the same for programs."""

from __future__ import annotations

from collections.abc import Mapping

from payerbook.answers.comparison import NO_SOURCE, Backing, Cell, Column
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import esc, root
from payerbook.pages.published import Behind, Point
from payerbook.pages.text import fold

POINTS: dict[Column, str] = {
    "covered": "Covered",
    "authorization": "Prior authorization",
    "units": "Counting of timed units",
    "daily-cap": "Limits of a day",
    "visit-limits": "Limits of visits and services",
    "investigational": "Investigational",
    "modifiers": "Modifiers",
    "telehealth": "Telehealth",
    "timely-filing": "Timely filing",
    "appeals": "Appeals",
}
"""The points on which payers are compared, by column of `payerbook compare`."""

_WORDS = {
    "covered": "covered",
    "conditional": "covered on conditions",
    "not-covered": "not covered",
    "indeterminate": "not known",
    "cms": "CMS: minutes of the day",
    "ama": "AMA: each code alone",
    "hybrid": "both, CMS and AMA",
    "whole": "whole quarters of an hour",
}


LINES = 4
"""Lines of an answer that stand open, where there are more by at least two."""
_INVESTIGATIONAL = {"not-covered": "yes, not covered", "conditional": "depends", "covered": "no, covered", "indeterminate": "not known"}
_MARKS = {
    "covered": "✓", "not covered": "✕", "covered on conditions": "◐", "needed": "●", "not needed": "○", "depends": "◐",
    "yes": "●", "no": "○", "taken": "✓", "not taken": "✕",
}  # fmt: skip
"""Marks of answers, by how their words begin; the words carry the meaning."""


def words(cell: Cell, point: str) -> str:
    """A cell in plain words."""
    if cell.answer is None:
        return cell.text
    return (_INVESTIGATIONAL if point == "investigational" else _WORDS).get(cell.answer, cell.answer)


def mark(said: str) -> str:
    """The mark of an answer, hidden from who hears the page; empty for answers that have none."""
    found = max((begin for begin in _MARKS if said.startswith(begin)), key=len, default=None)
    return "" if found is None else f'<span class="pb-sign" aria-hidden="true">{_MARKS[found]}</span> '


def cell(catalog: Catalog, found: Cell, point: str, page: str, *, why: bool = False) -> str:
    """A cell as HTML: mark and words as a link to the first rule behind it, and the grade of its weakest rule; many lines are folded.

    `why`: with the reason where the answer is not known. `assets/asof.js` writes the same for another day.
    """
    if found.answer is None:
        reason = f" <small>{esc(found.reason or '')}</small>" if why and found.text != NO_SOURCE else ""
        return f'<span class="pb-none">{esc(found.text)}</span>{reason}'
    said = words(found, point)
    lines = [esc(line) for line in said.split("; ")]
    first = lines if len(lines) <= LINES + 1 else lines[:LINES]
    shown, rest = "<br>".join(first), "<br>".join(lines[len(first) :])
    if found.rules:
        rule = catalog.answers.rule_names[found.rules[0].rule]
        shown = f'<a href="{esc(root(page) + rule.url)}">{shown}</a> <span class="pb-grade">{esc(found.grade or "")}</span>'
    folded = f" {fold(f'{len(lines) - len(first)} more', f'<p>{rest}</p>')}" if rest else ""
    return mark(said) + shown + folded


def point(catalog: Catalog, found: Cell, name: str) -> Point:
    """A cell for programs."""
    said = words(found, name)
    rules = tuple(_rule(catalog, one) for one in found.rules)
    return Point(found.answer, said, None if found.text == said else found.text, found.reason, found.grade, rules)


def all_of(catalog: Catalog, cells: Mapping[str, Cell]) -> dict[str, Point]:
    """The cells of a payer for programs; a point of which no rule on file speaks is left out."""
    return {name: point(catalog, cell, name) for name, cell in cells.items() if cell.text != NO_SOURCE}


def _rule(catalog: Catalog, one: Backing) -> Behind:
    return Behind(one.rule, catalog.answers.rule_names[one.rule].url, one.since, one.attested, one.grade)
