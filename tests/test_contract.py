"""The published contract to the letter: its example claim gives its example finding, with every key that it shows.

The whole report stands in golden/contract-report.json; `PAYERBOOK_WRITE_GOLDEN=1 pytest tests/test_contract.py` writes it anew.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

import payerbook
from payerbook.claim import Claim
from payerbook.finding import Location
from payerbook.formats.claim_json import decode_claim

GOLDEN = Path(__file__).parent / "golden"
CLAIM = GOLDEN / "contract-claim.json"
REPORT = GOLDEN / "contract-report.json"
RULE = "medicare.part-b.discipline-modifier"

REPORT_KEYS = """schema_version claim_id payer verdict complete checked asked packs tables engine findings resolved unknown not_on_file
passed not_applicable payer_as_sent"""
FINDING_KEYS = """rule outcome severity effect topic category evidence line field location message facts fixes denials version date_basis
sources at_risk url"""
SOURCE_KEYS = "title publisher url section grade last_checked"
OPEN_KEYS = "rule line field evidence severity needs message sources"


@cache
def _report() -> dict[str, Any]:
    place = Location(file="batch.837", segment=31, byte=1184)
    report: dict[str, Any] = json.loads(payerbook.load().check(decode_claim(CLAIM.read_bytes()), locate=lambda index: place).json())
    return report


def _finding() -> dict[str, Any]:
    found = [finding for finding in _report()["findings"] if finding["rule"] == RULE]
    assert len(found) == 1
    return dict(found[0])


def _stable(report: dict[str, Any]) -> dict[str, Any]:
    """The report without what changes with every release and with every rule that is added."""
    packs = [{**pack, "version": "…", "digest": "sha256:…"} for pack in report["packs"]]
    tables = [{**table, "digest": "sha256:…"} for table in report["tables"]]
    return {**report, "engine": "…", "packs": packs, "tables": tables, "passed": "…", "not_applicable": "…"}


def test_the_example_claim_is_a_claim_and_keeps_every_value() -> None:
    def stated(value: Any) -> Any:
        """Values that say something; null is the same as absent, and a claim writes no line without modifiers."""
        if isinstance(value, dict):
            return {key: stated(inner) for key, inner in value.items() if inner is not None and inner != []}
        return [stated(inner) for inner in value] if isinstance(value, list) else value

    given = json.loads(CLAIM.read_text("utf-8"))
    kept = json.loads(msgspec.json.encode(decode_claim(CLAIM.read_bytes())))
    defaults = {"schema_version": "1", "claim_type": "professional"}
    assert stated({**defaults, **kept}) == stated(given)


def test_the_report_equals_the_golden_one() -> None:
    report = _stable(_report())
    if os.environ.get("PAYERBOOK_WRITE_GOLDEN"):
        REPORT.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    assert report == json.loads(REPORT.read_text("utf-8")), "PAYERBOOK_WRITE_GOLDEN=1 pytest tests/test_contract.py writes it anew"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("message", "97110 needs one of GP, GO, GN; the line has none."),
        ("outcome", "fail"),
        ("severity", "return"),
        ("effect", "return"),
        ("topic", "modifiers"),
        ("category", "coding"),
        ("evidence", "claim"),
        ("line", 1),
        ("field", "lines[0].modifiers"),
        ("location", {"file": "batch.837", "segment": 31, "byte": 1184}),
        ("facts", {"code": "97110", "modifiers": []}),
        ("fixes", [{"action": "add-modifier", "line": 1, "value": "GP", "safety": "ask", "why": "only if under a PT plan of care"}]),
        ("denials", ["CO-4"]),
        ("version", {"from": "2006-01-01", "to": None}),
        ("date_basis", "service-date"),
        ("at_risk", "90.00"),
        ("url", "/rules/medicare.part-b/modifiers/#discipline-modifier"),
    ],
)
def test_the_example_finding(key: str, value: object) -> None:
    assert _finding()[key] == value


def test_the_example_report() -> None:
    report = _report()
    assert (report["schema_version"], report["claim_id"], report["payer"], report["verdict"]) == ("1", "A1001", "medicare.part-b", "return")
    assert report["checked"]["claim"] == "return"
    assert report["checked"].keys() == {"claim", "table", "record", "chart"}
    assert (report["asked"]["known_on"], report["asked"]["today"]) == (None, None)
    assert [pack["id"] for pack in report["packs"]] == ["medicare.part-b", "common"]
    for used in (*report["packs"], *report["tables"]):
        assert re.fullmatch(r"sha256:[0-9a-f]{64}", used["digest"])


def test_every_key_of_the_contract_is_there() -> None:
    report = _report()
    assert set(REPORT_KEYS.split()) <= report.keys()
    for finding in (*report["findings"], *report["resolved"]):
        assert set(FINDING_KEYS.split()) <= finding.keys()
    for item in (*report["unknown"], *report["not_on_file"]):
        assert set(OPEN_KEYS.split()) <= item.keys()
    for item in (*report["findings"], *report["resolved"], *report["unknown"], *report["not_on_file"]):
        for source in item["sources"]:
            assert set(SOURCE_KEYS.split()) <= source.keys()


def test_a_table_is_named_with_its_window() -> None:
    line = {"service_date": "2024-08-15", "units": 1, "modifiers": ["GP"]}
    lines = [{**line, "code": code} for code in ("97535", "97164")]
    claim = msgspec.convert({"claim_id": "T", "payer": "medicare.part-b", "lines": lines}, Claim)
    tables = json.loads(payerbook.load().check(claim).json())["tables"]
    assert {"ncci-ptp-practitioner"} <= {table["id"] for table in tables}
    for table in tables:
        assert table.keys() == {"id", "window", "digest"}


def test_money_is_text_dates_are_iso_and_codes_stay_text() -> None:
    def walk(value: Any, path: str) -> None:
        assert not isinstance(value, float), f"{path} is a floating-point number"
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f"{path}.{key}")
        elif isinstance(value, list):
            for place, inner in enumerate(value):
                walk(inner, f"{path}[{place}]")

    walk(_report(), "report")
    assert re.fullmatch(r"\d+\.\d\d", _finding()["at_risk"])


PRIVATE = ("P1", "1950-03-02", "M54.50", "1234567893", "1245319599", "1003000126", "PA778")


def test_no_patient_data_in_messages() -> None:
    report = _report()
    for item in (*report["findings"], *report["resolved"], *report["unknown"], *report["not_on_file"]):
        for secret in PRIVATE:
            assert secret not in item["message"]
            assert secret not in json.dumps(item.get("facts", {}))
