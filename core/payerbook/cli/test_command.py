"""Run the cases that stand beside the rules (`<rule>.test.yaml`)."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from payerbook.cli import options
from payerbook.cli.style import paint

if TYPE_CHECKING:
    from payerbook.authoring.cases import CaseResult


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="packs or test files (default: all bundled packs)")
    parser.add_argument("-v", "--verbose", action="store_true", help="name the cases that hold, too")
    parser.add_argument("--coverage", action="store_true", help="name the versions of rules that no case touches")
    options.add_json(parser)
    options.add_no_cache(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 when every case holds, 1 when one does not, 2 when a path does not exist."""
    from payerbook.authoring import memory

    with memory.use(None) if arguments.no_cache else nullcontext():
        from payerbook.authoring.lint import run_cases

        results = run_cases(arguments.paths, jobs=os.cpu_count() or 1)
    failed = [result for result in results if result.faults]
    if arguments.json:
        print(msgspec.json.encode(_as_data(arguments, results)).decode())
        return 1 if failed else 0
    for result in results:
        if result.faults or arguments.verbose:
            print(f"{result.id} {paint('FAILED', 'deny') if result.faults else paint('PASSED', 'clean')}")
        for fault in result.faults:
            print(f"  {result.file}:{result.line}: {fault}")
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    if arguments.coverage:
        from payerbook.authoring import coverage

        for line in coverage.lines(coverage.of(arguments.paths), Path.cwd()):
            print(line)
    return 1 if failed else 0


def _as_data(arguments: argparse.Namespace, results: Sequence[CaseResult]) -> Any:
    """The results as a list; with --coverage beside the versions of every rule and how many cases touch each."""
    listed = [{**result._asdict(), "file": str(result.file), "id": result.id} for result in results]
    if not arguments.coverage:
        return listed
    from payerbook.authoring import coverage

    return {"results": listed, "coverage": coverage.as_data(coverage.of(arguments.paths), Path.cwd())}
