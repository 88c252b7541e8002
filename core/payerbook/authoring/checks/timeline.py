"""Versions that are never in force, and days between two versions that none covers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from payerbook.authoring import versioning
from payerbook.authoring.checks.files import PackFiles, RuleFile
from payerbook.authoring.faults import Fault
from payerbook.engine.versions import Gap, cuts, known_from, on
from payerbook.policy import Rule, Version

_DAY = timedelta(days=1)


def check(files: PackFiles) -> Iterator[Fault]:
    """Faults in time of all rules of a pack. A pack that overrides another has gaps by design: the other rule stands in them."""
    for one in files.rules:
        if one.rule is not None:
            yield from _never(one, one.rule)
            if files.pack.head.overrides is None:
                yield from _gaps(one)


def _never(one: RuleFile, rule: Rule) -> Iterator[Fault]:
    standing = _standing(rule)
    reached = {versioning.place_of(one.doc, version) for version in rule.versions if id(version) in standing}
    for place in sorted(set(range(len(one.doc.versions))) - reached):
        message = "on no pair of service day and known day is this version the one in force; correct from, to or known, or remove it"
        yield one.document.fault(("versions", place), message, "PB035")


def _standing(rule: Rule) -> set[int]:
    """The versions (by identity) that answer for some service day with what was known on some day."""
    known: list[date | None] = [None, *sorted({known_from(version) for version in rule.versions})]
    found = set()
    for service in sorted(cuts(rule)):
        for day in known:
            answer = on(rule, service, day)
            version: Version = answer.version if isinstance(answer, Gap) else answer
            if version.start <= service and (version.end is None or service <= version.end):
                found.add(id(version))
    return found


def _gaps(one: RuleFile) -> Iterator[Fault]:
    versions = one.doc.versions
    for version in versions:
        last = versioning.day(version.to)
        if last is None or any(versioning.holds(other, last + _DAY) for other in versions):
            continue
        later = [place for place, other in enumerate(versions) if versioning.first_day(other) > last]
        if later and not versions[later[0]].changed:
            span = f"{last + _DAY} to {versioning.first_day(versions[later[0]]) - _DAY}"
            message = (
                f"no version covers {span}; correct a date, write a version with hole where nobody knows, "
                "or say in changed why the rule did not stand then"
            )
            yield one.document.fault(("versions", later[0]), message, "PB036")
