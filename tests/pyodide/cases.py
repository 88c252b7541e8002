"""Prints a digest of the report of each case of a file, one a line; run by CPython and by Pyodide, which must agree."""

import hashlib
import sys
from datetime import date
from pathlib import Path

import msgspec

import payerbook
from payerbook.claim import Claim


class Case(msgspec.Struct):
    """A written case of a rule: the claim, those before it, and what the question says."""

    id: str
    claim: Claim
    before: tuple[Claim, ...] = ()
    known_on: date | None = None
    today: date | None = None


book = payerbook.load()
for case in msgspec.json.Decoder(Case).decode_lines(Path(sys.argv[1]).read_bytes()):
    run = book.run(known_on=case.known_on, today=case.today)
    for claim in case.before:
        run.remember(claim)
    print(case.id, hashlib.sha256(run.check(case.claim).json()).hexdigest())
