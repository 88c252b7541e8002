"""Checks clean and seeded claims and counts what was found, what was missed, and what was said without cause."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from random import Random

import msgspec

from payerbook.api import Book
from payerbook.claim import Claim

from .claims import PAYER, clean
from .classes import classes
from .error import Error, Seeded, steady
from .rarer import RARER, Rarer

HARD = ("deny", "return", "review")
DRAWS = 4_000
"""Clean claims tried at most for the examples of one class."""


@dataclass
class Example:
    """One thing to look at: the claim, and what was said about it."""

    claim: Claim
    said: tuple[str, ...]


@dataclass
class Score:
    """The result of one class.

    `caught` = an expected rule at the right line; `off_file` = a rule that encodes the error says that nothing is on file for the
    date; `advised` = only advice, where more was due; `open` = a fact is said to be missing; `missed` = none of these.
    `explained` and `unexplained` count the findings of severity deny, return or review.
    """

    error: Error
    covered: bool
    caught: int = 0
    off_file: int = 0
    advised: int = 0
    open: int = 0
    missed: int = 0
    explained: int = 0
    unexplained: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    surprises: Counter[str] = field(default_factory=Counter)
    misses: list[Example] = field(default_factory=list)

    @property
    def claims(self) -> int:
        """How many claims carried the error."""
        return self.caught + self.off_file + self.advised + self.open + self.missed

    @property
    def claimed(self) -> int:
        """How many of them the pack claims to cover: not those on dates for which it says that nothing is on file."""
        return self.claims - self.off_file


@dataclass
class Clean:
    """The result of the clean claims of one setting: claims, claims with a finding, findings, advice, verdicts."""

    claims: int = 0
    alarmed: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    advice: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)


@lru_cache(maxsize=DRAWS)
def _base(number: int, seed: int) -> Claim:
    """A clean claim to put errors into; each serves many classes."""
    return clean(number, seed)


def seeded(error: Error, number: int, seed: int = 2026) -> list[Seeded]:
    """Claims with the error, at most `number`: the first clean claims that have a place for it."""
    found: list[Seeded] = []
    for draw in range(DRAWS):
        claim = _base(draw, seed + 1)
        if error.near_threshold or steady(claim):
            made = error.seed(claim, Random(f"{error.name}/{draw}"))
            if made is not None:
                found.append(made)
                if len(found) == number:
                    break
    return found


def setting(claim: Claim) -> str:
    """The group of clean claims that a claim is reported under."""
    if claim.claim_type == "institutional":
        return "hospital outpatient"
    discipline = {"GP": "PT", "GO": "OT", "GN": "SLP"}[claim.lines[0].modifiers[0]]
    return f"{discipline}, {'telehealth' if claim.place_of_service == '10' else 'practice'}"


class Pack:
    """What the packs on file say they know: what each rule encodes."""

    def __init__(self, book: Book) -> None:
        rules = [rule for pack in (PAYER, "common") for rule in book.pack(pack).rules if rule.status == "active"]
        self._known = [(rule.id, {rule.id, *rule.facts}, rule.topic) for rule in rules]

    def covers(self, error: Error) -> set[str]:
        """The rules that encode one of the facts that make the error an error, under a topic expected of it."""
        return {rule for rule, names, topic in self._known if names.intersection(error.facts) and topic in error.topics}


def errors(book: Book, number: int) -> list[Score]:
    """The score of every class, `number` claims each."""
    pack = Pack(book)
    return [_score(book, pack, error, number) for error in classes()]


def _score(book: Book, pack: Pack, error: Error, number: int) -> Score:
    own = pack.covers(error)
    score = Score(error, bool(own))
    for made in seeded(error, number):
        report = book.check(made.claim)
        wanted = (*HARD, "advice") if error.advice else HARD
        right = [
            finding
            for finding in report.findings
            if finding.topic in error.topics and finding.severity in wanted and (made.lines is None or finding.line in (*made.lines, None))
        ]
        score.rules.update({finding.rule for finding in right})
        for finding in report.findings:
            if finding.severity in HARD:
                known = finding.topic in (*error.topics, *error.also)
                score.explained += known
                score.unexplained += not known
                if not known:
                    score.surprises[finding.rule] += 1
        asked = any(item.rule in own for item in report.unknown)
        if right or (error.asks and asked):
            score.caught += 1
        elif any(finding.topic in error.topics and finding.severity == "advice" for finding in report.findings):
            score.advised += 1
        elif asked:
            score.open += 1
        elif any(item.rule in own for item in report.not_on_file):
            score.off_file += 1
        else:
            score.missed += 1
            score.misses.append(Example(made.claim, tuple(finding.rule for finding in report.findings)))
    return score


def clean_claims(book: Book, number: int) -> dict[str, Clean]:
    """The score of plain clean claims by setting."""
    scores: dict[str, Clean] = {}
    for claim in map(clean, range(number)):
        _count(book, claim, scores.setdefault(setting(claim), Clean()))
    return dict(sorted(scores.items()))


def rarer_claims(book: Book, number: int) -> dict[str, Clean]:
    """The score of less usual clean claims, at most `number` of each way."""
    return {way.name: _rarer(book, way, number) for way in RARER}


def unusual(way: Rarer, number: int, seed: int = 2026) -> list[Claim]:
    """Clean claims of a less usual way, at most `number`."""
    made = (way.make(_base(draw, seed + 1), Random(f"{way.name}/{draw}")) for draw in range(DRAWS))
    return list(islice((claim for claim in made if claim is not None), number))


def _rarer(book: Book, way: Rarer, number: int) -> Clean:
    score = Clean()
    for claim in unusual(way, number):
        _count(book, claim, score)
    return score


def _count(book: Book, claim: Claim, score: Clean) -> None:
    report = book.check(claim)
    hard = [finding for finding in report.findings if finding.severity in HARD]
    score.claims += 1
    score.alarmed += bool(hard)
    score.findings.update(finding.rule for finding in hard)
    score.advice.update(finding.rule for finding in report.findings if finding.severity == "advice")
    score.verdicts[report.verdict] += 1
    if hard:
        score.examples.append(Example(claim, tuple(f"{finding.rule}: {finding.message}" for finding in hard)))


def as_json(example: Example) -> str:
    """An example as claim JSON on one line, to be checked alone."""
    return msgspec.json.encode(example.claim).decode()
