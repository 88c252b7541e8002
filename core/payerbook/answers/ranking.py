"""Which units of a patient's day are paid in full when several services are cut: the highest practice expense, then the highest fee."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from payerbook.answers.fees import Fee


class Ranked(NamedTuple):
    """Services of one day that are ranked together.

    `line` is the place of the line in the claim, None for a service on another claim (it wins ties).
    """

    line: int | None
    units: int | Decimal
    fee: Fee


def units_in_full(services: Sequence[Ranked]) -> dict[int, Decimal]:
    """Units paid in full by line: one unit of the highest-ranked service of the day, none of the others.

    >>> units_in_full([])
    {}
    """
    present = [service for service in services if service.units > 0]
    in_full = {service.line: Decimal(0) for service in present if service.line is not None}
    if present:
        top = max(present, key=lambda service: (service.fee.practice_value, service.fee.full, service.line is None))
        if top.line is not None:
            in_full[top.line] = min(Decimal(1), Decimal(top.units))
    return in_full
