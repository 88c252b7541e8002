"""The two clocks of a rule: days that no version covers, versions that are never the one in force, and rules that end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from payerbook.authoring.prove.domain import plain
from payerbook.authoring.prove.ground import Ground
from payerbook.authoring.prove.proof import Proof
from payerbook.authoring.standing import DAY, Stretch, gaps, in_force
from payerbook.policy import Rule


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
    ordered = sorted(rule.versions, key=lambda version: (version.start, version.known or date.min))
    for place, first, last_day in gaps([Stretch(version.start, version.end, version.changed) for version in ordered]):
        before, after = ordered[place - 1], ordered[place]
        yield ground.proof(
            "PB067",
            [(rule, before), (rule, after)],
            f"no version covers the days from {first} to {last_day}: one ends on {first - DAY}, the next begins on {after.start}",
            "correct one of the dates; if the rule did not bind on those days, say so in `changed` of the later version; "
            "if nothing could be read for them, write a version with `hole`",
            plain(ground, rule, after, first),
        )
    last = ordered[-1]
    if last.end is not None and rule.replaced_by is None:
        yield ground.proof(
            "PB069",
            [(rule, last)],
            f"the rule ends on {last.end} and nothing follows",
            "if something took its place, say so in `replaced_by`; if it was lifted, `changed` or `why` should say that",
            plain(ground, rule, last, last.end + DAY),
            note=True,
        )
