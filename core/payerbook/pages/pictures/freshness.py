"""When each payer's sources were last read: a bar from the first to the last day, with the days on which they are due again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from payerbook.pages.markup import esc, link
from payerbook.pages.pictures.frame import box, figure, text

_LINE, _LEFT, _WIDE = 18, 220, 480


class Bar(NamedTuple):
    """A payer with the address of its page, the first and the last day on which a source was read, and the days it holds."""

    name: str
    address: str
    first: date
    last: date
    holds: int


def picture(title: str, today: date, bars: Sequence[Bar]) -> str:
    """One line a payer, the one that is due first on top."""
    ordered = sorted(bars, key=lambda bar: (bar.first + timedelta(days=bar.holds), bar.name))
    begin = min((bar.first for bar in bars), default=today)
    end = max([bar.last + timedelta(days=bar.holds) for bar in bars], default=today)
    span = max((end - begin).days, 1)

    def at(day: date) -> float:
        return round(_LEFT + _WIDE * (day - begin).days / span, 1)

    height = _LINE * len(ordered) + 30
    drawing = [
        f'<path class="pb-now" d="M{at(today):g} 0V{height - 14}"/>',
        text(at(today), height - 2, f"today, {today}", "pb-small", anchor="middle"),
    ]
    for place, bar in enumerate(ordered):
        y, due = place * _LINE, bar.first + timedelta(days=bar.holds)
        read, kept = at(bar.last) - at(bar.first), at(due) - at(bar.last)
        hint = f"{bar.name}: read {bar.first} to {bar.last}, due again from {due}"
        drawing.append(text(_LEFT - 8, y + 13, _short(bar.name), "pb-small", anchor="end"))
        drawing.append(box(at(bar.last), y + 6, max(kept, 1), 5, "pb-kept", hint))
        drawing.append(box(at(bar.first), y + 3, max(read, 4), 11, "pb-read", hint))
    rows = [
        [link(bar.name, bar.address), *(esc(str(day)) for day in (bar.first, bar.last, bar.first + timedelta(days=bar.holds)))]
        for bar in ordered
    ]
    columns = ["Payer", "First source read", "Last source read", "First due again"]
    return figure("freshness", title, (_LEFT + _WIDE + 20, height), drawing, columns, rows)


def _short(name: str) -> str:
    return name if len(name) <= 34 else f"{name[:33]}…"
