"""pytest collects the cases of payer packs: `<rule>.test.yaml` below a folder with a pack.yaml, one test a case, `pack::rule::case`.

pytest loads this module in every project where payerbook is installed, so nothing of payerbook is imported before the first case file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from payerbook.authoring.cases import CaseResult
    from payerbook.authoring.session import Session

SUFFIX = ".test.yaml"
"""How the name of a case file ends; the same as `payerbook.authoring.cases.SUFFIX`, which is not imported for the reason above."""


class _Packs:
    """What the case files of one run share: their packs, compiled once, and the files that were collected."""

    def __init__(self, config: pytest.Config) -> None:
        self._top = config.rootpath
        self._further: list[Path] = config.getini("payerbook_policies")
        self._sessions: dict[Path, Session] = {}
        self.files: list[Path] = []

    def session(self, file: Path) -> Session:
        """The bundled packs with the pack of a case file and those beside it."""
        from payerbook.authoring.session import Session

        root = self.root(file)
        if root not in self._sessions:
            self._sessions[root] = Session([root, *self._further])
        return self._sessions[root]

    def root(self, file: Path) -> Path:
        """The folder of packs that a case file stands in: the one above its pack, unless that is the project itself or outside of it."""
        above = file.parent.parent
        return above if above != self._top and above.is_relative_to(self._top) else file.parent


_PACKS = pytest.StashKey[_Packs]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("payerbook", "cases of payer packs")
    group.addoption("--no-payer-cases", action="store_true", help="do not collect the <rule>.test.yaml files of payer packs")
    group.addoption("--payer-coverage", action="store_true", help="name the versions of rules that no case touches")
    parser.addini("payerbook_policies", "further folders of packs that the packs of this project inherit from", type="paths", default=[])


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_PACKS] = _Packs(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CaseFile | None:
    """A case file of a pack; of other files nothing but the name is looked at."""
    if not file_path.name.endswith(SUFFIX) or not (file_path.parent / "pack.yaml").is_file():
        return None
    if parent.config.getoption("--no-payer-cases"):
        return None
    made: CaseFile = CaseFile.from_parent(parent, path=file_path)
    return made


class CaseFile(pytest.File):
    """A `<rule>.test.yaml`. It is read when it is collected; its cases run when the first of its tests does."""

    def collect(self) -> Iterator[pytest.Collector]:
        packs = self.config.stash[_PACKS]
        packs.files.append(self.path)
        tests, document, faults = packs.session(self.path).runner.load(self.path)
        if tests is None:
            said = "\n".join(fault.text(self.config.rootpath) for fault in faults)
            raise self.CollectError(f"{said}\n`payerbook lint {self.path.parent}` lists every fault of the pack.")
        lines = [document.keys["cases", place, "name"].line for place in range(len(tests.cases))]
        named = [(case.name, line) for case, line in zip(tests.cases, lines, strict=True)]
        pack, _, rule = tests.rule.rpartition(".")
        yield Pack.from_parent(self, name=pack, rule=rule, cases=named)

    @cached_property
    def results(self) -> list[CaseResult]:
        """What came of each case."""
        return list(self.config.stash[_PACKS].session(self.path).runner.run(self.path))


class Pack(pytest.Collector):
    """The first part of the name of a case."""

    def __init__(self, *, rule: str, cases: list[tuple[str, int]], **more: Any) -> None:
        super().__init__(**more)
        self._rule = rule
        self._cases = cases

    def collect(self) -> Iterator[pytest.Collector]:
        yield Rule.from_parent(self, name=self._rule, cases=self._cases)


class Rule(pytest.Collector):
    """The second part."""

    def __init__(self, *, cases: list[tuple[str, int]], **more: Any) -> None:
        super().__init__(**more)
        self._cases = cases

    def collect(self) -> Iterator[pytest.Item]:
        for place, (name, line) in enumerate(self._cases):
            yield Case.from_parent(self, name=name, place=place, line=line)


class Case(pytest.Item):
    """One case; it fails when the engine says something else than the case expects."""

    def __init__(self, *, place: int, line: int, **more: Any) -> None:
        super().__init__(**more)
        self._place = place
        self._line = line

    def runtest(self) -> None:
        file = self.getparent(CaseFile)
        assert file is not None
        result = file.results[self._place]
        if result.faults:
            raise CaseFailed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What was expected and what came, with the place of the case; a fault of payerbook itself keeps its traceback."""
        if not isinstance(excinfo.value, CaseFailed):
            return super().repr_failure(excinfo, style)
        result = excinfo.value.result
        file, _, _ = self.reportinfo()
        return "\n".join([f"{file}:{self._line}: {result.id}", *(f"  {fault}" for fault in result.faults)])

    def reportinfo(self) -> tuple[str, int, str]:
        """File, line from 0, and what pytest calls the test."""
        top = self.config.rootpath
        file = self.path.relative_to(top) if self.path.is_relative_to(top) else self.path
        return str(file), self._line - 1, self.name


class CaseFailed(Exception):
    """A case that does not hold."""

    def __init__(self, result: CaseResult) -> None:
        super().__init__(result.id)
        self.result = result


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """With `--payer-coverage`: the versions of rules that no case of the packs at hand touches."""
    if not config.getoption("--payer-coverage"):
        return
    from payerbook.authoring import coverage

    packs = config.stash[_PACKS]
    folders = dict.fromkeys(file.parent for file in packs.files or _below(config))
    terminalreporter.section("payer packs: versions that cases touch")
    for folder in folders:
        for line in coverage.lines(coverage.measure(packs.session(folder / "pack.yaml"), [folder]), config.rootpath):
            terminalreporter.line(line)


def _below(config: pytest.Config) -> list[Path]:
    """The case files of packs at or below what pytest was asked for: with pytest-xdist the process that prints has collected none."""
    asked = [Path(text.partition("::")[0]).resolve() for text in config.args]
    found = [file for path in asked for file in (sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path])]
    return [file for file in found if file.name.endswith(SUFFIX) and (file.parent / "pack.yaml").is_file()]
