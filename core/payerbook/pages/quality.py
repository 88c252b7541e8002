"""How good the packs are: grades of their sources, how fresh they are, how well their cases guard them, and what is missing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import msgspec

from payerbook.pages import upcoming
from payerbook.pages.catalog import Catalog
from payerbook.pages.listed import PackQuality, QualityFile, Strength
from payerbook.pages.markup import Column, Row, esc, front, href, inline, link, table
from payerbook.pages.packs import pack_path
from payerbook.pages.pictures import freshness
from payerbook.pages.places import QUALITY, payer_file, payer_name
from payerbook.pages.project import STRENGTH, folder
from payerbook.pages.published import stamp, text
from payerbook.pages.rule import READING
from payerbook.pages.text import day, number
from payerbook.policy import Grade, Pack

GRADES: tuple[Grade, ...] = ("A", "A*", "B", "C", "M")


def strength() -> Mapping[str, Any]:
    """What `payerbook strength` measured: `measured_on`, and by pack id `percent`, `tried` and `noticed`."""
    found: Mapping[str, Any] = json.loads((folder() / STRENGTH).read_text("utf-8"))
    return found


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The page and the same as JSON, as (path, text)."""
    measured = strength()
    yield QUALITY, "\n".join(_page(catalog, measured))
    packs = tuple(_numbers(catalog, pack, measured["packs"].get(pack.head.id)) for pack in catalog.packs)
    found = QualityFile(**stamp(catalog), strength_measured_on=date.fromisoformat(measured["measured_on"]), packs=packs)
    yield QUALITY.replace("index.md", "index.json"), text(found)


def _numbers(catalog: Catalog, pack: Pack, measured: Mapping[str, Any] | None) -> PackQuality:
    standing = [catalog.standing(pack, rule) for rule in pack.rules]
    grades = Counter(source.grade for found in standing for source in found.version.sources)
    return PackQuality(
        id=pack.head.id,
        rules=len(pack.rules),
        citations={grade: grades[grade] for grade in GRADES if grades[grade]},
        shown_as=dict(sorted(Counter(found.severity for found in standing).items())),
        without_a_start=sum(found.version.attested for found in standing),
        holes=pack.head.holes,
        strength=None if measured is None else msgspec.convert(measured, Strength),
    )


def _page(catalog: Catalog, measured: Mapping[str, Any]) -> Iterator[str]:
    yield from front("Quality", scripts=["matrix.js"], search="boost: 0.3", description="Grades, freshness, strength and gaps of the packs")
    yield "# How good is this?"
    yield ""
    rules = [catalog.standing(pack, rule) for pack in catalog.packs for rule in pack.rules]
    grades = Counter(source.grade for found in rules for source in found.version.sources)
    first_hand = grades["A"] + grades["A*"]
    yield '<div class="pb-answer" markdown>'
    yield ""
    yield (
        f"{len(rules):,} rules in {number(len(catalog.packs), 'pack')} rest on {sum(grades.values()):,} citations; "
        f"{first_hand:,} of them ({first_hand / max(sum(grades.values()), 1):.0%}) are official documents, or copies word for word. "
        f"{sum(bool(pack.head.holes) for pack in catalog.packs):,} packs name gaps of their own. As of {day(catalog.today)}."
    )
    yield ""
    yield "</div>"
    yield ""
    yield f"What the grades mean: [how to read a rule](../{READING}#grades). The same numbers {inline('for programs', 'index.json')}."
    yield ""
    yield "## By pack { #packs }"
    yield ""
    yield (
        "*Strength* is the share of small faults, put into a copy of the pack one at a time, that its written cases notice. "
        f"Measured on {measured['measured_on']}. *Start not stated*: rules for which no source says since when."
    )
    yield ""
    columns = [Column("Pack", heads=True)]
    columns += map(Column, ("Rules", "Grade A", "Grade B", "Grade C or M", "Start not stated", "Strength", "Known gaps"))
    rows = (_row(catalog, pack, measured["packs"].get(pack.head.id)) for pack in catalog.packs)
    yield table("Quality by pack", columns, rows, style="pb-matrix")
    yield ""
    yield "## How fresh { #fresh }"
    yield ""
    yield "The dark part of a bar is when the sources were read, the light part how long they hold."
    yield ""
    yield _fresh(catalog)
    yield ""
    yield "## What is missing { #holes }"
    yield ""
    yield "Gaps that the packs name themselves. What nobody noticed is not among them."
    yield ""
    for pack in catalog.packs:
        if pack.head.holes:
            listed = "".join(f"<li>{esc(' '.join(hole.split()))}</li>" for hole in pack.head.holes)
            summary = f"<summary>{esc(payer_name(pack.head))} ({len(pack.head.holes)})</summary>"
            yield f'<details class="pb-more" id="{pack.head.id}" data-search-exclude>{summary}<ul>{listed}</ul></details>'
            yield ""


def _row(catalog: Catalog, pack: Pack, measured: Mapping[str, Any] | None) -> Row:
    numbers = _numbers(catalog, pack, measured)
    cited = numbers.citations
    name = link(payer_name(pack.head), href(QUALITY, payer_file(pack.head.id) if pack.head.payer else pack_path(pack)))
    held = [numbers.rules, cited.get("A", 0) + cited.get("A*", 0), cited.get("B", 0), cited.get("C", 0) + cited.get("M", 0)]
    strong = "not measured" if measured is None else f"{measured['percent']:.1f} %"
    gaps = link(str(len(pack.head.holes)), f"#{pack.head.id}") if pack.head.holes else "–"
    return Row([name, *(f"{count:,}" for count in held), str(numbers.without_a_start), strong, gaps])


def _fresh(catalog: Catalog) -> str:
    found = [(head, upcoming.reading(catalog, catalog.answers.pack(head.id))) for head in catalog.answers.packs()]
    bars = [
        freshness.Bar(payer_name(head), href(QUALITY, payer_file(head.id)), one.first, one.last, head.review_days)
        for head, one in found
        if one is not None
    ]
    return freshness.picture("When the sources of each payer were read, and until when they hold", catalog.today, bars)
