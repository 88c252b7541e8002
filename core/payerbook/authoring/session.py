"""What lint, test and the site work with: the bundled packs as YAML, further folders, and everything compiled once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from payerbook.authoring.bundle import Library
from payerbook.authoring.cases import CaseRunner
from payerbook.datasets import Tables
from payerbook.plugins import Plugins
from payerbook_plugins import policies


class Session:
    """A library of the bundled packs and the folders asked for, with its kinds, tables and case runner."""

    def __init__(self, paths: Sequence[Path] = ()) -> None:
        self.plugins = Plugins()
        self.kinds = self.plugins.kinds()
        own = [folder for _, folder in self.plugins.policies()]
        more = [(path if path.is_dir() else path.parent).resolve() for path in paths]
        folders = [*own, *(folder for folder in dict.fromkeys(more) if not any(folder.is_relative_to(one.resolve()) for one in own))]
        self._tables = [folder for _, folder in self.plugins.datasets()]
        self._tables += [folder / "_datasets" for folder in folders if (folder / "_datasets").is_dir()]
        self.library = Library(folders, policies() / "_codes", self._tables, self.kinds)

    @cached_property
    def tables(self) -> Tables:
        """The dated tables of the library."""
        lists = zip(self.library.table_lists, self._tables, strict=True)
        return Tables(*((msgspec.json.encode(listed), folder) for listed, folder in lists))

    @cached_property
    def runner(self) -> CaseRunner:
        """Runs the cases of the library's packs."""
        return CaseRunner(self.library, self.kinds, self.tables)
