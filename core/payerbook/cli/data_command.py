"""Official quarterly tables in your own data folder: import the files that CMS publishes, list them, remove them.

Known files: NCCI code pairs (PTP) and unit limits (MUE) for practitioners and hospitals, and the relative values (PPRRVU) and
GPCI of the Medicare fee schedule; as zip, txt, csv or xlsx. The folder is PAYERBOOK_DATA, else the user's data folder.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

import payerbook
from payerbook.claim import SCHEMA_VERSION
from payerbook.cli import options
from payerbook.cli.style import count, paint
from payerbook.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="import|list|remove")
    add = actions.add_parser("import", help="check files and add them; earlier quarters are kept", allow_abbrev=False)
    add.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a file as CMS publishes it; all parts of a table at once")
    add.add_argument("--quarter", metavar="2026Q4", help="the quarter, when neither the file nor its name says it")
    add.add_argument("--table", metavar="ID", help="the table, when the name does not say practitioner or hospital")
    add.add_argument("--force", action="store_true", help="replace a quarter that is on file already")
    add.add_argument("--partial", action="store_true", help="take some of the files of a table; a pair that is absent is then no answer")
    options.add_json(add)
    options.add_json(actions.add_parser("list", help="what is on file", allow_abbrev=False))
    gone = actions.add_parser("remove", help="take a quarter out", allow_abbrev=False)
    gone.add_argument("table", metavar="TABLE")
    gone.add_argument("window", metavar="QUARTER")


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 2 for a file that cannot be used, and nothing is then changed."""
    folder = payerbook.tables_folder()
    try:
        return _run(arguments, folder)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written ({error.strerror}); set PAYERBOOK_DATA to a folder of your own.") from None


def _run(arguments: argparse.Namespace, folder: Path) -> int:
    if arguments.action == "import":
        return _import(arguments, folder)
    if arguments.action == "list":
        return _list(arguments, folder)
    from payerbook.data_import.run import remove

    remove(folder, arguments.table, arguments.window)
    print(f"{arguments.table} {arguments.window} was removed.")
    return 0


def _import(arguments: argparse.Namespace, folder: Path) -> int:
    from payerbook.data_import import periods
    from payerbook.data_import.run import import_files

    quarter = None if arguments.quarter is None else periods.parse(arguments.quarter)
    imported, passed_over = import_files(
        arguments.files, folder, quarter=quarter, table=arguments.table, force=arguments.force, partial=arguments.partial
    )
    if arguments.json:
        found = [one._asdict() for one in imported]
        print(msgspec.json.encode({"schema_version": SCHEMA_VERSION, "imported": found, "passed_over": passed_over}).decode())
        return 0
    for one in imported:
        part = "" if one.complete else " (a part of the table)"
        print(f"{paint(one.table, 'bold')} {one.window}: {count(one.rows, 'row')}, {one.start} to {one.end}{part}")
    for name in passed_over:
        print(f"  passed over: {name}")
    return 0


def _list(arguments: argparse.Namespace, folder: Path) -> int:
    from payerbook.data_import import store

    tables = store.manifests(folder)
    if arguments.json:
        print(msgspec.json.encode({"schema_version": SCHEMA_VERSION, "tables": tables}).decode())
        return 0
    for table in tables:
        print(f"{paint(table.table, 'bold')}  {table.title}")
        for window in table.windows:
            print(f"  {window.sources[0].section}{'' if window.complete else ' (a part of the table)'}")
    if not tables:
        print("No tables of your own are on file; `payerbook data import FILE` adds them.")
    return 0
