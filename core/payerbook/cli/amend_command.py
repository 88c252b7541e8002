"""Add a version to a rule from a date on, or change what all its versions share; or record that a pack was compared with its parents.

Shows the change; writes it with --yes or when asked.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from payerbook.cli import options
from payerbook.cli.style import count
from payerbook.errors import UsageError

if TYPE_CHECKING:
    from payerbook.authoring.amend import Amended


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", metavar="RULE", help="id, for example medicare.part-b.kx-threshold; with --recheck also that of a pack")
    parser.add_argument(
        "--recheck", action="store_true", help="you compared the rule, or all of the pack, with the rules of other packs it takes from"
    )
    parser.add_argument("--from", dest="start", type=options.day, metavar="DATE", help="first day of a new version")
    parser.add_argument("--attested", action="store_true", help="no source states the start: DATE is the first day that the source proves")
    parser.add_argument(
        "--to", dest="end", type=options.day, metavar="DATE", help="last day of the new version, or without --from of the last"
    )
    parser.add_argument("--hole", metavar="TEXT", help="nothing is known from DATE on, and why")
    parser.add_argument("--known", type=options.day, metavar="DATE", help="the day the payer published it")
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="what differs, for example buckets.OT.amount=2500.00, when.codes=[97110], effect=review, title=TEXT or status=retired "
        "(may be repeated)",
    )
    options.add_sources(parser)
    parser.add_argument("--changed", metavar="TEXT", help="what changed, in a biller's words")
    parser.add_argument("--dry-run", action="store_true", help="show the change and write nothing")
    parser.add_argument("--yes", action="store_true", help="write without asking")
    options.add_policies(parser)
    options.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 when the change is sound, 1 when it would not lint, 2 for an unknown rule, path or value."""
    from payerbook.authoring.amend import Amendment, amend
    from payerbook.authoring.documents import SourceRef

    _agree(arguments)
    if arguments.recheck:
        return _recheck(arguments)
    amendment = Amendment(
        start=arguments.start,
        settings=[_pair(text) for text in arguments.settings],
        sources=[SourceRef(**source) for source in arguments.sources],
        end=arguments.end,
        known=arguments.known,
        changed=arguments.changed,
        attested=arguments.attested,
        hole=arguments.hole,
    )
    made = amend(arguments.rule, amendment, [Path(folder) for folder in arguments.policies])
    if not arguments.json:
        _show(made)
    written = not made.faults and not arguments.dry_run and (arguments.yes or (not arguments.json and _agreed()))
    if written:
        made.file.write_text(made.after, "utf-8")
    if arguments.json:
        print(msgspec.json.encode({"rule": arguments.rule, **_as_data(made), "written": written}).decode())
    elif made.faults:
        print(f"Not written: {count(len(made.faults), 'fault')} (lines count in the changed file).")
    elif not written:
        print("Not written; --yes writes it.")
    elif made.broken:
        print("Written. Correct the cases that do not hold, or the rule; then run `payerbook test`.")
    else:
        print("Written. Next: `payerbook new case --boundaries`." if arguments.start else "Written.")
    return 1 if made.faults else 0


def _agree(arguments: argparse.Namespace) -> None:
    """Refuses options that say nothing together."""
    changes = ("start", "attested", "end", "hole", "known", "settings", "sources", "changed")
    if arguments.recheck and any(getattr(arguments, name) for name in changes):
        raise UsageError("--recheck records that nothing has to be changed; amend the rule first, then run it alone.")
    if arguments.start is None and any(getattr(arguments, name) for name in ("known", "changed", "attested", "hole")):
        raise UsageError("--known, --attested, --hole and --changed speak of a new version; give --from DATE as well.")
    if arguments.start is None and arguments.sources and arguments.end is None:
        raise UsageError("--source speaks of a new version, or of the end of the last one; give --from DATE, or --to DATE.")
    if arguments.start is not None and not arguments.sources and arguments.hole is None:
        raise UsageError("--source is missing; name the source of the new version, or say with --hole why nothing is known.")


def _recheck(arguments: argparse.Namespace) -> int:
    """Writes the parents.yaml of a pack anew, or what it says of one rule's parents."""
    from payerbook.authoring import parents
    from payerbook.authoring.session import Session

    packs = {one.id: one for one in Session([Path(folder) for folder in arguments.policies]).library.all()}
    rule = None if arguments.rule in packs else arguments.rule
    one = packs.get(arguments.rule if rule is None else rule.rpartition(".")[0])
    if one is None:
        raise UsageError(
            f"There is no pack {arguments.rule} and no pack of such a rule; with --policies DIR folders of your own count too."
        )
    if one.pack is None:
        raise UsageError(f"The pack {one.id} does not compile; run `payerbook lint` first.")
    if rule is not None and not any(rule in taken.children for taken in one.taken.values()):
        raise UsageError(f"{rule} takes nothing from a rule of another pack.")
    made = parents.recheck(one.folder, one.taken, rule)
    if not arguments.json:
        for id, parts in made.changes.items():
            print(f"{id}: {', '.join(parts)}" if id in made.before else f"{id}: recorded for the first time")
    same = made.after == made.before
    written = not same and not arguments.dry_run and (arguments.yes or (not arguments.json and _agreed()))
    if written:
        made.file.write_text(made.after, "utf-8")
    if arguments.json:
        answer = {"pack": one.id, "file": str(made.file), "changes": made.changes, "written": written}
        print(msgspec.json.encode(answer).decode())
    else:
        print("All parents are recorded as they are." if same else "Written." if written else "Not written; --yes writes it.")
    return 0


def _show(made: Amended) -> None:
    print(made.diff(), end="")
    for fault in made.faults:
        print(fault.text(Path.cwd()))
    for case in made.broken:
        print(f"{case.id} no longer holds")
        for text in case.faults:
            print(f"  {case.file}:{case.line}: {text}")
    if made.cases:
        print(f"With the change {len(made.cases) - len(made.broken)} of {count(len(made.cases), 'case')} hold.")


def _as_data(made: Amended) -> dict[str, Any]:
    faults = [{**fault._asdict(), "file": str(fault.file)} for fault in made.faults]
    broken = [{**case._asdict(), "file": str(case.file), "id": case.id} for case in made.broken]
    return {"file": str(made.file), "diff": made.diff(), "faults": faults, "cases": len(made.cases), "broken": broken}


def _pair(text: str) -> tuple[str, str]:
    path, equals, value = text.partition("=")
    if not equals or not path:
        raise UsageError(f"--set {text}: write PATH=VALUE, for example buckets.OT.amount=2500.00.")
    return path, value


def _agreed() -> bool:
    """Whether somebody at a terminal wants the change written."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return input("Write it? [y/N] ").strip().lower() in ("y", "yes")
