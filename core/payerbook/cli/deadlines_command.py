"""What is due when for each claim of a file, and why: filing, certification, reports, appeals; - is standard input."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from payerbook.answers.questions import Deadline, DeadlinesAnswer
from payerbook.cli import NOTICE, asking, options
from payerbook.cli.style import fold, paint
from payerbook.errors import Problem, UsageError
from payerbook.formats.base import Read
from payerbook.formats.detect import open_claims


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="CLAIM", help="a file of claims; - is standard input")
    parser.add_argument("--payer", metavar="ID", help="go by this payer, whatever the claims say")
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
        answer = book.deadlines(item.claim, known_on=arguments.known_on, payer=payer)
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


def _lines(answer: DeadlinesAnswer) -> list[str]:
    lines = [paint(f"Claim {answer.asked.claim_id}, payer {answer.asked.payer or 'not on file'}", "bold")]
    for one in answer.deadlines:
        lines.append(fold(f"{one.due or 'no day yet'}  {one.what}: {_why(one)} ({one.rule})", "  ", "    "))
    if not answer.deadlines:
        lines.append("  No deadline on file.")
    lines += asking.unknown_lines(answer.unknown)
    return [*lines, *asking.source_lines(source for one in answer.deadlines for source in one.sources)]


def _why(one: Deadline) -> str:
    length = f"{one.days} {one.counted_in.replace('-', ' ')} " if one.days is not None else ""
    start = f" ({one.start})" if one.start is not None else ""
    done = f"; done {one.done_on}" if one.done_on is not None else ""
    needs = f"; needs {', '.join(one.needs)}" if one.needs else ""
    return f"{length}after {one.start_event}{start}{done}{needs}"
