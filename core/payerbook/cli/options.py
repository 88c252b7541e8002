"""Options that mean the same in every command, and what is done with them."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, get_args

import payerbook
from payerbook.api import Book
from payerbook.calendar import YEARS
from payerbook.errors import UsageError
from payerbook.policy import Grade


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


_AS_WRITTEN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
"""A date as it is written by hand: month, day, year."""


def day(text: str) -> date:
    """A date argument, YYYY-MM-DD."""
    try:
        found = date.fromisoformat(text)
        if len(text) != 10 or found.year not in YEARS:
            raise ValueError
    except ValueError:
        hint = _AS_WRITTEN.fullmatch(text)
        here = f", here {hint[3]}-{hint[1]:0>2}-{hint[2]:0>2}" if hint is not None else ""
        raise argparse.ArgumentTypeError(f"{text!r} is not a date between {YEARS[0]} and {YEARS[-1]}; write YYYY-MM-DD{here}") from None
    return found


def clock() -> date:
    """Today, in the machine's own time zone. Only commands that answer for today read it."""
    return datetime.now(UTC).astimezone().date()


class _Source(argparse.Action):
    """`--source REF` or `--source REF=SECTION`; each begins a new source."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: str | Sequence[Any] | None, option: str | None = None
    ) -> None:
        ref, _, section = str(values).partition("=")
        namespace.sources = [*namespace.sources, {"ref": ref, **({"section": section} if section else {})}]


class _OfSource(argparse.Action):
    """`--section` and `--grade` say something of the `--source` before them."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: str | Sequence[Any] | None, option: str | None = None
    ) -> None:
        if not namespace.sources:
            parser.error(f"{option} stands after the --source that it belongs to")
        namespace.sources[-1][self.dest] = values


def add_sources(parser: argparse.ArgumentParser) -> None:
    """The sources of a version: `sources` becomes a list of maps with ref, section and grade."""
    parser.add_argument(
        "--source", dest="sources", action=_Source, default=[], metavar="REF[=SECTION]", help="a source of the pack (may be repeated)"
    )
    parser.add_argument("--section", action=_OfSource, help="the passage of the source before it")
    parser.add_argument("--grade", action=_OfSource, choices=get_args(Grade), help="how that passage was read")


def add_no_cache(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-cache", action="store_true", help="work everything out anew, and keep nothing for the next run")


def load(arguments: argparse.Namespace) -> Book:
    """The packs on file, with the folders given by --policies."""
    return payerbook.load(policies=arguments.policies)


def warn_not_loaded(book: Book) -> int:
    """Names what could not be loaded on standard error; gives exit code 3 if anything, else 0."""
    for lost in book.not_loaded:
        print(f"NOT-LOADED: {lost.name}: {lost.reason}", file=sys.stderr)
    return 3 if book.not_loaded else 0
