"""Denial codes, topics and myths, read from the folders `_denials` and `_pages` of the bundled policies, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from payerbook.authoring.faults import Fault
from payerbook.authoring.schema import Schemas
from payerbook.authoring.yamlfile import Document, Path_, read
from payerbook.handbook import Denials, Handbook

_REFERENCES = {
    "reasons": {"sources": "sources", "remarks": "remarks", "like": "reasons", "often": "sources"},
    "remarks": {"sources": "sources", "reasons": "reasons"},
    "groups": {"sources": "sources"},
    "ended": {"sources": "sources"},
}
"""For each part of the denials: which key names entries of which part."""


class Handbooks(NamedTuple):
    """All on file; parts with faults are left out."""

    denials: Denials
    handbook: Handbook
    faults: tuple[Fault, ...]


def load(policies: Path, schemas: Schemas, rules: Collection[str]) -> Handbooks:
    """Reads both folders below `policies`; `rules` are the ids of the rules on file, which topics and myths may name."""
    faults: list[Fault] = []
    denials = [*_documents(policies / "_denials", "denials", schemas, faults)]
    texts = [*_documents(policies / "_pages", "handbook", schemas, faults)]
    listed, pages = _joined(denials, faults), _joined(texts, faults)
    for document in denials:
        faults.extend(_codes(document, listed))
    for document in texts:
        faults.extend(_texts(document, pages, rules))
    return Handbooks(msgspec.convert(listed, Denials), msgspec.convert(pages, Handbook), tuple(faults))


def _documents(folder: Path, schema: str, schemas: Schemas, faults: list[Fault]) -> Iterator[Document]:
    for file in sorted(folder.glob("*.yaml")):
        document = read(file)
        wrong = document.faults or list(schemas.faults(schema, document))
        faults.extend(wrong)
        if not wrong:
            yield document


def _joined(documents: Iterable[Document], faults: list[Fault]) -> dict[str, dict[str, Any]]:
    """The parts of all files together; what stands twice is a fault."""
    joined: dict[str, dict[str, Any]] = {}
    for document in documents:
        for part, entries in document.data.items():
            for name, entry in entries.items():
                if name in joined.setdefault(part, {}):
                    faults.append(document.fault((part, name), f"{name} is described in another file already", "PB017", key=True))
                joined[part][name] = entry
    return joined


def _codes(document: Document, listed: dict[str, dict[str, Any]]) -> Iterator[Fault]:
    for part, references in _REFERENCES.items():
        for name, entry in document.data.get(part, {}).items():
            for key, target in references.items():
                yield from _unknown(document, (part, name, key), entry.get(key, ()), listed.get(target, {}), f"entry of {target}")


def _texts(document: Document, pages: dict[str, dict[str, Any]], rules: Collection[str]) -> Iterator[Fault]:
    for part in ("topics", "myths"):
        for name, entry in document.data.get(part, {}).items():
            yield from _unknown(document, (part, name, "rules"), entry.get("rules", ()), rules, "rule")
            if part == "myths" and "topic" in entry and entry["topic"] not in pages.get("topics", {}):
                yield document.fault((part, name, "topic"), f"there is no topic {entry['topic']}; name one of topics.yaml", "PB005")
    for name, entry in document.data.get("guides", {}).items():
        for place, step in enumerate(entry["steps"]):
            for key, known, what in (("rules", rules, "rule"), ("topics", pages.get("topics", {}), "topic")):
                yield from _unknown(document, ("guides", name, "steps", place, key), step.get(key, ()), known, what)


def _unknown(document: Document, path: Path_, named: Iterable[str], known: Collection[str], what: str) -> Iterator[Fault]:
    for place, one in enumerate(named):
        if one not in known:
            yield document.fault((*path, place), f"there is no {what} {one} on file; correct it or take it out", "PB005")
