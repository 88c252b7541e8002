"""Names that nothing uses, and names that stand for nothing."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from payerbook.authoring.checks.files import PackFiles, entries
from payerbook.authoring.compiler import rule_files
from payerbook.authoring.faults import Fault
from payerbook.authoring.yamlfile import Document, read


def check(files: PackFiles, exists: Callable[[str], bool]) -> Iterator[Fault]:
    """Sources that no rule cites, heirs that do not exist, and facts of no register; `exists` knows the rules of all packs within reach."""
    own = [rule.id for rule in files.pack.rules]
    for one in files.rules:
        heir = one.doc.replaced_by
        if heir is not None and heir not in own and not exists(heir):
            near = difflib.get_close_matches(heir, own, 1)
            hint = f"did you mean {near[0]}?" if near else "`payerbook packs` names the packs, their folders the rules"
            yield one.document.fault(("replaced_by",), f"there is no rule {heir}; {hint}", "PB038")
        if one.doc.facts and files.pack.register is None:
            message = "the pack has no facts.yaml in which to look these facts up; write the register, or remove them"
            yield one.document.fault(("facts",), message, "PB027", key=True)
    if files.sources is None:
        return
    cited = _named([files.head, *(one.document for one in files.rules)], "ref")
    for name in files.sources.data:
        if name not in cited:
            message = "nothing in the pack cites this source; cite it where it proves something, or remove it"
            yield files.sources.fault((name,), message, "PB037", key=True, note=True)


def unused_sets(codes: Path, packs: Iterable[Path]) -> Iterator[Fault]:
    """Code sets of a `_codes` folder that no rule of the packs names."""
    used = _named((read(file) for folder in packs for file in rule_files(folder)), "set")
    for file in sorted(codes.glob("*.yaml")):
        document = read(file)
        for name in (document.data or {}).get("sets", ()):
            if name not in used:
                message = "no rule of the bundled packs names this code set; use it, or remove it"
                yield document.fault(("sets", name), message, "PB039", key=True, note=True)


def _named(documents: Iterable[Document], key: str) -> set[object]:
    """Every value of a key anywhere in the documents, single or in a list."""
    return {value for document in documents for path, value in entries(document.data) if key in path[-2:]}
