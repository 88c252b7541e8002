"""Which payers answer alike: how often two of them say the same where both say something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from payerbook.answers.comparison import Column as Point
from payerbook.pages.catalog import Catalog
from payerbook.pages.comparing import POINTS, words
from payerbook.pages.markup import front, href, inline
from payerbook.pages.matrix import SHOWN
from payerbook.pages.pictures import likeness
from payerbook.pages.places import ALIKE, COMPARISON, payer_file, payer_name

FEWEST = 3
"""Points of which two payers must both speak before they are compared."""
_APART: tuple[Point, ...] = ("units", "timely-filing", "appeals")
"""Points that hang on no code."""


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The page, as (path, Markdown)."""
    yield ALIKE, "\n".join(_page(catalog))


def _page(catalog: Catalog) -> Iterator[str]:
    yield from front("Payers that are alike", search="boost: 0.3", description="Which payers answer the same questions the same way")
    yield "# Payers that are alike"
    yield ""
    yield (
        f"Each square stands for two payers: the darker it is, the more questions they answer the same way. Asked is about "
        f"{', '.join(name.lower() for name in POINTS.values())}, for {', '.join(SHOWN)}; payers that both answer fewer than {FEWEST} of "
        f"these points are not compared. Alike is not the same: {inline('compare them', href(ALIKE, COMPARISON))} before you rely on it."
    )
    yield ""
    given = {head.id: _given(catalog, head.id) for head in catalog.answers.packs()}
    known = [
        head
        for head in catalog.answers.packs()
        if any(_share(given[head.id], other) is not None for id, other in given.items() if id != head.id)
    ]
    order = _order([head.id for head in known], given)
    heads = {head.id: head for head in known}
    names = [(payer_name(heads[id]), href(ALIKE, payer_file(id))) for id in order]
    share = [[_share(given[one], given[other]) for other in order] for one in order]
    yield likeness.picture("How alike payers answer", names, share)
    yield ""


def _given(catalog: Catalog, payer: str) -> dict[tuple[str, Point], str]:
    """What a payer answers, by code and point."""
    found: dict[tuple[str, Point], str] = {}
    for code in SHOWN:
        row = catalog.answers.row(payer, code)
        for point in POINTS:
            cell = row[point]
            if cell.answer not in (None, "indeterminate"):
                found["" if point in _APART else code, point] = words(cell, point)
    return found


def _share(one: Mapping[tuple[str, Point], str], other: Mapping[tuple[str, Point], str]) -> float | None:
    """The share of questions both answer that they answer the same; None where there are too few."""
    both = one.keys() & other.keys()
    if len({point for _, point in both}) < FEWEST:
        return None
    return sum(one[question] == other[question] for question in both) / len(both)


def _order(payers: list[str], given: Mapping[str, Mapping[tuple[str, Point], str]]) -> list[str]:
    """The payers in a row in which each stands next to the one most like it that is left."""
    ordered = payers[:1]
    left = payers[1:]
    while left:
        nearest = max(left, key=lambda id: (_share(given[ordered[-1]], given[id]) or 0, id))
        left.remove(nearest)
        ordered.append(nearest)
    return ordered
