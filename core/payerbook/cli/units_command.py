"""Minutes of direct contact to billable units, by the payer's own counting method, with the arithmetic.

CODE=MINUTES for each code of one patient, one day and one discipline (a code given twice is added);
FIRST+ADDON=MINUTES where further units have another code.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import get_args

import msgspec

from payerbook.api import Book
from payerbook.claim import SCHEMA_VERSION
from payerbook.cli import NOTICE, options
from payerbook.cli.style import count, fold, paint
from payerbook.errors import UsageError
from payerbook.units import Count, Method


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("payer", metavar="PAYER", help="pack id or name of the payer")
    parser.add_argument("minutes", nargs="+", metavar="CODE=MINUTES")
    parser.add_argument("--method", choices=get_args(Method), help="count by this method, whatever the payer uses")
    options.add_on(parser)
    options.add_json(parser)
    options.add_policies(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 2 for a payer, code or number that cannot be used."""
    book = options.load(arguments)
    head = book.payer(arguments.payer)
    answer = count_units(book, head.id, arguments.minutes, arguments.method, arguments.on)
    if arguments.json:
        print(as_json(answer, head.id, arguments.minutes, arguments.method, arguments.on))
        return options.warn_not_loaded(book)
    for code, number in answer.units.items():
        print(f"{paint(code, 'bold')}  {count(number, 'unit')}")
    print(f"Total {count(answer.total, 'unit')}, {answer.timed_total} timed ({answer.method} method, {head.title})")
    for step in answer.steps:
        print(fold(step, "  "))
    for other in answer.alternatives:
        print(fold("or " + ", ".join(f"{code} {number}" for code, number in other.items()), "  "))
    print(paint(NOTICE, "dim"))
    return options.warn_not_loaded(book)


def count_units(book: Book, payer: str, given: Sequence[str], method: Method | None, on: date | None) -> Count:
    """The units of CODE=MINUTES texts; without a day those of today. Raises UsageError for a text that cannot be read."""
    minutes: Counter[str] = Counter()
    for code, number in map(_minutes, given):
        minutes[code] += number
    return book.units(payer, minutes, method=method, on=on or options.clock())


def as_json(answer: Count, payer: str, given: Sequence[str], method: Method | None, on: date | None) -> str:
    """What `units --json` prints."""
    asked = {"question": "units", "payer": payer, "minutes": given, "on": on, "method": method}
    return msgspec.json.encode({"schema_version": SCHEMA_VERSION, "asked": asked, **msgspec.to_builtins(answer)}).decode()


def _minutes(text: str) -> tuple[str, int]:
    code, equals, number = text.partition("=")
    if not equals or not all(code.split("+")) or not (number.isascii() and number.isdigit()) or len(number) > 4:
        raise UsageError(f"{text!r} is not CODE=MINUTES; write for example 97110=24 (whole minutes).")
    return code.upper(), int(number)
