"""A practice's own pack over a bundled one: its rules stand for the days that they cover, the bundled ones for all others.

A version of the practice that does not say when it was published counts as known whenever the bundled rule is.
"""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from payerbook.engine.versions import closed, known_from
from payerbook.policy import Pack, Rule, Version

_DAY = timedelta(days=1)


def override(base: Pack, own: Pack) -> Pack:
    """The base pack with the rules of the other: a rule of the same id replaces the days that it covers, a new one is added."""
    rules = {rule.id: rule for rule in base.rules}
    for rule in own.rules:
        rules[rule.id] = _over(rules[rule.id], rule) if rule.id in rules else rule
    return msgspec.structs.replace(base, rules=tuple(rules[id] for id in sorted(rules)))


def _over(base: Rule, own: Rule) -> Rule:
    spans = [(start, end) for start, end, _ in closed(own)]
    left = [version for start, end, version in closed(base) for version in _outside(version, start, end, spans)]
    known = min(known_from(version) for version in base.versions)
    mine = [version if version.known else msgspec.structs.replace(version, known=min(known, version.start)) for version in own.versions]
    versions = sorted([*left, *mine], key=lambda version: (version.start, version.known or version.start))
    return msgspec.structs.replace(
        own, versions=tuple(versions), facts=own.facts or base.facts, applies_to_voids=own.applies_to_voids or base.applies_to_voids
    )


def _outside(version: Version, start: date, end: date | None, spans: list[tuple[date, date | None]]) -> list[Version]:
    """The parts of a version that lie outside the spans; each keeps the day on which it could first be known."""
    parts: list[tuple[date, date | None]] = [(start, end)]
    for begins, ends in spans:
        parts = [piece for low, high in parts for piece in _cut(low, high, begins, ends)]
    return [
        version
        if (low, high) == (start, end)
        else msgspec.structs.replace(
            version, start=low, end=version.end if high == end else high, known=version.known if low == start else known_from(version)
        )
        for low, high in parts
    ]


def _cut(low: date, high: date | None, begins: date, ends: date | None) -> list[tuple[date, date | None]]:
    """A span without another one; None = open end."""
    if (high is not None and high < begins) or (ends is not None and ends < low):
        return [(low, high)]
    pieces: list[tuple[date, date | None]] = []
    if low < begins:
        pieces.append((low, begins - _DAY))
    if ends is not None and (high is None or ends < high):
        pieces.append((ends + _DAY, high))
    return pieces
