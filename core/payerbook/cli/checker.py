"""The engine as the site's claim checker holds it: files and texts in, JSON and files out; nothing of a question is kept."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import msgspec

import payerbook
from payerbook.claim import Claim
from payerbook.cli import service
from payerbook.cli.fix_output import Shown
from payerbook.cli.output import More, Tally, make
from payerbook.cli.page_output import PageOutput
from payerbook.cli.text_output import action
from payerbook.errors import PayerbookError, Problem
from payerbook.finding import Report
from payerbook.formats.edits import WRITTEN
from payerbook.plugins import NotLoaded

Files = Sequence[tuple[str, bytes]]
"""Names and bytes of the files that are checked together."""


class Checker:
    """Answers the page. `payer` is a pack id or a name and overrides that of the claims, `today` is ISO text; None = not said."""

    def __init__(self, counted: Callable[[int], object] | None = None) -> None:
        """`counted` hears now and then how many claims of a question have gone by."""
        self._book = payerbook.load()
        self._counted = counted

    def check(self, files: Files, payer: str | None, today: str | None) -> str:
        """What the page shows, as JSON, or `refused`: what is wrong with the question."""
        tally, out = Tally(), io.StringIO()
        try:
            seen = service.feed(self._book, files, PageOutput(out, tally, self._book), **self._asked(payer, today))
        except PayerbookError as error:
            return msgspec.json.encode({"refused": str(error)}).decode()
        told = [{"name": one.name, "form": one.form, "claims": one.claims} for one in seen]
        return f'{{"files": {msgspec.json.encode(told).decode()}, "shown": {out.getvalue()}}}'

    def saved(self, format: str, files: Files, payer: str | None, today: str | None) -> str:
        """What `payerbook check --format FORMAT` prints for these files."""
        out = io.StringIO()
        service.feed(self._book, files, make(format, out, Tally(), self._book), **self._asked(payer, today))
        return out.getvalue()

    def repaired(self, files: Files, payer: str | None, today: str | None) -> tuple[str, list[bytes]]:
        """What `payerbook check --fix` does: for each file the claims that it changes and how, as JSON; and the repaired files.

        `kept` says that claims of the file's form are not changed.
        """
        made = _Repairs()
        seen = service.feed(self._book, files, made, fix=True, **self._asked(payer, today))
        bench = [one.workshop for one in seen if one.workshop is not None]
        changed = [
            {"name": one.name, "fixes": work.fixes, "kept": one.form is not None and one.form not in WRITTEN}
            for one, work in zip(seen, bench, strict=True)
        ]
        told = {"files": changed, "claims": made.claims}
        return msgspec.json.encode(told).decode(), [work.repaired() for work in bench]

    def _asked(self, payer: str | None, today: str | None) -> dict[str, Any]:
        return {"payer": payer, "today": None if today is None else date.fromisoformat(today), "counted": self._counted}


class _Repairs:
    """Gathers what is changed in each claim instead of writing reports."""

    def __init__(self) -> None:
        self.claims: list[dict[str, Any]] = []

    def report(self, report: Report, claim: Claim, more: More) -> None:
        if more.fixed is not None and more.fixed.changes:
            self.claims.append({"claim_id": report.claim_id, "diff": more.fixed.diff, "changes": _changes(more.fixed)})

    def problem(self, problem: Problem) -> None:
        """The page has told it when it checked."""

    def close(self, not_loaded: Sequence[NotLoaded]) -> None:
        """Nothing is left to write."""


def _changes(shown: Shown) -> list[dict[str, Any]]:
    return [{"line": change.line, "words": action(change.action, change.value), "why": change.why} for change in shown.changes]
