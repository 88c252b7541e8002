"""What `check` prints: one writer per format, all fed with the same reports and problems, and the totals they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, TextIO

import msgspec

from payerbook.api import Book
from payerbook.claim import Claim
from payerbook.cli.fix_output import Shown
from payerbook.engine.baseline import Baseline
from payerbook.engine.explain import Explained
from payerbook.errors import Problem
from payerbook.finding import Location, Report, at_risk
from payerbook.plugins import NotLoaded


class Tally:
    """Totals over all claims: the `summary` of the contract."""

    def __init__(self) -> None:
        self.claims = 0
        self.errors = 0
        self.unreadable = 0
        self.found = False
        self.by_verdict: Counter[str] = Counter()
        self.by_severity: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self.open_evidence: Counter[str] = Counter()
        self.at_risk = Decimal(0)
        self.suppressed: Counter[str] = Counter()
        self.baseline: Baseline | None = None
        self.left_out: tuple[str, ...] = ()

    def add(self, report: Report, claim: Claim) -> None:
        self.claims += 1
        self.by_verdict[report.verdict] += 1
        for finding in report.findings:
            self.by_severity[finding.severity] += 1
            self.found = self.found or finding.severity != "advice"
        for item in (*report.unknown, *report.not_on_file):
            self.unknown[item.rule] += 1
            self.open_evidence[item.evidence] += 1
        for kept in report.suppressed:
            self.suppressed[kept.finding.rule] += 1
        self.at_risk += at_risk(report, claim)

    def problem(self, problem: Problem) -> None:
        self.errors += 1
        self.unreadable += problem.claim_lost

    def summary(self) -> dict[str, Any]:
        return {
            "claims": self.claims,
            "unreadable": self.unreadable,
            "errors": self.errors,
            "by_verdict": {name: self.by_verdict[name] for name in ("deny", "return", "review", "incomplete", "clean")},
            "by_severity": {name: self.by_severity[name] for name in ("deny", "return", "review", "advice")},
            "unknown": dict(sorted(self.unknown.items())),
            "at_risk": str(self.at_risk),
            "suppressed": dict(sorted(self.suppressed.items())),
            "deselected": list(self.left_out),
            "baseline": None if self.baseline is None else _standing(self.baseline),
        }


def _standing(baseline: Baseline) -> dict[str, Any]:
    """The day on which entries were judged, and those that no longer count or that nothing needed."""
    return {
        "on": baseline.on.isoformat(),
        "expired": msgspec.to_builtins(baseline.expired),
        "unused": msgspec.to_builtins(baseline.unused),
    }


class More(NamedTuple):
    """What stands beside a report: the claim's place in its file, every rule explained, and the safe fixes made; None = not asked for."""

    place: Location | None = None
    explained: tuple[Explained, ...] | None = None
    fixed: Shown | None = None

    def json(self) -> str:
        """Further keys of a report's JSON object, each with a comma before it."""
        made = "" if self.explained is None else f',"explain":{_text(self.explained)}'
        return made if self.fixed is None else f'{made},"fixed":{_text(self.fixed)}'


class Output(Protocol):
    """A writer of check results."""

    def report(self, report: Report, claim: Claim, more: More) -> None: ...
    def problem(self, problem: Problem) -> None: ...
    def close(self, not_loaded: Sequence[NotLoaded]) -> None: ...


def make(name: str, out: TextIO, tally: Tally, book: Book) -> Output:
    """The writer of a format."""
    if name == "json":
        return JsonOutput(out, tally)
    if name == "jsonl":
        return JsonLinesOutput(out, tally)
    if name in ("sarif", "csv", "github"):
        from payerbook.cli.tool_output import CsvOutput, GithubOutput, SarifOutput

        return SarifOutput(out, tally, book) if name == "sarif" else CsvOutput(out, tally) if name == "csv" else GithubOutput(out, tally)
    from payerbook.cli.text_output import TextOutput

    return TextOutput(out, tally, book)


def plain(problem: Problem) -> dict[str, Any]:
    """A problem as the contract shows it."""
    place = msgspec.to_builtins(problem.place) if problem.place is not None else {}
    return {
        "code": problem.code,
        "file": problem.file,
        "place": {name: place.get(name) for name in ("segment", "line", "column", "byte", "path")},
        "claim_id": problem.claim_id,
        "message": problem.message,
        "repair": problem.repair,
    }


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


class JsonOutput:
    """One JSON object, written as the claims come; only problems are kept until the end."""

    def __init__(self, out: TextIO, tally: Tally) -> None:
        self._out = out
        self._tally = tally
        self._errors: list[dict[str, Any]] = []
        self._written = 0

    def report(self, report: Report, claim: Claim, more: More) -> None:
        self._out.write(",\n" if self._written else '{"reports": [\n')
        self._out.write(report.json().decode()[:-1] + more.json() + "}")
        self._written += 1
        self._tally.add(report, claim)

    def problem(self, problem: Problem) -> None:
        self._errors.append(plain(problem))
        self._tally.problem(problem)

    def close(self, not_loaded: Sequence[NotLoaded]) -> None:
        self._out.write("\n]" if self._written else '{"reports": []')
        self._out.write(
            f',\n"errors": {_text(self._errors)},\n"summary": {_text(self._tally.summary())},\n"not_loaded": {_text(list(not_loaded))}}}\n'
        )


class JsonLinesOutput:
    """One JSON object a line, each with its `type`: report, error, and a summary at the end."""

    def __init__(self, out: TextIO, tally: Tally) -> None:
        self._out = out
        self._tally = tally

    def report(self, report: Report, claim: Claim, more: More) -> None:
        self._out.write('{"type":"report",' + report.json().decode()[1:-1] + more.json() + "}\n")
        self._tally.add(report, claim)

    def problem(self, problem: Problem) -> None:
        self._out.write(_text({"type": "error", **plain(problem)}) + "\n")
        self._tally.problem(problem)

    def close(self, not_loaded: Sequence[NotLoaded]) -> None:
        self._out.write(_text({"type": "summary", **self._tally.summary(), "not_loaded": list(not_loaded)}) + "\n")
