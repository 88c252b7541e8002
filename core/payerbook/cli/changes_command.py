"""What changed for billers and what is coming, with sources: written from the dated history of the rules, not by hand."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import timedelta

import msgspec

from payerbook.answers.changes import PolicyChange, changes
from payerbook.claim import SCHEMA_VERSION
from payerbook.cli import NOTICE, options
from payerbook.cli.style import count, fold, paint
from payerbook.errors import UsageError
from payerbook.finding import Cited

YEAR = timedelta(days=365)
_STYLES = {"begins": "clean", "changes": "return", "ends": "deny", "corrected": "review"}
_CLOCKS = {"service-date": "services", "received-date": "claims received", "processed-date": "claims processed"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("packs", nargs="*", metavar="PACK", help="packs or names of payers (default: all on file)")
    parser.add_argument("--since", type=options.day, metavar="DATE", help="changes from this day on (default: a year before --today)")
    parser.add_argument("--until", type=options.day, metavar="DATE", help="changes up to this day (default: all that is known)")
    parser.add_argument("--today", type=options.day, metavar="DATE", help="the day after which a change is still coming (default: today)")
    parser.add_argument("--format", choices=("text", "markdown", "json"), default="text", help="what to print (default: text)")
    options.add_json(parser)
    options.add_policies(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 2 for an unknown payer or days in the wrong order, 3 when a pack or plugin did not load."""
    book = options.load(arguments)
    today = arguments.today or options.clock()
    since, until = arguments.since or today - YEAR, arguments.until
    if until is not None and until < since:
        raise UsageError(f"--until {until} lies before --since {since}; turn them around.")
    on_file = [head.id for head in book.packs()]
    ids = [name if name in on_file else book.payer(name).id for name in arguments.packs] or on_file
    listed = [
        change
        for id in dict.fromkeys(ids)
        for change in changes(book.pack(id), book.sentence)
        if since <= change.on and (until is None or change.on <= until)
    ]
    listed.sort(key=lambda change: (change.on, change.rule))
    coming = [change for change in listed if change.on > today]
    past = [change for change in reversed(listed) if change.on <= today]
    form = "json" if arguments.json else arguments.format
    if form == "json":
        answer = {"schema_version": SCHEMA_VERSION, "since": since, "until": until, "today": today, "coming": coming, "past": past}
        print(msgspec.json.encode(answer).decode())
    elif form == "markdown":
        print("\n".join(_markdown(coming, past)))
    else:
        print("\n".join(_words(coming, past)))
        print(f"\n{count(len(listed), 'change')} since {since}, {len(coming)} of them coming after {today}")
        print(paint(NOTICE, "dim"))
    return options.warn_not_loaded(book)


def _parts(change: PolicyChange) -> Iterator[tuple[str, str]]:
    """A change in words: (heading, text) of each line."""
    if change.changed:
        yield "What", change.changed.strip()
    if change.before is not None and change.before != change.after:
        yield "Before", change.before
    if change.after is not None:
        yield "Now" if change.before != change.after else "Says", change.after
    if change.effect_before is not None and change.effect_after is not None and change.effect_before != change.effect_after:
        yield "Effect", f"{change.effect_before} → {change.effect_after}"
    if change.codes_added:
        yield "Codes added", ", ".join(change.codes_added)
    if change.codes_removed:
        yield "Codes removed", ", ".join(change.codes_removed)
    if change.replaced_by is not None:
        yield "Replaced by", change.replaced_by


def _head(change: PolicyChange) -> str:
    known = f", published {change.known}" if change.known is not None else ""
    proved = " (first day proved)" if change.attested else ""
    return f"{change.what} for {_CLOCKS[change.date_basis]} from {change.on}{proved}{known}"


def _cited(source: Cited) -> str:
    parts = [source.title, source.section and f"section {source.section}", source.publisher, source.date]
    return f"[{source.grade}] {', '.join(part for part in parts if part)}"


def _words(coming: Sequence[PolicyChange], past: Sequence[PolicyChange]) -> Iterator[str]:
    for title, listed in (("COMING", coming), ("CHANGED", past)):
        if listed:
            yield f"\n{paint(title, 'bold')}" if title == "CHANGED" and coming else paint(title, "bold")
        for change in listed:
            yield f"\n{paint(_head(change), _STYLES[change.what])}  {paint(change.rule, 'bold')}  {change.title}"
            for name, text in _parts(change):
                yield fold(" ".join(text.split()), f"  {name}: ", "    ")
            for source in change.sources:
                yield paint(fold(_cited(source), "  ", "    "), "dim")
                if source.url:
                    yield paint(f"    {source.url}", "dim")


def _markdown(coming: Sequence[PolicyChange], past: Sequence[PolicyChange]) -> Iterator[str]:
    for title, listed in (("Coming", coming), ("Changed", past)):
        if not listed:
            continue
        yield f"## {title}\n"
        for change in listed:
            yield f"- **{change.on}** {change.title} ({_head(change)}) `{change.rule}`"
            for name, text in _parts(change):
                yield f"  - {name}: {' '.join(text.split())}"
            for source in change.sources:
                cited = _cited(source)
                yield f"  - Source: [{cited.replace('[', '(').replace(']', ')')}]({source.url})" if source.url else f"  - Source: {cited}"
        yield ""
    if not coming and not past:
        yield "No changes."
