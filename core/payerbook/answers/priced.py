"""The answer to "what will be paid", as it is sent (contract, section 4): typed values, from which the JSON Schema is made."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from payerbook.answers.questions import OpenPoint
from payerbook.finding import Cited, PackUsed, TableUsed


class AskedPrice(msgspec.Struct, frozen=True):
    """The question as it was understood; `locality` is the one given, None = the billing provider's state."""

    question: Literal["price"]
    payer: str
    claim_id: str
    locality: str | None
    national: bool
    known_on: date | None


class PriceStep(msgspec.Struct, frozen=True):
    """One step of the arithmetic: `amount` is what it adds or takes away, so the steps add up to what is paid."""

    what: str
    amount: Decimal
    rule: str


class PricedLine(msgspec.Struct, frozen=True):
    """Amounts of one line in US dollars; None = cannot be told, and `unknown` says why. `line` is the line's number."""

    line: int
    code: str
    service_date: date
    units: int | Decimal
    expected_allowed: Decimal | None
    expected_paid: Decimal | None
    patient: Decimal | None
    steps: tuple[PriceStep, ...]
    unknown: tuple[OpenPoint, ...]


class PriceAnswer(msgspec.Struct, frozen=True):
    """What the payer is expected to allow and pay; totals are None when a line's amount is. `assumed` says what was taken for granted."""

    schema_version: Literal["1"]
    asked: AskedPrice
    lines: tuple[PricedLine, ...]
    expected_allowed: Decimal | None
    expected_paid: Decimal | None
    patient: Decimal | None
    assumed: tuple[str, ...]
    sources: tuple[Cited, ...]
    packs: tuple[PackUsed, ...]
    tables: tuple[TableUsed, ...]
