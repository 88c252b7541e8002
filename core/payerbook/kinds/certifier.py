"""Who may certify a plan of care."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from payerbook.claim import CertifierRole
from payerbook.kinds import chart
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Tables, join


class CertifierParams(Params, frozen=True):
    roles: Annotated[tuple[CertifierRole, ...], Meta(description="Who may certify.", min_length=1)]
    bill_types: Annotated[
        tuple[str, ...], Meta(description="First two digits of the bill types it is for (`75`); empty = every claim.")
    ] = ()


def bind(params: CertifierParams, tables: Tables) -> Check:
    roles = frozenset(params.roles)
    bill_types = params.bill_types
    unknown: Result = [Hit("unknown", None, "role", {}, needs=("context.documentation.plan_of_care.certified_by_role",))]

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        record = chart.of(case)
        if record is None or record.plan is None or record.plan.certified_on is None:
            return NOT_APPLICABLE
        if bill_types and not (case.claim.bill_type or "").lstrip("0").startswith(bill_types):
            return NOT_APPLICABLE
        role = record.plan.certified_by_role
        if role in roles:
            return None
        if role is None:
            return unknown
        lines, foreign = chart.own(case, record, indexes)
        if not lines:
            return foreign
        fix = Fix("document", None, None, "ask", "have the plan certified by somebody who may")
        return chart.spread(case, Hit("fail", None, "not-allowed", {"allowed": _words(params)}, fixes=(fix,)), lines) + foreign

    return check


def _words(params: CertifierParams) -> str:
    return join(f"a {role.replace('-', ' ')}" for role in params.roles)


def sentence(params: CertifierParams) -> str:
    where = f" On bill types {join((f'{digits}x' for digits in params.bill_types), 'and')} only." if params.bill_types else ""
    return f"The plan of care is certified by {_words(params)}.{where}"


KIND = Kind(
    name="certifier",
    title="Who certifies",
    about="The profession of the person who certified the plan of care.",
    params=CertifierParams,
    evidence=("chart",),
    bind=bind,
    sentence=sentence,
    parts=("documentation",),
    messages={
        **chart.MESSAGES,
        "not-allowed": "The plan of care was certified by somebody who may not; it takes {allowed}.",
        "role": "The profession of the person who certified the plan of care is not known.",
    },
)
