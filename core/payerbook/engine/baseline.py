"""Findings that the practice has looked at and keeps for now: a JSON file of entries, each with a reason and a last day.

An entry names a rule and either a claim (and a line of it) or a procedure code, or the rule alone. It never hides a finding: the
report lists it under `suppressed`, and after its last day it counts no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec

from payerbook.claim import Claim
from payerbook.engine.render import line_number
from payerbook.engine.run import Suppress
from payerbook.errors import UsageError
from payerbook.finding import Report, Suppression


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One suppression; `line` is the line's number as reports give it."""

    rule: str
    reason: str
    expires: date
    claim_id: str | None = None
    line: int | None = None
    code: str | None = None

    def __str__(self) -> str:
        claim = f" on claim {self.claim_id}" if self.claim_id is not None else ""
        line = f" line {self.line}" if self.line is not None else ""
        return f"{self.rule}{claim}{line}{f' for {self.code}' if self.code is not None else ''}"


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file as it is written."""

    suppressions: tuple[Entry, ...]
    schema_version: Literal["1"] = "1"


class Baseline:
    """The entries that stand on a day, and a note of which of them were needed."""

    def __init__(self, entries: Iterable[Entry], on: date) -> None:
        self.on = on
        self.expired: list[Entry] = []
        self.standing: list[Entry] = []
        for entry in entries:
            (self.expired if entry.expires < on else self.standing).append(entry)
        self._by_rule: dict[str, list[int]] = {}
        for place, entry in enumerate(self.standing):
            self._by_rule.setdefault(entry.rule, []).append(place)
        self._used: set[int] = set()

    @property
    def unused(self) -> list[Entry]:
        """Entries that stand but that no finding needed."""
        return [entry for place, entry in enumerate(self.standing) if place not in self._used]

    def suppress(self, claim: Claim) -> Suppress:
        """Looks a failure of a rule on a line (by place in the claim) up among the entries."""

        def suppression(rule: str, place: int | None) -> Suppression | None:
            code = None if place is None else claim.lines[place].code
            entry = self._entry(claim, rule, line_number(claim, place), code)
            return None if entry is None else Suppression(entry.reason, entry.expires)

        return suppression

    def _entry(self, claim: Claim, rule: str, line: int | None, code: str | None) -> Entry | None:
        """The entry that keeps a finding of the rule; `line` and `code` are those of its line, None for the claim as a whole."""
        for place in self._by_rule.get(rule, ()):
            entry = self.standing[place]
            if (
                entry.claim_id in (None, claim.claim_id)
                and (entry.line is None or entry.line == line)
                and (entry.code is None or entry.code == code)
            ):
                self._used.add(place)
                return entry
        return None


def read(data: bytes, name: str, on: date) -> Baseline:
    """The baseline of a file as it stands on a day. Raises UsageError saying what is wrong with the file."""
    try:
        file = msgspec.json.decode(data, type=File)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{name} is not a baseline: {error}. Each entry of `suppressions` needs rule, reason and expires (YYYY-MM-DD); "
            "--write-baseline makes such a file."
        ) from None
    for place, entry in enumerate(file.suppressions, 1):
        if not entry.reason.strip():
            raise UsageError(f"{name}: entry {place} ({entry}) gives no reason; say why the finding is kept.")
        if entry.line is not None and entry.claim_id is None:
            raise UsageError(f"{name}: entry {place} ({entry}) names a line but no claim; add claim_id.")
    return Baseline(file.suppressions, on)


def entries(report: Report, reason: str, expires: date) -> list[Entry]:
    """One entry for each finding of a report, whatever its severity."""
    return [Entry(finding.rule, reason, expires, claim_id=report.claim_id, line=finding.line) for finding in report.findings]


def text(kept: Iterable[Entry]) -> bytes:
    """The file of these entries, in a fixed order, each once."""
    ordered = sorted(set(kept), key=lambda entry: (entry.rule, entry.claim_id or "", entry.line or 0))
    return msgspec.json.format(msgspec.json.encode(File(tuple(ordered))), indent=2) + b"\n"
