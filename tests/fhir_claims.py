"""A FHIR R4 Claim with all that it refers to, the claim that it is, and ways to spoil it."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from payerbook.claim import Claim, Context, Injury, Line, OtherPayer, Patient, Provider, Subscriber
from payerbook.errors import Problem
from payerbook.formats.base import Read
from payerbook.formats.fhir import read

CPT, ICD = "http://www.ama-assn.org/go/cpt", "http://hl7.org/fhir/sid/icd-10-cm"
NPI = "http://hl7.org/fhir/sid/us-npi"


def concept(code: str, system: str = "") -> dict[str, Any]:
    return {"coding": [{"code": code, **({"system": system} if system else {})}]}


CLAIM: dict[str, Any] = {
    "resourceType": "Claim",
    "id": "77",
    "identifier": [{"system": "urn:practice", "value": "A1001"}],
    "status": "active",
    "type": concept("professional", "http://terminology.hl7.org/CodeSystem/claim-type"),
    "use": "claim",
    "patient": {"reference": "Patient/1"},
    "created": "2026-02-01T08:30:00-05:00",
    "insurer": {"reference": "Organization/payer"},
    "provider": {"reference": "Organization/clinic"},
    "priority": concept("normal"),
    "related": [{"relationship": concept("prior"), "reference": {"value": "ICN77"}}],
    "careTeam": [
        {"sequence": 1, "provider": {"reference": "PractitionerRole/therapist"}, "role": concept("rendering")},
        {"sequence": 2, "provider": {"identifier": {"system": NPI, "value": "1003000126"}}, "role": concept("referring")},
    ],
    "diagnosis": [
        {"sequence": 2, "diagnosisCodeableConcept": concept("M25561", ICD)},
        {"sequence": 1, "diagnosisCodeableConcept": concept("M54.50", ICD), "type": [concept("principal")]},
        {"sequence": 3, "diagnosisCodeableConcept": concept("R26.2", ICD), "type": [concept("admitting")]},
    ],
    "insurance": [
        {"sequence": 1, "focal": True, "coverage": {"reference": "Coverage/1"}, "preAuthRef": ["PA778"]},
        {"sequence": 2, "focal": False, "coverage": {"display": "Other Plan"}},
    ],
    "accident": {"date": "2025-12-24"},
    "item": [
        {
            "sequence": 1,
            "careTeamSequence": [1],
            "diagnosisSequence": [1, 2],
            "productOrService": {"coding": [{"system": "urn:own", "code": "X1"}, {"system": CPT, "code": "97110"}]},
            "modifier": [concept("GP", "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets")],
            "servicedDate": "2026-01-15",
            "locationCodeableConcept": concept(
                "11", "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
            ),
            "quantity": {"value": 2},
            "net": {"value": 60.10, "currency": "USD"},
        },
        {
            "sequence": 2,
            "productOrService": concept("97140", CPT),
            "modifier": [concept("GP", CPT), concept("59", CPT)],
            "servicedPeriod": {"start": "2026-01-15", "end": "2026-01-16"},
            "locationCodeableConcept": concept("11"),
            "quantity": {"value": 1.5},
            "unitPrice": {"value": 20.00},
        },
    ],
    "total": {"value": 90.10, "currency": "USD"},
}
BESIDE: list[dict[str, Any]] = [
    {
        "resourceType": "Patient", "id": "1", "birthDate": "1950-03-02", "gender": "female", "address": [{"state": "OR"}],
        "identifier": [{"value": "MEMBER"}, {"type": concept("MR"), "value": "P1"}],
    },
    {
        "resourceType": "Coverage", "id": "1", "status": "active", "beneficiary": {"reference": "Patient/1"}, "subscriberId": "1EG4",
        "relationship": concept("self"), "subscriber": {"reference": "Patient/1"},
        "payor": [{"reference": "Organization/payer"}],
        "class": [{"type": concept("group"), "value": "G9"}, {"type": concept("plan"), "value": "p", "name": "Gold"}],
    },
    {
        "resourceType": "Organization", "id": "payer", "name": "Medicare Part B",
        "identifier": [{"system": NPI, "value": "1"}, {"value": "02202"}],
    },
    {"resourceType": "Organization", "id": "clinic", "identifier": [{"system": NPI, "value": "1234567893"}], "address": [{"state": "OR"}]},
    {
        "resourceType": "PractitionerRole", "id": "therapist", "practitioner": {"reference": "urn:uuid:5"},
        "specialty": [concept("225100000X", "http://nucc.org/provider-taxonomy")],
    },
    {"resourceType": "Practitioner", "id": "x", "identifier": [{"system": NPI, "value": "1245319599"}]},
]  # fmt: skip
GOLDEN = Claim(
    claim_id="A1001",
    payer="Medicare Part B",
    payer_id="02202",
    payer_sequence="primary",
    plan="Gold",
    original_reference="ICN77",
    submitted_on=date(2026, 2, 1),
    patient=Patient(id="P1", birth_date=date(1950, 3, 2), sex="F", state="OR"),
    subscriber=Subscriber(id="1EG4", birth_date=date(1950, 3, 2), sex="F", state="OR", group_number="G9", relationship="18"),
    billing_provider=Provider(npi="1234567893", state="OR"),
    rendering_provider=Provider(npi="1245319599", taxonomy="225100000X"),
    referring_provider=Provider(npi="1003000126", role="referring"),
    place_of_service="11",
    diagnoses=("M54.50", "M25.561"),
    authorization_number="PA778",
    total_charge=Decimal("90.10"),
    other_payers=(OtherPayer(name="Other Plan", sequence="secondary"),),
    context=Context(injury=Injury(date=date(2025, 12, 24))),
    lines=(
        Line(
            number=1, service_date=date(2026, 1, 15), code="97110", modifiers=("GP",), units=2, diagnosis_pointers=(1, 2),
            charge=Decimal("60.10"),
        ),
        Line(
            number=2, service_date=date(2026, 1, 15), service_date_to=date(2026, 1, 16), code="97140", modifiers=("GP", "59"),
            units=Decimal("1.5"), charge=Decimal("30.000"),
        ),
    ),
)  # fmt: skip


def bundle(*claims: dict[str, Any], indent: int | None = 1) -> bytes:
    addresses = {"x": "urn:uuid:5"}
    entries = [{"fullUrl": addresses.get(one["id"], f"http://x/{one['id']}"), "resource": one} for one in (*claims, *BESIDE)]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}, indent=indent).encode()


def outcome(data: bytes) -> list[Read | Problem]:
    return list(read(io.BytesIO(data), "claims.json"))


def changed(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    claim = copy.deepcopy(CLAIM)
    change(claim)
    return claim
