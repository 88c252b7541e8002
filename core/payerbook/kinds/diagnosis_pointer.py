"""Diagnosis pointers: every line points to diagnoses that the claim has, and the claim lists each diagnosis once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated

from msgspec import Meta

from payerbook.kinds.base import Case, Check, Fix, Hit, Kind, Params, Result, Tables


class DiagnosisPointer(Params, frozen=True):
    most_pointers: Annotated[int, Meta(description="Pointers a line may have.", ge=1)] = 4
    most_diagnoses: Annotated[int, Meta(description="Diagnoses a claim may have.", ge=1)] = 12


def bind(params: DiagnosisPointer, tables: Tables) -> Check:
    fine: dict[int, set[tuple[int, ...]]] = {}  # pointers without fault, by the number of diagnoses

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        diagnoses = case.claim.diagnoses
        if diagnoses is None:
            return [Hit("unknown", None, "no-diagnoses", {}, needs=("diagnoses",), field="diagnoses")]
        number = len(diagnoses)
        hits: list[Hit] = []
        if number == 0 or number > params.most_diagnoses:
            hits.append(Hit("fail", None, "empty" if number == 0 else "many", {"number": number}, field="diagnoses"))
        if number > 1 and _several(diagnoses):
            hits.extend(_repeated(diagnoses))
        known = fine.setdefault(number, set())
        for index in indexes:
            pointers = case.lines[index].diagnosis_pointers
            if pointers in known:
                continue
            if pointers is None:
                needs = (f"lines[{index}].diagnosis_pointers",)
                hits.append(Hit("unknown", index, "unstated", {}, needs=needs, field="diagnosis_pointers"))
            elif not pointers:
                hits.append(_bad(index, "none", {}))
            elif len(pointers) > params.most_pointers:
                hits.append(_bad(index, "too-many", {"number": len(pointers)}))
            elif len(pointers) > 1 and len(set(pointers)) < len(pointers):
                hits.append(_twice(index, pointers))
            elif number and (min(pointers) < 1 or max(pointers) > number):
                wrong = [pointer for pointer in pointers if not 1 <= pointer <= number]
                hits.append(_bad(index, "beyond", {"pointers": wrong, "number": number}))
            else:
                known.add(pointers)
        return hits or None

    return check


def _twice(index: int, pointers: tuple[int, ...]) -> Hit:
    """Pointing to a diagnosis again says nothing more, so each is kept once, where it stands first."""
    each = ",".join(str(pointer) for pointer in dict.fromkeys(pointers))
    fix = Fix("change-pointer", index, each, "safe", "the line still points to each of them once")
    return Hit("fail", index, "twice", {}, field="diagnosis_pointers", fixes=(fix,), cap="advice")


def _bad(index: int, key: str, facts: dict[str, object]) -> Hit:
    fix = Fix("change-pointer", index, None, "ask", "point to the diagnosis the service treats")
    return Hit("fail", index, key, facts, field="diagnosis_pointers", fixes=(fix,))


@lru_cache(maxsize=4096)
def _plain(diagnosis: str) -> str:
    return diagnosis.replace(".", "").upper()


@lru_cache(maxsize=4096)
def _several(diagnoses: tuple[str, ...]) -> bool:
    """Whether a diagnosis is listed more than once."""
    return len(set(map(_plain, diagnoses))) < len(diagnoses)


def _repeated(diagnoses: tuple[str, ...]) -> Iterator[Hit]:
    """Clearinghouses reject a list with the same code twice; no payer's own text says so, hence review."""
    first: dict[str, int] = {}
    for place, code in enumerate(diagnoses, 1):
        before = first.setdefault(_plain(code), place)
        if before != place:
            fix = Fix("replace-diagnosis", None, None, "ask", "list the diagnosis once and renumber the pointers")
            facts = {"place": place, "before": before}
            yield Hit("fail", None, "repeated", facts, field=f"diagnoses[{place - 1}]", fixes=(fix,), cap="review")


def sentence(params: DiagnosisPointer) -> str:
    return f"Each line points to 1 to {params.most_pointers} diagnoses of the claim, which lists 1 to {params.most_diagnoses}, each once."


KIND = Kind(
    name="diagnosis-pointer",
    title="Diagnosis pointers",
    about="The link from each service line to the diagnoses of the claim (837P SV107, CMS-1500 box 24E).",
    params=DiagnosisPointer,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    messages={
        "no-diagnoses": "The claim does not say its diagnoses.",
        "empty": "The claim has no diagnosis.",
        "many": "The claim has {number} diagnoses; at most {most_diagnoses} fit.",
        "repeated": "Diagnosis {place} is the same as diagnosis {before}.",
        "unstated": "The line does not say which diagnosis it points to.",
        "none": "The line points to no diagnosis.",
        "too-many": "The line has {number} diagnosis pointers; at most {most_pointers} fit.",
        "twice": "The line points to the same diagnosis twice.",
        "beyond": "The line points to diagnosis {pointers}, but the claim has {number}.",
    },
)
