"""One page a payer: the card, every code with its answer, its rules, what is missing, what changed; and the list of payers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from payerbook.pages import asof, bycode, card, comparing, view
from payerbook.pages.catalog import Catalog
from payerbook.pages.cell import facts
from payerbook.pages.markup import EMPTY, Row, attributes, esc, front, href, inline, link, root, table, trail
from payerbook.pages.markup import Column as Heading
from payerbook.pages.packs import pack_path, topic_path
from payerbook.pages.places import COMPARISON, PAYERS, payer_file, payer_name
from payerbook.pages.published import PayerAnswers, ShortAnswer, stamp, text
from payerbook.pages.recent import recent
from payerbook.pages.rule import cite
from payerbook.pages.text import escape, fold, number, title
from payerbook.policy import PackHead, Source

NAMES = 8
"""Names of a payer that stand open; more are folded."""


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The list, and for each payer its page, the same as JSON and its history, as (path, text)."""
    yield PAYERS, "\n".join(_index(catalog))
    for head in catalog.answers.packs():
        yield payer_file(head.id), "\n".join(_page(catalog, head))
        yield payer_file(head.id).replace("index.md", "index.json"), _machine(catalog, head)
        yield asof.payer_path(head.id), asof.payer_history(catalog, head.id)


def family(catalog: Catalog, head: PackHead) -> str:
    """The sort of payer: the line of business that the first part of its pack id names, as people write it."""
    first = head.id.partition(".")[0]
    line = catalog.session.library.vocabulary.terms.lines_of_business.get(first)
    name = line.names[0] if line is not None else title(first)
    return name[:1].upper() + name[1:]


def _index(catalog: Catalog) -> Iterator[str]:
    yield from front("Payers", scripts=["matrix.js"], description="Every payer on file: its rules, their grades, and what is missing")
    yield "# Payers"
    yield ""
    yield (
        f"{number(len(catalog.answers.packs()), 'payer')} on file, as of {catalog.today}. A payer that is not listed is not on file; "
        "its claims are checked for form only, and every report says so."
    )
    yield ""
    columns = [Heading("Payer", heads=True), Heading("Type"), Heading("States"), Heading("Rules"), Heading("Grades"), Heading("Known gaps")]
    rows = (_listed(catalog, head) for head in catalog.answers.packs())
    yield table("Payers on file", columns, rows, style="pb-matrix pb-compact")
    yield ""


def _listed(catalog: Catalog, head: PackHead) -> Row:
    pack = catalog.answers.pack(head.id)
    grades = sorted({source.grade for source in _sources(catalog, head)}, key=("A", "A*", "B", "C", "M").index)
    states = ", ".join(head.states) or "every state"
    cells = [
        link(payer_name(head), href(PAYERS, payer_file(head.id))),
        esc(family(catalog, head)),
        esc(states),
        str(len(pack.rules)),
        ", ".join(grades) or EMPTY,
    ]
    return Row([*cells, str(len(head.holes))], head.id)


def _sources(catalog: Catalog, head: PackHead) -> list[Source]:
    pack = catalog.answers.pack(head.id)
    return [source for rule in pack.rules for source in catalog.standing(pack, rule).version.sources]


def _page(catalog: Catalog, head: PackHead) -> Iterator[str]:
    page, pack = payer_file(head.id), catalog.answers.pack(head.id)
    name = payer_name(head)
    about = f"{name}: what it pays, limits and asks for"
    yield from front(name, scripts=["asof.js", "payer.js"], search="boost: 2", description=about, pack=head)
    yield trail(page, ("Payers", PAYERS))
    yield ""
    yield f"# {escape(name)}"
    yield ""
    yield f"{escape(head.about)} {facts(catalog)}".strip()
    yield ""
    data = (("payer-history", asof.NAME), ("root", root(page)), ("today", str(catalog.today)))
    yield f"<div{attributes(data)}></div>"
    yield ""
    yield f'<div class="pb-answer pb-box pb-at-a-glance">{card.html(catalog, head, page)}</div>'
    yield ""
    beside = inline("Set it beside other payers", f"{href(page, COMPARISON)}?a={head.id}")
    yield f"Each answer links to its rule, which has the dates and the sources. {beside}."
    yield ""
    yield "## Codes { #codes }"
    yield ""
    told, silent = bycode.told(catalog, head)
    yield bycode.section(catalog, head, silent, bycode.grouped(catalog, head, told, [catalog.answers.view(head.id, code) for code in told]))
    yield ""
    yield from _who(catalog, head)
    yield f"## {inline('Rules', href(page, pack_path(pack)))} {{ #rules }}"
    yield ""
    for topic, rules in catalog.topics(pack).items():
        listed = ", ".join(inline(rule.title, href(page, topic_path(pack, topic), rule.slug)) for rule in rules)
        yield f"- **{title(topic)}**: {listed}"
    yield ""
    yield "## What is missing { #holes }"
    yield ""
    yield from (f"- {escape(hole)}" for hole in head.holes or ("No gap is recorded. That is not proof that the pack is complete.",))
    yield ""
    yield from recent(catalog, page, [pack])
    yield "## How fresh this is { #freshness }"
    yield ""
    yield _freshness(catalog, head)
    yield ""
    yield f"Pack `{head.id}`, version `{head.version}`. {inline('These answers as JSON', 'index.json')} · `payerbook packs {head.id}`"
    yield ""


def _who(catalog: Catalog, head: PackHead) -> Iterator[str]:
    """Names, numbers and addresses of the payer."""
    rows = {
        "Also called": head.aliases,
        "States": head.states,
        "Plans": [plan.name for plan in head.plans],
        "EDI payer ids": [f"{one.id}{'' if one.confirmed else ' (reported, not confirmed)'}" for one in head.payer_ids],
        "Filing indicator": head.filing_indicators,
    }
    held = [f"- **{name}**: {_some(names)}" for name, names in rows.items() if names]
    if not held and not head.contacts:
        return
    yield "## Who it is, and where to send { #who }"
    yield ""
    yield from held
    pack = catalog.answers.pack(head.id)
    for one in head.contacts:
        said = [one.phone, one.address, one.note]
        name = inline(one.name, one.url) if one.url else escape(one.name)
        details = f": {escape(', '.join(part for part in said if part))}" if any(said) else ""
        cited = "; ".join(cite(catalog, pack, source) for source in one.sources)
        yield f"- **{title(one.purpose)}**: {name}{details} {cited}"
    yield ""


def _some(names: Sequence[str]) -> str:
    """Names in a row; of many, the first ones and the others folded."""
    if len(names) <= NAMES + 1:
        return escape(", ".join(names))
    return f"{escape(', '.join(names[:NAMES]))} {fold(f'{len(names) - NAMES} more', escape(', '.join(names[NAMES:])))}"


def _freshness(catalog: Catalog, head: PackHead) -> str:
    sources = _sources(catalog, head)
    checked = sorted(source.last_checked for source in sources if source.last_checked)
    overdue = sum((catalog.today - day).days > head.review_days for day in checked)
    if not checked:
        return "No source names the day when it was last read."
    late = "None is due to be read again." if not overdue else f"{number(overdue, 'citation is', 'citations are')} due to be read again."
    return f"Its sources were last read between {checked[0]} and {checked[-1]}; they are read again after {head.review_days} days. {late}"


def _machine(catalog: Catalog, head: PackHead) -> str:
    cells = catalog.answers.row(head.id, card.TYPICAL)
    found = PayerAnswers(
        **stamp(catalog, head.id),
        place_of_service=catalog.answers.place,
        payer=head,
        card=comparing.all_of(catalog, {column: cells[column] for column, _ in card.CARD}),
        codes={code: _short(catalog.answers.view(head.id, code)) for code in bycode.told(catalog, head)[0]},
    )
    return text(found)


def _short(shown: view.View) -> ShortAnswer:
    proof = view.proof(shown.sources)
    return ShortAnswer(shown.covered, shown.why, shown.authorization, shown.limits, shown.modifiers, proof)
