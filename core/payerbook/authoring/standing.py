"""Which version of a rule stands when: the days on which each is the one in force, and days that none covers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from payerbook.engine import versions
from payerbook.policy import Rule, Version

DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """The days of a version as they are written, and what it says of the change."""

    start: date
    end: date | None
    changed: str | None


def in_force(rule: Rule, version: Version) -> list[tuple[date, date | None]]:
    """Days on which the version is the one in force, each with the day of knowledge it needs (None = all that is on file).

    The answer can change only where a version begins or ends and on days of publication, so those days are tried; the first and the
    last day come out. Nothing = the version is never in force.
    """
    cuts = sorted(versions.cuts(rule))
    days = sorted({day for cut in cuts for day in (cut, cut - DAY)} | {version.end or version.start})
    days = [day for day in days if version.start <= day and (version.end is None or day <= version.end)]
    learned = sorted({versions.known_from(other) for other in rule.versions}, reverse=True)
    for known in (None, *learned):
        stands = [day for day in days if _stands(rule, day, known) is version]
        if stands:
            return [(day, known) for day in dict.fromkeys((stands[0], stands[-1]))]
    return []


def _stands(rule: Rule, day: date, known: date | None) -> Version | None:
    found = versions.on(rule, day, known)
    if isinstance(found, Version):
        return found
    return found.version if found.outcome == "not-on-file" else None


def gaps(stretches: Sequence[Stretch]) -> Iterator[tuple[int, date, date]]:
    """Days between two versions that none covers and that `changed` of the later one does not explain.

    `stretches` rise by their first day. Each gap: the place of the later version, the first and the last day without one.
    """
    covered: date | None = None
    for place, (before, after) in enumerate(pairwise(stretches), 1):
        if before.end is None:
            covered = None
            continue
        covered = before.end if covered is None else max(covered, before.end)
        if covered + DAY < after.start and not after.changed:
            yield place, covered + DAY, after.start - DAY
