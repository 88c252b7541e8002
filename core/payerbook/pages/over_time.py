"""Numbers of a rule through its versions, where a picture says more than the list: amounts by year, limits that were raised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from payerbook.engine.versions import closed
from payerbook.pages.pictures.steps import FEWEST, Step
from payerbook.pages.text import title
from payerbook.policy import Rule

_AMOUNT = re.compile(r"\d+\.\d\d")


def numbers(rule: Rule) -> Iterator[tuple[str, list[Step], bool]]:
    """Each setting with a number that took at least two values in at least three periods: its name, its steps, whether it is dollars."""
    spans = sorted((span for span in closed(rule) if not span[2].hole), key=lambda span: (span[0], span[2].known or span[0]))
    latest = {start: (end, version) for start, end, version in spans}  # of two editions of a period the later published one counts
    found: dict[str, list[Step]] = {}
    for start, (end, version) in latest.items():
        for name, value in _values(version.params):
            found.setdefault(name, []).append(Step(start, end, value))
    for name, taken in found.items():
        if len(taken) >= FEWEST and len({step.value for step in taken}) > 1:
            yield title(name), taken, "amount" in name or "dollars" in name


def _values(params: dict[str, Any]) -> Iterator[tuple[str, Decimal]]:
    """Numbers among the settings, and those of a list's named members: `buckets: [{name: PT, amount: ...}]` -> PT, amount."""
    for name, value in params.items():
        if isinstance(value, (list, tuple)):
            for member in value:
                if isinstance(member, dict) and "name" in member:
                    yield from ((f"{member['name']}, {inner}", number) for inner, number in _values(member))
        elif (number := _number(value)) is not None:
            yield name, number


def _number(value: Any) -> Decimal | None:
    """A count, or an amount, which is text with two decimals; other text with digits is a code."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return Decimal(value) if isinstance(value, str) and _AMOUNT.fullmatch(value) else None
