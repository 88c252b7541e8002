"""One code across payers, and one point across codes: the answers of each payer's desk, cut to cells that name their rules."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import msgspec

from payerbook.answers import authorization, coverage, limits, words
from payerbook.answers.ask import Said, as_claim
from payerbook.answers.comparison import (
    COLUMNS,
    NO_SOURCE,
    WITHOUT_CODE,
    AskedToCompare,
    Backing,
    Cell,
    Column,
    ComparedPayer,
    Comparison,
)
from payerbook.answers.desk import Desk, Facts, Inquiries
from payerbook.answers.questions import Deadline, DeadlinesAnswer
from payerbook.claim import SCHEMA_VERSION
from payerbook.engine import versions
from payerbook.engine.selection import GRADES
from payerbook.errors import UsageError
from payerbook.kinds.base import Question
from payerbook.policy import Pack, PackHead, Rule, Source, Version, statements

OFFICE = "11"
"""Place of service of a comparison, where none is said."""
REMOTE = "10"
"""Place of service of the telehealth question: the patient's home."""
_TERM = re.compile(r"(\d+) (business day|day|month|year)")
_DAYS = {"day": 1.0, "business day": 1.4, "month": 30.44, "year": 365.25}
ANY_CODE = "97110"
"""The code of a question whose answer does not hang on one."""


class Comparisons(Inquiries):
    """A book that sets payers side by side."""

    @abstractmethod
    def packs(self) -> tuple[PackHead, ...]:
        """The heads of all packs on file."""

    @abstractmethod
    def pack(self, id: str) -> Pack:
        """A pack with its rules."""

    @abstractmethod
    def payer(self, text: str) -> PackHead:
        """The payer that a name means. Raises UsageError when it means none or several."""

    @abstractmethod
    def sentence(self, rule: Rule, version: Version) -> str:
        """What a rule asks for, in words."""

    def compare(
        self,
        codes: str | Sequence[str] = (),
        *,
        on: date,
        payers: Sequence[str] = (),
        matrix: Column | None = None,
        known_on: date | None = None,
        place_of_service: str | None = OFFICE,
    ) -> Comparison:
        """One row a payer: a code with a column for each point, or with `matrix` one point with a column for each code.

        `payers` are names (default: all on file), `on` is the date of service, `place_of_service` its place (None = not said). Raises
        UsageError for an unknown payer or point, for several codes without `matrix`, and for no code where the point hangs on one.
        """
        asked = tuple(code.strip().upper() for code in ([codes] if isinstance(codes, str) else codes))
        columns = _columns(asked, matrix)
        named = {self.payer(name).id: name for name in payers} or {head.id: head.id for head in self.packs() if head.payer}
        facts = Facts(place_of_service=place_of_service)
        rows = []
        for id, name in named.items():
            head = self.payer(id)
            rules = {rule.id: rule for rule in self.pack(id).rules}
            given = _Payer(self.desk(name), head, rules, self.sentence)
            rows.append(ComparedPayer(head.id, head.title, _row(given, asked, on, known_on, facts, matrix)))
        return Comparison(
            schema_version=SCHEMA_VERSION,
            asked=AskedToCompare("compare", matrix, asked, tuple(row.payer for row in rows), on, known_on, place_of_service),
            columns=columns,
            rows=tuple(rows),
            packs=tuple(dict.fromkeys(pack for row in rows for pack in self.desk(row.payer).packs)),
        )


def _columns(codes: Sequence[str], matrix: Column | None) -> tuple[str, ...]:
    """The columns of the table. Raises UsageError for a question that makes none."""
    if matrix is None:
        if len(codes) != 1:
            raise UsageError("Say one code to compare, for example 97110; for several codes say what to compare with --matrix.")
        return COLUMNS
    if matrix not in COLUMNS:
        raise UsageError(f"There is no point {matrix!r} to compare; known: {', '.join(COLUMNS)}.")
    if matrix in WITHOUT_CODE:
        return (matrix,)
    if not codes:
        raise UsageError(f"What payers say of {matrix} hangs on the code; add --codes, for example --codes 97110,97140.")
    return tuple(dict.fromkeys(codes))


class _Payer(NamedTuple):
    """One payer: `rules` are its own by id, `sentence` says one of them in words."""

    desk: Desk
    head: PackHead
    rules: dict[str, Rule]
    sentence: Callable[[Rule, Version], str]


@dataclass(frozen=True)
class _Inquiry:
    """One payer, one code, one day; `said` is what its rules and the common ones say."""

    payer: _Payer
    question: Question
    known_on: date | None
    said: tuple[Said, ...]

    @cached_property
    def deadlines(self) -> DeadlinesAnswer:
        """What is due when for a claim of the day that is decided on that day."""
        claim = msgspec.structs.replace(as_claim(self.question), processed_on=self.question.on)
        return self.payer.desk.deadlines(claim, self.known_on)


def _row(payer: _Payer, codes: Sequence[str], on: date, known_on: date | None, facts: Facts, matrix: Column | None) -> dict[str, Cell]:
    def ask(code: str) -> _Inquiry:
        question, said = payer.desk.consult(code, on, known_on, facts)
        return _Inquiry(payer, question, known_on, said)

    if matrix is None:
        inquiry = ask(codes[0])
        return {column: _CELLS[column](inquiry) for column in COLUMNS}
    if matrix in WITHOUT_CODE:
        return {matrix: _CELLS[matrix](ask(codes[0] if codes else ANY_CODE))}
    return {code: _CELLS[matrix](ask(code)) for code in codes}


Standing = Sequence[tuple[Rule, Version]]
"""Rules with the version that stands on the day."""


def _cell(answer: str, text: str, under: Standing) -> Cell:
    rules = tuple(dict.fromkeys(_backing(rule, version) for rule, version in under))
    return Cell(answer, text, None, max((one.grade for one in rules), key=GRADES.index), rules)


def _backing(rule: Rule, version: Version) -> Backing:
    best = _weighing(version.sources)
    return Backing(
        rule=rule.id,
        since=version.start,
        attested=version.attested,
        grade=best.grade,
        source=best.title,
        publisher=best.publisher,
        url=best.url,
        section=best.section,
        last_checked=best.last_checked,
        superseded=best.superseded,
    )


def _weighing(sources: Iterable[Source]) -> Source:
    """The source that a rule stands or falls with: its best one; where the payer follows another one's rules, the weaker of the best
    for the rule and the best for the following."""
    return max((min(step, key=_place) for step in statements(sources) or [list(sources)]), key=_place)


def _place(source: Source) -> tuple[int, bool]:
    """How far down a source stands: its grade, then whether a newer edition was not read."""
    return GRADES.index(source.grade), source.superseded


def _none(reason: str | None) -> Cell:
    """A cell that nothing on file fills; without a `reason` there is no rule at all."""
    return Cell(None, NO_SOURCE if reason is None else "not known", reason or "No rule on file speaks of it.")


def _said(said: Iterable[Said]) -> Standing:
    return [(one.bound.rule, one.bound.version) for one in said]


def _of(asked: _Inquiry, ids: Iterable[str]) -> Standing:
    wanted = set(ids)
    return _said(one for one in asked.said if one.bound.rule.id in wanted and one.state == "said")


def _covered(asked: _Inquiry) -> Cell:
    decided = coverage.decide(asked.said, asked.payer.desk.knows(asked.question.code))
    return _decided(decided)


def _decided(decided: coverage.Decided) -> Cell:
    if not decided.by:
        return _none(decided.open[0].reason if decided.open else None)
    return _cell(decided.covered, " ".join(decided.why), _said(decided.by))


def _authorization(asked: _Inquiry) -> Cell:
    found = authorization.permission(asked.said, asked.question, ())
    answer = found.answer
    if answer.rule is None:
        return _none(next((point.reason for point in found.open if point.rule is not None), None))
    short = words.short_permission(answer)
    return _cell(short, "; ".join([short, *answer.exceptions]), _said(one for one in asked.said if one.bound.rule.id == answer.rule))


def _units(asked: _Inquiry) -> Cell:
    head = asked.payer.head
    rule = asked.payer.rules.get(head.unit_method_rule or "")
    if head.unit_method is None or rule is None:
        return _none(None)
    version = versions.on(rule, asked.question.on, asked.known_on)
    if isinstance(version, versions.Gap):
        return _none(version.reason)
    return _cell(head.unit_method, asked.payer.sentence(rule, version), [(rule, version)])


def _limits(daily: bool) -> Callable[[_Inquiry], Cell]:
    def cell(asked: _Inquiry) -> Cell:
        found = list(dict.fromkeys(one for one in limits.limits(asked.said) if (one.per == "day") is daily))
        if found:
            texts = list(dict.fromkeys(words.short_limit(one) for one in found))
            return _cell("; ".join(texts), "; ".join(texts), _of(asked, [one.rule for one in found]))
        away = [
            one for one in asked.said if one.state != "said" and any((limit.per == "day") is daily for limit in one.contribution.limits)
        ]
        return _none(away[0].reason if away else None)

    return cell


def _investigational(asked: _Inquiry) -> Cell:
    named = [one for one in asked.said if one.bound.rule.topic == "investigational" and one.contribution.standing is not None]
    if named:
        return _decided(coverage.decide(named, True))
    decided = coverage.decide(asked.said, asked.payer.desk.knows(asked.question.code))
    if decided.covered not in ("covered", "conditional"):
        return _none(None)
    return _cell("no", f"no: {decided.covered}", _said(decided.by))


def _modifiers(asked: _Inquiry) -> Cell:
    sure = [(one, any_of) for one in asked.said if one.state == "said" for any_of in one.contribution.modifiers]
    if not sure:
        return _none(next((one.reason for one in asked.said if one.state != "said" and one.contribution.modifiers), None))
    text = "; ".join(dict.fromkeys(" or ".join(any_of) for _, any_of in sure))
    return _cell(text, text, _said(one for one, _ in sure))


def _telehealth(asked: _Inquiry) -> Cell:
    _, said = asked.payer.desk.consult(asked.question.code, asked.question.on, asked.known_on, {"place_of_service": REMOTE})
    speaking = [one for one in said if one.contribution.remote is not None]
    sure = [one for one in speaking if one.state == "said"]
    if not sure:
        return _none(speaking[0].reason if speaking else None)
    refused = [one for one in sure if one.contribution.remote is False]
    word = "not taken" if refused else "taken"
    text = " ".join(one.bound.kind.sentence(one.bound.params) for one in refused or sure)
    return _cell(word, text, _said(refused or sure))


def _deadlines(kind: str, words: Callable[[Deadline], str], *, running: bool) -> Callable[[_Inquiry], Cell]:
    """What the payer's rules of a kind set for a claim of the day, decided on that day; `running`: only terms whose start it knows."""

    def cell(asked: _Inquiry) -> Cell:
        answer = asked.deadlines
        own = {rule.id for rule in asked.payer.rules.values() if rule.kind == kind}
        found = [one for one in answer.deadlines if one.rule in own]
        if not found:
            return _none(next((point.reason for point in answer.unknown if point.rule in own), None))
        main = sorted([one for one in found if one.due is not None or not running] or found, key=_order)
        rules = [asked.payer.rules[id] for id in dict.fromkeys(one.rule for one in found)]
        standing = [(rule, versions.on(rule, asked.question.on, asked.known_on)) for rule in rules]
        under = [(rule, version) for rule, version in standing if isinstance(version, Version)]
        return _cell("; ".join(dict.fromkeys(map(words, main))), " ".join(asked.payer.sentence(*one) for one in under), under)

    return cell


def _order(one: Deadline) -> tuple[bool, float, str]:
    """Shorter terms first, by what a month and a year usually have, so that the order does not hang on the day asked about."""
    parts = _TERM.findall(one.term) if one.term is not None else [(one.days or 0, "day")]
    return one.due is None, sum(float(count) * _DAYS[unit] for count, unit in parts), f"{one.what} {one.start_event}"


def _length(one: Deadline) -> str:
    if one.term is not None:
        return one.term
    return "see the rule" if one.days is None else f"{one.days} {one.counted_in.replace('calendar-', '').replace('-', ' ')}"


def _filing(one: Deadline) -> str:
    return f"{_length(one)} from {one.start_event}"


def _appeal(one: Deadline) -> str:
    return f"{one.what}: {_length(one)}"


_CELLS: dict[Column, Callable[[_Inquiry], Cell]] = {
    "covered": _covered,
    "authorization": _authorization,
    "units": _units,
    "daily-cap": _limits(True),
    "visit-limits": _limits(False),
    "investigational": _investigational,
    "modifiers": _modifiers,
    "telehealth": _telehealth,
    "timely-filing": _deadlines("timely-filing", _filing, running=True),
    "appeals": _deadlines("appeal-terms", _appeal, running=False),
}
