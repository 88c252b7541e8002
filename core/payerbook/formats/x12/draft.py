"""A claim, a service line and the parties around them while their segments are still being read.

Who the patient is: when the subscriber is the patient, `patient.id` stays None and `payerbook.claim.patient_key` uses the
subscriber id with the birth date. A dependent gets `patient.id` made of subscriber id, birth date and the letters of the
first name, because twins and siblings share the first two. Without one of the three it is None: the claim number tells
nothing about the patient, and a guess would join the histories of strangers. For the same reason a dependent whose
relationship is not given gets 21 (unknown), so that the subscriber's own birth date is not taken for the dependent's.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from payerbook.claim import Claim, Context, Injury, Line, OtherPayer, Patient, Provider, Role, Sequence, Subscriber
from payerbook.formats.base import Spot

SELF = "18"
UNKNOWN_RELATIONSHIP = "21"
SEQUENCES: dict[str, Sequence] = {"P": "primary", "S": "secondary", "T": "tertiary"}


class Party:
    """One NM1 loop: a person or an organization, with what the segments behind NM1 say about it."""

    __slots__ = ("birth_date", "first_name", "id", "name", "npi", "sex", "state", "taxonomy")

    def __init__(self, name: str, first_name: str, qualifier: str, number: str) -> None:
        self.name = name
        self.first_name = first_name
        self.id = number or None
        self.npi = self.id if qualifier == "XX" else None
        self.taxonomy: str | None = None
        self.state: str | None = None
        self.birth_date: date | None = None
        self.sex: str | None = None

    def provider(self, role: Role | None = None) -> Provider:
        """Give the party as a provider of the claim."""
        return Provider(npi=self.npi, taxonomy=self.taxonomy, state=self.state, role=role)


class Coverage:
    """The subscriber loop and the patient loop under it: everything that the claims of one patient share."""

    __slots__ = (
        "dependent", "filing_indicator", "group_number", "patient", "payer", "property_claim", "relationship", "sequence", "subscriber",
    )  # fmt: skip

    def __init__(self) -> None:
        self.sequence: Sequence | None = None
        self.group_number: str | None = None
        self.filing_indicator: str | None = None
        self.relationship: str | None = None
        self.property_claim: str | None = None
        self.dependent = False
        self.subscriber: Party | None = None
        self.patient: Party | None = None
        self.payer: Party | None = None

    def patient_value(self) -> Patient | None:
        """Give the patient of the claim; None when nothing is known of the patient."""
        party = self.patient if self.dependent else self.subscriber
        if party is None:
            return None
        patient = Patient(
            id=self._dependent_id() if self.dependent else None,
            birth_date=party.birth_date,
            sex=party.sex,
            state=party.state,
        )
        return None if patient == Patient() else patient

    def subscriber_value(self) -> Subscriber | None:
        """Give the subscriber of the claim; None without a subscriber loop."""
        party = self.subscriber
        if party is None:
            return None
        return Subscriber(
            id=party.id,
            birth_date=party.birth_date,
            sex=party.sex,
            state=party.state,
            group_number=self.group_number,
            relationship=self.relationship or (UNKNOWN_RELATIONSHIP if self.dependent else None),
        )

    def _dependent_id(self) -> str | None:
        subscriber, patient = self.subscriber, self.patient
        if subscriber is None or patient is None or patient.birth_date is None:
            return None
        first_name = "".join(letter for letter in patient.first_name.upper() if letter.isalpha())
        if not subscriber.id or not first_name:
            return None
        return f"{subscriber.id.strip().upper()}/{patient.birth_date.isoformat()}/{first_name}"


class OtherCoverage:
    """Another payer of the claim (loop 2320) while it is being read."""

    __slots__ = ("adjusted", "decided_on", "filing_indicator", "paid", "payer", "sequence")

    def __init__(self, sequence: Sequence, filing_indicator: str | None) -> None:
        self.sequence = sequence
        self.filing_indicator = filing_indicator
        self.payer: Party | None = None
        self.paid: Decimal | None = None
        self.adjusted: Decimal | None = None
        self.decided_on: date | None = None

    def decide(self, day: date | None) -> None:
        """Note a day on which this payer decided the claim or a line; the last one counts."""
        if day is not None and (self.decided_on is None or day > self.decided_on):
            self.decided_on = day

    def adjust(self, amount: Decimal) -> None:
        """Add one adjustment of this payer, of the claim or of a line, in dollars."""
        self.adjusted = amount if self.adjusted is None else self.adjusted + amount

    def value(self) -> OtherPayer:
        """Give the other payer as the claim holds it."""
        return OtherPayer(
            name=self.payer.name or None if self.payer is not None else None,
            id=self.payer.id if self.payer is not None else None,
            sequence=self.sequence,
            filing_indicator=self.filing_indicator,
            paid=self.paid,
            adjusted=self.adjusted,
            decided_on=self.decided_on,
        )


class LineDraft:
    """One service line (loop 2400) while it is being read."""

    __slots__ = (
        "charge", "code", "date_unreadable", "dates", "description", "has_service", "minutes", "modifiers", "number", "place_of_service",
        "pointers", "rendering", "revenue_code", "spot", "units",
    )  # fmt: skip

    def __init__(self, number: int, spot: Spot) -> None:
        self.number = number
        self.spot = spot
        self.has_service = False
        self.date_unreadable = False
        self.code = ""
        self.modifiers: tuple[str, ...] = ()
        self.units: int | Decimal = 0
        self.dates: tuple[date, date] | None = None
        self.charge: Decimal | None = None
        self.minutes: int | Decimal | None = None
        self.description: str | None = None
        self.place_of_service: str | None = None
        self.pointers: tuple[int, ...] | None = None
        self.revenue_code: str | None = None
        self.rendering: Party | None = None

    def value(self, dates: tuple[date, date]) -> Line:
        """Give the finished line with its first and last day of service."""
        first, last = dates
        return Line(
            service_date=first,
            code=self.code,
            units=self.units,
            number=self.number,
            service_date_to=None if last == first else last,
            modifiers=self.modifiers,
            minutes=self.minutes,
            diagnosis_pointers=self.pointers,
            charge=self.charge,
            place_of_service=self.place_of_service,
            description=self.description,
            revenue_code=self.revenue_code,
            rendering_provider=None if self.rendering is None else self.rendering.provider(),
        )


class ClaimDraft:
    """One claim (loop 2300) while it is being read; `usable` turns False when it cannot become a claim."""

    __slots__ = (
        "accident_date", "authorization_number", "bill_type", "claim_id", "diagnoses", "diagnoses_usable", "frequency_code",
        "institutional", "line_spots", "lines", "original_reference", "others", "place_of_service", "property_claim",
        "referring", "referring_role", "rendering", "spot", "statement", "submitted_on", "supervising", "total_charge", "usable",
    )  # fmt: skip

    def __init__(self, claim_id: str, spot: Spot) -> None:
        self.claim_id = claim_id
        self.spot = spot
        self.usable = True
        self.institutional = False
        self.total_charge: Decimal | None = None
        self.place_of_service: str | None = None
        self.bill_type: str | None = None
        self.frequency_code: str | None = None
        self.original_reference: str | None = None
        self.authorization_number: str | None = None
        self.property_claim: str | None = None
        self.accident_date: date | None = None
        self.submitted_on: date | None = None
        self.statement: tuple[date, date] | None = None
        self.diagnoses: list[str] = []
        self.diagnoses_usable = True
        self.rendering: Party | None = None
        self.referring: Party | None = None
        self.referring_role: Role | None = None
        self.supervising: Party | None = None
        self.others: list[OtherCoverage] = []
        self.lines: list[Line] = []
        self.line_spots: list[Spot] = []

    def value(self, coverage: Coverage, billing: Provider | None, form: str) -> Claim:
        """Give the finished claim; `form` is the text for `claim.format`."""
        payer = coverage.payer
        statement = self.statement
        context = None
        if self.accident_date is not None or self.property_claim is not None:
            context = Context(injury=Injury(date=self.accident_date, claim_number=self.property_claim))
        return Claim(
            claim_id=self.claim_id,
            lines=tuple(self.lines),
            payer=payer.name or None if payer is not None else None,
            payer_id=payer.id if payer is not None else None,
            filing_indicator=coverage.filing_indicator,
            payer_sequence=coverage.sequence,
            claim_type="institutional" if self.institutional else "professional",
            frequency_code=self.frequency_code,
            original_reference=self.original_reference,
            submitted_on=self.submitted_on,
            bill_type=self.bill_type,
            statement_from=None if statement is None else statement[0],
            statement_to=None if statement is None else statement[1],
            patient=coverage.patient_value(),
            subscriber=coverage.subscriber_value(),
            billing_provider=billing,
            rendering_provider=None if self.rendering is None else self.rendering.provider(),
            referring_provider=None if self.referring is None else self.referring.provider(self.referring_role),
            supervising_provider=None if self.supervising is None else self.supervising.provider("supervising"),
            place_of_service=self.place_of_service,
            diagnoses=tuple(self.diagnoses) if self.diagnoses and self.diagnoses_usable else None,
            authorization_number=self.authorization_number,
            total_charge=self.total_charge,
            other_payers=tuple(other.value() for other in self.others) or None,
            format=form,
            context=context,
        )
