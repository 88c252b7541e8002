"""FHIR R4 Claim resources as claims: alone, in bundles, in arrays, one a line."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fhir_claims import BESIDE, CLAIM, GOLDEN, ICD, bundle, changed, concept, outcome
from payerbook.claim import Patient, Provider
from payerbook.formats.base import Read, Spot
from payerbook.formats.detect import open_claims


def test_a_bundle_gives_the_claim_with_what_it_refers_to() -> None:
    (item,) = outcome(bundle(CLAIM))
    assert isinstance(item, Read)
    assert item.claim == GOLDEN
    assert item.form == "fhir"


def test_a_claim_alone_leaves_unknown_what_stands_elsewhere() -> None:
    for data in (json.dumps(CLAIM).encode(), json.dumps([CLAIM], indent=2).encode(), json.dumps(CLAIM).encode() + b"\n"):
        (item,) = open_claims(io.BytesIO(data), "f")
        assert isinstance(item, Read)
        claim = item.claim
        assert (claim.lines, claim.diagnoses, claim.payer, claim.billing_provider) == (GOLDEN.lines, GOLDEN.diagnoses, None, None)
        assert claim.patient == Patient(id="1")


def test_resources_inside_the_claim_do_not_name_the_patient() -> None:
    claim = changed(lambda one: one.update(patient={"reference": "#p"}, contained=[{**BESIDE[0], "id": "p", "identifier": []}]))
    (item,) = outcome(json.dumps(claim).encode())
    assert isinstance(item, Read)
    assert item.claim.patient == Patient(birth_date=date(1950, 3, 2), sex="F", state="OR")


def test_lines_of_files_with_one_resource_a_line() -> None:
    second = changed(lambda one: one["identifier"].clear())
    data = b"\n".join(json.dumps(one).encode() for one in (CLAIM, BESIDE[0], second))
    first, other = outcome(data)
    assert isinstance(first, Read)
    assert isinstance(other, Read)
    assert (other.claim.claim_id, other.spot) == ("77", Spot(None, 3, data.rindex(b"\n") + 1))


def institutional(claim: dict[str, Any]) -> None:
    claim["type"] = concept("institutional")
    claim["billablePeriod"] = {"start": "2026-01-01", "end": "2026-01-31"}
    claim["supportingInfo"] = [{"sequence": 2, "code": concept("111", "urn:own")}]
    claim["supportingInfo"] += [{"sequence": 1, "code": concept("0137", "https://www.nubc.org/CodeSystem/TypeOfBill")}]
    claim["item"][0]["revenue"] = concept("0420", "https://www.nubc.org/CodeSystem/RevenueCodes")
    claim["item"][1]["revenue"] = concept("0420")
    del claim["item"][1]["productOrService"]
    claim["diagnosis"].reverse()


def test_institutional_claims() -> None:
    (item,) = outcome(json.dumps(changed(institutional)).encode())
    assert isinstance(item, Read)
    claim = item.claim
    assert (claim.claim_type, claim.bill_type, claim.frequency_code) == ("institutional", "0137", "7")
    assert (claim.statement_from, claim.statement_to) == (date(2026, 1, 1), date(2026, 1, 31))
    assert [(line.revenue_code, line.code) for line in claim.lines] == [("0420", "97110"), ("0420", "")]


def several_therapists(claim: dict[str, Any]) -> None:
    claim["careTeam"][1].update(role=concept("performing"))
    claim["item"][0]["careTeamSequence"] = [2]
    claim["item"][1]["locationCodeableConcept"] = concept("12")


def test_what_items_do_not_agree_on_is_theirs() -> None:
    (item,) = outcome(bundle(changed(several_therapists)))
    assert isinstance(item, Read)
    assert (item.claim.rendering_provider, item.claim.place_of_service) == (None, None)
    assert [line.place_of_service for line in item.claim.lines] == ["11", "12"]
    assert [line.rendering_provider for line in item.claim.lines] == [Provider(npi="1003000126"), None]


def test_the_taxonomy_of_a_practitioner_is_a_qualification() -> None:
    taxonomy = {
        "code": {"coding": [{"system": "urn:own", "code": "PT"}, {"system": "http://nucc.org/provider-taxonomy", "code": "225100000X"}]}
    }
    alone = {"resourceType": "Practitioner", "id": "p", "qualification": [{"issuer": {}}, taxonomy]}
    (item,) = outcome(json.dumps(changed(lambda one: one.update(provider={"reference": "#p"}, contained=[alone]))).encode())
    assert isinstance(item, Read)
    assert item.claim.billing_provider == Provider(taxonomy="225100000X")


@pytest.mark.parametrize("unit", [{"unit": "Minutes"}, {"code": "min"}])
def test_quantities_in_minutes(unit: dict[str, str]) -> None:
    (item,) = outcome(json.dumps(changed(lambda one: one["item"][0].update(quantity={"value": 30, **unit}))).encode())
    assert isinstance(item, Read)
    assert [(line.units, line.minutes) for line in item.claim.lines] == [(30, 30), (Decimal("1.5"), None)]


@pytest.mark.parametrize(
    ("said", "subscriber", "relationship"),
    [
        ({"coding": [{"code": "child"}]}, "Patient/2", "19"),
        ({"coding": [{"code": "friend"}]}, "Patient/2", "21"),
        (None, "Patient/1", "18"),
        (None, "Patient/2", "21"),
        (None, None, None),
    ],
)
def test_relationships(said: Any, subscriber: str | None, relationship: str | None) -> None:
    coverage = {key: value for key, value in BESIDE[1].items() if key not in ("relationship", "subscriber")}
    coverage |= {"relationship": said} if said else {}
    coverage |= {"subscriber": {"reference": subscriber}} if subscriber else {}
    data = json.dumps({"resourceType": "Bundle", "entry": [{"resource": CLAIM}, {"resource": coverage}]}).encode()
    (item,) = outcome(data)
    assert isinstance(item, Read)
    assert item.claim.subscriber is not None
    assert item.claim.subscriber.relationship == relationship


def test_diagnoses_that_stand_in_conditions() -> None:
    def referred(claim: dict[str, Any]) -> None:
        claim["diagnosis"] = [{"sequence": 1, "diagnosisReference": {"reference": "#c"}}]
        claim["contained"] = [{"resourceType": "Condition", "id": "c", "code": concept(" M5450 ", ICD)}]
        claim["item"][0]["diagnosisSequence"] = [1]

    (item,) = outcome(json.dumps(changed(referred)).encode())
    assert isinstance(item, Read)
    assert (item.claim.diagnoses, item.claim.lines[0].diagnosis_pointers) == (("M54.50",), (1,))


def test_an_item_without_a_day_takes_a_period_of_one_day() -> None:
    def one_day(claim: dict[str, Any]) -> None:
        del claim["item"][0]["servicedDate"]
        claim["billablePeriod"] = {"start": "2026-01-20", "end": "2026-01-20"}

    (item,) = outcome(json.dumps(changed(one_day)).encode())
    assert isinstance(item, Read)
    assert item.claim.lines[0].service_date == date(2026, 1, 20)
