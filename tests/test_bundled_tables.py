"""What the bundled tables say, against the facts that they were made from."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dated_tables import BUNDLED, MANIFESTS, bundled, compiled
from payerbook.authoring.datasets import check_manifest, read_table
from payerbook.datasets import Table, Tables

FACTS = Path(__file__).parents[2] / "shared" / "facts" / "ncci"


@pytest.fixture(scope="module")
def tables() -> Tables:
    return bundled()


@pytest.fixture(scope="module")
def icd(tables: Tables) -> Table:
    return tables.get("icd-10-cm")


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_bundled_manifests_are_in_order(path: Path) -> None:
    assert check_manifest(path) == []


def test_every_folder_has_a_manifest() -> None:
    assert {path.name for path in BUNDLED.iterdir() if path.is_dir()} == {path.parent.name for path in MANIFESTS}


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_every_window_cites_a_source_of_its_grade(path: Path) -> None:
    for window in Tables((compiled(path), BUNDLED)).get(path.parent.name).windows:
        assert window.grade in {source.grade for source in window.sources}
        assert all(source.url and source.last_checked for source in window.sources)


def billable(icd: Table, code: str, on: str) -> bool:
    day = date.fromisoformat(on)
    window = icd.covering(day)
    assert window is not None
    return bool(window.rows_on(day, code))


@pytest.mark.parametrize(
    ("code", "last", "first"),
    [
        ("M545", "2021-09-30", None),
        ("M5450", None, "2021-10-01"),
        ("M5136", "2024-09-30", None),
        ("M51360", None, "2024-10-01"),
        ("M6285", None, "2024-10-01"),
        ("G35", "2025-09-30", None),
        ("G35B1", None, "2025-10-01"),
        ("S301XXA", "2025-09-30", None),
        ("QA00101", None, "2025-10-01"),
        ("M722", "2026-09-30", None),
        ("M7221", None, "2026-10-01"),
        ("M67A01", None, "2026-10-01"),
        ("U071", None, "2020-04-01"),
        ("M358", "2020-12-31", None),
        ("M3581", None, "2021-01-01"),
        ("Z283", "2022-03-31", None),
        ("Z28310", None, "2022-04-01"),
        ("Z591", "2023-03-31", None),
        ("Z5910", None, "2023-04-01"),
        ("Z91110", None, "2022-10-01"),
    ],
)
def test_diagnosis_codes_begin_and_end_on_their_days(icd: Table, code: str, last: str | None, first: str | None) -> None:
    edge = date.fromisoformat(last) + timedelta(days=1) if last else date.fromisoformat(first or "")
    before, after = (edge - timedelta(days=1)).isoformat(), edge.isoformat()
    assert billable(icd, code, before) is bool(last)
    assert billable(icd, code, after) is bool(first)


def test_a_diagnosis_code_that_needs_more_characters(icd: Table) -> None:
    window = icd.covering(date(2026, 3, 2))
    assert window is not None
    assert window.rows("M255") == ()
    row = window.starts("M255")
    assert row is not None
    assert row[0].startswith("M255")
    assert window.starts("M99999") is None
    assert window.knows("M255")


def test_an_unlisted_diagnosis_code_of_2027_is_not_known_to_be_wrong(icd: Table) -> None:
    window = icd.covering(date(2026, 10, 1))
    assert window is not None
    assert (window.id, window.grade) == ("FY2027", "B")
    assert not window.knows("T52812A")


def test_diagnosis_windows_leave_no_gap(icd: Table) -> None:
    for earlier, later in zip(icd.windows, icd.windows[1:], strict=False):
        assert earlier.end == later.start - timedelta(days=1)
    assert icd.covering(date(2018, 9, 30)) is None


def test_diagnosis_table_holds_code_numbers_only() -> None:
    row = re.compile(r"[A-Z][0-9A-Z]{2,6},(\d{4}-\d\d-\d\d)?,(\d{4}-\d\d-\d\d)?")
    lines = (BUNDLED / "icd-10-cm" / "codes.csv").read_text(encoding="ascii").splitlines()[1:]
    assert all(row.fullmatch(line) for line in lines)


def test_code_pairs_differ_between_the_two_tables(tables: Tables) -> None:
    on = date(2024, 8, 1)
    indicators = {}
    for name in ("practitioner", "hospital"):
        window = tables.get(f"ncci-ptp-{name}").covering(on)
        assert window is not None
        indicators[name] = [window.rows_on(on, *pair)[0][2] for pair in (("92526", "97032"), ("97161", "97750"), ("97150", "97110"))]
        assert window.rows_on(on, "97530", "97116") == ()
        assert window.rows("97530", "97116")[0][4] == "2019-12-31"
    assert indicators == {"practitioner": ["0", "0", "1"], "hospital": ["1", "1", "1"]}


def test_unit_limits_differ_between_the_two_tables(tables: Tables) -> None:
    found = {}
    for name in ("practitioner", "hospital"):
        window = tables.get(f"ncci-mue-{name}").windows[0]
        found[name] = [window.rows(code)[0][1] for code in ("97110", "97112", "97150", "97010")]
        assert not window.knows("99213")
    assert found == {"practitioner": ["6", "4", "1", "0"], "hospital": ["8", "6", "2", "1"]}


# Comparison with the facts that the tables were made from


def facts(name: str) -> list[dict[str, Any]]:
    if not FACTS.is_dir():
        pytest.skip("the collected facts are not beside the checkout")
    with (FACTS / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


SERVICES = [("practitioner", "practitioner"), ("hospital", "outpatient_hospital")]


@pytest.mark.parametrize(("name", "service"), SERVICES)
def test_code_pairs_are_those_of_the_facts(name: str, service: str) -> None:
    wanted = {
        (
            fact["column1"],
            fact["column2"],
            fact["modifier_indicator"],
            fact["effective_date"],
            fact["deletion_date"],
            fact["effective_not_before"],
            fact["rationale_class"],
        )
        for fact in facts("ptp.csv")
        if fact["table"] == service and fact["modifier_indicator"] != "9"
    }
    assert set(read_table(BUNDLED / f"ncci-ptp-{name}" / "2024Q3.csv")) == wanted


@pytest.mark.parametrize(("name", "service"), SERVICES)
def test_unit_limits_are_those_of_the_facts(name: str, service: str) -> None:
    wanted = {
        (fact["code"], fact["value"], fact["mai"], fact["rationale_class"])
        for fact in facts("mue.csv")
        if fact["service_type"] == service and fact["grade"] == "A*"
    }
    assert set(read_table(BUNDLED / f"ncci-mue-{name}" / "2024Q3.csv")) == wanted


def test_changes_of_2027_are_those_of_the_facts(icd: Table) -> None:
    window = icd.windows[-1]
    for fact in facts("icd10_fy2027_changes.csv"):
        ends = [row[2] for row in window.rows(fact["code"].replace(".", ""))]
        begins = [row[1] for row in window.rows(fact["code"].replace(".", ""))]
        if fact["change"] == "added_billable":
            assert begins == ["2026-10-01"]
        elif fact["change"] in ("deleted", "billable_to_category"):
            assert ends == [fact["last_valid_date"]]
        else:
            assert ends == [""]
