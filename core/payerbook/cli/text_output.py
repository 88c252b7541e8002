"""The report a biller reads: equal faults of many claims together, hardest first, then what could not be checked, then totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TextIO

from payerbook.api import Book
from payerbook.claim import Claim
from payerbook.cli import NOTICE, explain_output, fix_output
from payerbook.cli.fix_output import Shown
from payerbook.cli.grouped import Group, Grouped, needs
from payerbook.cli.output import More, Tally
from payerbook.cli.style import MARKS, count, fold, paint
from payerbook.errors import Problem
from payerbook.finding import Cited, Repair, Report, Suppression, at_risk
from payerbook.plugins import NotLoaded

CLAIMS = 25
"""Up to this many claims each get a line of their own."""


class TextOutput:
    """Collects groups while claims come in and prints at the end."""

    def __init__(self, out: TextIO, tally: Tally, book: Book) -> None:
        self._out = out
        self._tally = tally
        self._book = book
        self._grouped = Grouped()
        self._kept: Counter[tuple[str, Suppression]] = Counter()
        self._verdicts: list[str] = []

    def report(self, report: Report, claim: Claim, more: More) -> None:
        self._tally.add(report, claim)
        if more.fixed is not None and more.fixed.diff:
            self._fixed(report.claim_id, more.fixed)
        for line in () if more.explained is None else explain_output.lines(report.claim_id, more.explained):
            self._print(line)
        for kept in report.suppressed:
            self._kept[kept.finding.rule, kept.suppression] += 1
        self._grouped.add(report)
        if len(self._verdicts) <= CLAIMS:
            self._verdicts.append(_verdict(report, claim))

    def problem(self, problem: Problem) -> None:
        self._tally.problem(problem)

    def close(self, not_loaded: Sequence[NotLoaded]) -> None:
        if len(self._verdicts) <= CLAIMS:
            for line in self._verdicts:
                self._print(line)
        for group in self._grouped.groups():
            self._group(group)
        self._resolutions()
        self._unanswered()
        self._set_aside()
        self._totals(not_loaded)

    def _print(self, text: str = "") -> None:
        self._out.write(text + "\n")

    def _group(self, group: Group) -> None:
        first = group.first
        risk = f" · ${group.risk:,.2f} at risk" if group.risk else ""
        self._print()
        head = f"{MARKS[first.severity]}  {self._book.title(first.rule)}"
        self._print(paint(head, first.severity) + paint(f"  {count(group.places, 'time')}{risk}", "dim"))
        for message, places in group.messages.items():
            self._print(fold(message, f"  {places}: ", "      "))
        if group.others:
            self._print(paint(f"  and {group.others:,} more (--json lists all)", "dim"))
        for fix in group.fixes.values():
            self._print(fold(_fix(fix), "  Fix     ", "          "))
        for source in first.sources[: 1 if first.sources[0].grade in ("A", "A*") else 2]:
            self._print(paint(fold(_source(source), "  Source  ", "          "), "dim"))
            if source.url:
                self._print(paint(f"          {source.url}", "dim"))
        codes = f" · comes back as {', '.join(first.denials)}" if first.denials else ""
        effect = (
            ""
            if first.effect in (first.severity, "none")
            else f" · the payer's effect is {first.effect}; the evidence allows only {first.severity}"
        )
        self._print(paint(fold(f"{first.rule}{codes}{effect}", "  Rule    ", "          "), "dim"))

    def _resolutions(self) -> None:
        resolved = self._grouped.resolved()
        if not resolved:
            return
        self._print()
        self._print(paint("ANSWERED ON THE CLAIM", "bold") + "  a rule applies and the claim already carries what it asks for")
        for held in resolved:
            self._print(fold(f"{held.last.message} ({held.last.rule})", f"  {count(held.number, 'time')}: ", "      "))

    def _unanswered(self) -> None:
        unanswered = self._grouped.unanswered()
        if not unanswered:
            return
        self._print()
        self._print(paint("NOT CHECKED", "bold") + "  facts or tables are missing; these are not passes")
        for held in unanswered:
            like = " And others like it." if held.alike else ""
            paths = needs(held.first)
            wanted = f" Needs {', '.join(paths)}." if paths else ""
            rules = ", ".join(sorted(held.rules))
            lead = f"  {held.first.evidence}, {count(held.claims, 'claim')}: "
            self._print(fold(f"{held.first.message}{like}{wanted} ({rules})", lead, "      "))

    def _fixed(self, claim_id: str, shown: Shown) -> None:
        self._print(paint(f"FIXED  {claim_id}", "bold"))
        for line in fix_output.colored(shown.diff):
            self._print(line)
        for change in shown.changes:
            where = "" if change.line is None else f"line {change.line}: "
            self._print(paint(fold(f"{where}{action(change.action, change.value)}: {change.why} ({change.rule})", "  "), "dim"))

    def _set_aside(self) -> None:
        """What does not count because somebody said so: never a pass, so it is named."""
        tally = self._tally
        if self._kept:
            self._print()
            self._print(paint("SUPPRESSED", "bold") + "  findings that the baseline keeps; they do not count")
            for (rule, kept), number in sorted(self._kept.items(), key=lambda item: (item[0][0], item[0][1].expires, item[0][1].reason)):
                self._print(fold(f"{rule} until {kept.expires}: {kept.reason}", f"  {count(number, 'time')}: ", "      "))
        if tally.baseline is not None and tally.baseline.expired:
            self._print()
            self._print(paint("EXPIRED", "bold") + "  entries of the baseline whose last day is over; their findings count again")
            for entry in tally.baseline.expired:
                self._print(fold(f"{entry}, until {entry.expires}: {entry.reason}", "  ", "      "))
        if tally.left_out:
            self._print()
            self._print(paint("NOT ASKED FOR", "bold") + f"  {count(len(tally.left_out), 'rule')} left out; these are not passes")
            self._print(fold(", ".join(tally.left_out), "  "))

    def _totals(self, not_loaded: Sequence[NotLoaded]) -> None:
        tally = self._tally
        self._print()
        verdicts = [
            f"{tally.by_verdict[name]:,} {name}" for name in ("deny", "return", "review", "incomplete", "clean") if tally.by_verdict[name]
        ]
        risk = f" · ${tally.at_risk:,.2f} at risk" if tally.at_risk else ""
        bad = f" · {count(tally.errors, 'fault')} in the input, told on standard error" if tally.errors else ""
        self._print(paint(f"{count(tally.claims, 'claim')}: {', '.join(verdicts) or 'none read'}{risk}{bad}", "bold"))
        if tally.by_verdict["clean"]:
            missing = ", ".join(name for name in ("record", "chart") if tally.open_evidence[name])
            asked = " that was asked for" if tally.left_out else ""
            self._print(f"Clean means no rule on file{asked} objects{f'; not everything could be checked ({missing})' if missing else ''}.")
        if not_loaded:
            self._print(paint(f"NOT LOADED: {', '.join(lost.name for lost in not_loaded)}. Their payers went unchecked.", "deny"))
        self._print(paint(NOTICE, "dim"))


def _verdict(report: Report, claim: Claim) -> str:
    hard = sum(1 for finding in report.findings if finding.severity != "advice")
    parts = [count(hard, "finding")] if hard else []
    if risk := at_risk(report, claim):
        parts.append(f"${risk:,.2f} at risk")
    unanswered = [evidence for evidence, result in report.checked.items() if result == "unknown"]
    if unanswered:
        parts.append(f"not fully checked: {', '.join(unanswered)}")
    payer = report.payer or f"{report.payer_as_sent or 'no payer'} (not on file)"
    return f"{paint(f'{MARKS[report.verdict]:<11}', report.verdict)} {report.claim_id}  {payer}  {' · '.join(parts)}".rstrip()


_ACTIONS = {
    "add-modifier": "Add {value}",
    "remove-modifier": "Take {value} off",
    "replace-modifier": "Change the modifier: {value}",
    "replace-code": "Bill {value} instead",
    "change-units": "Set the units to {value}",
    "split-line": "Split the line",
    "merge-lines": "Put the units on one line",
    "remove-line": "Take the line out",
    "replace-diagnosis": "Correct the diagnosis",
    "change-pointer": "Correct the diagnosis pointer",
    "change-date": "Correct the date",
    "change-charge": "Set the total to {value}",
    "change-identifier": "Correct the number",
    "change-frequency-code": "Set the frequency code to {value}",
    "add-reference": "Add the payer's control number (REF F8)",
    "add-notice": "Add {value}",
    "obtain-authorization": "Get the authorization number",
    "document": "Complete the record",
    "verify": "Look it up",
    "appeal": "Appeal",
    "do-not-bill": "Do not bill it",
}


def action(name: str, value: str | None) -> str:
    """A fix in words."""
    text = _ACTIONS[name]
    return text.format(value=value.replace("=", " to ")) if value else text.replace(" to {value}", "").replace(" {value}", "")


def _fix(fix: Repair) -> str:
    return f"{action(fix.action, fix.value)} ({fix.why})."


def _source(source: Cited) -> str:
    parts = [source.title, source.section and f"section {source.section}", source.publisher, source.date, f"grade {source.grade}"]
    checked = f"checked {source.last_checked}" if source.last_checked else None
    return ", ".join(part for part in [*parts, source.edition, checked] if part)
