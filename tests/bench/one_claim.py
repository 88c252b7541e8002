"""One claim in a warm process, against decoding its JSON into typed values: the least that any check has to do."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec
from tests.bench.measure import Row, at_most, calls

import payerbook
from payerbook.api import Book
from payerbook.claim import Claim

CLAIM = Path(__file__).with_name("claim.json")
REPEAT = 300
GOAL = 8
OTHERS = ("99213", "36415", "71046", "93000")
"""Codes outside therapy, to which few rules apply."""


def rows() -> list[Row]:
    """The check of a four-line Medicare claim that carries all facts, the check with its report written out, and the check of the
    same claim with lines to which few rules apply."""
    book = payerbook.load(["common", "medicare", "ncci"])
    therapy = msgspec.json.decode(CLAIM.read_bytes())
    lines = [{**line, "code": code, "modifiers": [], "units": 1} for line, code in zip(therapy["lines"], OTHERS, strict=True)]
    few = _measure(book, {**therapy, "lines": lines})
    many = _measure(book, therapy)
    return [
        at_most(f"check a claim in memory ({many.rules}) / decode its JSON", many.decode, many.check, GOAL),
        at_most("the same, with the report as JSON / decode its JSON", many.decode, many.report),
        at_most(f"check a claim with other codes ({few.rules}) / decode its JSON", few.decode, few.check, GOAL),
    ]


class _Measured(NamedTuple):
    """Seconds for one claim, and how many rules look at it, in words."""

    rules: str
    decode: float
    check: float
    report: float


def _measure(book: Book, plain: object) -> _Measured:
    data = msgspec.json.encode(plain)
    decoder = msgspec.json.Decoder(Claim)
    claim = decoder.decode(data)
    report = book.check(claim)
    ran = report.passed + len({item.rule for item in (*report.findings, *report.resolved, *report.unknown, *report.not_on_file)})
    best = calls(
        {
            "decode": lambda: decoder.decode(data),
            "check": lambda: book.check(claim),
            "report": lambda: book.check(claim).json(),
        },
        REPEAT,
    )
    return _Measured(f"{ran} of {ran + report.not_applicable} rules apply", **best)
