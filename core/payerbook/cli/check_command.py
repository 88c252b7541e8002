"""Check claims against the payer's rules before they are sent: 837P, 837I, claim JSON or JSON Lines; - is standard input."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from payerbook.api import BATCH, Book, Run
from payerbook.cli import options
from payerbook.cli.output import Output, Tally, make
from payerbook.cli.progress import Progress
from payerbook.errors import Problem, UsageError
from payerbook.finding import Location
from payerbook.formats.base import Read, Reader, Spot
from payerbook.formats.detect import open_claims

STRICT = {"claim": ("claim", "table"), "record": ("claim", "table", "record"), "chart": ("claim", "table", "record", "chart")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="a file of claims; - is standard input")
    parser.add_argument("--payer", metavar="ID", help="check against this payer, whatever the claims say")
    parser.add_argument(
        "--today", type=options.day, metavar="DATE", help="judge how fresh sources are, and file claims that carry no date, on this day"
    )
    parser.add_argument("--format", choices=("text", "json", "jsonl"), default="text", help="what to print (default: text)")
    parser.add_argument("--json", action="store_const", const="json", dest="format", help="the same as --format json")
    parser.add_argument("--history", metavar="FILE", help="earlier claims of the patients, as JSON Lines")
    parser.add_argument("--from", dest="reader", metavar="NAME", help="read with a plugin's reader instead of recognising the format")
    parser.add_argument(
        "--strict",
        nargs="?",
        const="claim",
        choices=tuple(STRICT),
        help="exit 1 also when a check of this evidence could not be answered (claim, record, chart; default claim)",
    )
    parser.add_argument("--on", type=options.day, help=argparse.SUPPRESS)
    options.add_known_on(parser)
    options.add_policies(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 3: a pack did not load; 2: something could not be read; 1: a finding; 0: none."""
    options.refuse_on(arguments)
    book = options.load(arguments)
    payer = book.payer(arguments.payer).id if arguments.payer else None
    session = book.run(known_on=arguments.known_on, today=arguments.today, payer=payer)
    reader = _reader(book, arguments.reader)
    tally = Tally()
    output = make(arguments.format, sys.stdout, tally, book)
    if arguments.history:
        _remember(session, arguments.history, output)
    for name in arguments.files:
        _check_file(name, reader, book, session, output)
    lost = options.warn_not_loaded(book)
    output.close(book.not_loaded)
    return lost or (2 if tally.errors else 1 if tally.found or _unanswered(arguments.strict, tally) else 0)


def _reader(book: Book, name: str | None) -> Reader:
    if name is None:
        return open_claims
    readers = book.formats()
    if name not in readers:
        raise UsageError(f"No plugin brings a reader called {name!r}; known: {', '.join(sorted(readers)) or 'none'}.")
    reader: Reader = readers[name]
    return reader


def _check_file(name: str, reader: Reader, book: Book, session: Run, output: Output) -> None:
    with _open(name) as (stream, label), Progress(stream, label) as watched:
        items = reader(watched, label)
        while batch := list(islice(items, BATCH)):
            enriched = iter(book.enrich([item.claim for item in batch if isinstance(item, Read)]))
            for item in batch:
                if isinstance(item, Problem):
                    output.problem(item)
                    continue
                claim, names = next(enriched)
                output.report(session.check(claim, Locator(item.file, item.spot, item.line_spots), names), claim)


@contextmanager
def _open(name: str) -> Iterator[tuple[BinaryIO, str]]:
    """The bytes of a file (or of standard input) and its name; an unreadable file is a usage error."""
    if name == "-":
        yield sys.stdin.buffer, "standard input"
        return
    try:
        with Path(name).open("rb") as stream:
            yield stream, name
    except OSError as error:
        raise UsageError(f"{name} cannot be read ({error.strerror}); check the name.") from None


class Locator:
    """Where a line (or, for None, the claim) stands in its file."""

    __slots__ = ("_file", "_lines", "_spot")

    def __init__(self, file: str, spot: Spot, lines: tuple[Spot, ...]) -> None:
        self._file = file
        self._spot = spot
        self._lines = lines

    def __call__(self, index: int | None) -> Location:
        spot = self._spot if index is None or index >= len(self._lines) else self._lines[index]
        return Location(self._file, spot.segment, spot.line, spot.byte)


def _remember(session: Run, name: str, output: Output) -> None:
    from payerbook.claim import Claim
    from payerbook.formats.claim_json import read_history

    with _open(name) as (stream, label):
        for item in read_history(stream, label):
            if isinstance(item, Problem):
                output.problem(item)
            elif isinstance(item, Claim):
                session.remember(item)
            else:
                raise UsageError(f"{label}: a history item names no patient; for check, give earlier claims, one a line.")


def _unanswered(strict: str | None, tally: Tally) -> bool:
    return strict is not None and any(tally.open_evidence[evidence] for evidence in STRICT[strict])
