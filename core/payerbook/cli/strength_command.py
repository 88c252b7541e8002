"""Put small faults into a copy of a pack, one at a time, and name those that its written cases do not notice."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from payerbook.cli import options
from payerbook.cli.style import count, paint

if TYPE_CHECKING:
    from payerbook.authoring.strength import RuleStrength


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", metavar="PACK", help="a pack id, or the folder of a pack")
    parser.add_argument("--rule", action="append", default=[], metavar="RULE", help="only this rule (may be repeated)")
    parser.add_argument("--changed", metavar="REV", help="only rules whose files differ from this git revision")
    parser.add_argument("--at-least", type=float, default=0.0, metavar="PERCENT", help="exit 1 when the pack is weaker than this")
    parser.add_argument("--summary", action="store_true", help="only the percentages, not the cases to write")
    options.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 1 when the pack is below --at-least; 2 for a pack, rule or revision that is not there."""
    from tqdm import tqdm

    from payerbook.authoring import strength

    session = strength.open_session(arguments.pack)
    one = strength.find_pack(session, arguments.pack)
    files = strength.chosen(one, arguments.rule, arguments.changed)
    with tqdm(total=len(files), desc=one.id, unit="rule", leave=False, file=sys.stderr, disable=not sys.stderr.isatty()) as bar:
        found = list(strength.measure(session, one, files, bar.update))
    total = strength.percent(sum(rule.noticed for rule in found), sum(rule.tried for rule in found))
    if arguments.json:
        print(msgspec.json.encode(_as_data(one.id, total, found, len(files))).decode())
    else:
        _print(one.id, total, found, len(files), arguments.summary)
    return 1 if total < arguments.at_least else 0


def _as_data(pack: str, total: float, found: Sequence[RuleStrength], files: int) -> dict[str, Any]:
    base = Path.cwd()
    rules = [
        {
            "rule": rule.rule,
            "percent": rule.percent,
            "tried": rule.tried,
            "noticed": rule.noticed,
            "lint": rule.lint,
            "survivors": [{**msgspec.structs.asdict(survivor), "file": str(_near(survivor.file, base))} for survivor in rule.survivors],
        }
        for rule in found
    ]
    return {"schema_version": "1", "pack": pack, "percent": total, "not_measured": files - len(found), "rules": rules}


def _print(pack: str, total: float, found: Sequence[RuleStrength], files: int, summary: bool) -> None:
    base = Path.cwd()
    for rule in sorted(found, key=lambda rule: (rule.percent, rule.rule)):
        style = "clean" if rule.percent >= 95 else "review"
        print(f"{paint(f'{rule.percent:5.1f} %', style)}  {rule.rule}  ({rule.noticed} of {count(rule.tried, 'fault')} noticed)")
        for survivor in () if summary else rule.survivors:
            place = f"{_near(survivor.file, base)}:{survivor.line}: {survivor.setting}"
            print(f"  {place}: {survivor.value} -> {survivor.mutant}: no case notices.")
            print(f"    Write a case: {survivor.write}.")
    noticed, tried = sum(rule.noticed for rule in found), sum(rule.tried for rule in found)
    refused = sum(rule.lint for rule in found)
    print(f"{pack}: {total} % ({noticed} of {count(tried, 'fault')} noticed by cases; lint refuses {refused} more)")
    if files > len(found):
        print(f"{count(files - len(found), 'rule')} not measured: not active, or only answering questions that no claim asks.")


def _near(file: Path, base: Path) -> Path:
    return file.relative_to(base) if file.is_relative_to(base) else file
