"""Pages on remark codes of remittances: what each says, which reason codes it explains, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from payerbook.handbook import Denials, Reason, Remark
from payerbook.pages import published
from payerbook.pages.catalog import Catalog
from payerbook.pages.denial import STEPS, proof, short
from payerbook.pages.listed import RemarkFile
from payerbook.pages.markup import Column, Row, esc, front, href, inline, link, table, trail
from payerbook.pages.places import DENIALS, REMARKS, denial_file, remark_file
from payerbook.pages.text import escape, title


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The list, and a page with its JSON for each code, as (path, text)."""
    denials = catalog.session.handbooks.denials
    yield REMARKS, "\n".join(_index(denials))
    for code, remark in denials.remarks.items():
        yield remark_file(code), "\n".join(_page(denials, code, remark))
        yield remark_file(code).replace("index.md", "index.json"), _machine(catalog, denials, code, remark)


def _index(denials: Denials) -> Iterator[str]:
    about = "Remark codes (RARC) on therapy remittances in plain words"
    yield from front("Remark codes", scripts=["matrix.js"], search="boost: 2", description=about)
    yield trail(REMARKS, ("Denial codes", DENIALS))
    yield ""
    yield "# Remark codes"
    yield ""
    yield "A remark code (RARC) explains the reason code beside it; an alert only informs. Meanings are our own words."
    yield ""
    columns = [Column("Code", heads=True), Column("Means"), Column("Explains"), Column("About")]
    yield table("Remark codes", columns, (_listed(denials, code, one) for code, one in denials.remarks.items()), style="pb-matrix")
    yield ""


def _listed(denials: Denials, code: str, one: Remark) -> Row:
    slugs = [denials.slug(reason) for reason in one.reasons]
    explains = ", ".join(link(slug.upper(), href(REMARKS, denial_file(slug))) for slug in slugs) or ("alert only" if one.alert else "–")
    return Row([link(code, href(REMARKS, remark_file(code))), esc(one.means), explains, title(one.concern)], code.lower())


def _page(denials: Denials, code: str, remark: Remark) -> Iterator[str]:
    page, reasons = remark_file(code), [(denials.slug(one), denials.reasons[one]) for one in remark.reasons]
    yield from front(f"{code}: {short(remark.means)}", search="boost: 1.5", description=f"Remark code {code}: {remark.means}")
    yield trail(page, ("Denial codes", DENIALS), ("Remark codes", REMARKS))
    yield ""
    yield f"# {code}: {escape(short(remark.means))}"
    yield ""
    yield f'<div class="pb-answer" markdown>\n\n{_answer(remark, reasons, page)}\n\n</div>'
    yield ""
    ended = f" Used until {remark.ended}." if remark.ended else ""
    yield f"Remark code (RARC), {title(remark.concern).lower()}.{ended}"
    yield ""
    if reasons:
        yield "## What to do { #do }"
        yield ""
        columns = [Column("Reason code beside it", heads=True), Column("Do first"), Column("How")]
        yield table(
            f"What to do about {code}, by the reason code beside it", columns, (_row(slug, reason, page) for slug, reason in reasons)
        )
        yield ""
    yield from proof(denials, remark.sources, remark.grade)


def _answer(remark: Remark, reasons: list[tuple[str, Reason]], page: str) -> str:
    """What the code says, and the way on, as Markdown."""
    said = f"**{escape(remark.means)}**"
    if not reasons:
        return f"{said} It only informs: nothing has to be sent." if remark.alert else f"{said} The reason code beside it says what to do."
    first = {reason.steps[0] for _, reason in reasons}
    if len(first) == 1:
        return f"{said} {STEPS[first.pop()].words}; {'how' if len(reasons) == 1 else 'the details'} below."
    named = ", ".join(inline(slug.upper(), href(page, denial_file(slug))) for slug, _ in reasons)
    return f"{said} What to do goes by the reason code beside it: {named}."


def _row(slug: str, reason: Reason, page: str) -> Row:
    name = f"{link(slug.upper(), href(page, denial_file(slug)))} <small>{esc(short(reason.means))}</small>"
    return Row([name, STEPS[reason.steps[0]].words, esc(reason.fix)])


def _machine(catalog: Catalog, denials: Denials, code: str, remark: Remark) -> str:
    found = RemarkFile(
        **published.stamp(catalog),
        code=code,
        url=remark_file(code).removesuffix("index.md"),
        remark=remark,
        sources={id: denials.sources[id] for id in remark.sources},
    )
    return published.text(found)
