"""From the YAML of one pack to the pack the engine reads: inheritance, code sets, source references and dates resolved."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from payerbook.authoring import register as registers
from payerbook.authoring import versioning
from payerbook.authoring.documents import PackDoc, RuleDoc, SetRef, SourceDoc, SourceRef, WhenDoc
from payerbook.authoring.faults import Fault
from payerbook.authoring.schema import Schemas
from payerbook.authoring.vocabulary import Vocabulary
from payerbook.authoring.yamlfile import Document, Path_, read
from payerbook.kinds.base import Kind
from payerbook.policy import RANK, Pack, PackHead, Register, Rule, Source, Version, When, cap, severity

NOT_RULES = ("pack.yaml", "sources.yaml", "facts.yaml")
REQUIRED = ("kind", "title", "effect", "evidence", "topic", "category")


class Surroundings(NamedTuple):
    """What a pack is compiled against. `parent` gives a rule of another pack by id."""

    schemas: Schemas
    vocabulary: Vocabulary
    kinds: Mapping[str, Kind[Any]]
    tables: frozenset[str]
    packs: frozenset[str]
    parent: Callable[[str], Rule | None]


class Compiled(NamedTuple):
    """A pack, or None when its faults forbid it; notes alone do not."""

    folder: Path
    id: str
    pack: Pack | None
    faults: list[Fault]


def compile_pack(folder: Path, around: Surroundings) -> Compiled:
    """Compiles the pack in `folder` (which holds pack.yaml, sources.yaml and one file per rule); reports all faults of all files."""
    return _PackCompiler(folder, around).compile()


def guess_id(folder: Path) -> str:
    """The id in a pack.yaml, read without YAML; the folder's name when there is none."""
    match = re.search(r"^pack:\s*[\"']?([a-z0-9.-]+)", (folder / "pack.yaml").read_text("utf-8", errors="replace"), re.MULTILINE)
    return match.group(1) if match else folder.name


def rule_files(folder: Path) -> list[Path]:
    """The rule files of a pack, in order of name."""
    return sorted(file for file in folder.glob("*.yaml") if file.name not in NOT_RULES and not file.name.endswith(".test.yaml"))


class _PackCompiler:
    def __init__(self, folder: Path, around: Surroundings) -> None:
        self.folder = folder
        self.around = around
        self.faults: list[Fault] = []
        self.id = guess_id(folder)
        self.overrides: str | None = None
        self.sources: dict[str, SourceDoc] | None = {}
        self.documents: dict[str, tuple[Document, RuleDoc]] = {}
        self.made: dict[str, Rule | None] = {}
        self.open: list[str] = []

    def compile(self) -> Compiled:
        head = self._typed("pack", self.folder / "pack.yaml", PackDoc)
        if head is not None:
            self.id = head.pack
            self._check_override(head)
        sources = self.folder / "sources.yaml"
        if sources.is_file():
            self.sources = self._typed("sources", sources, dict[str, SourceDoc])
            self._check_sources(sources)
        for file in rule_files(self.folder):
            self._read_rule(file)
        rules = [rule for id in sorted(self.documents) if (rule := self._rule(id)) is not None]
        register = self._register(rules)
        pack = None
        if head is not None and not any(not fault.note for fault in self.faults):
            pack = _sealed(head, tuple(rules), register)
        return Compiled(self.folder, self.id, pack, self.faults)

    def _check_override(self, head: PackDoc) -> None:
        self.overrides = head.overrides
        if head.overrides is None:
            return
        document = read(self.folder / "pack.yaml")
        if head.overrides == head.pack:
            message = (
                f"a pack that overrides {head.overrides} needs an id of its own, so that reports can name both; choose another pack id"
            )
            self.faults.append(document.fault(("pack",), message, "PB026"))
        elif head.overrides not in self.around.packs:
            known = difflib.get_close_matches(head.overrides, sorted(self.around.packs), 3)
            hint = f"nearest: {', '.join(known)}" if known else "`payerbook packs` lists them"
            self.faults.append(document.fault(("overrides",), f"there is no pack {head.overrides}; {hint}", "PB026"))

    def _typed(self, schema: str, file: Path, kind: Any) -> Any:
        document = read(file)
        faults = document.faults or list(self.around.schemas.faults(schema, document))
        self.faults.extend(faults)
        return None if faults else msgspec.convert(document.data, kind)

    def _check_sources(self, file: Path) -> None:
        document = read(file)
        for name, source in (self.sources or {}).items():
            if source.grade in ("A", "A*", "B") and source.last_checked is None:
                self.faults.append(
                    document.fault((name,), "a source of this grade says when it was last checked; add last_checked", "PB024", key=True)
                )

    def _register(self, rules: list[Rule]) -> Register | None:
        file = self.folder / "facts.yaml"
        if not file.is_file():
            return None
        document = read(file)
        faults = document.faults or list(self.around.schemas.faults("facts", document))
        self.faults.extend(faults or registers.check(document, rules, self.around.tables))
        return None if faults else msgspec.convert(document.data, Register)

    def _read_rule(self, file: Path) -> None:
        document = read(file)
        faults = document.faults or list(self.around.schemas.faults("rule", document))
        self.faults.extend(faults)
        if faults:
            return
        rule = msgspec.convert(document.data, RuleDoc)
        wanted = f"{self.overrides or self.id}.{file.name.removesuffix('.yaml')}"
        if rule.rule != wanted:
            self.faults.append(document.fault(("rule",), f"{rule.rule} does not fit the pack and the file name; write {wanted}", "PB013"))
        elif rule.rule in self.documents:
            self.faults.append(
                document.fault(("rule",), f"{rule.rule} stands in another file of the pack too; choose another name", "PB017")
            )
        else:
            self.documents[rule.rule] = (document, rule)

    def _rule(self, id: str) -> Rule | None:
        if id in self.made:
            return self.made[id]
        if id not in self.documents:
            return self.around.parent(id)
        document, rule = self.documents[id]
        if id in self.open:
            circle = " -> ".join([*self.open[self.open.index(id) :], id])
            self.faults.append(document.fault(("like",), f"rules inherit in a circle ({circle}); take one link out", "PB010"))
            return None
        self.open.append(id)
        before = len(self.faults)
        made = self._make(document, rule)
        self.open.pop()
        self.made[id] = made if len([fault for fault in self.faults[before:] if not fault.note]) == 0 else None
        return self.made[id]

    def _make(self, document: Document, doc: RuleDoc) -> Rule | None:
        base = self.around.parent(doc.rule) if self.overrides is not None else None
        parent = base
        if doc.like is not None and (base is None or doc.like != doc.rule):
            parent = self._rule(doc.like)
            if parent is None:
                if doc.like not in self.documents:  # a parent of this pack has faults of its own, and they say enough
                    message = f"there is no usable rule {doc.like}; write the id of an existing rule"
                    self.faults.append(document.fault(("like",), message, "PB010"))
                return None
        inherited = (
            {}
            if parent is None
            else {
                name: getattr(parent, name)
                for name in ("kind", "title", "topic", "category", "evidence", "date_basis", "why", "fix", "denials", "checklist")
            }
        )
        if parent is not None:
            inherited["effect"] = parent.versions[-1].effect
        own = {
            name: value
            for name in (*REQUIRED, "date_basis", "why", "fix", "denials", "checklist")
            if (value := getattr(doc, name)) is not None
        }
        values = {**inherited, **own}
        for name in REQUIRED:
            if name not in values:
                self.faults.append(document.fault((), f"the key {name} is missing; add it", "PB006"))
        if not doc.versions:
            self.faults.append(document.fault(("versions",), "a rule needs at least one version with a date and a source", "PB012"))
        if any(name not in values for name in REQUIRED) or not doc.versions:
            return None
        if base is not None and values["kind"] != base.kind:
            message = f"the rule it overrides is of the kind {base.kind}; keep that kind, or write a rule with a name of its own"
            self.faults.append(document.fault(("kind",), message, "PB026"))
        if base is not None and doc.status != "active":
            message = "an overriding rule is active; to do without a rule, use --ignore, which reports name"
            self.faults.append(document.fault(("status",), message, "PB026"))
        effect = values.pop("effect")
        self.faults.extend(versioning.check(document, doc))
        versions = [self._version(document, doc, place, parent, effect) for place in range(len(doc.versions))]
        kept = tuple(version for made in versions for version in made)
        if not kept:
            return None
        if doc.status == "retired" and doc.replaced_by is None and not doc.fix:
            self.faults.append(
                document.fault(("status",), "a retired rule says what took its place in replaced_by, or why nothing did in fix", "PB025")
            )
        rule = Rule(
            id=doc.rule,
            versions=kept,
            status=doc.status,
            replaced_by=doc.replaced_by,
            last_checked=versioning.day(doc.last_checked),
            applies_to_voids=doc.applies_to_voids,
            like=doc.like,
            facts=doc.facts,
            **values,
        )
        self._check_settings(document, doc, rule)
        return rule

    def _version(self, document: Document, doc: RuleDoc, place: int, parent: Rule | None, effect: Any) -> list[Version]:
        own = doc.versions[place]
        path: Path_ = ("versions", place)
        sources = tuple(
            source
            for number, ref in enumerate(own.sources)
            if (source := self._source(document, (*path, "sources", number), ref)) is not None
        )
        if not own.sources and not own.hole:
            self.faults.append(document.fault(path, "the version has no source; add at least one under sources", "PB012"))
        if not versioning.dated(own):
            return []
        spans = versioning.spans(doc, place, parent)
        made = []
        for span in spans:
            base = span.parent
            merged = {**(base.params if base is not None else {}), **doc.params, **own.params}
            when = self._when(document, path, base.when if base is not None else When(), doc.when, own.when)
            inherited_effect = base.effect if base is not None and doc.effect is None else effect
            made.append(
                Version(
                    start=span.start,
                    end=span.end,
                    known=versioning.day(own.known),
                    attested=own.attested_from is not None,
                    hole=own.hole or (base.hole if base is not None else None),
                    when=when,
                    effect=own.effect or inherited_effect,
                    params={} if own.hole else merged,
                    sources=sources,
                    changed=own.changed,
                )
            )
        return made

    def _source(self, document: Document, path: Path_, ref: SourceRef) -> Source | None:
        if self.sources is None:  # sources.yaml has faults of its own
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
        )

    def _when(self, document: Document, path: Path_, base: When, *layers: WhenDoc | None) -> When:
        made = msgspec.structs.asdict(base)
        for layer, at in zip(layers, (("when",), (*path, "when")), strict=True):
            if layer is None:
                continue
            for name in layer.__struct_fields__:
                value = getattr(layer, name)
                if value is None or value == ():
                    continue
                made[name] = self._codes(document, (*at, name), value) if name in ("codes", "not_codes") else value
        return When(**made)

    def _codes(self, document: Document, path: Path_, value: SetRef | tuple[str, ...]) -> tuple[str, ...]:
        if isinstance(value, tuple):
            unknown = [code for code in value if code not in self.around.vocabulary.codes]
            for code in unknown:
                self.faults.append(
                    document.fault((*path, value.index(code)), f"{code} has no label under _codes; add one", "PB023", note=True)
                )
            return value
        codes: dict[str, None] = {}
        for name in (value.set,) if isinstance(value.set, str) else value.set:
            members = self.around.vocabulary.resolve(name)
            if members is None:
                near = difflib.get_close_matches(name, sorted(self.around.vocabulary.sets), 1)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(self.around.vocabulary.sets))}"
                self.faults.append(document.fault((*path, "set"), f"there is no code set {name}; {hint}", "PB008"))
            codes.update(dict.fromkeys(members or ()))
        return tuple(codes)

    def _check_settings(self, document: Document, doc: RuleDoc, rule: Rule) -> None:
        kind = self.around.kinds.get(rule.kind)
        if kind is None:
            self.faults.append(document.fault(("kind",), f"no plugin provides the kind {rule.kind}", "PB014"))
            return
        for version in rule.versions:
            if version.hole:
                continue
            place = versioning.place_of(doc, version)
            path: Path_ = ("versions", place)
            try:
                params = msgspec.convert(version.params, kind.params)
            except msgspec.ValidationError as error:
                self.faults.append(document.fault(path, f"the settings do not fit the kind {rule.kind}: {error}", "PB015"))
                continue
            for table in kind.tables(params):
                if table not in self.around.tables:
                    known = ", ".join(sorted(self.around.tables)) or "none"
                    self.faults.append(document.fault(path, f"there is no dated table {table}; known: {known}", "PB018"))
            limit = cap(version.sources)
            shown = severity(version.effect, limit)
            complete = len(version.sources) == len(doc.versions[place].sources) > 0
            if complete and version.effect != "none" and RANK[shown] < RANK[severity(version.effect, "deny")]:
                text = f"the effect is {version.effect}, but the sources allow {limit} at most; it is shown as {shown}"
                self.faults.append(document.fault(path, text, "PB022", note=True))


def _sealed(head: PackDoc, rules: tuple[Rule, ...], register: Register | None) -> Pack:
    """The pack with its digest: of everything the engine reads, so that equal content gives equal digests anywhere."""
    values = {name: getattr(head, name) for name in head.__struct_fields__ if name not in ("pack", "format")}
    plain = PackHead(id=head.pack, rules=len(rules), **values)
    digest = hashlib.sha256(msgspec.json.encode(Pack(head=plain, rules=rules, register=register))).hexdigest()
    return Pack(head=msgspec.structs.replace(plain, digest=f"sha256:{digest}"), rules=rules, register=register)
