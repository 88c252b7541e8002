"""Fields that a claim needs when it is of a certain kind, such as the payer's control number on a replacement claim."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Tables, join

Name = Literal["original_reference", "authorization_number", "place_of_service", "total_charge", "bill_type"]
_ACTION = {"original_reference": "add-reference", "authorization_number": "obtain-authorization"}


class RequiredField(Params):
    fields: Annotated[tuple[Name, ...], Meta(description="Fields that have to be there.", min_length=1)]
    frequency_codes: Annotated[tuple[str, ...] | None, Meta(description="Only for claims with one of these frequency codes.")] = None


def bind(params: RequiredField, tables: Tables) -> Check:
    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        claim = case.claim
        if params.frequency_codes is not None and (claim.frequency_code or "1") not in params.frequency_codes:
            return NOT_APPLICABLE
        return [
            Hit(
                "fail",
                None,
                "absent",
                {"name": name.replace("_", " "), "frequency_code": claim.frequency_code},
                field=name,
                fixes=(Fix(_ACTION.get(name, "verify"), None, None, "ask", "take it from the payer's answer to the first claim"),),  # type: ignore[arg-type]
            )
            for name in params.fields
            if not getattr(claim, name)
        ] or None

    return check


def sentence(params: RequiredField) -> str:
    when = f"Claims with frequency code {join(params.frequency_codes)} carry" if params.frequency_codes else "Claims carry"
    return f"{when} {join((name.replace('_', ' ') for name in params.fields), 'and')}."


KIND = Kind(
    name="required-field",
    title="Required fields",
    about="Fields without which the payer sends the claim back.",
    params=RequiredField,
    bind=bind,
    sentence=sentence,
    whole_claim=True,
    messages={"absent": "The claim has no {name}."},
)
