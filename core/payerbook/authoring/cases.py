"""Runs the cases that stand beside the rules: `<rule>.test.yaml`, one claim and one expected outcome each."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from payerbook.authoring.bundle import Library
from payerbook.authoring.compiler import NOT_RULES
from payerbook.authoring.documents import CaseDoc, TestsDoc
from payerbook.authoring.faults import Fault
from payerbook.authoring.versioning import day
from payerbook.authoring.yamlfile import Document, read
from payerbook.claim import Claim
from payerbook.engine.explain import Answer, explain
from payerbook.engine.ledger import Ledger, own_history
from payerbook.engine.lifecycle import as_active
from payerbook.engine.program import Program
from payerbook.engine.render import line_number, message
from payerbook.engine.run import Payer, severity_rank
from payerbook.finding import Asked
from payerbook.kinds.base import Kind, Tables
from payerbook.policy import SEVERITIES, Pack

SUFFIX = ".test.yaml"


class CaseResult(NamedTuple):
    """One case: where it stands, what was said, and the differences from what was expected (none = it holds)."""

    file: Path
    rule: str
    name: str
    line: int
    expect: str
    outcome: str
    faults: tuple[str, ...]

    @property
    def id(self) -> str:
        pack, _, rule = self.rule.rpartition(".")
        return f"{pack}::{rule}::{self.name}"


class CaseRunner:
    """Runs test files against the packs of a library."""

    def __init__(self, library: Library, kinds: Mapping[str, Kind[Any]], tables: Tables) -> None:
        self._library = library
        self._kinds = kinds
        self._tables = tables

    def load(self, file: Path) -> tuple[TestsDoc | None, Document, list[Fault]]:
        """A test file with the faults of its form."""
        document = read(file)
        schemas = self._library.schemas
        faults = document.faults or list(schemas.faults("tests", document)) or list(schemas.claim_faults(document))
        if faults:
            return None, document, faults
        made = msgspec.convert(document.data, TestsDoc)
        slug = file.name.removesuffix(SUFFIX)
        wanted = f"{self._pack_id(file)}.{slug}"
        if not file.with_name(f"{slug}.yaml").is_file():
            lost = f"there is no rule file {slug}.yaml beside the tests; rename or remove them"
            return None, document, [document.fault(("rule",), lost, "PB021")]
        if made.rule != wanted:
            other = f"the tests stand beside the rule {wanted}, not {made.rule}; write {wanted}"
            return None, document, [document.fault(("rule",), other, "PB021")]
        return made, document, []

    def run(self, file: Path) -> Iterator[CaseResult]:
        """The result of every case of a file; a file that cannot be used gives one failed result per fault."""
        tests, document, faults = self.load(file)
        for fault in faults:
            yield CaseResult(
                file,
                self._pack_id(file) + "." + file.name.removesuffix(SUFFIX),
                fault.code,
                fault.line,
                "a usable file",
                "fault",
                (fault.text(),),
            )
        if tests is None:
            return
        pack = self._library.compiled(file.parent).pack
        if pack is None:
            lost = ("its pack does not compile; run lint first",)
            for place, case in enumerate(tests.cases):
                line = document.keys[("cases", place, "name")].line
                yield CaseResult(file, tests.rule, case.name, line, case.expect, "not loaded", lost)
            return
        alone = msgspec.structs.replace(pack, rules=tuple(rule for rule in pack.rules if rule.id == tests.rule))
        program = Program([as_active(alone)], self._kinds, self._tables)  # no rule looks at another, and one is quicker
        for place, case in enumerate(tests.cases):
            try:
                outcome, differences = judge(program, alone, tests, case)
            except msgspec.ValidationError as error:
                outcome, differences = "unreadable", [f"the claim does not fit the contract: {error}"]
            line = document.keys[("cases", place, "name")].line
            yield CaseResult(file, tests.rule, case.name, line, case.expect, outcome, tuple(differences))

    def _pack_id(self, file: Path) -> str:
        """The id that the pack's rules have: its own, or that of the pack it overrides, also where the pack does not compile."""
        compiled = self._library.compiled(file.parent)
        if compiled.pack is not None:
            return compiled.pack.head.rules_of
        head = read(file.parent / "pack.yaml").data
        overridden = head.get("overrides") if isinstance(head, dict) else None
        return overridden if isinstance(overridden, str) else compiled.id


def judge(program: Program, pack: Pack, tests: TestsDoc, case: CaseDoc) -> tuple[str, list[str]]:
    """The outcome of one case with the rules of a program, and the differences from what it expects (none = it holds).

    A claim that does not fit the contract raises `msgspec.ValidationError`.
    """
    claim = make_claim(pack, tests, case)
    if not case.each:
        return _judge(program, pack, tests, case, claim)
    outcomes: dict[str, None] = {}
    differences: list[str] = []
    for code in case.each:
        coded = msgspec.structs.replace(claim, lines=(msgspec.structs.replace(claim.lines[0], code=code), *claim.lines[1:]))
        outcome, found = _judge(program, pack, tests, case, coded)
        outcomes[outcome] = None
        differences += [f"{code}: {text}" for text in found]
    return ", ".join(outcomes), differences


def _judge(program: Program, pack: Pack, tests: TestsDoc, case: CaseDoc, claim: Claim) -> tuple[str, list[str]]:
    payer = Payer(pack.head.rules_of if pack.head.payer else None, None, lambda other: other is None or other == claim.payer)
    history = own_history(claim)
    if case.after:
        ledger = Ledger(program.look_back)
        for number, before in enumerate(case.after):
            ledger.add(_claim(pack, {"claim_id": f"{case.name} before {number + 1}", **before}), claim.payer)
        history = ledger.before(claim)
    asked = Asked(day(case.known_on), day(case.today))
    answer = explain(program, claim, history, payer, asked).get(tests.rule)
    if answer is None:
        return "absent", ["the rule is not active in its pack"]
    differences = list(_differences(claim, case, answer, asked))
    if case.says is not None:
        said = says(program, claim, tests.rule, asked.known_on)
        if said != case.says:
            differences.append(f"expected the rule to say {case.says!r}, it says {said!r}")
    return answer.outcome, differences


def says(program: Program, claim: Claim, rule: str, known_on: date | None) -> str:
    """A rule in words as it stands for a claim; nothing when no version of it looks at the claim or holds on its days."""
    for step in program.full_plan(claim, known_on).steps:
        if step.bound.rule.id == rule and step.gap is None:
            return step.bound.kind.sentence(step.bound.params)
    return ""


def make_claim(pack: Pack, tests: TestsDoc, case: CaseDoc) -> Claim:
    """The claim of a case: what the file's cases share, what the case adds, and the pack and case as payer and claim id."""
    return _claim(pack, {"claim_id": case.name, **merged(tests.claim, case.claim)})


def _claim(pack: Pack, data: dict[str, Any]) -> Claim:
    payer = {"payer": pack.head.rules_of} if pack.head.payer else {}
    return msgspec.convert({**payer, **data}, Claim)


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """A claim of a case over the claim that the cases of its file share: maps merge key by key, everything else is replaced."""
    made = dict(base)
    for key, value in over.items():
        made[key] = merged(made[key], value) if isinstance(value, dict) and isinstance(made.get(key), dict) else value
    return made


def _differences(claim: Claim, case: CaseDoc, answer: Answer, asked: Asked) -> Iterator[str]:
    if answer.outcome != case.expect:
        yield f"expected {case.expect}, got {answer.outcome}{_why(answer)}"
        return
    lines = sorted({number for _, hit in answer.hits if (number := line_number(claim, hit.line)) is not None})
    wanted = case.lines if case.lines is not None else None if case.line is None else (case.line,)
    if wanted is not None and sorted(wanted) != lines:
        yield f"expected on lines {list(wanted)}, got {lines}"
    for bound, hit in answer.hits[:1]:
        severity = SEVERITIES[3 - severity_rank(bound, hit, asked)]
        if case.severity is not None and case.severity != severity:
            yield f"expected severity {case.severity}, got {severity}"
        said = msgspec.to_builtins(hit.facts)
        for name, value in case.facts.items():
            if str(said.get(name)) != str(value):
                yield f"expected fact {name} = {value}, got {said.get(name)}"
        if case.message is not None and case.message != message(bound, hit):
            yield f"expected the message {case.message!r}, got {message(bound, hit)!r}"
        offered = {fix.action for fix in hit.fixes} | {f"{fix.action}={fix.value}" for fix in hit.fixes}
        if case.fix is not None and case.fix not in offered:
            yield f"expected the fix {case.fix}, offered: {', '.join(sorted(offered)) or 'none'}"


def _why(answer: Answer) -> str:
    return "".join(f" ({message(bound, hit)})" for bound, hit in answer.hits[:1])


def test_files(path: Path) -> list[Path]:
    """All test files below a folder; of a file, those that judge it: a rule's own, all of the pack for a file that all rules rest on,
    none for a file of no pack."""
    if path.is_dir():
        return sorted(path.rglob(f"*{SUFFIX}"))
    if path.name in NOT_RULES:
        return sorted(path.parent.glob(f"*{SUFFIX}"))
    beside = path.with_name(path.name.removesuffix(SUFFIX).removesuffix(".yaml") + SUFFIX)
    return [beside] if beside.is_file() and (path.parent / "pack.yaml").is_file() else []


def main(arguments: list[str]) -> int:
    """Runs the cases below the given paths (default: all bundled packs) and prints those that do not hold."""
    from payerbook.authoring.session import Session

    runner = Session([Path(argument) for argument in arguments]).runner
    failed = total = 0
    for path in [Path(argument) for argument in arguments]:
        for file in test_files(path):
            for result in runner.run(file):
                total += 1
                failed += bool(result.faults)
                print(
                    f"{'FAILED' if result.faults else 'passed'} {result.id}"
                    + "".join(f"\n   {result.file}:{result.line}: {fault}" for fault in result.faults)
                )
    print(f"{total - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
