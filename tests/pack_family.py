"""Packs on disk for tests of inheritance: a child, its parent, and what they say of a claim."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from payerbook.api import Book
from payerbook.claim import Claim
from payerbook.cli import main

SOURCES = {"manual": {"title": "Manual", "publisher": "Payer", "grade": "A", "last_checked": "2026-01-15"}}
CASES = [
    {"name": "late", "expect": "fail", "claim": {"received_on": "2026-06-01"}},
    {"name": "in time", "expect": "pass", "claim": {"received_on": "2026-02-01"}},
]
LINE = {"code": "97110", "service_date": "2026-01-15", "units": 1, "modifiers": ["GP"]}
FILING = {
    "rule": "test.child.filing",
    "like": "methods.timely-filing",
    "params": {"limit": {"days": 90}},
    "versions": [{"from": "2025-01-01", "sources": [{"ref": "manual", "section": "3"}]}],
}


def head(id: str, **more: Any) -> dict[str, Any]:
    return {"pack": id, "format": "1", "title": id, "version": "2026.1.0", **more}


def pack(where: Path, head: dict[str, Any], rules: Sequence[dict[str, Any]], cases: Sequence[dict[str, Any]] = CASES) -> Path:
    """A pack on disk: every rule has the same cases; a pack of templates has neither cases nor sources."""
    where.mkdir(parents=True)
    files: dict[str, Any] = {"pack": head, **{rule["rule"].rpartition(".")[2]: rule for rule in rules}}
    if not head.get("templates"):
        files["sources"] = SOURCES
        for rule in rules:
            tests = {"rule": rule["rule"], "claim": {"lines": [LINE]}, "cases": list(cases)}
            files[rule["rule"].rpartition(".")[2] + ".test"] = tests
    for name, content in files.items():
        (where / f"{name}.yaml").write_text(json.dumps(content), "utf-8")
    return where


def recheck(id: str, folder: Path) -> None:
    """Records the parents of a pack or rule as they are."""
    assert main(["amend", id, "--recheck", "--yes", "--policies", str(folder)]) == 0


def claim(payer: str, **more: Any) -> Claim:
    return msgspec.convert({"claim_id": "I1", "payer": payer, "lines": [LINE], **more}, Claim)


def severities(book: Book, asked: Claim) -> dict[str, str]:
    return {one.rule: one.severity for one in book.check(asked).findings if one.rule.startswith("test.")}


PARENT = {
    "rule": "test.parent.filing",
    "kind": "timely-filing",
    "title": "Late",
    "effect": "deny",
    "evidence": "record",
    "topic": "timely-filing",
    "category": "timely-filing",
    "params": {"start": "first-service"},
    "versions": [
        {"from": "2020-01-01", "params": {"limit": {"days": 365}}, "sources": [{"ref": "manual", "section": "1"}]},
        {"from": "2026-01-01", "known": "2025-11-01", "params": {"limit": {"days": 90}}, "sources": [{"ref": "manual", "section": "2"}]},
    ],
}
RETURNED = {**PARENT, "rule": "test.parent.returned", "effect": "return", "when": {"codes": ["97110"]}}
EXTENDS = {"pack": "test.parent", "sources": [{"ref": "manual", "section": "follows"}]}


def family(where: Path, rules: Sequence[dict[str, Any]] = (), **more: Any) -> Path:
    """A parent pack of two rules, and the child that extends it, recorded as compared."""
    pack(where / "parent", head("test.parent", unit_method="cms", unit_method_rule=PARENT["rule"]), [PARENT, RETURNED])
    child = pack(where / "child", head("test.child", **{"extends": EXTENDS, **more}), rules)
    recheck("test.child", where)
    return child
