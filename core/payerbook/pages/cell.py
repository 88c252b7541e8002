"""One code for one payer that has a rule of its own for it: the answer, why, what to do, its history, the other payers."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import shorten

from payerbook.pages import asof, linked, timeline, view
from payerbook.pages.asking import FEW
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import Column, Row, attributes, esc, front, href, inline, link, root, table, trail
from payerbook.pages.places import PAYERS, cell_file, code_file, payer_file, payer_name
from payerbook.pages.text import EFFECT, escape, number, paragraphs
from payerbook.policy import Pack, PackHead, Rule

LONGEST = 320
"""Letters of a rule's sentence that are shown; the rule's own place has all of it."""


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """All of them, as (path, Markdown)."""
    for head in catalog.answers.packs():
        for code in catalog.answers.own[head.id]:
            yield cell_file(head.id, code), "\n".join(_page(catalog, head, code))


def asking(catalog: Catalog, page: str, code: str) -> str:
    """Where the script puts the question for another day."""
    data = (("history", href(page, asof.path(code))), ("root", root(page)), ("today", str(catalog.today)))
    return f"<div{attributes(data)}></div>"


def facts(catalog: Catalog) -> str:
    """The circumstances that the answers hold for."""
    return f"For a professional claim from the office (place of service {catalog.answers.place}), as of {catalog.today}."


def _page(catalog: Catalog, head: PackHead, code: str) -> Iterator[str]:
    page, pack = cell_file(head.id, code), catalog.answers.pack(head.id)
    shown = catalog.answers.view(head.id, code)
    label = catalog.codes[code].label
    title = f"{code}, {payer_name(head)}"
    about = f"{code} ({label}): {payer_name(head)}"
    yield from front(title, scripts=["asof.js"], search="exclude: true", description=about, pack=head)
    yield trail(page, ("Payers", PAYERS), (payer_name(head), payer_file(head.id)))
    yield ""
    yield f"# {code}: {escape(payer_name(head))}"
    yield ""
    yield f"{escape(label[:1].upper() + label[1:])} (our own label). {facts(catalog)}"
    yield ""
    yield f'<div class="pb-answer pb-box" data-payer="{head.id}">{view.box(shown, catalog.answers.rule_names, root(page))}</div>'
    yield ""
    yield asking(catalog, page, code)
    yield ""
    rules, others = _behind(pack, code, shown)
    yield from _next(catalog, pack, rules, code, page)
    yield "## Rules behind it { #rules }"
    yield ""
    columns = [Column("Rule", heads=True), Column("What it says"), Column("If it is broken"), Column("Since"), Column("Grade")]
    yield table(f"Rules of {payer_name(head)} for {code}", columns, (_rule(catalog, pack, rule, page) for rule in rules))
    yield ""
    if others:
        links = ", ".join(link(rule.title, root(page) + rule.url.lstrip("/")) for rule in others)
        summary = f"{number(len(others), 'more rule names', 'more rules name')} it among many codes"
        yield f'<details class="pb-more"><summary>{summary}</summary><p>{links}</p></details>'
        yield ""
    yield "## History { #history }"
    yield ""
    yield from timeline.tables(catalog, head.id, code, page)
    yield "## Elsewhere { #elsewhere }"
    yield ""
    yield f"- {inline(f'{code} with every other payer', href(page, code_file(code), head.id))}"
    yield f"- {inline(f'Every code of {payer_name(head)}', href(page, payer_file(head.id), code))}"
    yield f"- For programs: {inline('the answers of all days as JSON', href(page, asof.path(code)))}"
    yield f"- On the command line: `payerbook coverage {head.id} {code} --place {catalog.answers.place}`"
    yield ""


def _behind(pack: Pack, code: str, shown: view.View) -> tuple[list[Rule], list[Rule]]:
    """The payer's rules that name the code among few, then those that the answer rests on; and the others that name it."""
    said = {item.rule for name, items in shown.blocks for item in items if name != "Documents"}
    named = {rule.id: _fewest(rule, code) for rule in pack.rules}
    ordered = sorted(pack.rules, key=lambda rule: (named[rule.id] or 1_000, rule.title.lower()))
    first = [rule for rule in ordered if 0 < named[rule.id] <= FEW or rule.id in said]
    return first, [rule for rule in ordered if named[rule.id] > FEW and rule not in first]


def _fewest(rule: Rule, code: str) -> int:
    """How many codes the rule names beside this one, this one included, where it names fewest; 0 when it does not name it."""
    return min((len(version.when.codes) for version in rule.versions if version.when.codes and code in version.when.codes), default=0)


def _next(catalog: Catalog, pack: Pack, rules: list[Rule], code: str, page: str) -> Iterator[str]:
    """What to do before billing, by the rules that name the code among few, and which denials they lead to."""
    own = [rule for rule in rules if 0 < _fewest(rule, code) <= FEW]
    standing = [(rule, catalog.standing(pack, rule)) for rule in own]
    fixes = {rule.fix: rule for rule, found in standing if rule.fix and found.gap is None and found.version.effect != "none"}
    denials = sorted({denial for rule in own for denial in rule.denials})
    if fixes or denials:
        yield "## What to do { #next }"
        yield ""
    for text, rule in fixes.items():
        yield f"- **{escape(rule.title)}.** {' '.join(paragraphs(text))}"
    if fixes:
        yield ""
    if denials:
        yield f"Denials that these rules lead to: {', '.join(linked.denial(catalog, denial, page) for denial in denials)}."
        yield ""


def _rule(catalog: Catalog, pack: Pack, rule: Rule, page: str) -> Row:
    found = catalog.standing(pack, rule)
    version = found.version
    said = "Nothing on file." if version.hole else shorten(catalog.sentence(rule, version), LONGEST, placeholder=" …")
    away = "" if found.gap is None else f"<em>{esc(found.gap.reason)}</em> "
    since = f"<time>{version.start}</time>{' (first day proved)' if version.attested else ''}"
    name = link(rule.title, root(page) + rule.url.lstrip("/"))
    return Row([name, away + esc(said), esc(EFFECT[version.effect]), since, esc(found.grades)])
