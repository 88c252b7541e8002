"""Revenue codes of therapy and the discipline modifiers that belong to them, on institutional claims."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Tables, join


class RevenueCode(Params, frozen=True):
    modifiers: Annotated[
        dict[str, str],
        Meta(description="First three digits of a revenue code (042) and the modifier that its lines carry (GP).", min_length=1),
    ]


def bind(params: RevenueCode, tables: Tables) -> Check:
    family = frozenset(params.modifiers.values())

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        hits: list[Hit] = []
        met = False
        for index in indexes:
            line = case.lines[index]
            held = [modifier for modifier in line.modifiers if modifier in family]
            if line.revenue_code is None:
                if held:
                    hits.append(
                        Hit("unknown", index, "revenue", {"code": line.code}, needs=(f"lines[{index}].revenue_code",), field="revenue_code")
                    )
                continue
            wanted = params.modifiers.get(line.revenue_code.rjust(4, "0")[:3])
            if wanted is None or not held:
                continue
            met = True
            if held == [wanted]:
                continue
            facts = {"code": line.code, "revenue_code": line.revenue_code, "wanted": wanted, "held": held}
            fix = Fix("replace-modifier", index, f"{held[0]}={wanted}", "ask", "or change the revenue code, as the plan of care says")
            hits.append(Hit("fail", index, "differs", facts, field="modifiers", fixes=(fix,)))
        return hits or (None if met else NOT_APPLICABLE)

    return check


def sentence(params: RevenueCode) -> str:
    pairs = join((f"{prefix}x with {modifier}" for prefix, modifier in params.modifiers.items()), "and")
    return f"Revenue code and discipline modifier of a line agree: {pairs}."


KIND = Kind(
    name="revenue-code",
    title="Revenue code and modifier",
    about="Revenue codes that say the discipline of a line, and the modifier that has to agree with them.",
    params=RevenueCode,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    messages={
        "differs": "{code} stands under revenue code {revenue_code}, which goes with {wanted}; the line carries {held}.",
        "revenue": "{code} has no revenue code on the claim, so whether it agrees with the modifier cannot be told.",
    },
)
