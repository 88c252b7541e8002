"""An order or referral by a physician or other practitioner, where the payer wants one for a service."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from payerbook.kinds import chart
from payerbook.kinds.base import Case, Check, Contribution, Fix, Hit, Kind, Params, Question, Result, Tables


class ReferralParams(Params, frozen=True):
    signed: Annotated[bool, Meta(description="The order has to carry a dated signature.")] = False
    before_service: Annotated[bool, Meta(description="The order has to be dated by the first day billed.")] = False
    or_certified: Annotated[bool, Meta(description="A certified plan of care stands for the order.")] = False


def bind(params: ReferralParams, tables: Tables) -> Check:
    paths = ("order_signed_on",) if params.signed else ("order_on",)
    nothing: Result = chart.no_record(*paths)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        record = chart.of(case)
        if record is None:
            return nothing
        lines, foreign = chart.own(case, record, indexes)
        if not lines:
            return foreign
        documentation, plan = record.documentation, record.plan
        ordered = documentation.order_signed_on if params.signed else documentation.order_on or documentation.order_signed_on
        certified = plan is not None and (plan.certified_on is not None or plan.verbal_certification_on is not None)
        if params.or_certified and certified:
            return foreign or None
        if ordered is not None:
            late = tuple(index for index in lines if case.lines[index].service_date < ordered) if params.before_service else ()
            if not late:
                return foreign or None
            fix = Fix("document", None, None, "ask", "look for an order that was there before the service")
            return chart.spread(case, Hit("fail", None, "late", {"ordered": ordered}, fixes=(fix,)), late) + foreign
        known = any(record.missing(path) for path in (*paths, "order_on"))
        if known and (not params.or_certified or record.missing("plan_of_care.certified_on")):
            fix = Fix("document", None, None, "ask", "get the order, or the plan certified where that is enough")
            return chart.spread(case, Hit("fail", None, "none", {}, fixes=(fix,)), lines) + foreign
        needs = () if known else tuple(f"context.documentation.{path}" for path in paths)
        if params.or_certified:
            needs += ("context.documentation.plan_of_care.certified_on",)
        return [Hit("unknown", None, "open", {}, needs=needs), *foreign]

    return check


def sentence(params: ReferralParams) -> str:
    signed = "signed " if params.signed else ""
    before = " dated by the day of the service" if params.before_service else ""
    instead = ", or a certified plan of care" if params.or_certified else ""
    return f"There is a {signed}order or referral{before}{instead}."


def answer(params: ReferralParams, tables: Tables, question: Question) -> Contribution | None:
    return Contribution(documents=("order-or-certification" if params.or_certified else "order",))


KIND = Kind(
    name="referral",
    title="Order or referral",
    about="Whether the record has the order or referral that the payer wants for a service.",
    params=ReferralParams,
    bind=bind,
    sentence=sentence,
    parts=("documentation",),
    answer=answer,
    messages={
        **chart.MESSAGES,
        "none": "The record has no order or referral for the service.",
        "late": "The order is dated {ordered}, after the service.",
        "open": "Whether there is an order or referral for the service is not known.",
    },
)
