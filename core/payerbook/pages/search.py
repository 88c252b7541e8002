"""What search knows besides the index of the theme: codes, pairs, payers, denials and words, with every way in which people write them.

`assets/understand.mjs` reads it and recognizes what a query means; `assets/search.mjs` shows the page that answers it above the hits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from payerbook.naming import key, words
from payerbook.pages.calc import CALCULATORS
from payerbook.pages.catalog import Catalog
from payerbook.pages.checklist import VISITS
from payerbook.pages.matrix import MATRICES_OF
from payerbook.pages.pairs import Pairs
from payerbook.pages.places import matrix_file, payer_name, topic_file
from payerbook.pages.record import Record
from payerbook.policy import CodeInfo, PackHead

ALIASES = "assets/aliases.json"
SHORTEST = 4
"""Letters of the shortest word that is ever taken for misspelled."""
USUAL = 2
"""Reason codes that a denial told in words ("denied as duplicate") leads to."""
LIMITS = frozenset({"frequency", "visit-limits"})
"""Topics about how often a service is paid: where no rule names a code, those about it that have most causes."""


def pages(catalog: Catalog, record: Record) -> Iterator[tuple[str, str]]:
    """The file that the script reads, as (path, JSON)."""
    yield ALIASES, msgspec.json.encode(_aliases(catalog, record)).decode() + "\n"


def _aliases(catalog: Catalog, record: Record) -> dict[str, Any]:
    denials = catalog.session.handbooks.denials
    terms = catalog.session.library.vocabulary.terms
    targets = list(_targets(catalog))
    payers = {head.id: _payer(catalog, head) for head in catalog.answers.packs()}
    phrases = _phrases(names for _, names in targets)
    brands = _phrases(brand.names for brand in terms.brands.values())
    lines = _phrases(line.names for line in terms.lines_of_business.values())
    states = _phrases((postal, *names) for postal, names in terms.states.items())
    names = _phrases([*_names(head), *rare] for head, rare in zip(catalog.answers.packs(), _rare(catalog, targets), strict=True))
    residence = [name for name, line in terms.lines_of_business.items() if line.by_residence]
    return {
        "codes": {code: info.label for code, info in sorted(catalog.codes.items())},
        "extra": [code for code, info in sorted(catalog.codes.items()) if info.add_on_to],
        "pairs": _pairs(catalog),
        "payers": list(payers.values()),
        "names": names,
        "brands": [list(terms.brands), brands],
        "lines": [list(terms.lines_of_business), lines, residence],
        "states": [list(terms.states), states],
        "targets": [target for target, _ in targets],
        "phrases": phrases,
        "denials": {code: [denials.slug(code), reason.means] for code, reason in denials.reasons.items()},
        "ended": {code: reason.instead for code, reason in denials.ended.items()},
        "denied": dict(_denied(catalog)),
        "remarks": {code: one.means for code, one in denials.remarks.items()},
        "months": list(record.months),
        "visits": [[visit.name, visit.code] for visit in VISITS],
        "words": sorted(_vocabulary(catalog, targets)),
    }


def _targets(catalog: Catalog) -> Iterator[tuple[list[str | None], tuple[str, ...]]]:
    """What words lead to: title, address, what it says, the topic of rules; and the ways in which it is written."""
    book = catalog.session.handbooks.handbook
    has_payers = bool(catalog.answers.packs())
    for word in catalog.session.library.vocabulary.terms.words.values():
        if has_payers or not word.page.startswith(("code/", "payer", "matrix", "compare")):
            yield [word.term, f"{word.page}/", word.means, word.topic], (word.term, *word.names)
    for name, topic in book.topics.items():
        target = [topic.title, _address(topic_file(name)), topic.answer, topic.topics[0] if topic.topics else None]
        yield target, (topic.title, name, *_amounts(catalog, topic.rules))
    for calculator in CALCULATORS:
        name = calculator.name
        names = (calculator.title, f"{name} calculator", f"{name.removesuffix('s')} calculator", *calculator.names)
        yield [f"Calculator: {calculator.title}", f"calc/{name}/", calculator.about, None], names
    if has_payers:
        for matrix in MATRICES_OF:
            yield (
                [f"{matrix.title}: payers", _address(matrix_file(matrix.name)), matrix.about, None],
                (f"{matrix.title} matrix", f"{matrix.name} by payer"),
            )
        for code, info in catalog.codes.items():
            yield [f"{code}: {info.label}", f"code/{code}/", "", None], tuple(_labels(info))


def _labels(info: CodeInfo) -> list[str]:
    """How a code's label is typed: all of it, and its first part, which an add-on shares with its main code and leaves to it."""
    first = info.label if info.add_on_to else re.split(r"[,(:/]| - ", info.label)[0]
    return list(dict.fromkeys(one for one in (info.label, first) if len(key(one)) >= SHORTEST))


def _address(file: str) -> str:
    return file.removesuffix("index.md")


def _payer(catalog: Catalog, head: PackHead) -> list[Any]:
    topics = sorted({rule.topic for rule in catalog.answers.pack(head.id).rules})
    return [head.id, payer_name(head), head.brand, head.lines_of_business, head.states, topics, catalog.answers.own[head.id]]


def _amounts(catalog: Catalog, rules: Iterable[str]) -> Iterator[str]:
    """The dollars of yearly amounts that rules have held, as people type them."""
    wanted = set(rules)
    for pack in catalog.packs:
        for rule in pack.rules:
            if rule.id in wanted and rule.kind == "amount-threshold":
                for version in rule.versions:
                    if not version.hole:
                        yield from (f"{bucket.amount:.0f}" for bucket in catalog.settings(rule, version).buckets)


def _denied(catalog: Catalog) -> Iterator[tuple[str, list[str]]]:
    """For each topic of rules the reason codes that they lead to most often."""
    reasons = catalog.session.handbooks.denials.reasons
    counted: dict[str, Counter[str]] = {}
    for pack in catalog.packs:
        for rule in pack.rules:
            named = dict.fromkeys(denial.rpartition("-")[2] for denial in rule.denials)
            counted.setdefault(rule.topic, Counter()).update(code for code in named if code in reasons)
    often = sorted((code for code, reason in reasons.items() if reason.concern == "frequency"), key=lambda code: -len(reasons[code].causes))
    for topic, codes in sorted(counted.items()):
        most = sorted(codes, key=lambda code: (-codes[code], code)) or (often if topic in LIMITS else [])
        yield topic, most[:USUAL]


def _names(head: PackHead) -> Iterator[str]:
    yield from (head.id, head.title, payer_name(head), *head.aliases, *(one.id for one in head.payer_ids))
    for plan in head.plans:
        yield from (plan.name, *plan.aliases)


def _rare(catalog: Catalog, targets: Iterable[tuple[list[str | None], tuple[str, ...]]]) -> list[list[str]]:
    """For each payer the words that begin its names and stand in no other payer's: one of them is enough to mean it."""
    terms = catalog.session.library.vocabulary.terms
    named = [[words(name) for name in (payer_name(head), *head.aliases)] for head in catalog.answers.packs()]
    held = Counter(word for names in named for word in {word for name in names for word in name})
    texts = [str(part) for target, names in targets for part in (target[0], target[2], *names) if part]
    texts += [name for group in (terms.brands, terms.lines_of_business) for one in group.values() for name in one.names]
    texts += [name for names in terms.states.values() for name in names]
    common = {word for text in texts for word in words(text)} | set(terms.fillers)
    rare = {word for word, count in held.items() if count == 1 and len(word) > SHORTEST and word.isalpha() and word not in common}
    return [sorted({name[0] for name in names if name} & rare) for names in named]


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
