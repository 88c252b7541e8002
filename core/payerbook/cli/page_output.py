"""What the claim checker of the site shows: equal faults of many claims together as the command prints them, then the claims themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TextIO

import msgspec

from payerbook.api import Book
from payerbook.claim import Claim
from payerbook.cli.grouped import Group, Grouped, Resolution, Unanswered
from payerbook.cli.output import More, Tally, plain
from payerbook.cli.text_output import action
from payerbook.engine.repair import safe
from payerbook.errors import Problem
from payerbook.finding import Repair, Report, at_risk
from payerbook.plugins import NotLoaded

SHOWN = 100
"""Claims, and faults of the input, that a page shows; the others are counted and stand in what can be saved."""
_LISTED = ("findings", "resolved", "unknown", "not_on_file")


class PageOutput:
    """One JSON object of bounded size, written at the end."""

    def __init__(self, out: TextIO, tally: Tally, book: Book) -> None:
        self._out = out
        self._tally = tally
        self._book = book
        self._grouped = Grouped()
        self._claims: list[dict[str, Any]] = []
        self._errors: list[dict[str, Any]] = []
        self._safe = 0

    def report(self, report: Report, claim: Claim, more: More) -> None:
        self._tally.add(report, claim)
        self._grouped.add(report)
        self._safe += len(safe(report.findings))
        if len(self._claims) < SHOWN:
            self._claims.append(self._claim(report, claim))

    def _claim(self, report: Report, claim: Claim) -> dict[str, Any]:
        rules = {item.rule for name in _LISTED for item in getattr(report, name)}
        fixes = [fix for finding in report.findings for fix in finding.fixes]
        return {
            "report": report.data(),
            "payer": None if report.payer is None else self._book.pack(report.payer).head.title,
            "at_risk": at_risk(report, claim),
            "titles": {rule: self._book.title(rule) for rule in sorted(rules)},
            "actions": {f"{fix.action} {fix.value or ''}": action(fix.action, fix.value) for fix in fixes},
        }

    def problem(self, problem: Problem) -> None:
        self._tally.problem(problem)
        if len(self._errors) < SHOWN:
            self._errors.append(plain(problem))

    def close(self, not_loaded: Sequence[NotLoaded]) -> None:
        shown = {
            "summary": self._tally.summary(),
            "groups": [self._group(group) for group in self._grouped.groups()],
            "resolved": [self._resolution(held) for held in self._grouped.resolved()],
            "open": [self._unanswered(held) for held in self._grouped.unanswered()],
            "claims": self._claims,
            "errors": self._errors,
            "not_loaded": list(not_loaded),
            "safe": self._safe,
        }
        self._out.write(msgspec.json.encode(shown).decode())

    def _group(self, group: Group) -> dict[str, Any]:
        first = group.first
        return {
            "rule": self._rule(first.rule, first.url),
            "severity": first.severity,
            "effect": first.effect,
            "times": group.places,
            "at_risk": group.risk,
            "messages": [{"where": str(places), "text": message} for message, places in group.messages.items()],
            "others": group.others,
            "fixes": [_fix(fix) for fix in group.fixes.values()],
            "denials": first.denials,
            "sources": first.sources,
        }

    def _resolution(self, held: Resolution) -> dict[str, Any]:
        return {"rule": self._rule(held.last.rule, held.last.url), "text": held.last.message, "times": held.number}

    def _unanswered(self, held: Unanswered) -> dict[str, Any]:
        return {
            "evidence": held.first.evidence,
            "text": held.first.message,
            "alike": held.alike,
            "claims": held.claims,
            "rules": [self._book.title(rule) for rule in sorted(held.rules)],
        }

    def _rule(self, id: str, url: str) -> dict[str, str]:
        return {"title": self._book.title(id), "url": url}


def _fix(fix: Repair) -> dict[str, Any]:
    return {"words": action(fix.action, fix.value), "why": fix.why, "safe": fix.safety == "safe"}
