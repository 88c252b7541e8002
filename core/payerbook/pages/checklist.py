"""Checklists: what to have ready for a sort of visit with a payer, by who does it, on one sheet; from the engine's answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from payerbook.answers.comparison import Column as Point
from payerbook.claim import SCHEMA_VERSION
from payerbook.pages import comparing
from payerbook.pages.catalog import Catalog
from payerbook.pages.cell import facts
from payerbook.pages.markup import Column, Row, esc, front, href, inline, link, root, table, trail
from payerbook.pages.places import CHECKLISTS, checklist_file, payer_file, payer_name
from payerbook.pages.text import escape
from payerbook.policy import PackHead


class Visit(NamedTuple):
    """A sort of visit, by the code that stands for it."""

    name: str
    title: str
    code: str


class Check(NamedTuple):
    """One box to tick, and the rule that asks for it."""

    text: str
    rule: str | None


VISITS = (
    Visit("evaluation", "First evaluation", "97161"),
    Visit("treatment", "Treatment", "97110"),
    Visit("re-evaluation", "Re-evaluation", "97164"),
    Visit("speech", "Speech-language treatment", "92507"),
)
DESKS: tuple[tuple[str, tuple[str, ...], tuple[Point, ...]], ...] = (
    ("Before the visit: front desk", ("Prior authorization", "Limits", "Diagnoses"), ()),
    ("In the note: therapist", ("Documents",), ("units",)),
    ("On the claim: biller", ("Investigational", "Bill instead", "Modifiers", "Not known"), ("daily-cap", "timely-filing", "appeals")),
)
"""Who does it, which parts of the answer are theirs, and which points of the payer."""
NAMED = ("Investigational", "Bill instead", "Not known")
"""Parts whose points do not say what they are about."""


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The list, and for each payer and visit the sheet, and the same as JSON, as (path, text)."""
    yield CHECKLISTS, "\n".join(_index(catalog))
    for head in catalog.answers.packs():
        for visit in VISITS:
            if visit.code in catalog.codes:
                file = checklist_file(name(visit, head))
                desks = [(title, list(_checks(catalog, head, visit, blocks, points))) for title, blocks, points in DESKS]
                yield file, "\n".join(_page(catalog, head, visit, desks))
                yield file.replace("index.md", "index.json"), _machine(catalog, head, visit, desks)


def name(visit: Visit, head: PackHead) -> str:
    """What a checklist is called in its address."""
    return f"{visit.name}-{head.id}"


def _checks(catalog: Catalog, head: PackHead, visit: Visit, blocks: Sequence[str], points: Sequence[Point]) -> Iterator[Check]:
    shown = dict(catalog.answers.view(head.id, visit.code).blocks)
    for block in blocks:
        for item in shown.get(block, ()):
            named = block in NAMED or (block == "Prior authorization" and item.rule is not None)
            yield Check(f"{block}: {item.text}" if named else item.text, item.rule)
    row = catalog.answers.row(head.id, visit.code)
    for point in points:
        if row[point].answer is not None:
            said = f"{comparing.POINTS[point]}: {comparing.words(row[point], point)}"
            yield Check(said, next((one.rule for one in row[point].rules), None))


def _page(catalog: Catalog, head: PackHead, visit: Visit, desks: Sequence[tuple[str, Sequence[Check]]]) -> Iterator[str]:
    page = checklist_file(name(visit, head))
    about = f"What to have ready for this visit with {payer_name(head)}"
    yield from front(f"{visit.title}, {payer_name(head)}: checklist", search="exclude: true", description=about)
    yield trail(page, ("Checklists", CHECKLISTS), (payer_name(head), payer_file(head.id)))
    yield ""
    yield f"# {visit.title}: {escape(payer_name(head))}"
    yield ""
    cell = catalog.answers.cell_page(head.id, visit.code)
    answer = inline(f"{visit.code} with this payer", href(page, cell) if cell else href(page, payer_file(head.id), visit.code))
    yield f"{facts(catalog)} By {answer}. Verify with the payer before use. Not legal or billing advice."
    yield ""
    notes: dict[str, int] = {}
    for title, checks in desks:
        yield f"## {title}"
        yield ""
        if checks:
            lines = (f"<li>{esc(check.text)}{_note(check, notes)}</li>" for check in dict.fromkeys(checks))
            yield f'<ul class="pb-checks">{"".join(lines)}</ul>'
        else:
            yield "No source found."
        yield ""
    if notes:
        names = catalog.answers.rule_names
        yield "## Rules behind it { #rules }"
        yield ""
        yield f'<ol class="pb-notes">{"".join(f"<li>{link(names[id].title, root(page) + names[id].url)}</li>" for id in notes)}</ol>'
        yield ""


def _note(check: Check, notes: dict[str, int]) -> str:
    if check.rule is None:
        return ""
    return f"<sup>{notes.setdefault(check.rule, len(notes) + 1)}</sup>"


def _index(catalog: Catalog) -> Iterator[str]:
    yield from front("Checklists", scripts=["matrix.js"], search="boost: 2")
    yield "# Checklists"
    yield ""
    yield "What to have ready for a visit, by payer. Each prints on one sheet and names the rules behind it."
    yield ""
    visits = [visit for visit in VISITS if visit.code in catalog.codes]
    columns = [Column("Payer", heads=True), *(Column(visit.title) for visit in visits)]
    yield table("Checklists by payer and visit", columns, (_sheets(head, visits) for head in catalog.answers.packs()), style="pb-matrix")
    yield ""


def _sheets(head: PackHead, visits: Sequence[Visit]) -> Row:
    sheets = (link(f"{visit.title} ({visit.code})", href(CHECKLISTS, checklist_file(name(visit, head)))) for visit in visits)
    return Row([esc(payer_name(head)), *sheets], head.id)


def _machine(catalog: Catalog, head: PackHead, visit: Visit, desks: Sequence[tuple[str, Sequence[Check]]]) -> str:
    data: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "as_of": catalog.today,
        "payer": head.id,
        "visit": visit.name,
        "code": visit.code,
        "checklist": [{"desk": title, "checks": [check._asdict() for check in dict.fromkeys(checks)]} for title, checks in desks],
    }
    return msgspec.json.encode(data).decode() + "\n"
