"""Which version of a rule stands on a date, on both clocks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal, NamedTuple

from payerbook.policy import Rule, Version


class Gap(NamedTuple):
    """No version answers: the rule did not bind then (`not-applicable`), or nobody knows (`not-on-file`) and why."""

    outcome: Literal["not-applicable", "not-on-file"]
    reason: str
    version: Version


def known_from(version: Version) -> date:
    """The first day on which the version could be known: the day of publication, else its first day."""
    return version.start if version.known is None else min(version.known, version.start) if version.attested else version.known


def on(rule: Rule, day: date, known_on: date | None = None) -> Version | Gap:
    """The version for `day` with what was known on `known_on` (None = all that is on file today).

    The version that began last counts, and of those with one start the latest correction; once it has ended, nothing stands. A rule
    on hold answers for no day.
    """
    versions = rule.versions
    if known_on is not None:
        versions = tuple(version for version in versions if known_from(version) <= known_on)
    first = rule.versions[0]
    if not versions:
        return Gap("not-on-file", "Nothing of this rule had been published by then.", first)
    best: Version | None = None
    for version in versions:
        if version.start <= day and (best is None or _later(version, best)):
            best = version
    if best is None:
        first = min(versions, key=lambda version: version.start)
        if first.attested:
            return Gap("not-on-file", f"The sources prove this rule only from {first.start} on.", first)
        return Gap("not-applicable", f"The rule began on {first.start}.", first)
    if best.end is not None and best.end < day:
        return Gap("not-applicable", f"The rule ended on {best.end}.", best)
    if best.hole or rule.hold:
        return Gap("not-on-file", best.hole or f"The rule is on hold: {rule.hold}", best)
    return best


def _later(one: Version, other: Version) -> bool:
    return (one.start, one.known or one.start) >= (other.start, other.known or other.start)


def standing(rule: Rule, version: Version) -> Version:
    """The version itself, or for a hole the nearest version with settings: the last before it, else the first of all."""
    if not version.hole:
        return version
    real = [other for other in rule.versions if not other.hole]
    before = [other for other in real if other.start <= version.start]
    return max(before, key=lambda other: other.start) if before else min(real, key=lambda other: other.start, default=version)


def closed(rule: Rule) -> list[tuple[date, date | None, Version]]:
    """A rule's versions with both ends: an open end lasts until the day before the next start."""
    starts = sorted({version.start for version in rule.versions})
    made = []
    for version in rule.versions:
        later = [start for start in starts if start > version.start]
        end = later[0] - timedelta(days=1) if later else None
        if version.end is not None and (end is None or version.end < end):
            end = version.end
        made.append((version.start, end, version))
    return made


def cuts(rule: Rule) -> set[date]:
    """Every day on which the answer of `on` can change by service day."""
    days: set[date] = set()
    for version in rule.versions:
        days.add(version.start)
        if version.end is not None:
            days.add(version.end + timedelta(days=1))
    return days
