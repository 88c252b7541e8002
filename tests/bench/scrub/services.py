"""What the generator knows of therapy codes: who bills them, how their minutes count, what a unit costs, which pairs clash.

Taken from the facts of the field (CMS manuals, the NCCI tables), not asked of the engine that is being measured.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

TABLES = Path(__file__).parents[3] / "policies" / "_datasets"
Discipline = Literal["PT", "OT", "SLP"]
MODIFIER: dict[str, str] = {"PT": "GP", "OT": "GO", "SLP": "GN"}
ASSISTANT: dict[str, str] = {"PT": "CQ", "OT": "CO"}
TAXONOMY: dict[str, str] = {"PT": "225100000X", "OT": "225X00000X", "SLP": "235Z00000X"}
REVENUE: dict[str, str] = {"PT": "042", "OT": "043", "SLP": "044"}
BUCKET: dict[str, str] = {"PT": "PT+SLP", "OT": "OT", "SLP": "PT+SLP"}
THRESHOLD = {
    2018: 2010, 2019: 2040, 2020: 2080, 2021: 2110, 2022: 2150, 2023: 2230, 2024: 2330, 2025: 2410, 2026: 2480,
}  # fmt: skip


class Service(NamedTuple):
    """A code as a practice uses it: weight in the mix, charge and allowed dollars of a unit, highest units of a day."""

    weight: float
    charge: int
    allowed: str
    timed: bool = True
    most: int = 4
    remote: bool = False
    since: date = date(2018, 1, 1)
    brings: str | None = None


TREATMENTS: dict[str, dict[str, Service]] = {
    "PT": {
        "97110": Service(10, 60, "29.10", remote=True),
        "97112": Service(5, 65, "33.20", remote=True),
        "97140": Service(7, 55, "27.40"),
        "97530": Service(6, 70, "36.30", remote=True),
        "97116": Service(3, 55, "29.60", remote=True),
        "97535": Service(2, 65, "32.80", remote=True),
        "97542": Service(0.5, 60, "31.40", remote=True),
        "97035": Service(1, 30, "13.90", most=2),
        "97150": Service(1, 40, "17.60", timed=False),
        "97012": Service(0.7, 30, "14.20", timed=False),
        "97016": Service(0.7, 30, "11.70", timed=False),
        "G0283": Service(2, 28, "10.80", timed=False),
    },
    "OT": {
        "97530": Service(9, 70, "36.30"),
        "97535": Service(7, 65, "32.80"),
        "97110": Service(6, 60, "29.10"),
        "97140": Service(4, 55, "27.40"),
        "97112": Service(4, 65, "33.20"),
        "97533": Service(1, 80, "62.10"),
        "97542": Service(1, 60, "31.40"),
        "97018": Service(1, 25, "5.60", timed=False),
        "97129": Service(1, 50, "22.30", most=1, since=date(2020, 1, 1), brings="97130"),
    },
    "SLP": {
        "92507": Service(8, 150, "76.40", timed=False),
        "92526": Service(4, 160, "84.10", timed=False),
        "97129": Service(3, 50, "22.30", most=1, since=date(2020, 1, 1), brings="97130"),
        "92609": Service(1, 170, "98.20", timed=False),
    },
}
EVALUATIONS: dict[str, dict[str, Service]] = {
    "PT": {code: Service(weight, 170, "98.60", timed=False) for code, weight in (("97161", 5), ("97162", 3), ("97163", 1))},
    "OT": {code: Service(weight, 175, "99.80", timed=False) for code, weight in (("97165", 5), ("97166", 3), ("97167", 1))},
    "SLP": {
        "92523": Service(3, 300, "190.50", timed=False),
        "92522": Service(2, 200, "110.70", timed=False),
        "92524": Service(2, 190, "105.10", timed=False),
        "92610": Service(3, 180, "84.90", timed=False),
    },
}
REEVALUATION = {"PT": "97164", "OT": "97168"}
OTHERS = {
    "97130": Service(0, 50, "21.40", timed=False, most=3),
    "97164": Service(0, 120, "67.20", timed=False),
    "97168": Service(0, 120, "68.90", timed=False),
}
SERVICES: dict[str, Service] = {
    code: service for group in (OTHERS, *EVALUATIONS.values(), *reversed(TREATMENTS.values())) for code, service in group.items()
}
"""Every code; where disciplines share one, as PT uses it."""


def price(code: str, units: int) -> tuple[Decimal, Decimal]:
    """Charge and allowed amount of a line; codes that only errors bring in cost a round sum."""
    service = SERVICES.get(code)
    return (Decimal(service.charge * units), Decimal(service.allowed) * units) if service else (Decimal(50 * units), Decimal(25 * units))


def earned(minutes: Mapping[str, int]) -> dict[str, int] | None:
    """Units of 15-minute codes of a day by the 8-minute rule; None when left-over minutes tie and several answers are right."""
    total = sum(minutes.values())
    units = {code: spent // 15 for code, spent in minutes.items()}
    owed = (total + 7) // 15 - sum(units.values())
    by_rest = sorted(minutes, key=lambda code: -(minutes[code] % 15))
    if 0 < owed < len(by_rest) and minutes[by_rest[owed - 1]] % 15 == minutes[by_rest[owed]] % 15:
        return None
    for code in by_rest[:owed]:
        units[code] += 1
    return units


@cache
def _pairs(claim_type: str) -> dict[tuple[str, str], list[tuple[str, str]]]:
    file = TABLES / f"ncci-ptp-{'hospital' if claim_type == 'institutional' else 'practitioner'}" / "2024Q3.csv"
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found.setdefault((row["col1"], row["col2"]), []).append((row["indicator"], row["to"]))
    return found


def pair(one: str, other: str, claim_type: str, day: date) -> tuple[str, str, str] | None:
    """Column 1, column 2 and indicator of two codes in the NCCI table on file, None when it has no such pair for the day."""
    for order in ((one, other), (other, one)):
        for indicator, end in _pairs(claim_type).get(order, ()):
            if not end or day.isoformat() <= end:
                return (*order, indicator)
    return None


@cache
def most_units(code: str, claim_type: str) -> int | None:
    """The medically unlikely edit of a code, None when the table has no row."""
    file = TABLES / f"ncci-mue-{'hospital' if claim_type == 'institutional' else 'practitioner'}" / "2024Q3.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        return next((int(row["value"]) for row in csv.DictReader(stream) if row["code"] == code), None)
