"""Answers on every day: one `history.json` a code, from which `assets/asof.js` makes the answer of a day of service and of knowledge.

What a rule says in some stretch of time is a *piece*; a history names for each payer and rule which piece holds from which day on, for
each day on which something became known. Folding the pieces of one day gives the answer, as `answers.coverage` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from payerbook.answers import coverage, words
from payerbook.answers.ask import Edition, RuleHistory, Said
from payerbook.answers.authorization import NO_RULE as NO_PERMISSION
from payerbook.answers.authorization import decides
from payerbook.answers.limits import limits
from payerbook.claim import SCHEMA_VERSION
from payerbook.engine.render import cite
from payerbook.finding import Cited
from payerbook.kinds.base import Question
from payerbook.pages import published, view
from payerbook.pages.catalog import Catalog
from payerbook.pages.places import code_file
from payerbook.pages.published import KnownFrom, Piece, RuleOverTime

NAME = "history.json"


def path(code: str) -> str:
    """The file with the history of a code."""
    return code_file(code).replace("index.md", NAME)


def history(catalog: Catalog, code: str) -> str:
    """The answers of all payers about a code, for every day, as JSON."""
    made = _History(Question(code, catalog.today))
    payers = {head.id: made.payer(catalog.answers.over_time(head.id, code)) for head in catalog.answers.packs()}
    unsaid = partial(coverage.unsaid, code in catalog.codes)
    found = published.History(
        schema_version=SCHEMA_VERSION,
        as_of=catalog.today,
        place_of_service=catalog.answers.place,
        code=code,
        unsaid=(unsaid(False, False), unsaid(False, True), unsaid(True, False), unsaid(True, True)),
        no_permission=NO_PERMISSION,
        rules={id: catalog.answers.rule_names[id] for id in sorted(made.rules)},
        sources=tuple(made.sources),
        pieces=tuple(made.pieces),
        payers=payers,
    )
    return published.text(found)


class _History:
    """Pieces and sources, each kept once and named by its place."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self.pieces: dict[Piece, int] = {}
        self.sources: dict[Cited, int] = {}
        self.rules: set[str] = set()

    def payer(self, found: Sequence[RuleHistory]) -> tuple[RuleOverTime, ...]:
        """One payer's rules."""
        self.rules.update(one.rule.id for one in found)
        return tuple(RuleOverTime(one.rule.id, tuple(self._editions(one.editions))) for one in found)

    def _editions(self, editions: Sequence[Edition]) -> Iterator[KnownFrom]:
        before: list[tuple[str, int]] = []
        for edition in editions:
            periods = [(str(period.start or ""), self._piece(period.said)) for period in edition.periods]
            pairs = zip(before, periods, strict=False)
            kept = next((place for place, (old, new) in enumerate(pairs) if old != new), min(len(before), len(periods)))
            yield KnownFrom(str(edition.known or ""), kept, tuple(periods[kept:]))
            before = periods

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
            sources=tuple(map(self._source, cite(one.bound.version.sources))) if said else (),
        )

    def _source(self, source: Cited) -> int:
        return self.sources.setdefault(source, len(self.sources))


def _pair(item: view.Item) -> tuple[str, str]:
    return item.text, item.short
