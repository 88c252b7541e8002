"""What search knows besides the index of the theme: codes, pairs, payers, denials and words, with every way in which people write them.

`assets/search.js` reads it, recognizes what a query means, and shows the page that answers it above the hits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from payerbook.naming import key, words
from payerbook.pages.catalog import Catalog
from payerbook.pages.checklist import VISITS
from payerbook.pages.matrix import MATRICES_OF
from payerbook.pages.pairs import Pairs
from payerbook.pages.places import matrix_file, payer_name, topic_file
from payerbook.policy import PackHead

ALIASES = "assets/aliases.json"
SHORTEST = 4
"""Letters of the shortest word that is ever taken for misspelled."""


def pages(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The file that the script reads, as (path, JSON)."""
    yield ALIASES, msgspec.json.encode(_aliases(catalog)).decode() + "\n"


def _aliases(catalog: Catalog) -> dict[str, Any]:
    denials = catalog.session.handbooks.denials
    terms = catalog.session.library.vocabulary.terms
    targets = list(_targets(catalog))
    payers = {head.id: _payer(catalog, head) for head in catalog.answers.packs()}
    phrases = _phrases(names for _, names in targets)
    brands = _phrases(brand.names for brand in terms.brands.values())
    lines = _phrases(line.names for line in terms.lines_of_business.values())
    states = _phrases((postal, *names) for postal, names in terms.states.items())
    names = _phrases(_names(head) for head in catalog.answers.packs())
    return {
        "codes": {code: info.label for code, info in sorted(catalog.codes.items())},
        "pairs": _pairs(catalog),
        "payers": list(payers.values()),
        "names": names,
        "brands": [list(terms.brands), brands],
        "lines": [list(terms.lines_of_business), lines],
        "states": [list(terms.states), states],
        "targets": [target for target, _ in targets],
        "phrases": phrases,
        "denials": {code: [denials.slug(code), reason.means] for code, reason in denials.reasons.items()},
        "ended": {code: reason.instead for code, reason in denials.ended.items()},
        "remarks": {code: one.means for code, one in denials.remarks.items()},
        "visits": [[visit.name, visit.code] for visit in VISITS],
        "words": sorted(_vocabulary(catalog, targets)),
    }


def _targets(catalog: Catalog) -> Iterator[tuple[list[str | None], tuple[str, ...]]]:
    """What words lead to: title, address, what it says, the topic of rules; and the ways in which it is written."""
    book = catalog.session.handbooks.handbook
    has_payers = bool(catalog.answers.packs())
    for word in catalog.session.library.vocabulary.terms.words.values():
        if has_payers or not word.page.startswith(("code/", "payer", "matrix")):
            yield [word.term, f"{word.page}/", word.means, word.topic], (word.term, *word.names)
    for name, topic in book.topics.items():
        yield [topic.title, _address(topic_file(name)), topic.answer, topic.topics[0] if topic.topics else None], (topic.title, name)
    if has_payers:
        for matrix in MATRICES_OF:
            yield (
                [f"{matrix.title}: payers", _address(matrix_file(matrix.name)), matrix.about, None],
                (f"{matrix.title} matrix", f"{matrix.name} by payer"),
            )
        for code, info in catalog.codes.items():
            yield [f"{code}: {info.label}", f"code/{code}/", "", None], tuple(_labels(info.label))


def _labels(label: str) -> list[str]:
    """How a code's label is typed: all of it, and its first part."""
    first = re.split(r"[,(:/]| - ", label)[0]
    return list(dict.fromkeys(one for one in (label, first) if len(key(one)) >= SHORTEST))


def _address(file: str) -> str:
    return file.removesuffix("index.md")


def _payer(catalog: Catalog, head: PackHead) -> list[Any]:
    topics = sorted({rule.topic for rule in catalog.answers.pack(head.id).rules})
    return [head.id, payer_name(head), head.brand, head.lines_of_business, head.states, topics, catalog.answers.own[head.id]]


def _names(head: PackHead) -> Iterator[str]:
    yield from (head.id, head.title, payer_name(head), *head.aliases)
    yield from (one.id for one in head.payer_ids if one.confirmed)
    for plan in head.plans:
        yield from (plan.name, *plan.aliases)


def _phrases(listed: Iterable[Iterable[str]]) -> Mapping[str, list[int]]:
    """Each way of writing, without spaces, to the places in the list that it means."""
    found: dict[str, list[int]] = {}
    for place, names in enumerate(listed):
        for joined in dict.fromkeys(map(key, names)):
            if joined:
                found.setdefault(joined, []).append(place)
    return dict(sorted(found.items()))


def _pairs(catalog: Catalog) -> Mapping[str, str]:
    """For each table of pairs: `paid denied bypass`, by semicolon."""
    if not catalog.answers.packs():
        return {}
    return {table: ";".join(sorted({f"{one.paid} {one.denied} {one.bypass:d}" for one in edits})) for table, edits in Pairs(catalog).all()}


def _vocabulary(catalog: Catalog, targets: Iterable[tuple[list[str | None], tuple[str, ...]]]) -> set[str]:
    """The words that are spelled right, and that misspelled ones are taken for."""
    terms = catalog.session.library.vocabulary.terms
    texts = [name for _, names in targets for name in names]
    texts += [str(part) for target, _ in targets for part in (target[0], target[2]) if part]
    texts += [name for head in catalog.answers.packs() for name in _names(head)]
    texts += [name for group in (terms.brands, terms.lines_of_business) for one in group.values() for name in one.names]
    texts += [name for names in terms.states.values() for name in names]
    texts += [rule.title for pack in catalog.packs for rule in pack.rules]
    texts += [reason.means for reason in catalog.session.handbooks.denials.reasons.values()]
    return {word for text in texts for word in words(text) if len(word) >= SHORTEST and word.isalpha()}
