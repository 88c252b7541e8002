"""Where each part of a rule stands: its own file, that of a rule it takes from, or the pack.yaml of a pack that extends another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from payerbook.authoring import inheritance, versioning
from payerbook.authoring.bundle import Library
from payerbook.authoring.documents import PackDoc, RuleDoc
from payerbook.authoring.yamlfile import Document, Path_, read
from payerbook.engine import versions
from payerbook.errors import UsageError
from payerbook.policy import Rule, Version


class Origin(msgspec.Struct, frozen=True):
    """One part of a rule, its value, and the rule, file (pack id, then path in the pack) and line that say it."""

    part: str
    value: Any
    rule: str
    file: str
    line: int


class _Link(NamedTuple):
    """A file that a rule is made of: a rule's own, with the version of the day (None: a template); or a pack.yaml that takes it over."""

    rule: str
    pack: str
    document: Document
    doc: RuleDoc | None = None
    place: int | None = None

    def find(self, *keys: str) -> Path_ | None:
        """Where the file says something: of the version first, then of the rule; None when it does not."""
        for start in ((), *(() if self.place is None else (("versions", self.place),)))[::-1]:
            value: Any = self.document.data
            for key in (*start, *keys):
                value = value[key] if isinstance(key, int) else value.get(key) if isinstance(value, dict) else None
            if value is not None and (value != [] or keys[0] != "when"):
                return (*start, *keys)
        return None

    def origin(self, part: str, value: Any, path: Path_) -> Origin:
        """The part as this file says it."""
        mark = self.document.keys.get(path) or self.document.marks[path]
        return Origin(part, value, self.rule, f"{self.pack}/{self.document.file.name}", mark.line)


def lineage(library: Library, id: str, on: date, known_on: date | None = None) -> tuple[Origin, ...]:
    """Where the texts, settings, conditions, dates and sources of a rule come from, as it stands on a day.

    Parts that no file says are left out: those are the defaults of the rule's kind. Raises UsageError for a rule that no file within
    reach makes.
    """
    links = list(_links(library, id, on, known_on))
    found = _rule(library, links[0]) if links else None
    if found is None:
        raise UsageError(f"The files of {id} are not within reach, or its pack does not compile; run `payerbook lint`.")
    return tuple(_origins(links, found, _version(found, on, known_on)))


def _origins(links: list[_Link], rule: Rule, version: Version) -> Iterator[Origin]:
    for part in (*inheritance.REQUIRED, *inheritance.OPTIONAL):
        yield from _first(links, part, version.effect if part == "effect" else getattr(rule, part), (part,))
    for name, value in msgspec.to_builtins(version.when).items():
        if not name.startswith("other_"):
            yield from _first(links, f"when.{name}", value, ("when", name))
    for name, value in version.params.items():
        yield from _first(links, f"params.{name}", value, ("params", name))
    yield from _dates(links, version)
    for link in links:
        if link.doc is None:
            cited = [source.title for source in version.sources if source.adopts is not None]
            yield link.origin("sources", cited, ("extends", "sources"))
        elif link.place is not None and (path := link.find("sources")) is not None:
            yield link.origin("sources", [source.title for source in version.sources if source.adopts is None], path)
            return


def _first(links: list[_Link], part: str, value: Any, keys: tuple[str, ...]) -> Iterator[Origin]:
    for link in links:
        if link.doc is not None and (path := link.find(*keys)) is not None:
            yield link.origin(part, value, path)
            return


def _dates(links: list[_Link], version: Version) -> Iterator[Origin]:
    """The file that gives the first day, and the one that gives a last day in so many words."""
    for link in links:
        for key in ("from", "attested_from"):
            path: Path_ | None = ("extends", key) if link.doc is None else link.find(key)
            if path is not None and path in link.document.marks and _at(link, path) == version.start.isoformat():
                yield link.origin(key, version.start, path)
                break
        else:
            continue
        break
    if version.end is not None:
        yield from next(
            ([link.origin("to", version.end, path)] for link in links if (path := link.find("to")) and _at(link, path) == str(version.end)),
            [],
        )


def _at(link: _Link, path: Path_) -> Any:
    value = link.document.data
    for key in path:
        value = value[key]
    return value


def _links(library: Library, id: str, on: date, known_on: date | None) -> Iterator[_Link]:
    """The files that a rule is made of, the one that decides first."""
    pack, _, slug = id.rpartition(".")
    base = library.folder(pack)
    for folder in [*_overriding(library, id, on, known_on), *([base] if base is not None else [])]:
        one = library.compiled(folder)
        if one.pack is None:
            return
        head = msgspec.convert(read(folder / "pack.yaml").data, PackDoc)
        extends = head.extends.pack if head.extends is not None else None
        file = folder / f"{slug}.yaml"
        if not file.is_file():
            if extends is None:
                return
            yield _Link(id, one.id, read(folder / "pack.yaml"))
            yield from _pinned(library, head, f"{extends}.{slug}", on, known_on)
            return
        document = read(file)
        doc = msgspec.convert(document.data, RuleDoc)
        rule = next((rule for rule in one.pack.rules if rule.id == id), None)
        yield _Link(id, one.id, document, doc, None if rule is None else versioning.place_of(doc, _version(rule, on, known_on)))
        if doc.like is not None and doc.like != id:
            yield from _pinned(library, head, doc.like, on, known_on)
            return
        if extends is not None and library.parent(f"{extends}.{slug}") is not None:
            yield from _pinned(library, head, f"{extends}.{slug}", on, known_on)
            return
        if head.overrides is None:
            return


def _pinned(library: Library, head: PackDoc, parent: str, on: date, known_on: date | None) -> Iterator[_Link]:
    """The files of a parent, as it was known on the day that the child pins it to."""
    pin = versioning.day(head.pin.get(parent) or head.pin.get(parent.rpartition(".")[0]))
    return _links(library, parent, on, known_on if pin is None or (known_on is not None and known_on < pin) else pin)


def _overriding(library: Library, id: str, on: date, known_on: date | None) -> Iterator[Path]:
    """Folders of packs that stand over the rule's pack and have a version of the rule for the day."""
    for folder in library.folders:
        pack = library.compiled(folder).pack
        if pack is not None and pack.head.overrides == id.rpartition(".")[0]:
            own = next((rule for rule in pack.rules if rule.id == id), None)
            if own is not None and isinstance(versions.on(own, on, known_on), Version):
                yield folder


def _rule(library: Library, link: _Link) -> Rule | None:
    """The compiled rule that a file is of."""
    folder = link.document.file.parent
    pack = library.compiled(folder).pack
    return None if pack is None else next((rule for rule in pack.rules if rule.id == link.rule), None)


def _version(rule: Rule, on: date, known_on: date | None) -> Version:
    """The version of a day, or for a day without one the nearest that says why."""
    found = versions.on(rule, on, known_on)
    return found.version if isinstance(found, versions.Gap) else found
