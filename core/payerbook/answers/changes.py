"""What changed for billers, and what is coming: read from the dated versions of a pack's rules."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Literal

import msgspec

from payerbook.engine.render import cite
from payerbook.finding import Cited
from payerbook.policy import DateBasis, Effect, Pack, Rule, Topic, Version

What = Literal["begins", "changes", "ends", "corrected"]
Sentence = Callable[[Rule, Version], str]
_DAY = timedelta(days=1)


class PolicyChange(msgspec.Struct, frozen=True, kw_only=True):
    """One change of one rule. `on` is its first day by the rule's clock, `known` the day of publication where a source says it.

    `attested`: no source states when it began, and `on` is the first day that is proved. `before` and `after` are the rule in words;
    None = nothing stood, or (before) nothing could be read. `changed` is the author's note.
    """

    on: datetime.date
    what: What
    pack: str
    rule: str
    title: str
    topic: Topic
    date_basis: DateBasis
    known: datetime.date | None
    attested: bool = False
    before: str | None
    after: str | None
    effect_before: Effect | None
    effect_after: Effect | None
    codes_added: tuple[str, ...] = ()
    codes_removed: tuple[str, ...] = ()
    changed: str | None = None
    replaced_by: str | None = None
    sources: tuple[Cited, ...] = ()


def changes(pack: Pack, sentence: Sentence) -> list[PolicyChange]:
    """Every change of the pack's rules, drafts aside, in order of day and rule; `sentence` says a rule in words.

    A first version whose start no source states is no change, and neither is a version that only has other sources than the one before.
    """
    found = [change for rule in pack.rules if rule.status != "draft" for change in _of(rule, sentence)]
    return sorted(found, key=lambda change: (change.on, change.rule, change.known or date.min))


def _of(rule: Rule, sentence: Sentence) -> Iterator[PolicyChange]:
    ordered = sorted(rule.versions, key=lambda version: (version.start, version.known or version.start))
    before: Version | None = None
    for place, version in enumerate(ordered):
        if before is not None and before.end is not None and before.end + _DAY < version.start:
            before = None
        if not version.hole and _tells(version, before, first=place == 0):
            yield _change(rule, before, version, sentence)
        later = ordered[place + 1] if place + 1 < len(ordered) else None
        if version.end is not None and not version.hole and (later is None or version.end + _DAY < later.start):
            yield _end(rule, version, version.end + _DAY, sentence)
        before = version


def _tells(version: Version, before: Version | None, first: bool) -> bool:
    """Whether a version says something new to a biller."""
    if version.changed:
        return True
    if before is None:
        return not (first and version.attested)
    return not before.hole and (version.when, version.params, version.effect) != (before.when, before.params, before.effect)


def _change(rule: Rule, before: Version | None, version: Version, sentence: Sentence) -> PolicyChange:
    readable = before is not None and not before.hole
    what: What = "begins" if before is None else "corrected" if before.start == version.start else "changes"
    old, new = (before.when.codes or () if before is not None and readable else ()), version.when.codes or ()
    return PolicyChange(
        on=version.start,
        what=what,
        **_about(rule),
        known=version.known,
        attested=version.attested,
        before=sentence(rule, before) if before is not None and readable else None,
        after=sentence(rule, version),
        effect_before=before.effect if before is not None and readable else None,
        effect_after=version.effect,
        codes_added=tuple(code for code in new if code not in old) if readable else (),
        codes_removed=tuple(code for code in old if code not in new),
        changed=version.changed,
        sources=cite(version.sources),
    )


def _end(rule: Rule, version: Version, day: date, sentence: Sentence) -> PolicyChange:
    return PolicyChange(
        on=day,
        what="ends",
        **_about(rule),
        known=None,
        before=sentence(rule, version),
        after=None,
        effect_before=version.effect,
        effect_after=None,
        replaced_by=rule.replaced_by,
        sources=cite(version.sources),
    )


def _about(rule: Rule) -> dict[str, Any]:
    return {"pack": rule.pack, "rule": rule.id, "title": rule.title, "topic": rule.topic, "date_basis": rule.date_basis}
