"""What lint, test and the site work with: the bundled packs as YAML, further folders, and everything compiled once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from payerbook.authoring.bundle import Library, pack_folders
from payerbook.authoring.cases import CaseRunner
from payerbook.authoring.compiler import guess_id
from payerbook.authoring.handbooks import Handbooks
from payerbook.authoring.handbooks import load as load_handbooks
from payerbook.datasets import Tables
from payerbook.plugins import BUNDLED, Plugins
from payerbook.policy import Rule
from payerbook_plugins import policies


class Session:
    """A library of the bundled packs and the folders asked for, with its kinds, tables and case runner."""

    def __init__(self, paths: Sequence[Path] = ()) -> None:
        self.plugins = Plugins()
        self.kinds = self.plugins.kinds()
        more = [(path if path.is_dir() else path.parent).resolve() for path in paths]
        own = [folder for name, folder in self.plugins.policies() if name in BUNDLED or not _installed_twin(folder.resolve(), more)]
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
    def handbooks(self) -> Handbooks:
        """Denial codes, topics and myths of the bundled policies."""
        rules = {rule.id for one in self.library.all() if one.pack is not None for rule in one.pack.rules}
        return load_handbooks(policies(), self.library.schemas, rules)

    @cached_property
    def runner(self) -> CaseRunner:
        """Runs the cases of the library's packs."""
        return CaseRunner(self.library, self.kinds, self.tables)

    def silent(self, rule: Rule) -> bool:
        """Whether a rule never finds anything, because it only answers questions: no case of it can expect fail."""
        kind = self.kinds[rule.kind]
        return all(kind.silent(msgspec.convert(version.params, kind.params, strict=False)) for version in rule.versions if not version.hole)


def _installed_twin(folder: Path, asked: Sequence[Path]) -> bool:
    """Whether packs of an installed plugin stand, under the same ids, in another folder that is asked for: what their author works on."""
    if any(path.is_relative_to(folder) for path in asked):
        return False
    ids = {guess_id(one) for one in pack_folders(asked)}
    return any(guess_id(one) in ids for one in pack_folders([folder]))
