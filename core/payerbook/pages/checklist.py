"""Checklists: what to have ready for a sort of visit with a payer, by who does it, on one sheet; from the engine's answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import shorten
from typing import NamedTuple

from payerbook.answers.comparison import Cell
from payerbook.answers.comparison import Column as Point
from payerbook.pages import comparing, published
from payerbook.pages.catalog import Catalog
from payerbook.pages.cell import facts
from payerbook.pages.listed import Box, Part, Sheet
from payerbook.pages.markup import Column, Row, esc, front, href, inline, link, root, table, trail
from payerbook.pages.places import CHECKLISTS, checklist_file, payer_file, payer_name
from payerbook.pages.text import escape
from payerbook.pages.view import UNKNOWN, Item, RuleName
from payerbook.policy import PackHead


class Visit(NamedTuple):
    """A sort of visit, by the code that stands for it."""

    name: str
    title: str
    code: str


class Check(NamedTuple):
    """One box to tick, the rule that asks for it (None: it is good practice), and what belongs to it."""

    text: str
    rule: str | None = None
    details: tuple[str, ...] = ()


class Desk(NamedTuple):
    """The boxes of one person."""

    title: str
    checks: Sequence[Check]


VISITS = (
    Visit("evaluation", "First evaluation", "97161"),
    Visit("treatment", "Treatment", "97110"),
    Visit("re-evaluation", "Re-evaluation", "97164"),
    Visit("speech", "Speech-language treatment", "92507"),
)
LONGEST = 260
"""Letters of what a rule asks for that are shown, as whole sentences if possible; the rule's own place has all of it."""
FOR_FRONT_DESK = ("order", "referral")
"""How documents begin that have to be there before the visit."""
NOTE = "Treatment note"
"""How the document begins that is signed."""
A_DAY = "per day"
"""Limits that the biller looks at; all others have to be known before the visit."""
NOT_SAID = ", which the question does not say."


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The list, and for each payer and visit the sheet, and the same as JSON, as (path, text)."""
    yield CHECKLISTS, "\n".join(_index(catalog))
    for head in catalog.answers.packs():
        sentences = _sentences(catalog, head)
        for visit in VISITS:
            if visit.code in catalog.codes:
                file = checklist_file(name(visit, head))
                desks = list(_desks(catalog, head, visit, sentences))
                yield file, "\n".join(_page(catalog, head, visit, desks))
                yield file.replace("index.md", "index.json"), _machine(catalog, head, visit, desks)


def name(visit: Visit, head: PackHead) -> str:
    """What a checklist is called in its address."""
    return f"{visit.name}-{head.id}"


def _sentences(catalog: Catalog, head: PackHead) -> Mapping[str, str]:
    """What each rule of a payer asks for on the day of the site, in words, by rule."""
    pack = catalog.answers.pack(head.id)
    standing = ((rule, catalog.standing(pack, rule).version) for rule in pack.rules)
    return {rule.id: _cut(catalog.sentence(rule, version)) for rule, version in standing if not version.hole}


def _cut(text: str) -> str:
    whole = f"{text} "[: LONGEST + 1].rpartition(". ")[0]
    return f"{whole}." if whole else shorten(text, LONGEST, placeholder=" …")


def _desks(catalog: Catalog, head: PackHead, visit: Visit, sentences: Mapping[str, str]) -> Iterator[Desk]:
    """What the answer for the visit's code asks for, by who sees to it; what is not on file stands last, to be asked."""
    blocks: Mapping[str, Sequence[Item]] = dict(catalog.answers.view(head.id, visit.code).blocks)
    row = catalog.answers.row(head.id, visit.code)
    documents = [(item, Check(_document(item, sentences), item.rule)) for item in blocks.get("Documents", ())]
    early = [check for item, check in documents if item.text.lower().startswith(FOR_FRONT_DESK)]
    limits = [(A_DAY in item.short, Check(f"Limit: {item.text}", item.rule)) for item in blocks.get("Limits", ())]
    front_desk = [
        Check("Coverage is active on the day; plan, member number and name are as on the card."),
        *_authorization(blocks.get("Prior authorization", ())),
        *early,
        *(check for a_day, check in limits if not a_day),
    ]
    yield Desk("Before the visit: front desk", front_desk)
    note = [check for _, check in documents if check not in early]
    if catalog.codes[visit.code].timing != "untimed":
        note.append(Check("Minutes of each timed code and the timed total of the day.", None))
        note.extend(_point(row["units"], "units", "Counting of units:"))
    if not any(item.text.startswith(NOTE) for item, _ in documents):
        note.append(Check("Signed and dated by the one who treated."))
    yield Desk("In the note: therapist", note)
    claim = [
        *(Check(item.text, item.rule) for item in blocks.get("Investigational", ())),
        *(Check(f"Bill {item.text} instead.", item.rule) for item in blocks.get("Bill instead", ())),
        *(Check(item.text, item.rule) for item in blocks.get("Modifiers", ())),
        *(Check(f"Diagnosis: {item.text}", item.rule) for item in blocks.get("Diagnoses", ())),
        *(check for a_day, check in limits if a_day),
        Check("Each line points to a diagnosis that the note supports."),
        *_point(row["timely-filing"], "timely-filing", "Send it within"),
    ]
    yield Desk("On the claim: biller", claim)
    unknown = [_unknown(item, catalog.answers.rule_names) for item in blocks.get(UNKNOWN, ())]
    if unknown:
        yield Desk("Not on file: ask the payer", unknown)


def _document(item: Item, sentences: Mapping[str, str]) -> str:
    said = sentences.get(item.rule or "")
    return f"{item.text}: {said}" if said else item.text


def _authorization(items: Sequence[Item]) -> Iterator[Check]:
    """Whether to ask the payer first, with how; nothing when no rule says it, which stands under what is not on file."""
    if items and items[0].rule is not None:
        first, *how = items
        yield Check(f"Prior authorization: {first.short}.", first.rule, tuple(item.text for item in how))


def _point(cell: Cell, point: Point, words: str) -> Iterator[Check]:
    if cell.answer is not None:
        yield Check(f"{words} {comparing.words(cell, point)}.", next((one.rule for one in cell.rules), None))


def _unknown(item: Item, names: Mapping[str, RuleName]) -> Check:
    """What could not be told, with the rule that it is about; what a question leaves out, a biller can find out."""
    text = f"{item.text.removesuffix(NOT_SAID)}." if item.text.endswith(NOT_SAID) else item.text
    return Check(text if item.rule is None else f"{names[item.rule].title}: {text}", item.rule)


def _page(catalog: Catalog, head: PackHead, visit: Visit, desks: Sequence[Desk]) -> Iterator[str]:
    page = checklist_file(name(visit, head))
    about = f"{visit.title} with {payer_name(head)}: what to have ready before the visit, in the note and on the claim"
    title = f"{visit.title}, {payer_name(head)}: checklist"
    yield from front(title, scripts=["print.js"], search="exclude: true", description=about, pack=head)
    yield trail(page, ("Checklists", CHECKLISTS), (payer_name(head), payer_file(head.id)))
    yield ""
    yield f"# {visit.title}: {escape(payer_name(head))}"
    yield ""
    cell = catalog.answers.cell_page(head.id, visit.code)
    answer = inline(f"the answer for {visit.code}", href(page, cell) if cell else href(page, payer_file(head.id), visit.code))
    yield f"{facts(catalog)} Made from {answer}."
    yield ""
    yield '<p class="pb-blanks">Visit on <span></span> Checked by <span></span></p>'
    yield ""
    notes: dict[str, int] = {}
    for title, checks in desks:
        yield f"## {title}"
        yield ""
        lines = (f"<li>{esc(check.text)}{_note(check, notes)}{_details(check)}</li>" for check in dict.fromkeys(checks))
        yield f'<ul class="pb-checks">{"".join(lines)}</ul>'
        yield ""
    if notes:
        names = catalog.answers.rule_names
        yield "## Rules behind it { #rules }"
        yield ""
        yield f'<ol class="pb-notes">{"".join(f"<li>{link(names[id].title, root(page) + names[id].url)}</li>" for id in notes)}</ol>'
        yield ""
        yield "A box without a number is good practice and rests on no rule."
        yield ""
    else:
        yield "No source found for this visit: every box here is good practice and rests on no rule."
        yield ""


def _note(check: Check, notes: dict[str, int]) -> str:
    if check.rule is None:
        return ""
    return f"<sup>{notes.setdefault(check.rule, len(notes) + 1)}</sup>"


def _details(check: Check) -> str:
    return f"<ul>{''.join(f'<li>{esc(text)}</li>' for text in check.details)}</ul>" if check.details else ""


def _index(catalog: Catalog) -> Iterator[str]:
    about = "What to have ready for a visit, by payer, on one sheet"
    yield from front("Checklists", scripts=["matrix.js"], search="boost: 2", description=about)
    yield "# Checklists"
    yield ""
    yield "What to have ready for a visit, by payer. Each prints on one sheet and names the rules behind it."
    yield ""
    visits = [visit for visit in VISITS if visit.code in catalog.codes]
    columns = [Column("Payer", heads=True), *(Column(visit.title) for visit in visits)]
    yield table("Checklists by payer and visit", columns, (_sheets(head, visits) for head in catalog.answers.packs()), style="pb-matrix")
    yield ""


def _sheets(head: PackHead, visits: Sequence[Visit]) -> Row:
    sheets = (link(visit.title, href(CHECKLISTS, checklist_file(name(visit, head)))) for visit in visits)
    return Row([esc(payer_name(head)), *sheets], head.id)


def _machine(catalog: Catalog, head: PackHead, visit: Visit, desks: Sequence[Desk]) -> str:
    parts = tuple(Part(title, tuple(Box(*check) for check in dict.fromkeys(checks))) for title, checks in desks)
    return published.text(Sheet(**published.stamp(catalog, head.id), payer=head.id, visit=visit.name, code=visit.code, checklist=parts))
