"""Treatment notes: one for each day billed, signed, with timed minutes that support the timed units."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta

from payerbook import units
from payerbook.claim import TreatmentNote
from payerbook.kinds import chart
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Contribution, Fix, Hit, Kind, Params, Question, Result, Tables


class TreatmentNoteParams(Params, frozen=True):
    finds: Annotated[
        Literal["missing", "minutes"],
        Meta(
            description="missing = a day without a signed note; minutes = fewer timed minutes in the note than the timed units of the day "
            "need (for rules on 15-minute codes)."
        ),
    ] = "missing"


_PATH = "context.documentation.treatment_notes"


def bind(params: TreatmentNoteParams, tables: Tables) -> Check:
    nothing: Result = chart.no_record("treatment_notes")
    judge = _signed if params.finds == "missing" else _minutes

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        record = chart.of(case)
        if record is None:
            return NOT_APPLICABLE if params.finds == "minutes" else nothing
        notes = record.documentation.treatment_notes
        if notes is None and not record.missing("treatment_notes"):
            return NOT_APPLICABLE if params.finds == "minutes" else nothing
        lines, foreign = chart.own(case, record, indexes)
        if not lines:
            return foreign
        hits = foreign
        for day, places in case.days(lines):
            found = judge(case, record, day, places, [note for note in notes or () if note.service_date == day])
            hits = hits + found if found else hits
        return hits or None

    return check


def _signed(case: Case, record: chart.Chart, day: date, places: tuple[int, ...], notes: list[TreatmentNote]) -> list[Hit]:
    for note in notes:
        if note.signed_on is not None:
            return []
    facts = {"date": day}
    if not notes:
        fix = Fix("document", None, None, "ask", "only bill what a note of the day shows")
        return chart.spread(case, Hit("fail", None, "missing", facts, fixes=(fix,)), places)
    if record.missing("treatment_notes.signed_on"):
        fix = Fix("document", None, None, "ask", "have the person who treated sign, with an attestation")
        return chart.spread(case, Hit("fail", None, "unsigned", facts, fixes=(fix,)), places)
    return [Hit("unknown", None, "signature", facts, needs=(f"{_PATH}[].signed_on",))]


def _minutes(case: Case, record: chart.Chart, day: date, places: tuple[int, ...], notes: list[TreatmentNote]) -> list[Hit]:
    if not notes:
        return []
    spent: units.Minutes = 0
    for note in notes:
        if note.timed_minutes is None:
            return [Hit("unknown", None, "time", {"date": day}, needs=(f"{_PATH}[].timed_minutes",))]
        spent += note.timed_minutes
    claimed: units.Minutes | None = 0
    for place in places:
        minutes = case.lines[place].minutes
        claimed = None if claimed is None or minutes is None else claimed + minutes
    if claimed is not None and claimed <= spent:
        return []  # The note shows the minutes that the claim carries; their units are the matter of the rules on timed units.
    billed = sum(case.lines[place].units for place in places)
    supported = units.total_units(spent)
    if billed <= supported:
        return []
    facts: dict[str, Any] = {"date": day, "billed": billed, "minutes": spent, "supported": supported}
    fix = Fix("change-units", places[-1], None, "ask", "bill the units that the minutes of the note support")
    return [Hit("fail", places[-1], "minutes", facts, field="units", fixes=(fix,))]


def sentence(params: TreatmentNoteParams) -> str:
    if params.finds == "minutes":
        return "The timed minutes in the note of a day support the timed units billed for it."
    return "Each day billed has a treatment note signed by the person who treated."


def answer(params: TreatmentNoteParams, tables: Tables, question: Question) -> Contribution | None:
    return Contribution(documents=("treatment-note",)) if params.finds == "missing" else None


KIND = Kind(
    name="treatment-note",
    title="Treatment notes",
    about="The note of each day billed: that it exists, is signed, and shows the minutes of the timed units.",
    params=TreatmentNoteParams,
    evidence=("chart",),
    bind=bind,
    sentence=sentence,
    parts=("documentation",),
    answer=answer,
    messages={
        **chart.MESSAGES,
        "missing": "The record has no treatment note for {date}.",
        "unsigned": "The treatment note of {date} is not signed.",
        "signature": "Whether the treatment note of {date} is signed is not known.",
        "time": "The treatment note of {date} does not say the timed minutes as far as is known.",
        "minutes": "{date}: {billed} timed units are billed, but the treatment note has {minutes} timed minutes, which support {supported}.",
    },
)
