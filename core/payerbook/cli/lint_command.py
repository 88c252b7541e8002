"""Check the files of packs: format, dates, sources, settings, cases. Every fault has file, line, column, repair and a PB code."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from payerbook.cli import options
from payerbook.cli.style import count, paint


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="packs or files (default: all bundled packs)")
    parser.add_argument("--notes", action="store_true", help="show notes as well: what does not stop a pack")
    options.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 when there is no fault, 1 when there is one, 2 when a path does not exist."""
    from payerbook.authoring.lint import lint

    found = lint(arguments.paths)
    faults = [fault for fault in found if not fault.note]
    shown = found if arguments.notes else faults
    base = Path.cwd()
    if arguments.json:
        print(msgspec.json.encode([{**fault._asdict(), "file": str(fault.file)} for fault in shown]).decode())
    else:
        for fault in shown:
            print((paint("note: ", "dim") if fault.note else "") + fault.text(base))
        notes = len(found) - len(faults)
        print(
            f"{count(len(faults), 'fault')}" + (f", {count(notes, 'note')} (--notes shows them)" if notes and not arguments.notes else "")
        )
    return 1 if faults else 0
