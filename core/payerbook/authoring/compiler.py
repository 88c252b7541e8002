"""From the YAML of one pack to the pack the engine reads: inheritance, code sets, source references and dates resolved."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from payerbook.authoring import extending, heads, identity, inheritance, lifecycle, parents, versioning
from payerbook.authoring import register as registers
from payerbook.authoring.documents import PackDoc, ReaderDoc, RuleDoc, SourceDoc
from payerbook.authoring.faults import Fault
from payerbook.authoring.inheritance import REQUIRED, Parent
from payerbook.authoring.references import References
from payerbook.authoring.schema import Schemas
from payerbook.authoring.vocabulary import Vocabulary
from payerbook.authoring.yamlfile import Document, Path_, read
from payerbook.kinds.base import Kind
from payerbook.policy import RANK, Pack, PackHead, Reader, Register, Rule, Template, Version, When, cap, severity

NOT_RULES = ("pack.yaml", "sources.yaml", "facts.yaml", parents.FILE)

_NOT_OF_HEADS = frozenset({"pack", "format", "accepts", "official", "extends", "skip", "pin"})
"""Keys of a pack.yaml that the engine does not need, or needs in another form."""


class Surroundings(NamedTuple):
    """What a pack is compiled against. `pack` gives another pack by id, `parent` a rule of one."""

    schemas: Schemas
    vocabulary: Vocabulary
    kinds: Mapping[str, Kind[Any]]
    tables: frozenset[str]
    packs: frozenset[str]
    pack: Callable[[str], Pack | None]
    parent: Callable[[str], Parent | None]


class Compiled(NamedTuple):
    """A pack, or None when its faults forbid it; notes alone do not. `templates` marks a pack whose rules need no cases, `taken` says
    what the pack takes from rules of other packs."""

    folder: Path
    id: str
    pack: Pack | None
    faults: list[Fault]
    templates: bool = False
    taken: Mapping[str, parents.Taken] = {}


def compile_pack(folder: Path, around: Surroundings) -> Compiled:
    """Compiles the pack in `folder` (which holds pack.yaml, sources.yaml and one file per rule); reports all faults of all files."""
    return _PackCompiler(folder, around).compile()


def guess_id(folder: Path) -> str:
    """The id in a pack.yaml, read without YAML; the folder's name when there is none."""
    match = re.search(
        r"^\{?[\"']?pack[\"']?:\s*[\"']?([a-z0-9.-]+)", (folder / "pack.yaml").read_text("utf-8", errors="replace"), re.MULTILINE
    )
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
        self.templates = False
        self.extension: extending.Extension | None = None
        self.pins: dict[str, date] = {}
        self.pinned: set[str] = set()
        self.recorded: dict[str, str] = {}
        self.taken: dict[str, parents.Taken] = {}
        self.refs = References(around.vocabulary, self.faults)
        self.documents: dict[str, tuple[Document, RuleDoc]] = {}
        self.made: dict[str, Parent | None] = {}
        self.open: list[str] = []

    def compile(self) -> Compiled:
        head = self._typed("pack", self.folder / "pack.yaml", PackDoc)
        if head is not None:
            self.id = head.pack
            self.templates = head.templates
            self.overrides = head.overrides
            self.pins = {id: date.fromisoformat(day) for id, day in head.pin.items()}
            self._check_head(head)
        sources = self.folder / "sources.yaml"
        if sources.is_file():
            self.refs.sources = self._typed("sources", sources, dict[str, SourceDoc])
            self._check_sources(sources)
        recorded = self.folder / parents.FILE
        if recorded.is_file():
            self.recorded = self._typed("parents", recorded, dict[str, str]) or {}
        for file in rule_files(self.folder):
            self._read_rule(file)
        self.refs.know_scopes(head, [doc for _, doc in self.documents.values()])
        who = {} if head is None else {**self._identity(head), **self._extend(head)}
        inherited = set() if self.extension is None else self.extension.rules.keys() - self.documents.keys()
        made = [rule for id in sorted({*self.documents, *inherited}) if (rule := self._rule(id)) is not None]
        rules = tuple(rule for rule in made if isinstance(rule, Rule))
        self._check_pins()
        who["inherited"] = sum(rule.id in inherited for rule in rules)
        templates = tuple(rule for rule in made if isinstance(rule, Template))
        register = self._register(rules)
        pack = None
        if head is not None and not any(not fault.note for fault in self.faults):
            pack = _sealed(head, {**who, "look_back": heads.look_back(rules, self.around.kinds)}, rules, register, templates)
        return Compiled(self.folder, self.id, pack, self.faults, self.templates, self.taken)

    def _identity(self, head: PackDoc) -> dict[str, Any]:
        document = read(self.folder / "pack.yaml")
        terms = self.around.vocabulary.terms
        self.faults.extend(identity.check(document, head, terms))
        return identity.values(document, head, terms, self.refs.source)

    def _check_head(self, head: PackDoc) -> None:
        document = read(self.folder / "pack.yaml")
        self.faults.extend(heads.check_override(document, head, self.around.packs))
        self.faults.extend(heads.check_templates(document, head))

    def _check_pins(self) -> None:
        for key in self.pins.keys() - self.pinned:
            message = f"no rule here takes versions from {key}; write the id of a rule that is a parent here, or of its pack"
            self.faults.append(read(self.folder / "pack.yaml").fault(("pin", key), message, "PB032", key=True))

    def _extend(self, head: PackDoc) -> dict[str, Any]:
        """Takes over the pack that this one extends; gives what the head says of it."""
        document = read(self.folder / "pack.yaml")
        parent = self.around.pack(head.extends.pack) if head.extends is not None else None
        faults = list(extending.check(document, head, parent, {id.rpartition(".")[2] for id in self.documents}))
        self.faults.extend(faults)
        if head.extends is None or parent is None or faults:
            return {}
        self.extension = extending.extension(document, head, head.extends, parent, self.refs.source)
        self.faults.extend(extending.weak(document, self.extension))
        return extending.head(self.extension, head, parent)

    def _typed(self, schema: str, file: Path, kind: Any) -> Any:
        document = read(file)
        faults = document.faults or list(self.around.schemas.faults(schema, document))
        self.faults.extend(faults)
        return None if faults else msgspec.convert(document.data, kind)

    def _check_sources(self, file: Path) -> None:
        self.faults.extend(lifecycle.check_sources(read(file), self.refs.sources or {}))

    def _register(self, rules: Sequence[Rule]) -> Register | None:
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

    def _rule(self, id: str) -> Parent | None:
        """A rule of this pack by its id: written here, or taken from the pack that this one extends."""
        if id in self.made:
            return self.made[id]
        if id not in self.documents:
            self.made[id] = self._adopted(id)
            return self.made[id]
        document, rule = self.documents[id]
        if id in self.open:
            circle = " -> ".join([*self.open[self.open.index(id) :], id])
            self.faults.append(document.fault(("like",), f"rules inherit in a circle ({circle}); take one link out", "PB010"))
            return None
        self.open.append(id)
        before = len(self.faults)
        made = self._make_template(document, rule) if self.templates else self._make(document, rule)
        self.open.pop()
        self.made[id] = made if len([fault for fault in self.faults[before:] if not fault.note]) == 0 else None
        return self.made[id]

    def _adopted(self, id: str) -> Rule | None:
        if self.extension is None:
            return None
        parent = self._outside(id, self.extension.rules[id])
        if not isinstance(parent, Rule):
            return None
        return extending.adopted(self.extension, id, parent, self._changed(parent))

    def _like(self, document: Document, child: str, like: str) -> Parent | None:
        inside = like in self.documents or (self.extension is not None and like in self.extension.rules)
        parent = self._rule(like) if inside else self.around.parent(like)
        if parent is not None and not inside:
            parent = self._outside(child, parent)
            if parent is None:
                self.faults.append(
                    document.fault(("like",), f"nothing of {like} was published by the day in `pin`; pin a later day", "PB032")
                )
            return parent
        if parent is not None:
            return parent
        if like not in self.documents:  # a parent of this pack has faults of its own, and they say enough
            message = f"there is no usable rule {like}; write the id of an existing rule"
            self.faults.append(document.fault(("like",), message, "PB010"))
        return None

    def _outside(self, child: str, parent: Parent) -> Parent | None:
        """A rule of another pack as it was on the day that it is pinned to, None when nothing of it was known; notes who takes it."""
        key = next((key for key in (parent.id, parent.id.rpartition(".")[0]) if key in self.pins), None)
        if isinstance(parent, Rule) and key is not None:
            self.pinned.add(key)
            pinned = parents.pinned(parent, self.pins[key])
            if pinned is None:
                return None
            parent = pinned
        before = self.taken.get(parent.id)
        self.taken[parent.id] = parents.Taken(parents.digest(parent), (*(before.children if before is not None else ()), child))
        return parent

    def _changed(self, parent: Parent | None) -> str | None:
        """The id of a rule of another pack that is not what it was when it was recorded."""
        taken = self.taken.get(parent.id) if parent is not None else None
        if parent is None or taken is None or self.recorded.get(parent.id, taken.digest) == taken.digest:
            return None
        return parent.id

    def _make_template(self, document: Document, doc: RuleDoc) -> Template | None:
        parent = None if doc.like is None else self._like(document, doc.rule, doc.like)
        if doc.like is not None and parent is None:
            return None
        if isinstance(parent, Rule):
            self.faults.append(document.fault(("like",), f"{parent.id} is no template; a template may be like another template", "PB028"))
            return None
        for key in ("versions", "facts", "last_checked", "replaced_by"):
            if getattr(doc, key):
                message = f"a template has no {key}; leave that to the rules that are like it"
                self.faults.append(document.fault((key,), message, "PB028", key=True))
        base = Template(doc.rule) if parent is None else parent
        return Template(
            id=doc.rule,
            when=self.refs.when(document, (), base.when, doc.when),
            params={**base.params, **doc.params},
            **inheritance.values(doc, parent),
        )

    def _make(self, document: Document, doc: RuleDoc) -> Rule | None:
        base = self.around.parent(doc.rule) if self.overrides is not None else None
        base = base if isinstance(base, Rule) else None
        parent: Parent | None = base
        if doc.like is not None and (base is None or doc.like != doc.rule):
            parent = self._like(document, doc.rule, doc.like)
            if parent is None:
                return None
        elif self.extension is not None and doc.rule in self.extension.rules:
            parent = self._outside(doc.rule, self.extension.rules[doc.rule])
        values = inheritance.values(doc, parent)
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
        kind = self.around.kinds.get(values["kind"])
        versions = [self._version(document, doc, place, parent, effect, kind) for place in range(len(doc.versions))]
        kept = tuple(version for made in versions for version in made)
        if not kept and isinstance(parent, Rule) and all(map(versioning.dated, doc.versions)):
            message = f"no version has a day on which {parent.id} stands too; correct the dates, or write the rule without it"
            self.faults.append(document.fault(("versions",), message, "PB033", key=True))
        if not kept:
            return None
        self.faults.extend(lifecycle.check_rule(document, doc))
        rule = Rule(
            id=doc.rule,
            versions=kept,
            status=doc.status,
            hold=doc.hold,
            replaced_by=doc.replaced_by,
            last_checked=versioning.day(doc.last_checked),
            like=doc.like if doc.like is not None or parent is None or parent is base else parent.id,
            facts=doc.facts,
            **values,
        )
        self._check_settings(document, doc, rule)
        return rule

    def _version(
        self, document: Document, doc: RuleDoc, place: int, parent: Parent | None, effect: Any, kind: Kind[Any] | None
    ) -> list[Version]:
        own = doc.versions[place]
        path: Path_ = ("versions", place)
        sources = tuple(
            source
            for number, ref in enumerate(own.sources)
            if (source := self.refs.source(document, (*path, "sources", number), ref)) is not None
        )
        if not own.sources and not own.hole:
            self.faults.append(document.fault(path, "the version has no source; add at least one under sources", "PB012"))
        if not versioning.dated(own):
            return []
        spans = versioning.spans(doc, place, parent if isinstance(parent, Rule) else None)
        made = []
        for span in spans:
            base = parent if isinstance(parent, Template) else span.parent
            merged = {**(base.params if base is not None else {}), **doc.params, **own.params}
            when = self.refs.when(document, path, base.when if base is not None else When(), doc.when, own.when)
            inherited_effect = span.parent.effect if span.parent is not None and doc.effect is None else effect
            made.append(
                Version(
                    start=span.start,
                    end=span.end,
                    known=versioning.day(own.known),
                    attested=own.attested_from is not None,
                    hole=own.hole or (span.parent.hole if span.parent is not None else None),
                    when=when,
                    effect=own.effect or inherited_effect,
                    params={} if own.hole else inheritance.completed(merged, kind, when),
                    sources=sources,
                    changed=own.changed,
                    read_by=_reader(own.read_by),
                    second_reader=_reader(own.second_reader),
                    parent_changed=self._changed(parent) or (span.parent.parent_changed if span.parent is not None else None),
                )
            )
        return made

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


def _reader(doc: ReaderDoc | None) -> Reader | None:
    return None if doc is None else Reader(doc.name, date.fromisoformat(doc.on))


def _sealed(
    head: PackDoc, who: dict[str, Any], rules: tuple[Rule, ...], register: Register | None, templates: tuple[Template, ...]
) -> Pack:
    """The pack with its digest: of everything the engine reads, so that equal content gives equal digests anywhere."""
    values = {name: getattr(head, name) for name in head.__struct_fields__ if name not in _NOT_OF_HEADS}
    plain = PackHead(id=head.pack, rules=len(rules), **{**values, **who})
    pack = Pack(head=plain, rules=rules, register=register, templates=templates)
    digest = hashlib.sha256(msgspec.json.encode(pack)).hexdigest()
    return msgspec.structs.replace(pack, head=msgspec.structs.replace(plain, digest=f"sha256:{digest}"))
