"""The figures of rules as the scripts of the site count with them: versions in order, with the conditions that a script can judge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from payerbook.pages.catalog import Catalog
from payerbook.pages.places import payer_name
from payerbook.policy import Pack, Rule, Version

DECIDED = frozenset({"claim_types", "payer_sequences", "codes", "not_codes", "modifiers_any", "modifiers_none"})
"""Conditions of a version that the scripts can judge; a rule with others is named beside the result."""

Said = Callable[[Rule, Version], Mapping[str, Any]]
"""What is told of a version that is no hole, beside its days and conditions."""


def payer(catalog: Catalog, pack: Pack, kinds: Iterable[str], said: Said, *, held: bool = False) -> dict[str, Any] | None:
    """The rules of a payer of these kinds, and those that no script can judge; None when there are neither.

    `held` keeps rules on hold, with their reason.
    """
    rules, further = [], []
    for rule in pack.rules:
        if rule.kind not in kinds or rule.status == "draft" or (rule.hold and not held):
            continue
        conditions = {name for version in rule.versions for name in msgspec.to_builtins(version.when)}
        if conditions <= DECIDED:
            rules.append(_rule(rule, said))
        else:
            further.append({"rule": rule.id, "title": rule.title, "url": rule.url})
    if not rules and not further:
        return None
    return {"id": pack.head.id, "title": payer_name(pack.head), "unit_method": pack.head.unit_method, "rules": rules, "further": further}


def _rule(rule: Rule, said: Said) -> dict[str, Any]:
    ordered = sorted(rule.versions, key=lambda version: (version.start, version.known or version.start))
    made: dict[str, Any] = {"rule": rule.id, "title": rule.title, "url": rule.url, "kind": rule.kind, "basis": rule.date_basis}
    if rule.hold:
        made["hold"] = rule.hold
    if rule.applies_to_voids:
        made["voids"] = True
    return {**made, "versions": [_version(rule, version, said) for version in ordered]}


def _version(rule: Rule, version: Version, said: Said) -> dict[str, Any]:
    made: dict[str, Any] = {"from": version.start}
    if version.end is not None:
        made["to"] = version.end
    if version.attested:
        made["attested"] = True
    if version.hole is not None:
        return {**made, "hole": version.hole}
    conditions = {name: value for name in sorted(DECIDED) if (value := getattr(version.when, name))}
    return {**made, **conditions, **said(rule, version)}
