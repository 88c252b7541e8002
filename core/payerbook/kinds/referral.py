"""An order or referral by a physician or other practitioner, where the payer wants one for a service."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta

from payerbook.kinds import chart
from payerbook.kinds.base import Case, Check, Contribution, Due, Fix, Hit, Kind, Params, Question, Result, Tables, join


class ReferralParams(Params, frozen=True):
    signed: Annotated[bool, Meta(description="The order has to carry a dated signature.")] = False
    before_service: Annotated[bool, Meta(description="The order has to be dated by the first day billed.")] = False
    or_certified: Annotated[bool, Meta(description="A certified plan of care stands for the order.")] = False
    valid_days: Annotated[int, Meta(description="Days that an order holds; 0 = not said.", ge=0)] = 0
    start_within_days: Annotated[int, Meta(description="Treatment has to begin within so many days of the order; 0 = not said.", ge=0)] = 0
    sign_within_days: Annotated[int, Meta(description="A verbal order has to be signed within so many days; 0 = not said.", ge=0)] = 0
    by: Annotated[tuple[str, ...], Meta(description="Who may order, in short words; absent = not said.")] = ()


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
            return (_judge(case, record, lines, ordered, params) + foreign) or None
        known = any(record.missing(path) for path in (*paths, "order_on"))
        if known and (not params.or_certified or record.missing("plan_of_care.certified_on")):
            fix = Fix("document", None, None, "ask", "get the order, or the plan certified where that is enough")
            return chart.spread(case, Hit("fail", None, "none", {}, fixes=(fix,)), lines) + foreign
        needs = () if known else tuple(f"context.documentation.{path}" for path in paths)
        if params.or_certified:
            needs += ("context.documentation.plan_of_care.certified_on",)
        return [Hit("unknown", None, "open", {}, needs=needs), *foreign]

    return check


def _judge(case: Case, record: chart.Chart, lines: tuple[int, ...], ordered: date, params: ReferralParams) -> list[Hit]:
    """What is wrong with the dates of an order that is there."""
    hits: list[Hit] = []
    late = tuple(index for index in lines if case.lines[index].service_date < ordered) if params.before_service else ()
    if late:
        fix = Fix("document", None, None, "ask", "look for an order that was there before the service")
        hits += chart.spread(case, Hit("fail", None, "late", {"ordered": ordered}, fixes=(fix,)), late)
    if params.valid_days:
        end = ordered + timedelta(days=params.valid_days)
        after = tuple(index for index in lines if case.lines[index].service_date > end)
        if after:
            fix = Fix("document", None, None, "ask", "get a new order")
            hits += chart.spread(case, Hit("fail", None, "expired", {"ordered": ordered, "end": end}, fixes=(fix,)), after)
    if params.start_within_days and record.start is not None and record.start > ordered + timedelta(days=params.start_within_days):
        fix = Fix("document", None, None, "ask", "get a new order")
        hits.append(Hit("fail", None, "begun-late", {"ordered": ordered, "start": record.start}, fixes=(fix,)))
    signed = record.documentation.order_signed_on
    if params.sign_within_days:
        by = ordered + timedelta(days=params.sign_within_days)
        if signed is not None and signed > by:
            hits.append(Hit("fail", None, "signed-late", {"signed": signed, "by": by}, fixes=()))
        elif signed is None and record.missing("order_signed_on") and record.as_of is not None and record.as_of > by:
            fix = Fix("document", None, None, "ask", "have the verbal order signed")
            hits.append(Hit("fail", None, "unsigned", {"by": by}, fixes=(fix,)))
    return hits


def deadlines(params: ReferralParams, case: Case) -> list[Due]:
    """The days by which treatment has to begin, a verbal order to be signed, and an order to be renewed."""
    record = chart.of(case)
    documentation = record.documentation if record is not None else None
    ordered = (documentation.order_on or documentation.order_signed_on) if documentation is not None else None
    signed = documentation.order_signed_on if documentation is not None else None
    steps = (
        ("begin treatment", params.start_within_days, record.start if record is not None else None),
        ("have a verbal order signed", params.sign_within_days, signed),
        ("renew the order", params.valid_days, None),
    )
    needs = () if ordered is not None else ("context.documentation.order_on",)
    return [
        Due(what, None if ordered is None else ordered + timedelta(days=days), "order", days, start=ordered, needs=needs, done_on=done)
        for what, days, done in steps
        if days
    ]


def sentence(params: ReferralParams) -> str:
    signed = "a signed order" if params.signed else "an order"
    before = " dated by the day of the service" if params.before_service else ""
    instead = ", or a certified plan of care" if params.or_certified else ""
    by = f" by a {join(params.by)}" if params.by else ""
    terms = [
        f"treatment begins within {params.start_within_days} days of it" if params.start_within_days else "",
        f"a verbal one is signed within {params.sign_within_days} days" if params.sign_within_days else "",
        f"it holds for {params.valid_days} days" if params.valid_days else "",
    ]
    return "; ".join([f"There is {signed} or referral{by}{before}{instead}", *filter(None, terms)]) + "."


def answer(params: ReferralParams, tables: Tables, question: Question) -> Contribution | None:
    return Contribution(documents=("order-or-certification" if params.or_certified else "order",))


KIND = Kind(
    name="referral",
    title="Order or referral",
    about="Whether the record has the order or referral that the payer wants for a service.",
    params=ReferralParams,
    evidence=("record", "chart"),
    bind=bind,
    sentence=sentence,
    parts=("documentation",),
    answer=answer,
    deadlines=deadlines,
    told=("by",),
    messages={
        **chart.MESSAGES,
        "none": "The record has no order or referral for the service.",
        "late": "The order is dated {ordered}, after the service.",
        "expired": "The order of {ordered} held until {end}; the service is later.",
        "begun-late": "Treatment began on {start}, later than {start_within_days} days after the order of {ordered}.",
        "signed-late": "The order was signed on {signed}; it had to be signed by {by}.",
        "unsigned": "The order is not signed; it had to be signed by {by}.",
        "open": "Whether there is an order or referral for the service is not known.",
    },
)
