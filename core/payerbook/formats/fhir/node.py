"""One element of a resource with the way to it, read by the kind that FHIR gives it; what is absent is None."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from payerbook.calendar import YEARS
from payerbook.formats.fhir.faults import Fault, Steps
from payerbook.formats.json_checks import Number
from payerbook.formats.json_text import Piece
from payerbook.formats.x12.values import number

_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T.*)?")
_MOST_DIGITS = 9


class Node:
    """An object of a resource, with the text that the resource stands in. Every method raises `Fault` for an element of another kind."""

    __slots__ = ("home", "steps", "value")

    def __init__(self, value: dict[str, Any], home: Piece, steps: Steps = ()) -> None:
        self.value = value
        self.home = home
        self.steps = steps

    def get(self, key: str) -> Node | None:
        """Give an object below."""
        held = self.value.get(key)
        if held is None:
            return None
        if not isinstance(held, dict):
            raise self.fault("FHIR-KIND", key, wanted="an object in braces")
        return Node(held, self.home, (*self.steps, key))

    def all(self, key: str) -> list[Node]:
        """Give the objects of a list below; none when it is absent."""
        held = self.value.get(key)
        if held is None:
            return []
        if not isinstance(held, list) or not all(isinstance(item, dict) for item in held):
            raise self.fault("FHIR-KIND", key, wanted="a list of objects")
        return [Node(item, self.home, (*self.steps, key, place)) for place, item in enumerate(held)]

    def text(self, key: str) -> str | None:
        """Give a text without the blanks around it."""
        held = self.value.get(key)
        if held is None:
            return None
        if not isinstance(held, str) or isinstance(held, Number):
            raise self.fault("FHIR-KIND", key, wanted="text in quotes")
        return held.strip() or None

    def texts(self, key: str) -> list[str]:
        """Give the texts of a list below that are not empty; none when it is absent."""
        held = self.value.get(key)
        if held is None:
            return []
        if not isinstance(held, list) or any(not isinstance(item, str) or isinstance(item, Number) for item in held):
            raise self.fault("FHIR-KIND", key, wanted="a list of texts")
        return [item.strip() for item in held if item.strip()]

    def flag(self, key: str) -> bool:
        """Give a yes or no; absent is no."""
        return self.value.get(key) is True

    def number(self, key: str) -> Decimal | None:
        """Give a decimal number."""
        held = self.value.get(key)
        if held is None:
            return None
        try:
            return number(held if isinstance(held, Number) else "")
        except ValueError:
            raise self.fault("FHIR-NUMBER", key) from None

    def count(self, key: str) -> int | Decimal | None:
        """Give a number of 0 or more, an integer when it is whole."""
        found = self.number(key)
        if found is None:
            return None
        if found < 0:
            raise self.fault("FHIR-NUMBER", key)
        return int(found) if found == int(found) else found

    def whole(self, key: str) -> int | None:
        """Give a whole number of 0 or more."""
        found = self.count(key)
        if isinstance(found, Decimal):
            raise self.fault("FHIR-NUMBER", key)
        return found

    def numbers(self, key: str) -> list[int]:
        """Give the whole numbers of a list below; none when it is absent."""
        held = self.value.get(key)
        if held is None:
            return []
        if not isinstance(held, list):
            raise self.fault("FHIR-KIND", key, wanted="a list of numbers")
        for place, item in enumerate(held):
            if not isinstance(item, Number) or not item.isdecimal() or len(item) > _MOST_DIGITS:
                raise self.fault("FHIR-NUMBER", key, place)
        return [int(item) for item in held]

    def day(self, key: str) -> date | None:
        """Give the day of a date or of a moment, as it is written; a year or a month alone is no day."""
        held = self.text(key)
        if held is None:
            return None
        match = _DAY.fullmatch(held)
        try:
            found = None if match is None else date.fromisoformat(match[1])
        except ValueError:
            found = None
        if found is None or found.year not in YEARS:
            raise self.fault("FHIR-DATE", key)
        return found

    def fault(self, code: str, *below: str | int, **facts: str) -> Fault:
        """Give a fault of the table about this element, or about one below it that is there."""
        return Fault(code, self.home, (*self.steps, *below), **facts)

    def missing(self, key: str) -> Fault:
        """Give the fault of an element that has to be there."""
        return Fault("FHIR-MISSING", self.home, self.steps, key)
