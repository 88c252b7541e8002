"""Codes with our own labels, and named code sets, from the files under `_codes`; sets by timing, role and discipline are derived."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from payerbook.authoring.documents import CodesDoc
from payerbook.authoring.faults import Fault
from payerbook.authoring.schema import Schemas
from payerbook.authoring.yamlfile import read
from payerbook.policy import CodeInfo
from payerbook.terms import Terms


class Vocabulary(msgspec.Struct):
    """All codes and sets on file, and the words for states, brands and lines of business."""

    codes: dict[str, CodeInfo] = {}
    sets: dict[str, tuple[str, ...]] = {}
    terms: Terms = Terms()

    def resolve(self, name: str) -> tuple[str, ...] | None:
        """The codes of a named set; None when there is no such set."""
        return self.sets.get(name)


def load(folder: Path, schemas: Schemas) -> tuple[Vocabulary, list[Fault]]:
    """Reads every YAML file of a `_codes` folder, and `_terms.yaml` beside the folder."""
    vocabulary = Vocabulary()
    faults: list[Fault] = []
    for file in sorted(folder.glob("*.yaml")):
        document = read(file)
        faults.extend(document.faults or schemas.faults("codes", document))
        if faults:
            continue
        made = msgspec.convert(document.data, CodesDoc)
        for code, info in made.codes.items():
            if code in vocabulary.codes:
                faults.append(document.fault(("codes", code), f"{code} is described in another file already", "PB017", key=True))
            vocabulary.codes[code] = info
        for name, listed in made.sets.items():
            vocabulary.sets[name] = listed.codes
    vocabulary.sets.update(_derived(vocabulary.codes))
    if (file := terms_file(folder)).is_file():
        document = read(file)
        wrong = document.faults or list(schemas.faults("terms", document))
        faults.extend(wrong)
        if not wrong:
            vocabulary.terms = msgspec.convert(document.data, Terms)
    return vocabulary, faults


def terms_file(codes: Path) -> Path:
    """The file of shared words that belongs to a `_codes` folder."""
    return codes.parent / "_terms.yaml"


def _derived(codes: Mapping[str, CodeInfo]) -> dict[str, tuple[str, ...]]:
    sets: dict[str, list[str]] = {}
    for code, info in sorted(codes.items()):
        sets.setdefault(f"timing.{info.timing}", []).append(code)
        if info.role:
            sets.setdefault(f"role.{info.role}", []).append(code)
        for discipline in info.disciplines:
            sets.setdefault(f"discipline.{discipline.lower()}", []).append(code)
    return {name: tuple(members) for name, members in sets.items()}
