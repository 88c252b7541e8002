"""What differs between two dates of a pack, two packs, two folders, two revisions of git, or two releases, in words."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from payerbook.claim import SCHEMA_VERSION
from payerbook.cli import NOTICE, options
from payerbook.cli.style import fold, paint

if TYPE_CHECKING:
    from payerbook.authoring.differences import Difference
    from payerbook.authoring.sides import Side

_SIDE = "PACK, FOLDER, REVISION:FOLDER, a wheel or an environment (with :PACK where it holds several), each with an optional @DATE"
_STYLES = {"added": "clean", "begins": "clean", "removed": "deny", "ends": "deny", "changed": "return", "text": "dim"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", metavar="A", help=f"{_SIDE}, for example medicare.part-b@2025-06-01")
    parser.add_argument("after", metavar="B", help="the same for the other side")
    parser.add_argument(
        "--format",
        choices=("text", "table", "markdown", "json"),
        default="text",
        help="words, one line a difference, text for a pull request, or JSON (default: text)",
    )
    parser.add_argument(
        "--release", action="store_true", help="exit 1 when the rules differ and the version of B is not newer than that of A"
    )
    options.add_json(parser)
    options.add_policies(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0 whether or not something differs; 1 with --release; 2 when a side means nothing, 3 when a pack did not load."""
    from payerbook.authoring.differences import compare, release_fault
    from payerbook.authoring.sides import side

    book = options.load(arguments)
    before, after = side(book, arguments.before), side(book, arguments.after)
    found = compare(book, before, after)
    stale = release_fault(before, after) if arguments.release else None
    form = "json" if arguments.json else arguments.format
    if form == "json":
        print(as_json(found, before, after))
    elif form == "markdown":
        print("\n".join(_markdown(found, before.label, after.label)))
    elif form == "table":
        print("\n".join(_table(found)))
    else:
        print("\n".join(_words(found, before.label, after.label)))
        print(paint(NOTICE, "dim"))
    if stale is not None:
        print(f"VERSION: {stale}", file=sys.stderr)
    return options.warn_not_loaded(book) or (1 if stale is not None else 0)


def as_json(found: Sequence[Difference], before: Side, after: Side) -> str:
    """What `diff --json` prints."""
    sides = [{"label": one.label, "id": one.pack.head.id, "digest": one.pack.head.digest, "on": one.on} for one in (before, after)]
    answer = {"schema_version": SCHEMA_VERSION, "before": sides[0], "after": sides[1], "differences": found}
    return msgspec.json.encode(answer).decode()


def _total(found: Sequence[Difference]) -> str:
    """`3 differences: 2 changed, 1 added`."""
    counts: Counter[str] = Counter(one.what for one in found)
    parts = ", ".join(f"{counts[what]} {what}" for what in _STYLES if counts[what])
    return f"{len(found)} difference{'' if len(found) == 1 else 's'}" + (f": {parts}" if parts else "")


def _lines(one: Difference) -> Iterator[tuple[str, str]]:
    """A difference in words: (heading, text) of each line."""
    same = one.before is not None and one.after is not None and one.before.sentence == one.after.sentence
    if same and one.after is not None:
        yield "Says", one.after.sentence
    else:
        if one.before is not None:
            yield "Before", one.before.sentence
        if one.after is not None:
            yield "After", one.after.sentence
    if one.before is not None and one.after is not None and one.before.in_force and one.after.in_force:
        for name in ("effect", "severity", "until"):
            if name in one.parts:
                yield name.capitalize(), f"{getattr(one.before, name) or 'open'} → {getattr(one.after, name) or 'open'}"
        if one.codes_added:
            yield "Codes added", ", ".join(one.codes_added)
        if one.codes_removed:
            yield "Codes removed", ", ".join(one.codes_removed)
        if "params" in one.parts and same:
            assert one.after is not None
            names = sorted(
                name for name in {*one.before.params, *one.after.params} if one.before.params.get(name) != one.after.params.get(name)
            )
            yield "Settings", ", ".join(f"{name} {_short(one.before.params, name)} → {_short(one.after.params, name)}" for name in names)
        others = [name for name in ("when", "sources") if name in one.parts]
        if others:
            yield "Differs too", ", ".join({"when": "what it applies to", "sources": "its sources"}[name] for name in others)
    if one.what == "text":
        yield "Rewritten", ", ".join(one.parts)
    if one.changed:
        yield "Changed", one.changed.strip()


def _short(params: dict[str, object], name: str) -> str:
    text = msgspec.json.encode(params.get(name)).decode()
    return text if len(text) <= 60 else f"{text[:57]}…"


def _head(one: Difference) -> str:
    since = f" from {one.start}" if one.start is not None else ""
    return f"{one.what}{since}" + (f" (known {one.known})" if one.known is not None else "")


def _words(found: Sequence[Difference], before: str, after: str) -> Iterator[str]:
    yield f"{before} → {after}"
    for one in found:
        yield ""
        yield f"{paint(_head(one), _STYLES[one.what])}  {paint(one.rule, 'bold')}  {one.title}"
        for name, text in _lines(one):
            yield fold(text, f"  {name}: ", "    ")
    yield ""
    yield _total(found)


def _table(found: Sequence[Difference]) -> Iterator[str]:
    rows = [("what", "from", "rule", "effect", "codes", "differs")]
    for one in found:
        effects = [setting.effect or "-" if setting is not None else "-" for setting in (one.before, one.after)]
        effect = "" if one.what == "text" else " → ".join(dict.fromkeys(effects))
        codes = f"+{len(one.codes_added)} -{len(one.codes_removed)}" if one.codes_added or one.codes_removed else ""
        rows.append((one.what, str(one.start or ""), one.rule, effect, codes, ", ".join(one.parts)))
    wide = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)).rstrip()
    yield _total(found)


def _markdown(found: Sequence[Difference], before: str, after: str) -> Iterator[str]:
    yield f"### `{before}` → `{after}`"
    yield ""
    yield f"{_total(found)}."
    for one in found:
        yield ""
        yield f"- **{_head(one)}** `{one.rule}` {one.title}"
        for name, text in _lines(one):
            yield f"  - {name}: {' '.join(text.split())}"
