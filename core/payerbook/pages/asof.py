"""Answers on every day: one `history.json` a code and one a payer, from which `assets/asof.js` makes the answer of a day of service and of
knowledge.

What a rule says in some stretch of time is a *piece*; a history names for each rule which piece holds from which day on, for each day on
which something became known. Folding the pieces of one day gives the answer, as `answers.coverage` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any

from payerbook.answers import coverage, words
from payerbook.answers.ask import RuleHistory, Said
from payerbook.answers.authorization import NO_RULE as NO_PERMISSION
from payerbook.answers.authorization import decides
from payerbook.answers.comparison import Cell, Column
from payerbook.answers.limits import limits
from payerbook.engine.render import cite
from payerbook.finding import Cited
from payerbook.kinds.base import Question
from payerbook.pages import bycode, card, comparing, published, view
from payerbook.pages.catalog import Catalog
from payerbook.pages.places import code_file, payer_file
from payerbook.pages.published import KnownFrom, Piece, Point, RuleOverTime

NAME = "history.json"


def path(code: str) -> str:
    """The file with the history of a code."""
    return code_file(code).replace("index.md", NAME)


def payer_path(payer: str) -> str:
    """The file with the history of a payer."""
    return payer_file(payer).replace("index.md", NAME)


def history(catalog: Catalog, code: str) -> str:
    """The answers of all payers about a code, for every day, as JSON."""
    made = _History(Question(code, catalog.today))
    payers = {head.id: made.rules_of(catalog.answers.over_time(head.id, code)) for head in catalog.answers.packs()}
    found = published.History(**_every_day(catalog, made, code in catalog.codes), code=code, payers=payers)
    return published.text(found)


def payer_history(catalog: Catalog, payer: str) -> str:
    """The answers of a payer about every code on file, and its card, for every day, as JSON."""
    made = _History(Question(card.TYPICAL, catalog.today))
    codes = {code: made.rules_of(catalog.answers.over_time(payer, code)) for code in sorted(catalog.codes)}
    points: dict[Point, int] = {}
    held: dict[str, tuple[KnownFrom, ...]] = {column: tuple(_card(catalog, payer, column, points)) for column, _ in card.CARD}
    found = published.PayerHistory(
        **_every_day(catalog, made, True, payer),
        payer=payer,
        order=tuple(bycode.ordered(catalog)),
        codes={code: rules for code, rules in codes.items() if rules},
        points=tuple(points),
        card=held,
    )
    return published.text(found)


def _card(catalog: Catalog, payer: str, column: Column, points: dict[Point, int]) -> Iterator[KnownFrom]:
    def place(start: date | None, found: Cell) -> tuple[str, int]:
        return str(start or ""), points.setdefault(comparing.point(catalog, found, column), len(points))

    editions = card.over_time(catalog, payer, column)
    return _known_from((known, [place(*period) for period in periods]) for known, periods in editions)


def _every_day(catalog: Catalog, made: _History, on_file: bool, *payers: str) -> dict[str, Any]:
    """What the two sorts of history share; `on_file` says whether the codes have a label of ours."""
    unsaid = partial(coverage.unsaid, on_file)
    return {
        **published.stamp(catalog, *payers),
        "place_of_service": catalog.answers.place,
        "unsaid": (unsaid(False, False), unsaid(False, True), unsaid(True, False), unsaid(True, True)),
        "no_permission": NO_PERMISSION,
        "rules": {id: catalog.answers.rule_names[id] for id in sorted(made.rules)},
        "sources": tuple(made.sources),
        "pieces": tuple(made.pieces),
    }


def _known_from(editions: Iterable[tuple[date | None, list[tuple[str, int]]]]) -> Iterator[KnownFrom]:
    """Each edition by what it leaves of the one before."""
    before: list[tuple[str, int]] = []
    for known, periods in editions:
        pairs = zip(before, periods, strict=False)
        kept = next((place for place, (old, new) in enumerate(pairs) if old != new), min(len(before), len(periods)))
        yield KnownFrom(str(known or ""), kept, tuple(periods[kept:]))
        before = periods


class _History:
    """Pieces and sources, each kept once and named by its place."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self.pieces: dict[Piece, int] = {}
        self.sources: dict[Cited, int] = {}
        self.rules: set[str] = set()

    def rules_of(self, found: Sequence[RuleHistory]) -> tuple[RuleOverTime, ...]:
        """What a payer's rules say of a code."""
        self.rules.update(one.rule.id for one in found)
        return tuple(RuleOverTime(one.rule.id, tuple(self._editions(one))) for one in found)

    def _editions(self, one: RuleHistory) -> Iterator[KnownFrom]:
        return _known_from(
            (edition.known, [(str(period.start or ""), self._piece(period.said)) for period in edition.periods]) for edition in one.editions
        )

    def _piece(self, said: Said | None) -> int:
        return -1 if said is None else self.pieces.setdefault(self._said(said), len(self.pieces))

    def _said(self, one: Said) -> Piece:
        found, judged, permission = one.contribution, coverage.judge(one), decides(one, self._question)
        said, rule = one.state == "said", one.bound.rule
        firm = judged is not None and judged.covered is not None
        return Piece(
            covered=judged.covered if judged is not None else None,
            why=judged.why if judged is not None and firm else None,
            weak=judged.why if judged is not None and not firm else None,
            use=found.standing.use if found.standing is not None and firm else (),
            investigational=said and firm and rule.topic == "investigational",
            pending=not said,
            asks=found.permission is not None,
            needed=permission.needed if permission is not None else None,
            short=words.short_permission(permission) if permission is not None else None,
            authorization=tuple(item.text for item in view.authorization(permission)) if permission is not None else (),
            open=found.gaps if said else (one.reason,),
            modifiers=tuple(_pair(view.modifier(need)) for need in coverage.modifiers(one)) if said else (),
            limits=tuple(_pair(view.limit(limit)) for limit in limits([one])),
            documents=tuple(view.document(need).text for need in coverage.documents(one)) if said else (),
            diagnoses=tuple(view.diagnoses(need).text for need in coverage.diagnoses(one)) if said else (),
            sources=tuple(map(self._source, cite(one.bound.version.sources))) if one.state != "not-on-file" else (),
        )

    def _source(self, source: Cited) -> int:
        return self.sources.setdefault(source, len(self.sources))


def _pair(item: view.Item) -> tuple[str, str]:
    return item.text, item.short
