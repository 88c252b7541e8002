"""Providers whose profession the payer does not accept in a role, told by their taxonomy code."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from payerbook.claim import Provider
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Tables


class ProviderTypeParams(Params, frozen=True):
    field: Annotated[Literal["referring_provider", "rendering_provider"], Meta(description="The provider that is looked at.")]
    never: Annotated[tuple[str, ...], Meta(description="First characters of taxonomy codes (NUCC) that are not accepted.", min_length=1)]
    who: Annotated[str, Meta(description="Those professions in words: `an assistant, an aide or a student`.")]
    right: Annotated[str, Meta(description="Whom the payer expects instead, in words.")]


def bind(params: ProviderTypeParams, tables: Tables) -> Check:
    field, never = params.field, params.never

    def hit(index: int | None) -> Hit:
        fix = Fix("change-identifier", index, None, "ask", f"report {params.right}, if that is who did it")
        return Hit("fail", index, "never", {}, field=f"{field}.taxonomy", fixes=(fix,))

    def bad(provider: Provider | None) -> bool:
        return provider is not None and provider.taxonomy is not None and provider.taxonomy.startswith(never)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        head = getattr(case.claim, field)
        hits: list[Hit] = []
        seen = head is not None and head.taxonomy is not None
        if field == "rendering_provider":
            for index in indexes:
                own = case.lines[index].rendering_provider
                if own is not None and own.taxonomy is not None:
                    seen = True
                    if own.taxonomy.startswith(never):
                        hits.append(hit(index))
        if bad(head) and not hits:
            hits.append(hit(None))
        return hits or (None if seen else NOT_APPLICABLE)

    return check


def sentence(params: ProviderTypeParams) -> str:
    return f"The {params.field.replace('_', ' ')} is {params.right}, not {params.who}."


KIND = Kind(
    name="provider-type",
    title="Profession of a provider",
    about="Professions that the payer does not accept as rendering or referring provider.",
    params=ProviderTypeParams,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    whole_claim=True,
    messages={"never": "The taxonomy code of the provider is that of {who}; the payer accepts {right}."},
)
