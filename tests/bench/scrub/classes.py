"""All classes of seeded errors, in the order in which they are reported."""

from __future__ import annotations

from . import errors_chart, errors_codes, errors_form, errors_modifiers, errors_record, errors_units
from .error import ERRORS, Error

GROUPS = tuple(module.GROUP for module in (errors_units, errors_modifiers, errors_codes, errors_form, errors_record, errors_chart))


def classes() -> tuple[Error, ...]:
    """Every class, by group."""
    return tuple(sorted(ERRORS, key=lambda error: GROUPS.index(error.group)))
