"""When the answer last changed and next changes, on each clock.

The answer can change only on the first day of a version, the day after its last, a day that a rule's own settings name, or a day
of publication. So the walk starts from the answer asked for and tries each of those days: backward, the day before it, until that
day's answer differs; forward, the day itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import msgspec

from payerbook.answers.ask import Asker, Said
from payerbook.answers.questions import Clock, Flip
from payerbook.kinds.base import Question

Parts = dict[str | None, tuple[str, ...]]
"""What makes two answers the same answer, by rule (None = the answer as a whole)."""
Core = Callable[[Sequence[Said]], Parts]
_DAY = timedelta(days=1)


def flips(asker: Asker, question: Question, known_on: date | None, core: Core) -> tuple[Flip, ...]:
    """The last and the next change by date of service (with what is known on `known_on`), then by what was known (for the day asked).

    With no `known_on`, everything on file is known: the last change is the latest one, and none is ahead.
    """

    def served(day: date) -> Parts:
        return core(asker.ask(msgspec.structs.replace(question, on=day), known_on))

    def known(day: date) -> Parts:
        return core(asker.ask(question, day))

    now = core(asker.ask(question, known_on))
    turns = asker.service_turns(question.code)
    learned = asker.known_turns(question.code)
    return (
        *_last("service", now, served, [day for day in turns if day <= question.on]),
        *_next("service", now, served, [day for day in turns if day > question.on]),
        *_last("known-on", now, known, [day for day in learned if known_on is None or day <= known_on]),
        *_next("known-on", now, known, [day for day in learned if known_on is not None and day > known_on]),
    )


def _last(clock: Clock, now: Parts, answer: Callable[[date], Parts], days: Sequence[date]) -> tuple[Flip, ...]:
    """The latest of the days since which the answer is what it is now: one flip for each rule that changed."""
    for day in reversed(days):
        before = answer(day - _DAY)
        if before != now:
            return _told(day, clock, before, now)
    return ()


def _next(clock: Clock, now: Parts, answer: Callable[[date], Parts], days: Sequence[date]) -> tuple[Flip, ...]:
    """The first of the days on which the answer is no longer what it is now."""
    for day in days:
        after = answer(day)
        if after != now:
            return _told(day, clock, now, after)
    return ()


def _told(day: date, clock: Clock, before: Parts, after: Parts) -> tuple[Flip, ...]:
    whole = f"coverage: {_change(before[None], after[None])}" if before[None] != after[None] else ""
    changed = [rule for rule in dict.fromkeys([*before, *after]) if rule is not None and before.get(rule) != after.get(rule)]
    return tuple(Flip(day, clock, whole or _change(before.get(rule, ()), after.get(rule, ())), rule) for rule in changed)


def _change(before: tuple[str, ...], after: tuple[str, ...]) -> str:
    """What is gone and what has come, in words; empty when nothing changed."""
    gone = "; ".join(text for text in before if text not in after)
    come = "; ".join(text for text in after if text not in before)
    if gone and come:
        return f"{gone} becomes {come}"
    return f"ends: {gone}" if gone else f"new: {come}" if come else ""
