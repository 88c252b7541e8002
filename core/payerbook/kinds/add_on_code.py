"""Codes that only extend another service: not paid unless their primary code is billed for the same day."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Params, Result, Tables, join


class AddOnCode(Params, frozen=True):
    primaries: Annotated[
        dict[str, tuple[str, ...]],
        Meta(description="Each add-on code with the codes of which one has to be billed for the same day.", min_length=1),
    ]
    company: Annotated[bool, Meta(description="The codes extend nothing; they are only not paid without one of the others.")] = False


def bind(params: AddOnCode, tables: Tables) -> Check:
    primaries = {code: frozenset(listed) for code, listed in params.primaries.items()}

    def check(case: Case, indexes: tuple[int, ...]) -> Result:
        hits: list[Hit] = []
        met = False
        for index in indexes:
            line = case.lines[index]
            wanted = primaries.get(line.code)
            if wanted is None:
                continue
            met = True
            day = line.service_date
            if any(other.code in wanted and other.service_date == day and other.units > 0 for other in case.lines):
                continue
            if any(item.code in wanted for item in case.earlier(day, day)):
                continue
            facts = {"code": line.code, "primaries": list(params.primaries[line.code]), "date": day}
            fixes = (
                Fix("verify", index, None, "ask", "bill the primary code on the same claim if that service was done on the day"),
                Fix("remove-line", index, line.code, "ask", "if the primary service was not done"),
            )
            hits.append(Hit("fail", index, "company" if params.company else "alone", facts, field="code", fixes=fixes))
        return hits or (None if met else NOT_APPLICABLE)

    return check


def sentence(params: AddOnCode) -> str:
    pairs = "; ".join(f"{code} needs {join(listed)}" for code, listed in sorted(params.primaries.items()))
    what = "The code is not paid alone" if params.company else "An add-on code is paid only with its primary code on the same day"
    return f"{what}: {pairs}."


KIND = Kind(
    name="add-on-code",
    title="Add-on codes",
    about="Codes that extend another service and are not paid without it on the same day.",
    params=AddOnCode,
    evidence=("claim",),
    for_codes=True,
    bind=bind,
    sentence=sentence,
    look_back=lambda params: 1,
    messages={
        "alone": "{code} on {date} extends another service, but none of {primaries} is billed for that day.",
        "company": "{code} on {date} is not paid alone, and none of {primaries} is billed for that day.",
    },
)
