"""Writes claims as an 837P 005010X222A1 interchange.

A claim value holds no names, addresses, tax numbers or phone numbers; the guide asks for them. Their places hold neutral
words ("SUBSCRIBER", "ADDRESS NOT GIVEN", 000000000). Elements that the guide requires and a claim may leave open are written
as: payer "PAYER NOT GIVEN", payer and subscriber id 00, payer sequence P, place of service 99, frequency code 1, total charge
the sum of the lines, line charge 0, submission date the last service date. Everything else that is None is left out.
X12 carries no context but the injury, no allowed amounts, and no minutes beside units (minutes equal to the units are sent
as MJ).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby

from payerbook.claim import Claim, Line, OtherPayer, Patient, Provider, Sequence, Subscriber
from payerbook.errors import UsageError
from payerbook.formats.x12.draft import SELF

VERSION = "005010X222A1"

_SEQUENCES: dict[Sequence | None, str] = {"primary": "P", "secondary": "S", "tertiary": "T", "unknown": "U", None: "P"}
_NOT_IN_DATA = str.maketrans(dict.fromkeys("*:~^\r\n", " "))


def write(claims: Iterable[Claim], *, newlines: bool = False) -> bytes:
    """Give an interchange with the claims in their order, one transaction for each run of claims with the same submission date.

    `newlines` puts a line end behind each segment. Raises `UsageError` for an institutional claim: only the 837P is written.
    """
    end = "~\n" if newlines else "~"
    return "".join(segment + end for segment in _interchange(claims)).encode()


def _interchange(claims: Iterable[Claim]) -> Iterator[str]:
    created: date | None = None
    transactions = 0
    for created_on, group in groupby(claims, key=_submitted_on):
        if created is None:
            created = created_on
            yield f"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *{created:%y%m%d}*0000*^*00501*000000001*0*T*:"
            yield f"GS*HC*SENDER*RECEIVER*{created:%Y%m%d}*0000*1*X*{VERSION}"
        transactions += 1
        count = 1
        for segment in _transaction(list(group), created_on, f"{transactions:04d}"):
            yield segment
            count += 1
        yield f"SE*{count}*{transactions:04d}"
    if created is None:
        raise UsageError("An 837P needs at least one claim.")
    yield f"GE*{transactions}*1"
    yield "IEA*1*000000001"


def _submitted_on(claim: Claim) -> date:
    return claim.submitted_on or max(line.service_date for line in claim.lines)


def _transaction(claims: list[Claim], created: date, control: str) -> Iterator[str]:
    yield f"ST*837*{control}*{VERSION}"
    yield f"BHT*0019*00*{control}*{created:%Y%m%d}*0000*CH"
    yield "NM1*41*2*SUBMITTER*****46*SENDER"
    yield "PER*IC*CONTACT*TE*0000000000"
    yield "NM1*40*2*RECEIVER*****46*RECEIVER"
    loop = 0
    billing_loop = 0
    billing: Provider | None = None
    for claim in claims:
        if claim.claim_type != "professional":
            raise UsageError(f"Claim {claim.claim_id} is institutional; only professional claims can be written as X12.")
        provider = claim.billing_provider or Provider()
        if provider != billing:
            loop += 1
            billing, billing_loop = provider, loop
            yield f"HL*{loop}**20*1"
            yield from _billing_provider(provider)
        subscriber = claim.subscriber
        dependent = subscriber is not None and subscriber.relationship not in (None, SELF)
        loop += 1
        yield f"HL*{loop}*{billing_loop}*22*{int(dependent)}"
        yield from _subscriber(claim, dependent=dependent)
        if subscriber is not None and dependent:
            loop += 1
            yield f"HL*{loop}*{loop - 1}*23*0"
            yield from _dependent(claim, subscriber)
        yield from _claim(claim)


def _billing_provider(provider: Provider) -> Iterator[str]:
    if provider.taxonomy:
        yield _segment("PRV", "BI", "PXC", provider.taxonomy)
    yield _provider_name("85", provider, "2", "BILLING PROVIDER")
    yield from _address(provider.state)
    yield _segment("REF", "EI", "000000000")


def _subscriber(claim: Claim, *, dependent: bool) -> Iterator[str]:
    subscriber = claim.subscriber or Subscriber()
    relationship = "" if dependent else subscriber.relationship
    sequence = _SEQUENCES[claim.payer_sequence]
    yield _segment("SBR", sequence, relationship, subscriber.group_number, "", "", "", "", "", claim.filing_indicator)
    yield _segment("NM1", "IL", "1", "SUBSCRIBER", "", "", "", "", "MI", subscriber.id or "00")
    yield from _person(subscriber if dependent else claim.patient or subscriber)
    if not dependent:
        yield from _property_claim(claim)
    yield _segment("NM1", "PR", "2", claim.payer or "PAYER NOT GIVEN", "", "", "", "", "PI", claim.payer_id or "00")


def _dependent(claim: Claim, subscriber: Subscriber) -> Iterator[str]:
    patient = claim.patient or Patient()
    yield _segment("PAT", subscriber.relationship)
    yield _segment("NM1", "QC", "1", "PATIENT", _first_name(patient, subscriber))
    yield from _person(patient)
    yield from _property_claim(claim)


def _first_name(patient: Patient, subscriber: Subscriber) -> str:
    """Give the first name that a reader needs to make the same patient id again; empty when the id is not made of one."""
    if not patient.id or not subscriber.id or patient.birth_date is None:
        return ""
    made_of = f"{subscriber.id.upper()}/{patient.birth_date.isoformat()}/"
    return patient.id.removeprefix(made_of) if patient.id.startswith(made_of) else ""


def _person(person: Patient | Subscriber) -> Iterator[str]:
    yield from _address(person.state)
    if person.birth_date is not None:
        yield _segment("DMG", "D8", f"{person.birth_date:%Y%m%d}", person.sex or "U")


def _address(state: str | None) -> Iterator[str]:
    yield _segment("N3", "ADDRESS NOT GIVEN")
    yield _segment("N4", "CITY NOT GIVEN", state, "00000")


def _property_claim(claim: Claim) -> Iterator[str]:
    injury = claim.context.injury if claim.context is not None else None
    if injury is not None and injury.claim_number:
        yield _segment("REF", "Y4", injury.claim_number)


def _claim(claim: Claim) -> Iterator[str]:
    total = claim.total_charge
    if total is None:
        total = sum((line.charge or Decimal(0) for line in claim.lines), Decimal(0))
    place = f"{_text(claim.place_of_service or '99')}:B:{_text(claim.frequency_code or '1')}"
    injury = claim.context.injury if claim.context is not None else None
    accident = injury.date if injury is not None else None
    related = "OA" if accident is not None else ""
    yield f"CLM*{_text(claim.claim_id)}*{total:f}***{place}*Y*A*Y*Y**{related}".rstrip("*")
    if accident is not None:
        yield _segment("DTP", "439", "D8", f"{accident:%Y%m%d}")
    if claim.authorization_number:
        yield _segment("REF", "G1", claim.authorization_number)
    if claim.original_reference:
        yield _segment("REF", "F8", claim.original_reference)
    codes = [code.replace(".", "") for code in claim.diagnoses or ()]
    if codes:
        yield "*".join(["HI", f"ABK:{_text(codes[0])}", *(f"ABF:{_text(code)}" for code in codes[1:])])
    referring = claim.referring_provider
    ordering = referring is not None and referring.role == "ordering"
    if referring is not None and not ordering:
        yield _provider_name("DN", referring, "1", "PROVIDER")
    if claim.rendering_provider is not None:
        yield from _rendering_provider(claim.rendering_provider)
    if claim.supervising_provider is not None:
        yield _provider_name("DQ", claim.supervising_provider, "1", "PROVIDER")
    for payer in claim.other_payers or ():
        yield from _other_payer(payer)
    for position, line in enumerate(claim.lines, start=1):
        yield from _line(line, position)
        if referring is not None and ordering and position == 1:
            yield _provider_name("DK", referring, "1", "PROVIDER")


def _rendering_provider(provider: Provider) -> Iterator[str]:
    yield _provider_name("82", provider, "1", "PROVIDER")
    if provider.taxonomy:
        yield _segment("PRV", "PE", "PXC", provider.taxonomy)


def _provider_name(entity: str, provider: Provider, kind: str, name: str) -> str:
    number = ("XX", provider.npi) if provider.npi else ("", "")
    return _segment("NM1", entity, kind, name, "", "", "", "", *number)


def _other_payer(payer: OtherPayer) -> Iterator[str]:
    yield _segment("SBR", _SEQUENCES[payer.sequence], SELF, "", "", "", "", "", "", payer.filing_indicator)
    if payer.adjusted is not None:
        yield _segment("CAS", "OA", "192", f"{payer.adjusted:f}")
    if payer.paid is not None:
        yield _segment("AMT", "D", f"{payer.paid:f}")
    yield "OI***Y***Y"
    yield _segment("NM1", "IL", "1", "SUBSCRIBER", "", "", "", "", "MI", "00")
    yield _segment("NM1", "PR", "2", payer.name or "PAYER NOT GIVEN", "", "", "", "", "PI", payer.id or "00")
    if payer.decided_on is not None:
        yield _segment("DTP", "573", "D8", f"{payer.decided_on:%Y%m%d}")


def _line(line: Line, position: int) -> Iterator[str]:
    modifiers = [*line.modifiers, "", "", "", ""][:4] if line.description else line.modifiers
    procedure = ":".join(_text(part) for part in ("HC", line.code, *modifiers, line.description or "")).rstrip(":")
    unit = "MJ" if line.minutes is not None and line.minutes == line.units else "UN"
    pointers = ":".join(map(str, line.diagnosis_pointers or ()))
    place = _text(line.place_of_service or "")
    yield f"LX*{line.number or position}"
    yield f"SV1*{procedure}*{line.charge or Decimal(0):f}*{unit}*{Decimal(line.units):f}*{place}**{pointers}".rstrip("*")
    if line.service_date_to is None:
        yield _segment("DTP", "472", "D8", f"{line.service_date:%Y%m%d}")
    else:
        yield _segment("DTP", "472", "RD8", f"{line.service_date:%Y%m%d}-{line.service_date_to:%Y%m%d}")
    if line.rendering_provider is not None:
        yield from _rendering_provider(line.rendering_provider)


def _segment(*elements: str | None) -> str:
    """Join elements, leaving out empty ones at the end."""
    return "*".join(_text(element or "") for element in elements).rstrip("*")


def _text(value: str) -> str:
    """Give a value without the characters that delimit segments."""
    return value.translate(_NOT_IN_DATA)
