"""How closely work under supervision has to be supervised."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from payerbook.kinds.base import Case, Check, Fix, Hit, Kind, Params, Result, Tables

RANK = {"none": 0, "general": 1, "direct": 2, "personal": 3}


class SupervisionParams(Params, frozen=True):
    level: Annotated[
        Literal["general", "direct", "personal"],
        Meta(description="Least level: general = reachable; direct = in the suite; personal = in the room."),
    ]


_WORDS = {"general": "general (reachable)", "direct": "direct (in the suite)", "personal": "personal (in the room)"}


def bind(params: SupervisionParams, tables: Tables) -> Check:
    least = RANK[params.level]
    unknown: Result = [Hit("unknown", None, "open", {}, needs=("context.supervision.level",))]

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        context = case.claim.context
        supervision = context.supervision if context is not None else None
        level = supervision.level if supervision is not None else None
        if level is None:
            return unknown
        if RANK[level] >= least:
            return None
        fix = Fix("do-not-bill", None, None, "ask", "unless the record shows closer supervision than the claim says")
        facts = {"had": level, "least": _WORDS[params.level]}
        return [Hit("fail", index, "less", {**facts, "code": case.lines[index].code}, fixes=(fix,)) for index in indexes]

    return check


def sentence(params: SupervisionParams) -> str:
    return f"The work is supervised at least at the level {_WORDS[params.level]}."


KIND = Kind(
    name="supervision",
    title="Supervision",
    about="The level at which work of assistants, or of others who may not work alone, is supervised.",
    params=SupervisionParams,
    evidence=("record", "chart"),
    bind=bind,
    sentence=sentence,
    parts=("supervision",),
    messages={
        "less": "{code}: supervision was {had}, but it has to be at least {least}.",
        "open": "The level of supervision is not known; it has to be at least {level}.",
    },
)
