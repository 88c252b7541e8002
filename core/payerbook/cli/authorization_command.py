"""Is prior authorization needed for a code, what is sent, by when, and how long does it hold."""

from __future__ import annotations

import argparse

from payerbook.answers import words
from payerbook.answers.questions import AuthorizationAnswer, PermissionAnswer
from payerbook.cli import NOTICE, asking
from payerbook.cli.coverage_command import AUTHORIZATION
from payerbook.cli.style import fold, paint


def add_arguments(parser: argparse.ArgumentParser) -> None:
    asking.add_question(parser)
    asking.add_patient(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 2 for a payer that cannot be used; 3 when a pack did not load."""
    return asking.respond(arguments, lambda book: book.authorization, _lines)


def _lines(answer: AuthorizationAnswer, payer: str) -> list[str]:
    found = answer.authorization
    said = "Nothing to ask for: the code is not covered" if found is None else f"Prior authorization: {AUTHORIZATION[found.needed]}"
    lines = [asking.headline(answer.asked.code, answer.asked.on, payer, said)]
    if found is not None:
        lines += _permission(found)
        lines += asking.contact_lines(answer.contacts)
    lines += asking.unknown_lines(answer.unknown)
    lines += asking.cited(() if found is None else (found,), answer.unknown)
    return [*lines, paint(NOTICE, "dim")]


def _permission(found: PermissionAnswer) -> list[str]:
    said = {**words.permission(found), **({} if found.rule is None else {"Rule": found.rule})}
    return [fold(value, f"  {name}: ", "    ") for name, value in said.items()]
