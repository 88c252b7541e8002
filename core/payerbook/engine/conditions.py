"""The `when` of a rule version: which claims and lines it applies to.

Codes and conditions on the claim as a whole are answered once, in the plan; conditions on a line guard the check. A condition on a
fact that the claim does not say gives `unknown`, because nobody can tell whether the rule applies.
"""

from __future__ import annotations

from payerbook.claim import Claim
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Hit, Result
from payerbook.policy import When

OF_CLAIM = {
    "claim_types": "claim_type",
    "frequency_codes": "frequency_code",
    "payer_sequences": "payer_sequence",
    "lines_of_business": "line_of_business",
    "plans": "plan",
}
"""Conditions on the claim as a whole, and the field of the claim that each looks at."""

_OF_LINE = ("places_of_service", "not_places_of_service", "modifiers_any", "modifiers_none")


def code_applies(when: When, code: str) -> bool:
    """Whether the version looks at lines with this code."""
    return (when.codes is None or code in when.codes) and code not in when.not_codes


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


def guard(when: When, check: Check) -> Check:
    """`check` called only for the lines that meet the conditions on lines; the check itself when there are none."""
    if not any(getattr(when, name) for name in _OF_LINE):
        return check

    def guarded(case: Case, indexes: tuple[int, ...]) -> Result:
        met: list[int] = []
        hits: list[Hit] = []
        for index in indexes:
            answer = _met(when, case, index)
            if answer is True:
                met.append(index)
            elif answer:
                hits.append(Hit("unknown", index, "condition", {"missing": answer}, needs=(answer,)))
        if not met:
            return hits or NOT_APPLICABLE
        result = check(case, indexes if len(met) == len(indexes) else tuple(met))
        if not hits:
            return result
        return hits + result if isinstance(result, list) else hits

    return guarded


def _met(when: When, case: Case, index: int) -> bool | str:
    line = case.lines[index]
    if when.modifiers_any is not None and not any(modifier in when.modifiers_any for modifier in line.modifiers):
        return False
    if when.modifiers_none and any(modifier in when.modifiers_none for modifier in line.modifiers):
        return False
    if when.places_of_service is None and not when.not_places_of_service:
        return True
    place = line.place_of_service or case.claim.place_of_service
    if place is None:
        return "place_of_service"
    return (when.places_of_service is None or place in when.places_of_service) and place not in when.not_places_of_service
