"""One claim in a warm process, against decoding its JSON into typed values: the least that any check has to do."""

from __future__ import annotations

from pathlib import Path

import msgspec
from tests.bench.measure import Row, at_most, calls

import payerbook
from payerbook.claim import Claim

CLAIM = Path(__file__).with_name("claim.json")
REPEAT = 300


def rows() -> list[Row]:
    """The check, and the check with its report written out, of a four-line Medicare claim that carries all facts."""
    book = payerbook.load(["common", "medicare", "ncci"])
    data = msgspec.json.format(CLAIM.read_bytes(), indent=-1)
    decoder = msgspec.json.Decoder(Claim)
    claim = decoder.decode(data)
    report = book.check(claim)
    ran = report.passed + len({item.rule for item in (*report.findings, *report.resolved, *report.unknown, *report.not_on_file)})
    rules = ran + report.not_applicable
    best = calls(
        {
            "decode": lambda: decoder.decode(data),
            "check": lambda: book.check(claim),
            "report": lambda: book.check(claim).json(),
        },
        REPEAT,
    )
    return [
        at_most(f"check a claim in memory ({ran} of {rules} rules apply) / decode its JSON", best["decode"], best["check"], 8),
        at_most("the same, with the report as JSON / decode its JSON", best["decode"], best["report"]),
    ]
