"""The segments of an 837 that say who: billing provider, subscriber, patient, payers and other providers.

One method a segment id, called with the elements of the segment, its ordinal and its byte offset.
"""

from __future__ import annotations

from payerbook.claim import Role
from payerbook.formats.x12.draft import SEQUENCES, OtherCoverage, Party
from payerbook.formats.x12.loops import BLANKS, HEAD, OTHER, Elements, Loops

_ROLES: dict[str, Role] = {"DN": "referring", "P3": "referring", "DK": "ordering"}
_TAXONOMY_QUALIFIERS = ("PXC", "ZZ")


class PartySegments(Loops):
    """The segments of the hierarchy and of the names in it."""

    def bht(self, e: Elements) -> None:
        self.submitted_on = self.day_of(e, 4)

    def hl(self, e: Elements) -> None:
        self.close_claim()
        loop, parent, level = (e + BLANKS)[1:4]
        if level == "20":
            known = not parent
            self._start_billing()
            self.billing_loop, self.subscriber_loop = loop, ""
        elif level == "23":
            known = parent == self.subscriber_loop
            self.scope = HEAD
            self.coverage.dependent = True
            self.coverage.patient = self.coverage.relationship = self.coverage.property_claim = None
        else:
            known = level == "22" and parent == self.billing_loop
            self._start_coverage()
            self.subscriber_loop = loop
        if not known:
            self.fault("X12-HL")

    def sbr(self, e: Elements) -> None:
        e += BLANKS
        sequence = SEQUENCES.get(e[1], "unknown")
        if self.claim is not None:
            self.scope = OTHER
            self.claim.others.append(OtherCoverage(sequence, e[9] or None))
            return
        coverage = self.coverage
        coverage.sequence = sequence
        coverage.relationship = e[2] or None
        coverage.group_number = e[3] or None
        coverage.filing_indicator = e[9] or None

    def pat(self, e: Elements) -> None:
        if len(e) > 1 and e[1]:
            self.coverage.relationship = e[1]

    def nm1(self, e: Elements) -> None:
        e += BLANKS
        entity = e[1]
        self.party = party = Party(e[3], e[4], e[8], e[9])
        claim = self.claim
        if claim is None:
            if entity == "IL":
                self.coverage.subscriber = party
            elif entity == "PR":
                self.coverage.payer = party
            elif entity == "QC":
                self.coverage.patient = party
            elif entity == "85":
                self.billing, self.billing_value = party, None
                party.taxonomy = self.billing_taxonomy
        elif self.scope == OTHER:
            if entity == "PR":
                claim.others[-1].payer = party
        elif entity == "82":
            if self.line is not None:
                self.line.rendering = party
            else:
                claim.rendering = party
        elif entity in _ROLES and claim.referring is None:
            claim.referring, claim.referring_role = party, _ROLES[entity]
        elif entity == "DQ" and claim.supervising is None:
            claim.supervising = party

    def n4(self, e: Elements) -> None:
        if self.party is not None and len(e) > 2:
            self.party.state = e[2] or None

    def dmg(self, e: Elements) -> None:
        if self.party is not None:
            self.party.birth_date = self.day_of(e, 2)
            self.party.sex = e[3] or None if len(e) > 3 else None

    def prv(self, e: Elements) -> None:
        if len(e) < 4 or e[2] not in _TAXONOMY_QUALIFIERS:
            return
        if self.party is not None:
            self.party.taxonomy = e[3] or None
        elif e[1] == "BI":  # it stands before the name of the billing provider
            self.billing_taxonomy = e[3] or None
