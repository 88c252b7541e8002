"""The documents that packs rest on, with grade, dates and the rules that cite them; and whether a downloaded file differs from one.

`payerbook sources check FILE` finds the source by hash, by the name at the end of its URL, or by --source. Only bytes are compared:
other bytes say "read it again", not that the policy changed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from payerbook.api import Book
from payerbook.authoring import roundtrip, sources
from payerbook.authoring.sources import CheckedFile, Compared, Held
from payerbook.claim import SCHEMA_VERSION
from payerbook.cli import options
from payerbook.cli.style import count, fold, paint
from payerbook.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words", nargs="*", metavar="PACK | check FILE", help="list the sources of a pack (default: of all), or check a file"
    )
    parser.add_argument("--pack", metavar="PACK", help="with check: only sources of this pack")
    parser.add_argument("--source", metavar="REF", help="with check: the source that the file is, by its name in sources.yaml")
    parser.add_argument(
        "--read",
        type=options.day,
        metavar="DATE",
        help="with check: you downloaded and read the file on this day; writes that and its hash to sources.yaml",
    )
    options.add_json(parser)
    options.add_policies(parser)


def run(arguments: argparse.Namespace) -> int:
    """List, and check with --read: exit 0. Check: 0 when the bytes are those on file, 1 when they differ or cannot be compared.

    2: usage; 3: a pack did not load.
    """
    words = arguments.words
    checking = words[:1] == ["check"]
    if checking and len(words) != 2:
        raise UsageError("Write `payerbook sources check FILE`, with one file.")
    if not checking and (len(words) > 1 or arguments.pack or arguments.source or arguments.read):
        raise UsageError("Write `payerbook sources [PACK]`, or `payerbook sources check FILE [--pack PACK] [--source REF]`.")
    book = options.load(arguments)
    held = sources.listed(map(book.pack, _ids(book, arguments.pack if checking else next(iter(words), None))))
    return options.warn_not_loaded(book) or (_check(arguments, held) if checking else _list(arguments, held))


def _ids(book: Book, name: str | None) -> list[str]:
    ids = [head.id for head in book.packs()]
    return ids if name is None else [name if name in ids else book.payer(name).id]


def _list(arguments: argparse.Namespace, held: list[Held]) -> int:
    if arguments.json:
        print(msgspec.json.encode({"schema_version": SCHEMA_VERSION, "sources": held}).decode())
        return 0
    for one in held:
        print(
            fold(f"[{' '.join(one.grades)}] {one.title}, {one.publisher}{_dated(one)}", f"{paint(f'{one.pack} {one.ref}', 'bold')}  ", "  ")
        )
        if one.url is not None:
            print(f"  {one.url}")
        state = f"checked {one.last_checked or 'never'}" + ("; a newer edition was not read" if one.superseded else "")
        digest = f"sha256 {one.sha256} on {one.retrieved}" if one.sha256 is not None else "no hash on file"
        print(f"  {state}; {digest}")
        print(fold(", ".join(one.rules), f"  {count(len(one.rules), 'rule')}: ", "    "))
    hashed = sum(1 for one in held if one.sha256 is not None)
    print(f"{count(len(held), 'source')}, {hashed} with the hash of their document")
    return 0


def _dated(one: Held) -> str:
    return f", {one.date}" if one.date is not None else ""


def _check(arguments: argparse.Namespace, held: list[Held]) -> int:
    found = sources.check(Path(arguments.words[1]), held, arguments.source)
    written = None if arguments.read is None else _read(arguments, found)
    if arguments.json:
        answer = {"schema_version": SCHEMA_VERSION, **msgspec.to_builtins(found), "written": None if written is None else str(written)}
        print(msgspec.json.encode(answer).decode())
    elif written is None:
        print(f"{found.file}  sha256 {found.sha256}")
        for one in found.compared:
            _tell(found, one)
        print("Bytes were compared, not words: a document that was only made anew differs too.")
    return 0 if written is not None or all(one.answer == "same" for one in found.compared) else 1


def _read(arguments: argparse.Namespace, found: CheckedFile) -> Path:
    """Writes that the file was read, shows the change, and gives the sources.yaml."""
    if len(found.compared) > 1:
        names = ", ".join(f"--pack {one.source.pack} --source {one.source.ref}" for one in found.compared)
        raise UsageError(f"The file may be several sources; say which was read: {names}.")
    source = found.compared[0].source
    paths = [Path(folder) for folder in arguments.policies]
    file, before, after = sources.read_on(source.pack, source.ref, found.sha256, arguments.read, paths)
    file.write_text(after, "utf-8")
    if not arguments.json:
        print(roundtrip.diff(file.name, before, after), end="")
        print(f"Written. {count(len(source.rules), 'rule')} cite it: {', '.join(source.rules)}")
    return file


def _tell(found: CheckedFile, one: Compared) -> None:
    source = one.source
    word = {"same": "SAME", "differs": "DIFFERS", "no-hash": "NOT COMPARED"}[one.answer]
    how = {"hash": "found by its hash", "name": "found by the name in its URL", "ref": "named by you"}[one.found_by]
    style = {"same": "clean", "differs": "return", "no-hash": "review"}[one.answer]
    print(fold(f"{source.title}, {source.publisher}{_dated(source)} ({how})", f"{paint(word, style)}  {source.pack} {source.ref}: ", "  "))
    print(fold(", ".join(source.rules), f"  {count(len(source.rules), 'rule')}: ", "    "))
    if one.answer == "same":
        print(
            fold(
                f"The same bytes as on {source.retrieved}. Nothing to read again; --read DATE writes the day to last_checked.",
                "  Next: ",
                "    ",
            )
        )
        return
    if one.answer == "differs":
        was = f"On file is {source.sha256}, of {source.retrieved}. Read the document again"
    else:
        was = "No hash is on file, so nobody can tell whether it changed. Read the document"
    print(fold(f"{was} and compare each rule; where one changed:", "  Next: ", "    "))
    print(f"    payerbook amend RULE --from DATE --set PATH=VALUE --source {source.ref}")
    print("  Then write down that it was read, with its hash:")
    print(f"    payerbook sources check FILE --pack {source.pack} --source {source.ref} --read DATE")
