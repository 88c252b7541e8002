"""The envelopes of an interchange (ISA, GS, ST and their ends) and the checks of their counts and control numbers."""

from __future__ import annotations

from collections.abc import Callable

from payerbook.formats.base import Spot
from payerbook.formats.x12.claims837 import ClaimLoops
from payerbook.formats.x12.faults import Findings
from payerbook.formats.x12.loops import BLANKS, Elements

Handler = Callable[[Elements], None]

_ISA_WIDTHS = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1]

_OTHER_TRANSACTIONS = {
    "270": "a question about eligibility (270)",
    "271": "an answer about eligibility (271)",
    "276": "a question about the status of claims (276)",
    "277": "a message about the status of claims (277)",
    "278": "a request for or an answer about authorization (278)",
    "820": "a payment of premiums (820)",
    "824": "an application advice (824)",
    "834": "an enrollment (834)",
    "835": "a remittance advice (835)",
    "997": "an acknowledgment (997)",
    "999": "an acknowledgment (999)",
}
_INSTITUTIONAL_GUIDES = ("X223", "X096")
_DENTAL_GUIDES = ("X224", "X097")


class _Level:
    """One open envelope: its control number, where it starts, and how many envelopes or segments it holds."""

    __slots__ = ("control", "count", "spot")

    def __init__(self, control: str, spot: Spot) -> None:
        self.control = control
        self.spot = spot
        self.count = 0


class Envelope:
    """Follows the envelopes, and decides which segments reach the claim loops: `active` holds the handlers in force."""

    def __init__(self, findings: Findings, loops: ClaimLoops) -> None:
        self.findings = findings
        self.loops = loops
        self._outside: dict[str, Handler] = {
            "ISA": self.isa, "IEA": self.iea, "GS": self.gs, "GE": self.ge, "ST": self.st, "SE": self.se,
        }  # fmt: skip
        self._inside: dict[str, Handler] = {**loops.handlers, **self._outside}
        self.active = self._outside
        self.component = ":"
        self.interchange: _Level | None = None
        self.group: _Level | None = None
        self.transaction: _Level | None = None
        self._implied = False
        self._group_version = ""

    def in_claims(self) -> bool:
        """Tell whether the current segment stands in an 837 transaction."""
        return self.active is self._inside

    def isa(self, e: Elements) -> None:
        spot = self.findings.spot()
        self._close_group(spot)
        if self.interchange is not None:
            self.findings.fault("X12-NO-IEA", spot)
        if [len(value) for value in e[1:]] != _ISA_WIDTHS:
            self.findings.fault("X12-ISA", spot)
        self.interchange = _Level((e + BLANKS)[13], spot)

    def iea(self, e: Elements) -> None:
        spot = self.findings.spot()
        self._close_group(spot)
        level, self.interchange = self.interchange, None
        self._check("IEA", e, level, spot)

    def gs(self, e: Elements) -> None:
        spot = self.findings.spot()
        self._close_group(spot)
        if self.interchange is not None:
            self.interchange.count += 1
        e += BLANKS
        self.group = _Level(e[6], spot)
        self._group_version = e[8]

    def ge(self, e: Elements) -> None:
        spot = self.findings.spot()
        self._close_transaction(spot)
        level, self.group = self.group, None
        self._check("GE", e, level, spot)

    def st(self, e: Elements) -> None:
        spot = self.findings.spot()
        self._close_transaction(spot)
        if self.group is None:
            self.findings.fault("X12-NO-GS", spot)
        else:
            self.group.count += 1
        e += BLANKS
        self.transaction = _Level(e[2], spot)
        version = e[3] or self._group_version
        if e[1] != "837":
            what = _OTHER_TRANSACTIONS.get(e[1], "another transaction set")
        elif any(guide in version for guide in _DENTAL_GUIDES):
            what = "a dental claim (837D)"
        else:
            self._begin_claims(version)
            return
        self.findings.fault("X12-NOT-CLAIM", spot, what=what)

    def se(self, e: Elements) -> None:
        spot = self.findings.spot()
        level = self.transaction
        if level is not None and level.spot.segment is not None:
            level.count = self.findings.ordinal - level.spot.segment + 1
        self._end_claims()
        self.transaction = None
        if not self._implied:
            self._check("SE", e, level, spot)
        self._implied = False

    def imply_transaction(self) -> None:
        """Take up claim segments that stand outside a transaction: report it once, and read on as if ST were there."""
        spot = self.findings.spot()
        self.findings.fault("X12-NO-ST", spot)
        self.transaction = _Level("", spot)
        self._implied = True
        self._begin_claims(self._group_version)

    def finish(self, *, cut: bool) -> None:
        """Check that nothing is open at the end of the file; `cut` tells that its last segment has no terminator."""
        spot = self.findings.spot()
        if cut or self.interchange is not None:
            self.loops.drop_claim()
            self.findings.fault("X12-CUT", spot)
        else:
            self._close_group(spot)

    def _begin_claims(self, version: str) -> None:
        version = version.strip()
        institutional = any(guide in version for guide in _INSTITUTIONAL_GUIDES)
        self.loops.start_transaction(version, self.component, institutional=institutional)
        self.active = self._inside

    def _end_claims(self) -> None:
        if self.in_claims() and self.transaction is not None:
            self.loops.close_claim()
            if not self.loops.claims:
                self.findings.fault("X12-NO-CLAIM", self.transaction.spot)
        self.active = self._outside

    def _close_transaction(self, spot: Spot) -> None:
        """End a transaction that has no SE."""
        if self.transaction is None:
            return
        self._end_claims()
        self.transaction = None
        if not self._implied:
            self.findings.fault("X12-NO-SE", spot)
        self._implied = False

    def _close_group(self, spot: Spot) -> None:
        """End a group that has no GE."""
        self._close_transaction(spot)
        if self.group is not None:
            self.group = None
            self.findings.fault("X12-NO-GE", spot)

    def _check(self, segment: str, e: Elements, level: _Level | None, spot: Spot) -> None:
        """Compare an end segment with the envelope that it closes."""
        if level is None:
            self.findings.fault("X12-STRAY", spot, segment=segment)
            return
        count, control = (e + BLANKS)[1:3]
        if not count.strip().isdecimal() or count.strip().lstrip("0") != str(level.count).lstrip("0"):
            self.findings.fault(f"X12-{segment}-COUNT", spot, counted=level.count)
        if control.strip() != level.control.strip():
            self.findings.fault(f"X12-{segment}-NUMBER", spot)
