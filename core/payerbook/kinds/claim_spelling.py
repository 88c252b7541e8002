"""How codes are written: capitals without blanks around them, the dot of a diagnosis in its place.

All of it follows from the claim itself, so its fixes are safe: nothing that the claim says changes, only how it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Literal

from msgspec import Meta

from payerbook.claim import Line
from payerbook.kinds.base import Case, Check, Fix, Hit, Kind, Params, Result, Tables

_ICD10 = re.compile(r"([A-Z][0-9][0-9A-Z])\.?([0-9A-Z]{0,4})")
_CODE = re.compile(r"[A-Z0-9]{5}|[A-Z0-9]{2}")
_WHY = "the same code, written as code lists write it"


class ClaimSpelling(Params, frozen=True):
    of: Annotated[Literal["services", "diagnoses"], Meta(description="Procedure codes with their modifiers, or diagnoses.")]


def bind(params: ClaimSpelling, tables: Tables) -> Check:
    return _services if params.of == "services" else _diagnoses


def _services(case: Case, indexes: tuple[int, ...]) -> Result:
    return [hit for index in indexes for hit in _line(index, case.lines[index])] or None


def _line(index: int, line: Line) -> Iterator[Hit]:
    if line.code != plain(line.code):
        fix = Fix("replace-code", index, plain(line.code), "safe", _WHY)
        yield Hit("fail", index, "code", {"code": line.code, "written": plain(line.code)}, field="code", fixes=(fix,))
    for modifier in dict.fromkeys(line.modifiers):
        if modifier != plain(modifier):
            fix = Fix("replace-modifier", index, f"{modifier}={plain(modifier)}", "safe", _WHY)
            facts = {"code": line.code, "modifier": modifier, "written": plain(modifier)}
            yield Hit("fail", index, "modifier", facts, field="modifiers", fixes=(fix,))


def _diagnoses(case: Case, indexes: tuple[int, ...]) -> Result:
    places = _misspelled(case.claim.diagnoses or ())
    if not places:
        return None
    fix = Fix("replace-diagnosis", None, None, "safe", _WHY)
    return [Hit("fail", None, "diagnosis", {"place": place + 1}, field=f"diagnoses[{place}]", fixes=(fix,)) for place in places]


@lru_cache(maxsize=4096)
def _misspelled(diagnoses: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(place for place, code in enumerate(diagnoses) if code != diagnosis(code))


def plain(code: str) -> str:
    """A procedure code or modifier in capitals, without blanks around it; what has not the shape of one stays as it is."""
    written = code.strip().upper()
    return written if _CODE.fullmatch(written) else code


def diagnosis(code: str) -> str:
    """A diagnosis code in capitals with its dot after the third character; what has not the shape of ICD-10-CM stays as it is."""
    found = _ICD10.fullmatch(code.strip().upper())
    if found is None:
        return code
    return f"{found[1]}.{found[2]}" if found[2] else found[1]


def sentence(params: ClaimSpelling) -> str:
    if params.of == "diagnoses":
        return "Diagnosis codes are written in capitals, with the dot after the third character."
    return "Procedure codes and modifiers are written in capitals, without blanks."


KIND = Kind(
    name="claim-spelling",
    title="How codes are written",
    about="Codes in small letters, with blanks, or without their dot.",
    params=ClaimSpelling,
    evidence=("claim",),
    bind=bind,
    sentence=sentence,
    settled=lambda params: ("pass",) if params.of == "services" else (),
    messages={
        "code": "The code is written {code!r}; write {written}.",
        "modifier": "{code} has the modifier {modifier!r}; write {written}.",
        "diagnosis": "Diagnosis {place} is not written as ICD-10-CM writes it: capitals, and a dot after the third character.",
    },
)
