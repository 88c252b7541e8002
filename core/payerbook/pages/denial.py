"""Pages on the codes of remittances: what each means, why it comes, what to do and until when, and the rules that would have caught it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from payerbook.answers.comparison import Column as Point
from payerbook.claim import SCHEMA_VERSION
from payerbook.handbook import Denials, EndedReason, Reason, Remark, Step
from payerbook.pages import comparing
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import Column, Row, esc, front, href, inline, link, root, table, trail
from payerbook.pages.places import DENIALS, REMARKS, denial_file, matrix_file, payer_file, payer_name, remark_file, topic_file
from payerbook.pages.text import escape, title
from payerbook.policy import PackHead, Rule

STEPS: dict[Step, tuple[str, str]] = {
    "correct": ("Correct it and send it again", "Something on the claim is wrong or missing, and the record has what is right."),
    "appeal": ("Appeal", "The claim was right and the record proves it; or the payer's decision is wrong under its own rule."),
    "bill-patient": ("Bill the patient", "The amount is the patient's share (PR), or a valid notice was signed before the service."),
    "bill-other-payer": ("Bill the other payer", "Another payer is responsible, or pays first."),
    "write-off": ("Write it off", "The contract takes it off (CO), and the claim was not wrong."),
    "none": ("Nothing", "It is a normal reduction or a note, or the first claim was paid already."),
}
"""What can be done with an adjustment, and when it is right."""
UNTIL: tuple[Step, ...] = ("correct", "appeal")
"""Steps for which the payers' time limits matter."""
TYPICAL = "97110"
"""The code whose row holds what hangs on no code."""
NAMED = 12
"""Rules that are named with a code; more are counted."""


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The lists of both sorts of codes, and a page with its JSON for each code, as (path, text)."""
    denials = catalog.session.handbooks.denials
    yield DENIALS, "\n".join(_index(denials))
    yield REMARKS, "\n".join(_remarks(denials))
    caught, limits = _caught(catalog), _limits(catalog)
    for code, reason in denials.reasons.items():
        page = denial_file(denials.slug(code))
        yield page, "\n".join(_reason(catalog, denials, code, caught.get(code, ()), limits))
        yield page.replace("index.md", "index.json"), _machine("reason", code, reason, caught.get(code, ()))
    for code, remark in denials.remarks.items():
        yield remark_file(code), "\n".join(_remark(denials, code, remark))


def _caught(catalog: Catalog) -> Mapping[str, Sequence[Rule]]:
    """The rules whose denials name a reason code, by code; those of the packs with most rules first."""
    found: dict[str, list[Rule]] = {}
    for pack in sorted(catalog.packs, key=lambda pack: -len(pack.rules)):
        for rule in pack.rules:
            for code in dict.fromkeys(denial.rpartition("-")[2] for denial in rule.denials):
                found.setdefault(code, []).append(rule)
    return found


def _limits(catalog: Catalog) -> str:
    """Each payer's time limits, as a table that fits every page of a reason code: all of them stand at the same depth."""
    page = denial_file("any")
    columns = [Column("Payer", heads=True), Column("Claims and corrections"), Column("Appeals")]
    return table("Time limits by payer", columns, (_limit(catalog, head, page) for head in catalog.answers.packs()))


def _limit(catalog: Catalog, head: PackHead, page: str) -> Row:
    cells = catalog.answers.row(head.id, TYPICAL)
    name = link(payer_name(head), href(page, payer_file(head.id)))
    points: tuple[Point, ...] = ("timely-filing", "appeals")
    return Row([name, *(comparing.cell(catalog, cells[point], point, page) for point in points)])


def _reason(catalog: Catalog, denials: Denials, code: str, rules: Sequence[Rule], limits: str) -> Iterator[str]:
    reason = denials.reasons[code]
    slug = denials.slug(code)
    page, name = denial_file(slug), slug.upper()
    yield from front(f"{name}: {_short(reason.means)}", search="boost: 2", description=f"{name} on a remittance: {reason.means}")
    yield trail(page, ("Denial codes", DENIALS))
    yield ""
    yield f"# {name}: {escape(_short(reason.means))}"
    yield ""
    first = STEPS[reason.steps[0]][0]
    yield f'<div class="pb-answer" markdown>\n\n**{escape(reason.means)}**\n\n{escape(first)}. {escape(reason.fix)}\n\n</div>'
    yield ""
    groups = "; ".join(f"**{group}**: {escape(denials.groups[group].means)}" for group in reason.groups)
    yield f"Reason code (CARC) {code}, {title(reason.concern).lower()}. Seen with {groups}"
    yield ""
    yield "## Why it comes { #causes }"
    yield ""
    if reason.causes:
        yield from (f"{place}. {escape(cause)}" for place, cause in enumerate(reason.causes, 1))
        yield ""
    if reason.check:
        yield f"Before billing, look at: {escape(reason.check)}"
        yield ""
    yield "## What to do { #do }"
    yield ""
    columns = [Column("Step", heads=True), Column("Right when")]
    yield table(f"What to do about {name}, the first to think of first", columns, (Row([*map(esc, STEPS[step])]) for step in reason.steps))
    yield ""
    yield f"Advice of grade {reason.fix_grade}. {'It is practice, not read in a source.' if reason.fix_grade == 'M' else ''}".rstrip()
    yield ""
    yield from _by(page, rules, catalog)
    if any(step in UNTIL for step in reason.steps) and catalog.answers.packs():
        yield "## Until when { #deadlines }"
        yield ""
        filing, appeals = inline("filing", href(page, matrix_file("timely-filing"))), inline("appeals", href(page, matrix_file("appeals")))
        yield f"Count from the remittance, and keep proof of the day. As of {catalog.today}; all payers on {filing} and {appeals}."
        yield ""
        yield f'<details class="pb-more" data-search-exclude><summary>Time limits of each payer</summary>\n{limits}\n</details>'
        yield ""
    yield from _related(denials, reason, page)
    yield from _proof(denials, reason.sources, reason.grade)


def _short(text: str) -> str:
    """The first part of a meaning, for headings."""
    return text.split(";")[0].split(".")[0].split(" (")[0]


def _by(page: str, rules: Sequence[Rule], catalog: Catalog) -> Iterator[str]:
    yield "## Rules that catch it before billing { #rules }"
    yield ""
    if not rules:
        yield "No rule on file says that it leads to this code."
        yield ""
        return
    payers = {pack.head.id: payer_name(pack.head) for pack in catalog.packs}
    named: dict[str, dict[str, Rule]] = {}
    for rule in rules:
        named.setdefault(rule.title, {}).setdefault(rule.pack, rule)
    for words, same in list(named.items())[:NAMED]:
        links = ", ".join(inline(payers[rule.pack], root(page) + rule.url.lstrip("/")) for rule in same.values())
        yield f"- **{escape(words)}**: {links}"
    if len(named) > NAMED:
        yield f"- and {len(named) - NAMED} more"
    yield ""


def _related(denials: Denials, reason: Reason, page: str) -> Iterator[str]:
    like = [inline(denials.slug(code).upper(), href(page, denial_file(denials.slug(code)))) for code in reason.like]
    remarks = [f"{inline(code, href(page, remark_file(code)))} {escape(_short(denials.remarks[code].means))}" for code in reason.remarks]
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


def _proof(denials: Denials, sources: Iterable[str], grade: str) -> Iterator[str]:
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
    yield from front("Denial codes", scripts=["matrix.js"], search="boost: 2")
    yield "# Denial codes"
    yield ""
    yield (
        "Reason codes (CARC) on remittances as far as they matter to therapy, in our own words. The two letters before the code say who "
        f"bears the amount. {inline('Remark codes', href(DENIALS, REMARKS))} say more; "
        f"{inline('denied, rejected, returned', href(DENIALS, topic_file('denials')))} tells them apart."
    )
    yield ""
    yield from (f"- **{code}**: {escape(group.means)}" for code, group in denials.groups.items())
    yield ""
    columns = [Column("Code", heads=True), Column("Means"), Column("About"), Column("First step")]
    yield table("Reason codes", columns, (_listed(denials, code, reason) for code, reason in denials.reasons.items()), style="pb-matrix")
    yield ""
    yield "## Codes of old { #ended }"
    yield ""
    yield table("Reason codes that are used no more", [Column("Code", heads=True), Column("Ended"), Column("Instead")], _ended(denials))
    yield ""


def _listed(denials: Denials, code: str, reason: Reason) -> Row:
    slug = denials.slug(code)
    return Row(
        [link(slug.upper(), href(DENIALS, denial_file(slug))), esc(reason.means), title(reason.concern), STEPS[reason.steps[0]][0]], slug
    )


def _ended(denials: Denials) -> Iterator[Row]:
    for code, reason in denials.ended.items():
        yield Row([code, f"<time>{reason.ended}</time>", _instead(denials, reason)], f"ended-{code.lower()}")


def _instead(denials: Denials, reason: EndedReason) -> str:
    named = (link(code, href(DENIALS, denial_file(denials.slug(code)))) if code in denials.reasons else code for code in reason.instead)
    return ", ".join(named) or "not known"


def _remarks(denials: Denials) -> Iterator[str]:
    yield from front("Remark codes", scripts=["matrix.js"], search="boost: 2")
    yield trail(REMARKS, ("Denial codes", DENIALS))
    yield ""
    yield "# Remark codes"
    yield ""
    yield "Remark codes (RARC) explain a reason code; an alert only informs. Meanings are our own words, not the official text."
    yield ""
    columns = [Column("Code", heads=True), Column("Means"), Column("Explains"), Column("About")]
    rows = (
        Row(
            [link(code, href(REMARKS, remark_file(code))), esc(one.means), _reasons(denials, one, REMARKS), title(one.concern)],
            code.lower(),
        )
        for code, one in denials.remarks.items()
    )
    yield table("Remark codes", columns, rows, style="pb-matrix")
    yield ""


def _noted(denials: Denials, code: str, remark: Remark) -> Row:
    name = link(code, href(REMARKS, remark_file(code)))
    return Row([name, esc(remark.means), _reasons(denials, remark, REMARKS), title(remark.concern)], code.lower())


def _reasons(denials: Denials, remark: Remark, page: str) -> str:
    slugs = [denials.slug(code) for code in remark.reasons]
    return ", ".join(link(slug.upper(), href(page, denial_file(slug))) for slug in slugs) or ("alert only" if remark.alert else "–")


def _remark(denials: Denials, code: str, remark: Remark) -> Iterator[str]:
    page = remark_file(code)
    yield from front(f"{code}: {_short(remark.means)}", search="boost: 1.5", description=f"Remark code {code}: {remark.means}")
    yield trail(page, ("Denial codes", DENIALS), ("Remark codes", REMARKS))
    yield ""
    yield f"# {code}: {escape(_short(remark.means))}"
    yield ""
    yield f'<div class="pb-answer" markdown>\n\n**{escape(remark.means)}**\n\n</div>'
    yield ""
    sort = "an alert: it informs, and explains no adjustment" if remark.alert else "it explains a reason code"
    ended = f" Used until {remark.ended}." if remark.ended else ""
    yield f"Remark code (RARC), {title(remark.concern).lower()}; {sort}.{ended}"
    yield ""
    if remark.reasons:
        yield "## What to do { #do }"
        yield ""
        for reason, slug in ((denials.reasons[one], denials.slug(one)) for one in remark.reasons):
            yield f"- With {inline(slug.upper(), href(page, denial_file(slug)))} ({escape(_short(reason.means))}): {escape(reason.fix)}"
        yield ""
    yield from _proof(denials, remark.sources, remark.grade)


def _machine(kind: str, code: str, entry: Any, rules: Sequence[Rule]) -> str:
    data = {"schema_version": SCHEMA_VERSION, kind: code, **msgspec.to_builtins(entry), "rules": [rule.id for rule in rules]}
    return msgspec.json.encode(data).decode() + "\n"
