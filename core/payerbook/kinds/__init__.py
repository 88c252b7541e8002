"""Rule kinds: one a module, each with its settings, its check and its sentence."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from payerbook.kinds.base import Kind

MODULES = (
    "add_on_code", "amount_threshold", "charge_total", "claim_dates", "claim_format", "code_pair", "code_status", "diagnosis_code",
    "diagnosis_pointer", "duplicate", "modifier_conflict", "npi", "required_field", "required_modifier", "revenue_code",
    "same_day_limit", "timed_units", "timely_filing", "unit_limit",
)  # fmt: skip


def bundled() -> list[Kind[Any]]:
    """The kinds that come with payerbook, by name."""
    return [import_module(f"payerbook.kinds.{module}").KIND for module in MODULES]
