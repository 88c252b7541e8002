"""What is wrong with FHIR files is named in place, and what is no claim for payment is not checked as one."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fhir_claims import BESIDE, CLAIM, CPT, GOLDEN, bundle, changed, concept, outcome
from payerbook.cli import main
from payerbook.errors import Place, Problem
from payerbook.formats.base import Read
from payerbook.formats.detect import open_claims
from payerbook.formats.fhir.faults import FAULTS

FAULTY: list[tuple[str, str, Callable[[dict[str, Any]], Any]]] = [
    ("FHIR-USE", "use", lambda one: one.update(use="preauthorization")),
    ("FHIR-STATUS", "status", lambda one: one.update(status="entered-in-error")),
    ("FHIR-CLAIM-TYPE", "type", lambda one: one.update(type=concept("pharmacy"))),
    ("FHIR-CLAIM-TYPE", "", lambda one: one.pop("type")),
    ("FHIR-KIND", "item", lambda one: one.update(item={})),
    ("FHIR-KIND", "insurance[0].preAuthRef", lambda one: one["insurance"][0].update(preAuthRef="PA778")),
    ("FHIR-KIND", "insurance[0].preAuthRef", lambda one: one["insurance"][0].update(preAuthRef=["PA778", 7])),
    ("FHIR-KIND", "item[0].quantity", lambda one: one["item"][0].update(quantity=2)),
    ("FHIR-KIND", "item[1].servicedPeriod.start", lambda one: one["item"][1]["servicedPeriod"].update(start=2026)),
    ("FHIR-MISSING", "item", lambda one: one.pop("item")),
    ("FHIR-MISSING", "item[0].quantity", lambda one: one["item"][0].pop("quantity")),
    ("FHIR-MISSING", "item[0].quantity", lambda one: one["item"][0].update(quantity={})),
    ("FHIR-MISSING", "item[0].servicedDate", lambda one: one["item"][0].pop("servicedDate")),
    ("FHIR-MISSING", "item[1].servicedPeriod.end", lambda one: one["item"][1]["servicedPeriod"].pop("end")),
    ("FHIR-MISSING", "item[0].productOrService", lambda one: one["item"][0].pop("productOrService")),
    ("FHIR-MISSING", "diagnosis[0].sequence", lambda one: one["diagnosis"][0].pop("sequence")),
    ("FHIR-DATE", "item[0].servicedDate", lambda one: one["item"][0].update(servicedDate="2026-01")),
    ("FHIR-DATE", "created", lambda one: one.update(created="2026-02-30")),
    ("FHIR-NUMBER", "item[0].quantity.value", lambda one: one["item"][0]["quantity"].update(value=-1)),
    ("FHIR-NUMBER", "item[0].quantity.value", lambda one: one["item"][0]["quantity"].update(value="2")),
    ("FHIR-NUMBER", "item[0].diagnosisSequence[0]", lambda one: one["item"][0].update(diagnosisSequence=[1.5])),
    ("FHIR-NUMBER", "total.value", lambda one: one["total"].update(value=10**30)),
    ("FHIR-CODE", "item[0].productOrService", lambda one: one["item"][0].update(productOrService=concept("3", "urn:x12"))),
    ("FHIR-CODE", "item[0].modifier[0]", lambda one: one["item"][0].update(modifier=[{"text": "GP"}])),
    ("FHIR-DETAIL", "item[0].detail[0]", lambda one: one["item"][0].update(detail=[{"productOrService": concept("97116", CPT)}])),
    ("FHIR-CURRENCY", "item[0].net", lambda one: one["item"][0]["net"].update(currency="CAD")),
    ("FHIR-DIAGNOSIS", "diagnosis[1]", lambda one: one["diagnosis"][1].update(diagnosisCodeableConcept={"text": "back pain"})),
    ("FHIR-POINTER", "item[0].diagnosisSequence[1]", lambda one: one["item"][0].update(diagnosisSequence=[1, 3])),
]


@pytest.mark.parametrize(("code", "path", "change"), FAULTY)
def test_faults_have_places_and_hide_nothing(code: str, path: str, change: Callable[[dict[str, Any]], Any]) -> None:
    bad = changed(change)
    bad["identifier"][0]["value"] = "A1002"
    data = bundle(CLAIM, bad, CLAIM)
    first, problem, last = outcome(data)
    assert isinstance(first, Read)
    assert isinstance(last, Read)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.claim_id, problem.claim_lost) == (code, "A1002", True)
    place = problem.place
    assert place is not None
    whole = "entry[1].resource" + (f".{path}" if path else "")
    assert place.path == whole
    assert "back pain" not in str(problem)
    before = data[: place.byte]
    assert (place.line, place.column) == (before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
    assert before.count(b'"A1001"') == 1


def test_a_fault_in_a_resource_beside_the_claim_is_placed_there() -> None:
    data = bundle(CLAIM).replace(b"1950-03-02", b"1950-13-02", 1)
    (problem,) = outcome(data)
    assert isinstance(problem, Problem)
    assert problem.place is not None
    assert (problem.place.byte, problem.place.path) == (data.index(b'"1950-13-02"'), "entry[1].resource.birthDate")


def test_every_fault_is_tested() -> None:
    assert {code for code, *_ in FAULTY} | {"FHIR-NO-CLAIM"} == set(FAULTS)


def test_files_without_a_claim_and_files_that_are_no_json() -> None:
    (problem,) = outcome(b"\n".join(json.dumps(one).encode() for one in BESIDE))
    assert isinstance(problem, Problem)
    assert (problem.code, problem.place) == ("FHIR-NO-CLAIM", Place(line=1, column=1, byte=0))
    for data, code in (
        (bundle(CLAIM)[:-9], "JSON-SYNTAX"),
        (bundle(CLAIM).replace(b'"use": "claim"', b'"use": "claim", "use": "claim"'), "JSON-DUPLICATE"),
        (bundle(CLAIM).replace(b"60.1", b"NaN"), "JSON-NUMBER"),
        (b'{"resourceType": "Claim", "x":' + b"[" * 70 + b"]" * 70 + b"}", "JSON-DEPTH"),
        (json.dumps(CLAIM).encode() + b"\n" + json.dumps(CLAIM).encode()[:-4], "JSON-SYNTAX"),
    ):
        assert [item.code for item in outcome(data) if isinstance(item, Problem)] == [code]


def test_fixes_are_not_written_into_fhir(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "claims.json"
    file.write_bytes(bundle(CLAIM))
    assert main(["check", str(file), "--fix", "--in-place"]) == 2
    assert "--fix works on 837, JSON, JSON Lines and CSV" in capsys.readouterr().err
    assert file.read_bytes() == bundle(CLAIM)


def test_the_files_of_the_field(testdata: Path) -> None:
    """None of them bills a service with its units: they ask for authorization, or lack what a claim has to have; each is named in place."""
    seen: dict[str, int] = {}
    for path in sorted((testdata / "fhir").rglob("*")):
        if path.suffix not in (".json", ".ndjson"):
            continue
        data = path.read_bytes()
        for item in open_claims(io.BytesIO(data), path.name):
            assert isinstance(item, Problem)
            seen[item.code] = seen.get(item.code, 0) + 1
            assert item.place is not None
            assert item.place.line
            if item.code != "FHIR-NO-CLAIM":
                assert item.claim_id
                assert item.claim_id.encode() in data
    assert set(seen) == {"FHIR-NO-CLAIM", "FHIR-USE", "FHIR-MISSING", "FHIR-DIAGNOSIS"}


def test_the_claims_of_the_field_give_their_codes_once_they_bill(testdata: Path) -> None:
    """The same files with `use: claim`, and with units and days where they have none, give the codes that the judge reads from them."""
    r4 = pytest.importorskip("fhir.resources.R4B.claim")
    read_codes = 0
    for path in sorted((testdata / "fhir" / "Claim").glob("*.json")):
        resource = json.loads(path.read_bytes())
        resource.update(use="claim", created="2026-02-01", meta={})
        for item in resource["item"]:
            item.setdefault("productOrService", concept("97110", CPT))
            item.update(quantity={"value": 1}, servicedDate="2026-01-15")
            item.pop("servicedPeriod", None)
        resource.setdefault("insurance", [{"sequence": 1, "focal": True, "coverage": {"display": "x"}}])
        (found,) = outcome(json.dumps(resource).encode())
        judged = r4.Claim.model_validate(resource)
        codes = [[one.code for one in item.productOrService.coding] for item in judged.item]
        if isinstance(found, Read):
            read_codes += 1
            assert all(line.code in held for line, held in zip(found.claim.lines, codes, strict=True))
            assert [line.number for line in found.claim.lines] == [item.sequence for item in judged.item]
        else:
            assert found.code == "FHIR-CODE"
    assert read_codes >= 3


def test_the_judge_takes_the_golden_claim() -> None:
    r4 = pytest.importorskip("fhir.resources.R4B.bundle")
    judged = r4.Bundle.model_validate_json(bundle(CLAIM))
    assert judged.entry[0].resource.item[1].quantity.value == GOLDEN.lines[1].units
