"""A modifier that lets a code pair pass, on a line that stands in no pair: nothing asks for it, and it invites review."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Table, Tables, join


class BypassModifier(Params, frozen=True):
    tables: Annotated[dict[Literal["professional", "institutional"], str], Meta(description="The table of pairs for each type of claim.")]
    modifiers: Annotated[tuple[str, ...], Meta(description="The modifiers that only say that services of a pair were apart.", min_length=1)]


def bind(params: BypassModifier, tables: Tables) -> Check:
    pairs = {claim_type: tables.get(table) for claim_type, table in params.tables.items()}
    wanted = frozenset(params.modifiers)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        table = pairs.get(case.claim.claim_type)
        held = [index for index in indexes if not wanted.isdisjoint(case.lines[index].modifiers)]
        if table is None or not held:
            return NOT_APPLICABLE
        return [hit for index in held if (hit := _judge(case, index, wanted, table)) is not None] or None

    return check


def _judge(case: Case, index: int, wanted: frozenset[str], table: Table) -> Hit | None:
    line = case.lines[index]
    day = line.service_date
    others = [other.code for place, other in enumerate(case.lines) if place != index and other.service_date == day]
    others += [item.code for item in case.earlier(day, day)]
    if line.code in others:
        return None  # a second line of the code is a reason of its own
    codes = list(dict.fromkeys(others))
    held = [own for own in line.modifiers if own in wanted]
    facts = {"code": line.code, "date": day, "held": held}
    fixes = tuple(Fix("remove-modifier", index, own, "ask", "if no other claim of the day asks for it") for own in held)
    if not codes:
        return Hit("fail", index, "alone", facts, field="modifiers", fixes=fixes)
    window = table.covering(day)
    if window is None:
        return Hit("not-on-file", index, "window", {**facts, "nearest": table.nearest(day).id})
    if any(window.rows_on(day, line.code, code) or window.rows_on(day, code, line.code) for code in codes):
        return None
    unread = [code for code in codes if not window.knows(line.code, code)]
    if unread:
        return Hit("not-on-file", index, "pairs", {**facts, "unread": unread, "quarter": window.id})
    return Hit("fail", index, "no-pair", {**facts, "others": codes, "quarter": window.id}, field="modifiers", fixes=fixes)


def sentence(params: BypassModifier) -> str:
    return f"{join(params.modifiers)} stands only on a line that is in a code pair with another service of the day."


KIND = Kind(
    name="bypass-modifier",
    title="Bypass modifier without a pair",
    about="Modifiers that say that two services of a code pair were apart, on lines that are in no pair.",
    params=BypassModifier,
    evidence=("table",),
    bind=bind,
    sentence=sentence,
    look_back=lambda params: 1,
    tables=lambda params: tuple(params.tables.values()),
    consulted=lambda params, claim: tuple(table for kind, table in params.tables.items() if kind == claim.claim_type),
    messages={
        "alone": "{code} carries {held}, but no other service of {date} is known that it could be in a pair with.",
        "no-pair": "{code} carries {held}, but is in no pair with {others} (table {quarter}).",
        "window": "{code} carries {held}; no pair table for {date} is on file (nearest: {nearest}).",
        "pairs": "{code} carries {held}; the pair table {quarter} was not read for {unread}.",
    },
)
