"""The version of the electronic format that a claim came in."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Tables, join


class ClaimFormat(Params, frozen=True):
    accepts: Annotated[tuple[str, ...], Meta(description="Starts of X12 version texts that are taken (005010X222 ...).", min_length=1)]


def bind(params: ClaimFormat, tables: Tables) -> Check:
    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        came = case.claim.format
        if came is None or not came.startswith("X12 "):
            return NOT_APPLICABLE
        version = came[4:]
        if version.startswith(params.accepts):
            return None
        fix = Fix("verify", None, None, "ask", "export the claim again in version 005010 from the billing system")
        return [Hit("fail", None, "version", {"version": version}, field="format", fixes=(fix,))]

    return check


def sentence(params: ClaimFormat) -> str:
    return f"X12 claims come in version {join(params.accepts)}."


KIND = Kind(
    name="claim-format",
    title="Format version",
    about="X12 versions that payers no longer take.",
    params=ClaimFormat,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    whole_claim=True,
    messages={"version": "The claim came in X12 version {version}; payers take {accepts}. It was read as well as possible."},
)
