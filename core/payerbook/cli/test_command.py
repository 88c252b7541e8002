"""Run the cases that stand beside the rules (`<rule>.test.yaml`)."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from payerbook.cli import options
from payerbook.cli.style import paint


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="packs or test files (default: all bundled packs)")
    parser.add_argument("-v", "--verbose", action="store_true", help="name the cases that hold, too")
    options.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 when every case holds, 1 when one does not, 2 when a path does not exist."""
    from payerbook.authoring.lint import run_cases

    results = run_cases(arguments.paths)
    failed = [result for result in results if result.faults]
    if arguments.json:
        print(msgspec.json.encode([{**result._asdict(), "file": str(result.file), "id": result.id} for result in results]).decode())
        return 1 if failed else 0
    for result in results:
        if result.faults or arguments.verbose:
            print(f"{result.id} {paint('FAILED', 'deny') if result.faults else paint('PASSED', 'clean')}")
        for fault in result.faults:
            print(f"  {result.file}:{result.line}: {fault}")
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0
