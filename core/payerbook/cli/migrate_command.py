"""Bring the files of packs to the current format: shows the change and writes it; comments, quotes and order stay."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from payerbook.cli import options
from payerbook.cli.style import count
from payerbook.policy import FORMAT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="the folder of a pack, or a folder with several")
    parser.add_argument("--check", action="store_true", help="show what would change, write nothing, and exit 1 when there is something")
    options.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 1 with --check when a file is not in the current format; 2 for a newer or unknown format, and nothing is then changed."""
    from payerbook.authoring.migrations import migrate

    made = list({one.file.resolve(): one for path in arguments.paths for one in migrate(path)}.values())
    if not arguments.check:
        for one in made:
            one.file.write_text(one.after, "utf-8")
    if arguments.json:
        files = [{"file": str(one.file), "diff": one.diff(Path.cwd())} for one in made]
        print(msgspec.json.encode({"format": FORMAT, "files": files, "written": bool(made) and not arguments.check}).decode())
    else:
        for one in made:
            print(one.diff(Path.cwd()), end="")
        if not made:
            print(f"Everything is in format {FORMAT} already.")
        elif arguments.check:
            print(f"{count(len(made), 'file')} to bring to format {FORMAT}; without --check they are written.")
        else:
            print(f"{count(len(made), 'file')} brought to format {FORMAT}. Run `payerbook lint` and `payerbook test` now.")
    return 1 if arguments.check and made else 0
