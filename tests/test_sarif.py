"""`--format sarif|csv|github`: what other programs read, with the structure that SARIF 2.1.0 asks for and no patient data."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from payerbook.cli import main

SAMPLE = Path(__file__).parents[1] / "samples" / "batch-837p.x12"
SECRET = "SECRET-PATIENT"
CLAIM = {
    "claim_id": "=S1",
    "payer": "medicare.part-b",
    "patient": {"id": SECRET, "birth_date": "1950-03-02"},
    "diagnoses": ["M54.50"],
    "lines": [{"number": 1, "service_date": "2026-01-15", "code": "97110", "units": 2, "minutes": 30, "charge": "90.00"}],
}

_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}, "additionalProperties": False}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_LOCATION = {
    "type": "object",
    "properties": {
        "logicalLocations": {"type": "array", "items": {"type": "object", "required": ["fullyQualifiedName"]}},
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {"type": "object", "required": ["uri"]},
                "region": {
                    "type": "object",
                    "properties": {
                        "startLine": {"type": "integer", "minimum": 1},
                        "startColumn": {"type": "integer", "minimum": 1},
                        "byteOffset": {"type": "integer", "minimum": 0},
                        "byteLength": {"type": "integer", "minimum": 0},
                    },
                    "additionalProperties": False,
                },
            },
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
_RULE = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "shortDescription": _TEXT,
        "fullDescription": _TEXT,
        "help": _TEXT,
        "helpUri": {"type": "string", "pattern": "^https?://"},
        "defaultConfiguration": {"type": "object", "properties": {"level": _LEVEL}, "additionalProperties": False},
        "properties": {"type": "object", "properties": {"tags": {"type": "array", "uniqueItems": True, "items": {"type": "string"}}}},
    },
    "additionalProperties": False,
}
_RESULT = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
        "level": _LEVEL,
        "message": _TEXT,
        "locations": {"type": "array", "items": _LOCATION},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "suppressions": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "type": "object",
                "required": ["kind"],
                "properties": {
                    "kind": {"enum": ["inSource", "external"]},
                    "status": {"enum": ["accepted", "underReview", "rejected"]},
                    "justification": {"type": "string"},
                },
                "additionalProperties": False,
            },
        },
        "properties": {"type": "object"},
    },
    "additionalProperties": False,
}
_NOTICE = {
    "type": "object",
    "required": ["message"],
    "properties": {"message": _TEXT, "level": _LEVEL, "descriptor": {"type": "object", "required": ["id"]}, "locations": {"type": "array"}},
    "additionalProperties": False,
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "version": {"type": "string"},
                                    "rules": {"type": "array", "uniqueItems": True, "items": _RULE},
                                },
                                "additionalProperties": False,
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "invocations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["executionSuccessful"],
                            "properties": {
                                "executionSuccessful": {"type": "boolean"},
                                "toolExecutionNotifications": {"type": "array", "items": _NOTICE},
                            },
                            "additionalProperties": False,
                        },
                    },
                    "results": {"type": "array", "items": _RESULT},
                    "properties": {"type": "object"},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
"""The parts of the OASIS schema of SARIF 2.1.0 that payerbook writes, in its own words: names, required keys, closed lists."""


@pytest.fixture
def file(tmp_path: Path) -> str:
    made = tmp_path / "claim with blank.json"
    made.write_text("\n" + json.dumps(CLAIM), "utf-8")
    return str(made)


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    main(["check", *arguments, "--format", "sarif"])
    log = json.loads(capsys.readouterr().out)
    Draft202012Validator(SARIF).validate(log)
    run: dict[str, Any] = log["runs"][0]
    return run


def test_rules_are_declared_also_when_they_did_not_fire(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    run = _run(capsys, file)
    rules = run["tool"]["driver"]["rules"]
    fired = {result["ruleId"] for result in run["results"]}
    assert fired < {rule["id"] for rule in rules}
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_places_are_lines_in_json_and_bytes_in_x12(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    for result in _run(capsys, file)["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert place["region"] == {"startLine": 2}
        assert place["artifactLocation"]["uri"].endswith("claim%20with%20blank.json")
    data = SAMPLE.read_bytes()
    results = [result for result in _run(capsys, str(SAMPLE))["results"] if " line " in _named(result)]
    found = [result for result in results if result["kind"] == "fail"]
    assert found
    for result in found:
        at = result["locations"][0]["physicalLocation"]["region"]["byteOffset"]
        assert data[at : at + 3] == b"LX*"


def _named(result: dict[str, Any]) -> str:
    return str(result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"])


def test_fingerprints_are_stable_distinct_and_without_patient_data(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = _run(capsys, file), _run(capsys, file)
    assert first == second
    prints = [result["partialFingerprints"]["payerbook/v1"] for result in first["results"]]
    assert len(set(prints)) == len(prints)
    text = json.dumps(first)
    for secret in (SECRET, "1950-03-02", "M54.50"):
        assert secret not in text
    other = Path(file)
    other.write_text(json.dumps({**CLAIM, "patient": {"id": "ANOTHER", "birth_date": "1961-01-01"}}), "utf-8")
    assert [result["partialFingerprints"]["payerbook/v1"] for result in _run(capsys, file)["results"]] == prints


def test_suppressed_and_unreadable_are_shown(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = {"rule": "medicare.part-b.discipline-modifier", "reason": "Added on export.", "expires": "2030-01-01"}
    baseline = tmp_path / "baseline.json"
    baseline.write_text(json.dumps({"suppressions": [entry]}), "utf-8")
    bad = tmp_path / "bad.json"
    bad.write_text('{"claim_id": "B1"}', "utf-8")
    run = _run(capsys, file, str(bad), "--baseline", str(baseline), "--today", "2026-11-21")
    (kept,) = [result for result in run["results"] if "suppressions" in result]
    assert kept["suppressions"][0]["justification"] == "Added on export. (until 2030-01-01)"
    assert run["invocations"][0]["executionSuccessful"] is False
    assert run["invocations"][0]["toolExecutionNotifications"][0]["descriptor"]["id"].startswith("JSON-")


def test_csv_has_a_row_for_each_answer_and_no_formula(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", file, "--format", "csv", "--ignore", "units"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {"fail", "left-out"} <= {row["outcome"] for row in rows}
    modifier = next(row for row in rows if row["rule"].endswith("discipline-modifier"))
    assert (modifier["claim_id"], modifier["line"], modifier["severity"], modifier["at_risk"]) == ("'=S1", "1", "return", "90.00")
    assert "left-out" in rows[-1]["outcome"]


def test_github_gets_one_line_a_finding(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", file, "--format", "github"])
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    assert any("title=medicare.part-b.discipline-modifier::=S1 line 1: 97110 needs" in line for line in lines)
    assert lines[-1].startswith("::notice title=payerbook::1 claims:")
