"""Versions that are never in force, and days between two versions that none covers."""

from __future__ import annotations

from collections.abc import Iterator

from payerbook.authoring import versioning
from payerbook.authoring.checks.files import PackFiles, RuleFile
from payerbook.authoring.faults import Fault
from payerbook.authoring.standing import Stretch, gaps, in_force
from payerbook.policy import Rule


def check(files: PackFiles) -> Iterator[Fault]:
    """Faults in time of all rules of a pack. A pack that overrides another has gaps by design: the other rule stands in them."""
    for one in files.rules:
        if one.rule is not None:
            yield from _never(one, one.rule)
            if files.pack.head.overrides is None:
                yield from _gaps(one)


def _never(one: RuleFile, rule: Rule) -> Iterator[Fault]:
    reached = {versioning.place_of(one.doc, version) for version in rule.versions if in_force(rule, version)}
    for place in sorted(set(range(len(one.doc.versions))) - reached):
        message = "on no pair of service day and known day is this version the one in force; correct from, to or known, or remove it"
        yield one.document.fault(("versions", place), message, "PB035")


def _gaps(one: RuleFile) -> Iterator[Fault]:
    written = [Stretch(versioning.first_day(version), versioning.day(version.to), version.changed) for version in one.doc.versions]
    for place, first, last in gaps(written):
        message = (
            f"no version covers {first} to {last}; correct a date, write a version with hole where nobody knows, "
            "or say in changed why the rule did not stand then"
        )
        yield one.document.fault(("versions", place), message, "PB036")
