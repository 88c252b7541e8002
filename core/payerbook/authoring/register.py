"""The register of facts of a pack (facts.yaml): every researched fact is encoded by a rule, or the register says where it went.

A fact that went nowhere else names a table, a page of the documentation, or the reason why it is a hole.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from payerbook.authoring.faults import Fault
from payerbook.authoring.yamlfile import Document
from payerbook.policy import Pack, Placed, Register, Rule

WHERE = ("rule", "table", "page", "hole")


class Fact(msgspec.Struct, frozen=True):
    """Where one fact went: `detail` holds the rules that encode it, the table, the page, or the reason of the hole."""

    fact: str
    where: str
    detail: tuple[str, ...]


def check(document: Document, rules: Sequence[Rule], tables: Collection[str]) -> list[Fault]:
    """Faults of a register: facts that nobody encodes, facts that it does not know, places that do not exist."""
    register = msgspec.convert(document.data, Register)
    encoded = {fact: rule.slug for rule in reversed(rules) for fact in rule.facts}
    faults: list[Fault] = []
    for place, fact in enumerate(register.in_rules):
        if fact not in encoded:
            text = f"no rule lists the fact {fact}; add it to the facts of a rule, or say under elsewhere where it went"
            faults.append(document.fault(("in_rules", place), text, "PB027"))
    for fact, placed in register.elsewhere.items():
        path = ("elsewhere", fact)
        if fact in register.in_rules:
            faults.append(document.fault(path, f"{fact} stands under in_rules too; keep one", "PB027", key=True))
        elif fact in encoded:
            text = f"the rule {encoded[fact]} encodes the fact by now; move it to in_rules"
            faults.append(document.fault(path, text, "PB027", key=True, note=True))
        if len([value for value in (placed.table, placed.page, placed.hole) if value]) != 1:
            faults.append(document.fault(path, "say one of table, page and hole", "PB027", key=True))
        elif placed.table is not None and placed.table not in tables:
            known = ", ".join(sorted(tables)) or "none"
            faults.append(document.fault((*path, "table"), f"there is no dated table {placed.table}; known: {known}", "PB018"))
    known_facts = {*register.in_rules, *register.elsewhere}
    for fact in sorted(set(encoded) - known_facts):
        text = f"the rule {encoded[fact]} lists a fact that the register does not have: {fact}; add it or correct the rule"
        faults.append(document.fault(("in_rules",), text, "PB027", key=True))
    return faults


def coverage(pack: Pack) -> list[Fact]:
    """Where each fact of the register went, in order of id; a rule that encodes a fact goes before all else."""
    if pack.register is None:
        return []
    by_fact: dict[str, list[str]] = {}
    for rule in pack.rules:
        for fact in rule.facts:
            by_fact.setdefault(fact, []).append(rule.id)
    facts = sorted({*pack.register.in_rules, *pack.register.elsewhere})
    return [_placed(fact, by_fact.get(fact, []), pack.register.elsewhere.get(fact, Placed())) for fact in facts]


def _placed(fact: str, rules: list[str], placed: Placed) -> Fact:
    if rules:
        return Fact(fact, "rule", tuple(rules))
    if placed.table is not None:
        return Fact(fact, "table", (placed.table,))
    if placed.page is not None:
        return Fact(fact, "page", (placed.page,))
    return Fact(fact, "hole", (placed.hole or "",))


def totals(facts: Sequence[Fact]) -> dict[str, int]:
    """How many facts went where, and their sum under `facts`."""
    counts = {where: sum(1 for fact in facts if fact.where == where) for where in WHERE}
    return {**counts, "facts": len(facts)}


def as_data(pack: Pack) -> dict[str, Any]:
    """The register of a pack as `packs --coverage --json` shows it."""
    facts = coverage(pack)
    return {"id": pack.head.id, "totals": totals(facts), "facts": msgspec.to_builtins(facts)}
