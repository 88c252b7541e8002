"""Literal cases on both sides of each day on which a rule changes, with the outcomes that the engine gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, SequenceNode

from payerbook.authoring.cases import SUFFIX, make_claim, merged, says
from payerbook.authoring.documents import CaseDoc, TestsDoc
from payerbook.authoring.flow import flow
from payerbook.authoring.prove.domain import SIMPLEST, line, make
from payerbook.authoring.prove.proof import as_data
from payerbook.authoring.scaffold import header
from payerbook.authoring.schema import BASE_URL
from payerbook.authoring.session import Session
from payerbook.engine.explain import explain
from payerbook.engine.ledger import own_history
from payerbook.engine.lifecycle import as_active
from payerbook.engine.program import Program
from payerbook.engine.render import line_number, message
from payerbook.engine.run import Payer, severity_rank
from payerbook.engine.versions import cuts
from payerbook.errors import UsageError
from payerbook.finding import Asked
from payerbook.policy import BASIS_FIELDS, SEVERITIES, Pack, Rule

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_ONE = timedelta(days=1)
_WIDE = 140
_FILLED_IN = ("claim_id", "payer", "schema_version")
_PERSONAL = ("id", "group_number")


class Written(NamedTuple):
    """One case that was written: its name, and the outcome that the engine gave."""

    name: str
    outcome: str


def add(
    session: Session, folder: Path, rule_id: str, claim: Mapping[str, Any] | None = None, place: str = BASE_URL
) -> tuple[Path, list[Written]]:
    """Appends the missing boundary cases of a rule to its test file; gives the file and the cases.

    `claim` is the claim to move from day to day, in the words of the contract; without it the cases of the file that
    expect fail lend theirs. Every other byte of the file stays as it is. `place` is where a new file finds the
    schemas. Raises UsageError when the rule does not compile or no claim is
    at hand.
    """
    compiled = session.library.compiled(folder)
    rule = next((rule for rule in compiled.pack.rules if rule.id == rule_id), None) if compiled.pack is not None else None
    if compiled.pack is None or rule is None:
        reason = "its pack does not compile; run `payerbook lint` first" if compiled.pack is None else "its pack has no such rule"
        raise UsageError(f"No cases for {rule_id}: {reason}.")
    file = folder / f"{rule.slug}{SUFFIX}"
    tests = TestsDoc(rule=rule_id, cases=())
    if file.exists():
        made, _, faults = session.runner.load(file)
        if made is None:
            raise UsageError(f"{faults[0].text()}; repair the file first.")
        tests = made
    bases = _bases(tests, claim)
    program = Program([as_active(compiled.pack)], session.kinds, session.tables)
    cases = list(_cases(program, compiled.pack, rule, tests, bases, session.silent(rule)))
    if cases:
        _append(file, rule_id, cases, place)
    return file, [Written(case["name"], case["expect"]) for case in cases]


def plain_claim(rule: Rule) -> dict[str, Any]:
    """The simplest claim that a rule looks at: one line, one unit, and what its conditions ask for, served, received or processed on the
    rule's first day."""
    first = rule.versions[0]
    codes = [code for code in first.when.codes or (SIMPLEST,) if code not in first.when.not_codes]
    code = SIMPLEST if SIMPLEST in codes or not codes else codes[0]
    return as_data(make(None, rule, first, line(first, code, first.start)))


def _bases(tests: TestsDoc, claim: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The claims to move, without what cases fill in and without the numbers of people."""
    given = [claim] if claim is not None else [merged(tests.claim, case.claim) for case in tests.cases if case.expect == "fail"]
    if not given:
        raise UsageError(f"{tests.rule} has no case that expects fail; give a claim with --claim FILE.")
    return [_impersonal(one) for one in given]


def _impersonal(claim: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in claim.items() if name not in _FILLED_IN and value is not None}
    for person in ("patient", "subscriber"):
        if isinstance(kept.get(person), dict):
            kept[person] = {name: value for name, value in kept[person].items() if name not in _PERSONAL}
            if not kept[person]:
                del kept[person]
    return kept


def _cases(
    program: Program, pack: Pack, rule: Rule, tests: TestsDoc, bases: Sequence[dict[str, Any]], silent: bool
) -> Iterator[dict[str, Any]]:
    """For each turn of the rule the cases that the file does not have yet; of several claims the one that tells its two sides apart."""
    written = [merged(tests.claim, case.claim) for case in tests.cases]
    names = {case.name for case in tests.cases}
    for turn in sorted(cuts(rule)):
        sides = ((turn - _ONE, f"the day before {turn}"), (turn, f"from {turn}"))
        pairs = []
        for base in bases:
            start = anchor(rule, base)
            made = [(moved(base, day - start, day.year - start.year), name) for day, name in sides]
            pairs.append([_judged(program, pack, tests, CaseDoc(name=name, claim=one, expect="pass"), silent) for one, name in made])
        best = max(pairs, key=lambda pair: (pair[0]["expect"] != pair[1]["expect"], pair[1]["expect"] == "fail"))
        for case in best:
            whole = merged(tests.claim, case["claim"])
            if whole in written:
                continue
            written.append(whole)
            names.add(free := _free(case["name"], names))
            own = {key: value for key, value in case["claim"].items() if tests.claim.get(key) != value}
            yield {**case, "name": free, "claim": own}


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number behind it when another case has it."""
    return next(free for number in count(1) if (free := name if number == 1 else f"{name} ({number})") not in taken)


def anchor(rule: Rule, base: Mapping[str, Any]) -> date:
    """The date of the claim that chooses the version of the rule."""
    name = BASIS_FIELDS.get(rule.date_basis)
    try:
        if name is not None:
            return date.fromisoformat(str(base[name]))
        return min(date.fromisoformat(str(line["service_date"])) for line in base["lines"])
    except (KeyError, TypeError, ValueError):
        needed = name or "lines with service_date"
        raise UsageError(f"The version of {rule.id} is chosen by {rule.date_basis}; the claim needs {needed}, YYYY-MM-DD.") from None


def moved(value: Any, by: timedelta, years: int, key: str = "") -> Any:
    """A claim with all its dates moved by one length of time, and its accumulators' years with them; a birth date stays."""
    if isinstance(value, dict):
        return {name: moved(inner, by, years, name) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [moved(inner, by, years, key) for inner in value]
    if key == "year" and isinstance(value, int):
        return value + years
    if isinstance(value, str) and _DAY.match(value) and key != "birth_date":
        try:
            return (date.fromisoformat(value) + by).isoformat()
        except (ValueError, OverflowError):  # no day of the calendar; the contract's reader says so
            return value
    return value


def _judged(program: Program, pack: Pack, tests: TestsDoc, case: CaseDoc, silent: bool) -> dict[str, Any]:
    """The case as it is written: with the outcome, for a failure its line, severity and sentence, and for a rule that finds nothing what
    it says."""
    try:
        claim = make_claim(pack, tests, case)
    except msgspec.ValidationError as error:
        raise UsageError(f"The claim does not fit the contract: {error}.") from None
    payer = Payer(pack.head.rules_of if pack.head.payer else None, None, lambda other: other is None or other == claim.payer)
    asked = Asked(None, None)
    answer = explain(program, claim, own_history(claim), payer, asked).get(tests.rule)
    assert answer is not None
    made: dict[str, Any] = {"name": case.name, "claim": case.claim, "expect": answer.outcome}
    if answer.outcome == "fail":
        lines = sorted({number for _, hit in answer.hits if (number := line_number(claim, hit.line)) is not None})
        if lines:
            made.update({"line": lines[0]} if len(lines) == 1 else {"lines": lines})
        bound, hit = answer.hits[0]
        made["severity"] = SEVERITIES[3 - severity_rank(bound, hit, asked)]
        made["message"] = message(bound, hit)
    if silent:
        made["says"] = says(program, claim, tests.rule, None)
    return made


def _append(file: Path, rule: str, cases: list[dict[str, Any]], place: str) -> None:
    """Puts cases at the end of the list of a test file, which is made when it is absent."""
    if not file.exists():
        file.write_text(header("tests", place) + f"rule: {rule}\ncases:\n" + _text(cases, 2), "utf-8")
        return
    text = file.read_text("utf-8")
    node = YAML(typ="safe", pure=True).compose(text)
    assert isinstance(node, MappingNode)
    at = next(number for number, (key, _) in enumerate(node.value) if key.value == "cases")
    listed = node.value[at][1]
    if not isinstance(listed, SequenceNode) or listed.flow_style:
        raise UsageError(f"{file}: cases stand on one line; write them one below the other, each with a dash, then try again.")
    rows = text.splitlines(keepends=True)
    end = node.value[at + 1][0].start_mark.line if at + 1 < len(node.value) else len(rows)
    while at + 1 < len(node.value) and rows[end - 1].startswith(("#", "\n")):
        end -= 1
    before = "".join(rows[:end])
    file.write_text(
        before + ("" if before.endswith("\n") else "\n") + _text(cases, listed.start_mark.column) + "".join(rows[end:]), "utf-8"
    )


def _text(cases: list[dict[str, Any]], indent: int) -> str:
    """Cases as items of a list; a claim that is too long for a line has one line a key."""
    lines = []
    for case in cases:
        lead = " " * indent + "- "
        for name, value in case.items():
            line = f"{lead}{name}: {flow(value)}\n"
            lead = " " * (indent + 2)
            if name == "claim" and len(line) > _WIDE:
                line = f"{lead}claim:\n" + "".join(f"{lead}  {key}: {flow(part)}\n" for key, part in value.items())
            lines.append(line)
    return "".join(lines)
