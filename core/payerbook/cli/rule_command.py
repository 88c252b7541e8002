"""One rule in words: what it asks on a date, why, how to repair a claim, its history and its sources."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from payerbook.api import Book
from payerbook.claim import SCHEMA_VERSION
from payerbook.cli import NOTICE, options
from payerbook.cli.style import fold, paint
from payerbook.engine import versions
from payerbook.engine.render import cite
from payerbook.policy import Rule, Version, limit, severity

if TYPE_CHECKING:
    from payerbook.authoring.lineage import Origin


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", metavar="ID", help="for example medicare.part-b.kx-threshold")
    parser.add_argument("--lineage", action="store_true", help="show which file and line each part of the rule comes from")
    options.add_on(parser)
    options.add_known_on(parser)
    options.add_json(parser)
    options.add_policies(parser)


def run(arguments: argparse.Namespace) -> int:
    """Exit 0; 2 for an unknown rule."""
    book = options.load(arguments)
    rule = book.rule(arguments.rule)
    on = arguments.on or options.clock()
    answer = describe(book, rule, on, arguments.known_on)
    if arguments.lineage:
        answer["lineage"] = _lineage(arguments, rule, on)
    if arguments.json:
        print(msgspec.json.encode(answer).decode())
    else:
        _print(rule, answer)
    return options.warn_not_loaded(book)


def _lineage(arguments: argparse.Namespace, rule: Rule, on: date) -> Sequence[Origin]:
    from payerbook.authoring.lineage import lineage
    from payerbook.authoring.session import Session

    session = Session([Path(folder) for folder in arguments.policies])
    return lineage(session.library, rule.id, on, arguments.known_on)


def _print_lineage(parts: Sequence[Origin]) -> None:
    """One line a part: what it is, its value, and where it stands."""
    for part in parts:
        value = part.value if isinstance(part.value, str) else msgspec.json.encode(part.value).decode()
        text = " ".join(value.split())
        print(f"  {part.part}: {text if len(text) <= 60 else text[:59] + '…'}")
        print(paint(f"    {part.file}:{part.line} ({part.rule})", "dim"))


def describe(book: Book, rule: Rule, on: date, known_on: date | None) -> dict[str, Any]:
    """A rule as `rule --json` shows it: the setting on the date, and all versions newest first."""
    found = versions.on(rule, on, known_on)
    return {
        "schema_version": SCHEMA_VERSION,
        "asked": {"question": "rule", "rule": rule.id, "on": on, "known_on": known_on},
        "rule": rule.id,
        "title": rule.title,
        "kind": rule.kind,
        "topic": rule.topic,
        "category": rule.category,
        "evidence": rule.evidence,
        "status": rule.status,
        "like": rule.like,
        "hold": rule.hold,
        "replaced_by": rule.replaced_by,
        "sentence": found.reason if isinstance(found, versions.Gap) else book.sentence(rule, found),
        "in_force": not isinstance(found, versions.Gap),
        "why": rule.why,
        "fix": rule.fix,
        "denials": rule.denials,
        "checklist": rule.checklist,
        "url": rule.url,
        "versions": [_version(book, rule, version) for version in reversed(rule.versions)],
    }


def _status(rule: Rule) -> str:
    """What the status of a rule means for claims."""
    if rule.status == "draft":
        return "DRAFT: not checked, except in a folder given with --policies, and then only as advice."
    if rule.status == "on-hold":
        return f"ON HOLD: claims are shown as not checked. {rule.hold}"
    heir = f"Replaced by {rule.replaced_by} (payerbook rule {rule.replaced_by})." if rule.replaced_by else rule.fix.strip()
    return f"RETIRED: still checked for the days on which it stood. {heir}"


def _version(book: Book, rule: Rule, version: Version) -> dict[str, Any]:
    return {
        "from": version.start,
        "to": version.end,
        "known": version.known,
        "attested": version.attested,
        "hole": version.hole,
        "sentence": None if version.hole else book.sentence(rule, version),
        "effect": version.effect,
        "severity": severity(version.effect, limit(version)),
        "params": version.params,
        "codes": version.when.codes,
        "changed": version.changed,
        "parent_changed": version.parent_changed,
        "read_by": version.read_by,
        "second_reader": version.second_reader,
        "sources": msgspec.to_builtins(cite(version.sources)),
    }


def _print(rule: Rule, answer: dict[str, Any]) -> None:
    print(f"{paint(rule.id, 'bold')}  {rule.title}")
    if rule.status != "active":
        print(fold(_status(rule), "  ", "    "))
    print(fold(answer["sentence"], f"  On {answer['asked']['on']}: ", "    "))
    for name in ("why", "fix"):
        if answer[name]:
            print(fold(answer[name].strip(), f"  {name.capitalize()}: ", "    "))
    if rule.denials:
        print(f"  Comes back as {', '.join(rule.denials)}")
    if rule.like:
        print(f"  Takes from {rule.like}")
    if "lineage" in answer:
        _print_lineage(answer["lineage"])
    for version in answer["versions"] if "lineage" not in answer else ():
        start = f"{'at least since' if version['attested'] else 'from'} {version['from']}"
        until = f" to {version['to']}" if version["to"] else ""
        print()
        print(paint(f"  {start}{until}  effect {version['effect']}, shown as {version['severity']}", "bold"))
        print(fold(version["hole"] or version["sentence"], "    "))
        if version["parent_changed"]:
            print(fold(f"{version['parent_changed']} changed since this was compared with it, so it is shown as review at most.", "    "))
        if version["changed"]:
            print(fold(version["changed"], "    Changed: ", "      "))
        for name, reader in (("Read by", version["read_by"]), ("Second reader", version["second_reader"])):
            if reader is not None:
                print(f"    {name} {reader.name}, {reader.on}")
        for source in version["sources"]:
            parts = [source["title"], source["section"] and f"section {source['section']}", source["publisher"], source["date"]]
            text = ", ".join(part for part in parts if part)
            older = "; a newer edition was not read" if source.get("superseded") else ""
            print(paint(fold(f"[{source['grade']}] {text}{older}, checked {source['last_checked'] or 'never'}", "    ", "      "), "dim"))
            if source["url"]:
                print(paint(f"      {source['url']}", "dim"))
    print(paint(NOTICE, "dim"))
