"""Certification of the plan of care: a dated signature, or a verbal order and then a signature, soon after treatment began."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import Meta

from payerbook.claim import PlanOfCare
from payerbook.kinds import chart
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Contribution, Due, Fix, Hit, Kind, Params, Question, Result, Tables

_PLAN = "context.documentation.plan_of_care"
_NO_PLAN = PlanOfCare()


class CertificationParams(Params, frozen=True):
    finds: Annotated[
        Literal["missing", "late"],
        Meta(
            description="missing = no certification although it was due; late = a certification that came more than the grace after that."
        ),
    ] = "missing"
    days: Annotated[
        int, Meta(description="Days after the first treatment day (evaluation included) within which the plan is certified.")
    ] = 30
    verbal_days: Annotated[int, Meta(description="Days after a verbal certification within which the signature follows.")] = 14
    grace_days: Annotated[int, Meta(description="Days after it was due within which a late certification needs no stated reason.")] = 30
    max_days: Annotated[int, Meta(description="Longest time that one certification covers, in days.")] = 90
    order_instead: Annotated[
        bool, Meta(description="A signed and dated order stands for the first signature when the plan was sent to the signer in time.")
    ] = False
    sent_days: Annotated[int, Meta(description="Days after the first treatment day within which the plan is sent (order_instead).")] = 30


class Standing(NamedTuple):
    """How a plan stands: `certified`, `late`, `renewed` (a later certification is on file), `order`, `pending`, `missing` or `unknown`."""

    state: str
    due: date | None = None
    needs: tuple[str, ...] = ()
    signed: date | None = None


def standing(record: chart.Chart, plan: PlanOfCare, params: CertificationParams) -> Standing:
    """How the plan stands on the last day known to have come."""
    start, initial = record.first_day(plan, params.days)
    signed, verbal = plan.certified_on, plan.verbal_certification_on
    if start is None:
        return _undated(record, signed, params)
    due = start + timedelta(days=params.days)
    if signed is not None:
        if signed <= due or (verbal is not None and verbal <= due and signed <= verbal + timedelta(days=params.verbal_days)):
            return Standing("certified", due, signed=signed)
        until = plan.certified_until
        if until is not None and until > start + timedelta(days=params.max_days):
            return Standing("renewed", due, signed=signed)
    by_order = _by_order(record, plan, start, params) if params.order_instead and initial else None
    if by_order == ():
        return Standing("order", due)
    if signed is not None:
        return Standing("late", due, signed=signed)
    if verbal is not None and verbal <= due:
        due = verbal + timedelta(days=params.verbal_days)
    if record.as_of is not None and record.as_of <= due:
        return Standing("pending", due)
    known = record.missing("plan_of_care.certified_on")
    needs = (() if known else (f"{_PLAN}.certified_on",)) + (by_order or ())
    return Standing("unknown" if needs else "missing", due, needs)


def _undated(record: chart.Chart, signed: date | None, params: CertificationParams) -> Standing:
    """How a plan stands whose first treatment day is not known: missing only when the record knows that nothing was signed."""
    known = signed is None and record.missing("plan_of_care.certified_on")
    lacking = ("order_signed_on", "order_on", "plan_of_care.sent_on")
    by_order = params.order_instead and not any(record.missing(path) for path in lacking)
    if known and not by_order:
        return Standing("missing")
    return Standing("unknown", needs=("context.documentation.evaluation_on",))


def _by_order(record: chart.Chart, plan: PlanOfCare, start: date, params: CertificationParams) -> tuple[str, ...] | None:
    """What is still to be known for a signed order to stand for the signature: () = it does, None = it cannot."""
    ordered, sent = record.documentation.order_signed_on, plan.sent_on
    if ordered is None and (record.missing("order_signed_on") or record.missing("order_on")):
        return None
    if sent is None and record.missing("plan_of_care.sent_on"):
        return None
    if sent is not None and sent > start + timedelta(days=params.sent_days):
        return None
    needs: tuple[str, ...] = ()
    if ordered is None:
        needs += ("context.documentation.order_signed_on",)
    if sent is None:
        needs += (f"{_PLAN}.sent_on",)
    return needs


def bind(params: CertificationParams, tables: Tables) -> Check:
    nothing: Result = chart.no_record("plan_of_care.certified_on")
    late = params.finds == "late"
    days = timedelta(days=params.days)

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        record = chart.of(case)
        if record is None:
            return NOT_APPLICABLE if late else nothing
        plan = record.plan
        if plan is None:
            if late or not record.missing("plan_of_care"):
                return NOT_APPLICABLE if late else nothing
            plan = _NO_PLAN  # a plan that nobody wrote is not certified either
        lines, foreign = chart.own(case, record, indexes)
        signed, start = plan.certified_on, record.start
        if signed is not None and start is not None and signed <= start + days:
            return None if late else foreign or None
        found = standing(record, plan, params)
        if found.state in ("certified", "renewed"):
            return None if late else foreign or None
        if not lines:
            return NOT_APPLICABLE if late else foreign
        if late:
            if found.signed is None or found.due is None:
                return NOT_APPLICABLE if found.state != "order" else None
            return _late(case, lines, found.signed, found.due, params)
        return _missing(case, lines, found, record, days) + foreign or None

    return check


def _missing(case: Case, lines: tuple[int, ...], found: Standing, record: chart.Chart, days: timedelta) -> list[Hit]:
    facts: dict[str, Any] = {"due": found.due}
    if found.state == "unknown":
        return [Hit("unknown", None, "open" if found.due is not None else "start", facts, needs=found.needs)]
    if found.state == "order":
        return [Hit("resolved", None, "order", facts)]
    if found.state != "missing":
        return []
    fix = Fix("document", None, None, "ask", "have the plan certified now; a late certification counts when its reason is stated")
    # Treatment began by the claim's last day at the latest; before the day on which it is due then, nobody can tell that it is due.
    due = found.due or case.span[1] + days
    cap: Literal["review"] | None = None if record.as_of is not None and record.as_of > due else "review"
    key = "missing" if found.due is not None else "missing-undated"
    return chart.spread(case, Hit("fail", None, key, facts, fixes=(fix,), cap=cap), lines)


def _late(case: Case, lines: tuple[int, ...], signed: date, due: date, params: CertificationParams) -> list[Hit] | None:
    days = (signed - due).days
    if days <= params.grace_days:
        return None
    fix = Fix("document", None, None, "ask", "state in the record why the certification came late")
    return chart.spread(case, Hit("fail", None, "late", {"due": due, "days": days}, fixes=(fix,)), lines)


def deadlines(params: CertificationParams, case: Case) -> list[Due]:
    record = chart.of(case)
    if params.finds == "late":
        return []
    what, event = "certification of the plan of care", "first treatment day"
    plan = record.plan if record is not None else None
    start = None if record is None else record.start if plan is None else record.first_day(plan, params.days)[0]
    if start is None:
        return [Due(what, None, event, params.days, needs=("context.documentation.evaluation_on",))]
    signed = plan.certified_on if plan is not None else None
    dues = [Due(what, start + timedelta(days=params.days), event, params.days, start=start, done_on=signed)]
    if plan is not None and plan.verbal_certification_on is not None:
        by = plan.verbal_certification_on + timedelta(days=params.verbal_days)
        dues.append(
            Due("signature after the verbal certification", by, "verbal certification", params.verbal_days,
                start=plan.verbal_certification_on, done_on=signed)
        )  # fmt: skip
    if params.order_instead:
        by = start + timedelta(days=params.sent_days)
        sent = plan.sent_on if plan is not None else None
        dues.append(Due("sending the plan to the physician who signed the order", by, event, params.sent_days, start=start, done_on=sent))
    return dues


def sentence(params: CertificationParams) -> str:
    if params.finds == "late":
        return f"A certification more than {params.grace_days} days after it was due says why it came late."
    order = (
        f" A signed and dated order stands for the first signature when the plan was sent within {params.sent_days} days."
        if params.order_instead
        else ""
    )
    return (
        f"The plan of care is certified within {params.days} days of the first treatment day, the evaluation included; "
        f"a verbal certification is signed within {params.verbal_days} days.{order}"
    )


def answer(params: CertificationParams, tables: Tables, question: Question) -> Contribution | None:
    return Contribution(documents=("certification",)) if params.finds == "missing" else None


KIND = Kind(
    name="certification",
    title="Certification of the plan",
    about="Whether a physician or other practitioner certified the plan of care in time.",
    params=CertificationParams,
    evidence=("chart",),
    bind=bind,
    sentence=sentence,
    parts=("documentation",),
    answer=answer,
    deadlines=deadlines,
    messages={
        **chart.MESSAGES,
        "missing": "The plan of care is not certified; it was due by {due}.",
        "missing-undated": "The plan of care is not certified.",
        "open": "Whether the plan of care was certified (due by {due}) is not known.",
        "start": "The first treatment day is not known, so the day by which the plan is certified cannot be told.",
        "order": "The plan of care has no signature yet; a signed order and the plan sent in time stand for it.",
        "late": "The plan of care was certified {days} days after it was due ({due}); the record has to say why.",
    },
)
