"""Codes that a payer does not pay on the day of another one, by its own rule and not by the NCCI tables."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Contribution, Fix, Hit, Kind, Params, Question, Result, Standing, Tables, join


class SameDayPair(Params, frozen=True):
    beside: Annotated[
        tuple[str, ...], Meta(description="Codes on whose day the codes of the rule (`when.codes`) are not paid.", min_length=1)
    ]
    bypass: Annotated[tuple[str, ...], Meta(description="Modifiers with which both are paid; absent = no modifier changes it.")] = ()


def bind(params: SameDayPair, tables: Tables) -> Check:
    beside, bypass = frozenset(params.beside), frozenset(params.bypass)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        hits: list[Hit] = []
        met = False
        for index in indexes:
            line = case.lines[index]
            day = line.service_date
            others = {other.code for other in case.lines if other.service_date == day and other.code in beside}
            others |= {item.code for item in case.earlier(day, day) if item.code in beside}
            others.discard(line.code)
            if not others:
                continue
            met = True
            facts = {"code": line.code, "others": sorted(others), "date": day}
            if not bypass.isdisjoint(line.modifiers):
                hits.append(Hit("resolved", index, "bypassed", facts, field="modifiers"))
                continue
            remove = Fix("remove-line", index, line.code, "ask", "the payer holds it to be part of the other service")
            add = tuple(Fix("add-modifier", index, modifier, "ask", "only if it was a service apart") for modifier in params.bypass[:1])
            hits.append(Hit("fail", index, "open" if add else "closed", facts, field="code", fixes=(*add, remove)))
        return hits or (None if met else NOT_APPLICABLE)

    return check


def sentence(params: SameDayPair) -> str:
    unless = f", unless the line carries {join(params.bypass)}" if params.bypass else "; no modifier changes that"
    return f"Not paid on the day of {join(params.beside)}{unless}."


def answer(params: SameDayPair, tables: Tables, question: Question) -> Contribution:
    unless = f" without {join(params.bypass)}" if params.bypass else ", whatever the modifier"
    return Contribution(Standing("conditional", f"Not paid on the day of {join(params.beside)}{unless}.", info=("other",)))


KIND = Kind(
    name="same-day-pair",
    title="Same-day pair",
    about="Codes that a payer does not pay on the day of another one, by its own rule.",
    params=SameDayPair,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    answer=answer,
    messages={
        "open": "{code} is not paid on {date} with {others} without one of {bypass}.",
        "closed": "{code} is not paid on {date} with {others}; no modifier changes that.",
        "bypassed": "{code} on {date} with {others}: a modifier says that it was a service apart; the note must show it.",
    },
)
