"""A modifier that asks for another one, must not stand beside another one, or does not belong on a code at all."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from payerbook.claim import Line
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Tables, join


class ModifierConflict(Params, frozen=True):
    modifiers: Annotated[tuple[str, ...], Meta(description="The rule looks at lines that carry one of these.", min_length=1)]
    needs_any: Annotated[tuple[str, ...], Meta(description="Such a line needs one of these as well.")] = ()
    not_with: Annotated[tuple[str, ...], Meta(description="Such a line must not carry one of these.")] = ()
    never: Annotated[bool, Meta(description="The codes of the rule never carry these modifiers, alone or beside others.")] = False
    use: Annotated[str | None, Meta(description="The modifier to use instead when the conflict is found.")] = None
    beside: Annotated[
        dict[str, str],
        Meta(description="What to propose on a line that carries the key: the modifier to use instead, or none = leave this one out."),
    ] = msgspec.field(default_factory=dict)


def bind(params: ModifierConflict, tables: Tables) -> Check:
    subject = frozenset(params.modifiers)
    needs = frozenset(params.needs_any)
    barred = frozenset(params.not_with)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        hits: list[Hit] = []
        met = False
        for index in indexes:
            line = case.lines[index]
            if subject.isdisjoint(line.modifiers):
                met = met or params.never
                continue
            met = True
            held = [modifier for modifier in line.modifiers if modifier in subject]
            clash = [modifier for modifier in line.modifiers if modifier in barred]
            facts = {"code": line.code, "held": held, "clash": clash, "needs": list(params.needs_any)}
            fixes = _instead(index, line, held[0], params)
            if params.never:
                fixes = fixes or tuple(
                    Fix("remove-modifier", index, modifier, "ask", "if the record supports the service without it") for modifier in held
                )
                hits.append(Hit("fail", index, "never", facts, field="modifiers", fixes=fixes))
            elif clash:
                hits.append(Hit("fail", index, "clash", facts, field="modifiers", fixes=fixes))
            elif needs and needs.isdisjoint(line.modifiers):
                if len(params.needs_any) == 1 and params.beside.keys().isdisjoint(line.modifiers):
                    fixes += (Fix("add-modifier", index, params.needs_any[0], "ask", "only if the record supports it"),)
                hits.append(Hit("fail", index, "lacks", facts, field="modifiers", fixes=fixes))
        return hits or (None if met else NOT_APPLICABLE)

    return check


def _instead(index: int, line: Line, held: str, params: ModifierConflict) -> tuple[Fix, ...]:
    """The modifier to use instead of the one held; where the line has that one already, or none fits, leave the one held out."""
    found = next((use for mark, use in params.beside.items() if mark in line.modifiers), params.use)
    if found is None:
        return ()
    if found == "none" or found in line.modifiers:
        return (Fix("remove-modifier", index, held, "ask", "if the record supports the service without it"),)
    return (Fix("replace-modifier", index, f"{held}={found}", "ask", "only if the record supports it"),)


def sentence(params: ModifierConflict) -> str:
    parts = []
    if params.never:
        parts.append("never stands on these codes")
    if params.needs_any:
        parts.append(f"stands only beside {join(params.needs_any)}")
    if params.not_with:
        parts.append(f"must not stand beside {join(params.not_with)}")
    return f"{join(params.modifiers)} {' and '.join(parts)}."


KIND = Kind(
    name="modifier-conflict",
    title="Modifier conflict",
    about="Modifiers that belong together or exclude each other on one line.",
    params=ModifierConflict,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    settled=lambda params: ("pass", "not-applicable"),
    messages={
        "clash": "{code} carries {held} together with {clash}; they exclude each other.",
        "never": "{code} carries {held}, which does not belong on this code.",
        "lacks": "{code} carries {held}, which needs {needs} on the same line.",
    },
)
