"""Whether an approval on file is for a service: its status, codes, days, visits and units, and why it is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from payerbook.claim import Authorization, Line

Fault = Literal["undecided", "other-code", "other-days", "used-up", "pending"]
_NEAR: tuple[Fault, ...] = ("undecided", "other-code", "other-days", "used-up", "pending")
"""What keeps an approval from fitting, the nearest miss last."""


class Miss(NamedTuple):
    """Why an approval does not fit, with what a message says of it."""

    fault: Fault
    facts: dict[str, Any]


def miss(item: Authorization, line: Line, days: Sequence[date], units: Any, undecided: bool = False) -> Miss | None:
    """Why the approval is not for the line; None when it is. A side that the approval does not say is no bound.

    `days` are the treatment days of the claim up to the line's, each of which uses one visit, `units` what the claim uses with the line.
    With `undecided` a request is enough that is not decided yet.
    """
    open_request = item.status in ("requested", "pending")
    if item.status not in ("approved", "partial") and not open_request:
        return Miss("undecided", {"status": item.status or "of unknown state"})
    if not _code(item, line):
        return Miss("other-code", {})
    if not _days(item, line.service_date):
        return Miss("other-days", {"first": item.from_, "last": item.to})
    if item.visits is not None and item.visits_used is not None and item.visits_used + len(days) > item.visits:
        return Miss("used-up", {"number": item.visits, "unit": "visits"})
    if item.units is not None and item.units_used is not None and item.units_used + units > item.units:
        return Miss("used-up", {"number": item.units, "unit": "units"})
    return Miss("pending", {}) if open_request and not undecided else None


def nearest(misses: Sequence[Miss]) -> Miss | None:
    """The approval that comes closest to fitting."""
    return max(misses, key=lambda one: _NEAR.index(one.fault), default=None)


def _code(item: Authorization, line: Line) -> bool:
    return item.codes is None or line.code in item.codes


def _days(item: Authorization, day: date) -> bool:
    return (item.from_ is None or item.from_ <= day) and (item.to is None or day <= item.to)
