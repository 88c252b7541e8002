"""The faults that the FHIR reader reports: one table of code, message and repair.

Messages name elements of FHIR, never a value read from a claim.
"""

from __future__ import annotations

from payerbook.formats.json_text import Broken, Piece, locate

FAULTS: dict[str, tuple[str, str]] = {
    "FHIR-NO-CLAIM": (
        "The file holds FHIR resources, but no Claim.",
        "Send Claim resources, alone, in a Bundle, or one a line; an ExplanationOfBenefit or a ClaimResponse is no claim.",
    ),
    "FHIR-USE": (
        "This Claim asks for an authorization or an estimate (use); it bills nothing and was not checked.",
        "Send the Claim with which the services are billed (use: claim).",
    ),
    "FHIR-STATUS": ("This Claim was taken back (status); it was not checked.", "Send the Claim that stands."),
    "FHIR-CLAIM-TYPE": (
        "type does not say that the claim is professional or institutional.",
        "Send professional or institutional claims; other kinds are not read.",
    ),
    "FHIR-KIND": ("{path} is not of the right kind.", "Write {wanted}."),
    "FHIR-MISSING": ("{path} is missing.", "Add it; it is required here."),
    "FHIR-DATE": ("{path} is not a whole day that exists, between 1900 and 2199.", 'Write it as year-month-day, such as "2026-01-15".'),
    "FHIR-NUMBER": (
        "{path} is not a plain number of at most 18 digits.",
        "Write it with digits and at most one decimal point, without an exponent.",
    ),
    "FHIR-CODE": ("{path} holds no CPT or HCPCS code.", "Give a coding of the CPT or HCPCS code system."),
    "FHIR-DETAIL": (
        "{path} holds a service of its own, and services below an item are not read.",
        "Give each service an item of its own.",
    ),
    "FHIR-CURRENCY": ("{path} is not in US dollars.", "Give amounts in USD."),
    "FHIR-DIAGNOSIS": (
        "{path} holds no diagnosis code; the pointers of the items could mean another one.",
        "Give each diagnosis with its ICD-10-CM code.",
    ),
    "FHIR-POINTER": ("{path} names no diagnosis of the claim.", "Name the sequence of a diagnosis."),
}

Steps = tuple[str | int, ...]


class Fault(Exception):
    """Something in a resource that cannot be used: the fault's code, the text that the resource stands in, and the steps to the element.

    `missing` is an element that is not there; the place is then that of what it is missing from.
    """

    def __init__(self, code: str, home: Piece, steps: Steps, missing: str = "", **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.home = home
        self.steps = steps
        self.missing = missing
        self.facts = facts

    def broken(self) -> Broken:
        """Give the fault with its place in the text of the resource."""
        path = written((*self.steps, self.missing) if self.missing else self.steps)
        message, repair = (text.format(path=path, **self.facts) for text in FAULTS[self.code])
        return Broken(self.code, message, repair, path, locate(self.home.data, list(self.steps)))


def written(steps: Steps) -> str:
    """Give the path of an element as text."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")
