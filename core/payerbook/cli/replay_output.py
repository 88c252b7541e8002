"""What `replay` prints: changed claims as they come, and the totals at the end. Claims are named in text, table and JSON only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Protocol, TextIO

import msgspec

from payerbook.authoring.replay import Change, Replay, State
from payerbook.claim import SCHEMA_VERSION
from payerbook.cli import NOTICE
from payerbook.cli.output import plain
from payerbook.cli.style import count, fold, paint
from payerbook.errors import Problem
from payerbook.plugins import NotLoaded

_STYLES = {"worse": "deny", "better": "clean", "other": "review"}


class Output(Protocol):
    """A writer of what a replay finds."""

    def change(self, change: Change) -> None: ...
    def problem(self, problem: Problem) -> None: ...
    def close(self, not_loaded: Sequence[NotLoaded]) -> None: ...


def make(name: str, out: TextIO, replay: Replay, before: State, after: State, show: int) -> Output:
    """The writer of a format; `show` is how many claims text tells in full."""
    if name == "json":
        return _Json(out, replay, before, after)
    return _Text(out, replay, before, after, show) if name == "text" else _Lines(out, replay, before, after, name == "table")


def summary(replay: Replay) -> dict[str, Any]:
    """The totals as JSON shows them."""
    return {
        "claims": replay.claims,
        "of_other_payers": replay.untouched,
        "changed": sum(replay.directions.values()),
        "directions": {name: replay.directions[name] for name in ("worse", "better", "other")},
        "verdicts": [{"before": old, "after": new, "claims": number} for (old, new), number in sorted(replay.verdicts.items())],
        "rules": {rule: msgspec.to_builtins(replay.rules[rule]) for rule in sorted(replay.rules)},
        "newly_at_risk": str(replay.newly),
        "no_longer_at_risk": str(replay.no_longer),
    }


def _total(replay: Replay) -> str:
    changed = sum(replay.directions.values())
    ways = ", ".join(f"{replay.directions[name]:,} {name}" for name in ("worse", "better", "other") if replay.directions[name])
    others = f" ({count(replay.untouched, 'claim')} of other payers not checked)" if replay.untouched else ""
    dollars = f" · {_money(replay.newly)} newly at risk, {_money(replay.no_longer)} no longer" if changed else ""
    return f"{changed:,} of {count(replay.claims, 'claim')} changed" + (f": {ways}" if ways else "") + dollars + others


def _money(amount: Decimal) -> str:
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


class _Text:
    """The first changed claims in words, then the totals by rule."""

    def __init__(self, out: TextIO, replay: Replay, before: State, after: State, show: int) -> None:
        self._out = out
        self._replay = replay
        self._left = show
        self._more = 0
        self._say(f"{before.label} → {after.label}")

    def change(self, change: Change) -> None:
        if self._left <= 0:
            self._more += 1
            return
        self._left -= 1
        verdict = change.after if change.before == change.after else f"{change.before} → {change.after}"
        risk = change.at_risk_after - change.at_risk_before
        dollars = f"  {_money(risk)} at risk" if risk else ""
        self._say(f"\n{paint(change.direction, _STYLES[change.direction])}  {paint(change.claim_id, 'bold')}  {verdict}{dollars}")
        for shift in change.shifts:
            line = "" if shift.line is None else f" line {shift.line}"
            step = (
                f"{shift.before or 'nothing'} → {shift.after or 'nothing'}"
                if shift.before != shift.after
                else f"{shift.after}, other words"
            )
            self._say(fold(f"{step}: {shift.message}", f"  {shift.rule}{line}: ", "    "))

    def problem(self, problem: Problem) -> None:
        """Standard error has it already."""

    def close(self, not_loaded: Sequence[NotLoaded]) -> None:
        if self._more:
            self._say(f"\n{count(self._more, 'changed claim')} more (--show N tells more, --format table and --json tell all).")
        if self._replay.rules:
            self._say("")
        for row in _columns(_by_rule(self._replay)):
            self._say(row)
        self._say(f"\n{_total(self._replay)}\n{paint(NOTICE, 'dim')}")

    def _say(self, text: str) -> None:
        self._out.write(f"{text}\n")


class _Lines:
    """The table names every changed claim; Markdown shows totals alone, and no word of a claim."""

    def __init__(self, out: TextIO, replay: Replay, before: State, after: State, table: bool) -> None:
        self._out = out
        self._replay = replay
        self._table = table
        self._sides = (before, after)
        if table:
            out.write(f"{'':6} {'before':10} {'after':10} {'at risk':>12}  claim: rules\n")

    def change(self, change: Change) -> None:
        if self._table:
            risk = _money(change.at_risk_after - change.at_risk_before)
            rules = ", ".join(dict.fromkeys(shift.rule for shift in change.shifts))
            self._out.write(f"{change.direction:6} {change.before:10} {change.after:10} {risk:>12}  {change.claim_id}: {rules}\n")

    def problem(self, problem: Problem) -> None:
        """Standard error has it already."""

    def close(self, not_loaded: Sequence[NotLoaded]) -> None:
        if self._table:
            self._out.write(f"{_total(self._replay)}\n")
            return
        before, after = self._sides
        self._out.write(f"### Replay: `{before.label}` → `{after.label}`\n\n{_total(self._replay)}.\n")
        verdicts = [(old, new, f"{number:,}") for (old, new), number in sorted(self._replay.verdicts.items())]
        for rows in ([("before", "after", "claims"), *verdicts], list(_by_rule(self._replay))):
            if len(rows) > 1:
                self._out.write("\n" + "".join(f"{row}\n" for row in _markdown(rows)))


class _Json:
    """One JSON object, written as the claims come; only problems are kept until the end."""

    def __init__(self, out: TextIO, replay: Replay, before: State, after: State) -> None:
        self._out = out
        self._replay = replay
        self._errors: list[dict[str, Any]] = []
        self._written = 0
        sides = ",\n".join(f'"{name}": {_text(_side(one))}' for name, one in (("from", before), ("to", after)))
        out.write(f'{{"schema_version": "{SCHEMA_VERSION}",\n{sides},\n"changes": [')

    def change(self, change: Change) -> None:
        self._out.write((",\n" if self._written else "\n") + _text(change))
        self._written += 1

    def problem(self, problem: Problem) -> None:
        self._errors.append(plain(problem))

    def close(self, not_loaded: Sequence[NotLoaded]) -> None:
        rest = {"errors": self._errors, "summary": summary(self._replay), "not_loaded": list(not_loaded)}
        self._out.write("],\n" + ",\n".join(f'"{name}": {_text(value)}' for name, value in rest.items()) + "}\n")


def _side(state: State) -> dict[str, Any]:
    head = None if state.pack is None else state.pack.head
    about = (
        {"pack": None, "version": None, "digest": None}
        if head is None
        else {"pack": head.id, "version": head.version, "digest": head.digest}
    )
    return {"label": state.label, **about, "known_on": state.known_on}


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _by_rule(replay: Replay) -> Iterator[tuple[str, ...]]:
    """A row of totals for each rule, the most dollars first; the first row is the head."""
    if not replay.rules:
        return
    yield "rule", "worse", "better", "other", "at risk"
    for rule, total in sorted(replay.rules.items(), key=lambda item: (-abs(item[1].at_risk), item[0])):
        yield rule, f"{total.worse:,}", f"{total.better:,}", f"{total.other:,}", _money(total.at_risk)


def _columns(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Rows in columns: the first on the left, numbers on the right."""
    held = list(rows)
    wide = [max(map(len, column)) for column in zip(*held, strict=True)]
    for first, *rest in held:
        yield "  ".join([first.ljust(wide[0]), *(cell.rjust(width) for cell, width in zip(rest, wide[1:], strict=True))])


def _markdown(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    head, *body = rows
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in body:
        yield f"| {' | '.join(row)} |"
