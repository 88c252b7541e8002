"""Which versions of rules the written cases touch: those that nobody would see go wrong are named.

A case touches a version when its claim is checked by that version, whatever the outcome.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec

from payerbook.authoring import versioning
from payerbook.authoring.bundle import pack_folders
from payerbook.authoring.cases import SUFFIX, make_claim
from payerbook.authoring.documents import RuleDoc, TestsDoc
from payerbook.authoring.session import Session
from payerbook.authoring.yamlfile import read
from payerbook.engine import versions
from payerbook.engine.lifecycle import as_active
from payerbook.engine.program import Program
from payerbook.policy import Pack, Rule, Version


class VersionCases(msgspec.Struct, frozen=True):
    """One version as the rule's file has it, the line it begins on, and how many cases touch it."""

    start: date
    known: date | None
    hole: bool
    line: int
    cases: int


class RuleCases(msgspec.Struct, frozen=True):
    """One rule with how many cases it has, and its versions in the order of its file."""

    rule: str
    file: Path
    cases: int
    versions: tuple[VersionCases, ...]

    @property
    def untouched(self) -> tuple[VersionCases, ...]:
        """The versions that no case touches."""
        return tuple(version for version in self.versions if not version.cases)


def of(paths: Sequence[Path]) -> list[RuleCases]:
    """The coverage of the packs at the paths (default: all bundled ones)."""
    session = Session(paths)
    own = [path if path.is_dir() else path.parent for path in paths]
    return measure(session, pack_folders(path.resolve() for path in own) if own else session.library.folders)


def measure(session: Session, folders: Iterable[Path]) -> list[RuleCases]:
    """The coverage of every rule that has a file in these folders; what a pack takes over is proved by the cases of its parent."""
    found = []
    for folder in folders:
        pack = session.library.compiled(folder).pack
        if pack is not None:
            program = Program([as_active(pack)], session.kinds, session.tables)
            own = [rule for rule in pack.rules if (folder / f"{rule.slug}.yaml").is_file()]
            found += [_rule(session, folder, pack, program, rule) for rule in own]
    return found


def _rule(session: Session, folder: Path, pack: Pack, program: Program, rule: Rule) -> RuleCases:
    file = folder / f"{rule.slug}.yaml"
    beside = folder / f"{rule.slug}{SUFFIX}"
    tests = session.runner.load(beside)[0] if beside.is_file() else None
    document = read(file)
    doc = msgspec.convert(document.data, RuleDoc)
    places = {_key(version): versioning.place_of(doc, version) for version in rule.versions}
    touched: Counter[int] = Counter()
    for found in _touched(pack, program, rule, tests) if tests is not None else ():
        touched.update({places[version] for version in found})
    counted = tuple(
        VersionCases(
            versioning.first_day(version),
            versioning.day(version.known),
            version.hole is not None,
            document.marks["versions", place].line,
            touched[place],
        )
        for place, version in enumerate(doc.versions)
    )
    return RuleCases(rule.id, file, 0 if tests is None else len(tests.cases), counted)


def _touched(pack: Pack, program: Program, rule: Rule, tests: TestsDoc) -> Iterator[set[tuple[date, date | None]]]:
    """For each case the versions that its claim is checked by, and the holes that its days fall into."""
    for case in tests.cases:
        try:
            claim = make_claim(pack, tests, case)
        except msgspec.ValidationError:  # the case fails, and `payerbook test` says why
            continue
        known_on = versioning.day(case.known_on)
        plan = program.full_plan(claim, known_on)
        bounds = [*(step.bound for step in plan.steps), *(bound for bound, _ in plan.fixed)]
        gaps = [versions.on(rule, line.service_date, known_on) for line in claim.lines]
        holes = [gap.version for gap in gaps if isinstance(gap, versions.Gap) and gap.version.hole]
        yield {_key(version) for version in [*holes, *(bound.version for bound in bounds if bound.rule.id == rule.id)]}


def _key(version: Version) -> tuple[date, date | None]:
    return version.start, version.known


def as_data(rules: Sequence[RuleCases], base: Path) -> list[dict[str, object]]:
    """The coverage as JSON shows it, files relative to `base` where they lie below it."""
    return [
        {
            "rule": one.rule,
            "file": str(_near(one.file, base)),
            "cases": one.cases,
            "versions": [
                {"from": version.start, "known": version.known, "hole": version.hole, "line": version.line, "cases": version.cases}
                for version in one.versions
            ],
        }
        for one in rules
    ]


def lines(rules: Sequence[RuleCases], base: Path) -> Iterator[str]:
    """One line a pack, and below it one a version that no case touches, with its place."""
    packs: dict[str, list[RuleCases]] = {}
    for one in rules:
        packs.setdefault(one.rule.rpartition(".")[0], []).append(one)
    width = max((len(pack) for pack in packs), default=0)
    for pack, listed in packs.items():
        total = sum(len(one.versions) for one in listed)
        lost = sum(len(one.untouched) for one in listed)
        cases = sum(one.cases for one in listed)
        yield f"{pack:<{width}}  {len(listed)} rules, {cases} cases, {total - lost} of {total} versions touched"
        for one in listed:
            for version in one.untouched:
                known = f" (known {version.known})" if version.known else ""
                yield f"  {_near(one.file, base)}:{version.line}: {one.rule}: no case touches the version from {version.start}{known}"


def _near(file: Path, base: Path) -> Path:
    return file.relative_to(base) if file.is_relative_to(base) else file
