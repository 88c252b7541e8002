"""What of an allowed amount the patient owes: a yearly deductible, then a share."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from payerbook.kinds import payment
from payerbook.kinds.base import Kind, Params, money


class CostShare(Params, frozen=True):
    deductible: Annotated[Decimal, Meta(description="US dollars a calendar year that the patient pays before the payer pays anything.")]
    coinsurance: Annotated[Decimal, Meta(description="The patient's share of what is allowed above the deductible: 0.20 = 20 %.")]


def sentence(params: CostShare) -> str:
    return f"The patient owes the first {money(params.deductible)} of a calendar year and {params.coinsurance:.0%} of what is allowed above it."


KIND = Kind(
    name="cost-share",
    title="Deductible and coinsurance",
    about="The patient's part of an allowed amount.",
    params=CostShare,
    evidence=("record",),
    bind=payment.bind,
    sentence=sentence,
    messages={},
    settled=lambda params: ("not-applicable",),
    silent=lambda params: True,
)
