"""What is due when for each claim of a file, and why: filing, certification, reports, appeals; - is standard input."""

from __future__ import annotations

import argparse

from payerbook.answers.questions import Deadline, DeadlinesAnswer
from payerbook.cli import asking, claims, options
from payerbook.cli.style import fold, paint


def add_arguments(parser: argparse.ArgumentParser) -> None:
    claims.add_claims(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 2 when something could not be read; 3 when a pack did not load. With --json one answer a line."""
    book = options.load(arguments)
    return claims.answer_each(arguments, book, lambda claim, payer: book.deadlines(claim, known_on=arguments.known_on, payer=payer), _lines)


def _lines(answer: DeadlinesAnswer) -> list[str]:
    lines = [paint(f"Claim {answer.asked.claim_id}, payer {answer.asked.payer or 'not on file'}", "bold")]
    for one in answer.deadlines:
        lines.append(fold(f"{one.due or 'no day yet'}  {one.what}: {_why(one)} ({one.rule})", "  ", "    "))
    if not answer.deadlines:
        lines.append("  No deadline on file.")
    lines += asking.unknown_lines(answer.unknown)
    lines += asking.contact_lines(answer.contacts)
    return [*lines, *asking.cited(answer.deadlines, answer.unknown)]


def _why(one: Deadline) -> str:
    length = f"{one.days} {one.counted_in.replace('-', ' ')} " if one.days is not None else ""
    start = f" ({one.start})" if one.start is not None else ""
    done = f"; done {one.done_on}" if one.done_on is not None else ""
    needs = f"; needs {', '.join(one.needs)}" if one.needs else ""
    return f"{length}after {one.start_event}{start}{done}{needs}"
