"""A claim picked for medical review: the records that the payer asks for have to be there."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from payerbook.kinds import chart
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Due, Fix, Hit, Kind, Params, Result, Tables, join

Item = Literal["evaluation", "plan-of-care", "certification", "progress-reports", "treatment-notes"]
_PATHS: dict[Item, str] = {
    "evaluation": "evaluation_on",
    "plan-of-care": "plan_of_care",
    "certification": "plan_of_care.certified_on",
    "progress-reports": "progress_reports",
    "treatment-notes": "treatment_notes",
}


class ReviewRecordsParams(Params, frozen=True):
    items: Annotated[tuple[Item, ...], Meta(description="What is sent on request.", min_length=1)]
    days: Annotated[int, Meta(description="Calendar days after the date of the letter within which the records arrive.", ge=1)]


def bind(params: ReviewRecordsParams, tables: Tables) -> Check:
    nothing: Result = chart.no_record(*(_PATHS[item] for item in params.items))

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        context = case.claim.context
        if context is None or context.medical_review is None or not context.medical_review.selected:
            return NOT_APPLICABLE
        record = chart.of(case)
        if record is None:
            return nothing
        lacking = [item for item in params.items if (not _held(record, item) and record.missing(_PATHS[item])) or _empty(record, item)]
        if lacking:
            fix = Fix("document", None, None, "ask", "find the records before the answer to the request is due")
            return [Hit("fail", None, "lacking", {"lacking": _words(lacking)}, fixes=(fix,))]
        unknown = [item for item in params.items if not _held(record, item)]
        if unknown:
            needs = tuple(f"context.documentation.{_PATHS[item]}" for item in unknown)
            return [Hit("unknown", None, "open", {"open": _words(unknown)}, needs=needs)]
        return None

    return check


def _held(record: chart.Chart, item: Item) -> bool:
    plan = record.plan
    if item == "certification":
        # A signed order with the plan sent is shown in place of the signature; whether it is enough, another rule says.
        by_order = plan is not None and plan.sent_on is not None and record.documentation.order_signed_on is not None
        return by_order or (plan is not None and plan.certified_on is not None)
    return getattr(record.documentation, _PATHS[item]) is not None


def _empty(record: chart.Chart, item: Item) -> bool:
    """Whether the list of treatment notes is known to be empty; no progress report may be due yet."""
    return item == "treatment-notes" and record.documentation.treatment_notes == ()


def _words(items: list[Item]) -> str:
    return join((item.replace("-", " ") for item in items), "and")


def deadlines(params: ReviewRecordsParams, case: Case) -> list[Due]:
    context = case.claim.context
    if context is None or context.medical_review is None or not context.medical_review.selected:
        return []
    return [Due("records for the medical review", None, "date of the request for records", params.days)]


def sentence(params: ReviewRecordsParams) -> str:
    return f"For a claim in medical review the {_words(list(params.items))} arrive within {params.days} days of the letter."


KIND = Kind(
    name="review-records",
    title="Records for a review",
    about="Whether the records that a medical review asks for are there.",
    params=ReviewRecordsParams,
    evidence=("chart",),
    bind=bind,
    sentence=sentence,
    parts=("medical_review",),
    deadlines=deadlines,
    messages={
        **chart.MESSAGES,
        "lacking": "The claim is in medical review and the record lacks: {lacking}. Records have to arrive within {days} days of the letter.",
        "open": "The claim is in medical review; whether the record has these is not known: {open}.",
    },
)
