"""Fields that a claim needs when it is of a certain kind, such as the payer's control number on a replacement claim."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from payerbook.kinds.base import NOT_APPLICABLE, Action, Case, Check, Fix, Hit, Kind, Params, Result, Tables, join

Name = Literal["original_reference", "authorization_number", "place_of_service", "total_charge", "bill_type"]
_REPAIR: dict[str, tuple[Action, str]] = {
    "original_reference": ("add-reference", "take the payer's claim number from its remittance of the first claim"),
    "authorization_number": ("obtain-authorization", "take the number from the payer's approval"),
}


class RequiredField(Params, frozen=True):
    fields: Annotated[tuple[Name, ...], Meta(description="Fields that have to be there.", min_length=1)]
    frequency_codes: Annotated[tuple[str, ...] | None, Meta(description="Only for claims with one of these frequency codes.")] = None


def bind(params: RequiredField, tables: Tables) -> Check:
    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        claim = case.claim
        if params.frequency_codes is not None and (claim.frequency_code or "1") not in params.frequency_codes:
            return NOT_APPLICABLE
        return [_absent(name, claim.frequency_code, params) for name in params.fields if not getattr(claim, name)] or None

    return check


def _absent(name: Name, frequency_code: str | None, params: RequiredField) -> Hit:
    action, why = _REPAIR.get(name, ("verify", "complete the claim in the billing system"))
    facts = {"name": name.replace("_", " "), "frequency_code": frequency_code}
    key = "absent" if params.frequency_codes is None else "frequency"
    return Hit("fail", None, key, facts, field=name, fixes=(Fix(action, None, None, "ask", why),))


def sentence(params: RequiredField) -> str:
    when = f"Claims with frequency code {join(params.frequency_codes)} carry" if params.frequency_codes else "Claims carry"
    return f"{when} the {join((name.replace('_', ' ') for name in params.fields), 'and')}."


KIND = Kind(
    name="required-field",
    title="Required fields",
    about="Fields without which the payer sends the claim back.",
    params=RequiredField,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    whole_claim=True,
    messages={
        "absent": "The claim has no {name}.",
        "frequency": "A claim with frequency code {frequency_code} needs the {name}; the claim has none.",
    },
)
