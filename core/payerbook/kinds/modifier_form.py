"""Modifiers as the claim form takes them: two characters each, no more than the line has room for, none twice."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from payerbook.claim import Line
from payerbook.kinds.base import Case, Check, Fix, Hit, Kind, Params, Result, Tables


class ModifierForm(Params, frozen=True):
    finds: Annotated[
        Literal["shape", "repeated", "too-many"],
        Meta(description="shape = not two letters or digits; repeated = the same one twice; too-many = more than the limit."),
    ]
    limit: Annotated[int, Meta(description="The greatest number of modifiers on a line.", ge=1)] = 4


def bind(params: ModifierForm, tables: Tables) -> Check:
    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        lines = case.lines
        return [hit for index in indexes if (hit := _judge(index, lines[index], params)) is not None] or None

    return check


def _judge(index: int, line: Line, params: ModifierForm) -> Hit | None:
    modifiers = line.modifiers
    if params.finds == "too-many":
        if len(modifiers) <= params.limit:
            return None
        facts = {"code": line.code, "number": len(modifiers)}
        fix = Fix("verify", index, None, "ask", "keep those that the payment depends on; 99 stands for further ones on paper")
        return Hit("fail", index, "too-many", facts, field="modifiers", fixes=(fix,))
    if params.finds == "repeated":
        again = list(dict.fromkeys(modifier for place, modifier in enumerate(modifiers) if modifier in modifiers[:place]))
        fixes = tuple(Fix("remove-modifier", index, modifier, "safe", "the line still carries it once") for modifier in again)
        return Hit("fail", index, "repeated", {"code": line.code, "again": again}, field="modifiers", fixes=fixes) if again else None
    places = [place + 1 for place, modifier in enumerate(modifiers) if not _well_formed(modifier)]
    if not places:
        return None
    fix = Fix("verify", index, None, "ask", "a modifier is two capital letters or digits")
    # Only the place is said: text that is no modifier may be anything, also a name.
    return Hit("fail", index, "shape", {"code": line.code, "places": places}, field="modifiers", fixes=(fix,))


def _well_formed(modifier: str) -> bool:
    return len(modifier) == 2 and modifier.isascii() and modifier.isalnum() and modifier == modifier.upper()


def sentence(params: ModifierForm) -> str:
    return {
        "shape": "A modifier is two capital letters or digits.",
        "repeated": "No modifier stands twice on a line.",
        "too-many": f"A line has at most {params.limit} modifiers.",
    }[params.finds]


KIND = Kind(
    name="modifier-form",
    title="Form of modifiers",
    about="Modifiers that are no modifiers, stand twice on a line, or are too many.",
    params=ModifierForm,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    settled=lambda params: ("pass", "not-applicable"),
    messages={
        "shape": "{code}: modifier {places} is not two capital letters or digits.",
        "repeated": "{code} carries {again} twice.",
        "too-many": "{code} carries {number} modifiers; a line has room for {limit}.",
    },
)
