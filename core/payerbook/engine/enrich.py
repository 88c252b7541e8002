"""Facts known elsewhere (a host system, the practice's record) merged into a claim's context; what the claim says itself wins."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from payerbook.claim import Claim, Context


def merge(claim: Claim, offers: Iterable[tuple[str, Context | None]]) -> tuple[Claim, tuple[str, ...]]:
    """The claim with the blanks of its context filled from (name, context) offers, first come first served; and the names used.

    Whole parts are filled (history, eligibility, authorizations, ...), never single values inside a part, so that two sources
    are not mixed in one record.
    """
    context = claim.context or Context()
    used: list[str] = []
    for name, offer in offers:
        if offer is None:
            continue
        filled = {
            part: value
            for part in Context.__struct_fields__
            if getattr(context, part) is None and (value := getattr(offer, part)) is not None
        }
        if filled:
            context = msgspec.structs.replace(context, **filled)
            used.append(name)
    return (msgspec.structs.replace(claim, context=context), tuple(used)) if used else (claim, ())
