"""All checks of the files of packs, and all their cases, for the commands `lint` and `test`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from payerbook.authoring import datasets
from payerbook.authoring.bundle import pack_folders
from payerbook.authoring.cases import SUFFIX, CaseResult, test_files
from payerbook.authoring.compiler import Compiled, rule_files
from payerbook.authoring.faults import Fault
from payerbook.authoring.session import Session
from payerbook.authoring.yamlfile import read
from payerbook.errors import UsageError
from payerbook_plugins import policies

_QUIET = frozenset({"pass", "resolved", "not-applicable"})
"""Outcomes of a case that a rule must not fail; some rules cannot pass, because every line they apply to is at fault."""


def lint(paths: Sequence[Path]) -> list[Fault]:
    """Every fault and note of the packs at the paths (default: all bundled ones), in order of file and place."""
    session = _session(paths)
    chosen = _chosen(session, paths)
    faults = [*session.library.faults]
    for one in session.library.all():
        if one.folder.resolve() in chosen:
            faults.extend(one.faults)
            faults.extend(_cases(session, one))
    if not paths:
        faults.extend(
            Fault(manifest, 1, 1, "", text, "PB005")
            for manifest in sorted((policies() / "_datasets").glob("*/manifest.yaml"))
            for text in datasets.check_manifest(manifest)
        )
    files = {path.resolve() for path in paths if path.is_file()}
    kept = [
        fault
        for fault in faults
        if not files or fault.file.resolve() in files or fault.file.parent.resolve() not in {file.parent for file in files}
    ]
    return sorted(dict.fromkeys(kept))


def run_cases(paths: Sequence[Path]) -> list[CaseResult]:
    """The result of every case at the paths (default: all bundled packs)."""
    session = _session(paths)
    files = [file for path in paths or [policies()] for file in test_files(path)]
    return [result for file in files for result in session.runner.run(file)]


def _session(paths: Sequence[Path]) -> Session:
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path} does not exist; give a folder of packs or one of their files.")
    return Session(paths)


def _chosen(session: Session, paths: Sequence[Path]) -> set[Path]:
    if not paths:
        return {folder.resolve() for folder in session.library.folders}
    return {folder.resolve() for folder in pack_folders(path if path.is_dir() else path.parent for path in paths)}


def _silent(session: Session, one: Compiled) -> frozenset[str]:
    """Rules of a pack whose checks never find anything, because they only answer questions: no case of them can expect fail."""
    found = set()
    for rule in one.pack.rules if one.pack is not None else ():
        kind = session.kinds[rule.kind]
        settings = [msgspec.convert(version.params, kind.params, strict=False) for version in rule.versions if not version.hole]
        if all(kind.silent(params) for params in settings):
            found.add(rule.id)
    return frozenset(found)


def _cases(session: Session, one: Compiled) -> list[Fault]:
    """Faults of the test files of a pack: form, and rules without both kinds of cases."""
    faults: list[Fault] = []
    silent = _silent(session, one)
    for file in rule_files(one.folder):
        tests = file.with_name(file.name.removesuffix(".yaml") + SUFFIX)
        if not tests.is_file():
            faults.append(Fault(file, 1, 1, "", f"the rule has no cases; write {tests.name} beside it", "PB016"))
            continue
        made, _, found = session.runner.load(tests)
        faults.extend(found)
        if made is not None:
            expected = {case.expect for case in made.cases}
            if "fail" not in expected and made.rule not in silent:
                faults.append(read(tests).fault(("cases",), "no case of the rule expects fail; add one", "PB016", key=True))
            if not expected & _QUIET:
                faults.append(
                    read(tests).fault(("cases",), "no case shows where the rule stays quiet; add one that expects pass", "PB016", key=True)
                )
    for tests in sorted(one.folder.glob(f"*{SUFFIX}")):
        if not tests.with_name(tests.name.removesuffix(SUFFIX) + ".yaml").is_file():
            faults.extend(session.runner.load(tests)[2])
    return faults
