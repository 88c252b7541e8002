"""The head of a pack: faults of a pack.yaml that its schema cannot see, and what the head says of the rules."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from payerbook.authoring.documents import PackDoc
from payerbook.authoring.faults import Fault
from payerbook.authoring.yamlfile import Document
from payerbook.kinds.base import Kind
from payerbook.policy import Rule


def check_override(document: Document, head: PackDoc, packs: Collection[str]) -> Iterator[Fault]:
    """Faults of `overrides`; `packs` are the ids of all packs within reach."""
    if head.overrides is None:
        return
    if head.overrides == head.pack:
        message = f"a pack that overrides {head.overrides} needs an id of its own, so that reports can name both; choose another pack id"
        yield document.fault(("pack",), message, "PB026")
    elif head.overrides not in packs:
        known = difflib.get_close_matches(head.overrides, sorted(packs), 3)
        hint = f"nearest: {', '.join(known)}" if known else "`payerbook packs` lists them"
        yield document.fault(("overrides",), f"there is no pack {head.overrides}; {hint}", "PB026")


def check_templates(document: Document, head: PackDoc) -> Iterator[Fault]:
    """Faults of a pack of templates: it answers for no payer, and nothing of it is ever run."""
    if not head.templates:
        return
    for key, wrong in (("payer", head.payer), ("overrides", head.overrides), ("unit_method", head.unit_method)):
        if wrong:
            wanted = "write payer: false" if key == "payer" else f"remove {key}"
            yield document.fault((key,), f"a pack of templates answers for no payer; {wanted}", "PB028")
    for file in sorted([*document.file.parent.glob("*.test.yaml"), *document.file.parent.glob("facts.yaml")]):
        yield Fault(file, 1, 1, "", "a pack of templates has no cases and no facts; remove the file", "PB028")


def look_back(rules: Iterable[Rule], kinds: Mapping[str, Kind[Any]]) -> int:
    """Days of history before a claim that any of the rules can ask for; in the head, so that nobody has to read the rules for it."""
    asked = ((kinds[rule.kind], version) for rule in rules for version in rule.versions if not version.hole)
    return max((kind.look_back(msgspec.convert(version.params, kind.params, strict=False)) for kind, version in asked), default=0)
