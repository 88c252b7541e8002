"""Diagnosis codes that are valid but say less, or something else, than a therapy claim usually can: no side, or active treatment.

A pattern is the beginning of a code, with or without its dot; `?` stands for any one character, `$` at the end for the end of the
code. Diagnoses are named by their place on the claim only.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from payerbook.kinds import diagnoses
from payerbook.kinds.base import Check, Fix, Hit, Kind, Params, Result, Tables

_WHY = {
    "side": "choose the code of the side, or of both sides, that the record names",
    "active-treatment": "D is for the healing phase; keep A while active treatment goes on",
}


class DiagnosisDetail(Params, frozen=True):
    finding: Annotated[
        Literal["side", "active-treatment"],
        Meta(description="side = the code leaves the side open; active-treatment = its seventh character says active treatment."),
    ]
    codes: Annotated[tuple[str, ...], Meta(description="Patterns of the codes.", min_length=1)]


def bind(params: DiagnosisDetail, tables: Tables) -> Check:
    pattern = diagnoses.pattern(params.codes)
    fixes = (Fix("replace-diagnosis", None, None, "ask", _WHY[params.finding]),)

    def judge(codes: list[str]) -> Result:
        return [
            Hit("fail", None, params.finding, {"place": place}, field=f"diagnoses[{place - 1}]", fixes=fixes)
            for place, code in enumerate(codes, 1)
            if pattern.match(code)
        ] or None

    return diagnoses.check_of(judge)


def sentence(params: DiagnosisDetail) -> str:
    if params.finding == "side":
        return f"Of {len(params.codes)} diagnosis codes without a side, a code that names the side is better."
    return "Therapy after an injury is usually reported with the seventh character of the healing phase."


KIND = Kind(
    name="diagnosis-detail",
    title="Detail of diagnosis codes",
    about="Diagnosis codes that leave the side of the body open, or say active treatment where the healing phase is meant.",
    params=DiagnosisDetail,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    whole_claim=True,
    messages={
        "side": "Diagnosis {place} does not say the side of the body, though codes that do exist.",
        "active-treatment": "Diagnosis {place} says active treatment of an injury; therapy is usually the healing phase.",
    },
)
