"""The `when` of a rule version: which lines it applies to.

Codes decide before anything is called (the plan); the other conditions guard the check. A condition on a fact that the claim
does not say gives `unknown`, because nobody can tell whether the rule applies.
"""

from __future__ import annotations

from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Hit, Result
from payerbook.policy import When


def code_applies(when: When, code: str) -> bool:
    return (when.codes is None or code in when.codes) and code not in when.not_codes


def guard(when: When, check: Check) -> Check:
    """`check` called only for the lines that meet the conditions; the check itself when there are none."""
    if not any(getattr(when, name) for name in when.__struct_fields__ if name not in ("codes", "not_codes")):
        return check

    def guarded(case: Case, indexes: tuple[int, ...]) -> Result:
        met: list[int] = []
        hits: list[Hit] = []
        for index in indexes:
            need = _met(when, case, index)
            if need is True:
                met.append(index)
            elif need:
                hits.append(Hit("unknown", index, "condition", {"missing": need}, needs=(need,)))
        if not met:
            return hits or NOT_APPLICABLE
        result = check(case, indexes if len(met) == len(indexes) else tuple(met))
        if not hits:
            return result
        return hits + result if isinstance(result, list) else hits

    return guarded


def _met(when: When, case: Case, index: int) -> bool | str:
    """True, False, or the contract path of the fact that is missing."""
    claim, line = case.claim, case.lines[index]
    if when.claim_types is not None and claim.claim_type not in when.claim_types:
        return False
    if when.modifiers_any is not None and not any(modifier in when.modifiers_any for modifier in line.modifiers):
        return False
    if when.modifiers_none and any(modifier in when.modifiers_none for modifier in line.modifiers):
        return False
    if when.frequency_codes is not None and (claim.frequency_code or "1") not in when.frequency_codes:
        return False
    missing: str | None = None
    if when.places_of_service is not None or when.not_places_of_service:
        place = line.place_of_service or claim.place_of_service
        if place is None:
            missing = "place_of_service"
        elif (when.places_of_service is not None and place not in when.places_of_service) or place in when.not_places_of_service:
            return False
    for wanted, value, path in (
        (when.payer_sequences, claim.payer_sequence, "payer_sequence"),
        (when.lines_of_business, claim.line_of_business, "line_of_business"),
        (when.plans, claim.plan, "plan"),
    ):
        if wanted is not None:
            if value is None:
                missing = missing or path
            elif value not in wanted:
                return False
    return missing or True
