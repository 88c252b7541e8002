"""A value over time: one step for each period, with its amount written on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from payerbook.pages.markup import esc
from payerbook.pages.pictures.frame import box, figure, text

_WIDE, _HIGH, _LOW = 640, 150, 22
FEWEST = 3
"""Periods that make a picture; fewer are read faster in words."""


class Step(NamedTuple):
    """A value that stood from a day on, to a day (None = still)."""

    start: date
    end: date | None
    value: Decimal


def picture(title: str, today: date, steps: Sequence[Step], *, money: bool) -> str:
    """The steps in order of time; amounts start at zero, so heights can be compared."""
    first, last = steps[0].start, max(today, steps[-1].end or today)
    span, most = max((last - first).days, 1), max(step.value for step in steps)
    drawing = []
    for step in steps:
        x = _WIDE * (step.start - first).days / span
        width = _WIDE * ((step.end or last) - step.start).days / span
        height = float(step.value / most) * (_HIGH - 2 * _LOW) if most else 0
        y = _HIGH - _LOW - height
        words = _words(step.value, money)
        now = step.start <= today and (step.end is None or today <= step.end)
        hint = f"{step.start} to {step.end or 'today'}: {words}"
        drawing.append(
            box(round(x, 1), round(y, 1), round(max(width - 2, 1), 1), round(height, 1), "pb-step-now" if now else "pb-step", hint)
        )
        if width > 44:
            drawing.append(text(round(x + width / 2, 1), round(y - 5, 1), words, "pb-small", anchor="middle"))
        if width > 30:
            drawing.append(text(round(x + width / 2, 1), _HIGH - 6, str(step.start.year), "pb-small", anchor="middle"))
    drawing.append(f'<path class="pb-axis" d="M0 {_HIGH - _LOW}H{_WIDE}"/>')
    rows = [[esc(str(step.start)), esc(str(step.end or "–")), esc(_words(step.value, money))] for step in reversed(steps)]
    return figure("steps", title, (_WIDE, _HIGH), drawing, ["From", "To", "Value"], rows)


def _words(value: Decimal, money: bool) -> str:
    return f"${value:,.2f}" if money else f"{value.normalize():f}"
