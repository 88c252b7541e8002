"""Who a pack is for, as `pack.yaml` says it: brand, lines of business, states, plans, payer ids and contacts, made ready for the engine.

What a pack leaves out follows from its id: `medicaid.or` is Medicaid in Oregon, because both words are in `_terms.yaml`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator
from typing import Any

from payerbook.authoring.documents import PackDoc, PayerIdDoc, SourceRef
from payerbook.authoring.faults import Fault
from payerbook.authoring.yamlfile import Document, Path_
from payerbook.policy import Contact, PayerId, Plan, Source
from payerbook.terms import Terms

Cite = Callable[[Document, Path_, SourceRef], Source | None]
"""`cite(document, path, ref)`: the source meant; None, with a fault noted, when the pack has none of that name."""


def values(document: Document, head: PackDoc, terms: Terms, cite: Cite) -> dict[str, Any]:
    """The keys of a pack's head that say who it is for; `terms` fill in what the id says already."""
    first, _, last = head.pack.partition(".")
    state = last.upper()
    return {
        "brand": head.brand or (last if last in terms.brands else None),
        "lines_of_business": head.lines_of_business or ((first,) if first in terms.lines_of_business else ()),
        "states": head.states or ((state,) if state in terms.states else ()),
        "plans": tuple(Plan(plan.name, plan.aliases, plan.line_of_business, plan.states, plan.note) for plan in head.plans),
        "payer_ids": tuple(_payer_id(one) for one in head.payer_ids),
        "contacts": tuple(
            Contact(one.purpose, one.name, one.url, one.address, one.phone, one.note, _cited(document, place, one.sources, cite))
            for place, one in enumerate(head.contacts)
        ),
    }


def _payer_id(one: str | PayerIdDoc) -> PayerId:
    if isinstance(one, str):
        return PayerId(one)
    return PayerId(one.id, one.line_of_business, one.clearinghouse, one.grade, one.source, one.note)


def _cited(document: Document, place: int, refs: tuple[SourceRef, ...], cite: Cite) -> tuple[Source, ...]:
    found = (cite(document, ("contacts", place, "sources", number), ref) for number, ref in enumerate(refs))
    return tuple(source for source in found if source is not None)


def check(document: Document, head: PackDoc, terms: Terms) -> Iterator[Fault]:
    """Words of a pack's identity that `_terms.yaml` does not know, and payer ids with a grade that nobody vouches for."""
    lines, states = terms.lines_of_business, terms.states
    yield from _unknown(document, ("brand",), head.brand, terms.brands, "brand")
    for number, line in enumerate(head.lines_of_business):
        yield from _unknown(document, ("lines_of_business", number), line, lines, "line of business")
    for number, state in enumerate(head.states):
        yield from _unknown(document, ("states", number), state, states, "state")
    for place, plan in enumerate(head.plans):
        yield from _unknown(document, ("plans", place, "line_of_business"), plan.line_of_business, lines, "line of business")
        for number, state in enumerate(plan.states):
            yield from _unknown(document, ("plans", place, "states", number), state, states, "state")
    for place, one in enumerate(head.payer_ids):
        if isinstance(one, PayerIdDoc):
            path: Path_ = ("payer_ids", place)
            yield from _unknown(document, (*path, "line_of_business"), one.line_of_business, lines, "line of business")
            if one.grade is not None and one.grade != "M" and one.source is None:
                yield document.fault(path, f"a payer id of grade {one.grade} names its source; add source: title or URL", "PB009")


def _unknown(document: Document, path: Path_, word: str | None, known: Collection[str], what: str) -> Iterator[Fault]:
    if word is None or word in known:
        return
    near = difflib.get_close_matches(word, known, 1) or [one for one in known if one.lower() == word.lower()]
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
    yield document.fault(path, f"_terms.yaml has no {what} {word}; {hint}", "PB005")
