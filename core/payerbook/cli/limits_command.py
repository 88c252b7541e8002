"""Every limit of a code on a day: how many, in which window, how many are used and left, and when the next is allowed."""

from __future__ import annotations

import argparse

from payerbook.answers.questions import LimitsAnswer
from payerbook.cli import NOTICE, asking
from payerbook.cli.style import count, paint


def add_arguments(parser: argparse.ArgumentParser) -> None:
    asking.add_question(parser)
    asking.add_patient(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 2 for a payer or file that cannot be used; 3 when a pack did not load."""
    return asking.respond(arguments, lambda book: book.limits, _lines)


def _lines(answer: LimitsAnswer, payer: str) -> list[str]:
    none = "Not known yet" if answer.unknown else "No limit on file"
    said = count(len(answer.limits), "limit") if answer.limits else none
    lines = [asking.headline(answer.asked.code, answer.asked.on, payer, said)]
    lines += asking.limit_lines(answer.limits)
    lines += asking.unknown_lines(answer.unknown)
    lines += asking.cited(answer.limits, answer.unknown)
    return [*lines, paint(NOTICE, "dim")]
