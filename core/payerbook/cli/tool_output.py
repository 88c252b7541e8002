"""What other programs read: SARIF, CSV for a spreadsheet, and annotations of GitHub."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from payerbook.api import Book, engine_version
from payerbook.claim import Claim
from payerbook.cli import github
from payerbook.cli.output import More, Tally
from payerbook.engine import gaps
from payerbook.errors import Problem
from payerbook.finding import Finding, Open, Report
from payerbook.formats.sarif import LEVELS, Results
from payerbook.plugins import NotLoaded

COLUMNS = ("claim_id", "payer", "line", "severity", "outcome", "rule", "message", "fix", "at_risk", "file", "place", "source")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class SarifOutput:
    """One SARIF log, written at the end."""

    def __init__(self, out: TextIO, tally: Tally, book: Book) -> None:
        self._out = out
        self._tally = tally
        rules = [rule for head in book.packs() for rule in book.pack(head.id).rules]
        self._results = Results([gaps.RULE, *rules])
        self._problems: list[Problem] = []

    def report(self, report: Report, claim: Claim, more: More) -> None:
        self._tally.add(report, claim)
        self._results.add(report, more.place)

    def problem(self, problem: Problem) -> None:
        self._tally.problem(problem)
        self._problems.append(problem)

    def close(self, not_loaded: Sequence[NotLoaded]) -> None:
        lost = [f"{one.name}: {one.reason}" for one in not_loaded]
        log = self._results.log(engine_version(), self._problems, lost, {"summary": self._tally.summary()})
        self._out.write(json.dumps(log, indent=1, ensure_ascii=False) + "\n")


class CsvOutput:
    """A row for each finding and for each check that could not be answered."""

    def __init__(self, out: TextIO, tally: Tally) -> None:
        self._rows = csv.writer(out, lineterminator="\n")
        self._rows.writerow(COLUMNS)
        self._tally = tally

    def report(self, report: Report, claim: Claim, more: More) -> None:
        self._tally.add(report, claim)
        for finding in report.findings:
            place = finding.location
            spot = "" if place is None else f"line {place.line}" if place.line is not None else f"byte {place.byte}"
            fixes = " or ".join(f"{fix.action} {fix.value or ''}".strip() for fix in finding.fixes)
            self._row(report, finding, [fixes, finding.at_risk, place.file if place is not None else None, spot])
        for kept in report.suppressed:
            why = f"kept until {kept.suppression.expires}: {kept.suppression.reason}"
            self._row(report, kept.finding, [why, None, None, None], outcome="suppressed")
        for item in (*report.unknown, *report.not_on_file):
            self._row(report, item, [None, None, None, None])

    def _row(self, report: Report, item: Finding | Open, rest: list[Any], outcome: str | None = None) -> None:
        source = item.sources[0].url if item.sources else None
        row = [report.claim_id, report.payer, item.line, item.severity, outcome or item.outcome, item.rule, item.message, *rest, source]
        self._rows.writerow(_cells(row))

    def problem(self, problem: Problem) -> None:
        self._tally.problem(problem)
        message = f"{problem.message} {problem.repair}"
        row = [problem.claim_id, None, None, None, "error", problem.code, message, None, None, problem.file, problem.place, None]
        self._rows.writerow(_cells(row))

    def close(self, not_loaded: Sequence[NotLoaded]) -> None:
        for lost in not_loaded:
            self._rows.writerow(_cells([None, None, None, None, "not-loaded", lost.name, lost.reason, *[None] * 5]))
        if self._tally.left_out:
            message = f"{len(self._tally.left_out)} rules were not asked for: {', '.join(self._tally.left_out)}"
            self._rows.writerow(_cells([None, None, None, None, "left-out", None, message, *[None] * 5]))


def _cells(values: Iterable[Any]) -> list[str]:
    """Text for a spreadsheet: nothing that it would run as a formula."""
    texts = ["" if value is None else str(value) for value in values]
    return [f"'{text}" if text.startswith(_FORMULA) else text for text in texts]


class GithubOutput:
    """One workflow command a finding, which GitHub shows beside the line of the file."""

    def __init__(self, out: TextIO, tally: Tally) -> None:
        self._out = out
        self._tally = tally

    def report(self, report: Report, claim: Claim, more: More) -> None:
        self._tally.add(report, claim)
        for finding in report.findings:
            place = finding.location
            where = {"file": place.file, "line": place.line} if place is not None else {}
            text = f"{report.claim_id}{'' if finding.line is None else f' line {finding.line}'}: {finding.message}"
            self._say(github.LEVELS[LEVELS[finding.severity]], {**where, "title": finding.rule}, text)

    def problem(self, problem: Problem) -> None:
        self._tally.problem(problem)
        where = {"file": problem.file, "line": problem.place.line if problem.place is not None else None, "title": problem.code}
        self._say("error", where, f"{problem.message} {problem.repair}")

    def close(self, not_loaded: Sequence[NotLoaded]) -> None:
        for lost in not_loaded:
            self._say("error", {"title": "NOT-LOADED"}, f"{lost.name}: {lost.reason}")
        tally = self._tally
        verdicts = ", ".join(f"{number} {name}" for name, number in tally.by_verdict.items())
        left = f" Not asked for: {', '.join(tally.left_out)}." if tally.left_out else ""
        open_ = f" {sum(tally.unknown.values())} checks could not be answered." if tally.unknown else ""
        self._say("notice", {"title": "payerbook"}, f"{tally.claims} claims: {verdicts or 'none read'}.{open_}{left}")

    def _say(self, level: str, where: dict[str, Any], text: str) -> None:
        self._out.write(github.annotation(level, where, text) + "\n")
