"""The engine behind the claim checker's page: one run over several files, answers of bounded size, nothing kept in between."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from payerbook.cli import service
from payerbook.cli.checker import Checker
from payerbook.cli.page_output import SHOWN

ROOT = Path(__file__).parents[1]
TODAY = "2026-11-21"
FHIR = {
    "resourceType": "Claim",
    "id": "F1",
    "type": {"coding": [{"code": "professional"}]},
    "insurer": {"display": "Medicare Part B"},
    "item": [
        {
            "sequence": 1,
            "productOrService": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "g0283"}]},
            "servicedDate": "2024-09-10",
            "quantity": {"value": 1},
        }
    ],
}


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker()


def claim(number: int, code: str = "97110") -> dict[str, Any]:
    line = {"service_date": "2024-09-10", "code": code, "modifiers": ["GP"], "units": 1, "charge": "50.00"}
    return {"claim_id": f"C{number}", "payer": "medicare.part-b", "patient": {"id": "SAME"}, "lines": [line]}


def told(checker: Checker, *files: tuple[str, bytes], payer: str | None = None) -> Any:
    return json.loads(checker.check(files, payer, TODAY))


def test_files_of_one_question_are_one_run_and_no_question_is_kept(checker: Checker) -> None:
    first, second = (("a.json", json.dumps(claim(1)).encode()), ("b.json", json.dumps(claim(2)).encode()))
    doubled = "Same service billed twice"
    found = told(checker, first, second)
    assert [one["name"] for one in found["files"]] == ["a.json", "b.json"]
    assert doubled in {group["rule"]["title"] for group in found["shown"]["groups"]}
    again = told(checker, second)
    assert doubled not in {group["rule"]["title"] for group in again["shown"]["groups"]}


def test_what_a_page_shows_stays_small_and_all_is_counted() -> None:
    heard: list[int] = []
    checker = Checker(heard.append)
    claims = ({**claim(number), "patient": {"id": f"P{number}"}} for number in range(service.COUNTED + 50))
    many = b"\n".join(json.dumps(one).encode() for one in claims)
    broken = b"\n".join([b'{"claim_id": "X"}'] * (SHOWN + 20))
    found = told(checker, ("many.jsonl", many), ("broken.jsonl", broken))
    shown = found["shown"]
    assert (len(shown["claims"]), len(shown["errors"])) == (SHOWN, SHOWN)
    assert (shown["summary"]["claims"], shown["summary"]["errors"]) == (service.COUNTED + 50, SHOWN + 20)
    assert heard == [service.COUNTED]
    assert found["files"][1] == {"name": "broken.jsonl", "form": None, "claims": 0}


def test_every_fix_and_rule_has_its_words(checker: Checker) -> None:
    files = [(file.name, file.read_bytes()) for file in sorted((ROOT / "samples").iterdir()) if file.suffix != ".md"]
    shown = told(checker, *files)["shown"]
    fixed = 0
    for one in shown["claims"]:
        for name in ("findings", "resolved", "unknown", "not_on_file"):
            assert {item["rule"] for item in one["report"][name]} <= set(one["titles"])
        for fix in (fix for item in one["report"]["findings"] for fix in item["fixes"]):
            assert one["actions"][f"{fix['action']} {fix['value'] or ''}"]
            fixed += 1
    assert fixed > 20
    assert {form["form"] for form in told(checker, *files)["files"]} == {"x12", "json", "csv"}


def test_a_question_that_cannot_be_asked_is_refused_in_words(checker: Checker) -> None:
    assert "Nobody Health" in told(checker, ("a.json", json.dumps(claim(1)).encode()), payer="Nobody Health")["refused"]


def test_claims_that_cannot_be_changed_stay_and_are_named(checker: Checker) -> None:
    fhir = json.dumps(FHIR).encode()
    untidy = json.dumps(claim(1, "g0283")).encode()
    text, changed = checker.repaired([("claim.fhir", fhir), ("untidy.json", untidy)], None, TODAY)
    assert json.loads(text)["files"] == [
        {"name": "claim.fhir", "fixes": 0, "kept": True},
        {"name": "untidy.json", "fixes": 1, "kept": False},
    ]
    assert changed == [fhir, untidy.replace(b"g0283", b"G0283")]
