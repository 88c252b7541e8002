"""Whose rules apply: what people and claims call a payer, resolved to a pack id."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import NamedTuple

from payerbook.errors import UsageError
from payerbook.policy import PackHead

_NOISE = re.compile(r"[^a-z0-9]+")


class Resolved(NamedTuple):
    """A pack id, or None with the nearest ones."""

    id: str | None
    nearest: tuple[str, ...] = ()


class Payers:
    """Resolves names, aliases, EDI payer ids and filing indicators; remembers what it was asked."""

    def __init__(self, heads: Iterable[PackHead]) -> None:
        self._ids: dict[str, str] = {}
        self._names: dict[str, set[str]] = {}
        self._payer_ids: dict[str, set[str]] = {}
        self._indicators: dict[str, set[str]] = {}
        for head in heads:
            if not head.payer:
                continue
            self._ids[head.id] = head.id
            for name in (head.id, head.title, *head.aliases):
                self._names.setdefault(plain(name), set()).add(head.id)
            for payer_id in head.payer_ids:
                self._payer_ids.setdefault(payer_id.upper(), set()).add(head.id)
            for indicator in head.filing_indicators:
                self._indicators.setdefault(indicator, set()).add(head.id)
        self._seen: dict[tuple[str | None, str | None, str | None], Resolved] = {}

    def find(self, name: str | None, payer_id: str | None = None, indicator: str | None = None) -> Resolved:
        """The pack of a payer as a claim names it: by pack id, EDI payer id, name or alias, then filing indicator.

        Two identifiers that point to different packs, or one that points to several, resolve to none.
        """
        key = (name, payer_id, indicator)
        found = self._seen.get(key)
        if found is None:
            if len(self._seen) >= 10_000:
                self._seen.clear()
            found = self._seen[key] = self._find(name, payer_id, indicator)
        return found

    def _find(self, name: str | None, payer_id: str | None, indicator: str | None) -> Resolved:
        if name in self._ids:
            return Resolved(name)
        named = self._names.get(plain(name), set()) | self._payer_ids.get((name or "").strip().upper(), set()) if name else set()
        by_id = self._payer_ids.get(payer_id.strip().upper(), set()) if payer_id else set()
        candidates = named & by_id if named and by_id else named | by_id
        if len(candidates) == 1:
            return Resolved(next(iter(candidates)))
        if not candidates and indicator in self._indicators and len(self._indicators[indicator]) == 1:
            return Resolved(next(iter(self._indicators[indicator])))
        return Resolved(None, tuple(sorted(candidates or named | by_id)) or self.nearest(name or payer_id or ""))

    def nearest(self, text: str) -> tuple[str, ...]:
        """Up to three pack ids whose names look most like the text."""
        close = difflib.get_close_matches(plain(text), sorted(self._names), n=5, cutoff=0.4)
        ids = dict.fromkeys(id for name in close for id in sorted(self._names[name]))
        return tuple(ids)[:3]

    def require(self, text: str) -> str:
        """The pack id of a payer given as an argument. Raises UsageError when it is unknown or ambiguous, naming the nearest."""
        found = self.find(text)
        if found.id is None:
            hint = f"Nearest: {', '.join(found.nearest)}." if found.nearest else f"On file: {', '.join(sorted(self._ids))}."
            raise UsageError(f"No single payer on file is called {text!r}. {hint} `payerbook packs` lists all.")
        return found.id


def plain(text: str | None) -> str:
    """Lower case, letters and digits only, one space between words."""
    return _NOISE.sub(" ", (text or "").lower()).strip()
