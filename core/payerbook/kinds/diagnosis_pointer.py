"""Diagnosis pointers: every line points to diagnoses that the claim has."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from payerbook.kinds.base import Case, Check, Fix, Hit, Kind, Params, Result, Tables


class DiagnosisPointer(Params):
    most_pointers: Annotated[int, Meta(description="Pointers a line may have.", ge=1)] = 4
    most_diagnoses: Annotated[int, Meta(description="Diagnoses a claim may have.", ge=1)] = 12


def bind(params: DiagnosisPointer, tables: Tables) -> Check:
    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        diagnoses = case.claim.diagnoses
        if diagnoses is None:
            return [Hit("unknown", None, "no-diagnoses", {}, needs=("diagnoses",), field="diagnoses")]
        number = len(diagnoses)
        hits: list[Hit] = []
        if number == 0 or number > params.most_diagnoses:
            hits.append(Hit("fail", None, "empty" if number == 0 else "many", {"number": number}, field="diagnoses"))
        for index in indexes:
            pointers = case.lines[index].diagnosis_pointers
            if pointers is None:
                hits.append(Hit("unknown", index, "unstated", {}, needs=(f"lines[{index}].diagnosis_pointers",), field="diagnosis_pointers"))
            elif not pointers:
                hits.append(_bad(index, "none", {}))
            elif len(pointers) > params.most_pointers:
                hits.append(_bad(index, "too-many", {"number": len(pointers)}))
            elif len(set(pointers)) < len(pointers):
                hits.append(_bad(index, "twice", {}))
            elif number and not all(1 <= pointer <= number for pointer in pointers):
                wrong = [pointer for pointer in pointers if not 1 <= pointer <= number]
                hits.append(_bad(index, "beyond", {"pointers": wrong, "number": number}))
        return hits or None

    return check


def _bad(index: int, key: str, facts: dict[str, object]) -> Hit:
    return Hit("fail", index, key, facts, field="diagnosis_pointers", fixes=(Fix("change-pointer", index, None, "ask", "point to the diagnosis the service treats"),))


def sentence(params: DiagnosisPointer) -> str:
    return f"Each line points to 1 to {params.most_pointers} different diagnoses of the claim, which has 1 to {params.most_diagnoses}."


KIND = Kind(
    name="diagnosis-pointer",
    title="Diagnosis pointers",
    about="The link from each service line to the diagnoses of the claim (837P SV107, CMS-1500 box 24E).",
    params=DiagnosisPointer,
    bind=bind,
    sentence=sentence,
    messages={
        "no-diagnoses": "The claim does not say its diagnoses.",
        "empty": "The claim has no diagnosis.",
        "many": "The claim has {number} diagnoses; at most {most_diagnoses} fit.",
        "unstated": "The line does not say which diagnosis it points to.",
        "none": "The line points to no diagnosis.",
        "too-many": "The line has {number} diagnosis pointers; at most {most_pointers} fit.",
        "twice": "The line points to the same diagnosis twice.",
        "beyond": "The line points to diagnosis {pointers}, but the claim has {number}.",
    },
)
