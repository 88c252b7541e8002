"""Rule kinds: one a module, each with its settings, its check and its sentence."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from payerbook.kinds.base import Kind

MODULES = (
    "add_on_code", "amount_threshold", "appeal_terms", "assistant_share", "bill_type", "bypass_modifier", "certification",
    "certifier", "charge_total", "claim_dates", "claim_format", "claim_spelling", "code_pair", "code_status", "cost_share", "daily_cap",
    "diagnosis_code", "diagnosis_detail", "diagnosis_pair", "diagnosis_pointer", "documentation_statement", "duplicate",
    "eligibility", "episode_purpose", "fee_schedule", "frequency_limit", "modifier_conflict", "modifier_form",
    "multiple_procedure", "notice", "npi", "other_payer", "payment_reduction", "place_of_service", "plan_of_care",
    "prior_authorization", "progress_report", "provider_type", "recertification", "referral", "remote_monitoring",
    "repeat_modifier", "required_field", "required_modifier", "required_provider", "revenue_code", "review_records",
    "same_day_limit", "same_day_pair", "supervision", "telehealth", "time_overlap", "timed_units", "timely_filing", "treatment_note",
    "unit_limit",
)  # fmt: skip


def bundled() -> list[Kind[Any]]:
    """The kinds that come with payerbook, by name."""
    return [import_module(f"payerbook.kinds.{module}").KIND for module in MODULES]
