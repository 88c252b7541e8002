"""The claim as it comes in: frozen values named in the words of the 837P and the CMS-1500.

What a claim does not say is `None`: unknown, never assumed good. `()` in a context means "known to be empty".
Dates are `datetime.date`, money is `Decimal` in US dollars, codes are text, units are whole or decimal numbers.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

SCHEMA_VERSION: Literal["1"] = "1"

Sequence = Literal["primary", "secondary", "tertiary", "unknown"]
ClaimType = Literal["professional", "institutional"]
Purpose = Literal["rehabilitative", "habilitative", "maintenance"]
Discipline = Literal["PT", "OT", "SLP"]
Acuity = Literal["acute", "chronic", "post-surgical"]
Modality = Literal["audio-video", "audio-only", "store-and-forward"]
PatientLocation = Literal["home", "other"]
Role = Literal["referring", "ordering", "supervising", "certifying"]
CertifierRole = Literal["physician", "nurse-practitioner", "clinical-nurse-specialist", "physician-assistant", "other"]
SupervisionLevel = Literal["general", "direct", "personal", "none"]
AuthorizationStatus = Literal["approved", "requested", "pending", "denied", "partial", "expired", "cancelled"]
Statement = Literal[
    "functional-outcome",
    "skilled-need",
    "medical-necessity",
    "separate-time",
    "separate-body-area",
    "separate-encounter",
    "change-in-status",
    "new-condition",
    "progress-toward-goals",
    "maintenance-program",
    "homebound",
    "outside-therapy-plan",
]


class Struct(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all claim values. `gc=False` is safe because none of them can form a cycle."""


class Patient(Struct, frozen=True):
    id: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    state: str | None = None


class Subscriber(Struct, frozen=True):
    id: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    state: str | None = None
    group_number: str | None = None
    relationship: str | None = None


class Provider(Struct, frozen=True):
    npi: str | None = None
    taxonomy: str | None = None
    state: str | None = None
    role: Role | None = None
    participating: bool | None = None


class OtherPayer(Struct, frozen=True):
    """Another payer of the same claim, with what it paid and adjusted (loops 2320 / 2330B)."""

    name: str | None = None
    id: str | None = None
    sequence: Sequence | None = None
    filing_indicator: str | None = None
    paid: Decimal | None = None
    adjusted: Decimal | None = None
    decided_on: date | None = None


class Line(Struct, frozen=True):
    service_date: date
    code: str
    units: int | Decimal
    number: int | None = None
    service_date_to: date | None = None
    modifiers: tuple[str, ...] = ()
    minutes: int | Decimal | None = None
    assistant_minutes: int | Decimal | None = None
    diagnosis_pointers: tuple[int, ...] | None = None
    charge: Decimal | None = None
    allowed: Decimal | None = None
    place_of_service: str | None = None
    description: str | None = None
    revenue_code: str | None = None
    rendering_provider: Provider | None = None
    body_area: str | None = None


class HistoryItem(Struct, frozen=True):
    service_date: date
    code: str
    claim_id: str | None = None
    payer: str | None = None
    modifiers: tuple[str, ...] = ()
    units: int | Decimal | None = None
    charge: Decimal | None = None
    allowed: Decimal | None = None
    received_on: date | None = None
    purpose: Purpose | None = None
    diagnoses: tuple[str, ...] | None = None
    rendering_npi: str | None = None


class Accumulator(Struct, frozen=True):
    name: str
    year: int
    used: Decimal
    bucket: str | None = None
    as_of: date | None = None


class Benefit(Struct, frozen=True):
    name: str
    disciplines: tuple[Discipline, ...] | None = None
    limit: int | Decimal | None = None
    used: int | Decimal | None = None
    period: str | None = None
    purpose: Purpose | None = None


class Eligibility(Struct, frozen=True):
    active: bool | None = None
    from_: date | None = msgspec.field(name="from", default=None)
    to: date | None = None
    checked_on: date | None = None
    benefits: tuple[Benefit, ...] | None = None
    deductible_remaining: Decimal | None = None
    managed_care: bool | None = None
    exemptions: tuple[str, ...] | None = None
    authorization_required: bool | None = None
    other_open_episodes: tuple[str, ...] | None = None


class Authorization(Struct, frozen=True):
    number: str | None = None
    codes: tuple[str, ...] | None = None
    from_: date | None = msgspec.field(name="from", default=None)
    to: date | None = None
    visits: int | None = None
    visits_used: int | None = None
    units: int | Decimal | None = None
    units_used: int | Decimal | None = None
    status: AuthorizationStatus | None = None
    requested_on: date | None = None
    received_on: date | None = None


class PlanOfCare(Struct, frozen=True):
    established_on: date | None = None
    sent_on: date | None = None
    certified_on: date | None = None
    certified_by: str | None = None
    certified_by_role: CertifierRole | None = None
    certified_until: date | None = None
    verbal_certification_on: date | None = None
    therapist_signature: bool | None = None
    goals: bool | None = None
    frequency: str | None = None
    duration_days: int | None = None


class TimeLogEntry(Struct, frozen=True):
    line: int | None = None
    service_date: date | None = None
    start: str | None = None
    end: str | None = None
    by: str | None = None


class TreatmentNote(Struct, frozen=True):
    service_date: date
    signed_on: date | None = None
    signed_by: str | None = None
    timed_minutes: int | Decimal | None = None
    total_minutes: int | Decimal | None = None


class Abn(Struct, frozen=True):
    """Advance Beneficiary Notice (form CMS-R-131) as the record has it."""

    kind: str | None = None
    signed_on: date | None = None
    codes: tuple[str, ...] | None = None
    reason: str | None = None
    estimated_cost: Decimal | None = None


class Documentation(Struct, frozen=True):
    order_on: date | None = None
    order_signed_on: date | None = None
    evaluation_on: date | None = None
    plan_of_care: PlanOfCare | None = None
    progress_reports: tuple[date, ...] | None = None
    statements: tuple[Statement, ...] | None = None
    treatment_notes: tuple[TreatmentNote, ...] | None = None
    time_log: tuple[TimeLogEntry, ...] | None = None
    abn: Abn | None = None
    absent: tuple[str, ...] = ()


class Episode(Struct, frozen=True):
    started_on: date | None = None
    visit_number: int | None = None
    purpose: Purpose | None = None
    discipline: Discipline | None = None
    new_patient: bool | None = None
    new_condition: bool | None = None
    last_visit_on: date | None = None
    acuity: Acuity | None = None
    previous_diagnoses: tuple[str, ...] | None = None


class Telehealth(Struct, frozen=True):
    modality: Modality | None = None
    patient_location: PatientLocation | None = None


class Supervision(Struct, frozen=True):
    level: SupervisionLevel | None = None
    supervisor_npi: str | None = None
    on_site: bool | None = None


class RemoteMonitoring(Struct, frozen=True):
    calendar_month: str | None = None
    management_minutes: int | Decimal | None = None
    interactive_communications: int | None = None
    monitored_days: int | None = None


class Injury(Struct, frozen=True):
    date: date | None = None
    claim_number: str | None = None


class MedicalReview(Struct, frozen=True):
    selected: bool | None = None


class Context(Struct, frozen=True):
    history: tuple[HistoryItem, ...] | None = None
    accumulators: tuple[Accumulator, ...] | None = None
    eligibility: Eligibility | None = None
    authorizations: tuple[Authorization, ...] | None = None
    documentation: Documentation | None = None
    episode: Episode | None = None
    telehealth: Telehealth | None = None
    supervision: Supervision | None = None
    remote_monitoring: RemoteMonitoring | None = None
    injury: Injury | None = None
    medical_review: MedicalReview | None = None


class Claim(Struct, frozen=True):
    claim_id: str
    lines: tuple[Line, ...]
    payer: str | None = None
    schema_version: Literal["1"] = SCHEMA_VERSION
    payer_id: str | None = None
    filing_indicator: str | None = None
    payer_sequence: Sequence | None = None
    plan: str | None = None
    line_of_business: str | None = None
    claim_type: ClaimType = "professional"
    frequency_code: str | None = None
    original_reference: str | None = None
    submitted_on: date | None = None
    received_on: date | None = None
    processed_on: date | None = None
    bill_type: str | None = None
    statement_from: date | None = None
    statement_to: date | None = None
    patient: Patient | None = None
    subscriber: Subscriber | None = None
    billing_provider: Provider | None = None
    rendering_provider: Provider | None = None
    referring_provider: Provider | None = None
    supervising_provider: Provider | None = None
    place_of_service: str | None = None
    diagnoses: tuple[str, ...] | None = None
    authorization_number: str | None = None
    total_charge: Decimal | None = None
    other_payers: tuple[OtherPayer, ...] | None = None
    format: str | None = None
    context: Context | None = None


def patient_key(claim: Claim) -> str | None:
    """What makes two claims the same patient's: `patient.id`, else subscriber id with birth date; None = cannot tell."""
    patient = claim.patient
    if patient is not None and patient.id:
        return patient.id
    subscriber = claim.subscriber
    birth = (patient.birth_date if patient is not None else None) or (
        subscriber.birth_date if subscriber is not None and subscriber.relationship in (None, "18") else None
    )
    if subscriber is not None and subscriber.id and birth is not None:
        return f"{subscriber.id}\x1f{birth.isoformat()}"
    return None
