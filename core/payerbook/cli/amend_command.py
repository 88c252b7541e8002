"""Add a version to a rule from a date on. Shows the change first; writes it with --yes, or when you say so on a terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import msgspec

from payerbook.cli import options
from payerbook.cli.style import count
from payerbook.errors import UsageError
from payerbook.policy import Grade


class _OfSource(argparse.Action):
    """`--section` and `--grade` say something of the `--source` before them."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: str | Sequence[Any] | None, option: str | None = None
    ) -> None:
        sources = namespace.sources
        if not sources:
            parser.error(f"{option} stands after the --source that it belongs to")
        sources[-1][self.dest] = values


class _Source(argparse.Action):
    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: str | Sequence[Any] | None, option: str | None = None
    ) -> None:
        namespace.sources = [*(namespace.sources or []), {"ref": values}]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", metavar="RULE", help="id, for example medicare.part-b.kx-threshold")
    parser.add_argument("--from", dest="start", type=options.day, required=True, metavar="DATE", help="first day of the new version")
    parser.add_argument("--attested", action="store_true", help="no source states the start: DATE is the first day that the source proves")
    parser.add_argument("--to", dest="end", type=options.day, metavar="DATE", help="last day (default: until the next version)")
    parser.add_argument("--known", type=options.day, metavar="DATE", help="the day the payer published it")
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="a setting that differs, for example buckets.OT.amount=2500.00, when.codes=[97110] or effect=review (may be repeated)",
    )
    parser.add_argument("--source", dest="sources", action=_Source, required=True, metavar="REF", help="a source of sources.yaml")
    parser.add_argument("--section", action=_OfSource, help="the passage of the source before it")
    parser.add_argument("--grade", action=_OfSource, choices=get_args(Grade), help="how that passage was read")
    parser.add_argument("--changed", metavar="TEXT", help="what changed, in a biller's words")
    parser.add_argument("--dry-run", action="store_true", help="show the change and write nothing")
    parser.add_argument("--yes", action="store_true", help="write without asking")
    options.add_policies(parser)
    options.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 when the change is sound, 1 when it would not lint, 2 for an unknown rule, path or value."""
    from payerbook.authoring.amend import Amendment, Cited, amend

    amendment = Amendment(
        start=arguments.start,
        settings=[_pair(text) for text in arguments.settings],
        sources=[Cited(**source) for source in arguments.sources],
        end=arguments.end,
        known=arguments.known,
        changed=arguments.changed,
        attested=arguments.attested,
    )
    made = amend(arguments.rule, amendment, [Path(folder) for folder in arguments.policies])
    if not arguments.json:
        print(made.diff(), end="")
        for fault in made.faults:
            print(fault.text(Path.cwd()))
    written = not made.faults and not arguments.dry_run and (arguments.yes or (not arguments.json and _agreed()))
    if written:
        made.file.write_text(made.after, "utf-8")
    if arguments.json:
        faults = [{**fault._asdict(), "file": str(fault.file)} for fault in made.faults]
        answer = {"rule": arguments.rule, "file": str(made.file), "diff": made.diff(), "faults": faults, "written": written}
        print(msgspec.json.encode(answer).decode())
    elif made.faults:
        print(f"Not written: {count(len(made.faults), 'fault')} (lines count in the changed file).")
    elif written:
        print("Written. Add cases on both sides of the first day, then run `payerbook test`.")
    else:
        print("Not written; --yes writes it.")
    return 1 if made.faults else 0


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
