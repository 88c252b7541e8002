"""Packs that extend another one: every rule of the parent is a rule of the child, unless the child writes or skips it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import msgspec

from payerbook.authoring import versioning
from payerbook.authoring.documents import ExtendsDoc, PackDoc, SourceRef
from payerbook.authoring.faults import Fault
from payerbook.authoring.yamlfile import Document, Path_
from payerbook.engine.versions import closed
from payerbook.policy import RANK, Pack, Rule, Skipped, Source, Version, cap

Cite = Callable[[Document, Path_, SourceRef], Source | None]
"""The source that a reference means; None when there is none, which is a fault already."""


class Extension(NamedTuple):
    """What a pack takes from the one it extends: that pack's rules by the ids that they have in the child, those that are skipped, and
    the sources that say that the child's payer follows them, from a day on (None = always)."""

    pack: str
    rules: Mapping[str, Rule]
    skipped: tuple[Skipped, ...]
    sources: tuple[Source, ...]
    first: date | None
    attested: bool


def check(document: Document, head: PackDoc, parent: Pack | None, own: set[str]) -> Iterator[Fault]:
    """Faults of `extends` and `skip` in a pack.yaml; `own` are the names of the pack's own rules."""
    if head.extends is None:
        if head.skip:
            yield document.fault(("skip",), "only a pack that extends another can skip rules; add extends", "PB029", key=True)
        return
    for key in ("overrides", "templates"):
        if getattr(head, key):
            yield document.fault((key,), f"a pack that extends another has no {key}; remove one of the two", "PB029", key=True)
    if parent is None or parent.head.templates:
        message = f"there is no usable pack {head.extends.pack}; write the id of a pack that lints and does not extend this one"
        yield document.fault(("extends", "pack"), message, "PB029")
        return
    if head.extends.from_ is not None and head.extends.attested_from is not None:
        yield document.fault(("extends",), "write from or attested_from, not both", "PB029", key=True)
    names = {rule.slug for rule in parent.rules}
    for place, skip in enumerate(head.skip):
        if (skip.rule is None) != bool(skip.rules):
            yield document.fault(("skip", place), "name one rule under rule, or several under rules, and not both", "PB029")
    seen: set[str] = set()
    for path, name, _ in _left_out(head):
        if name not in names:
            near = difflib.get_close_matches(name, sorted(names), 1)
            hint = f"did you mean {near[0]}?" if near else f"`payerbook packs {parent.head.id}` and its site page list them"
            yield document.fault(path, f"{parent.head.id} has no rule {name}; {hint}", "PB029")
        elif name in own:
            yield document.fault(path, f"{name} is skipped, but {name}.yaml writes it; remove one of the two", "PB029")
        elif name in seen:
            yield document.fault(path, f"{name} is skipped twice; remove one", "PB029")
        seen.add(name)


def _left_out(head: PackDoc) -> Iterator[tuple[Path_, str, int]]:
    """Every rule that is skipped: its place in the file, its name, and the place of the entry that says why."""
    for place, skip in enumerate(head.skip):
        if skip.rule is not None:
            yield ("skip", place, "rule"), skip.rule, place
        for number, name in enumerate(skip.rules):
            yield ("skip", place, "rules", number), name, place


def extension(document: Document, head: PackDoc, extends: ExtendsDoc, parent: Pack, cite: Cite) -> Extension:
    """What the pack takes; `cite` resolves references to sources, and reports those that mean none."""
    named = parent.head.id
    sources = _cited(document, ("extends", "sources"), extends.sources, cite)
    gone = {name for _, name, _ in _left_out(head)}
    saying = [_cited(document, ("skip", place, "sources"), skip.sources, cite) for place, skip in enumerate(head.skip)]
    return Extension(
        pack=named,
        rules={f"{head.pack}.{rule.slug}": rule for rule in parent.rules if rule.slug not in gone},
        skipped=tuple(Skipped(f"{named}.{name}", head.skip[place].why, saying[place]) for _, name, place in _left_out(head)),
        sources=tuple(msgspec.structs.replace(source, adopts=named) for source in sources),
        first=versioning.day(extends.from_ or extends.attested_from),
        attested=extends.attested_from is not None,
    )


def weak(document: Document, made: Extension) -> Iterator[Fault]:
    """A note when the sources of `extends` are weaker than what they adopt."""
    limit = cap(made.sources)
    if made.sources and RANK[limit] < RANK["deny"]:
        text = f"the sources that say that {made.pack} is followed allow {limit} at most, so its rules are shown no harder here"
        yield document.fault(("extends", "sources"), text, "PB022", note=True)


def adopted(made: Extension, id: str, parent: Rule, changed: str | None) -> Rule | None:
    """A rule of the parent as a rule of the child; None when all of it ended before the child followed it.

    `changed` names the parent where nobody has looked at it since it changed.
    """
    versions = tuple(
        msgspec.structs.replace(version, sources=(*version.sources, *made.sources), parent_changed=changed or version.parent_changed)
        for version in _since(parent, made.first, made.attested)
    )
    if not versions:
        return None
    heir = parent.replaced_by
    if heir is not None and heir.rpartition(".")[0] == made.pack:
        heir = f"{id.rpartition('.')[0]}.{heir.rpartition('.')[2]}"
    return msgspec.structs.replace(parent, id=id, like=parent.id, versions=versions, replaced_by=heir, facts=())


def head(made: Extension, own: PackDoc, parent: Pack) -> dict[str, Any]:
    """What the pack's head says of the extension; how units are counted is the parent's unless the pack says it itself."""
    found: dict[str, Any] = {"extends": made.pack, "skipped": made.skipped}
    if own.unit_method is None and parent.head.unit_method is not None:
        proof = f"{own.pack}.{(parent.head.unit_method_rule or '').rpartition('.')[2]}"
        found |= {"unit_method": parent.head.unit_method, "unit_method_rule": proof if proof in made.rules else None}
    return found


def _since(rule: Rule, first: date | None, attested: bool) -> Iterator[Version]:
    for start, end, version in closed(rule):
        if first is None or start >= first:
            yield version
        elif end is None or end >= first:
            yield msgspec.structs.replace(version, start=first, attested=attested, changed=None)  # the note is of another day


def _cited(document: Document, path: Path_, refs: tuple[SourceRef, ...], cite: Cite) -> tuple[Source, ...]:
    found = (cite(document, (*path, place), ref) for place, ref in enumerate(refs))
    return tuple(source for source in found if source is not None)
