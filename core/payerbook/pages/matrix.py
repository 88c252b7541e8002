"""Payers side by side on one point: tables to sort and filter, with CSV and JSON of every code; and the page to compare some payers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from payerbook.answers.comparison import Cell, Column
from payerbook.pages import comparing
from payerbook.pages.catalog import Catalog
from payerbook.pages.cell import facts
from payerbook.pages.markup import Column as Heading
from payerbook.pages.markup import Row, esc, front, href, inline, link, table, trail
from payerbook.pages.places import COMPARISON, MATRICES, code_file, matrix_file, payer_file, payer_name
from payerbook.pages.published import MatrixRecords, Record, stamp, text
from payerbook.pages.text import escape
from payerbook.policy import PackHead

SHOWN = ("97161", "97164", "97110", "97140", "97530", "97035", "92507")
"""The codes of the columns, where a point hangs on the code."""
EVALUATIONS = ("97161", "97164", "97165", "97168", "92521", "92523", "92610")
MOST = 12
"""Columns of a matrix whose codes are found."""
FIELDS = Record.__struct_fields__


class Matrix(NamedTuple):
    """A point in words a biller uses; `codes` are those of the columns, none where the point hangs on no code."""

    name: str
    title: str
    about: str
    point: Column
    codes: tuple[str, ...] = ()


MATRICES_OF = (
    Matrix("covered", "Is it covered?", "Whether the payer covers the code.", "covered", SHOWN),
    Matrix("prior-auth", "Prior authorization", "Whether authorization is needed, and from which visit.", "authorization", SHOWN),
    Matrix("units", "Counting of timed units", "How minutes become units.", "units"),
    Matrix("daily-limits", "Limits of a day", "Units, minutes or dollars that are paid on one day.", "daily-cap", SHOWN),
    Matrix("visit-limits", "Visit limits", "Visits and services in a year, an episode or another span.", "visit-limits", SHOWN),
    Matrix("frequency", "How often an evaluation is paid", "Limits on evaluations and re-evaluations.", "visit-limits", EVALUATIONS),
    Matrix("investigational", "Investigational", "Codes that some payer calls investigational or unproven.", "investigational"),
    Matrix("modifiers", "Modifiers", "Modifiers that the line needs.", "modifiers", SHOWN),
    Matrix("telehealth", "Telehealth", "Whether the service is taken by telehealth, the patient being at home.", "telehealth", SHOWN),
    Matrix("timely-filing", "Timely filing", "How long after the service a claim may come.", "timely-filing"),
    Matrix("appeals", "Appeals", "How long after the decision an appeal may come.", "appeals"),
)


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The list, and for each matrix its page, CSV and JSON, as (path, text); the page of the comparison."""
    yield MATRICES, "\n".join(_index())
    yield COMPARISON, "\n".join(_comparison(catalog))
    for matrix in MATRICES_OF:
        codes = _codes(catalog, matrix)
        yield matrix_file(matrix.name), "\n".join(_page(catalog, matrix, codes))
        records = list(_records(catalog, matrix))
        yield matrix_file(matrix.name).replace("index.md", "index.csv"), _csv(records)
        yield matrix_file(matrix.name).replace("index.md", "index.json"), _json(catalog, matrix, records)


def navigation() -> list[Any]:
    """The list, the comparison, then each matrix."""
    return [MATRICES, {"Compare some payers": COMPARISON}, *({matrix.title: matrix_file(matrix.name)} for matrix in MATRICES_OF)]


def _index() -> Iterator[str]:
    about = "Tables that set payers beside each other, one a point: authorization, limits, units, deadlines"
    yield from front("Payers side by side", description=about)
    yield "# Payers side by side"
    yield ""
    some = inline("compare some payers", href(MATRICES, COMPARISON))
    yield f"Pick a point; each table sorts, filters, and can be taken away as CSV or JSON. Or {some} on one code."
    yield ""
    yield from (f"- {inline(one.title, href(MATRICES, matrix_file(one.name)))}: {one.about}" for one in MATRICES_OF)
    yield ""


def _hangs(matrix: Matrix) -> bool:
    return bool(matrix.codes) or matrix.point == "investigational"


def _codes(catalog: Catalog, matrix: Matrix) -> tuple[str, ...]:
    """The codes of the columns; for investigational those that most payers name, so that no column says only no."""
    if matrix.codes or not _hangs(matrix):
        return tuple(code for code in matrix.codes if code in catalog.codes)
    counted = {
        code: sum(catalog.answers.row(head.id, code)[matrix.point].answer not in (None, "no") for head in catalog.answers.packs())
        for code in catalog.codes
    }
    named = sorted((code for code, count in counted.items() if count), key=lambda code: (-counted[code], code))
    return tuple(sorted(named[:MOST]))


def _page(catalog: Catalog, matrix: Matrix, codes: Sequence[str]) -> Iterator[str]:
    page = matrix_file(matrix.name)
    yield from front(f"{matrix.title} by payer", scripts=["matrix.js"], search="boost: 2", description=f"{matrix.title}: {matrix.about}")
    yield trail(page, ("Payers side by side", MATRICES))
    yield ""
    yield f"# {matrix.title} by payer"
    yield ""
    grade = inline("grade", href(page, "reading/index.md", "grades"))
    yield f"{matrix.about} {facts(catalog)} Each answer links to its rule; the letter is the {grade} of its weakest source."
    yield ""
    headings = [Heading(code) for code in codes] if _hangs(matrix) else [Heading(matrix.title)]
    columns = [Heading("Payer", heads=True), *headings]
    rows = (_row(catalog, matrix, head, codes, page) for head in catalog.answers.packs())
    yield table(f"{matrix.title} by payer", columns, rows, style="pb-matrix pb-codes" if codes else "pb-matrix")
    yield ""
    if codes:
        labels = ", ".join(f"{inline(code, href(page, code_file(code)))} {escape(catalog.codes[code].label)}" for code in codes)
        yield f"Codes: {labels}. Other codes stand on their own pages and in the files."
        yield ""
    every = " (every code)" if _hangs(matrix) else ""
    yield f"{inline('CSV', 'index.csv')} · {inline('JSON', 'index.json')}{every} · `payerbook compare --matrix {matrix.point}`"
    yield ""
    yield "*No source found* means that nothing on file says it. It does not mean no."
    yield ""


def _row(catalog: Catalog, matrix: Matrix, head: PackHead, codes: Sequence[str], page: str) -> Row:
    cells = [_cell(catalog, matrix, head, code) for code in codes] if _hangs(matrix) else [_cell(catalog, matrix, head, SHOWN[0])]
    name = link(payer_name(head), href(page, payer_file(head.id)))
    return Row([name, *(comparing.cell(catalog, cell, matrix.point, page) for cell in cells)], head.id)


def _cell(catalog: Catalog, matrix: Matrix, head: PackHead, code: str) -> Cell:
    return catalog.answers.row(head.id, code)[matrix.point]


def _records(catalog: Catalog, matrix: Matrix) -> Iterator[Record]:
    """One record a payer and code of which something is on file; without code where the point hangs on none."""
    codes = sorted(catalog.codes) if _hangs(matrix) else [SHOWN[0]]
    for head in catalog.answers.packs():
        for code in codes:
            cell = _cell(catalog, matrix, head, code)
            if cell.answer is None:
                continue
            rule, since, source, publisher, url, checked = _proof(cell)
            yield Record(
                payer=head.id,
                title=head.title,
                code=code if _hangs(matrix) else None,
                point=matrix.point,
                answer=cell.answer,
                words=comparing.words(cell, matrix.point),
                text=cell.text,
                grade=cell.grade,
                rule=rule,
                since=since,
                source=source,
                publisher=publisher,
                url=url,
                last_checked=checked,
            )


def _proof(cell: Cell) -> tuple[str | None, date | None, str | None, str | None, str | None, date | None]:
    """The first rule behind a cell, since when it stands so, and its best source."""
    if not cell.rules:
        return None, None, None, None, None, None
    rule = cell.rules[0]
    return rule.rule, rule.since, rule.source, rule.publisher, rule.url, rule.last_checked


def _csv(records: Sequence[Record]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    writer.writerows(msgspec.structs.astuple(record) for record in records)
    return out.getvalue()


def _json(catalog: Catalog, matrix: Matrix, records: Sequence[Record]) -> str:
    found = MatrixRecords(
        **stamp(catalog),
        place_of_service=catalog.answers.place,
        matrix=matrix.name,
        records=tuple(records),
    )
    return text(found)


def _comparison(catalog: Catalog) -> Iterator[str]:
    yield from front("Compare payers", scripts=["asof.js", "compare.js"], description="Choose payers and a code; what differs comes first")
    yield "# Compare payers"
    yield ""
    yield f"Choose two payers or more and a code; what differs comes first. {facts(catalog)}"
    yield ""
    heads = catalog.answers.packs()
    options = "".join(f'<option value="{head.id}">{esc(payer_name(head))}</option>' for head in heads)
    codes = "".join(f'<option value="{code}">{esc(info.label)}</option>' for code, info in sorted(catalog.codes.items()))
    points = esc(msgspec.json.encode(comparing.POINTS).decode())
    yield f'<form class="pb-compare" data-root="../" data-points="{points}" hidden>'
    for name, words in (("a", "Payer"), ("b", "Second payer"), ("c", "Third payer"), ("d", "Fourth payer")):
        none = "" if name == "a" else '<option value="">–</option>'
        yield f'<label>{words} <select name="{name}">{none}{options}</select></label>'
    yield '<label>Code <input name="code" list="pb-codes" size="7" maxlength="5" required></label>'
    yield f'<datalist id="pb-codes">{codes}</datalist>'
    yield '<button class="md-button md-button--primary">Compare</button></form>'
    yield '<div class="pb-compared" role="status"></div>'
    yield ""
    tables = link("tables by point", href(COMPARISON, MATRICES))
    yield f"<div><noscript><p>This page needs a script. The {tables} show every payer without one.</p></noscript></div>"
    yield ""
