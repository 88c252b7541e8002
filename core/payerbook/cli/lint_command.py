"""Check the files of packs: format, dates, sources, settings, cases. Every fault has file, line, column, repair and a PB code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from payerbook.cli import options
from payerbook.cli.style import count
from payerbook.errors import UsageError

if TYPE_CHECKING:
    from payerbook.authoring.faults import Fault


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="packs or files (default: all bundled packs)")
    parser.add_argument("--notes", action="store_true", help="show notes as well: what does not stop a pack")
    parser.add_argument("--stale", action="store_true", help="name the sources that have to be read again, too")
    parser.add_argument("--today", type=options.day, metavar="DATE", help="the day that --stale counts to (default: today)")
    parser.add_argument(
        "--against", action="append", default=[], type=Path, metavar="FILE", help="a text or HTML file whose sentences no text may repeat"
    )
    parser.add_argument("--fix", action="store_true", help="make the repairs that cannot change what is meant, and name them")
    parser.add_argument("--format", choices=("text", "json", "sarif", "github"), default="text", help="what to print (default: text)")
    parser.add_argument("--json", action="store_const", const="json", dest="format", help="the same as --format json")
    options.add_no_cache(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 when there is no fault, 1 when there is one, 2 when a path does not exist."""
    if arguments.today is not None and not arguments.stale:
        raise UsageError("--today says on which day sources are due; add --stale.")
    for file in arguments.against:
        if not file.is_file():
            raise UsageError(f"{file} is no file; name the text that nothing may be copied from.")
    from payerbook.authoring import memory

    with memory.use(None) if arguments.no_cache else nullcontext():
        if arguments.fix:
            _fix(arguments)
        found = _lint(arguments)
    faults = [fault for fault in found if not fault.note]
    _show(arguments, found if arguments.notes else faults)
    if arguments.format == "text":
        notes = len(found) - len(faults)
        hint = f", {count(notes, 'note')} (--notes shows them)" if notes and not arguments.notes else ""
        print(f"{count(len(faults), 'fault')}{hint}")
    return 1 if faults else 0


def _lint(arguments: argparse.Namespace) -> list[Fault]:
    from payerbook.authoring.lint import lint

    today = (arguments.today or options.clock()) if arguments.stale else None
    return lint(arguments.paths, today=today, against=arguments.against, jobs=os.cpu_count() or 1)


def _fix(arguments: argparse.Namespace) -> None:
    """Repairs until nothing is left that can be: a file that could not be read hid its other faults."""
    from payerbook.authoring import repairs

    roots = [path.resolve() for path in arguments.paths]
    done = 0
    while made := repairs.make(fault for fault in _lint(arguments) if not roots or any(map(fault.file.resolve().is_relative_to, roots))):
        for repair in made:
            print(repair.text(Path.cwd()), file=sys.stderr)
        done += len(made)
    print(f"{count(done, 'repair')} made", file=sys.stderr)


def _show(arguments: argparse.Namespace, shown: Sequence[Fault]) -> None:
    from payerbook.api import engine_version
    from payerbook.cli import lint_output

    base = Path.cwd()
    if arguments.format == "json":
        sys.stdout.write(lint_output.as_json(shown))
    elif arguments.format == "sarif":
        sys.stdout.write(lint_output.as_sarif(shown, base, engine_version()))
    elif arguments.format == "github":
        sys.stdout.write(lint_output.as_annotations(shown, base))
    else:
        sys.stdout.write(lint_output.as_text(shown, base))
