"""A fee schedule of relative values: what one unit of a code is worth in a place, in dollars.

Table of values: code, status, work, pe_nonfac, pe_fac, mp. Table of indices: area (state or contractor number), locality, mac,
state, work, pe, mp. Amount of a unit = (work x work index + practice expense x its index + malpractice x its index) x factor.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from payerbook.kinds import payment
from payerbook.kinds.base import Kind, Params, join


class FeeSchedule(Params, frozen=True):
    conversion_factor: Annotated[Decimal, Meta(description="US dollars of one relative value unit.")]
    values: Annotated[str, Meta(description="The table of relative values.")]
    indices: Annotated[str, Meta(description="The table of price indices by locality.")]
    paid_statuses: Annotated[tuple[str, ...], Meta(description="Status letters of the table that have a price; an empty one is not asked.")]
    facility_places: Annotated[tuple[str, ...], Meta(description="Places of service with the facility's practice expense.")] = ()
    nonfacility_modifiers: Annotated[
        tuple[str, ...], Meta(description="Lines with one of these have the non-facility practice expense wherever they were done.")
    ] = ()
    lower_charge_counts: Annotated[bool, Meta(description="A charge below the amount takes its place.")] = False


def sentence(params: FeeSchedule) -> str:
    cap = ", or the charge if that is lower" if params.lower_charge_counts else ""
    facility = (
        f"; the facility's practice expense counts in places of service {join(params.facility_places, 'and')}"
        if params.facility_places
        else ""
    )
    return (
        "A unit is paid at its relative values, each times the price index of the locality, "
        f"times ${params.conversion_factor}{cap}{facility}."
    )


KIND = Kind(
    name="fee-schedule",
    title="Fee schedule",
    about="Relative values, price indices and a conversion factor that make the allowed amount of a service.",
    params=FeeSchedule,
    evidence=("table",),
    bind=payment.bind,
    sentence=sentence,
    messages={},
    tables=lambda params: (params.values, params.indices),
    settled=lambda params: ("not-applicable",),
    silent=lambda params: True,
)
