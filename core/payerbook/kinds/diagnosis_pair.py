"""Diagnosis codes that ICD-10-CM keeps apart, wants together, or wants in an order.

Patterns of codes are those of `diagnoses.pattern`. Diagnoses are named by their
place on the claim only.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from payerbook.kinds import diagnoses
from payerbook.kinds.base import NOT_APPLICABLE, Check, Fix, Hit, Kind, Params, Result, Tables, join


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Annotated[str, Meta(description="Pattern of the code that carries the note.")]
    others: Annotated[tuple[str, ...], Meta(description="Patterns of the codes that the note names.", min_length=1)]


class DiagnosisPair(Params, frozen=True):
    relation: Annotated[
        Literal["apart", "together", "after"],
        Meta(description="apart = never on one claim; together = one of the others is needed too; after = the others are listed first."),
    ]
    pairs: Annotated[tuple[Pair, ...], Meta(description="The codes.", min_length=1)]


def bind(params: DiagnosisPair, tables: Tables) -> Check:
    pairs = [(diagnoses.pattern((pair.code,)), diagnoses.pattern(pair.others)) for pair in params.pairs]
    return diagnoses.check_of(lambda codes: _judge(params.relation, pairs, codes))


def _judge(relation: str, pairs: list[tuple[re.Pattern[str], re.Pattern[str]]], codes: list[str]) -> Result:
    hits: list[Hit] = []
    said: set[frozenset[int | None]] = set()
    met = False
    for one, other in pairs:
        first = next((place for place, code in enumerate(codes, 1) if one.match(code)), None)
        if first is None:
            continue
        met = True
        second = next((place for place, code in enumerate(codes, 1) if place != first and other.match(code)), None)
        facts = {"place": first, "other": second}
        if relation == "together" and second is None:
            fix = Fix("replace-diagnosis", None, None, "ask", "add the code that says which, as the record has it")
        elif relation == "apart" and second is not None:
            fix = Fix("replace-diagnosis", None, None, "ask", "keep the one that the record supports, unless the two are unrelated")
        elif relation == "after" and second is not None and second > first:
            fix = Fix("replace-diagnosis", None, None, "ask", "change their order")
        else:
            continue
        if frozenset((first, second)) in said:  # two codes may each carry a note on the other
            continue
        said.add(frozenset((first, second)))
        hits.append(Hit("fail", None, relation, facts, field=f"diagnoses[{first - 1}]", fixes=(fix,)))
    return hits or (None if met else NOT_APPLICABLE)


_WORDS = {"apart": "is not reported with", "together": "also needs", "after": "is listed after"}


def sentence(params: DiagnosisPair) -> str:
    pairs = (f"{pair.code} {_WORDS[params.relation]} {join(pair.others)}" for pair in params.pairs)
    return f"Of diagnosis codes that begin so: {join(pairs, 'and')}."


KIND = Kind(
    name="diagnosis-pair",
    title="Diagnosis codes that exclude or need each other",
    about="Diagnosis codes that the classification keeps apart, wants together, or wants in an order.",
    params=DiagnosisPair,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    whole_claim=True,
    messages={
        "apart": "Diagnoses {place} and {other} are not reported together (ICD-10-CM excludes one with the other).",
        "together": "Diagnosis {place} needs a further code that says which; the claim has none.",
        "after": "Diagnosis {place} stands before diagnosis {other}, which ICD-10-CM lists first.",
    },
)
