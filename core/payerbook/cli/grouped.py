"""Equal faults of many claims together: what `check` prints and the claim checker of the site shows, in one order and of bounded size."""

from __future__ import annotations

import re
from decimal import Decimal

from payerbook.finding import Finding, Open, Repair, Report
from payerbook.policy import RANK

_INDEX = re.compile(r"\[\d+\]")
MESSAGES = 8
"""Messages of one group that are kept; the others are counted."""
PLACES = 3
"""Places of one message that are named; the others are counted."""


class Places:
    """Where one message applies: the first places and how many there are."""

    def __init__(self) -> None:
        self.number = 0
        self._first: list[str] = []

    def add(self, where: str) -> None:
        self.number += 1
        if len(self._first) < PLACES:
            self._first.append(where)

    def __str__(self) -> str:
        more = f" and {self.number - PLACES:,} more" if self.number > PLACES else ""
        return ", ".join(self._first) + more


class Group:
    """Equal faults: one rule, one severity; a few messages with a few places each, the rest as numbers."""

    def __init__(self, first: Finding) -> None:
        self.first = first
        self.places = 0
        self.risk = Decimal(0)
        self.messages: dict[str, Places] = {}
        self.fixes: dict[str, Repair] = {}

    @property
    def others(self) -> int:
        """Places whose messages are not kept."""
        return self.places - sum(places.number for places in self.messages.values())

    def add(self, claim_id: str, finding: Finding) -> None:
        self.places += 1
        self.risk += finding.at_risk or 0
        where = claim_id if finding.line is None else f"{claim_id} line {finding.line}"
        places = self.messages.get(finding.message)
        if places is None and len(self.messages) < MESSAGES:
            places = self.messages[finding.message] = Places()
        if places is not None:
            places.add(where)
        for fix in finding.fixes:
            if len(self.fixes) < MESSAGES:
                self.fixes.setdefault(f"{fix.action} {fix.value}", fix)


class Unanswered:
    """What went unanswered for one reason; the first message stands for those like it, all rules are named."""

    def __init__(self, first: Open) -> None:
        self.first = first
        self.claims = 0
        self.rules: set[str] = set()
        self._messages: set[str] = set()

    @property
    def alike(self) -> bool:
        """Whether there are messages that differ from the first."""
        return len(self._messages) > 1

    def add(self, items: list[Open]) -> None:
        self.claims += 1
        self.rules.update(item.rule for item in items)
        if len(self._messages) < 2:
            self._messages.update(item.message for item in items)


class Resolution:
    """A rule that applies and that claims already answer: the last of its findings, and how many there are."""

    def __init__(self, first: Finding) -> None:
        self.number = 0
        self.last = first

    def add(self, finding: Finding) -> None:
        self.number += 1
        self.last = finding


class Grouped:
    """Collects reports."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], Group] = {}
        self._open: dict[tuple[str, str, tuple[str, ...]], Unanswered] = {}
        self._resolved: dict[str, Resolution] = {}

    def add(self, report: Report) -> None:
        """Takes the next report."""
        for finding in report.findings:
            self._groups.setdefault((finding.rule, finding.severity), Group(finding)).add(report.claim_id, finding)
        missing: dict[tuple[str, str, tuple[str, ...]], list[Open]] = {}
        for item in (*report.unknown, *report.not_on_file):
            missing.setdefault((item.evidence, item.reason, needs(item)), []).append(item)
        for key, items in missing.items():
            self._open.setdefault(key, Unanswered(items[0])).add(items)
        for finding in report.resolved:
            self._resolved.setdefault(finding.rule, Resolution(finding)).add(finding)

    def groups(self) -> list[Group]:
        """Hardest first, then those that stand most often."""
        return sorted(self._groups.values(), key=lambda group: (-RANK[group.first.severity], -group.places, group.first.rule))

    def resolved(self) -> list[Resolution]:
        """In order of their rules."""
        return [self._resolved[rule] for rule in sorted(self._resolved)]

    def unanswered(self) -> list[Unanswered]:
        """By kind of evidence, those of most claims first."""
        return [held for _, held in sorted(self._open.items(), key=lambda item: (item[0][0], -item[1].claims, item[0]))]


def needs(item: Open) -> tuple[str, ...]:
    """The facts an answer needs, line numbers aside."""
    return tuple(sorted({_INDEX.sub("[]", need) for need in item.needs}))
