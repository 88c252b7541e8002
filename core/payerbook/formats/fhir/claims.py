"""A FHIR R4 Claim as a claim value.

`submitted_on` is the day of `created`, as it is the day on which an 837 was made. An item without a day takes that of a billable period
of one day. Where all items have one place of service, it is the claim's. Codes of diagnoses at admission and of reasons for a visit
are left out, as they are none of the diagnoses that lines point to.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from payerbook.claim import Claim, ClaimType, Context, Injury, Line, Provider, Role
from payerbook.formats.fhir.node import Node
from payerbook.formats.fhir.parties import Parties
from payerbook.formats.fhir.resources import Shelf, code_of, codings, identifiers, is_procedure
from payerbook.formats.x12.values import diagnosis

_TYPES: tuple[ClaimType, ...] = ("professional", "institutional")
_NOT_POINTED_TO = ("admitting", "patientreasonforvisit", "externalcauseofinjury")
_RENDERING = ("rendering", "performing", "primary")
_OTHERS: dict[str, Role] = {"referring": "referring", "ordering": "ordering"}
_SUPERVISING = ("supervisor", "supervising")
_MINUTES = ("min", "minute", "minutes", "mj")
_BILL_TYPE_DIGITS = (3, 4)


def claim_id(claim: Node) -> str | None:
    """Give the number of a claim: its first identifier, else the id of the resource."""
    return next((one.text("value") for one in identifiers(claim)), None) or claim.text("id")


def claim_of(claim: Node, shelf: Shelf) -> Claim:
    """Give the claim value of a Claim resource; raise `Fault` for what cannot be used or is no claim for payment."""
    _refuse(claim)
    number = claim_id(claim)
    if number is None:
        raise claim.missing("identifier")
    claim_type = _type(claim)
    parties = Parties(claim, shelf)
    codes, places = _diagnoses(claim, parties, shelf, first_principal=claim_type == "institutional")
    team = _Team(claim, parties)
    lines = tuple(_line(item, claim, team, places) for item in claim.all("item"))
    if not lines:
        raise claim.missing("item")
    common = {line.place_of_service for line in lines}
    place = next(iter(common)) if len(common) == 1 else None
    payer, bill_type, period = parties.payer(), _bill_type(claim), claim.get("billablePeriod")
    return Claim(
        claim_id=number,
        lines=tuple(msgspec.structs.replace(line, place_of_service=None) for line in lines) if place else lines,
        payer=payer.name,
        payer_id=payer.id,
        payer_sequence=payer.sequence,
        plan=parties.plan(),
        claim_type=claim_type,
        frequency_code=bill_type[-1] if bill_type else None,
        original_reference=_original(claim),
        submitted_on=claim.day("created"),
        bill_type=bill_type,
        statement_from=period.day("start") if period is not None and claim_type == "institutional" else None,
        statement_to=period.day("end") if period is not None and claim_type == "institutional" else None,
        patient=parties.patient(),
        subscriber=parties.subscriber(),
        billing_provider=parties.provider(claim.get("provider")),
        rendering_provider=team.rendering,
        referring_provider=team.referring,
        supervising_provider=team.supervising,
        place_of_service=place,
        diagnoses=codes or None,
        authorization_number=_authorization(parties.insurance),
        total_charge=_dollars(claim.get("total")),
        other_payers=parties.other_payers(),
        context=_injury(claim),
    )


def _refuse(claim: Node) -> None:
    if claim.text("use") in ("preauthorization", "predetermination"):
        raise claim.fault("FHIR-USE", "use")
    if claim.text("status") in ("cancelled", "entered-in-error"):
        raise claim.fault("FHIR-STATUS", "status")


def _type(claim: Node) -> ClaimType:
    said = [code for _, code in codings(claim.get("type"))]
    found = next((one for one in _TYPES if one in said), None)
    if found is None:
        raise claim.fault("FHIR-CLAIM-TYPE") if claim.get("type") is None else claim.fault("FHIR-CLAIM-TYPE", "type")
    return found


def _diagnoses(claim: Node, parties: Parties, shelf: Shelf, *, first_principal: bool) -> tuple[tuple[str, ...], dict[int, int]]:
    """The codes of the diagnoses in order, and for each sequence its place among them (from 1)."""
    held = []
    for one in claim.all("diagnosis"):
        types = [code for concept in one.all("type") for _, code in codings(concept)]
        if any(code in _NOT_POINTED_TO for code in types):
            continue
        sequence = one.whole("sequence")
        if sequence is None:
            raise one.missing("sequence")
        condition = shelf.resolve(one.get("diagnosisReference"), claim)
        concept = one.get("diagnosisCodeableConcept") or (None if condition is None else condition.get("code"))
        code = code_of(concept, lambda system: "icd" in system)
        if code is None:
            raise one.fault("FHIR-DIAGNOSIS")
        held.append((not (first_principal and "principal" in types), sequence, diagnosis(code)))
    held.sort(key=lambda one: one[:2])
    return tuple(code for _, _, code in held), {sequence: place for place, (_, sequence, _) in enumerate(held, 1)}


def _line(item: Node, claim: Node, team: _Team, places: dict[int, int]) -> Line:
    for detail in [*item.all("detail"), *(below for one in item.all("detail") for below in one.all("subDetail"))]:
        if any(is_procedure(system) for system, _ in codings(detail.get("productOrService"))):
            raise detail.fault("FHIR-DETAIL")
    quantity = item.get("quantity")
    units = None if quantity is None else quantity.count("value")
    if quantity is None or units is None:
        raise item.missing("quantity")
    timed = (quantity.text("code") or quantity.text("unit") or "").lower() in _MINUTES
    first, last = _days(item, claim)
    revenue_code = next((code for _, code in codings(item.get("revenue"))), None)
    location = code_of(item.get("locationCodeableConcept"), lambda system: "place" in system)
    return Line(
        service_date=first,
        code=_procedure(item, revenue_code),
        units=units,
        number=item.whole("sequence"),
        service_date_to=None if last == first else last,
        modifiers=tuple(_modifier(one) for one in item.all("modifier")),
        minutes=units if timed else None,
        diagnosis_pointers=_pointers(item, places),
        charge=_charge(item, units),
        place_of_service=location,
        revenue_code=revenue_code,
        rendering_provider=team.of(item),
    )


def _procedure(item: Node, revenue_code: str | None) -> str:
    code = code_of(item.get("productOrService"), is_procedure)
    if code is None and revenue_code is None:
        concept = item.get("productOrService")
        raise item.missing("productOrService") if concept is None else concept.fault("FHIR-CODE")
    return code or ""


def _modifier(concept: Node) -> str:
    code = code_of(concept, is_procedure) or next((code for _, code in codings(concept)), None)
    if code is None:
        raise concept.fault("FHIR-CODE")
    return code


def _days(item: Node, claim: Node) -> tuple[date, date]:
    """The first and the last day of an item."""
    day = item.day("servicedDate")
    if day is not None:
        return day, day
    period = item.get("servicedPeriod")
    if period is None:
        period = claim.get("billablePeriod")
        if period is None or period.day("start") is None or period.day("start") != period.day("end"):
            raise item.missing("servicedDate")
    first, last = period.day("start"), period.day("end")
    if first is None or last is None:
        raise period.missing("start" if first is None else "end")
    return first, last


def _pointers(item: Node, places: dict[int, int]) -> tuple[int, ...] | None:
    """Places of diagnoses in their list; without a list, the numbers that the item names."""
    named = item.numbers("diagnosisSequence")
    if places:
        for place, sequence in enumerate(named):
            if sequence not in places:
                raise item.fault("FHIR-POINTER", "diagnosisSequence", place)
    return tuple(places.get(sequence, sequence) for sequence in named) or None


def _charge(item: Node, units: int | Decimal) -> Decimal | None:
    net = _dollars(item.get("net"))
    price = _dollars(item.get("unitPrice"))
    if net is not None or price is None:
        return net
    factor = item.number("factor")
    return price * Decimal(units) * (Decimal(1) if factor is None else factor)


def _dollars(money: Node | None) -> Decimal | None:
    if money is None:
        return None
    if (money.text("currency") or "USD") != "USD":
        raise money.fault("FHIR-CURRENCY")
    return money.number("value")


def _bill_type(claim: Node) -> str | None:
    """The type of bill, where a code of the NUBC's system gives it."""
    for one in claim.all("supportingInfo"):
        for system, code in codings(one.get("code")):
            if "nubc" in system and "bill" in system and code.isdecimal() and len(code) in _BILL_TYPE_DIGITS:
                return code
    return None


def _original(claim: Node) -> str | None:
    """The number of the claim that this one corrects."""
    for one in claim.all("related"):
        if any(code == "prior" for _, code in codings(one.get("relationship"))):
            reference = one.get("claim")
            number = one.get("reference") or (None if reference is None else reference.get("identifier"))
            return None if number is None else number.text("value")
    return None


def _authorization(insurance: Node | None) -> str | None:
    return next(iter(insurance.texts("preAuthRef")), None) if insurance is not None else None


def _injury(claim: Node) -> Context | None:
    accident = claim.get("accident")
    day = None if accident is None else accident.day("date")
    return None if day is None else Context(injury=Injury(date=day))


class _Team:
    """The care team of a claim: who rendered the services, of the whole claim or of each item, and who referred or supervised."""

    def __init__(self, claim: Node, parties: Parties) -> None:
        self.referring: Provider | None = None
        self.supervising: Provider | None = None
        rendering: dict[int | None, Provider] = {}
        for member in claim.all("careTeam"):
            roles = [code.lower() for _, code in codings(member.get("role"))]
            role = next((_OTHERS[code] for code in roles if code in _OTHERS), None)
            supervises = any(code in _SUPERVISING for code in roles)
            provider = parties.provider(member.get("provider"), "supervising" if supervises else role)
            if provider is None:
                continue
            if supervises:
                self.supervising = self.supervising or provider
            elif role is not None:
                self.referring = self.referring or provider
            elif any(code in _RENDERING for code in roles):
                rendering[member.whole("sequence")] = provider
        self.rendering = next(iter(rendering.values())) if len(rendering) == 1 else None
        self._each = rendering if len(rendering) > 1 else {}

    def of(self, item: Node) -> Provider | None:
        """Give the provider of an item where the claim has several."""
        return next((self._each[one] for one in item.numbers("careTeamSequence") if one in self._each), None)
