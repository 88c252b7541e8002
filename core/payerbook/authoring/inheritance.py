"""What a rule does not say itself: what it takes from its parent, and settings that follow from its conditions."""

from __future__ import annotations

from typing import Any

from payerbook.authoring.documents import RuleDoc
from payerbook.kinds.base import Kind
from payerbook.policy import Pack, Rule, Template, When

Parent = Rule | Template

REQUIRED = ("kind", "title", "effect", "evidence", "topic", "category")
"""What a rule has to end up with, of its own or from its parent."""
OPTIONAL = ("date_basis", "applies_to_voids", "why", "fix", "denials", "checklist")
"""What a rule may say or take from its parent; absent = the engine's default."""


def parents(pack: Pack) -> tuple[Parent, ...]:
    """Everything in a pack that a rule can be `like`."""
    return (*pack.rules, *pack.templates)


def values(doc: RuleDoc, parent: Parent | None) -> dict[str, Any]:
    """The keys of a rule outside its versions: its own, else its parent's. Keys that neither has are absent."""
    return {**taken(parent), **{name: value for name in (*REQUIRED, *OPTIONAL) if (value := getattr(doc, name)) is not None}}


def taken(parent: Parent | None) -> dict[str, Any]:
    """What a child takes where it says nothing itself; of a rule with several effects the latest."""
    if parent is None:
        return {}
    if isinstance(parent, Template):
        return {name: value for name in (*REQUIRED, *OPTIONAL) if (value := getattr(parent, name)) is not None}
    found = {name: getattr(parent, name) for name in (*REQUIRED, *OPTIONAL) if name != "effect"}
    return {**found, "effect": parent.versions[-1].effect}


def settings(parent: Parent | None) -> dict[str, Any]:
    """The settings that a child starts from: a template's, or those of a rule's latest version."""
    if parent is None:
        return {}
    return parent.params if isinstance(parent, Template) else parent.versions[-1].params


def completed(params: dict[str, Any], kind: Kind[Any] | None, when: When) -> dict[str, Any]:
    """The settings of a version; those that a kind wants for each code and that nobody wrote come from the codes of `when`."""
    name = None if kind is None else kind.by_code
    if name is None or name in params or not when.codes:
        return params
    return {**params, name: {code: {} for code in when.codes if code not in when.not_codes}}
