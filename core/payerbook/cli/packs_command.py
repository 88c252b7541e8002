"""The packs on file: title, version, number of rules by grade, when last checked, and what is known to be missing."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from payerbook.api import Book
from payerbook.authoring import register
from payerbook.claim import SCHEMA_VERSION
from payerbook.cli import NOTICE, due_output, options
from payerbook.cli.style import count, fold, paint
from payerbook.engine.selection import GRADES
from payerbook.errors import UsageError
from payerbook.policy import PackHead


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("payer", nargs="?", metavar="PAYER", help="only this pack")
    parser.add_argument("--holes", action="store_true", help="list what is known to be missing")
    parser.add_argument("--coverage", action="store_true", help="list every researched fact and the rule, table, page or hole it went to")
    parser.add_argument("--due", action="store_true", help="list the sources that have to be read again, with the rules under them")
    parser.add_argument("--today", type=options.day, metavar="DATE", help="the day that --due counts to (default: today)")
    options.add_json(parser)
    options.add_policies(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 2 for an unknown payer, 3 when a pack or plugin did not load."""
    if arguments.today is not None and not arguments.due:
        raise UsageError("--today says on which day sources are due; add --due.")
    book = options.load(arguments)
    heads = book.packs()
    if arguments.payer:
        wanted = arguments.payer if any(head.id == arguments.payer for head in heads) else book.payer(arguments.payer).id
        heads = tuple(head for head in heads if head.id == wanted)
    if arguments.due:
        due_output.show((book.pack(head.id) for head in heads), arguments.today or options.clock(), arguments.json)
        return options.warn_not_loaded(book)
    if arguments.coverage:
        return _coverage(book, heads, arguments.json)
    found = [describe(book, head) for head in heads]
    if arguments.json:
        lost = msgspec.to_builtins(book.not_loaded)
        print(msgspec.json.encode({"schema_version": SCHEMA_VERSION, "packs": found, "not_loaded": lost}).decode())
        return options.warn_not_loaded(book)
    for pack in found:
        print(f"{paint(pack['id'], 'bold')}  {pack['title']}  {paint('version ' + pack['version'], 'dim')}")
        grades = ", ".join(f"{grade} {number}" for grade, number in pack["grades"].items())
        print(f"  {count(pack['rules'], 'rule')}; best grade of each: {grades or 'none'}; last checked {pack['last_checked'] or 'never'}")
        print(f"  {count(len(pack['holes']), 'known hole')}")
        for hole in pack["holes"] if arguments.holes or arguments.payer else ():
            print(fold(hole, "    - "))
    print(paint(NOTICE, "dim"))
    return options.warn_not_loaded(book)


def _coverage(book: Book, heads: Sequence[PackHead], json: bool) -> int:
    """Prints where the facts of each pack with a register went."""
    packs = [pack for head in heads if (pack := book.pack(head.id)).register is not None]
    if json:
        found = [register.as_data(pack) for pack in packs]
        print(msgspec.json.encode({"schema_version": SCHEMA_VERSION, "packs": found}).decode())
        return options.warn_not_loaded(book)
    for pack in packs:
        facts = register.coverage(pack)
        numbers = register.totals(facts)
        print(f"{paint(pack.head.id, 'bold')}  {pack.head.title}")
        parts = [f"{numbers[where]} in {where}s" for where in register.WHERE]
        print(f"  {' + '.join(parts)} = {count(numbers['facts'], 'fact')}")
        for where in register.WHERE:
            print(f"  {where}s")
            for fact in facts:
                if fact.where == where:
                    print(fold(f"{fact.fact}: {', '.join(fact.detail)}", "    - "))
    if not packs:
        print("No pack here keeps a register of facts.")
    return options.warn_not_loaded(book)


def describe(book: Book, head: PackHead) -> dict[str, Any]:
    """A pack as `packs --json` shows it (contract, section 4)."""
    rules = book.pack(head.id).rules
    best = Counter(
        min((source.grade for version in rule.versions for source in version.sources), key=GRADES.index, default="none") for rule in rules
    )
    checked = [source.last_checked for rule in rules for version in rule.versions for source in version.sources if source.last_checked]
    starts = [version.start for rule in rules for version in rule.versions]
    holes = [
        *head.holes,
        *(f"{rule.id} from {version.start}: {version.hole}" for rule in rules for version in rule.versions if version.hole),
    ]
    oldest: date | None = min(checked, default=None)
    return {
        "id": head.id,
        "title": head.title,
        "version": head.version,
        "digest": head.digest,
        "rules": head.rules,
        "grades": {grade: best[grade] for grade in (*GRADES, "none") if best[grade]},
        "last_checked": oldest.isoformat() if oldest else None,
        "holes": holes,
        "from": min(starts).isoformat() if starts else None,
    }
