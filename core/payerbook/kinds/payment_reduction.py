"""A cut of the payment itself, after the patient's share: by modifier (services of assistants) or for everybody (sequestration)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from payerbook.kinds import payment
from payerbook.kinds.base import Kind, Params


class PaymentReduction(Params, frozen=True):
    what: Annotated[str, Meta(description="What the cut is called, in a few words.")]
    pays: Annotated[Decimal, Meta(description="What is left of the payment: 0.85 = 85 %.")]
    step: Annotated[int, Meta(description="Place among the cuts of the payment; the lowest is made first.")]


def sentence(params: PaymentReduction) -> str:
    return f"After deductible and coinsurance {params.pays:.0%} of the payment is left ({params.what})."


KIND = Kind(
    name="payment-reduction",
    title="Reduction of the payment",
    about="A share of the payment that is left after a cut; the patient's part stays the same.",
    params=PaymentReduction,
    evidence=("claim",),
    bind=payment.bind,
    sentence=sentence,
    messages={},
    settled=lambda params: ("not-applicable",),
    silent=lambda params: True,
)
