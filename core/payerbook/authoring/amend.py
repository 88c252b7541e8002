"""Adds a version to a rule: the file keeps every comment, quote and line that the change does not touch."""

from __future__ import annotations

import copy
import difflib
import shutil
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import inspect
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from payerbook.authoring import stand_in, typed
from payerbook.authoring.documents import VersionDoc
from payerbook.authoring.faults import Fault
from payerbook.authoring.session import Session
from payerbook.authoring.yamlfile import read
from payerbook.errors import UsageError
from payerbook_plugins import policies

_WIDE = 100_000
"""Line length for the round trip: no line of the file is folded anew."""
_PARTS = ("params", "when", "effect")
"""Parts of a version that a path can begin with; any other path is below `params`."""
_ORDER = ("from", "attested_from", "to", "known", "when", "effect", "params", "sources", "changed")
"""The keys of a version, in the order in which they are written."""


class Cited(NamedTuple):
    """A source of the new version: its id in the pack's sources.yaml, and what is said of this passage."""

    ref: str
    section: str | None = None
    grade: str | None = None


class Amendment(NamedTuple):
    """A version to add. `settings` holds (path, text) pairs; what they do not name stays as in the version before (or, of a new first
    version, the one after). `attested` says that no source states the start, which is only the first day that the source proves."""

    start: date
    settings: Sequence[tuple[str, str]]
    sources: Sequence[Cited]
    end: date | None = None
    known: date | None = None
    changed: str | None = None
    attested: bool = False


class Amended(NamedTuple):
    """The file with the new version in it, what it was before, and the faults that the change would bring."""

    file: Path
    before: str
    after: str
    faults: list[Fault]

    def diff(self) -> str:
        """The change as a unified diff."""
        old, new = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        return "".join(difflib.unified_diff(old, new, self.file.name, self.file.name))


def amend(rule: str, amendment: Amendment, paths: Sequence[Path] = ()) -> Amended:
    """The change to the file of a rule, which is not written; `paths` are further folders of packs.

    Raises UsageError for an unknown rule, a path that the kind does not know, or a value that does not fit it.
    """
    session = Session(paths)
    file = _file(session, rule)
    text = file.read_text("utf-8")
    yaml = _round_trip()
    before = _dump(yaml, yaml.load(text))
    data = yaml.load(text)
    _add(session, data, rule, amendment)
    after = _patched(text, before, _dump(yaml, data))
    return Amended(file, text, after, _faults(session, file, after))


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


def _round_trip() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = _WIDE
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _dump(yaml: YAML, data: Any) -> str:
    out = StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def _add(session: Session, data: CommentedMap, rule: str, amendment: Amendment) -> None:
    versions = data.get("versions")
    if not versions or versions.fa.flow_style():
        raise UsageError(f"The versions of {rule} are not a list with one dash a version; write them so first.")
    place = sum(1 for version in versions if _start(version) <= amendment.start)
    base = next((version for version in [*reversed(versions[:place]), *versions[place:]] if not version.get("hole")), None)
    made = CommentedMap({"attested_from" if amendment.attested else "from": amendment.start})
    for key, day in (("to", amendment.end), ("known", amendment.known)):
        if day is not None:
            made[key] = _copy(day)
    for key in ("when", "effect", "params"):
        if base is not None and key in base:
            made[key] = _copy(base[key])
    for path, text in amendment.settings:
        _set(session, data, made, rule, path, text)
    made["sources"] = CommentedSeq(_cited(source) for source in amendment.sources)
    if len(amendment.sources) == 1:
        made["sources"].fa.set_flow_style()
    if amendment.changed is not None:
        made["changed"] = amendment.changed
    if place and _start(versions[place - 1]) < amendment.start:
        last = versions[place - 1].get("to")
        if last is not None and str(last) >= amendment.start.isoformat():
            versions[place - 1]["to"] = amendment.start - timedelta(days=1)
    versions.insert(place, CommentedMap((key, made[key]) for key in _ORDER if key in made))


def _start(version: CommentedMap) -> date:
    return date.fromisoformat(str(version.get("from") or version.get("attested_from")))


def _cited(source: Cited) -> CommentedMap:
    made = CommentedMap({"ref": source.ref})
    if source.section is not None:
        made["section"] = typed.quoted(source.section)
    if source.grade is not None:
        made["grade"] = source.grade
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


def _set(session: Session, data: CommentedMap, made: CommentedMap, rule: str, path: str, text: str) -> None:
    """Sets one path of the new version. A setting that all versions shared so far moves from the common part into each of them."""
    parts = path.split(".")
    if parts[0] not in _PARTS:
        parts.insert(0, "params")
    wanted = _type_of(session, rule, data, parts, path)
    key = parts[1] if parts[0] == "params" else None
    common = data.get("params", {})
    if key is not None and key in common and key not in made.get("params", {}):
        old = common[key]
        for version in data["versions"]:
            if not version.get("hole"):
                _params(version, common)[key] = _copy(old)
        _params(made, common)[key] = _copy(old)
        del common[key]
        if not common:
            del data["params"]
    target: Any = made
    for number, part in enumerate(parts[:-1]):
        if isinstance(target, CommentedSeq):
            target = target[_index(target, part, path)]
        elif number == 0 and part == "params":
            target = _params(made, _flow())
        else:
            if part not in target:
                target[part] = _flow()
            target = target[part]
    made_value = typed.value(path, text, wanted)
    if isinstance(target, CommentedSeq):
        target[_index(target, parts[-1], path)] = made_value
    else:
        target[parts[-1] if parts[-1] in target else typed.quoted(parts[-1])] = made_value


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


def _type_of(session: Session, rule: str, data: CommentedMap, parts: Sequence[str], path: str) -> inspect.Type:
    kind = data.get("kind")
    if kind is None:
        held = session.library.parent(rule)
        if held is None:
            raise UsageError(f"{rule} takes its kind from {data.get('like')}, which does not compile; run `payerbook lint` first.")
        kind = held.kind
    wanted: inspect.Type = inspect.type_info(VersionDoc)
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


def _patched(text: str, before: str, after: str) -> str:
    """The change from `before` to `after`, made to `text`: lists that were folded by hand, which the round trip joins, stay as
    they are."""
    own, old, new = (part.splitlines(keepends=True) for part in (text, before, after))
    place = {0: 0}
    for _, low, high, begin, end in difflib.SequenceMatcher(None, old, own, autojunk=False).get_opcodes():
        place.update({low + step: min(begin + step, end) for step in range(high - low)})
        place[high] = end
    made: list[str] = []
    done = 0
    for tag, low, high, begin, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            at = _before_comments(own, done, place[low], new[begin]) if tag == "insert" else place[low]
            made += [*own[done:at], *new[begin:end]]
            done = at if tag == "insert" else place[high]
    return "".join([*made, *own[done:]])


def _before_comments(lines: Sequence[str], first: int, at: int, added: str) -> int:
    """Where a line goes that would stand at `at`: ahead of blank lines and of comments no deeper than itself, which speak of what
    follows them."""
    depth = len(added) - len(added.lstrip())
    while at > first and (not (bare := lines[at - 1].lstrip()) or (bare.startswith("#") and len(lines[at - 1]) - len(bare) <= depth)):
        at -= 1
    return at


def _faults(session: Session, file: Path, text: str) -> list[Fault]:
    """The faults of the changed file, or when it has none those of the pack's other files; notes are left out."""
    with tempfile.TemporaryDirectory(prefix="payerbook-") as made:
        folder = Path(made) / file.parent.name
        shutil.copytree(file.parent, folder)
        (folder / file.name).write_text(text, "utf-8")
        found = stand_in.compiled(session, folder, folder, policies() / "_codes").faults
    faults = [fault._replace(file=file.parent / fault.file.name) for fault in found if not fault.note]
    return [fault for fault in faults if fault.file == file] or faults
