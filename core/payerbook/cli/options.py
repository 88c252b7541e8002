"""Options that mean the same in every command, and what is done with them."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime

import payerbook
from payerbook.api import Book
from payerbook.calendar import YEARS
from payerbook.errors import UsageError


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_policies(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--policies", action="append", default=[], metavar="DIR", help="a further folder of packs (may be repeated)")


def add_known_on(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--known-on", type=day, metavar="DATE", help="use only what was published by this day")


def add_on(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--on", type=day, metavar="DATE", help="date of service of the question (default: today)")


def refuse_on(parser: argparse.ArgumentParser) -> None:
    """`--on` has no meaning where the lines of a claim carry their own dates; the refusal says what to use instead."""
    parser.add_argument("--on", type=_no_day, help=argparse.SUPPRESS)


def _no_day(text: str) -> date:
    raise UsageError("There is no --on for claims: every line carries its own date of service. Use --known-on for what was known.")


def day(text: str) -> date:
    """A date argument, YYYY-MM-DD."""
    try:
        found = date.fromisoformat(text)
        if len(text) != 10 or found.year not in YEARS:
            raise ValueError
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date between {YEARS[0]} and {YEARS[-1]}; write YYYY-MM-DD") from None
    return found


def clock() -> date:
    """Today, in the machine's own time zone. Only commands that answer for today read it."""
    return datetime.now(UTC).astimezone().date()


def load(arguments: argparse.Namespace) -> Book:
    """The packs on file, with the folders given by --policies."""
    return payerbook.load(policies=arguments.policies)


def warn_not_loaded(book: Book) -> int:
    """Names what could not be loaded on standard error; gives exit code 3 if anything, else 0."""
    for lost in book.not_loaded:
        print(f"NOT-LOADED: {lost.name}: {lost.reason}", file=sys.stderr)
    return 3 if book.not_loaded else 0
