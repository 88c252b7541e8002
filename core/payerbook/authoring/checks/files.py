"""A pack that compiles, with its files beside what was made of them: what the checks are given."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from payerbook.authoring.compiler import rule_files
from payerbook.authoring.documents import RuleDoc
from payerbook.authoring.yamlfile import Document, Path_, read
from payerbook.policy import Pack, Rule


class RuleFile(NamedTuple):
    """A rule as it was written and as it was compiled; templates have no compiled rule."""

    document: Document
    doc: RuleDoc
    rule: Rule | None


class PackFiles:
    """The files of one pack without faults."""

    def __init__(self, folder: Path, pack: Pack) -> None:
        self.folder = folder
        self.pack = pack

    @cached_property
    def rules(self) -> list[RuleFile]:
        """The rule files, in order of name."""
        made = {rule.id: rule for rule in self.pack.rules}
        documents = [read(file) for file in rule_files(self.folder)]
        docs = [msgspec.convert(document.data, RuleDoc) for document in documents]
        return [RuleFile(document, doc, made.get(doc.rule)) for document, doc in zip(documents, docs, strict=True)]

    @cached_property
    def head(self) -> Document:
        """pack.yaml."""
        return read(self.folder / "pack.yaml")

    @cached_property
    def sources(self) -> Document | None:
        """sources.yaml, where there is one."""
        file = self.folder / "sources.yaml"
        return read(file) if file.is_file() else None


def entries(data: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every value below `data` that is no map and no list, with its path."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from entries(value, (*path, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from entries(value, (*path, number))
    else:
        yield path, data
