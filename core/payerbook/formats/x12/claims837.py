"""The segments of an 837 that say what: the claim, its other payers and its service lines.

One method a segment id, called with the elements of the segment, its ordinal and its byte offset. Bill types are
CLM05-1 with CLM05-3 behind it, as sent: three digits ("131"), or four when the sender writes the leading zero ("0131").
`submitted_on` is BHT04, the day on which the file was made, or the earlier receipt by a repricer (DTP*050) when there is one.
"""

from __future__ import annotations

import re

from payerbook.formats.x12.draft import ClaimDraft, LineDraft
from payerbook.formats.x12.faults import Findings
from payerbook.formats.x12.loops import BLANKS, CLAIM, LINE, OTHER, Elements
from payerbook.formats.x12.parties import PartySegments
from payerbook.formats.x12.values import diagnosis, period, pointers, quantity

_PRINCIPAL = ("ABK", "BK")
_DIAGNOSES = ("ABK", "BK", "ABF", "BF")
_PLACE_COMPOSITE = re.compile(r"[0-9A-Z]{1,3}([^0-9A-Za-z ])[AB]\1[0-9A-Z]")

# Segments of the 837 that say nothing a claim value holds.
UNUSED = frozenset(
    {
        "CL1", "CN1", "CR1", "CR2", "CR3", "CR4", "CR5", "CR6", "CR7", "CR8", "CRC", "CTP", "CUR", "FRM", "HCP", "HSD", "IMM", "K3",
        "LE", "LIN", "LQ", "LS", "MEA", "MIA", "MOA", "N2", "N3", "NTE", "OI", "PER", "PS1", "PWK", "QTY", "SV5", "SV7", "TA1",
    }
)  # fmt: skip


class ClaimLoops(PartySegments):
    """Follows the loops of 837 transactions: `handlers` names the method for each segment id."""

    def __init__(self, findings: Findings) -> None:
        super().__init__(findings)
        self.handlers = {
            "BHT": self.bht, "HL": self.hl, "SBR": self.sbr, "PAT": self.pat, "NM1": self.nm1, "N4": self.n4, "DMG": self.dmg,
            "PRV": self.prv, "CLM": self.clm, "DTP": self.dtp, "REF": self.ref, "AMT": self.amt, "HI": self.hi, "CAS": self.cas,
            "SVD": self.svd, "LX": self.lx, "SV1": self.sv1, "SV2": self.sv2,
        }  # fmt: skip

    def clm(self, e: Elements) -> None:
        self.close_claim()
        e += BLANKS
        self.claims += 1
        self.claim = claim = ClaimDraft(e[1], self.findings.spot())
        self.scope = CLAIM
        self.party = None
        claim.submitted_on = self.submitted_on
        claim.property_claim = self.coverage.property_claim
        claim.total_charge = self.number_of(e, 2)
        place, qualifier, frequency = self._place(e[5])
        claim.frequency_code = frequency or None
        claim.institutional = self.institutional or qualifier == "A"
        if claim.institutional:
            claim.bill_type = place + frequency or None
        else:
            claim.place_of_service = place or None
        if not claim.claim_id:
            self.reject("X12-CLAIM-ID")

    def _place(self, composite: str) -> list[str]:
        """Give the three parts of CLM05. Some senders name one component separator in ISA and use another; CLM05 shows which."""
        if self.component not in composite:
            shown = _PLACE_COMPOSITE.fullmatch(composite)
            if shown is not None:
                self.component = shown[1]
        return (composite.split(self.component) + BLANKS)[:3]

    def dtp(self, e: Elements) -> None:
        claim = self.claim
        if claim is None:
            return
        qualifier = e[1] if len(e) > 1 else ""
        line = self.line
        if line is not None:
            if qualifier == "472":
                try:
                    line.dates = period(e[3])
                except (ValueError, IndexError):
                    line.date_unreadable = True
                    self.reject("X12-DATE", element="DTP03")
            elif qualifier == "573" and self.line_payer is not None:
                self.line_payer.decide(self.day_of(e, 3))
        elif self.scope == OTHER:
            if qualifier == "573":
                claim.others[-1].decide(self.day_of(e, 3))
        elif self.scope == CLAIM:
            if qualifier == "434":
                try:
                    claim.statement = period(e[3])
                except (ValueError, IndexError):
                    self.fault("X12-DATE", element="DTP03")
            elif qualifier == "439":
                claim.accident_date = self.day_of(e, 3)
            elif qualifier == "050":
                claim.submitted_on = self.day_of(e, 3) or claim.submitted_on

    def ref(self, e: Elements) -> None:
        if len(e) < 3 or self.scope > CLAIM:
            return
        qualifier, value = e[1], e[2] or None
        claim = self.claim
        if claim is None:
            if qualifier == "Y4":
                self.coverage.property_claim = value
        elif qualifier == "F8":
            claim.original_reference = value
        elif qualifier == "G1":
            claim.authorization_number = value
        elif qualifier == "Y4":
            claim.property_claim = value

    def hi(self, e: Elements) -> None:
        claim = self.claim
        if claim is None:
            self.stray("HI")
            return
        for element in e[1:]:
            if not element:
                continue
            parts = element.split(self.component, 2)
            if len(parts) < 2 or not parts[1]:
                # Dropping one code would shift what the diagnosis pointers of the lines mean.
                claim.diagnoses_usable = False
                self.fault("X12-DIAGNOSIS")
                return
            if parts[0] in _DIAGNOSES:
                first = claim.institutional and parts[0] in _PRINCIPAL
                claim.diagnoses.insert(0 if first else len(claim.diagnoses), diagnosis(parts[1]))

    def amt(self, e: Elements) -> None:
        if self.scope == OTHER and self.claim is not None and len(e) > 2 and e[1] == "D":
            self.claim.others[-1].paid = self.number_of(e, 2)

    def cas(self, e: Elements) -> None:
        other = self.claim.others[-1] if self.scope == OTHER and self.claim is not None else self.line_payer
        if other is None:
            return
        for at in range(3, len(e), 3):
            amount = self.number_of(e, at)
            if amount is not None:
                other.adjust(amount)

    def svd(self, e: Elements) -> None:
        others = self.claim.others if self.claim is not None else []
        named = [other for other in others if other.payer is not None and len(e) > 1 and other.payer.id == e[1]]
        self.line_payer = named[0] if named else others[0] if len(others) == 1 else None

    def lx(self, e: Elements) -> None:
        claim = self.claim
        if claim is None:
            self.stray("LX")
            return
        self.close_line()
        given = e[1] if len(e) > 1 else ""
        if given.isdecimal() and len(given) <= 6:
            counter = int(given)
        else:
            counter = len(claim.lines) + 1
            self.fault("X12-NUMBER", element="LX01")
        self._open_line(counter)

    def sv1(self, e: Elements) -> None:
        line = self._line("SV1")
        if line is None:
            return
        e += BLANKS
        self._procedure(line, e[1])
        line.charge = self.number_of(e, 2)
        line.place_of_service = e[5] or None
        self._units(line, e[3], e[4], "SV104")
        if e[7]:
            try:
                line.pointers = pointers(e[7], self.component)
            except ValueError:
                self.fault("X12-POINTER")
        if not line.code:
            self.reject("X12-CODE")

    def sv2(self, e: Elements) -> None:
        line = self._line("SV2")
        if line is None:
            return
        e += BLANKS
        line.revenue_code = e[1] or None
        self._procedure(line, e[2])
        line.charge = self.number_of(e, 3)
        self._units(line, e[4], e[5], "SV205")

    def _open_line(self, counter: int) -> LineDraft:
        self.scope = LINE
        self.party = None
        self.line = LineDraft(counter, self.findings.spot())
        return self.line

    def _line(self, segment: str) -> LineDraft | None:
        """Give the line that a service segment fills; one that has no LX of its own is reported and opens a line itself."""
        claim, line = self.claim, self.line
        if claim is None:
            self.stray(segment)
            return None
        if line is None or line.has_service:
            self.fault("X12-ORDER", segment=segment, opener="LX")
            self.close_line()
            line = self._open_line(len(claim.lines) + 1)
        line.has_service = True
        return line

    def _procedure(self, line: LineDraft, composite: str) -> None:
        parts = composite.split(self.component)
        if len(parts) > 1:
            line.code = parts[1]
            line.modifiers = tuple(filter(None, parts[2:6]))
            line.description = parts[6] or None if len(parts) > 6 else None

    def _units(self, line: LineDraft, unit: str, text: str, element: str) -> None:
        try:
            line.units = quantity(text)
        except ValueError:
            self.reject("X12-UNITS", element=element)
            return
        if unit == "MJ":
            line.minutes = line.units
