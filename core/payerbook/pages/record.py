"""What changed in the rules of all payers: each change once, with every payer that it came to; pages, feeds and the calendar read it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

from payerbook.answers.changes import PolicyChange, What
from payerbook.pages.catalog import Catalog

_NAMES = uuid.UUID("6f0a7a1e-6a2a-5a0e-8d0b-7f3a1c6b9d24")
"""The name space of the ids of changes; made once, never to be changed."""


class Called(NamedTuple):
    """What a sort of change is called: a mark and a word."""

    mark: str
    word: str


CALLED: dict[What, Called] = {
    "begins": Called("+", "New"),
    "changes": Called("↻", "Changed"),
    "ends": Called("■", "Ended"),
    "corrected": Called("✎", "Corrected"),
}


@dataclass(frozen=True)
class Entry:
    """A change as its first payer says it (`change`), and all payers that it is the same for, in the order of the site."""

    change: PolicyChange
    payers: tuple[str, ...]
    told: date
    """The day it became known; where no source says so, the day it began, or the day its source was read if that is still ahead."""

    @property
    def anchor(self) -> str:
        """Where it stands on a page."""
        known = f"-known-{self.change.known}" if self.change.known else ""
        return f"{self.change.rule}-{self.change.on}-{self.change.what}{known}".replace(".", "-")

    @property
    def uid(self) -> str:
        """An id that stays the same as long as the change itself does."""
        return str(uuid.uuid5(_NAMES, self.anchor))

    @property
    def month(self) -> str:
        """The month it takes effect in, such as 2026-01."""
        return str(self.change.on)[:7]


class Record:
    """All changes of the payers on the site, newest first."""

    def __init__(self, catalog: Catalog) -> None:
        self._today = catalog.today
        self._answers = catalog.answers

    def of(self, payer: str) -> list[Entry]:
        """The changes of one payer, newest first."""
        return _ordered(self._entry(change, (payer,)) for change in self._answers.changes(payer))

    @cached_property
    def all(self) -> list[Entry]:
        """The changes of all payers; what is the same for several stands once."""
        found: dict[object, Entry] = {}
        for head in self._answers.packs():
            for change in self._answers.changes(head.id):
                same = (change.rule.rpartition(".")[2], change.on, change.what, change.known, change.before, change.after)
                held = found.get(same)
                found[same] = self._entry(change, (head.id,)) if held is None else replace(held, payers=(*held.payers, head.id))
        return _ordered(found.values())

    @property
    def latest(self) -> list[Entry]:
        """What is in force on the day of the site, without changes of which only a later day is proved: when they came, nobody says."""
        return [entry for entry in self.all if self.holds(entry) and not entry.change.attested]

    @property
    def coming(self) -> list[Entry]:
        """What is still ahead on the day of the site, nearest first."""
        return [entry for entry in reversed(self.all) if not self.holds(entry)]

    def holds(self, entry: Entry) -> bool:
        """Whether the change has taken effect on the day of the site."""
        return entry.change.on <= self._today

    @cached_property
    def months(self) -> Mapping[str, list[Entry]]:
        """All changes by the month in which they take effect, newest first."""
        found: dict[str, list[Entry]] = {}
        for entry in self.all:
            found.setdefault(entry.month, []).append(entry)
        return found

    def _entry(self, change: PolicyChange, payers: tuple[str, ...]) -> Entry:
        told = change.known
        if told is None and change.on <= self._today:
            told = change.on
        if told is None:
            told = min((source.last_checked for source in change.sources if source.last_checked), default=self._today)
        return Entry(change, payers, told)


def _ordered(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(sorted(entries, key=lambda entry: entry.anchor), key=lambda entry: entry.change.on, reverse=True)


def newest(entries: Iterable[Entry], count: int) -> Iterator[Entry]:
    """The entries that became known last."""
    yield from sorted(entries, key=lambda entry: (entry.told, entry.change.on), reverse=True)[:count]
