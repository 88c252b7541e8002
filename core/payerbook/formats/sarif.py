"""Findings as SARIF 2.1.0, the exchange format of code checkers: rules, results, places; no patient data.

A place is a text line in JSON and a byte offset in X12, whose lines mean nothing. Fingerprints are made of the rule, the claim's
number, the line and the field, so that a result is recognized in the next run of the same claim.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from payerbook.errors import Problem
from payerbook.finding import Finding, Location, Open, Report, Suppression
from payerbook.policy import Rule, limit, severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"deny": "error", "return": "error", "review": "warning", "advice": "note"}
"""SARIF's level for each severity."""


class Results:
    """The results of a run, claim by claim; `rules` are all that could be found, in any order."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        ordered = sorted(rules, key=lambda rule: rule.id)
        self._place = {rule.id: place for place, rule in enumerate(ordered)}
        self._rules = [_descriptor(rule) for rule in ordered]
        self._results: list[dict[str, Any]] = []
        self._seen: Counter[str] = Counter()

    def add(self, report: Report, whole: Location | None) -> None:
        """The findings of a report, those that a baseline keeps, and what could not be checked; `whole` is the claim's own place."""
        for finding in report.findings:
            self._results.append(self._failed(report.claim_id, finding, None))
        for kept in report.suppressed:
            self._results.append(self._failed(report.claim_id, kept.finding, kept.suppression))
        for item in (*report.unknown, *report.not_on_file):
            self._results.append({**self._result(report.claim_id, item, whole), "kind": "open", "level": "none"})

    def _failed(self, claim_id: str, finding: Finding, kept: Suppression | None) -> dict[str, Any]:
        made = {**self._result(claim_id, finding, finding.location), "kind": "fail", "level": LEVELS[finding.severity]}
        made["properties"].update(severity=finding.severity, effect=finding.effect, fixes=[fix.action for fix in finding.fixes])
        if kept is not None:
            text = f"{kept.reason} (until {kept.expires.isoformat()})"
            made["suppressions"] = [{"kind": "external", "status": "accepted", "justification": text}]
        return made

    def _result(self, claim_id: str, item: Finding | Open, place: Location | None) -> dict[str, Any]:
        named = f"claim {claim_id}" if item.line is None else f"claim {claim_id} line {item.line}"
        location = {"logicalLocations": [{"fullyQualifiedName": named}], **_physical(place)}
        return {
            "ruleId": item.rule,
            "ruleIndex": self._place[item.rule],
            "message": {"text": item.message},
            "locations": [location],
            "partialFingerprints": {"payerbook/v1": self._fingerprint(claim_id, item)},
            "properties": {"evidence": item.evidence, "outcome": item.outcome},
        }

    def _fingerprint(self, claim_id: str, item: Finding | Open) -> str:
        text = "\0".join([item.rule, item.outcome, claim_id, str(item.line or ""), item.field or ""])
        self._seen[text] += 1
        return hashlib.sha256(f"{text}\0{self._seen[text]}".encode()).hexdigest()[:32]

    def log(self, version: str, problems: Sequence[Problem], not_loaded: Sequence[str], properties: dict[str, Any]) -> dict[str, Any]:
        """The whole SARIF log: one run. `problems` are faults of the input, `not_loaded` says in words which packs are missing."""
        notices = [_notice(problem) for problem in problems]
        notices += [{"level": "error", "message": {"text": text}, "descriptor": {"id": "NOT-LOADED"}} for text in not_loaded]
        return whole(version, self._rules, self._results, notices, properties)


def whole(
    version: str, rules: Sequence[Any], results: Sequence[Any], notices: Sequence[Any], properties: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A SARIF log of one run of payerbook; `rules` are all that could be found, `notices` say what did not work."""
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "payerbook", "version": version, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not notices, "toolExecutionNotifications": notices}],
        "results": results,
    }
    if properties is not None:
        run["properties"] = properties
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def artifact(file: str) -> dict[str, Any]:
    """Where a file is, as SARIF writes it."""
    return {"artifactLocation": {"uri": quote(file, safe="/")}}


def _descriptor(rule: Rule) -> dict[str, Any]:
    version = rule.versions[-1]
    made: dict[str, Any] = {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "defaultConfiguration": {"level": LEVELS[severity(version.effect, limit(version))]},
        "properties": {"tags": [rule.topic], "evidence": rule.evidence, "category": rule.category},
    }
    if rule.why:
        made["fullDescription"] = {"text": rule.why.strip()}
    if rule.fix:
        made["help"] = {"text": rule.fix.strip()}
    url = next((source.url for source in version.sources if source.url), None)
    if url is not None:
        made["helpUri"] = url
    return made


def _physical(place: Location | None) -> dict[str, Any]:
    if place is None or place.file is None:
        return {}
    made = artifact(place.file)
    if place.segment is not None and place.byte is not None:
        made["region"] = {"byteOffset": place.byte, "byteLength": 0}
    elif place.line is not None:
        made["region"] = {"startLine": place.line}
    return {"physicalLocation": made}


def _notice(problem: Problem) -> dict[str, Any]:
    place = problem.place
    location = Location(problem.file, place.segment, place.line, place.byte) if place is not None else Location(problem.file)
    return {
        "level": "error",
        "message": {"text": f"{problem.message} {problem.repair}"},
        "descriptor": {"id": problem.code},
        "locations": [_physical(location)],
    }
