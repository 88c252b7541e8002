"""Who a claim names: patient, subscriber, payers and providers, from the resources that it refers to.

`patient.id` is the patient's identifier (a medical record number before others), else the id of the Patient resource that the claim
refers to; the name of a resource inside the claim tells nothing about the patient, so it is not taken.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from payerbook.claim import OtherPayer, Patient, Provider, Role, Sequence, Subscriber
from payerbook.formats.fhir.node import Node
from payerbook.formats.fhir.resources import Shelf, code_of, codings, has_type, identifiers, is_npi, is_taxonomy

_SEXES = {"male": "M", "female": "F"}
_RELATIONSHIPS = {"self": "18", "spouse": "01", "child": "19", "common": "53", "parent": "G8", "injured": "G8", "other": "G8"}
_UNKNOWN_RELATIONSHIP = "21"
_SEQUENCES: dict[int | None, Sequence] = {1: "primary", 2: "secondary", 3: "tertiary"}


class Payer(NamedTuple):
    """A payer as a claim names it, its EDI number, and the place in the order of payers."""

    name: str | None
    id: str | None
    sequence: Sequence | None


class Parties:
    """The resources around one claim."""

    def __init__(self, claim: Node, shelf: Shelf) -> None:
        self._claim = claim
        self._shelf = shelf
        insurance = claim.all("insurance")
        self.insurance = next((one for one in insurance if one.flag("focal")), insurance[0] if len(insurance) == 1 else None)
        self._others = [one for one in insurance if self.insurance is not None and one.steps != self.insurance.steps]

    def patient(self) -> Patient | None:
        """Give the patient of the claim."""
        reference = self._claim.get("patient")
        resource = self._resolve(reference)
        state, birth_date, sex = self._person(resource)
        patient = Patient(id=self._patient_id(reference, resource), birth_date=birth_date, sex=sex, state=state)
        return None if patient == Patient() else patient

    def subscriber(self) -> Subscriber | None:
        """Give the subscriber of the coverage that the claim goes to."""
        coverage = self._coverage(self.insurance)
        if coverage is None:
            return None
        state, birth_date, sex = self._person(self._resolve(coverage.get("subscriber")))
        member = next((one.text("value") for one in identifiers(coverage) if has_type(one, "mb")), None)
        groups = [one.text("value") for one in coverage.all("class") if any(code == "group" for _, code in codings(one.get("type")))]
        subscriber = Subscriber(
            id=coverage.text("subscriberId") or member,
            birth_date=birth_date,
            sex=sex,
            state=state,
            group_number=next(iter(groups), None),
            relationship=self._relationship(coverage),
        )
        return None if subscriber == Subscriber() else subscriber

    def payer(self) -> Payer:
        """Give the payer that the claim goes to: its insurer, else the payor of the coverage."""
        return self._payer(self.insurance, self._claim.get("insurer"))

    def plan(self) -> str | None:
        """Give the plan of the coverage."""
        coverage = self._coverage(self.insurance)
        plans = [one for one in coverage.all("class") if any(code == "plan" for _, code in codings(one.get("type")))] if coverage else []
        return next((one.text("name") or one.text("value") for one in plans), None)

    def other_payers(self) -> tuple[OtherPayer, ...] | None:
        """Give the payers of the claim's other coverages; what they paid, a Claim does not say."""
        payers = [self._payer(one, None) for one in self._others]
        return tuple(OtherPayer(name=one.name, id=one.id, sequence=one.sequence) for one in payers) or None

    def provider(self, reference: Node | None, role: Role | None = None) -> Provider | None:
        """Give a provider with the NPI, taxonomy and state of the resources that a reference leads to; None when it tells none of them."""
        if reference is None:
            return None
        resource = self._resolve(reference)
        named = reference.get("identifier")
        held = [one for one in (resource, *self._behind(resource)) if one is not None]
        numbers = [*([named] if named is not None else []), *(one for node in held for one in identifiers(node))]
        concepts = [concept for node in held for concept in (*node.all("specialty"), *_qualifications(node))]
        states = [address.text("state") for node in held for address in node.all("address")]
        taxonomies = [code for concept in concepts for system, code in codings(concept) if is_taxonomy(system)]
        provider = Provider(
            npi=next((one.text("value") for one in numbers if is_npi(one)), None),
            taxonomy=next(iter(taxonomies), None),
            state=next((state for state in states if state), None),
        )
        if provider == Provider():
            return None
        return Provider(npi=provider.npi, taxonomy=provider.taxonomy, state=provider.state, role=role)

    def _resolve(self, reference: Node | None) -> Node | None:
        return self._shelf.resolve(reference, self._claim)

    def _behind(self, resource: Node | None) -> tuple[Node | None, ...]:
        """The person and the organization that a PractitionerRole stands for."""
        if resource is None or resource.text("resourceType") != "PractitionerRole":
            return ()
        return self._resolve(resource.get("practitioner")), self._resolve(resource.get("organization"))

    def _person(self, resource: Node | None) -> tuple[str | None, date | None, str | None]:
        if resource is None:
            return None, None, None
        state = next((one.text("state") for one in resource.all("address")), None)
        return state, resource.day("birthDate"), _SEXES.get(resource.text("gender") or "")

    def _patient_id(self, reference: Node | None, resource: Node | None) -> str | None:
        if reference is None:
            return None
        own = reference.get("identifier")
        found = [*([own] if own is not None and own.text("value") else []), *identifiers(resource)]
        record = next((one for one in found if has_type(one, "mr")), found[0] if found else None)
        if record is not None:
            return record.text("value")
        address = reference.text("reference") or ""
        return None if address.startswith(("#", "urn:")) else address.removeprefix("Patient/") or None

    def _coverage(self, insurance: Node | None) -> Node | None:
        return None if insurance is None else self._resolve(insurance.get("coverage"))

    def _relationship(self, coverage: Node) -> str | None:
        said = code_of(coverage.get("relationship"), lambda system: "relationship" in system)
        if said is not None:
            return _RELATIONSHIPS.get(said, _UNKNOWN_RELATIONSHIP)
        subscriber, patient = coverage.get("subscriber"), self._claim.get("patient")
        if subscriber is None or patient is None:
            return None
        return "18" if subscriber.text("reference") == patient.text("reference") else _UNKNOWN_RELATIONSHIP

    def _payer(self, insurance: Node | None, insurer: Node | None) -> Payer:
        cover = None if insurance is None else insurance.get("coverage")
        coverage = self._coverage(insurance)
        payors = coverage.all("payor") if coverage is not None else []
        references = [one for one in (insurer, *payors[:1]) if one is not None]
        resources = [one for one in map(self._resolve, references) if one is not None and one.text("resourceType") == "Organization"]
        names = [*(one.text("name") for one in resources), *(one.text("display") for one in references)]
        numbers = [one.get("identifier") for one in references] + [one for node in resources for one in identifiers(node)]
        return Payer(
            next((name for name in names if name), None if cover is None else cover.text("display")),
            next((one.text("value") for one in numbers if one is not None and not is_npi(one) and not has_type(one, "tax")), None),
            None if insurance is None else _SEQUENCES.get(insurance.whole("sequence")),
        )


def _qualifications(node: Node) -> list[Node]:
    held = (one.get("code") for one in node.all("qualification"))
    return [one for one in held if one is not None]
