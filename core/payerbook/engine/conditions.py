"""The `when` of a rule version: which claims and lines it applies to.

All are answered in the plan, so a rule that does not apply is never called. A condition on a fact that the claim does not say
gives `unknown`, because nobody can tell whether the rule applies. An exception (`not_plans` and its kin) that the claim does not rule
out leaves the rule standing, and findings say for whom it is not (`doubt`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from payerbook.claim import Claim, Line
from payerbook.naming import words
from payerbook.policy import When

OF_CLAIM = {
    "claim_types": "claim_type",
    "frequency_codes": "frequency_code",
    "payer_sequences": "payer_sequence",
}
"""Conditions on the claim as a whole, and the field of the claim that each looks at."""
NAMED = {
    "line_of_business": ("lines_of_business", "not_lines_of_business", "other_lines_of_business"),
    "plan": ("plans", "not_plans", "other_plans"),
}
"""Fields whose words people write as they like: the conditions that want some, that want none of some, and that list the words on file
for something else."""
STATE = "billing_provider.state"


def reader(whens: Sequence[When]) -> Callable[[Claim], tuple[Any, ...]]:
    """Reads from a claim all that decides whether versions look at it, apart from its lines."""
    asked = [field for name, field in OF_CLAIM.items() if any(getattr(when, name) is not None for when in whens)]
    asked += [field for field, names in NAMED.items() if any(getattr(when, name) for when in whens for name in names)]
    plain: Callable[[Claim], tuple[Any, ...]] = attrgetter("bill_type", "place_of_service", *asked)
    more: list[Callable[[Claim], Any]] = [state] if any(map(_asks_state, whens)) else []
    if any(map(_asks_person, whens)):
        starts = tuple(sorted({start for when in whens for start in when.primary_diagnoses or ()}))
        more += [age, _exemptions, lambda claim: _beginnings(claim, starts)]
    return (lambda claim: (*plain(claim), *[one(claim) for one in more])) if more else plain


def state(claim: Claim) -> str | None:
    """The state of the billing provider; None when nobody knows."""
    return claim.billing_provider.state if claim.billing_provider is not None else None


def age(claim: Claim) -> int | None:
    """The patient's age in whole years on the first day of service; None when nobody knows."""
    born = claim.patient.birth_date if claim.patient is not None else None
    if born is None:
        return None
    day = min(line.service_date for line in claim.lines)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _exemptions(claim: Claim) -> tuple[str, ...] | None:
    context = claim.context
    return context.eligibility.exemptions if context is not None and context.eligibility is not None else None


def _asks_person(when: When) -> bool:
    return bool(when.ages or when.exemptions_none or when.primary_diagnoses)


def _asks_state(when: When) -> bool:
    return when.states is not None or bool(when.not_states)


def _beginnings(claim: Claim, starts: tuple[str, ...]) -> tuple[str, ...] | None:
    """Those of the starts with which the first diagnosis begins; None when the claim names no diagnosis."""
    if not claim.diagnoses:
        return None
    first = claim.diagnoses[0].replace(".", "").upper()
    return tuple(start for start in starts if first.startswith(start.replace(".", "").upper()))


def _person(when: When, claim: Claim) -> bool | str:
    """Whether the version looks at patients of this age, without these exemptions, and with such a diagnosis."""
    years = age(claim)
    if when.ages and years is not None and not (when.ages[0] <= years <= (when.ages[1] if len(when.ages) > 1 else years)):
        return False
    held = _exemptions(claim)
    if when.exemptions_none and held is not None and not set(held).isdisjoint(when.exemptions_none):
        return False
    begins = _beginnings(claim, when.primary_diagnoses) if when.primary_diagnoses else ("any",)
    if begins == ():
        return False
    if when.ages and years is None:
        return "patient.birth_date"
    if begins is None:
        return "diagnoses"
    return "context.eligibility.exemptions" if when.exemptions_none and held is None else True


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
    for field, names in NAMED.items():
        named = _named(getattr(claim, field), *(getattr(when, name) for name in names))
        if named is False:
            return False
        missing = missing if named else missing or field
    if _asks_state(when):
        where = state(claim)
        if where is not None and ((when.states is not None and where not in when.states) or where in when.not_states):
            return False
        missing = missing if where is not None or when.states is None else missing or STATE
    if _asks_person(when):
        person = _person(when, claim)
        if person is not True:
            return person and (missing or person)
    return missing or True


def _named(value: str | None, wanted: Sequence[str] | None, unwanted: Sequence[str], others: Sequence[str]) -> bool | None:
    """Whether a name is one of those wanted, and none of the unwanted; None when it is not said, or is not on file at all, since it may
    be another name of one that is wanted."""
    said = words(value)
    if unwanted and said in map(words, unwanted):
        return False
    if wanted is None or said in map(words, wanted):
        return True
    return False if said in map(words, others) else None


def doubt(when: When, claim: Claim) -> str | None:
    """The field that would have to be known to tell that the claim is no exception (`not_plans` and its kin); None when it is none."""
    for field, (wanted, unwanted, others) in NAMED.items():
        if getattr(when, unwanted):
            value = getattr(claim, field)
            known = (*(getattr(when, wanted) or ()), *getattr(when, others))
            if value is None or words(value) not in map(words, known):
                return field
    return STATE if when.not_states and state(claim) is None else None


def exceptions(when: When, field: str) -> tuple[str, ...]:
    """The plans, lines of business or states that the version is not for, by the field that says which one a claim is of."""
    return when.not_states if field == STATE else getattr(when, NAMED[field][1])


def says(claim: Claim, field: str) -> bool:
    """Whether the claim names a plan or line of business, if perhaps not by a name that is on file."""
    return field in NAMED and getattr(claim, field) is not None


def words_of(field: str) -> str:
    """A field that conditions look at, in words."""
    owner, _, name = field.rpartition(".")
    words = f"the {name.replace('_', ' ')}"
    if owner == "billing_provider":
        return f"{words} of the billing provider"
    return f"{words} of the patient" if owner or field in NAMED else words


def lacking(field: str, claim: Claim) -> str:
    """What a claim does not say, in words: a field, or a name that is on file where it has another one."""
    return f"a {field.replace('_', ' ')} that is on file" if says(claim, field) else words_of(field)


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
