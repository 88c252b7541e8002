"""One rule in words: what it asks on a date, why, how to repair a claim, its history and its sources."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

import msgspec

from payerbook.api import Book
from payerbook.claim import SCHEMA_VERSION
from payerbook.cli import NOTICE, options
from payerbook.cli.style import fold, paint
from payerbook.engine import versions
from payerbook.engine.render import cite
from payerbook.policy import Rule, Version, cap, severity


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", metavar="ID", help="for example medicare.part-b.kx-threshold")
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
    if arguments.json:
        print(msgspec.json.encode(answer).decode())
    else:
        _print(rule, answer)
    return options.warn_not_loaded(book)


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
        "sentence": found.reason if isinstance(found, versions.Gap) else book.sentence(rule, found),
        "in_force": not isinstance(found, versions.Gap),
        "why": rule.why,
        "fix": rule.fix,
        "denials": rule.denials,
        "checklist": rule.checklist,
        "url": rule.url,
        "versions": [_version(book, rule, version) for version in reversed(rule.versions)],
    }


def _version(book: Book, rule: Rule, version: Version) -> dict[str, Any]:
    return {
        "from": version.start,
        "to": version.end,
        "known": version.known,
        "attested": version.attested,
        "hole": version.hole,
        "sentence": None if version.hole else book.sentence(rule, version),
        "effect": version.effect,
        "severity": severity(version.effect, cap(version.sources)),
        "params": version.params,
        "codes": version.when.codes,
        "changed": version.changed,
        "sources": msgspec.to_builtins(cite(version.sources)),
    }


def _print(rule: Rule, answer: dict[str, Any]) -> None:
    print(f"{paint(rule.id, 'bold')}  {rule.title}")
    print(fold(answer["sentence"], f"  On {answer['asked']['on']}: ", "    "))
    for name in ("why", "fix"):
        if answer[name]:
            print(fold(answer[name].strip(), f"  {name.capitalize()}: ", "    "))
    if rule.denials:
        print(f"  Comes back as {', '.join(rule.denials)}")
    for version in answer["versions"]:
        start = f"{'at least since' if version['attested'] else 'from'} {version['from']}"
        until = f" to {version['to']}" if version["to"] else ""
        print()
        print(paint(f"  {start}{until}  effect {version['effect']}, shown as {version['severity']}", "bold"))
        print(fold(version["hole"] or version["sentence"], "    "))
        if version["changed"]:
            print(fold(version["changed"], "    Changed: ", "      "))
        for source in version["sources"]:
            parts = [source["title"], source["section"] and f"section {source['section']}", source["publisher"], source["date"]]
            text = ", ".join(part for part in parts if part)
            print(paint(fold(f"[{source['grade']}] {text}, checked {source['last_checked'] or 'never'}", "    ", "      "), "dim"))
            if source["url"]:
                print(paint(f"      {source['url']}", "dim"))
    print(paint(NOTICE, "dim"))
