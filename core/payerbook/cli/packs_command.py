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
from payerbook.cli import NOTICE, due_output, holes_output, options
from payerbook.cli.style import count, fold, paint
from payerbook.engine import lifecycle
from payerbook.engine.render import cite
from payerbook.engine.selection import GRADES
from payerbook.errors import UsageError
from payerbook.policy import PackHead


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("payer", nargs="?", metavar="PAYER", help="only this pack")
    parser.add_argument("--holes", action="store_true", help="topics with and without rules, what is known to be missing, and totals")
    parser.add_argument("--coverage", action="store_true", help="list every researched fact and the rule, table, page or hole it went to")
    parser.add_argument("--due", action="store_true", help="list the sources that have to be read again, with the rules under them")
    parser.add_argument("--today", type=options.day, metavar="DATE", help="the day that --due (default: today) and --holes count to")
    options.add_json(parser)
    options.add_policies(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 2 for an unknown payer, 3 when a pack or plugin did not load."""
    if arguments.today is not None and not (arguments.due or arguments.holes):
        raise UsageError("--today says on which day sources are due; add --due or --holes.")
    book = options.load(arguments)
    heads = book.packs()
    if arguments.payer:
        heads = (head_of(book, arguments.payer),)
    if arguments.due:
        due_output.show((book.pack(head.id) for head in heads), arguments.today or options.clock(), arguments.json)
        return options.warn_not_loaded(book)
    if arguments.coverage:
        return _coverage(book, heads, arguments.json)
    found = [describe(book, head, arguments.today) for head in heads]
    if arguments.json:
        print(as_json(book, found))
        return options.warn_not_loaded(book)
    for pack in found:
        print(f"{paint(pack['id'], 'bold')}  {pack['title']}  {paint('version ' + pack['version'], 'dim')}")
        grades = ", ".join(f"{grade} {number}" for grade, number in pack["grades"].items())
        print(f"  {count(pack['rules'], 'rule')}; best grade of each: {grades or 'none'}; last checked {pack['last_checked'] or 'never'}")
        print(f"  {count(len(pack['holes']), 'known hole')}{_standing(pack['statuses'])}")
        if arguments.holes or arguments.payer:
            print("\n".join(holes_output.lines(pack)))
            print(f"  {_readings(pack['readings'])}")
            print(paint(f"  digest {pack['digest']}", "dim"))
        if pack["extends"]:
            print(
                f"  {pack['inherited']:,} of the rules as they stand in {pack['extends']}; {len(pack['skipped']):,} of its rules left out"
            )
        for gone in pack["skipped"] if arguments.payer else ():
            print(fold(f"without {gone['rule']}: {gone['why']} ({', '.join(source['title'] for source in gone['sources'])})", "    - "))
        for hole in pack["holes"] if arguments.holes or arguments.payer else ():
            print(fold(hole, "    - "))
    if arguments.holes:
        print("\n".join(holes_output.total_lines(holes_output.totals(found))))
    print(paint(NOTICE, "dim"))
    return options.warn_not_loaded(book)


def _standing(statuses: dict[str, int]) -> str:
    """`; 2 draft (not checked), 1 on hold (shown as not checked)`."""
    meaning = {"draft": "not checked", "on-hold": "shown as not checked", "retired": "checked for old dates"}
    words = ", ".join(f"{number} {name} ({meaning[name]})" for name, number in statuses.items())
    return f"; rules: {words}" if words else ""


def _readings(readings: dict[str, int]) -> str:
    """How many versions a second person has read."""
    total = sum(readings.values())
    return f"{readings['twice']:,} of {count(total, 'version')} read by a second person; {readings['unnamed']:,} without a reader's name"


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


def head_of(book: Book, name: str) -> PackHead:
    """The pack with an id, a payer's or not; else that of the payer whose name it is. Raises UsageError when there is none."""
    found = next((head for head in book.packs() if head.id == name), None)
    return found or book.pack(book.payer(name).id).head


def as_json(book: Book, found: list[dict[str, Any]]) -> str:
    """What `packs --json` prints for packs that `describe` gave."""
    lost = msgspec.to_builtins(book.not_loaded)
    answer = {"schema_version": SCHEMA_VERSION, "packs": found, "totals": holes_output.totals(found), "not_loaded": lost}
    return msgspec.json.encode(answer).decode()


def describe(book: Book, head: PackHead, today: date | None) -> dict[str, Any]:
    """A pack as `packs --json` shows it (contract, section 4)."""
    pack = book.pack(head.id)
    rules = pack.rules
    best = Counter(
        min((source.grade for version in rule.versions for source in version.sources), key=GRADES.index, default="none") for rule in rules
    )
    checked = [source.last_checked for rule in rules for version in rule.versions for source in version.sources if source.last_checked]
    starts = [version.start for rule in rules for version in rule.versions]
    holes = [
        *head.holes,
        *(f"{rule.id} from {version.start}: {version.hole}" for rule in rules for version in rule.versions if version.hole),
        *(f"{rule.id} is on hold: {rule.hold}" for rule in rules if rule.hold),
    ]
    oldest: date | None = min(checked, default=None)
    return {
        "id": head.id,
        "title": head.title,
        "version": head.version,
        "digest": head.digest,
        "rules": head.rules,
        "extends": head.extends,
        "inherited": head.inherited,
        "skipped": [{"rule": gone.rule, "why": gone.why, "sources": msgspec.to_builtins(cite(gone.sources))} for gone in head.skipped],
        "grades": {grade: best[grade] for grade in (*GRADES, "none") if best[grade]},
        "last_checked": oldest.isoformat() if oldest else None,
        "holes": holes,
        "statuses": lifecycle.statuses(pack),
        "readings": lifecycle.readings(pack)._asdict(),
        "from": min(starts).isoformat() if starts else None,
        **holes_output.described(pack, today),
    }
