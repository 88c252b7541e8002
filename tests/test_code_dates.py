"""First and last years of codes, against the presence of each code in the CMS fee schedule files; diagnosis patterns, against the table."""

from __future__ import annotations

import csv
import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest

import payerbook
from payerbook.api import Book
from payerbook.claim import Claim, Line

ROOT = Path(__file__).parents[1]
HISTORY = ROOT.parent / "shared" / "facts" / "medicare" / "rvu_history_2019_2026.csv"
TABLE = ROOT / "policies" / "_datasets" / "icd-10-cm" / "codes.csv"
PAYER = "medicare.part-b"
DATED = tuple(f"{PAYER}.{name}" for name in ("codes-new", "codes-new-confirmed", "codes-deleted", "codes-ended-2024"))


@cache
def _book() -> Book:
    return payerbook.load()


def _out_of_date(code: str, day: date) -> bool:
    report = _book().check(Claim("C1", (Line(day, code, 1),), payer=PAYER))
    return any(finding.rule in DATED for finding in report.findings)


def test_codes_are_billable_in_the_years_of_the_files() -> None:
    if not HISTORY.is_file():
        pytest.skip("the folder shared/facts beside the checkout is absent")
    years: dict[str, set[int]] = {}
    with HISTORY.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            years.setdefault(row["code"], set()).add(int(row["year"]))
    wrong = [
        (code, day)
        for code, present in years.items()
        for year in range(2019, 2027)
        for day in (date(year, 1, 1), date(year, 12, 31))
        if _out_of_date(code, day) == (year in present)
    ]
    assert len(years) > 100
    assert wrong == []


@pytest.mark.parametrize(
    ("old", "last", "new"),
    [
        ("97532", date(2017, 12, 31), "G0515"),
        ("97762", date(2017, 12, 31), "97763"),
        ("96111", date(2018, 12, 31), "96112"),
        ("97127", date(2019, 12, 31), "97129"),
        ("G0515", date(2019, 12, 31), "97129"),
        ("90911", date(2019, 12, 31), "90912"),
        ("G2012", date(2024, 12, 31), "98016"),
    ],
)
def test_an_old_code_ends_and_its_successor_follows(old: str, last: date, new: str) -> None:
    following = date(last.year + 1, 1, 1)
    assert not _out_of_date(old, last)
    assert _out_of_date(old, following)
    assert not _out_of_date(new, following)
    report = _book().check(Claim("C1", (Line(following, old, 1),), payer=PAYER))
    assert new in {fix.value for finding in report.findings for fix in finding.fixes}


def _plain(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern.replace(".", "")).replace(r"\?", ".").replace(r"\$", "$"))


def test_every_diagnosis_pattern_stands_for_billable_codes() -> None:
    with TABLE.open(encoding="utf-8", newline="") as stream:
        codes = [row["code"] for row in csv.DictReader(stream) if not row["to"] or row["to"] >= "2025-10-01"]
    patterns: set[str] = set()
    for rule in _book().pack(PAYER).rules:
        for version in rule.versions:
            for pair in version.params.get("pairs", ()) if rule.kind == "diagnosis-pair" else ():
                patterns |= {pair["code"], *pair["others"]}
            patterns.update(version.params.get("codes", ()) if rule.kind == "diagnosis-detail" else ())
    assert patterns
    assert [pattern for pattern in sorted(patterns) if not any(_plain(pattern).match(code) for code in codes)] == []
