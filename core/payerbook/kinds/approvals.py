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


def miss(item: Authorization, line: Line, claimed: Sequence[Line], undecided: bool = False) -> Miss | None:
    """Why the approval is not for the line; None when it is. A side that the approval does not say is no bound.

    `claimed` are the lines of the claim up to this one, itself included: each of their days that the approval is for uses one visit, and
    their units of the line's code use units. With `undecided` a request is enough that is not decided yet.
    """
    open_request = item.status in ("requested", "pending")
    if item.status not in ("approved", "partial") and not open_request:
        return Miss("undecided", {"status": item.status or "of unknown state"})
    if not _code(item, line):
        return Miss("other-code", {})
    if not _days(item, line.service_date):
        return Miss("other-days", {"first": item.from_, "last": item.to})
    own = [other for other in claimed if _code(item, other) and _days(item, other.service_date)]
    visits, units = len({other.service_date for other in own}), sum(other.units for other in own if other.code == line.code)
    if item.visits is not None and item.visits_used is not None and item.visits_used + visits > item.visits:
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
