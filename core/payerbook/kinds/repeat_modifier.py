"""Modifiers that say a service was done again on the day: where nothing was done before, and where more time is more units."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Tables, join


class RepeatModifier(Params, frozen=True):
    modifiers: Annotated[tuple[str, ...], Meta(description="The modifiers that say a service was done again.", min_length=1)]
    finds: Annotated[
        Literal["never", "alone", "several"],
        Meta(
            description="never = these codes are not repeated, more time is more units; alone = the code stands once on the day; "
            "several = more than one of the modifiers on a line."
        ),
    ]


def bind(params: RepeatModifier, tables: Tables) -> Check:
    wanted = frozenset(params.modifiers)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        hits: list[Hit] = []
        met = False
        for index in indexes:
            held = [own for own in case.lines[index].modifiers if own in wanted]
            if held:
                met = True
                hit = _judge(case, index, held, params)
                hits += [hit] if hit is not None else []
        return hits or (None if met else NOT_APPLICABLE)

    return check


def _judge(case: Case, index: int, held: list[str], params: RepeatModifier) -> Hit | None:
    line = case.lines[index]
    facts = {"code": line.code, "date": line.service_date, "held": held}
    if params.finds == "never":
        fix = Fix("verify", index, None, "ask", "add the minutes of the day and bill all units of the code on one line")
        return Hit("fail", index, "never", facts, field="modifiers", fixes=(fix,))
    if params.finds == "several":
        fix = Fix("verify", index, None, "ask", "keep the one that says who did it again")
        return Hit("fail", index, "several", facts, field="modifiers", fixes=(fix,)) if len(set(held)) > 1 else None
    day = line.service_date
    again = any(place != index and other.code == line.code and other.service_date == day for place, other in enumerate(case.lines))
    if again or any(item.code == line.code for item in case.earlier(day, day)):
        return None
    if not case.history.complete:
        return Hit("unknown", index, "history", facts, needs=("context.history",), field="modifiers")
    fix = Fix("verify", index, None, "ask", "bill the first service too, or take the modifier off")
    return Hit("fail", index, "alone", facts, field="modifiers", fixes=(fix,))


def sentence(params: RepeatModifier) -> str:
    what = join(params.modifiers)
    return {
        "never": f"{what} does not stand on these codes; more time on a day is more units.",
        "alone": f"{what} stands only on a code that was also billed without it on the day.",
        "several": f"A line carries only one of {what}.",
    }[params.finds]


KIND = Kind(
    name="repeat-modifier",
    title="Repeated services",
    about="Modifiers that say a service was done again on the day.",
    params=RepeatModifier,
    evidence=("claim", "record"),
    bind=bind,
    sentence=sentence,
    look_back=lambda params: 1 if params.finds == "alone" else 0,
    settled=lambda params: () if params.finds == "alone" else ("pass", "not-applicable"),
    messages={
        "never": "{code} carries {held}; more time of this code on {date} is more units, not a repeated service.",
        "alone": "{code} carries {held}, but the code was not billed before on {date}.",
        "several": "{code} carries {held}; a service is done again by the same provider or by another, not both.",
        "history": "{code} carries {held}; whether it was billed before on {date} is not known without the patient's history.",
    },
)
