"""Which rules of a pack are checked, by their status.

An active rule is. A retired one is too: its versions have ended, and old claims are judged as of their dates. One that is on hold
answers `not-on-file` with the reason (see `versions.on`), never a silent pass. A draft is left out, except of the folders that
somebody names, where it may only advise.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import msgspec

from payerbook.policy import Pack, Status


class Readings(NamedTuple):
    """How many versions of a pack were read by two persons, by one, and how many name no reader; holes aside."""

    twice: int
    once: int
    unnamed: int


def in_use(pack: Pack, drafts: bool) -> Pack:
    """The pack with the rules that are checked; `drafts` keeps those that are drafts."""
    if drafts or all(rule.status != "draft" for rule in pack.rules):
        return pack
    return msgspec.structs.replace(pack, rules=tuple(rule for rule in pack.rules if rule.status != "draft"))


def as_active(pack: Pack) -> Pack:
    """The pack as if no rule were a draft or on hold: how its cases judge it."""
    if all(rule.status in ("active", "retired") for rule in pack.rules):
        return pack
    rules = (
        rule if rule.status in ("active", "retired") else msgspec.structs.replace(rule, status="active", hold=None) for rule in pack.rules
    )
    return msgspec.structs.replace(pack, rules=tuple(rules))


def statuses(pack: Pack) -> dict[Status, int]:
    """How many rules have each status other than active."""
    found = Counter(rule.status for rule in pack.rules)
    names: tuple[Status, ...] = ("draft", "on-hold", "retired")
    return {name: found[name] for name in names if found[name]}


def readings(pack: Pack) -> Readings:
    """Who read the versions of a pack, as far as they say."""
    versions = [version for rule in pack.rules for version in rule.versions if not version.hole]
    twice = sum(1 for version in versions if version.second_reader is not None)
    once = sum(1 for version in versions if version.read_by is not None and version.second_reader is None)
    return Readings(twice, once, len(versions) - twice - once)
