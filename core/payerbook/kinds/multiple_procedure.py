"""A cut of practice expense for the second and every further unit of a patient's day."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from payerbook.kinds import payment
from payerbook.kinds.base import Kind, Params


class MultipleProcedure(Params, frozen=True):
    practice_expense_share: Annotated[
        Decimal, Meta(description="What is left of the practice expense of every unit but the highest: 0.50 = half.")
    ]


def sentence(params: MultipleProcedure) -> str:
    return (
        "Of all units of a patient's day, whatever the discipline, the one with the highest practice expense is paid in full; "
        f"the practice expense of every other unit is paid at {params.practice_expense_share:.0%}."
    )


KIND = Kind(
    name="multiple-procedure",
    title="Reduction of several services on a day",
    about="All units of a patient's day are ranked by practice expense; from the second on, part of it is not paid.",
    params=MultipleProcedure,
    evidence=("record",),
    bind=payment.bind,
    sentence=sentence,
    messages={},
    settled=lambda params: ("not-applicable",),
    silent=lambda params: True,
)
