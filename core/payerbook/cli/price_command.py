"""What the payer is expected to allow and to pay for each line of a claim, with the arithmetic; - is standard input.

The amounts of a place need its locality: --locality, or the billing provider's state when it has only one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec

from payerbook.answers.priced import PriceAnswer, PricedLine
from payerbook.cli import NOTICE, asking, options
from payerbook.cli.style import count, fold, paint
from payerbook.errors import Problem, UsageError
from payerbook.formats.base import Read
from payerbook.formats.detect import open_claims


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="CLAIM", help="a file of claims; - is standard input")
    parser.add_argument("--payer", metavar="ID", help="go by this payer, whatever the claims say")
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--locality", metavar="PLACE", help="payment locality: STATE, STATE/LOCALITY or CONTRACTOR/LOCALITY (OR/01, 02302/01)"
    )
    place.add_argument("--national", action="store_true", help="national amounts: all price indices 1")
    options.add_known_on(parser)
    options.add_json(parser)
    options.add_policies(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 2 when something could not be read; 3 when a pack did not load. With --json one answer a line."""
    book = options.load(arguments)
    payer = book.payer(arguments.payer).id if arguments.payer else None
    unread = False
    for item in _items(arguments.file):
        if isinstance(item, Problem):
            print(item, file=sys.stderr)
            unread = True
            continue
        answer = book.price(item.claim, locality=arguments.locality, national=arguments.national, known_on=arguments.known_on, payer=payer)
        print(msgspec.json.encode(answer).decode() if arguments.json else "\n".join(_lines(answer)))
    if not arguments.json:
        print(paint(NOTICE, "dim"))
    return options.warn_not_loaded(book) or (2 if unread else 0)


def _items(name: str) -> Iterator[Read | Problem]:
    if name == "-":
        yield from open_claims(sys.stdin.buffer, "standard input")
        return
    try:
        with Path(name).open("rb") as stream:
            yield from open_claims(stream, name)
    except OSError as error:
        raise UsageError(f"{name} cannot be read ({error.strerror}); check the name.") from None


def _lines(answer: PriceAnswer) -> list[str]:
    lines = [paint(f"Claim {answer.asked.claim_id}, payer {answer.asked.payer}", "bold")]
    for line in answer.lines:
        lines += _line(line)
    if len(answer.lines) > 1:
        lines.append(f"  Total: {_amounts(answer)}")
    lines += [fold(f"Assumed: {text}", "  ", "    ") for text in answer.assumed]
    return [*lines, *asking.source_lines(answer.sources)]


def _line(line: PricedLine) -> list[str]:
    units = count(int(line.units), "unit") if line.units == int(line.units) else f"{line.units} units"
    lines = [f"  Line {line.line}: {paint(line.code, 'bold')} on {line.service_date}, {units}: {_amounts(line)}"]
    lines += [fold(f"{step.amount:>10,.2f}  {step.what} ({step.rule})", "    ", " " * 16) for step in line.steps]
    return lines + asking.unknown_lines(line.unknown)


def _amounts(of: PricedLine | PriceAnswer) -> str:
    return f"allowed {_money(of.expected_allowed)}, paid {_money(of.expected_paid)}, patient {_money(of.patient)}"


def _money(amount: Decimal | None) -> str:
    return "unknown" if amount is None else f"${amount:,.2f}"
