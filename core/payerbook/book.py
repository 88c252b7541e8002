"""The shelf: every pack on file, found through plugins, read from compiled JSON only when it is asked for.

`index.json` of a compiled folder holds the heads of its packs, so that a payer's name is resolved without loading any rule.
Compiling needs YAML and lives above this layer; it comes in as the argument `compile`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from payerbook.datasets import LIST, Tables
from payerbook.errors import PackError
from payerbook.plugins import BUNDLED, NotLoaded, Plugins
from payerbook.policy import FORMAT, CodeInfo, Pack, PackHead
from payerbook.terms import Terms


class Entry(msgspec.Struct, frozen=True):
    """One pack of a compiled folder."""

    head: PackHead
    file: str


class Index(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a compiled folder holds, and what of its sources could not be compiled."""

    packs: tuple[Entry, ...]
    not_loaded: tuple[NotLoaded, ...] = ()
    format: str = FORMAT


_INDEX = msgspec.json.Decoder(Index)
_PACK = msgspec.json.Decoder(Pack)
_CODES = msgspec.json.Decoder(dict[str, CodeInfo])
_TERMS = msgspec.json.Decoder(Terms)

Compile = Callable[[Sequence[Path], Sequence[Path], "Shelf | None"], Path]
"""`compile(packs, tables, shelf)`: the compiled folder for folders of packs and of tables; `shelf` holds what packs may inherit from."""


class Shelf:
    """Packs by id, in the order bundled, plugins by name, `policies`; a second pack of an id is refused and named.

    A pack with `overrides` is not a payer of its own: its rules stand over those of the pack it names.
    """

    def __init__(
        self, plugins: Plugins, policies: Sequence[Path], compiled: Path | None, compile: Compile, imported: Path | None = None
    ) -> None:
        """`policies` are further folders of packs; `compiled` is the compiled folder of the bundled packs, where it exists;
        `imported` is the folder of the user's own tables, which need not exist."""
        self.plugins = plugins
        self._own_faults: list[NotLoaded] = []
        self._entries: dict[str, tuple[Path, Entry]] = {}
        self._overrides: dict[str, list[tuple[Path, Entry]]] = {}
        self._packs: dict[str, Pack] = {}
        self._codes: dict[str, CodeInfo] | None = None
        self._imported = imported
        self._tables: Tables | None = None
        self._tables_of: list[tuple[Path, list[Path]]] = []
        folders = plugins.policies()
        datasets = plugins.datasets()
        bundled = [folder for name, folder in folders if name in BUNDLED]
        tables = [folder for name, folder in datasets if name in BUNDLED]
        self._base = compiled or compile(bundled, tables, None)
        self._add(self._base, tables, allowed={folder.name for folder in bundled})
        for name in sorted({name for name, _ in [*folders, *datasets]} - set(BUNDLED)):
            packs = [folder for owner, folder in folders if owner == name]
            self._compile(compile, name, packs, [folder for owner, folder in datasets if owner == name])
        found = set(self._entries)
        for folder in policies:
            self._compile(compile, str(folder), [folder], [folder / "_datasets"] if (folder / "_datasets").is_dir() else [])
        self.named = frozenset(self._entries.keys() - found)
        """Packs of the folders that somebody named, as against those that came with payerbook and its plugins."""

    def _compile(self, compile: Compile, name: str, packs: list[Path], tables: list[Path]) -> None:
        missing = [folder for folder in [*packs, *tables] if not folder.is_dir()]
        if missing:
            self._own_faults.append(NotLoaded(name, f"there is no folder {missing[0]}"))
        else:
            self._add(compile(packs, tables, self), tables, allowed=None)

    def _add(self, compiled: Path, tables: list[Path], allowed: set[str] | None) -> None:
        index = _INDEX.decode((compiled / "index.json").read_bytes())
        self._own_faults.extend(index.not_loaded)
        self._tables_of.append((compiled, tables))
        self._tables = None
        for entry in index.packs:
            id = entry.head.id
            if allowed is not None and not entry.head.templates and id.partition(".")[0] not in allowed:
                continue
            target = entry.head.overrides
            if target is not None and target not in self._entries:
                self._own_faults.append(NotLoaded(id, f"it overrides the pack {target}, which is not on file; correct overrides"))
            elif target is not None:
                self._overrides.setdefault(target, []).append((compiled, entry))
            elif id in self._entries:
                self._own_faults.append(NotLoaded(id, f"two packs are called {id}; the one that came first was kept, rename the other"))
            else:
                self._entries[id] = (compiled, entry)

    @property
    def not_loaded(self) -> tuple[NotLoaded, ...]:
        """Plugins, packs and tables that could not be loaded."""
        return (*self.plugins.not_loaded, *self._own_faults)

    @property
    def heads(self) -> tuple[PackHead, ...]:
        """The heads of all packs with rules to check, by id; packs of templates are only for other packs to inherit from."""
        return tuple(self._entries[id][1].head for id in sorted(self._entries) if not self._entries[id][1].head.templates)

    @property
    def look_back(self) -> int:
        """Days of history that any rule of any pack on file can ask for, those of the practice's own packs too."""
        over = [entry for listed in self._overrides.values() for _, entry in listed]
        return max((entry.head.look_back for entry in [*over, *(entry for _, entry in self._entries.values())]), default=0)

    def packs(self) -> Iterator[Pack]:
        """All packs that others may inherit from, templates too."""
        return map(self.pack, sorted(self._entries))

    def __contains__(self, id: str) -> bool:
        return id in self._entries

    def pack(self, id: str) -> Pack:
        """A pack with its rules, as its publisher wrote it. Raises PackError when there is none."""
        pack = self._packs.get(id)
        if pack is None:
            if id not in self._entries:
                raise PackError(f"There is no pack {id} on file.")
            folder, entry = self._entries[id]
            pack = self._packs[id] = _PACK.decode((folder / entry.file).read_bytes())
        return pack

    def replacing(self, pack: Pack) -> Shelf:
        """The same shelf with this state of a pack in place of the one that is on file, or beside the others when there is none."""
        shelf = copy.copy(self)
        shelf._packs = {**self._packs, pack.head.id: pack}
        shelf._entries = {**self._entries, pack.head.id: (self._base, Entry(pack.head, ""))}
        return shelf

    def overriding(self, id: str) -> tuple[Pack, ...]:
        """The practice's own packs that stand over a pack, in the order in which they were added."""
        return tuple(_PACK.decode((folder / entry.file).read_bytes()) for folder, entry in self._overrides.get(id, ()))

    @property
    def codes(self) -> dict[str, CodeInfo]:
        """Procedure codes with our own labels."""
        if self._codes is None:
            self._codes = _CODES.decode((self._base / "codes.json").read_bytes())
        return self._codes

    @property
    def terms(self) -> Terms:
        """Words for states, brands and lines of business."""
        return _TERMS.decode((self._base / "terms.json").read_bytes())

    @property
    def tables(self) -> Tables:
        """All dated tables."""
        if self._tables is None:
            parts = [
                ((compiled / f"tables-{number}.json").read_bytes(), folder)
                for compiled, folders in self._tables_of
                for number, folder in enumerate(folders)
            ]
            if self._imported is not None and (listed := self._imported / LIST).is_file():
                parts.append((listed.read_bytes(), self._imported))
            self._tables = Tables(*parts)
        return self._tables
