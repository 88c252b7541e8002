"""Prints the report of each claim of a JSON Lines file, one a line; run by CPython and by Pyodide, which must agree to the byte."""

import sys
from pathlib import Path

import msgspec

import payerbook
from payerbook.claim import Claim

book = payerbook.load()
claims = msgspec.json.Decoder(Claim).decode_lines(Path(sys.argv[1]).read_bytes())
for report in book.check_many(claims):
    print(report.json().decode())
print(*sys.modules, file=sys.stderr)
