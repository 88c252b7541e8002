"""Charges and units as numbers: totals add up, nothing is negative, units are whole."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from payerbook.claim import Line
from payerbook.kinds.base import Case, Check, Fix, Hit, Kind, Params, Result, Tables


class ChargeTotal(Params, frozen=True):
    whole_units: Annotated[bool, Meta(description="Units have to be whole numbers.")] = True


def bind(params: ChargeTotal, tables: Tables) -> Check:
    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        hits: list[Hit] = []
        total: Decimal | None = Decimal(0)
        for index, line in enumerate(case.lines):
            if line.units <= 0:
                hits.append(Hit("fail", index, "no-units", {"code": line.code, "units": line.units}, field="units", fixes=(_units(index),)))
            elif params.whole_units and not isinstance(line.units, int) and line.units != int(line.units):
                hits.append(_part_units(index, line))
            if line.charge is None:
                total = None
            elif line.charge < 0:
                hits.append(Hit("fail", index, "negative", {"code": line.code, "charge": line.charge}, field="charge"))
            elif total is not None:
                total += line.charge
        stated = case.claim.total_charge
        if stated is None or total is None:
            hits.append(_uncompared(case))
        elif stated != total:
            fix = Fix("change-charge", None, str(total), "ask", "if the line charges are right")
            hits.append(Hit("fail", None, "total", {"stated": stated, "total": total}, field="total_charge", fixes=(fix,)))
        return hits or None

    return check


def _part_units(index: int, line: Line) -> Hit:
    """X12 lets units have decimals and no payer's text against it was read, so this is advice, whatever the rule's sources are."""
    facts = {"code": line.code, "units": line.units}
    return Hit("fail", index, "part-units", facts, field="units", fixes=(_units(index),), cap="advice")


def _uncompared(case: Case) -> Hit:
    """Shown as unanswered, but no more than review: billing systems often add the amounts only when they send the claim."""
    needs = [] if case.claim.total_charge is not None else ["total_charge"]
    needs += [f"lines[{index}].charge" for index, line in enumerate(case.lines) if line.charge is None]
    return Hit("unknown", None, "uncompared", {}, needs=tuple(needs), field="total_charge", cap="review")


def _units(index: int) -> Fix:
    return Fix("change-units", index, None, "ask", "bill whole units of what was done")


def sentence(params: ChargeTotal) -> str:
    whole = "whole numbers above zero" if params.whole_units else "above zero"
    return f"The claim's total is the sum of its line charges, no charge is negative, and units are {whole}."


KIND = Kind(
    name="charge-total",
    title="Charges and units",
    about="Totals that do not add up, negative charges, units that are zero or not whole.",
    params=ChargeTotal,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    whole_claim=True,
    messages={
        "no-units": "{code} has {units} units; a line needs at least 1.",
        "part-units": "{code} has {units} units; units have to be whole.",
        "negative": "{code} has a negative charge ({charge}).",
        "uncompared": "Whether the line charges add up to the claim's total cannot be told; some of these amounts are missing.",
        "total": "The claim's total is {stated}, but its lines add up to {total}.",
    },
)
