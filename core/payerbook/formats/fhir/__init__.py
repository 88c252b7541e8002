"""FHIR R4 Claim resources, alone, in a Bundle or one a line: `read` for claims in."""

from payerbook.formats.fhir.reader import read

__all__ = ["read"]
