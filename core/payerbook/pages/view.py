"""An answer as it is shown: what counts of the engine's answer in words, and the box it stands in.

`assets/asof.js` makes the same box from a history (see `asof`); a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from payerbook.answers import words
from payerbook.answers.limits import USED_NOT_KNOWN
from payerbook.answers.questions import (
    AuthorizationAnswer,
    CoverageAnswer,
    Covered,
    DiagnosisNeed,
    DocumentNeed,
    LimitAnswer,
    ModifierNeed,
    PermissionAnswer,
)
from payerbook.finding import Cited
from payerbook.pages.markup import esc
from payerbook.pages.text import title

COVERED: dict[Covered, tuple[str, str]] = {
    "covered": ("✓", "Covered"),
    "conditional": ("◐", "Covered on conditions"),
    "indeterminate": ("?", "Not known"),
    "not-covered": ("✕", "Not covered"),
}
"""Mark and words for each answer to "covered?"; the words carry the meaning."""
LONGEST = 12
"""Diagnoses that are listed; more are counted."""
OPEN = 3
"""Points that are not known and stand open; more are folded."""
UNKNOWN = "Not known"
"""The heading of what could not be told; its points are named by their rules."""


class Item(msgspec.Struct, frozen=True, array_like=True):
    """One point of an answer: the sentence, the rule that says it, and a few words for a table."""

    text: str
    rule: str | None
    short: str = ""


class View(msgspec.Struct, frozen=True):
    """An answer as it is shown; `blocks` are headings with their points, `shorts` the cells of a table row."""

    covered: Covered
    why: tuple[str, ...]
    blocks: tuple[tuple[str, tuple[Item, ...]], ...]
    authorization: str
    limits: tuple[str, ...]
    modifiers: tuple[str, ...]
    sources: tuple[Cited, ...]


class RuleName(msgspec.Struct, frozen=True):
    """What a link to a rule needs: its title and its address below the root of the site."""

    title: str
    url: str


def of(coverage: CoverageAnswer, permission: AuthorizationAnswer) -> View:
    """The view of the engine's two answers to one question."""
    found = permission.authorization
    modifiers = [modifier(one) for one in coverage.modifiers]
    limits = [limit(one) for one in coverage.limits]
    unknown = dict.fromkeys((point.reason, point.rule) for point in coverage.unknown if point.reason != USED_NOT_KNOWN)
    blocks = {
        "Investigational": [Item("The payer calls it investigational.", None)] if coverage.investigational else [],
        "Bill instead": [Item(code, None) for code in coverage.instead],
        "Prior authorization": [] if found is None else authorization(found),
        "Modifiers": modifiers,
        "Limits": limits,
        "Documents": [document(one) for one in coverage.documents],
        "Diagnoses": [diagnoses(one) for one in coverage.diagnoses or ()],
        UNKNOWN: [Item(reason, rule) for reason, rule in unknown],
    }
    return View(
        covered=coverage.covered,
        why=coverage.why,
        blocks=tuple((name, tuple(dict.fromkeys(items))) for name, items in blocks.items() if items),
        authorization="–" if found is None else words.short_permission(found),
        limits=tuple(dict.fromkeys(one.short for one in limits)),
        modifiers=tuple(dict.fromkeys(one.short for one in modifiers)),
        sources=coverage.sources,
    )


def modifier(one: ModifierNeed) -> Item:
    """A need for a modifier."""
    return Item(one.why, one.rule, " or ".join(one.any_of))


def limit(one: LimitAnswer) -> Item:
    """A limit."""
    return Item(words.limit(one), one.rule, words.short_limit(one))


def document(one: DocumentNeed) -> Item:
    """Something the record has to hold."""
    return Item(title(one.item), one.rule)


def diagnoses(one: DiagnosisNeed) -> Item:
    """Diagnoses of which one is needed; many are counted only."""
    codes = one.any_of
    listed = f"One of {', '.join(codes)}" if len(codes) <= LONGEST else f"One of {len(codes):,} diagnoses; the rule lists them"
    return Item(listed, one.rule)


def authorization(found: PermissionAnswer) -> list[Item]:
    """Whether authorization is needed, and how it is got."""
    short = words.short_permission(found)
    details = [f"{name}: {text}" for name, text in words.permission(found).items() if name != "From visit"]
    return [Item(short.capitalize(), found.rule, short), *(Item(text, None) for text in details)]


def verdict(covered: Covered) -> str:
    """The answer to "covered?" in a mark and words."""
    mark, said = COVERED[covered]
    return f'<span class="pb-is pb-is-{covered}"><span aria-hidden="true">{mark}</span> {said}</span>'


def box(view: View, rules: Mapping[str, RuleName], root: str) -> str:
    """The answer as HTML; `root` is the way to the root of the site."""
    why = "".join(f"<p>{esc(text)}</p>" for text in view.why)
    blocks = "".join(f"<div><dt>{esc(name)}</dt>{_points(name, items, rules, root)}</div>" for name, items in view.blocks)
    facts = f"<dl>{blocks}</dl>" if blocks else ""
    proved = f'<p class="pb-proof">Proof: {proof_of(view.sources)}</p>'
    return f'<p class="pb-verdict">{verdict(view.covered)}</p>{why}{proved}{facts}{_sources(view.sources)}'


def _points(name: str, items: Sequence[Item], rules: Mapping[str, RuleName], root: str) -> str:
    said = [_item(item, rules, root, named=name == UNKNOWN) for item in items]
    shown = said[:OPEN] if name == UNKNOWN else said
    more = "".join(f"<p>{one}</p>" for one in said[len(shown) :])
    folded = f"<dd><details><summary>{len(said) - len(shown)} more</summary>{more}</details></dd>" if more else ""
    return "".join(f"<dd>{one}</dd>" for one in shown) + folded


def _item(item: Item, rules: Mapping[str, RuleName], root: str, *, named: bool) -> str:
    """A point with a link to its rule; `named` = after the name of the rule."""
    if item.rule is None:
        return esc(item.text)
    rule = rules[item.rule]
    if named:
        return f'<a href="{esc(root + rule.url)}">{esc(rule.title)}</a>: {esc(item.text)}'
    return f'{esc(item.text)} <a class="pb-why" href="{esc(root + rule.url)}" aria-label="Rule: {esc(rule.title)}">rule</a>'


def _sources(sources: Sequence[Cited]) -> str:
    """The documents, each once with the passages that are cited."""
    if not sources:
        return ""
    found: dict[Cited, list[str]] = {}
    for source in sources:
        passages = found.setdefault(msgspec.structs.replace(source, section=None), [])
        if source.section and source.section not in passages:
            passages.append(source.section)
    documents = (msgspec.structs.replace(document, section="; ".join(passages)) for document, passages in found.items())
    listed = "".join(f"<li>{cited(document)}</li>" for document in documents)
    return f"<details><summary>Sources ({len(found)})</summary><ul>{listed}</ul></details>"


def cited(source: Cited) -> str:
    """One citation as HTML."""
    name = f'<a href="{esc(source.url)}">{esc(source.title)}</a>' if source.url else esc(source.title)
    section = f", {esc(source.section)}" if source.section else ""
    dated = f", {esc(source.date)}" if source.date else ""
    checked = f"; last checked {source.last_checked}" if source.last_checked else ""
    newer = "; a newer edition exists that was not read" if source.superseded else ""
    return f'<span class="pb-grade">Grade {esc(source.grade)}</span> {name}{section}. {esc(source.publisher)}{dated}{checked}{newer}.'


def cells(view: View) -> list[str]:
    """The answer as the cells of a table row, in HTML: covered, authorization, limits, modifiers, proof."""
    return [
        verdict(view.covered),
        esc(view.authorization),
        _listed(view.limits),
        _listed(view.modifiers),
        proof_of(view.sources),
    ]


def _listed(texts: Iterable[str]) -> str:
    return "<br>".join(map(esc, texts)) or "–"


def proof(sources: Sequence[Cited]) -> str:
    """The grades of the sources, best first, and the day when the one read longest ago was last checked."""
    if not sources:
        return "no source found"
    grades = ", ".join(sorted({source.grade for source in sources}, key=("A", "A*", "B", "C", "M").index))
    checked = min((source.last_checked for source in sources if source.last_checked), default=None)
    return f"grade {grades}; read {checked}" if checked else f"grade {grades}"


def proof_of(sources: Sequence[Cited]) -> str:
    """The same as HTML, where a day does not break at the end of a line."""
    said, read, checked = esc(proof(sources)).partition("; read ")
    return f"{said}{read}<time>{checked}</time>" if checked else said
