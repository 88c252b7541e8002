"""Files of claims on the command line: opening them, and the commands that answer one question for each claim."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from payerbook.api import BATCH, Book
from payerbook.claim import Claim
from payerbook.cli import NOTICE, options
from payerbook.cli.style import paint
from payerbook.errors import Problem, UsageError
from payerbook.finding import Location
from payerbook.formats.base import Read, Spot
from payerbook.formats.detect import open_claims

Answer = TypeVar("Answer", bound=msgspec.Struct)


def add_claims(parser: argparse.ArgumentParser) -> None:
    """The file, the payer, and the options that every question about claims takes."""
    parser.add_argument("file", metavar="CLAIM", help="a file of claims; - is standard input")
    parser.add_argument("--payer", metavar="ID", help="go by this payer, whatever the claims say")
    options.refuse_on(parser)
    options.add_known_on(parser)
    options.add_json(parser)
    options.add_policies(parser)


def answer_each(
    arguments: argparse.Namespace, book: Book, ask: Callable[[Claim, str | None], Answer], lines: Callable[[Answer], list[str]]
) -> int:
    """Prints the answer of `ask(claim, payer)` for each claim of the file: as `lines`, or with --json one answer a line.

    A claim that cannot be read or answered is named on standard error and does not stop the others. Gives exit 0; 2 when there was
    such a claim; 3 when a pack did not load.
    """
    payer = book.payer(arguments.payer).id if arguments.payer else None
    failed = False
    with opened(arguments.file) as (stream, label):
        for answer in answers(stream, label, lambda claim: ask(claim, payer)):
            if isinstance(answer, Problem):
                print(f"USAGE: {answer.message}" if answer.code == "USAGE" else answer, file=sys.stderr)
                failed = True
            else:
                print(msgspec.json.encode(answer).decode() if arguments.json else "\n".join(lines(answer)))
    if not arguments.json:
        print(paint(NOTICE, "dim"))
    return options.warn_not_loaded(book) or (2 if failed else 0)


def answers(stream: BinaryIO, label: str, ask: Callable[[Claim], Answer]) -> Iterator[Problem | Answer]:
    """The answer for each claim of a stream called `label`, and a problem for each that cannot be read or (`USAGE`) answered."""
    for item in open_claims(stream, label):
        if isinstance(item, Problem):
            yield item
            continue
        try:
            yield ask(item.claim)
        except UsageError as error:
            yield Problem("USAGE", str(error), "", label, claim_id=item.claim.claim_id)


def enriched(book: Book, items: Iterable[Problem | Read]) -> Iterator[Problem | tuple[Read, Claim, tuple[str, ...]]]:
    """What a reader gives, with what plugins know of each claim and their names; plugins are asked in batches."""
    stream = iter(items)
    while batch := list(islice(stream, BATCH)):
        more = iter(book.enrich([item.claim for item in batch if isinstance(item, Read)]))
        for item in batch:
            yield item if isinstance(item, Problem) else (item, *next(more))


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


@contextmanager
def opened(name: str) -> Iterator[tuple[BinaryIO, str]]:
    """The bytes of a file (of standard input for `-`) and its name for messages. Raises UsageError when it cannot be read."""
    if name == "-":
        yield sys.stdin.buffer, "standard input"
        return
    with _readable(name) as stream:
        yield stream, name


def _readable(name: str) -> BinaryIO:
    if Path(name).is_dir():
        raise UsageError(f"{name} is a folder and cannot be read as a file; name the files in it, for example {Path(name) / '*.x12'}.")
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise UsageError(f"{name} cannot be read ({error.strerror}); check the name.") from None
