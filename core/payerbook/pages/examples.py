"""Examples of a rule from its own test cases: a claim as a table, and what the engine says about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import msgspec

from payerbook.authoring.cases import SUFFIX, make_claim
from payerbook.authoring.documents import CaseDoc, TestsDoc
from payerbook.claim import Claim
from payerbook.engine.explain import Answer, explain
from payerbook.engine.ledger import Ledger, own_history
from payerbook.engine.program import Program
from payerbook.engine.render import line_number, message
from payerbook.engine.run import Payer, severity_rank
from payerbook.finding import Asked
from payerbook.pages.catalog import Catalog
from payerbook.pages.text import OUTCOME, chip, day, escape, table, title
from payerbook.policy import SEVERITIES, Pack, Rule

FIRST = ("service_date", "code", "modifiers", "units", "minutes")
"""Columns of a claim line that come first; the others follow in the order of the contract."""


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Example(NamedTuple):
    """One case: the claim, the claims before it, and what the rule answers."""

    case: CaseDoc
    claim: Claim
    before: tuple[Claim, ...]
    answer: Answer
    asked: Asked


class Examples:
    """Runs the cases of one pack's rules, as the tests of the pack do."""

    def __init__(self, catalog: Catalog, pack: Pack) -> None:
        self._runner = catalog.session.runner
        self._folder = catalog.folders[pack.head.id]
        self._pack = pack
        self._program = Program([pack], catalog.kinds, catalog.session.tables)

    def of(self, rule: Rule) -> list[Example]:
        """The first case of the rule that fails and the first that passes; none for a draft, a rule on hold, or without cases."""
        file = self._folder / f"{rule.slug}{SUFFIX}"
        tests = self._runner.load(file)[0] if file.is_file() and rule.status in ("active", "retired") else None
        if tests is None:
            return []
        chosen = (next((case for case in tests.cases if case.expect == outcome), None) for outcome in ("fail", "pass"))
        return [self._run(rule, tests, case) for case in chosen if case is not None]

    def _run(self, rule: Rule, tests: TestsDoc, case: CaseDoc) -> Example:
        claim = make_claim(self._pack, tests, case)
        alone = TestsDoc(rule=rule.id, cases=())  # what the cases of a file share is not part of the claims before them
        earlier_cases = [CaseDoc(f"{case.name} before {place + 1}", data, "pass") for place, data in enumerate(case.after)]
        before = tuple(make_claim(self._pack, alone, earlier) for earlier in earlier_cases)
        payer = Payer(self._pack.head.id if self._pack.head.payer else None, None, lambda other: other is None or other == claim.payer)
        history = own_history(claim)
        if before:
            ledger = Ledger(self._program.look_back)
            for earlier in before:
                ledger.add(earlier, claim.payer)
            history = ledger.before(claim)
        asked = Asked(_date(case.known_on), _date(case.today))
        return Example(case, claim, before, explain(self._program, claim, history, payer, asked)[rule.id], asked)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def render(example: Example) -> Iterator[str]:
    """The lines of an example."""
    outcome = example.answer.outcome
    name = example.case.name
    status = chip(OUTCOME[outcome], {"fail": "deny", "pass": "clean"}.get(outcome, ""))
    yield f"{status} {escape(name[:1].upper() + name[1:])}"
    yield ""
    for earlier in example.before:
        yield "Billed before, for the same patient:"
        yield ""
        yield from _claim(earlier)
    yield from _claim(example.claim)
    for bound, hit in example.answer.hits:
        line = line_number(example.claim, hit.line)
        severity = SEVERITIES[3 - severity_rank(bound, hit, example.asked)]
        where = "Claim" if line is None else f"Line {line}"
        yield f"> **{where}, {severity}:** {escape(message(bound, hit))}"
        for fix in hit.fixes:
            to = f" {fix.value}" if fix.value is not None else ""
            yield f"> <br>Possible fix: {escape(fix.action.replace('-', ' ') + to)}, {escape(fix.why)}."
        yield ""
    if outcome == "pass":
        yield "> Nothing is found."
        yield ""


def _claim(claim: Claim) -> Iterator[str]:
    """The lines of a claim as one table, and what else it carries as another."""
    lines: list[dict[str, Any]] = [msgspec.to_builtins(line) for line in claim.lines]
    given = [name for name in claim.lines[0].__struct_fields__ if name != "number" and any(name in line for line in lines)]
    columns = [*(name for name in FIRST if name in given), *(name for name in given if name not in FIRST)]
    rows = ([str(line_number(claim, place)), *(_cell(line.get(name)) for name in columns)] for place, line in enumerate(lines))
    yield from table(["Line", *(title(name) for name in columns)], rows)
    others = {name: value for name, value in msgspec.to_builtins(claim).items() if name not in ("claim_id", "payer", "lines")}
    rest = [row for name, value in others.items() for row in _flat(name, value)]
    if rest:
        yield from table(["Also on the claim", "Value"], rest)


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """One row per value, one per list; maps are walked through, and named by all their names."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(f"{path}.{name}", inner)
    else:
        yield ", ".join(map(title, path.removeprefix("context.").split("."))), _cell(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        if any(isinstance(item, dict) for item in value):
            return "<br>".join(_cell(item) for item in value)
        return escape(", ".join(map(str, value))) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {_cell(inner)}" for name, inner in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return day(value) if _DAY.fullmatch(str(value)) else escape(str(value))
