"""What another state of a policy would have done: each claim is checked under both states, and what differs is told.

A claim whose payer does not go by the pack is not checked, only remembered as history of its patient.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec

from payerbook.api import COMMON, Book
from payerbook.authoring.sides import side
from payerbook.claim import Claim
from payerbook.errors import UsageError
from payerbook.finding import Finding, Open, Report, Verdict, at_risk
from payerbook.policy import Pack

Word = Literal["deny", "return", "review", "advice", "resolved", "unknown", "not-on-file"]
Direction = Literal["worse", "better", "other"]
HARDNESS: dict[str | None, int] = {
    "deny": 5, "return": 4, "review": 3, "incomplete": 2, "unknown": 2, "not-on-file": 2, "advice": 1, "resolved": 1, "clean": 0, None: 0,
}  # fmt: skip
"""How hard a verdict or an answer is on a claim."""


class State(NamedTuple):
    """One side of a replay: a state of a pack (None = every pack as it is on file) with what was known on a day (None = everything)."""

    label: str
    pack: Pack | None
    known_on: date | None


class Shift(msgspec.Struct, frozen=True):
    """What one rule says of one line (None = the claim) under each state: the severity of a failure, or another outcome; None = nothing.

    `message` is the sentence of the later state where it has one. `at_risk` is what the rule puts at risk more (or less) than before.
    """

    rule: str
    line: int | None
    before: Word | None
    after: Word | None
    message: str
    at_risk: Decimal


class Change(msgspec.Struct, frozen=True):
    """A claim of which the two states do not say the same. Worse: a harder verdict, or a failure that was none or was milder."""

    claim_id: str
    payer: str | None
    before: Verdict
    after: Verdict
    direction: Direction
    at_risk_before: Decimal
    at_risk_after: Decimal
    shifts: tuple[Shift, ...]


class RuleTotal(msgspec.Struct):
    """How many claims one rule moves which way, and by how much it moves the dollars at risk."""

    worse: int = 0
    better: int = 0
    other: int = 0
    at_risk: Decimal = Decimal(0)


def state(book: Book, text: str) -> State:
    """The state that a text means: a day (all packs as known then), or a side as in `diff`, where @DATE is the day of knowledge.

    Raises UsageError when it means nothing, PackError when the pack does not compile.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        found = side(book, text)
        label = text if found.on is None else f"{text.rpartition('@')[0]} as known on {found.on}"
        return State(label, found.pack, found.on)
    return State(f"what was known on {day}", None, day)


class Replay:
    """Claims under two states, one after another; memory grows as in a check, not with the claims."""

    def __init__(
        self, book: Book, before: State, after: State, *, known_on: date | None = None, today: date | None = None, payer: str | None = None
    ) -> None:
        """`known_on` holds for a side that names no day of its own; the others as in `Book.run`. Raises UsageError for two packs."""
        ids = {one.pack.head.id for one in (before, after) if one.pack is not None}
        if len(ids) > 1:
            raise UsageError(f"A replay compares two states of one pack, not {' with '.join(sorted(ids))}.")
        self._pack = next(iter(ids), None)
        self._payer = payer
        self._books = [book if one.pack is None else book.replacing(one.pack) for one in (before, after)]
        self._runs = [
            held.run(known_on=one.known_on or known_on, today=today, payer=payer)
            for held, one in zip(self._books, (before, after), strict=True)
        ]
        self.claims = 0
        self.untouched = 0
        self.verdicts: Counter[tuple[Verdict, Verdict]] = Counter()
        self.directions: Counter[Direction] = Counter()
        self.rules: dict[str, RuleTotal] = {}
        self.newly = Decimal(0)
        self.no_longer = Decimal(0)

    def next(self, claim: Claim, facts_from: tuple[str, ...] = ()) -> Change | None:
        """What changes for the next claim; None when both states say the same of it."""
        self.claims += 1
        if not self._goes_by(claim):
            self.untouched += 1
            for run in self._runs:
                run.remember(claim)
            return None
        before, after = (run.check(claim, facts_from=facts_from) for run in self._runs)
        change = _change(claim, before, after)
        if change is not None:
            self._count(change)
        return change

    def _goes_by(self, claim: Claim) -> bool:
        if self._pack is None or self._pack == COMMON:
            return True
        return any(book.resolve(claim, self._payer).id == self._pack for book in self._books)

    def _count(self, change: Change) -> None:
        self.verdicts[change.before, change.after] += 1
        self.directions[change.direction] += 1
        more = change.at_risk_after - change.at_risk_before
        if more > 0:
            self.newly += more
        else:
            self.no_longer -= more
        moved: dict[str, int] = {}
        for shift in change.shifts:
            total = self.rules.setdefault(shift.rule, RuleTotal())
            total.at_risk += shift.at_risk
            step = HARDNESS[shift.after] - HARDNESS[shift.before]
            moved[shift.rule] = max(step, moved[shift.rule]) if shift.rule in moved else step
        for rule, step in moved.items():
            total = self.rules[rule]
            total.worse += step > 0
            total.better += step < 0
            total.other += step == 0


class _Said(NamedTuple):
    """One thing said of a line. `gist` is what has to differ for it to count: of a failure the sentence too, which carries its numbers."""

    word: Word
    gist: str
    message: str
    dollars: Decimal


_All = dict[tuple[str, int | None], list[_Said]]


def _change(claim: Claim, before: Report, after: Report) -> Change | None:
    old, new = _said(before), _said(after)
    shifts = tuple(
        _shift(rule, line, old.get((rule, line), []), new.get((rule, line), []))
        for rule, line in sorted({*old, *new}, key=lambda key: (-1 if key[1] is None else key[1], key[0]))
        if _gists(old.get((rule, line), [])) != _gists(new.get((rule, line), []))
    )
    if not shifts and before.verdict == after.verdict:
        return None
    return Change(
        claim_id=claim.claim_id,
        payer=after.payer,
        before=before.verdict,
        after=after.verdict,
        direction=_direction(before.verdict, after.verdict, shifts),
        at_risk_before=at_risk(before, claim),
        at_risk_after=at_risk(after, claim),
        shifts=shifts,
    )


def _said(report: Report) -> _All:
    """Everything a report says, by rule and line, the hardest first."""
    found: _All = {}
    items: tuple[Finding | Open, ...] = (*report.findings, *report.resolved, *report.unknown, *report.not_on_file)
    for item in items:
        failed = isinstance(item, Finding) and item.outcome == "fail"
        word: Word = item.severity if failed else item.outcome  # type: ignore[assignment]  # severities and outcomes are words
        dollars = item.at_risk if isinstance(item, Finding) else None
        one = _Said(word, item.message if failed else word, item.message, dollars or Decimal(0))
        found.setdefault((item.rule, item.line), []).append(one)
    for said in found.values():
        said.sort(key=lambda one: (-HARDNESS[one.word], one))
    return found


def _gists(said: list[_Said]) -> list[tuple[Word, str]]:
    return [(one.word, one.gist) for one in said]


def _shift(rule: str, line: int | None, old: list[_Said], new: list[_Said]) -> Shift:
    told = next((one for one in [*new, *old] if (one in new) != (one in old)), (new or old)[0])
    was, now = (max((one.dollars for one in side), default=Decimal(0)) for side in (old, new))
    return Shift(rule, line, old[0].word if old else None, new[0].word if new else None, told.message, now - was)


def _direction(before: Verdict, after: Verdict, shifts: tuple[Shift, ...]) -> Direction:
    harder = HARDNESS[after] - HARDNESS[before]
    steps = [HARDNESS[shift.after] - HARDNESS[shift.before] for shift in shifts]
    failing = [step for step, shift in zip(steps, shifts, strict=True) if HARDNESS[shift.after] >= HARDNESS["review"]]
    if harder > 0 or any(step > 0 for step in failing):
        return "worse"
    return "better" if harder < 0 or any(step < 0 for step in steps) else "other"
