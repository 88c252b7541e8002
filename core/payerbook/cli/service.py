"""Claims that come as data, checked as `payerbook check FILE ...` checks files: for the site's claim checker and for `serve`."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from payerbook.api import Book
from payerbook.cli import claims
from payerbook.cli.checking import checked
from payerbook.cli.fix_output import Workshop
from payerbook.cli.output import JsonOutput, Output, Tally
from payerbook.errors import Problem
from payerbook.formats.base import Form
from payerbook.formats.detect import open_claims
from payerbook.formats.edits import WRITTEN

COUNTED = 250
"""After so many claims it is told how many have gone by."""


class Seen(NamedTuple):
    """A file that went by: its name, how its claims stood in it (None = none could be read), how many there were, and its repairs."""

    name: str
    form: Form | None
    claims: int
    workshop: Workshop | None


def feed(
    book: Book,
    files: Iterable[tuple[str, bytes]],
    output: Output,
    *,
    payer: str | None = None,
    known_on: date | None = None,
    today: date | None = None,
    fix: bool = False,
    counted: Callable[[int], object] | None = None,
) -> list[Seen]:
    """Gives a writer the reports and faults of files, each a name and its bytes, in one run, and closes it.

    `payer` is a pack id or a name and overrides that of the claims; `fix` makes the safe fixes in files of the `WRITTEN` forms
    and checks what comes out; `counted` hears now and then how many claims have gone by.
    Raises UsageError when `payer` means no pack on file or several.
    """
    session = book.run(known_on=known_on, today=today, payer=None if payer is None else book.payer(payer).id)
    seen: list[Seen] = []
    total = 0
    for name, data in files:
        form: Form | None = None
        number = 0
        workshop = Workshop(data) if fix else None
        for item in claims.enriched(book, open_claims(io.BytesIO(data), name)):
            if isinstance(item, Problem):
                output.problem(item)
                continue
            read, claim, names = item
            form = read.form
            number += 1
            total += 1
            changeable = workshop if form in WRITTEN else None
            output.report(*checked(session, read, claim, names, workshop=changeable))
            if counted is not None and total % COUNTED == 0:
                counted(total)
        seen.append(Seen(name, form, number, workshop))
    output.close(book.not_loaded)
    return seen


def exit_code(book: Book, tally: Tally) -> int:
    """What `check` exits with after this."""
    return 3 if book.not_loaded else 2 if tally.errors else 1 if tally.found else 0


def check(
    book: Book, data: bytes, name: str, *, payer: str | None = None, known_on: date | None = None, today: date | None = None
) -> tuple[str, int]:
    """What `payerbook check --json` prints for claims in any format that is read, and its exit code.

    `name` stands for the data in messages; `payer` is a pack id or a name and overrides that of the claims. Claims that cannot be
    read are listed under `errors`. Raises UsageError when `payer` means no pack on file or several.
    """
    tally, out = Tally(), io.StringIO()
    feed(book, [(name, data)], JsonOutput(out, tally), payer=payer, known_on=known_on, today=today)
    return out.getvalue(), exit_code(book, tally)
