"""Prints the report of each claim of a JSON Lines file, one a line; run by CPython and by Pyodide, which must agree to the byte."""

import sys

import msgspec
import payerbook
from payerbook.claim import Claim

book = payerbook.load()
claims = msgspec.json.Decoder(Claim).decode_lines(open(sys.argv[1], "rb").read())
for report in book.check_many(claims):
    print(report.json().decode())
print(*sys.modules, file=sys.stderr)
