"""The `when` of a rule version: which claims and lines it applies to.

All are answered in the plan, so a rule that does not apply is never called. A condition on a fact that the claim does not say
gives `unknown`, because nobody can tell whether the rule applies.
"""

from __future__ import annotations

from collections.abc import Sequence

from payerbook.claim import Claim, Line
from payerbook.policy import When

OF_CLAIM = {
    "claim_types": "claim_type",
    "frequency_codes": "frequency_code",
    "payer_sequences": "payer_sequence",
    "lines_of_business": "line_of_business",
    "plans": "plan",
}
"""Conditions on the claim as a whole, and the field of the claim that each looks at."""


def sort(when: When, claim: Claim, places: Sequence[int]) -> tuple[list[int], dict[str, list[int]]]:
    """The lines (by place in the claim) that the version looks at, and those of which nobody can tell, by the field that is missing."""
    of_claim = claim_applies(when, claim)
    met: list[int] = []
    unsure: dict[str, list[int]] = {}
    for place in places if of_claim else ():
        answer = line_applies(when, claim, claim.lines[place])
        if answer is True and of_claim is True:
            met.append(place)
        elif answer:
            missing = of_claim if isinstance(of_claim, str) else str(answer)
            unsure.setdefault(missing, []).append(place)
    return met, unsure


def claim_applies(when: When, claim: Claim) -> bool | str:
    """Whether the version looks at this claim: True, False, or the field that would have to be known."""
    missing: str | None = None
    for condition, field in OF_CLAIM.items():
        wanted = getattr(when, condition)
        if wanted is None:
            continue
        value = getattr(claim, field)
        if value is None and field == "frequency_code":
            value = "1"  # a claim that says nothing is an original
        if value is None:
            missing = missing or field
        elif value not in wanted:
            return False
    return missing or True


def line_applies(when: When, claim: Claim, line: Line) -> bool | str:
    """Whether the version looks at this line: True, False, or the field that would have to be known."""
    if (when.codes is not None and line.code not in when.codes) or line.code in when.not_codes:
        return False
    if when.modifiers_any is not None and not any(modifier in when.modifiers_any for modifier in line.modifiers):
        return False
    if when.modifiers_none and any(modifier in when.modifiers_none for modifier in line.modifiers):
        return False
    if when.places_of_service is None and not when.not_places_of_service:
        return True
    place = line.place_of_service or claim.place_of_service
    if place is None:
        return "place_of_service"
    return (when.places_of_service is None or place in when.places_of_service) and place not in when.not_places_of_service
