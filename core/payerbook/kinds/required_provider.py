"""A provider whose NPI the claim has to carry, such as the one who certified the plan of care."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from payerbook.claim import Role
from payerbook.kinds import chart
from payerbook.kinds.base import Case, Check, Fix, Hit, Kind, Params, Result, Tables, join


class RequiredProviderParams(Params, frozen=True):
    field: Annotated[
        Literal["referring_provider", "rendering_provider", "supervising_provider"],
        Meta(description="Where the claim carries the provider."),
    ]
    who: Annotated[str, Meta(description="Who that is, in words: `the practitioner who certified the plan of care`.")]
    roles: Annotated[tuple[Role, ...], Meta(description="Roles under which the provider may be reported; empty = any.")] = ()
    certifier: Annotated[bool, Meta(description="The NPI has to be that of the person who certified the plan of care on file.")] = False


def bind(params: RequiredProviderParams, tables: Tables) -> Check:
    field = params.field
    path = f"{field}.npi"
    fix = Fix("add-reference", None, None, "ask", f"take the NPI of {params.who} from the record")
    fails: Result = [Hit("fail", None, "absent", {}, field=path, fixes=(fix,))]
    # Billing systems often add the number only when they send the claim, so its absence before that proves nothing.
    unknown: Result = [Hit("unknown", None, "open", {}, needs=(path,), field=path, cap="review")]
    roles = frozenset(params.roles)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        claim = case.claim
        provider = getattr(claim, field)
        if provider is None or not provider.npi:
            return unknown if claim.format is None else fails
        if roles and provider.role is not None and provider.role not in roles:
            role = Fix("verify", None, None, "ask", f"report {params.who} in the role that the payer asks for")
            facts = {"role": provider.role, "right": join(params.roles)}
            return [Hit("fail", None, "role", facts, field=f"{field}.role", fixes=(role,))]
        if params.certifier and _certified_by_another(case, indexes, provider.npi):
            # The payer sees it only when it reads the record, so it asks for a look at both.
            return [Hit("fail", None, "another", {}, field=path, fixes=(fix,), cap="review")]
        return None

    return check


def _certified_by_another(case: Case, indexes: tuple[int, ...], npi: str) -> bool:
    """Whether the plan on file for these lines was certified under another NPI."""
    record = chart.of(case)
    if record is None or record.plan is None or record.plan.certified_by in (None, npi):
        return False
    return chart.own(case, record, indexes)[0] == indexes


def sentence(params: RequiredProviderParams) -> str:
    roles = f" as {join(params.roles)} provider" if params.roles else ""
    return f"The claim carries the NPI of {params.who}{roles}."


KIND = Kind(
    name="required-provider",
    title="Required provider",
    about="Providers without whose NPI the payer does not process the claim.",
    params=RequiredProviderParams,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    whole_claim=True,
    messages={
        "absent": "The claim does not carry the NPI of {who}.",
        "open": "The claim names no NPI for {who} so far.",
        "another": "The NPI on the claim is not that of {who}, as the record has it.",
        "role": "The provider is reported as {role}; the payer wants {who} as {right}.",
    },
)
