"""Earlier claims of the same run as history for later ones, patient by patient (contract, section 2, "History").

Memory holds, for each patient, the services of the last `look_back` days before that patient's latest service; a claim that
arrives out of order by more than that does not see what was dropped.
"""

from __future__ import annotations

from datetime import date, timedelta

from payerbook.claim import Claim, HistoryItem, patient_key
from payerbook.kinds.base import History


class Ledger:
    """What a run has seen so far. `before` gives a claim its history, `add` remembers the claim."""

    def __init__(self, look_back: int) -> None:
        self._look_back = timedelta(days=look_back)
        self._items: dict[str, list[HistoryItem]] = {}
        self._latest: dict[str, date] = {}

    def before(self, claim: Claim) -> History:
        """History of the claim: what it brings itself, and the earlier claims of the run that it does not already name."""
        own = own_history(claim)
        key = patient_key(claim)
        seen = self._items.get(key) if key is not None else None
        if not seen:
            return own
        if not own.items:
            return History(tuple(seen), own.complete)
        named = {item.claim_id for item in own.items if item.claim_id is not None}
        return History(own.items + tuple(item for item in seen if item.claim_id not in named), own.complete)

    def add(self, claim: Claim, payer: str | None) -> None:
        """Remembers a checked claim, in place of an earlier one of the same number; frequency code 7 replaces the claim it refers to,
        8 removes it."""
        key = patient_key(claim)
        if key is None:
            return
        items = self._items.setdefault(key, [])
        gone = {claim.claim_id, claim.original_reference} if claim.frequency_code in ("7", "8") else {claim.claim_id}
        items[:] = [item for item in items if item.claim_id not in gone]
        if claim.frequency_code != "8":
            items.extend(as_history(claim, payer))
        latest = max([line.service_date for line in claim.lines] + [self._latest.get(key, date.min)])
        self._latest[key] = latest
        oldest = latest - self._look_back
        if any(item.service_date < oldest for item in items):
            items[:] = [item for item in items if item.service_date >= oldest]


def own_history(claim: Claim) -> History:
    """The history that the claim itself brings; complete when it brings one at all."""
    items = claim.context.history if claim.context is not None else None
    return History() if items is None else History(items, complete=True)


def as_history(claim: Claim, payer: str | None) -> list[HistoryItem]:
    """The lines of a claim as history items."""
    rendering = claim.rendering_provider.npi if claim.rendering_provider is not None else None
    purpose = claim.context.episode.purpose if claim.context is not None and claim.context.episode is not None else None
    return [
        HistoryItem(
            claim_id=claim.claim_id,
            payer=payer or claim.payer,
            service_date=line.service_date,
            code=line.code,
            modifiers=line.modifiers,
            units=line.units,
            charge=line.charge,
            allowed=line.allowed,
            received_on=claim.received_on or claim.submitted_on,
            purpose=purpose,
            diagnoses=claim.diagnoses,
            rendering_npi=line.rendering_provider.npi if line.rendering_provider is not None else rendering,
        )
        for line in claim.lines
    ]
