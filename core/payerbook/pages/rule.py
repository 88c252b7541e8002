"""One rule as a section of its topic page: the answer first, then why, how to fix, when it applies, history and examples."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from payerbook.engine.render import cite as cite_all
from payerbook.engine.versions import closed
from payerbook.pages import linked, over_time, settings, view
from payerbook.pages.catalog import Catalog, Standing
from payerbook.pages.examples import Example
from payerbook.pages.examples import render as render_example
from payerbook.pages.pictures import steps
from payerbook.pages.text import DATE_BASIS, EFFECT, EVIDENCE, chip, day, escape, heading, html, link, paragraphs, period, table, title
from payerbook.policy import EFFECT_SEVERITY, Pack, Rule, Source, Version

READING = "reading.md"
"""The hand-written page that explains grades, severities and outcomes."""


def machine_path(rule: Rule) -> str:
    """The file with the rule for programs."""
    return f"api/v1/rules/{rule.id}.json"


def section(catalog: Catalog, pack: Pack, rule: Rule, page: str, examples: list[Example]) -> Iterator[str]:
    """The lines of a rule's section on the page at the path `page`."""
    standing = catalog.standing(pack, rule)
    yield f"## {escape(rule.title)} {{ #{rule.slug} .pb-rule }}"
    yield ""
    yield '<div class="pb-answer" markdown>'
    yield ""
    yield from _answer(catalog, rule, standing)
    yield "</div>"
    yield ""
    yield from _chips(rule, standing, page)
    if rule.why:
        yield from _block(rule, "why", "Why", paragraphs(rule.why))
    if rule.fix:
        yield from _block(rule, "fix", "How to fix", paragraphs(rule.fix))
    yield from _today(catalog, rule, standing)
    yield heading(3, "History", f"{rule.slug}-history")
    yield ""
    yield from _pictures(catalog, rule)
    yield from _history(catalog, pack, rule, standing)
    if rule.denials:
        yield heading(3, "Denial codes", f"{rule.slug}-denials")
        yield ""
        yield f"Seen with it on remittances: {', '.join(linked.denial(catalog, denial, page) for denial in rule.denials)}."
        yield ""
    if rule.checklist:
        yield heading(3, "Checklist", f"{rule.slug}-checklist")
        yield ""
        yield from (f"- ☐ {escape(title(item))}" for item in rule.checklist)
        yield ""
    if examples:
        yield heading(3, "Examples", f"{rule.slug}-examples")
        yield ""
        for example in examples:
            yield from render_example(example)
    kind = link(f"`{rule.kind}`", page, "kinds/index.md", rule.kind)
    parent = f" · takes from {_parent(catalog, rule.like, page)}" if rule.like else ""
    yield f"Rule `{rule.id}` · kind {kind}{parent} · {link('this rule as JSON', page, machine_path(rule))}"
    yield ""


def _parent(catalog: Catalog, id: str, page: str) -> str:
    """The rule that another one takes from, with a link to it where it has a page; a template has none."""
    found = next((rule for pack in catalog.packs for rule in pack.rules if rule.id == id), None)
    return f"`{id}`" if found is None else link(f"`{id}`", page, f"rules/{found.pack}/{found.topic}/index.md", found.slug)


def _block(rule: Rule, name: str, words: str, texts: list[str]) -> Iterator[str]:
    yield heading(3, words, f"{rule.slug}-{name}")
    yield ""
    for text in texts:
        yield text
        yield ""


def _answer(catalog: Catalog, rule: Rule, standing: Standing) -> Iterator[str]:
    version, gap = standing.version, standing.gap
    if gap is not None:
        yield f"**{'Nothing on file' if gap.outcome == 'not-on-file' else 'Not in force'} on {catalog.today}.** {escape(gap.reason)}"
        yield ""
    if not version.hole:
        yield f"{'' if gap is None else 'As last on file: '}{escape(catalog.sentence(rule, version))}"
        yield ""
        yield f'<p class="pb-proof">{_force(rule, version)}. Proof: {view.proof_of(cite_all(version.sources))}</p>'
        yield ""


def _force(rule: Rule, version: Version) -> str:
    """From when to when a version of the rule holds."""
    end = next(end for _, end, other in closed(rule) if other is version)
    return period(version.start, end) + (" (first day proved; the start is not stated)" if version.attested else "")


def _chips(rule: Rule, standing: Standing, page: str) -> Iterator[str]:
    effect, severity = standing.version.effect, standing.severity
    chips = [chip(f"Payer: {EFFECT[effect]}", EFFECT_SEVERITY[effect]), chip(f"Shown as: {severity}", severity)]
    if rule.status != "active":
        chips.insert(0, chip(f"Status: {rule.status.replace('-', ' ')}", "review"))
    chips += [
        chip(f"Sources: grade {standing.grades}"),
        chip(f"Answered by: {EVIDENCE[rule.evidence]}"),
        chip(f"Topic: {title(rule.topic).lower()}"),
    ]
    yield " ".join(chips) + f" {link('What these mean', page, READING)}"
    yield ""
    if standing.version.parent_changed is not None:
        yield f"`{standing.version.parent_changed}` changed since this was compared with it, so it is shown as *review* at most."
        yield ""
    elif severity != EFFECT_SEVERITY[effect] and standing.version.sources:
        yield f"The payer's effect is stronger than what is shown: the sources on file support no more than *{severity}*."
        yield ""
    if rule.status == "retired" and rule.replaced_by:
        yield f"Replaced by `{rule.replaced_by}`."
        yield ""


def _today(catalog: Catalog, rule: Rule, standing: Standing) -> Iterator[str]:
    version = standing.version
    if version.hole:
        return
    rows = [("In force", _force(rule, version)), ("Goes by", DATE_BASIS[rule.date_basis])]
    rows += list(settings.conditions(version.when).items()) or [("Applies to", "every line")]
    yield heading(3, "When it applies" if standing.gap is None else "When it applied, as last on file", f"{rule.slug}-setting")
    yield ""
    yield from table([f"As of {day(catalog.today)}", "On file"], rows)
    yield from _settings(catalog, rule, version)


def _settings(catalog: Catalog, rule: Rule, version: Version) -> Iterator[str]:
    """The settings by their names in the file of the rule, folded: the sentence has said them."""
    held = msgspec.to_builtins(catalog.settings(rule, version))
    rows = []
    for field in settings.fields(catalog.kinds[rule.kind].params):
        if held[field.name] is False or held[field.name] in (None, (), {}):
            continue  # not used by this rule
        about = f"<br><small>{escape(field.about)}</small>" if field.about else ""
        rows.append((f"{title(field.name)}{about}", settings.value(held[field.name])))
    if rows:
        yield '<details class="pb-more" markdown><summary>For pack authors: the settings in the file</summary>'
        yield ""
        yield from table(["Setting", "Value"], rows)
        yield "</details>"
        yield ""


def _pictures(catalog: Catalog, rule: Rule) -> Iterator[str]:
    """The numbers of the rule that changed often enough to be worth looking at."""
    for name, found, money in over_time.numbers(rule):
        yield steps.picture(f"{name} over time", catalog.today, found, money=money)
        yield ""


def _history(catalog: Catalog, pack: Pack, rule: Rule, standing: Standing) -> Iterator[str]:
    spans = sorted(closed(rule), key=lambda span: (span[0], span[2].known or span[0]), reverse=True)
    real = [version for _, _, version in spans if not version.hole]
    varying = _varying(real)
    said = {id(version): catalog.sentence(rule, version) for version in real}
    told = len(set(said.values())) > 1
    for place, (start, end, version) in enumerate(spans):
        later = spans[place - 1] if place else None
        corrected = later is not None and later[0] == start
        now = " — today" if version is standing.version and standing.gap is None else ""
        known = f", published {day(version.known)}" if version.known else ""
        anchor = f"{rule.slug}-{start}" + (f"-{version.known or 'first'}" if corrected else "")
        yield heading(4, f"{period(start, end)}{known}{now}", anchor)
        yield ""
        if corrected:
            yield "Corrected by the later publication above."
            yield ""
        if version.hole:
            yield f"**Nothing on file for these dates.** {escape(version.hole)}"
            yield ""
        if version.attested:
            yield f"No source states when this began. {start} is the first day the sources prove; before it the answer is *not on file*."
            yield ""
        for text in paragraphs(version.changed or ""):
            yield text
            yield ""
        older = next((other for _, _, other in spans[place + 1 :] if not other.hole), None)
        if told and not version.hole:
            yield escape(said[id(version)])
            yield ""
        silent = not told or (older is not None and said.get(id(version)) == said[id(older)])
        differs = [] if version.hole else list(_differing(version, older, varying if silent else []))
        yield from differs
        if differs:
            yield ""
        if version.sources:
            yield "Sources:"
            yield ""
            yield from (f"- {cite(catalog, pack, source)}" for source in version.sources)
            yield ""


def _varying(versions: list[Version]) -> list[str]:
    """Names of the settings that are not the same in all versions."""
    names = sorted({name for version in versions for name in version.params})
    return [name for name in names if any(version.params.get(name) != versions[0].params.get(name) for version in versions)]


def _differing(version: Version, older: Version | None, varying: list[str]) -> Iterator[str]:
    for name in varying:
        yield f"- {title(name)}: {settings.value(version.params.get(name))}"
    if older is not None and older.effect != version.effect:
        yield f"- Payer: {EFFECT[version.effect]} (before: {EFFECT[older.effect]})"
    if older is None or older.when == version.when:
        return
    added, removed = _codes(version) - _codes(older), _codes(older) - _codes(version)
    for words, codes in (("Codes added", added), ("Codes removed", removed)):
        if codes:
            yield f"- {words}: {settings.codes(tuple(sorted(codes)))}"
    now, before = _conditions(version), _conditions(older)
    for name in dict.fromkeys([*now, *before]):
        if now.get(name) != before.get(name):
            yield f"- {name}: {now.get(name, 'no longer')}"


def _codes(version: Version) -> set[str]:
    return set(version.when.codes or ())


def _conditions(version: Version) -> dict[str, str]:
    return settings.conditions(msgspec.structs.replace(version.when, codes=None))


def cite(catalog: Catalog, pack: Pack, source: Source, sections: bool = True) -> str:
    """One citation on one line: grade, title with link, publisher, date, when it was last read; with the passage cited, or without."""
    name = f"[{escape(source.title)}](<{source.url}>)" if source.url else escape(source.title)
    section = f", {escape(source.section)}" if source.section and sections else ""
    facts = [source.publisher + (f", {source.date}" if source.date else "")]
    if source.last_checked is not None:
        facts.append(f"last checked {source.last_checked}")
        if (catalog.today - source.last_checked).days > pack.head.review_days:
            facts.append("due to be read again")
    if source.superseded:
        facts.append("a newer edition exists that was not read")
    note = f" {escape(source.note)}" if source.note and sections else ""
    return f'<span class="pb-grade">Grade {html(source.grade)}</span> {name}{section}. {escape("; ".join(facts))}.{note}'
