"""What the claim checker of the site and `serve` answer with: the same words as the commands, for what comes as data."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import msgspec

import payerbook
from payerbook.api import Book
from payerbook.cli import claims
from payerbook.cli.output import JsonOutput, More, Tally
from payerbook.cli.text_output import action
from payerbook.errors import PayerbookError, Problem
from payerbook.formats.detect import open_claims


def check(
    book: Book, data: bytes, name: str, *, payer: str | None = None, known_on: date | None = None, today: date | None = None
) -> tuple[str, int]:
    """What `payerbook check --json` prints for claims in any format that is read, and its exit code.

    `name` stands for the data in messages; `payer` is a pack id or a name and overrides that of the claims. Claims that cannot be
    read are listed under `errors`. Raises UsageError when `payer` means no pack on file or several.
    """
    tally, out = Tally(), io.StringIO()
    output = JsonOutput(out, tally)
    session = book.run(known_on=known_on, today=today, payer=None if payer is None else book.payer(payer).id)
    for item in claims.enriched(book, open_claims(io.BytesIO(data), name)):
        if isinstance(item, Problem):
            output.problem(item)
        else:
            read, claim, names = item
            output.report(session.check(claim, claims.Locator(read.file, read.spot, read.line_spots), names), claim, More())
    output.close(book.not_loaded)
    return out.getvalue(), 3 if book.not_loaded else 2 if tally.errors else 1 if tally.found else 0


class Checker:
    """The engine as the site's claim checker holds it: bytes and texts in, JSON out."""

    def __init__(self) -> None:
        self._book = payerbook.load()

    def check(self, data: bytes, name: str, payer: str | None, today: str | None) -> str:
        """The answer of `check` with words for the rules and fixes it names, or `refused`: what is wrong with the question."""
        try:
            found, code = check(self._book, data, name, payer=payer, today=None if today is None else date.fromisoformat(today))
        except PayerbookError as error:
            return msgspec.json.encode({"refused": str(error)}).decode()
        answer: dict[str, Any] = msgspec.json.decode(found)
        rules = {item["rule"] for report in answer["reports"] for part in LISTED for item in report[part]}
        fixes = [fix for report in answer["reports"] for item in report["findings"] for fix in item["fixes"]]
        words = {
            "titles": {rule: self._book.title(rule) for rule in sorted(rules)},
            "actions": {f"{fix['action']} {fix['value']}": action(fix["action"], fix["value"]) for fix in fixes},
        }
        return f'{{"exit": {code}, "words": {msgspec.json.encode(words).decode()}, "answer": {found}}}'


LISTED = ("findings", "resolved", "unknown", "not_on_file")
"""The parts of a report that name rules."""
