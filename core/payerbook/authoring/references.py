"""What a file refers to: sources of its pack's sources.yaml, and codes and code sets."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import msgspec

from payerbook.authoring import versioning
from payerbook.authoring.documents import PackDoc, RuleDoc, SetRef, SourceDoc, SourceRef, WhenDoc
from payerbook.authoring.faults import Fault
from payerbook.authoring.vocabulary import Vocabulary
from payerbook.authoring.yamlfile import Document, Path_
from payerbook.policy import Source, When


class References:
    """Resolves references of one pack and adds those that mean nothing to `faults`.

    `sources` is None when sources.yaml has faults of its own, which say enough.
    """

    def __init__(self, vocabulary: Vocabulary, faults: list[Fault]) -> None:
        self._vocabulary = vocabulary
        self.faults = faults
        self.sources: Mapping[str, SourceDoc] | None = {}
        self._plans: list[frozenset[str]] = []
        self._lines: list[str] = []

    def know_scopes(self, head: PackDoc | None, rules: Iterable[RuleDoc]) -> None:
        """Takes as known the plans and lines of business that the pack, its rules or the terms name."""
        whens = [when for doc in rules for when in (doc.when, *(version.when for version in doc.versions)) if when is not None]
        plans = head.plans if head is not None else ()
        self._plans = [frozenset({plan.name, *plan.aliases}) for plan in plans]
        self._plans += [frozenset({name}) for when in whens for name in (*(when.plans or ()), *when.not_plans)]
        said = (line for when in whens for line in (*(when.lines_of_business or ()), *when.not_lines_of_business))
        self._lines = [*self._vocabulary.terms.lines_of_business, *said]

    def source(self, document: Document, path: Path_, ref: SourceRef) -> Source | None:
        """The source that a reference means."""
        if self.sources is None:
            return None
        found = self.sources.get(ref.ref)
        if found is None:
            known = ", ".join(sorted(self.sources)) or "none"
            self.faults.append(document.fault((*path, "ref"), f"sources.yaml has no source {ref.ref}; known: {known}", "PB009"))
            return None
        return Source(
            title=found.title,
            publisher=found.publisher,
            grade=ref.grade or found.grade,
            url=found.url,
            section=ref.section or found.section,
            date=found.date,
            last_checked=versioning.day(found.last_checked),
            superseded=found.superseded,
            note=ref.note or found.note,
            ref=ref.ref,
            sha256=found.sha256,
            retrieved=versioning.day(found.retrieved),
            proves=ref.proves,
        )

    def when(self, document: Document, path: Path_, base: When, *layers: WhenDoc | None) -> When:
        """Conditions merged over those of a parent: first what the rule says, then what the version at `path` says."""
        made = msgspec.structs.asdict(base)
        for layer, at in zip(layers, (("when",), (*path, "when")), strict=False):
            if layer is None:
                continue
            for one, other in (("plans", "not_plans"), ("lines_of_business", "not_lines_of_business"), ("states", "not_states")):
                if getattr(layer, one) is not None or getattr(layer, other):  # a child that says one of the two says both
                    made |= {one: None, other: ()}
            for name in layer.__struct_fields__:
                value = getattr(layer, name)
                if value is None or value == ():
                    continue
                made[name] = self._codes(document, (*at, name), value) if name in ("codes", "not_codes") else value
        if made["plans"] is not None or made["not_plans"]:
            made["plans"] = None if made["plans"] is None else self._with_aliases(made["plans"])
            made["not_plans"] = self._with_aliases(made["not_plans"])
            others = {alias for plan in self._plans for alias in plan} | set(base.other_plans)
            made["other_plans"] = tuple(sorted(others.difference(made["plans"] or (), made["not_plans"])))
        if made["lines_of_business"] is not None or made["not_lines_of_business"]:
            others = {*self._lines, *base.other_lines_of_business}
            made["other_lines_of_business"] = tuple(
                sorted(others.difference(made["lines_of_business"] or (), made["not_lines_of_business"]))
            )
        return When(**made)

    def _with_aliases(self, plans: tuple[str, ...]) -> tuple[str, ...]:
        return (*plans, *sorted({alias for plan in self._plans if not plan.isdisjoint(plans) for alias in plan} - set(plans)))

    def _codes(self, document: Document, path: Path_, value: SetRef | tuple[str, ...]) -> tuple[str, ...]:
        if isinstance(value, tuple):
            unknown = [code for code in value if code not in self._vocabulary.codes]
            for code in unknown:
                self.faults.append(
                    document.fault((*path, value.index(code)), f"{code} has no label under _codes; add one", "PB023", note=True)
                )
            return value
        codes: dict[str, None] = {}
        for name in (value.set,) if isinstance(value.set, str) else value.set:
            members = self._vocabulary.resolve(name)
            if members is None:
                near = difflib.get_close_matches(name, sorted(self._vocabulary.sets), 1)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(self._vocabulary.sets))}"
                self.faults.append(document.fault((*path, "set"), f"there is no code set {name}; {hint}", "PB008"))
            codes.update(dict.fromkeys(members or ()))
        return tuple(codes)
