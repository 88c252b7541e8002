"""A pack's own page, and one page for each of its topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from textwrap import shorten

from payerbook.pages import settings
from payerbook.pages.catalog import Catalog
from payerbook.pages.examples import Examples
from payerbook.pages.markup import Column, Row, esc, front, href
from payerbook.pages.markup import link as link_to
from payerbook.pages.markup import table as cards
from payerbook.pages.rule import READING, cite, section
from payerbook.pages.text import EFFECT, UNIT_METHOD, day, escape, link, number, paragraphs, period, table, title
from payerbook.policy import Pack, Rule

LONGEST = 160
"""Letters of a rule's sentence in a list."""


def pack_path(pack: Pack) -> str:
    """The file of a pack's page."""
    return f"rules/{pack.head.id}/index.md"


def topic_path(pack: Pack, topic: str) -> str:
    """The file of a topic's page; with it every rule stands where `Rule.url` says."""
    return f"rules/{pack.head.id}/{topic}/index.md"


def rule_link(pack: Pack, rule: Rule, page: str) -> str:
    """A link from a page to a rule."""
    return link(escape(rule.title), page, topic_path(pack, rule.topic), rule.slug)


def pages(catalog: Catalog, pack: Pack) -> Iterator[tuple[str, str]]:
    """The page of the pack and those of its topics, as (path, Markdown)."""
    yield pack_path(pack), "\n".join(_pack(catalog, pack))
    examples = Examples(catalog, pack)
    for topic, rules in catalog.topics(pack).items():
        yield topic_path(pack, topic), "\n".join(_topic(catalog, pack, topic, rules, examples))


def _topic(catalog: Catalog, pack: Pack, topic: str, rules: list[Rule], examples: Examples) -> Iterator[str]:
    page = topic_path(pack, topic)
    told = f"{pack.head.title}: {number(len(rules), 'rule')} on {title(topic).lower()}, with settings, history and sources"
    yield from front(f"{title(topic)}: {pack.head.title}", description=told, pack=pack.head, toc=True)
    yield f"# {title(topic)}: {escape(pack.head.title)}"
    yield ""
    about = link(escape(pack.head.title), page, pack_path(pack))
    yield f"{number(len(rules), 'rule')} of {about}, as of {catalog.today}. {link('How to read a rule', page, READING)}."
    yield ""
    if len(rules) > 1:
        yield from (f"- {rule_link(pack, rule, page)}" for rule in rules)
        yield ""
    for rule in rules:
        yield from section(catalog, pack, rule, page, examples.of(rule))
    used = sorted({code for rule in rules for code in catalog.standing(pack, rule).version.when.codes or ()})
    if used:
        yield "## Codes on this page { #codes-on-this-page }"
        yield ""
        yield "Labels are our own words, not the official descriptors."
        yield ""
        yield from table(["Code", "Our label"], ((f"`{code}`", escape(_label(catalog, code))) for code in used))


def _label(catalog: Catalog, code: str) -> str:
    return catalog.codes[code].label if code in catalog.codes else ""


def _pack(catalog: Catalog, pack: Pack) -> Iterator[str]:
    head, page = pack.head, pack_path(pack)
    topics = catalog.topics(pack)
    about = f"{head.title}: every rule on file, the sources behind them, and what is missing"
    yield from front(f"{head.title}: rules", description=about, pack=head, toc=True)
    yield f"# {escape(head.title)}"
    yield ""
    for text in paragraphs(head.about):
        yield text
        yield ""
    yield "## At a glance"
    yield ""
    yield from table([f"As of {day(catalog.today)}", "On file"], _glance(catalog, pack, page))
    for topic, rules in topics.items():
        yield f"## {link(title(topic), page, topic_path(pack, topic))} {{ #{topic} }}"
        yield ""
        columns = [Column("Rule", heads=True), Column("What the payer does"), Column("Shown as")]
        yield cards(f"{title(topic)}: rules", columns, (_row(catalog, pack, rule, page) for rule in rules))
        yield ""
    yield "## What is missing { #holes }"
    yield ""
    holes = [escape(hole) for hole in head.holes]
    for rule in pack.rules:
        where = rule_link(pack, rule, page)
        holes += [f"{where}, from {version.start}: {escape(version.hole)}" for version in rule.versions if version.hole]
    yield from (f"- {hole}" for hole in holes or ["No gap is recorded. That is not proof that the pack is complete."])
    yield ""
    if head.skipped:
        yield f"## Left out of {escape(head.extends or '')} {{ #skipped }}"
        yield ""
        for gone in head.skipped:
            cited = "; ".join(cite(catalog, pack, source) for source in gone.sources)
            yield f"- `{gone.rule}`: {escape(gone.why)} {cited}"
        yield ""
    yield "## Sources and freshness { #sources }"
    yield ""
    yield (
        f"A source is due to be read again {head.review_days} days after it was last checked. "
        "Until that is done, a rule that rests on it is shown as *review* at most."
    )
    yield ""
    yield from (f"- {line}" for line in _sources(catalog, pack))
    yield ""


def _glance(catalog: Catalog, pack: Pack, page: str) -> Iterator[tuple[str, str]]:
    head = pack.head
    yield "Payer id here", f"`{head.id}`" if head.payer else f"`{head.id}` (checked for every claim, whoever pays)"
    if head.publisher:
        yield "Published by", escape(head.publisher)
    if head.aliases:
        yield "Also called", settings.value(head.aliases)
    if head.lines_of_business:
        yield "Line of business", escape(", ".join(head.lines_of_business))
    if head.states:
        yield "States", escape(", ".join(head.states))
    if head.plans:
        yield "Plans", settings.value([plan.name for plan in head.plans])
    confirmed = [one.id for one in head.payer_ids if one.confirmed]
    if confirmed:
        yield "EDI payer ids", settings.value(confirmed)
    reported = [one.id for one in head.payer_ids if not one.confirmed]
    if reported:
        yield "EDI payer ids reported, not confirmed", settings.value(reported)
    if head.filing_indicators:
        yield "Claim filing indicator", escape(", ".join(head.filing_indicators))
    if head.payer:
        proof = next((rule for rule in pack.rules if rule.id == head.unit_method_rule), None)
        yield "Timed units", UNIT_METHOD[head.unit_method] + (f" ({rule_link(pack, proof, page)})" if proof else "")
    grades = Counter(source.grade for rule in pack.rules for source in catalog.standing(pack, rule).version.sources)
    taken = f", {head.inherited:,} of them as they stand in `{head.extends}`" if head.extends else ""
    yield "Rules", f"{number(len(pack.rules), 'rule')} in {number(len(catalog.topics(pack)), 'topic')}{taken}"
    yield "Citations by grade", ", ".join(f"{grade}: {grades[grade]}" for grade in ("A", "A*", "B", "C", "M") if grades[grade]) or "none"
    checked = [source.last_checked for rule in pack.rules for source in catalog.standing(pack, rule).version.sources if source.last_checked]
    if checked:
        yield "Sources last checked", period(min(checked), max(checked)) if min(checked) != max(checked) else day(min(checked))
    for contact in head.contacts:
        said = [contact.name, contact.phone, contact.address, contact.url, contact.note]
        cited = "; ".join(cite(catalog, pack, source) for source in contact.sources)
        yield f"Where: {contact.purpose}", f"{escape(', '.join(part for part in said if part))} ({cited})"
    yield "Pack version", f"`{head.version}`"


def _row(catalog: Catalog, pack: Pack, rule: Rule, page: str) -> Row:
    standing = catalog.standing(pack, rule)
    shown = standing.severity if rule.status == "active" else rule.status.replace("-", " ")
    if standing.gap is not None:
        shown = standing.gap.outcome.replace("-", " ") + " today"
    version = standing.version
    said = "" if version.hole else f"<br><small>{esc(shorten(catalog.sentence(rule, version), LONGEST, placeholder=' …'))}</small>"
    name = link_to(rule.title, href(page, topic_path(pack, rule.topic), rule.slug))
    return Row([name + said, esc(EFFECT[version.effect]), esc(f"{shown} (grade {standing.grades})")])


def _sources(catalog: Catalog, pack: Pack) -> list[str]:
    """Every document that a rule cites, once, without sections."""
    found = {
        (source.publisher, source.title, source.url or ""): cite(catalog, pack, source, sections=False)
        for rule in pack.rules
        for version in rule.versions
        for source in version.sources
    }
    return [found[key] for key in sorted(found)]
