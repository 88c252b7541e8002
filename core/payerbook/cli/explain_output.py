"""What every rule said about a claim, in words: `check --explain`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from payerbook.cli.style import fold, paint
from payerbook.engine.explain import Explained

_STYLES = {"fail": "deny", "unknown": "incomplete", "not-on-file": "incomplete", "resolved": "clean", "pass": "clean"}
_INDENT = " " * 18


def lines(claim_id: str, rules: Sequence[Explained]) -> Iterator[str]:
    """One block a rule: those that ran in order of the program, then those that did not apply."""
    yield ""
    yield paint(f"EXPLAINED  {claim_id}", "bold")
    for rule in sorted(rules, key=lambda rule: rule.outcome == "not-applicable"):
        yield from _rule(rule)


def _rule(rule: Explained) -> Iterator[str]:
    where = f", line {', '.join(map(str, rule.lines))}" if rule.lines else ""
    since = f", as from {rule.version.start}" if rule.version is not None else ""
    yield f"  {paint(f'{rule.outcome:<15}', _STYLES.get(rule.outcome, 'dim'))} {rule.rule}{where}{since}"
    for message in rule.messages:
        yield fold(message, _INDENT)
    if rule.reason is not None:
        yield paint(fold(rule.reason, _INDENT), "dim")
    if rule.facts:
        facts = "; ".join(f"{path} = {_said(value)}" for path, value in rule.facts.items())
        yield paint(fold(facts, f"{_INDENT}Facts: "), "dim")


def _said(value: Any) -> str:
    if value is None:
        return "not stated"
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value) or "none"
    return str(msgspec.to_builtins(value))
