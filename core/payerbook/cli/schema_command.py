"""The JSON Schemas of claims, reports and the pack format: print one, write all, or check that the written ones are true."""

from __future__ import annotations

import argparse
from pathlib import Path

from payerbook.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="print one schema (claim, report, rule, answer-coverage …); without one, all names"
    )
    parser.add_argument("--write", action="store_true", help="write all schemas")
    parser.add_argument("--check", action="store_true", help="exit 1 when a written schema is not what the code says")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where they are written (default: docs/schema of the checkout)")


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 1 when --check finds a stale file; 2 for an unknown name."""
    from payerbook.authoring import schema
    from payerbook.plugins import Plugins

    kinds = Plugins().kinds()
    target = arguments.out or schema.folder()
    if arguments.write:
        for file in schema.write(kinds, target):
            print(f"written: {file}")
        return 0
    if arguments.check:
        stale = schema.stale(kinds, target)
        for file in stale:
            print(f"{file} is not what the code says; run `payerbook schema --write`")
        return 1 if stale else 0
    schemas = schema.assemble(kinds)
    if arguments.name is None:
        print("\n".join(sorted(name.removesuffix(".json") for name in schemas)))
        return 0
    if f"{arguments.name}.json" not in schemas:
        raise UsageError(
            f"There is no schema {arguments.name!r}; known: {', '.join(sorted(name.removesuffix('.json') for name in schemas))}."
        )
    print(schema.dump(schemas[f"{arguments.name}.json"]), end="")
    return 0
