"""Notes which facts of a claim a check looks at: the same claim, but its values remember that they were read."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import msgspec

from payerbook.claim import Claim

SHOWN = frozenset({
    "code", "modifiers", "units", "minutes", "assistant_minutes", "charge", "allowed", "service_date", "service_date_to",
    "place_of_service", "revenue_code", "diagnosis_pointers", "claim_type", "frequency_code", "bill_type", "total_charge",
    "submitted_on", "received_on", "processed_on", "statement_from", "statement_to", "payer", "payer_sequence", "filing_indicator",
    "line_of_business", "format", "bucket", "year", "used", "as_of", "limit", "period", "active", "purpose", "discipline",
    "order_on", "evaluation_on", "certified_on", "certified_until", "established_on", "sent_on", "progress_reports", "statements",
    "visit_number", "started_on", "modality", "level", "status", "from", "to", "visits", "visits_used", "units_used", "absent",
})  # fmt: skip
"""Names of facts whose values may be printed; of all others only whether they are given, because they can point to a person."""
GIVEN = "(given)"


class Trail:
    """The facts that were read, by their path in the claim, in the order of first reading; None = the claim does not say it."""

    def __init__(self) -> None:
        self.read: dict[str, Any] = {}

    def facts(self) -> dict[str, Any]:
        """What was read, with the values that may be printed."""
        return {path: value if value is None or _name(path) in SHOWN else GIVEN for path, value in self.read.items()}


def watched(claim: Claim, trail: Trail) -> Claim:
    """The claim, equal in all its values, that notes on `trail` what is read of it."""
    return cast(Claim, _wrap(claim, "", trail))


def _name(path: str) -> str:
    return path.rpartition(".")[2]


def _wrap(value: Any, path: str, trail: Trail) -> Any:
    if _many(value):
        return tuple(_wrap(item, f"{path}[{place}]", trail) for place, item in enumerate(value))
    if not isinstance(value, msgspec.Struct):
        return value
    lead = f"{path}." if path else ""
    fields = {name: _wrap(getattr(value, name), lead + name.rstrip("_"), trail) for name in value.__struct_fields__}
    return _watching(type(value))(**fields, trail_=trail, path_=lead)


def _many(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], msgspec.Struct)


@cache
def _watching(kind: type[msgspec.Struct]) -> Any:
    """The type of a claim's part with room for the trail, so that a part stays of the type that kinds expect."""
    names = frozenset(kind.__struct_fields__)

    def read(self: Any, name: str) -> Any:
        value = object.__getattribute__(self, name)
        if name in names and not _many(value) and not isinstance(value, msgspec.Struct):
            self.trail_.read.setdefault(self.path_ + name.rstrip("_"), value)
        return value

    return msgspec.defstruct(
        f"Watched{kind.__name__}",
        [("trail_", Any, None), ("path_", str, "")],
        bases=(kind,),
        namespace={"__getattribute__": read},
        frozen=True,
        gc=True,
    )
