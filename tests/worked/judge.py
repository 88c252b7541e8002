"""Runs the worked cases of payers on file and compares what was found with what the case says would happen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from ruamel.yaml import YAML

import payerbook
from payerbook.api import Book
from payerbook.finding import Report
from worked.adapter import adapt, identify

CASES = Path(__file__).parents[3] / "shared" / "testdata" / "cases.yaml"
ANSWERS = Path(__file__).with_name("answers.yaml")
PROSE = Path(__file__).with_name("prose.yaml")
COMMAND = "PYTHONPATH=core:plugins:tests python -m worked.page"

Why = Literal["missing-fact", "judgment", "other-effect", "not-on-file", "no-rule", "contradicted", "no-pack"]
WORDS: dict[Why, str] = {
    "missing-fact": "a fact that decides is not on the claim",
    "judgment": "decided by a reviewer who reads the record",
    "other-effect": "found, with another effect",
    "not-on-file": "nothing on file reaches back to that date",
    "no-rule": "a known hole of the pack",
    "contradicted": "a better source says otherwise",
    "no-pack": "the payer is not on file, or not told",
}
"""Why a case is not reached, in the words of the list."""


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in the list for one case.

    `hit` is the rule whose finding has the effect that the case states, or `clean`. A miss has `miss`, its reason in words and,
    where one decides, the fact that is missing (`needs`), the rule that is meant (`rule`), or how the hole of the pack that names it
    begins (`hole`).
    """

    hit: str | None = None
    miss: Why | None = None
    reason: str | None = None
    needs: str | None = None
    rule: str | None = None
    hole: str | None = None


class Prose(Answer, frozen=True, forbid_unknown_fields=True):
    """Facts that stand only in the text of a case, as a part of a claim, and what stands in the list when they are laid over it.

    `says` is what the text says, in our words; `assumes` is what was filled in so that it fits the fields.
    """

    says: str = ""
    facts: dict[str, Any] = {}
    assumes: str | None = None


class Judged(NamedTuple):
    """One case with its claim checked. `by` are the rules whose findings have the stated effect; `left_out` words without a field."""

    case: Mapping[str, Any]
    pack: str
    report: Report
    hit: bool
    by: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def id(self) -> str:
        return str(self.case["id"])


def cases() -> list[dict[str, Any]]:
    """All worked cases; none when the folder beside the checkout is absent."""
    return list(YAML(typ="safe").load(CASES)) if CASES.is_file() else []


def answers() -> dict[str, Answer]:
    """The checked-in list, by case."""
    return msgspec.convert(YAML(typ="safe").load(ANSWERS), dict[str, Answer])


def prose() -> dict[str, Prose]:
    """The checked-in facts of the texts, by case."""
    return msgspec.convert(YAML(typ="safe").load(PROSE), dict[str, Prose])


@cache
def judged() -> tuple[Judged, ...]:
    """Every case whose payer is on file, with what its fields say."""
    return tuple(_judge(payerbook.load(), {}))


@cache
def judged_with_prose() -> tuple[Judged, ...]:
    """Every case whose payer is on file, with the facts of its text too."""
    return tuple(_judge(payerbook.load(), {name: one.facts for name, one in prose().items()}))


def _judge(book: Book, more: Mapping[str, Mapping[str, Any]]) -> Iterator[Judged]:
    for case in cases():
        payer = identify(book, case["payer"])
        if payer is None:
            continue
        claim, left_out = adapt(case, payer, more.get(case["id"]))
        report = book.check(claim)
        wanted = case["expected"]["outcome"]
        found = [finding for finding in report.findings if finding.effect != "none"]
        by = tuple(dict.fromkeys(finding.rule for finding in found if finding.effect == wanted))
        yield Judged(case, claim.payer, report, not found if wanted == "clean" else bool(by), by, left_out)


def absent() -> list[Mapping[str, Any]]:
    """Cases whose payer no pack on file answers to."""
    book = payerbook.load()
    return [case for case in cases() if identify(book, case["payer"]) is None]
