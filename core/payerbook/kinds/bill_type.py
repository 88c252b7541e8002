"""Bill types of institutional claims under which a payer takes a service."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from payerbook.kinds.base import Case, Check, Fix, Hit, Kind, Params, Result, Tables, join


class BillType(Params, frozen=True):
    settings: Annotated[
        dict[str, str], Meta(description="First two digits of a bill type, without the leading zero, and whose claim it is.", min_length=1)
    ]


def bind(params: BillType, tables: Tables) -> Check:
    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        bill_type = case.claim.bill_type
        if bill_type is None:
            return [Hit("unknown", None, "absent", needs=("bill_type",), field="bill_type")]
        if bill_type.lstrip("0")[:2] in params.settings:
            return None
        codes = list(dict.fromkeys(case.lines[index].code for index in indexes))
        facts = {"bill_type": bill_type, "codes": codes, "allowed": [f"{prefix}x" for prefix in params.settings]}
        fix = Fix("verify", None, None, "ask", "bill under the bill type of the setting where the therapy was given")
        return [Hit("fail", None, "other", facts, field="bill_type", fixes=(fix,))]

    return check


def sentence(params: BillType) -> str:
    pairs = join((f"{prefix}x ({setting})" for prefix, setting in params.settings.items()), "or")
    return f"The bill type is {pairs}."


KIND = Kind(
    name="bill-type",
    title="Bill type",
    about="Bill types of institutional claims under which the payer takes outpatient therapy.",
    params=BillType,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    whole_claim=True,
    messages={
        "other": "Bill type {bill_type} is not one for {codes}; expected: {allowed}.",
        "absent": "The claim does not say its bill type.",
    },
)
