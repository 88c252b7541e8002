"""Subjects that people look up, and the myths: texts of our own, with everything that a rule holds taken from the rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from payerbook.engine.versions import closed
from payerbook.handbook import Guide, Shelf, TopicPage
from payerbook.pages import calc
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import Column, Row, esc, front, href, inline, link, root, table, trail
from payerbook.pages.matrix import MATRICES_OF
from payerbook.pages.places import GLOSSARY, MYTHS, TOPICS, denial_file, guide_file, matrix_file, payer_file, payer_name, topic_file
from payerbook.pages.rule import cite
from payerbook.pages.text import escape, number, paragraphs
from payerbook.policy import Pack, Rule

SHOWN = 6
"""Rules of a payer that are named; more are counted."""
SHELVES: dict[Shelf, str] = {
    "before": "Before the visit",
    "coverage": "What is covered, and how often",
    "units": "Minutes and units",
    "modifiers": "Modifiers",
    "record": "Plan, notes, records",
    "claim": "The claim",
    "denials": "Denials and deadlines",
    "payment": "Payment",
}
"""The groups of topics, in the order of a claim's life."""


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The list of topics, each topic and the myths, as (path, Markdown)."""
    topics, guides = catalog.session.handbooks.handbook.topics, catalog.session.handbooks.handbook.guides
    found = {rule.id: (pack, rule) for pack in catalog.packs for rule in pack.rules}
    yield TOPICS, "\n".join(_index(topics, guides))
    for name, topic in topics.items():
        yield topic_file(name), "\n".join(_page(catalog, topic, topic_file(name), found))
    yield MYTHS, "\n".join(_myths(catalog, found))


def _index(topics: Mapping[str, TopicPage], guides: Mapping[str, Guide]) -> Iterator[str]:
    about = "What therapy billers look up: units, thresholds, modifiers, records, denials"
    yield from front("Topics", search="boost: 2", description=about)
    yield "# Topics"
    yield ""
    named = " · ".join(inline(guide.title, href(TOPICS, guide_file(name))) for name, guide in guides.items())
    yield f"New to billing? {named}. Words are explained in the {inline('glossary', href(TOPICS, GLOSSARY))}."
    yield ""
    for shelf, words in SHELVES.items():
        yield f"## {words} {{ #{shelf} }}"
        yield ""
        listed = sorted((topic.title, name, topic) for name, topic in topics.items() if topic.group == shelf)
        yield from (f"- {inline(title, href(TOPICS, topic_file(name)))}: {escape(_first(topic.answer))}" for title, name, topic in listed)
        yield ""


def _first(text: str) -> str:
    """The first sentence."""
    return f"{text.split('. ')[0].removesuffix('.')}."


def _page(catalog: Catalog, topic: TopicPage, page: str, found: Mapping[str, tuple[Pack, Rule]]) -> Iterator[str]:
    yield from front(topic.title, search="boost: 3", description=topic.answer)
    yield trail(page, ("Topics", TOPICS))
    yield ""
    yield f"# {escape(topic.title)}"
    yield ""
    yield f'<div class="pb-answer" markdown>\n\n{escape(topic.answer)}\n\n</div>'
    yield ""
    if topic.calculator is not None:
        counter = next(one for one in calc.CALCULATORS if one.name == topic.calculator)
        yield f"Calculator: {inline(counter.title, href(page, calc.page_file(counter)))}."
        yield ""
    for text in topic.more:
        yield from paragraphs(text)
        yield ""
    held = [found[id] for id in topic.rules if id in found]
    if topic.do:
        yield "## What to do { #do }"
        yield ""
        yield from (f"{place}. {escape(step)}" for place, step in enumerate(topic.do, 1))
        yield ""
    if held:
        yield "## The rules, as they stand { #rules }"
        yield ""
        columns = [Column("Rule", heads=True), Column("What it says"), Column("Since"), Column("Grade")]
        yield table(f"Rules as of {catalog.today}", columns, (_rule(catalog, pack, rule, page) for pack, rule in held))
        yield ""
        yield from _values(catalog, held[0][1])
    yield from _payers(catalog, topic, page)
    yield from _denials(catalog, (rule for _, rule in held), page)
    yield from _sources(catalog, held)


def _rule(catalog: Catalog, pack: Pack, rule: Rule, page: str) -> Row:
    standing = catalog.standing(pack, rule)
    version = standing.version
    said = "Nothing on file." if version.hole else catalog.sentence(rule, version)
    away = "" if standing.gap is None else f"<em>{esc(standing.gap.reason)}</em> "
    since = f"<time>{version.start}</time>{' (first day proved)' if version.attested else ''}"
    name = link(rule.title, root(page) + rule.url.lstrip("/"))
    return Row([f"{name} <small>{esc(payer_name(pack.head))}</small>", away + esc(said), since, esc(standing.grades)])


def _values(catalog: Catalog, rule: Rule) -> Iterator[str]:
    """What the first rule said from day to day, where it changed."""
    spans = sorted(closed(rule), key=lambda span: (span[0], span[2].known or span[0]), reverse=True)
    if len(spans) < 2:
        return
    yield f"## {escape(rule.title)}: history {{ #history }}"
    yield ""
    columns = [Column("From", heads=True), Column("To"), Column("What it says")]
    rows = (
        Row(
            [
                f"<time>{start}</time>",
                f"<time>{end}</time>" if end else "–",
                esc(f"Nothing on file. {version.hole}" if version.hole else catalog.sentence(rule, version)),
            ]
        )
        for start, end, version in spans
    )
    yield table(f"{rule.title} by date, newest first", columns, rows, style="pb-history")
    yield ""


def _payers(catalog: Catalog, topic: TopicPage, page: str) -> Iterator[str]:
    """Where each payer's own rules on the topic stand."""
    heads = catalog.answers.packs()
    matrix = next((one for one in MATRICES_OF if one.name == topic.matrix), None) if heads else None
    own = {head.id: [rule for rule in catalog.answers.pack(head.id).rules if _about(topic, rule)] for head in heads}
    if matrix is None and not any(own.values()):
        return
    yield "## Payer by payer { #payers }"
    yield ""
    if matrix is not None:
        yield f"{inline(f'{matrix.title}: all payers in one table', href(page, matrix_file(matrix.name)))}."
        yield ""
    columns = [Column("Payer", heads=True), Column("Rules on it")]
    rows = (Row([link(payer_name(head), href(page, payer_file(head.id))), _named(own[head.id], page)]) for head in heads if own[head.id])
    yield table("Payers with rules of their own", columns, rows)
    yield ""


def _about(topic: TopicPage, rule: Rule) -> bool:
    """Whether a payer's rule belongs to a topic: by its own topic, and by its kind or codes where the page asks for some."""
    codes = {code for version in rule.versions for code in version.when.codes or ()}
    return (
        rule.topic in topic.topics
        and (not topic.kinds or rule.kind in topic.kinds)
        and (not topic.codes or not codes.isdisjoint(topic.codes))
    )


def _named(rules: Sequence[Rule], page: str) -> str:
    names = [link(rule.title, root(page) + rule.url.lstrip("/")) for rule in rules]
    more = f" and {number(len(names) - SHOWN, 'more', 'more')}" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _denials(catalog: Catalog, rules: Iterable[Rule], page: str) -> Iterator[str]:
    denials = catalog.session.handbooks.denials
    codes = dict.fromkeys(one.rpartition("-")[2] for rule in rules for one in rule.denials)
    known = [code for code in codes if code in denials.reasons]
    if known:
        yield "## How it comes back { #denials }"
        yield ""
        for code in known:
            slug = denials.slug(code)
            yield f"- {inline(slug.upper(), href(page, denial_file(slug)))}: {escape(denials.reasons[code].means)}"
        yield ""


def _sources(catalog: Catalog, held: Iterable[tuple[Pack, Rule]]) -> Iterator[str]:
    cited = (cite(catalog, pack, source, sections=False) for pack, rule in held for source in catalog.standing(pack, rule).version.sources)
    yield "## Sources { #sources }"
    yield ""
    yield from (
        f"- {one}"
        for one in dict.fromkeys(cited) or ("No source found: what is said here is practice. The rules of each payer have theirs.",)
    )
    yield ""


def _myths(catalog: Catalog, found: Mapping[str, tuple[Pack, Rule]]) -> Iterator[str]:
    book = catalog.session.handbooks.handbook
    about = "What is often said about therapy billing and is not so, with the rule that stands"
    yield from front("Myths", search="boost: 2", description=about)
    yield "# Myths of therapy billing"
    yield ""
    for slug, myth in book.myths.items():
        yield f"## “{escape(myth.said)}” {{ #{slug} }}"
        yield ""
        yield f'<div class="pb-answer" markdown>\n\n**Not so.** {escape(myth.true)}\n\n</div>'
        yield ""
        for pack, rule in (found[id] for id in myth.rules if id in found):
            standing = catalog.standing(pack, rule)
            said = "" if standing.version.hole else f": {escape(catalog.sentence(rule, standing.version))}"
            named = inline(rule.title, root(MYTHS) + rule.url.lstrip("/"))
            yield f"- {named} ({escape(payer_name(pack.head))}, grade {standing.grades}){said}"
        if not myth.rules:
            yield "- No rule on file proves it: it follows from what the words mean."
        if myth.topic is not None:
            yield f"- More: {inline(book.topics[myth.topic].title, href(MYTHS, topic_file(myth.topic)))}"
        yield ""
