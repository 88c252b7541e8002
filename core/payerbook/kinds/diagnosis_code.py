"""Diagnosis codes exist on the date of service and are complete (billable), by the dated ICD-10-CM table.

Table columns: code without its dot, first day, last day (empty = beyond the table's own dates).
"""

from __future__ import annotations

import string
from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, field

from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Tables, Window

_CHARACTERS = string.digits + string.ascii_uppercase


REMEMBERED = 50_000
"""Billable codes remembered by day at most; a practice uses few."""


class DiagnosisCode(Params, frozen=True):
    table: Annotated[str, Meta(description="The dated table of billable codes.")]
    instead: Annotated[dict[str, tuple[str, ...]], Meta(description="Codes that took the place of an ended code.")] = field(
        default_factory=dict
    )


def bind(params: DiagnosisCode, tables: Tables) -> Check:
    table = tables.get(params.table)
    billable: set[tuple[str, date]] = set()
    instead = {_plain(code): heirs for code, heirs in params.instead.items()}

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        diagnoses = case.claim.diagnoses
        if not diagnoses:
            return NOT_APPLICABLE
        day = case.span[1]
        if billable.issuperset([(code, day) for code in diagnoses]):
            return None
        window = table.covering(day)
        if window is None:
            nearest = table.nearest(day)
            facts = {"date": day, "nearest": nearest.id}
            return [Hit("not-on-file", None, "window", facts, field="diagnoses")]
        hits: list[Hit] = []
        for place, code in enumerate(diagnoses, 1):
            if (code, day) in billable:
                continue
            plain = _plain(code)
            if not window.rows_on(day, plain):
                hits.append(_judge(plain, place, day, window, instead.get(plain, ())))
                continue
            if len(billable) >= REMEMBERED:
                billable.clear()
            billable.add((code, day))
        return hits or None

    return check


def _plain(code: str) -> str:
    """A diagnosis code as the table has it."""
    return code.replace(".", "").upper()


def _judge(code: str, place: int, day: date, window: Window, heirs: tuple[str, ...]) -> Hit:
    rows = window.rows(code)
    cap: Literal["review"] | None = None if window.grade in ("A", "A*") else "review"
    facts: dict[str, Any] = {"place": place, "date": day, "quarter": window.id}
    path = f"diagnoses[{place - 1}]"
    fix = (Fix("replace-diagnosis", None, None, "ask", "choose the complete code that the record supports"),)
    if rows:
        ended = max(row[2] for row in rows)
        if ended and ended < day.isoformat():
            key = "split" if any(window.starts(code + character) for character in _CHARACTERS) else "ended"
            fixes = tuple(Fix("replace-diagnosis", None, heir, "ask", "if it is what the record supports") for heir in heirs) or fix
            return Hit("fail", None, key, {**facts, "last": ended}, field=path, fixes=fixes, cap=cap)
        return Hit("fail", None, "early", {**facts, "first": min(row[1] for row in rows)}, field=path, fixes=fix, cap=cap)
    if window.starts(code):
        return Hit("fail", None, "incomplete", facts, field=path, fixes=fix, cap=cap)
    if not window.knows(code):
        return Hit("unknown", None, "unlisted", facts, field=path)
    return Hit("fail", None, "absent", facts, field=path, fixes=fix, cap=cap)


def sentence(params: DiagnosisCode) -> str:
    return "Every diagnosis is a complete ICD-10-CM code that may be reported on the date of service."


KIND = Kind(
    name="diagnosis-code",
    title="Diagnosis codes",
    about="Diagnosis codes that do not exist, are incomplete, or were not billable on the date of service.",
    params=DiagnosisCode,
    evidence=("table",),
    bind=bind,
    sentence=sentence,
    whole_claim=True,
    tables=lambda params: (params.table,),
    consulted=lambda params, claim: (params.table,) if claim.diagnoses else (),
    messages={
        "window": "No ICD-10-CM table on file covers {date} (nearest: {nearest}).",
        "absent": "Diagnosis {place} is not an ICD-10-CM code (table {quarter}).",
        "incomplete": "Diagnosis {place} is a category of ICD-10-CM; a longer code is needed (table {quarter}).",
        "ended": "Diagnosis {place} was last billable on {last}.",
        "split": "Diagnosis {place} was last billable on {last}; longer codes took its place.",
        "early": "Diagnosis {place} is billable only from {first} on.",
        "unlisted": "Diagnosis {place} is not in the ICD-10-CM table on file for {date}, which does not list every new code of the year.",
    },
)
