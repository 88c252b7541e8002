"""Periods of days, months and years as payers count them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

YEARS = range(1900, 2200)
"""Years that a day on a claim can lie in: others are typing errors, and terms counted from them can leave the calendar."""


class Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A length of time. Years and months go by the calendar, days are counted one by one."""

    years: Annotated[int, Meta(ge=0)] = 0
    months: Annotated[int, Meta(ge=0)] = 0
    days: Annotated[int, Meta(ge=0)] = 0

    def __str__(self) -> str:
        parts = [f"{number} {unit if number != 1 else unit[:-1]}" for unit, number in msgspec.structs.asdict(self).items() if number]
        return " and ".join(parts) or "0 days"


def after(start: date, period: Period) -> date:
    """The day `period` after `start`; a day that its month does not have (31 April, 29 February) becomes the month's last."""
    months = start.month - 1 + period.months + 12 * period.years
    year, month = start.year + months // 12, months % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1])) + timedelta(days=period.days)


def business_days_after(start: date, number: int) -> date:
    """The day `number` business days (Monday to Friday) after `start`; public holidays count as business days, so it is never too late."""
    day = start
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day


def before(day: date, months: int) -> date:
    """The day `months` before `day`; a day that its month does not have becomes the month's last."""
    count = day.year * 12 + day.month - 1 - months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def business_days_before(start: date, number: int) -> date:
    """The day `number` business days (Monday to Friday) before `start`; public holidays count as business days."""
    day = start
    while number:
        day -= timedelta(days=1)
        number -= day.weekday() < 5
    return day
