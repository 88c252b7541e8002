"""Minutes to billable units, as the payer counts them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date

from payerbook import units as counting
from payerbook.engine import versions
from payerbook.errors import UsageError
from payerbook.policy import CodeInfo, PackHead, Rule


class UnitCounts(ABC):
    """A book that counts units."""

    @property
    @abstractmethod
    def codes(self) -> Mapping[str, CodeInfo]:
        """Procedure codes with our own labels."""

    @abstractmethod
    def payer(self, text: str) -> PackHead:
        """The payer that a name means. Raises UsageError when it means none or several."""

    @abstractmethod
    def rule(self, id: str) -> Rule:
        """A rule by id. Raises UsageError when there is none."""

    def units(
        self, payer: str, minutes: dict[str, int], *, method: counting.Method | None = None, on: date | None = None
    ) -> counting.Count:
        """Billable units for one day and discipline, by the payer's own counting method or the one given.

        `minutes` maps codes (or `FIRST+ADDON`) to minutes of direct contact. Raises UsageError when the payer's method is not on
        file (for the date of service `on`) and none is given, or when a code is not on file.
        """
        head = self.payer(payer)
        if method is None:
            method = self._unit_method(head, on)
        unknown = [code for key in minutes for code in key.split("+") if code not in self.codes]
        if unknown:
            raise UsageError(f"{', '.join(unknown)}: not a therapy code on file, so how it is timed is unknown.")
        return counting.count(minutes, {code: info.timing for code, info in self.codes.items()}, method)

    def _unit_method(self, head: PackHead, on: date | None) -> counting.Method:
        if head.unit_method is None:
            raise UsageError(f"How {head.id} counts timed units is not on file; say --method cms or --method ama.")
        if on is not None and head.unit_method_rule is not None:
            found = versions.on(self.rule(head.unit_method_rule), on, None)
            if isinstance(found, versions.Gap):
                raise UsageError(f"How {head.id} counted timed units on {on} is not on file; say --method cms or --method ama.")
        return head.unit_method
