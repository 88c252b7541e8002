"""Compiled packs on disk: one folder with an index, the packs, the codes and the list of tables, all JSON.

The wheel carries such a folder for the bundled packs. Elsewhere it is made on demand; `payerbook.authoring.cache` keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from payerbook.authoring import datasets, vocabulary
from payerbook.authoring.compiler import Compiled, Surroundings, compile_pack, guess_id
from payerbook.authoring.faults import Fault
from payerbook.authoring.inheritance import Parent, parents
from payerbook.authoring.schema import Schemas
from payerbook.book import Entry, Index
from payerbook.errors import PackError
from payerbook.kinds.base import Kind
from payerbook.plugins import NotLoaded
from payerbook.policy import Pack


class Library:
    """Folders of packs, compiled together: `codes` holds the vocabulary, `tables` are folders of dated tables.

    `known` are packs outside these folders that rules may inherit from, `known_tables` tables outside them.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        codes: Path,
        tables: Sequence[Path],
        kinds: Mapping[str, Kind[Any]],
        known: Iterable[Pack] = (),
        known_tables: frozenset[str] = frozenset(),
    ) -> None:
        self.schemas = Schemas(kinds)
        self.vocabulary, self.faults = vocabulary.load(codes, self.schemas)
        self.broken_tables: list[NotLoaded] = []
        self.table_lists = [self._tables(folder) for folder in tables]
        ids = known_tables | frozenset(table["table"] for listed in self.table_lists for table in listed)
        self._known = {pack.head.id: pack for pack in known}
        self.folders = pack_folders(folders)
        self._by_id = {guess_id(folder): folder for folder in reversed(self.folders)}
        packs = frozenset(self._by_id) | frozenset(self._known)
        self._around = Surroundings(self.schemas, self.vocabulary, kinds, ids, packs, self.pack, self.parent)
        self._made: dict[Path, Compiled] = {}

    def _tables(self, folder: Path) -> list[dict[str, Any]]:
        compiled = []
        for manifest in sorted(folder.glob("*/manifest.yaml")):
            try:
                compiled.append(datasets.compile_manifest(manifest))
            except PackError as error:
                self.broken_tables.append(NotLoaded(manifest.parent.name, str(error).splitlines()[0]))
        return compiled

    def folder(self, id: str) -> Path | None:
        """The folder of a pack of the library."""
        return self._by_id.get(id)

    def pack(self, id: str) -> Pack | None:
        """Any pack within reach, by id, compiled if need be; None when there is none or it has faults."""
        if id in self._known:
            return self._known[id]
        folder = self._by_id.get(id)
        return None if folder is None else self.compiled(folder).pack

    def parent(self, rule: str) -> Parent | None:
        """A rule or template of any pack within reach, by id."""
        pack = self.pack(rule.rpartition(".")[0])
        return None if pack is None else next((found for found in parents(pack) if found.id == rule), None)

    def compiled(self, folder: Path) -> Compiled:
        """One pack of the library, compiled once."""
        if folder not in self._made:
            self._made[folder] = Compiled(folder, guess_id(folder), None, [])  # what a circle of packs sees
            self._made[folder] = compile_pack(folder, self._around)
        return self._made[folder]

    def all(self) -> list[Compiled]:
        """Every pack; of two packs with one id both are refused, and both are named."""
        compiled = [self.compiled(folder) for folder in self.folders]
        by_id: dict[str, list[Compiled]] = {}
        for one in compiled:
            by_id.setdefault(one.id, []).append(one)
        for id, twins in by_id.items():
            if len(twins) > 1:
                names = " and ".join(str(twin.folder) for twin in twins)
                for twin in twins:
                    twin.faults.append(
                        Fault(twin.folder / "pack.yaml", 1, 1, "pack", f"two packs are called {id}: {names}; rename one", "PB017")
                    )
        return [one._replace(pack=None) if any(fault.code == "PB017" for fault in one.faults) else one for one in compiled]


def pack_folders(roots: Iterable[Path]) -> list[Path]:
    """Every folder below the roots that holds a pack.yaml, in order of path; each once, also where one root lies in another."""
    found = {file.parent.resolve(): file.parent for root in roots for file in sorted(root.rglob("pack.yaml"))}
    return list(found.values())


def write(library: Library, target: Path) -> Index:
    """Compiles all of a library into `target` and gives the index."""
    (target / "packs").mkdir(parents=True, exist_ok=True)
    entries: list[Entry] = []
    not_loaded = [*library.broken_tables, *(NotLoaded("_codes", fault.text()) for fault in library.faults)]
    for one in library.all():
        if one.pack is None:
            faults = [fault for fault in one.faults if not fault.note]
            reason = f"{faults[0].text()} (`payerbook lint` lists every fault)" if faults else "does not compile"
            not_loaded.append(NotLoaded(one.id, reason))
            continue
        name = f"packs/{one.id}.json"
        _put(target / name, msgspec.json.encode(one.pack))
        entries.append(Entry(one.pack.head, name))
    _put(target / "codes.json", msgspec.json.encode(library.vocabulary.codes))
    _put(target / "terms.json", msgspec.json.encode(library.vocabulary.terms))
    for number, listed in enumerate(library.table_lists):
        _put(target / f"tables-{number}.json", msgspec.json.encode(listed))
    index = Index(packs=tuple(entries), not_loaded=tuple(not_loaded))
    _put(target / "index.json", msgspec.json.encode(index))
    return index


def _put(file: Path, data: bytes) -> None:
    file.write_bytes(data)
