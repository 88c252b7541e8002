"""One page a payer: the card, every code with its answer, its rules, what is missing, what changed; and the list of payers."""

from __future__ import annotations

from collections.abc import Iterator

from payerbook.answers.comparison import Column
from payerbook.claim import SCHEMA_VERSION
from payerbook.pages import comparing, view
from payerbook.pages.catalog import Catalog
from payerbook.pages.cell import facts
from payerbook.pages.markup import Column as Heading
from payerbook.pages.markup import Row, esc, front, href, inline, link, table, trail
from payerbook.pages.packs import pack_path, topic_path
from payerbook.pages.places import COMPARISON, PAYERS, code_file, payer_file, payer_name
from payerbook.pages.published import PayerAnswers, ShortAnswer, text
from payerbook.pages.recent import recent
from payerbook.pages.rule import cite
from payerbook.pages.text import escape, number, title
from payerbook.pages.timeline import HEADINGS
from payerbook.policy import PackHead, Source

TYPICAL = "97110"
"""The code of the points on the card that hang on one."""
CARD: tuple[tuple[Column, str], ...] = (
    ("units", "Timed units are counted by"),
    ("authorization", f"Prior authorization for {TYPICAL}"),
    ("visit-limits", f"Limits for {TYPICAL}"),
    ("modifiers", f"Modifiers on {TYPICAL}"),
    ("telehealth", f"Telehealth for {TYPICAL}"),
    ("timely-filing", "Timely filing"),
    ("appeals", "Appeals"),
)


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The list, and for each payer its page and the same as JSON, as (path, text)."""
    yield PAYERS, "\n".join(_index(catalog))
    for head in catalog.answers.packs():
        yield payer_file(head.id), "\n".join(_page(catalog, head))
        yield payer_file(head.id).replace("index.md", "index.json"), _machine(catalog, head)


def family(catalog: Catalog, head: PackHead) -> str:
    """The sort of payer: the line of business that the first part of its pack id names, as people write it."""
    first = head.id.partition(".")[0]
    line = catalog.session.library.vocabulary.terms.lines_of_business.get(first)
    name = line.names[0] if line is not None else title(first)
    return name[:1].upper() + name[1:]


def _index(catalog: Catalog) -> Iterator[str]:
    yield from front("Payers", scripts=["matrix.js"])
    yield "# Payers"
    yield ""
    yield (
        f"{number(len(catalog.answers.packs()), 'payer')} on file, as of {catalog.today}. A payer that is not listed is not on file; "
        "its claims are checked for form only, and every report says so."
    )
    yield ""
    columns = [Heading("Payer", heads=True), Heading("Sort"), Heading("States"), Heading("Rules"), Heading("Grades"), Heading("Known gaps")]
    rows = (_listed(catalog, head) for head in catalog.answers.packs())
    yield table("Payers on file", columns, rows, style="pb-matrix")
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
        ", ".join(grades) or "–",
    ]
    return Row([*cells, str(len(head.holes))], head.id)


def _sources(catalog: Catalog, head: PackHead) -> list[Source]:
    pack = catalog.answers.pack(head.id)
    return [source for rule in pack.rules for source in catalog.standing(pack, rule).version.sources]


def _page(catalog: Catalog, head: PackHead) -> Iterator[str]:
    page, pack = payer_file(head.id), catalog.answers.pack(head.id)
    yield from front(
        payer_name(head), scripts=["matrix.js"], search="boost: 2", description=f"{payer_name(head)}: what it pays, limits and asks for"
    )
    yield trail(page, ("Payers", PAYERS))
    yield ""
    yield f"# {escape(payer_name(head))}"
    yield ""
    if head.about:
        yield escape(head.about)
        yield ""
    yield f'<div class="pb-answer pb-box">{"".join(_card(catalog, head, page))}</div>'
    yield ""
    beside = inline("Set it beside other payers", f"{href(page, COMPARISON)}?a={head.id}")
    yield f"{facts(catalog)} Each answer links to its rule, which has the dates and the sources. {beside}."
    yield ""
    yield from _who(catalog, head)
    yield "## Codes { #codes }"
    yield ""
    told, silent = _told(catalog, head)
    columns = [Heading("Code", heads=True), *map(Heading, HEADINGS)]
    if told:
        yield table(f"{payer_name(head)} by code", columns, (_code(catalog, head, code, page) for code in told), style="pb-matrix")
        yield ""
    if silent:
        names = ", ".join(f'<span id="{code}">{link(code, href(page, code_file(code)))}</span>' for code in silent)
        summary = f"No rule on file speaks of {number(len(silent), 'code')}"
        yield f'<details class="pb-more" data-search-exclude><summary>{summary}</summary><p>{names}</p></details>'
        yield ""
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


def _card(catalog: Catalog, head: PackHead, page: str) -> Iterator[str]:
    cells = catalog.answers.row(head.id, TYPICAL)
    yield "<dl>"
    for column, words in CARD:
        yield f"<div><dt>{esc(words)}</dt><dd>{comparing.cell(catalog, cells[column], column, page)}</dd></div>"
    yield "</dl>"


def _who(catalog: Catalog, head: PackHead) -> Iterator[str]:
    """Names, numbers and addresses of the payer."""
    rows = {
        "Also called": ", ".join(head.aliases),
        "States": ", ".join(head.states),
        "Plans": ", ".join(plan.name for plan in head.plans),
        "EDI payer ids": ", ".join(f"{one.id}{'' if one.confirmed else ' (reported, not confirmed)'}" for one in head.payer_ids),
        "Filing indicator": ", ".join(head.filing_indicators),
    }
    held = [f"- **{name}**: {escape(text)}" for name, text in rows.items() if text]
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


def _told(catalog: Catalog, head: PackHead) -> tuple[list[str], list[str]]:
    """The codes of which some rule says something, those of therapists first; and the others."""
    codes = sorted(catalog.codes, key=lambda code: (not catalog.codes[code].disciplines, catalog.codes[code].role is None, code))
    told = [code for code in codes if catalog.answers.view(head.id, code).sources or catalog.answers.cell_page(head.id, code)]
    return told, sorted(set(codes) - set(told))


def _code(catalog: Catalog, head: PackHead, code: str, page: str) -> Row:
    own = catalog.answers.cell_page(head.id, code)
    name = link(code, href(page, own) if own else href(page, code_file(code), head.id))
    label = f" <small>{esc(catalog.codes[code].label)}</small>"
    return Row([name + label, *view.cells(catalog.answers.view(head.id, code))], code)


def _freshness(catalog: Catalog, head: PackHead) -> str:
    sources = _sources(catalog, head)
    checked = sorted(source.last_checked for source in sources if source.last_checked)
    overdue = sum((catalog.today - day).days > head.review_days for day in checked)
    if not checked:
        return "No source names the day when it was last read."
    late = "None is due to be read again." if not overdue else f"{number(overdue, 'citation is', 'citations are')} due to be read again."
    return f"Its sources were last read between {checked[0]} and {checked[-1]}; they are read again after {head.review_days} days. {late}"


def _machine(catalog: Catalog, head: PackHead) -> str:
    cells = catalog.answers.row(head.id, TYPICAL)
    found = PayerAnswers(
        schema_version=SCHEMA_VERSION,
        as_of=catalog.today,
        place_of_service=catalog.answers.place,
        payer=head,
        card=comparing.all_of(catalog, {column: cells[column] for column, _ in CARD}),
        codes={code: _short(catalog.answers.view(head.id, code)) for code in _told(catalog, head)[0]},
    )
    return text(found)


def _short(shown: view.View) -> ShortAnswer:
    proof = view.proof(shown.sources)
    return ShortAnswer(shown.covered, shown.why, shown.authorization, shown.limits, shown.modifiers, proof)
