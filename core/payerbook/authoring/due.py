"""Which sources of a pack have to be read again, and which rules rest on them."""

from __future__ import annotations

from datetime import date

import msgspec

from payerbook.policy import Grade, Pack, Source


class Due(msgspec.Struct, frozen=True):
    """A source whose last reading is older than the pack allows. `days` is the age of the reading; `last_checked` is None and
    `days` too when nobody wrote down a reading."""

    pack: str
    title: str
    publisher: str
    url: str | None
    grade: Grade
    last_checked: date | None
    days: int | None
    rules: tuple[str, ...]


def due(pack: Pack, today: date) -> list[Due]:
    """The sources of the pack's living rules that have to be read again, the oldest reading first.

    What rests on memory (grade M) has nothing to read and is left out, and so is a source without a reading and without a URL.
    """
    rules: dict[tuple[str, str, str | None, date | None], dict[str, None]] = {}
    sources: dict[tuple[str, str, str | None, date | None], Source] = {}
    for rule in pack.rules:
        if rule.status == "retired":
            continue
        for source in (source for version in rule.versions for source in version.sources):
            if is_due(source.grade, source.last_checked, source.url, today, pack.head.review_days):
                key = (source.title, source.publisher, source.url, source.last_checked)
                sources.setdefault(key, source)
                rules.setdefault(key, {})[rule.id] = None
    found = [
        Due(
            pack=pack.head.id,
            title=source.title,
            publisher=source.publisher,
            url=source.url,
            grade=source.grade,
            last_checked=source.last_checked,
            days=None if source.last_checked is None else (today - source.last_checked).days,
            rules=tuple(rules[key]),
        )
        for key, source in sources.items()
    ]
    return sorted(found, key=lambda one: (one.last_checked or date.min, one.title, one.url or ""))


def is_due(grade: Grade, last_checked: date | None, url: str | None, today: date, review_days: int) -> bool:
    """Whether a source has to be read again on `today`, where a reading holds for `review_days`."""
    if grade == "M":
        return False
    if last_checked is None:
        return url is not None
    return (today - last_checked).days > review_days
