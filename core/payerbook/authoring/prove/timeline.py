"""The two clocks of a rule: days that no version covers, versions that are never the one in force, and rules that end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from payerbook.authoring.prove.domain import plain
from payerbook.authoring.prove.ground import Ground
from payerbook.authoring.prove.proof import Proof
from payerbook.engine import versions
from payerbook.policy import Rule, Version

_DAY = timedelta(days=1)


def in_force(rule: Rule, version: Version) -> list[tuple[date, date | None]]:
    """Days on which the version is the one in force, each with the day of knowledge it needs (None = all that is on file).

    The answer can change only where a version begins or ends and on days of publication, so those days are tried; the first and the
    last day come out. Nothing = the version is never in force.
    """
    cuts = sorted(versions.cuts(rule))
    days = sorted({day for cut in cuts for day in (cut, cut - _DAY)} | {version.end or version.start})
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


def timeline(ground: Ground) -> Iterator[Proof]:
    """What is wrong with the dates of the rules."""
    for rule in ground.rules:
        if ground.own.head.overrides is None:  # a pack that stands over another has gaps by design
            yield from _gaps(ground, rule)
        for version in rule.versions:
            if not in_force(rule, version):
                yield ground.proof(
                    "PB068",
                    [(rule, version)],
                    f"the version from {version.start} is never the one in force: another version stands on each of its days",
                    "remove the version, or give it the dates or the day of publication that tell it apart",
                    plain(ground, rule, version, version.start),
                )


def _gaps(ground: Ground, rule: Rule) -> Iterator[Proof]:
    ordered = sorted(rule.versions, key=lambda version: version.start)
    for before, after in pairwise(ordered):
        if before.end is not None and before.end + _DAY < after.start and not after.changed:
            first = before.end + _DAY
            yield ground.proof(
                "PB067",
                [(rule, before), (rule, after)],
                f"no version covers the days from {first} to {after.start - _DAY}: "
                f"one ends on {before.end}, the next begins on {after.start}",
                "correct one of the dates; if the rule did not bind on those days, say so in `changed` of the later version; "
                "if nothing could be read for them, write a version with `hole`",
                plain(ground, rule, after, first),
            )
    last = max(rule.versions, key=lambda version: (version.end or date.max, version.start))
    if last.end is not None and rule.replaced_by is None:
        yield ground.proof(
            "PB069",
            [(rule, last)],
            f"the rule ends on {last.end} and nothing follows",
            "if something took its place, say so in `replaced_by`; if it was lifted, `changed` or `why` should say that",
            plain(ground, rule, last, last.end + _DAY),
            note=True,
        )
