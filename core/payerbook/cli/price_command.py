"""What the payer is expected to allow and to pay for each line of a claim, with the arithmetic; - is standard input.

The amounts of a place need its locality: --locality, or the billing provider's state when it has only one.
"""

from __future__ import annotations

import argparse
from decimal import Decimal

from payerbook.answers.priced import PriceAnswer, PricedLine
from payerbook.claim import Claim
from payerbook.cli import asking, claims, options
from payerbook.cli.style import count, fold, paint


def add_arguments(parser: argparse.ArgumentParser) -> None:
    claims.add_claims(parser)
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--locality", metavar="PLACE", help="payment locality: STATE, STATE/LOCALITY or CONTRACTOR/LOCALITY (OR/01, 02302/01)"
    )
    place.add_argument("--national", action="store_true", help="national amounts: all price indices 1")


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 2 when something could not be read or its payer is not on file; 3 when a pack did not load. With --json one answer a line."""
    book = options.load(arguments)

    def ask(claim: Claim, payer: str | None) -> PriceAnswer:
        return book.price(claim, locality=arguments.locality, national=arguments.national, known_on=arguments.known_on, payer=payer)

    return claims.answer_each(arguments, book, ask, _lines)


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
