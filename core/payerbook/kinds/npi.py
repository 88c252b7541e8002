"""National Provider Identifiers: ten digits whose last is a check digit.

Luhn's mod 10 over `80840` followed by the number; the constant prefix adds 24 (CMS, NPI check digit, 69 FR 3434).
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Tables, join

Field = Literal["billing_provider", "rendering_provider", "referring_provider", "supervising_provider"]


class Npi(Params, frozen=True):
    fields: Annotated[tuple[Field, ...], Meta(description="Providers of the claim whose NPI is checked, where given.", min_length=1)]
    required: Annotated[tuple[Field, ...], Meta(description="Providers whose absent NPI is shown as unanswered.")] = ()


def valid(npi: str) -> bool:
    """Whether the text is an NPI: ten ASCII digits, the first 1 or 2, with a right check digit."""
    if len(npi) != 10 or not (npi.isascii() and npi.isdigit()) or npi[0] not in "12":
        return False
    total = 24
    for place, digit in enumerate(map(int, reversed(npi))):
        total += digit if place % 2 == 0 else digit * 2 - 9 * (digit > 4)
    return total % 10 == 0


class _Judge(dict[str, bool]):
    """Whether a number is valid, worked out once for each; a practice has few."""

    def __missing__(self, npi: str) -> bool:
        if len(self) >= 10_000:
            self.clear()
        answer = self[npi] = valid(npi)
        return answer


def bind(params: Npi, tables: Tables) -> Check:
    good = _Judge()

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        hits: list[Hit] = []
        any_seen = False
        for name in params.fields:
            provider = getattr(case.claim, name)
            npi = provider.npi if provider is not None else None
            if npi:
                any_seen = True
                if not good[npi]:
                    hits.append(_bad(None, name, f"{name}.npi"))
            elif name in params.required:
                hits.append(_absent(name))
        if "rendering_provider" in params.fields:
            for index in indexes:
                provider = case.lines[index].rendering_provider
                if provider is not None and provider.npi:
                    any_seen = True
                    if not good[provider.npi]:
                        hits.append(_bad(index, "rendering_provider", "rendering_provider.npi"))
        return hits or (None if any_seen else NOT_APPLICABLE)

    return check


def _bad(index: int | None, name: str, field: str) -> Hit:
    fix = Fix("change-identifier", index, None, "ask", "look the number up in the NPI registry (NPPES)")
    return Hit("fail", index, "bad", {"who": _words(name)}, field=field, fixes=(fix,))


def _absent(name: str) -> Hit:
    """Shown as unanswered, but no more than review: billing systems often add the number only when they send the claim."""
    return Hit("unknown", None, "absent", {"who": _words(name)}, needs=(f"{name}.npi",), field=f"{name}.npi", cap="review")


def _words(name: str) -> str:
    return name.replace("_", " ")


def sentence(params: Npi) -> str:
    who = join(_words(name) for name in params.fields)
    return f"The NPI of the {who} has ten digits, starts with 1 or 2 and ends with its check digit."


KIND = Kind(
    name="npi",
    title="NPI check digit",
    about="Provider numbers whose digits cannot be right.",
    params=Npi,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    whole_claim=True,
    messages={
        "bad": "The NPI of the {who} is not a valid number (ten digits with a check digit).",
        "absent": "The claim names no NPI for the {who}.",
    },
)
