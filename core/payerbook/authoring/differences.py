"""What differs between two states of a pack, or two packs: rule by rule, in the words of the rules."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec

from payerbook.api import Book
from payerbook.authoring.sides import Side
from payerbook.engine import versions
from payerbook.errors import UsageError
from payerbook.policy import Rule, Version, limit, severity

What = Literal["added", "removed", "begins", "ends", "changed", "text"]
_TEXTS = (
    "title",
    "status",
    "hold",
    "replaced_by",
    "kind",
    "evidence",
    "topic",
    "category",
    "date_basis",
    "why",
    "fix",
    "denials",
    "checklist",
)


class Setting(msgspec.Struct, frozen=True):
    """How a rule stands. Where nothing stands, `in_force` is false and the sentence says why."""

    sentence: str
    in_force: bool
    effect: str | None = None
    severity: str | None = None
    codes: tuple[str, ...] | None = None
    until: date | None = None
    when: dict[str, Any] = {}
    params: dict[str, Any] = {}
    sources: tuple[str, ...] = ()


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. `start` is the first day of the version that differs, None when two days are compared, or texts.

    `parts` names what differs: sentence, effect, severity, codes, until, when, params, sources; for texts the keys of the rule.
    """

    rule: str
    title: str
    what: What
    start: date | None = msgspec.field(name="from", default=None)
    known: date | None = None
    before: Setting | None = None
    after: Setting | None = None
    parts: tuple[str, ...] = ()
    codes_added: tuple[str, ...] = ()
    codes_removed: tuple[str, ...] = ()
    changed: str | None = None


def compare(book: Book, before: Side, after: Side) -> list[Difference]:
    """Every difference, by rule and date; rules of two packs are matched by the last part of their id.

    Raises UsageError when one side has a day and the other has none.
    """
    if (before.on is None) != (after.on is None):
        raise UsageError("One side has a date and the other has none; give both a date (PACK@YYYY-MM-DD), or neither.")
    old = {rule.slug: rule for rule in before.pack.rules}
    new = {rule.slug: rule for rule in after.pack.rules}
    found: list[Difference] = []
    for slug in sorted({*old, *new}):
        one, other = old.get(slug), new.get(slug)
        if before.on is not None and after.on is not None:
            found.extend(_on_days(book, one, other, before.on, after.on))
        else:
            found.extend(_whole(book, one, other))
        if one is not None and other is not None:
            parts = tuple(name for name in _TEXTS if getattr(one, name) != getattr(other, name))
            if parts:
                found.append(Difference(rule=other.id, title=other.title, what="text", parts=parts))
    return found


def release_fault(before: Side, after: Side) -> str | None:
    """What is wrong with the version of a changed pack; None when its rules are the same or its version is newer."""
    old, new = before.pack, after.pack
    if old.head.id != new.head.id:
        raise UsageError(f"--release compares two states of one pack, not {old.head.id} with {new.head.id}.")
    if old.rules == new.rules or _release(new.head.version) > _release(old.head.version):
        return None
    earlier = "still has" if old.head.version == new.head.version else f"has {new.head.version}, older than"
    return f"the rules of {new.head.id} changed, but it {earlier} the version {old.head.version}; write a newer one in pack.yaml."


def _release(version: str) -> tuple[int, ...]:
    """A CalVer version as numbers, so that 2026.11 comes after 2026.9."""
    return tuple(map(int, version.split(".")))


def _on_days(book: Book, one: Rule | None, other: Rule | None, first: date, second: date) -> list[Difference]:
    before = None if one is None else _standing(book, one, first)
    after = None if other is None else _standing(book, other, second)
    text = None
    if other is not None and not isinstance(standing := versions.on(other, second), versions.Gap):
        text = standing.changed
    if not any(setting is not None and setting.in_force for setting in (before, after)):
        return []
    return _differ(one or other, before, after, text=text)


def _whole(book: Book, one: Rule | None, other: Rule | None) -> list[Difference]:
    """Version by version; one that only one side has is compared with what stands on its first day on the other side."""
    old = {} if one is None else {(version.start, version.known): version for version in one.versions}
    new = {} if other is None else {(version.start, version.known): version for version in other.versions}
    found = []
    for start, known in sorted({*old, *new}, key=lambda key: (key[0], key[1] or key[0])):
        was, now = old.get((start, known)), new.get((start, known))
        before = None if one is None else _standing(book, one, start) if was is None else _setting(book, one, was)
        after = None if other is None else _standing(book, other, start) if now is None else _setting(book, other, now)
        found += _differ(one or other, before, after, start, known, now.changed if now is not None else None)
    return found


def _differ(
    rule: Rule | None,
    before: Setting | None,
    after: Setting | None,
    start: date | None = None,
    known: date | None = None,
    text: str | None = None,
) -> list[Difference]:
    if rule is None or before == after:
        return []
    what: What = "changed"
    if before is None or after is None:
        what = "added" if before is None else "removed"
    elif before.in_force != after.in_force:
        what = "begins" if after.in_force else "ends"
    both = before is not None and after is not None
    parts = tuple(name for name in Setting.__struct_fields__ if getattr(before, name) != getattr(after, name)) if both else ()
    old, new = _codes(before), _codes(after)
    return [
        Difference(
            rule=rule.id,
            title=rule.title,
            what=what,
            start=start,
            known=known,
            before=before,
            after=after,
            parts=tuple(part for part in parts if part != "in_force"),
            codes_added=tuple(code for code in new if code not in old) if what == "changed" else (),
            codes_removed=tuple(code for code in old if code not in new) if what == "changed" else (),
            changed=text,
        )
    ]


def _codes(setting: Setting | None) -> tuple[str, ...]:
    return setting.codes or () if setting is not None else ()


def _standing(book: Book, rule: Rule, day: date) -> Setting:
    found = versions.on(rule, day)
    return Setting(found.reason, in_force=False) if isinstance(found, versions.Gap) else _setting(book, rule, found)


def _setting(book: Book, rule: Rule, version: Version) -> Setting:
    if version.hole:
        return Setting(version.hole, in_force=False)
    ruled_out = ("other_plans", "other_lines_of_business")  # follows from the conditions and from what else is on file
    when = {name: value for name, value in msgspec.to_builtins(version.when).items() if name not in ("codes", *ruled_out)}
    return Setting(
        sentence=book.sentence(rule, version),
        in_force=True,
        effect=version.effect,
        severity=severity(version.effect, limit(version)),
        codes=version.when.codes,
        until=version.end,
        when=when,
        params=version.params,
        sources=tuple(", ".join(part for part in (source.title, source.section, source.grade) if part) for source in version.sources),
    )
