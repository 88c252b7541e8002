"""Adds a version to a rule, or changes what all its versions share: every line that the change does not touch stays as it is."""

from __future__ import annotations

import copy
import difflib
import shutil
import tempfile
import textwrap
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import FoldedScalarString

from payerbook.authoring import roundtrip, stand_in, typed
from payerbook.authoring.cases import SUFFIX, CaseResult, CaseRunner
from payerbook.authoring.documents import RuleDoc, SourceRef, VersionDoc
from payerbook.authoring.faults import Fault
from payerbook.authoring.scaffold import KEYS
from payerbook.authoring.session import Session
from payerbook.authoring.yamlfile import read
from payerbook.errors import UsageError
from payerbook_plugins import policies

_PARTS = ("params", "when", "effect")
"""Parts of a version that a path can begin with. Any other path begins with a key of the rule, or is below `params`."""
_ORDER = ("from", "attested_from", "to", "known", "hole", "when", "effect", "params", "sources", "changed")
"""The keys of a version, in the order in which they are written."""
_PLAIN = ("title", "why", "fix")
"""Keys of a rule whose value is a sentence, taken as it is given."""
_FOLD = 130


class Amendment(NamedTuple):
    """What to change. `settings` holds (path, text) pairs.

    With `start` a version is added: what the settings do not name stays as in the version before (or, of a new first version, the one
    after). `attested` says that no source states the start, which is only the first day that the source proves; `hole` says why nothing
    is known from then on. Without `start` the settings change the rule itself, and `end` is the last day of its last version, which
    `sources` prove as well.
    """

    start: date | None
    settings: Sequence[tuple[str, str]] = ()
    sources: Sequence[SourceRef] = ()
    end: date | None = None
    known: date | None = None
    changed: str | None = None
    attested: bool = False
    hole: str | None = None


class Amended(NamedTuple):
    """The changed file, what it was before, the faults that the change would bring, and the rule's cases run on the change."""

    file: Path
    before: str
    after: str
    faults: list[Fault]
    cases: list[CaseResult]

    @property
    def broken(self) -> list[CaseResult]:
        """The cases that do not hold with the change."""
        return [case for case in self.cases if case.faults]

    def diff(self) -> str:
        """The change as a unified diff."""
        return roundtrip.diff(self.file.name, self.before, self.after)


def amend(rule: str, amendment: Amendment, paths: Sequence[Path] = ()) -> Amended:
    """The change to the file of a rule, which is not written; `paths` are further folders of packs.

    Raises UsageError for an unknown rule, a path that the kind does not know, or a value that does not fit it.
    """
    session = Session(paths)
    file = _file(session, rule)
    text = file.read_text("utf-8")
    after = roundtrip.changed(text, lambda data: _apply(session, data, rule, amendment))
    return Amended(file, text, after, *_tried(session, file, after))


def _file(session: Session, rule: str) -> Path:
    name = f"{rule.rpartition('.')[2]}.yaml"
    files = [file for folder in reversed(session.library.folders) if (file := folder / name).is_file()]
    found = next((file for file in files if (read(file).data or {}).get("rule") == rule), None)
    if found is None:
        raise UsageError(f"There is no file of a rule {rule}; `payerbook packs` lists the packs, --policies adds a folder.")
    document = read(found)
    faults = document.faults or list(session.library.schemas.faults("rule", document))
    if faults:
        raise UsageError(f"The rule has a fault already; repair it first: {faults[0].text()}")
    return found


def _apply(session: Session, data: CommentedMap, rule: str, amendment: Amendment) -> None:
    paths = [(_parts(path), path, text) for path, text in amendment.settings]
    versions = data.get("versions")
    if not versions or versions.fa.flow_style():
        raise UsageError(f"The versions of {rule} are not a list with one dash a version; write them so first.")
    if amendment.start is None:
        if not amendment.settings and amendment.end is None:
            raise UsageError("Nothing to change: give --from DATE for a new version, or --set for what all versions share.")
        for parts, path, text in paths:
            if (own := next((version for version in versions if _says(version, parts)), None)) is not None:
                raise UsageError(f"--set {path}: the version from {_start(own)} says it itself; give --from DATE for a new version.")
            _set(data, parts, path, text, _type_of(session, data, rule, RuleDoc, parts, path))
        if amendment.end is not None:
            _end(versions[-1], amendment.end, amendment.sources)
        return
    made = _version(versions, amendment, amendment.start)
    for parts, path, text in paths:
        if parts[0] not in _PARTS:
            _set(data, parts, path, text, _type_of(session, data, rule, RuleDoc, parts, path))
        elif amendment.hole is not None:
            raise UsageError(f"--set {path}: a hole has no settings; leave out --set, or --hole.")
        else:
            wanted = _type_of(session, data, rule, VersionDoc, parts, path)
            if parts[0] == "params":
                _shared_no_more(data, made, parts[1])
            _set(made, parts, path, text, wanted)
    if amendment.sources:
        made["sources"] = CommentedSeq(_cited(source) for source in amendment.sources)
        if len(amendment.sources) == 1:
            made["sources"].fa.set_flow_style()
    if amendment.changed is not None:
        made["changed"] = amendment.changed
    place = sum(1 for version in versions if _start(version) <= amendment.start)
    if place and _start(versions[place - 1]) < amendment.start:
        last = versions[place - 1].get("to")
        if last is not None and str(last) >= amendment.start.isoformat():
            versions[place - 1]["to"] = amendment.start - timedelta(days=1)
    versions.insert(place, CommentedMap((key, made[key]) for key in _ORDER if key in made))


def _end(version: CommentedMap, last: date, sources: Sequence[SourceRef]) -> None:
    """Writes the last day of a version, and adds the sources that prove it."""
    if "to" in version:
        version["to"] = last
    else:
        keys = list(version)
        version.insert(max(keys.index(key) for key in ("from", "attested_from") if key in keys) + 1, "to", last)
    if sources:
        version.setdefault("sources", CommentedSeq()).extend(_cited(source) for source in sources)


def _parts(path: str) -> list[str]:
    """The path from the top of the rule or version: one that begins with no key of theirs is a setting."""
    parts = path.split(".")
    return parts if parts[0] in ("params", *KEYS) else ["params", *parts]


def _says(version: CommentedMap, parts: Sequence[str]) -> bool:
    """Whether a version says of its own what a path of the rule would say for all."""
    if parts[0] == "params":
        return parts[1] in (version.get("params") or {})
    return parts[0] in ("when", "effect") and parts[0] in version


def _version(versions: CommentedSeq, amendment: Amendment, start: date) -> CommentedMap:
    """The new version with its dates, and the settings of its neighbor."""
    place = sum(1 for version in versions if _start(version) <= start)
    base = next((version for version in [*reversed(versions[:place]), *versions[place:]] if not version.get("hole")), None)
    made = CommentedMap({"attested_from" if amendment.attested else "from": start})
    for key, value in (("to", amendment.end), ("known", amendment.known), ("hole", amendment.hole)):
        if value is not None:
            made[key] = _copy(value)
    if base is not None and amendment.hole is None:
        made.update({key: _copy(base[key]) for key in _PARTS if key in base})
    return made


def _start(version: CommentedMap) -> date:
    return date.fromisoformat(str(version.get("from") or version.get("attested_from")))


def _cited(source: SourceRef) -> CommentedMap:
    made = CommentedMap((key, typed.quoted(text)) for key, text in msgspec.to_builtins(source).items())
    made.fa.set_flow_style()
    return made


def _copy(node: Any) -> Any:
    """A node with its quotes and flow style, without its comments: those speak of the version they stand in.

    Values are copied too, since one date in two places would be written as an anchor and an alias.
    """
    if not isinstance(node, (CommentedMap, CommentedSeq)):
        return copy.deepcopy(node)
    made: Any = CommentedMap((key, _copy(value)) for key, value in node.items()) if isinstance(node, CommentedMap) else CommentedSeq()
    if isinstance(node, CommentedSeq):
        made.extend(_copy(value) for value in node)
    if node.fa.flow_style():
        made.fa.set_flow_style()
    return made


def _shared_no_more(data: CommentedMap, made: CommentedMap, key: str) -> None:
    """A setting that all versions shared so far moves from the common part into each of them."""
    common = data.get("params", {})
    if key not in common or key in made.get("params", {}):
        return
    old = common[key]
    for version in data["versions"]:
        if not version.get("hole"):
            _params(version, common)[key] = _copy(old)
    _params(made, common)[key] = _copy(old)
    del common[key]
    if not common:
        del data["params"]


def _set(top: CommentedMap, parts: Sequence[str], path: str, text: str, wanted: inspect.Type) -> None:
    """Sets what stands at a path of a rule or of a version."""
    target: Any = top
    for number, part in enumerate(parts[:-1]):
        if isinstance(target, CommentedSeq):
            target = target[_index(target, part, path)]
        elif number == 0 and part == "params":
            target = _params(target, _flow())
        else:
            if part not in target:
                target[part] = _flow()
            target = target[part]
    made = _sentence(parts[0], text) if parts[0] in _PLAIN else typed.value(path, text, wanted)
    last = parts[-1]
    if isinstance(target, CommentedSeq):
        target[_index(target, last, path)] = made
    elif target is top and last not in target and "versions" in target:
        target.insert(_place(target, last), last, made)
    else:
        target[last if last in target else typed.quoted(last)] = made


def _sentence(key: str, text: str) -> Any:
    """A sentence as rule files write it: a title on its line, the others folded below their key."""
    if key == "title":
        return text
    folded: Any = FoldedScalarString(" ".join(text.split()) + "\n")
    rows = textwrap.wrap(folded, _FOLD, break_long_words=False, break_on_hyphens=False)
    folded.fold_pos = [end - 1 for end in accumulate(len(row) + 1 for row in rows[:-1])]
    return folded


def _place(data: CommentedMap, key: str) -> int:
    """Where a new key of a rule goes: behind those that the format names before it."""
    order = [field.encode_name for field in msgspec.structs.fields(RuleDoc)]
    before = order[: order.index(key)]
    return max((number + 1 for number, name in enumerate(data) if name in before), default=0)


def _flow() -> CommentedMap:
    made = CommentedMap()
    made.fa.set_flow_style()
    return made


def _params(version: CommentedMap, like: CommentedMap) -> Any:
    """The settings of a version; when it has none yet they are added before its sources, in the style of `like`."""
    if "params" not in version:
        keys = list(version)
        version.insert(
            keys.index("sources") if "sources" in keys else len(keys), "params", _flow() if like.fa.flow_style() else CommentedMap()
        )
    return version["params"]


def _type_of(session: Session, data: CommentedMap, rule: str, top: type, parts: Sequence[str], path: str) -> inspect.Type:
    """The type of what a path of a rule or version leads to; raises UsageError when it leads nowhere."""
    kind = data.get("kind")
    if kind is None:
        held = session.library.parent(rule)
        if held is None or held.kind is None:
            raise UsageError(f"{rule} takes its kind from {data.get('like')}, which does not compile; run `payerbook lint` first.")
        kind = held.kind
    wanted: inspect.Type = inspect.type_info(top)
    for number, part in enumerate(parts):
        before = wanted
        found = inspect.type_info(session.kinds[kind].params) if number == 0 and part == "params" else typed.below(wanted, part)
        if found is None:
            known = typed.keys(before)
            near = difflib.get_close_matches(part, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known) or 'nothing below it'}."
            raise UsageError(f"--set {path}: there is no {part} in the kind {kind}; {hint}")
        wanted = found
    return wanted


def _index(items: CommentedSeq, part: str, path: str) -> int:
    """The place of an item of a list, by its number from 0 or by its `name`."""
    names = [str(item.get("name")) if isinstance(item, CommentedMap) else "" for item in items]
    if part in names:
        return names.index(part)
    if part.isdecimal() and int(part) < len(items):
        return int(part)
    known = ", ".join(name for name in names if name) or f"0 to {len(items) - 1}"
    raise UsageError(f"--set {path}: the list has no item {part}; known: {known}.")


def _tried(session: Session, file: Path, text: str) -> tuple[list[Fault], list[CaseResult]]:
    """What lint says of the changed file (notes left out), or when nothing, of the pack's other files; and the results of its cases."""
    with tempfile.TemporaryDirectory(prefix="payerbook-") as made:
        folder = Path(made) / file.parent.name
        shutil.copytree(file.parent, folder)
        (folder / file.name).write_text(text, "utf-8")
        library = stand_in.library(session, folder, folder, policies() / "_codes")
        found = [fault for fault in library.compiled(folder).faults if not fault.note]
        tests = folder / f"{file.stem}{SUFFIX}"
        runner = CaseRunner(library, session.kinds, session.tables)
        results = list(runner.run(tests)) if not found and tests.is_file() else []
    faults = [fault._replace(file=file.parent / fault.file.name) for fault in found]
    cases = [result._replace(file=file.parent / result.file.name) for result in results]
    return [fault for fault in faults if fault.file == file] or faults, cases
