"""One page a code: what every payer says of it, codes that collide with it, denials, changes; and the list of codes."""

from __future__ import annotations

from collections.abc import Iterator

from payerbook.pages import asof, comparing, linked, view
from payerbook.pages.catalog import Catalog
from payerbook.pages.cell import asking, facts
from payerbook.pages.markup import EMPTY, Column, Row, esc, front, href, inline, link, root, table, trail
from payerbook.pages.pairs import Pairs
from payerbook.pages.places import CODES, COMPARISON, code_file, payer_file, payer_name
from payerbook.pages.published import CodeAnswers, PayerOnCode, stamp, text
from payerbook.pages.recent import recent
from payerbook.pages.text import escape, number
from payerbook.pages.timeline import HEADINGS
from payerbook.policy import CodeInfo, PackHead

TIMING = {
    "timed-15": "15 minutes, counted with the other timed codes",
    "timed-15-apart": "15 minutes, counted apart",
    "timed-30": "30 minutes",
    "timed-60": "60 minutes",
    "untimed": "not timed",
}


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The list, and for each code its page, its answers as JSON and its history, as (path, text); without payers none but the list."""
    yield CODES, "\n".join(_index(catalog))
    if catalog.answers.packs():
        pairs = Pairs(catalog)
        for code in sorted(catalog.codes):
            yield code_file(code), "\n".join(_page(catalog, pairs, code))
            yield code_file(code).replace("index.md", "index.json"), _machine(catalog, code)
            yield asof.path(code), asof.history(catalog, code)


def about(info: CodeInfo) -> str:
    """Who bills a code, and how its minutes become units."""
    added = f"; added to {', '.join(info.add_on_to)}" if info.add_on_to else ""
    return f"{', '.join(info.disciplines) or 'no therapy service'}; {TIMING[info.timing]}{added}"


def _index(catalog: Catalog) -> Iterator[str]:
    about = "Procedure codes of outpatient therapy, each with what every payer says"
    yield from front("Therapy codes", scripts=["matrix.js"], description=about)
    yield "# Therapy codes"
    yield ""
    yield (
        "The procedure codes that the rules know. Labels are our own words, not the official descriptors; "
        "choose a code from your licensed code book."
    )
    yield ""
    columns = [Column("Code", heads=True), Column("Used by"), Column("Time")]
    rows = (_listed(catalog, code, info) for code, info in sorted(catalog.codes.items()))
    yield table("Codes on file", columns, rows, style="pb-matrix pb-compact")
    yield ""


def _listed(catalog: Catalog, code: str, info: CodeInfo) -> Row:
    name = link(code, href(CODES, code_file(code))) if catalog.answers.packs() else code
    added = f"; added to {', '.join(info.add_on_to)}" if info.add_on_to else ""
    return Row([f"{name} <small>{esc(info.label)}</small>", ", ".join(info.disciplines) or EMPTY, TIMING[info.timing] + added], code)


def _page(catalog: Catalog, pairs: Pairs, code: str) -> Iterator[str]:
    page, info = code_file(code), catalog.codes[code]
    yield from front(
        f"{code}: {info.label}", scripts=["asof.js", "matrix.js"], search="boost: 2", description=f"What payers say of {code}: {info.label}"
    )
    yield trail(page, ("Codes", CODES))
    yield ""
    yield f"# {code}: {escape(info.label)}"
    yield ""
    compare = inline("Set some payers side by side", f"{href(page, COMPARISON)}?code={code}")
    yield f"{escape(about(info))}. The label is our own. {facts(catalog)} {compare}."
    yield ""
    yield asking(catalog, page, code)
    yield ""
    columns = [Column("Payer", heads=True), *map(Column, HEADINGS)]
    yield table(f"{code} by payer", columns, (_payer(catalog, head, code, page) for head in catalog.answers.packs()), style="pb-matrix")
    yield ""
    yield from pairs.section(code, page)
    yield from _denials(catalog, code)
    yield from recent(catalog, page, [catalog.answers.pack(head.id) for head in catalog.answers.packs()], code)
    yield "## For programs { #json }"
    yield ""
    yield f"{inline('These answers as JSON', 'index.json')} · {inline('the answers of all days', asof.NAME)} · `payerbook compare {code}`"
    yield ""


def _payer(catalog: Catalog, head: PackHead, code: str, page: str) -> Row:
    own = catalog.answers.cell_page(head.id, code)
    name = link(payer_name(head), href(page, own) if own else href(page, payer_file(head.id), code))
    return Row([name, *view.cells(catalog.answers.view(head.id, code))], head.id, (("payer", head.id),))


def _denials(catalog: Catalog, code: str) -> Iterator[str]:
    found: dict[str, list[str]] = {}
    for head in catalog.answers.packs():
        for rule in catalog.answers.pack(head.id).rules:
            if any(code in (version.when.codes or ()) for version in rule.versions):
                for denial in rule.denials:
                    found.setdefault(denial, []).append(rule.id)
    if found:
        yield "## Denials { #denials }"
        yield ""
        yield "Denial codes that go with rules which name this code:"
        yield ""
        page = code_file(code)
        yield from (f"- {linked.denial(catalog, denial, page)} ({_rules(catalog, code, found[denial])})" for denial in sorted(found))
        yield ""


def _rules(catalog: Catalog, code: str, ids: list[str]) -> str:
    """The rules by their titles, each once with the number of payers that have it; of many, the first three."""
    found: dict[str, list[str]] = {}
    for id in ids:
        name = catalog.answers.rule_names[id]
        found.setdefault(name.title, []).append(name.url)
    named = [
        inline(title, root(code_file(code)) + urls[0]) + (f", {number(len(urls), 'payer')}" if len(urls) > 1 else "")
        for title, urls in found.items()
    ]
    return "; ".join(named[:3]) + (f"; and {len(named) - 3} more" if len(named) > 3 else "")


def _machine(catalog: Catalog, code: str) -> str:
    info = catalog.codes[code]
    found = CodeAnswers(
        **stamp(catalog),
        place_of_service=catalog.answers.place,
        code=code,
        label=info.label,
        disciplines=info.disciplines,
        timing=info.timing,
        payers=tuple(_answer(catalog, head, code) for head in catalog.answers.packs()),
    )
    return text(found)


def _answer(catalog: Catalog, head: PackHead, code: str) -> PayerOnCode:
    shown = catalog.answers.view(head.id, code)
    url = (catalog.answers.cell_page(head.id, code) or payer_file(head.id)).removesuffix("index.md")
    cells = comparing.all_of(catalog, catalog.answers.row(head.id, code))
    return PayerOnCode(head.id, payer_name(head), url, shown.covered, shown.why, cells)
