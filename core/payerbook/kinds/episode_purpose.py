"""Purposes of treatment (rehabilitative, habilitative, maintenance) for which the payer does not cover a service."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from payerbook.claim import Purpose
from payerbook.kinds.base import Case, Check, Fix, Hit, Kind, Params, Result, Tables, join


class EpisodePurposeParams(Params, frozen=True):
    never: Annotated[tuple[Purpose, ...], Meta(description="Purposes for which the lines of the rule are not covered.", min_length=1)]


def bind(params: EpisodePurposeParams, tables: Tables) -> Check:
    never = frozenset(params.never)
    unknown: Result = [Hit("unknown", None, "open", {}, needs=("context.episode.purpose",))]

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        context = case.claim.context
        purpose = context.episode.purpose if context is not None and context.episode is not None else None
        if purpose is None:
            return unknown
        if purpose not in never:
            return None
        return [_hit(index, case.lines[index].code, purpose) for index in indexes]

    return check


def _hit(index: int, code: str, purpose: Purpose) -> Hit:
    fix = Fix("do-not-bill", index, None, "ask", "unless the purpose of the episode is another one")
    return Hit("fail", index, "never", {"code": code, "purpose": purpose}, field="code", fixes=(fix,))


def sentence(params: EpisodePurposeParams) -> str:
    return f"The treatment is not {join(params.never)}."


KIND = Kind(
    name="episode-purpose",
    title="Purpose of treatment",
    about="Services that are not covered when the treatment has a certain purpose.",
    params=EpisodePurposeParams,
    evidence=("record",),
    bind=bind,
    sentence=sentence,
    parts=("episode",),
    messages={
        "never": "{code} is billed for {purpose} treatment, for which it is not covered this way.",
        "open": "The purpose of the treatment is not known; some purposes ({never}) are not covered this way.",
    },
)
