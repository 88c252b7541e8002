"""What resources have in common: references between them, identifiers and codings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from payerbook.formats.fhir.node import Node

_NPI = ("http://hl7.org/fhir/sid/us-npi", "urn:oid:2.16.840.1.113883.4.6")
_TAXONOMY = ("nucc.org", "2.16.840.1.113883.6.101")
_PROCEDURES = ("hcpcs", "cpt", "2.16.840.1.113883.6.285", "2.16.840.1.113883.6.12", "2.16.840.1.113883.6.14")


class Shelf:
    """The resources of a bundle, which those beside them refer to."""

    def __init__(self) -> None:
        self._held: dict[str, Node] = {}

    def add(self, address: object, resource: Node) -> None:
        """Take up a resource under its full address and under its type and id; the first of several counts."""
        kind, number = resource.value.get("resourceType"), resource.value.get("id")
        for name in (address, f"{kind}/{number}"):
            if isinstance(name, str):
                self._held.setdefault(name, resource)

    def resolve(self, reference: Node | None, owner: Node) -> Node | None:
        """Give the resource that `owner` refers to, in itself or in the bundle; None when it is not here."""
        address = None if reference is None else reference.text("reference")
        if not address:
            return None
        if address.startswith("#"):
            return next((one for one in owner.all("contained") if one.text("id") == address[1:]), None)
        return self._held.get(address.split("/_history/")[0])


def codings(concept: Node | None) -> Iterator[tuple[str, str]]:
    """Give system (in small letters, empty when none is named) and code of each coding of a concept."""
    for coding in concept.all("coding") if concept is not None else ():
        code = coding.text("code")
        if code:
            yield (coding.text("system") or "").lower(), code


def code_of(concept: Node | None, fits: Callable[[str], bool]) -> str | None:
    """Give the first code of a system that fits, else one whose system is not named."""
    found = list(codings(concept))
    named = next((code for system, code in found if system and fits(system)), None)
    return named or next((code for system, code in found if not system), None)


def is_procedure(system: str) -> bool:
    """Whether a code system is CPT or HCPCS."""
    return any(part in system for part in _PROCEDURES)


def is_taxonomy(system: str) -> bool:
    """Whether a code system is the one of provider taxonomy."""
    return any(part in system for part in _TAXONOMY)


def identifiers(resource: Node | None) -> list[Node]:
    """Give the identifiers of a resource that have a value."""
    return [one for one in resource.all("identifier") if one.text("value")] if resource is not None else []


def is_npi(identifier: Node) -> bool:
    """Whether an identifier is an NPI."""
    return identifier.text("system") in _NPI or has_type(identifier, "npi")


def has_type(identifier: Node, *types: str) -> bool:
    """Whether an identifier is of one of the types (in small letters)."""
    return any(code.lower() in types for _, code in codings(identifier.get("type")))
