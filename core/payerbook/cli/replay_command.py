"""Which of your claims a change of policy touches: each claim is checked under two states of a pack, and what differs is shown.

A side is PACK, FOLDER, REVISION:FOLDER or WHEEL:PACK; with @DATE it is what was known on that day. A day alone is every pack as it
was known then. The table names claims; Markdown names none, so that it can stand in a pull request.
"""

from __future__ import annotations

import argparse
import sys

from payerbook.cli import claims, options
from payerbook.cli.progress import Progress
from payerbook.errors import Problem
from payerbook.formats.detect import open_claims

_SIDE = "PACK, FOLDER, REVISION:FOLDER or WHEEL:PACK, each with an optional @DATE (known on that day), or a day alone"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="CLAIMS", help="a file of claims; - is standard input")
    parser.add_argument("--from", dest="before", required=True, metavar="A", help=_SIDE)
    parser.add_argument("--to", dest="after", required=True, metavar="B", help="the same for the other side")
    parser.add_argument("--payer", metavar="ID", help="go by this payer, whatever the claims say")
    parser.add_argument("--today", type=options.day, metavar="DATE", help="judge how fresh sources are on this day")
    parser.add_argument(
        "--format",
        choices=("text", "table", "markdown", "json"),
        default="text",
        help="words, one line a claim, totals without claims for a pull request, or JSON (default: text)",
    )
    parser.add_argument("--show", type=int, default=20, metavar="N", help="claims that text tells in full (default: 20)")
    options.refuse_on(parser)
    options.add_known_on(parser)
    options.add_json(parser)
    options.add_policies(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 3: a pack did not load; 2: something could not be read; 1: a claim changes for the worse; 0: none does."""
    from payerbook.authoring.replay import Replay, state
    from payerbook.cli.replay_output import make

    book = options.load(arguments)
    before, after = state(book, arguments.before), state(book, arguments.after)
    payer = book.payer(arguments.payer).id if arguments.payer else None
    replay = Replay(book, before, after, known_on=arguments.known_on, today=arguments.today, payer=payer)
    output = make("json" if arguments.json else arguments.format, sys.stdout, replay, before, after, arguments.show)
    failed = False
    for name in arguments.files:
        with claims.opened(name) as (stream, label), Progress(stream, label) as watched:
            for item in claims.enriched(book, open_claims(watched, label)):
                if isinstance(item, Problem):
                    print(item, file=sys.stderr)
                    output.problem(item)
                    failed = True
                    continue
                _, claim, names = item
                change = replay.next(claim, names)
                if change is not None:
                    output.change(change)
    lost = options.warn_not_loaded(book)
    output.close(book.not_loaded)
    return lost or (2 if failed else 1 if replay.directions["worse"] else 0)
