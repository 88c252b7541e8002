"""Dates of versions: their order, their overlaps, and how a child's timeline is cut by its parent's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from payerbook.authoring.documents import RuleDoc, VersionDoc
from payerbook.authoring.faults import Fault
from payerbook.authoring.yamlfile import Document
from payerbook.engine.versions import closed
from payerbook.policy import Rule, Version

_DAY = timedelta(days=1)


class Span(NamedTuple):
    """A stretch of a child's version that falls into one version of its parent (None = no parent)."""

    start: date
    end: date | None
    parent: Version | None


def day(text: str | None) -> date | None:
    """A day from its text, which the schema has judged already."""
    return None if text is None else date.fromisoformat(text)


def dated(version: VersionDoc) -> bool:
    """Whether the version says its first day exactly once."""
    return (version.from_ is None) != (version.attested_from is None)


def first_day(version: VersionDoc) -> date:
    """The first day of a version that is `dated`."""
    return date.fromisoformat(version.from_ or version.attested_from or "")


def holds(version: VersionDoc, on: date) -> bool:
    """Whether a day lies between the version's own dates."""
    last = day(version.to)
    return first_day(version) <= on and (last is None or on <= last)


def place_of(doc: RuleDoc, version: Version) -> int:
    """The place in the file of the version that a compiled version was made from: the last one that holds its first day."""
    held = [n for n, own in enumerate(doc.versions) if dated(own) and holds(own, version.start) and day(own.known) == version.known]
    return held[-1]


def check(document: Document, doc: RuleDoc) -> Iterator[Fault]:
    """Faults in the dates of a rule: missing, reversed, out of order, overlapping, or with differing settings."""
    before: VersionDoc | None = None
    for place, version in enumerate(doc.versions):
        path = ("versions", place)
        if not dated(version):
            yield document.fault(path, "a version has either from or attested_from; write one of them", "PB006")
            return
        if version.to is not None and version.to < first_day(version).isoformat():
            yield document.fault((*path, "to"), f"the version ends on {version.to}, before it begins; correct one of the dates", "PB011")
        if before is not None:
            yield from _against(document, path, version, before)
        before = version
    keys = [set(version.params) for version in doc.versions if not version.hole]
    for place, version in enumerate(doc.versions):
        if not version.hole and set(version.params) != keys[0]:
            differs = ", ".join(sorted(set(version.params) ^ keys[0]))
            message = f"all versions list the same settings, but {differs} is not in all of them; add it, or move it to the common params"
            yield document.fault(("versions", place), message, "PB020")


def _against(document: Document, path: tuple[str | int, ...], version: VersionDoc, before: VersionDoc) -> Iterator[Fault]:
    start, earlier = first_day(version), first_day(before)
    if start < earlier:
        yield document.fault(path, f"versions rise by date; {start} comes after {earlier} in the file, move it up", "PB011")
    elif start == earlier and (version.known is None or (before.known or "") >= version.known):
        yield document.fault(path, f"two versions begin on {start}; correct the date, or give the correction a later known", "PB011")
    elif start != earlier and before.to is not None and before.to >= start.isoformat():
        message = f"this version begins on {start}, but the one before lasts until {before.to}; end that one earlier"
        yield document.fault(path, message, "PB011")


def spans(doc: RuleDoc, place: int, parent: Rule | None) -> list[Span]:
    """The stretches of one version of a rule: itself, or cut at every date of the parent.

    An end that only the next version brings stays open: by what was known before that one was published, the stretch goes on.
    """
    version = doc.versions[place]
    start, end = first_day(version), day(version.to)
    if parent is None:
        return [Span(start, end, None)]
    later = [first_day(other) - _DAY for other in doc.versions if dated(other) and first_day(other) > start]
    found = []
    for begins, ends, base in closed(parent):
        low = max(start, begins)
        if all(last is None or low <= last for last in (end, ends, *later)):
            found.append(Span(low, min((last for last in (end, base.end) if last is not None), default=None), base))
    return found
