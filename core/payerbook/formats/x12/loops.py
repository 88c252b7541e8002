"""The state of the loops of an 837: what is open, what it holds so far, and how claims and lines are finished."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from payerbook.claim import Provider
from payerbook.formats.base import Read, Spot
from payerbook.formats.x12.draft import ClaimDraft, Coverage, LineDraft, OtherCoverage, Party
from payerbook.formats.x12.faults import Findings
from payerbook.formats.x12.values import day, number

Elements = list[str]

# Where the current segment stands: before a claim, in a claim, in another payer of it, in a service line of it.
HEAD, CLAIM, OTHER, LINE = range(4)
BLANKS = [""] * 16


class Loops:
    """What is open while a transaction is read. Hands each finished claim to the findings."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.start_transaction("", ":", institutional=False)

    def start_transaction(self, version: str, component: str, *, institutional: bool) -> None:
        """Forget the transaction before; `version` names the implementation guide (005010X222A1), `component` is the separator."""
        self.component = component
        self.form = f"X12 {version}".rstrip()
        self.institutional = institutional
        self.claims = 0
        self.submitted_on: date | None = None
        self.billing_loop = self.subscriber_loop = ""
        self._start_billing()

    def _start_billing(self) -> None:
        self.billing: Party | None = None
        self.billing_taxonomy: str | None = None
        self.billing_value: Provider | None = None
        self._start_coverage()

    def _start_coverage(self) -> None:
        self.scope = HEAD
        self.coverage = Coverage()
        self.party: Party | None = None
        self.claim: ClaimDraft | None = None
        self.line: LineDraft | None = None
        self.line_payer: OtherCoverage | None = None
        self.stray_told = False

    def fault(self, code: str, **facts: object) -> None:
        """Report a fault at the current segment, with the claim it stands in."""
        claim_id = None if self.claim is None else self.claim.claim_id
        self.findings.fault(code, self.findings.spot(), claim_id, **facts)

    def reject(self, code: str, at: Spot | None = None, **facts: object) -> None:
        """Report a fault that keeps the open claim from being checked, at the current segment or at a place."""
        claim = self.claim
        if claim is not None:
            spot = at or self.findings.spot()
            self.findings.fault(code, spot, claim.claim_id, claim.usable, **facts)
            claim.usable = False

    def stray(self, segment: str) -> None:
        """Report, once a patient, a segment of a claim that stands before the CLM of it."""
        if not self.stray_told:
            self.stray_told = True
            self.fault("X12-ORDER", segment=segment, opener="CLM")

    def close_line(self) -> None:
        """Finish the open service line and add it to its claim."""
        line, claim = self.line, self.claim
        if line is None or claim is None:
            return
        self.line = self.line_payer = None
        dates = line.dates or claim.statement
        if not line.has_service:
            self.reject("X12-NO-SERVICE", line.spot)
        elif dates is None:
            if not line.date_unreadable:
                self.reject("X12-SERVICE-DATE", line.spot)
        elif claim.usable:
            claim.lines.append(line.value(dates))
            claim.line_spots.append(line.spot)

    def close_claim(self) -> None:
        """Finish the open claim: hand it over when it can be read, say why not when it cannot."""
        claim = self.claim
        if claim is None:
            return
        self.close_line()
        if claim.usable and not claim.lines:
            self.reject("X12-NO-LINE", claim.spot)
        self.claim = None
        self.scope = HEAD
        if claim.usable:
            if self.billing_value is None and self.billing is not None:
                self.billing_value = self.billing.provider()
            value = claim.value(self.coverage, self.billing_value, self.form)
            self.findings.items.append(Read(value, self.findings.name, claim.spot, tuple(claim.line_spots), "x12"))

    def drop_claim(self) -> None:
        """Report the open claim, if there is one, as cut off by the end of the file."""
        if self.claim is not None:
            self.reject("X12-CUT-CLAIM", self.claim.spot)

    def day_of(self, e: Elements, at: int) -> date | None:
        """Give the date in an element; None when it is empty, or is no date, which is reported."""
        text = e[at] if at < len(e) else ""
        if not text:
            return None
        try:
            return day(text)
        except ValueError:
            self.fault("X12-DATE", element=f"{e[0]}{at:02d}")
            return None

    def number_of(self, e: Elements, at: int) -> Decimal | None:
        """Give the number in an element; None when it is empty, or is no number, which is reported."""
        text = e[at] if at < len(e) else ""
        if not text:
            return None
        try:
            return number(text)
        except ValueError:
            self.fault("X12-NUMBER", element=f"{e[0]}{at:02d}")
            return None
