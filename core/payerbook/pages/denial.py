"""Pages on reason codes of remittances: what each means, what to do and until when, why it comes, and the rules that catch it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from payerbook.answers.comparison import Column as Point
from payerbook.handbook import Denials, EndedReason, Reason, Step
from payerbook.pages import comparing, published
from payerbook.pages.catalog import Catalog
from payerbook.pages.listed import DenialFile
from payerbook.pages.markup import Column, Row, esc, front, href, inline, link, root, table, trail
from payerbook.pages.places import DENIALS, REMARKS, denial_file, matrix_file, payer_file, payer_name, remark_file, topic_file
from payerbook.pages.text import day, escape, number, title
from payerbook.policy import Rule


class Way(NamedTuple):
    """A step in words, when it is right, and the topic that tells how."""

    words: str
    when: str
    topic: str


STEPS: dict[Step, Way] = {
    "correct": Way(
        "Correct it and send it again", "something on the claim is wrong or missing, and the record has what is right.", "corrections"
    ),
    "appeal": Way(
        "Appeal", "the claim was right and the record proves it, or the payer's decision is wrong under its own rule.", "appeals"
    ),
    "bill-patient": Way(
        "Bill the patient", "the amount is the patient's share (PR), or a valid notice was signed before the service.", "notices"
    ),
    "bill-other-payer": Way("Bill the other payer", "another payer is responsible, or pays first.", "coordination"),
    "write-off": Way("Write it off", "the contract or the law takes it off (CO), and nothing proves the payer wrong.", "denials"),
    "none": Way("Nothing to send", "it is a normal reduction or a note, or the first claim was paid already.", "denials"),
}
"""What can be done with an adjustment."""
UNTIL: tuple[Step, ...] = ("correct", "appeal")
"""Steps for which the payers' time limits matter."""
LIMITS: tuple[tuple[Point, str], ...] = (("timely-filing", "Claims and corrections"), ("appeals", "Appeals"))
"""Points of a payer that say until when, and their headings."""
TYPICAL = "97110"
"""The code whose row holds what hangs on no code."""
NAMED, PAYERS = 8, 3
"""Rules that are named with a code, and payers that are named with a rule; more are counted."""
ADVICE = {"M": "This is practice; no source was read for it.", "B": "Others report this advice (grade B); the payer itself was not read."}
"""What is said of advice, by its grade; advice that the payer gives needs no word."""


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The list, and a page with its JSON for each code, as (path, text)."""
    denials = catalog.session.handbooks.denials
    yield DENIALS, "\n".join(_index(denials))
    caught, limits = _caught(catalog), _limits(catalog)
    for code in denials.reasons:
        page, rules = denial_file(denials.slug(code)), caught.get(code, ())
        yield page, "\n".join(_reason(catalog, denials, code, rules, limits))
        yield page.replace("index.md", "index.json"), _machine(catalog, denials, code, rules)


def _caught(catalog: Catalog) -> Mapping[str, Sequence[Rule]]:
    """The rules whose denials name a reason code, by code; those of the packs with most rules first."""
    found: dict[str, list[Rule]] = {}
    for pack in sorted(catalog.packs, key=lambda pack: -len(pack.rules)):
        for rule in pack.rules:
            for code in dict.fromkeys(denial.rpartition("-")[2] for denial in rule.denials):
                found.setdefault(code, []).append(rule)
    return found


def _limits(catalog: Catalog) -> Mapping[str, Sequence[str]]:
    """Each payer's time limits as cells that fit every page of a code: all of them stand at the same depth."""
    page = denial_file("any")
    rows = {head.id: catalog.answers.row(head.id, TYPICAL) for head in catalog.answers.packs()}
    return {payer: [comparing.cell(catalog, row[point], point, page) for point, _ in LIMITS] for payer, row in rows.items()}


def _reason(catalog: Catalog, denials: Denials, code: str, rules: Sequence[Rule], limits: Mapping[str, Sequence[str]]) -> Iterator[str]:
    reason = denials.reasons[code]
    slug = denials.slug(code)
    page, name = denial_file(slug), slug.upper()
    listed = _payers(catalog, reason, rules, limits, page)
    scripts = ["denial.js"] if listed and _dated(reason) else []
    yield from front(f"{name}: {short(reason.means)}", scripts=scripts, search="boost: 2", description=f"{name}: {reason.means}")
    yield trail(page, ("Denial codes", DENIALS))
    yield ""
    yield f"# {name}: {escape(short(reason.means))}"
    yield ""
    yield f'<div class="pb-answer pb-box"><dl>{"".join(_box(denials, reason, bool(listed), page))}</dl></div>'
    yield ""
    yield f"Reason code (CARC) {code}, {title(reason.concern).lower()}."
    yield ""
    if reason.causes:
        yield "## Why it comes { #causes }"
        yield ""
        yield from (f"{place}. {escape(cause)}" for place, cause in enumerate(reason.causes, 1))
        yield ""
    yield "## What to do { #do }"
    yield ""
    columns = [Column("Step", heads=True), Column("Right when")]
    steps = (STEPS[step] for step in reason.steps)
    rows = (Row([link(way.words, href(page, topic_file(way.topic))), esc(way.when[:1].upper() + way.when[1:])]) for way in steps)
    yield table(f"Steps for {name}, in the order to try them", columns, rows)
    yield ""
    if reason.fix_grade in ADVICE:
        yield ADVICE[reason.fix_grade]
        yield ""
    yield from _by_payer(catalog, reason, listed, page)
    yield from _rules(catalog, rules, page)
    yield from _related(denials, reason, page)
    yield from proof(denials, reason.sources, reason.grade)


def _dated(reason: Reason) -> bool:
    """Whether some step has a time limit."""
    return any(step in UNTIL for step in reason.steps)


def short(text: str) -> str:
    """The first part of a meaning, for headings."""
    return text.split(";")[0].split(". ")[0].split(" (")[0].removesuffix(".")


def _box(denials: Denials, reason: Reason, by_payer: bool, page: str) -> Iterator[str]:
    """The answer: what to do first, until when, who bears it, what to look at next time; as HTML."""
    first, *others = (STEPS[step] for step in reason.steps)
    if reason.means.removesuffix(".") != short(reason.means):
        yield _fact("What happened", [esc(reason.means)])
    yield _fact("Do first", [f"<strong>{first.words}.</strong> {esc(reason.fix)}"])
    if others:
        yield _fact("Or", [f"<strong>{way.words}</strong> when {esc(way.when)}" for way in others])
    if _dated(reason) and by_payer:
        yield _fact("Until when", [f'<div class="pb-until">{link("Time limits of every payer", "#payers")}</div>'])
    yield _fact("Who bears it", [f"<strong>{group}</strong>: {esc(denials.groups[group].means)}" for group in reason.groups])
    if reason.check:
        yield _fact("Check before billing", [esc(reason.check)])


def _fact(name: str, texts: Iterable[str]) -> str:
    return f"<div><dt>{name}</dt>{''.join(f'<dd>{text}</dd>' for text in texts)}</div>"


def _payers(catalog: Catalog, reason: Reason, rules: Sequence[Rule], limits: Mapping[str, Sequence[str]], page: str) -> list[Row]:
    """A row for each payer: its time limits where they matter, and its own rules that lead to the code."""
    dated = _dated(reason)
    own: dict[str, list[str]] = {}
    for rule in rules:
        own.setdefault(rule.pack, []).append(link(rule.title, root(page) + rule.url.lstrip("/")))
    return [
        Row(
            [
                link(payer_name(head), href(page, payer_file(head.id))),
                *(limits[head.id] if dated else ()),
                "<br>".join(own.get(head.id, ())) or '<span class="pb-none">no rule on file names this code</span>',
            ],
            data=(("payer", head.id),),
        )
        for head in catalog.answers.packs()
        if dated or head.id in own
    ]


def _by_payer(catalog: Catalog, reason: Reason, listed: Sequence[Row], page: str) -> Iterator[str]:
    if not listed:
        return
    dated = _dated(reason)
    yield f"## {'Until when, payer by payer' if dated else 'Payer by payer'} {{ #payers }}"
    yield ""
    if dated:
        filing, appeals = inline("filing", href(page, matrix_file("timely-filing"))), inline("appeals", href(page, matrix_file("appeals")))
        yield f"Count from the remittance, and keep proof of the day. As of {day(catalog.today)}; more on {filing} and {appeals}."
        yield ""
    headings = [*([name for _, name in LIMITS] if dated else []), "Rule that catches it"]
    columns = [Column("Payer", heads=True), *map(Column, headings)]
    made = table("Payer by payer", columns, listed, style="pb-by-payer")
    yield f'<details class="pb-more" data-search-exclude><summary>All payers ({len(listed)})</summary>\n{made}\n</details>'
    yield ""


def _rules(catalog: Catalog, rules: Sequence[Rule], page: str) -> Iterator[str]:
    yield "## Rules that catch it before billing { #rules }"
    yield ""
    if not rules:
        yield "No rule on file leads to this code."
        yield ""
        return
    payers = {pack.head.id: payer_name(pack.head) for pack in catalog.packs}
    named: dict[str, dict[str, Rule]] = {}
    for rule in rules:
        named.setdefault(rule.title, {}).setdefault(rule.pack, rule)
    for words, same in list(named.items())[:NAMED]:
        links = ", ".join(inline(payers[rule.pack], root(page) + rule.url.lstrip("/")) for rule in list(same.values())[:PAYERS])
        more = f" and {number(len(same) - PAYERS, 'more payer')}" if len(same) > PAYERS else ""
        yield f"- **{escape(words)}**: {links}{more}"
    if len(named) > NAMED:
        yield f"- and {len(named) - NAMED} more; [the table of payers](#payers) has all"
    yield ""


def _related(denials: Denials, reason: Reason, page: str) -> Iterator[str]:
    like = [inline(denials.slug(code).upper(), href(page, denial_file(denials.slug(code)))) for code in reason.like]
    remarks = [f"{inline(code, href(page, remark_file(code)))} {escape(short(denials.remarks[code].means))}" for code in reason.remarks]
    if not like and not remarks:
        return
    yield "## Seen with it { #related }"
    yield ""
    if like:
        yield f"The same may also arrive as {', '.join(like)}."
        yield ""
    if remarks:
        yield "Remark codes that say more:"
        yield ""
        yield from (f"- {one}" for one in remarks)
        yield ""


def proof(denials: Denials, sources: Iterable[str], grade: str) -> Iterator[str]:
    """The documents in which a code was read."""
    yield "## Sources { #sources }"
    yield ""
    yield f"Meanings are our own words, not the official text. The code was read at grade {grade}, in:"
    yield ""
    for id in sources:
        one = denials.sources[id]
        named = f"[{escape(one.title)}](<{one.url}>)" if one.url else escape(one.title)
        yield f'- <span class="pb-grade">Grade {esc(one.grade)}</span> {named}. {escape(one.publisher)}. {escape(one.note or "")}'.rstrip()
    yield ""


def _index(denials: Denials) -> Iterator[str]:
    about = "Reason codes (CARC) on therapy remittances in plain words"
    yield from front("Denial codes", scripts=["matrix.js"], search="boost: 2", description=about)
    yield "# Denial codes"
    yield ""
    yield (
        f"What a reason code (CARC) on a remittance means, and what to do. {inline('Remark codes', href(DENIALS, REMARKS))} beside it say "
        f"more; {inline('denied, rejected, returned', href(DENIALS, topic_file('denials')))} are three different things."
    )
    yield ""
    often = {code: reason for code, reason in denials.reasons.items() if reason.often}
    yield "## Common on therapy claims { #common }"
    yield ""
    yield from (f"- {inline(denials.slug(code).upper(), _page(denials, code))}: {escape(one.means)}" for code, one in often.items())
    yield ""
    named = dict.fromkeys(source for reason in often.values() for source in reason.often)
    told = (f"[{escape(denials.sources[id].title)}](<{denials.sources[id].url}>), {escape(denials.sources[id].publisher)}" for id in named)
    yield f"Listed by {'; '.join(told)}."
    yield ""
    yield "## Who bears it { #groups }"
    yield ""
    yield "The two letters before the code:"
    yield ""
    yield from (f"- **{code}**: {escape(group.means)}" for code, group in denials.groups.items())
    yield ""
    yield "## All codes { #all }"
    yield ""
    columns = [Column("Code", heads=True), Column("Means"), Column("About"), Column("First step")]
    yield table("Reason codes", columns, (_listed(denials, code, reason) for code, reason in denials.reasons.items()), style="pb-matrix")
    yield ""
    yield "## Codes of old { #ended }"
    yield ""
    yield table("Reason codes that are used no more", [Column("Code", heads=True), Column("Ended"), Column("Instead")], _ended(denials))
    yield ""


def _page(denials: Denials, code: str) -> str:
    return href(DENIALS, denial_file(denials.slug(code)))


def _listed(denials: Denials, code: str, reason: Reason) -> Row:
    slug = denials.slug(code)
    return Row([link(slug.upper(), _page(denials, code)), esc(reason.means), title(reason.concern), STEPS[reason.steps[0]].words], slug)


def _ended(denials: Denials) -> Iterator[Row]:
    for code, reason in denials.ended.items():
        yield Row([code, f"<time>{reason.ended}</time>", _instead(denials, reason)], f"ended-{code.lower()}")


def _instead(denials: Denials, reason: EndedReason) -> str:
    named = (link(code, _page(denials, code)) if code in denials.reasons else code for code in reason.instead)
    return ", ".join(named) or "not known"


def _machine(catalog: Catalog, denials: Denials, code: str, rules: Sequence[Rule]) -> str:
    reason, slug = denials.reasons[code], denials.slug(code)
    found = DenialFile(
        **published.stamp(catalog),
        code=code,
        slug=slug,
        url=denial_file(slug).removesuffix("index.md"),
        reason=reason,
        rules=tuple(rule.id for rule in rules),
        sources={id: denials.sources[id] for id in reason.sources},
    )
    return published.text(found)
