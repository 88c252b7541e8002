"""The faults that the X12 reader reports: one table of code, message and repair, and the list they are collected in.

Messages name segments, elements and counts, never a value read from a claim.
"""

from __future__ import annotations

from payerbook.errors import Place, Problem
from payerbook.formats.base import Read, Spot

FAULTS: dict[str, tuple[str, str]] = {
    # The file as a whole.
    "X12-NO-ISA": (
        "The file does not begin with an ISA segment.",
        "Send the whole interchange, from ISA to IEA.",
    ),
    "X12-ISA-UNREADABLE": (
        "The ISA segment does not show which characters separate elements and end segments.",
        "Write ISA in its fixed form of 106 characters, the segment terminator last.",
    ),
    "X12-ISA": (
        "The elements of ISA do not have their fixed widths; the delimiters were taken from their order.",
        "Pad the elements of ISA with spaces to 106 characters in all.",
    ),
    "X12-NO-TERMINATOR": (
        "No segment terminator was found in 8 million characters.",
        "Make the terminator in the file the one that character 106 of ISA names.",
    ),
    "X12-CUT": (
        "The file ends inside an interchange; the last segments are missing.",
        "Send the whole interchange, up to IEA.",
    ),
    "X12-CUT-CLAIM": (
        "The file ends inside this claim; the claim was not checked.",
        "Send the file again, whole.",
    ),
    # The envelope.
    "X12-NO-GS": ("A transaction stands outside a functional group.", "Put GS before the first ST."),
    "X12-NO-ST": ("Claim segments stand outside a transaction.", "Put ST before them and SE behind them."),
    "X12-NO-SE": ("A transaction is not closed before the next envelope segment.", "End each transaction with SE."),
    "X12-NO-GE": ("A functional group is not closed before the next envelope segment.", "End each group with GE."),
    "X12-NO-IEA": ("An interchange is not closed before the next one starts.", "End each interchange with IEA."),
    "X12-STRAY": ("A {segment} segment closes what was not open.", "Remove it, or add the segment that opens it."),
    "X12-SE-COUNT": ("SE01 does not give the {counted} segments of the transaction.", "Set SE01 to {counted}."),
    "X12-GE-COUNT": ("GE01 does not give the number of transactions in the group, {counted}.", "Set GE01 to {counted}."),
    "X12-IEA-COUNT": ("IEA01 does not give the number of groups in the interchange, {counted}.", "Set IEA01 to {counted}."),
    "X12-SE-NUMBER": ("SE02 does not repeat the control number of ST02.", "Give SE02 the value of ST02."),
    "X12-GE-NUMBER": ("GE02 does not repeat the control number of GS06.", "Give GE02 the value of GS06."),
    "X12-IEA-NUMBER": ("IEA02 does not repeat the control number of ISA13.", "Give IEA02 the value of ISA13."),
    "X12-NOT-CLAIM": (
        "This transaction is not a claim: it is {what}.",
        "Send professional claims as 837P or institutional claims as 837I.",
    ),
    "X12-NO-CLAIM": ("This 837 transaction holds no claim (no CLM segment).", "Send a transaction with at least one claim."),
    # Loops and segments.
    "X12-HL": (
        "HL02 does not name the loop that this one stands in, or HL03 is not 20, 22 or 23.",
        "Give HL02 the HL01 of the billing provider (under 22) or of the subscriber (under 23).",
    ),
    "X12-SEGMENT": (
        "A segment has an id that the 837 does not use; it was left out.",
        "Correct the id, or look for a delimiter inside the data of the segment before.",
    ),
    "X12-ORDER": ("{segment} comes before the segment that opens its loop.", "Put {segment} behind {opener}."),
    # Claims and lines.
    "X12-CLAIM-ID": ("CLM01, the number of the claim, is empty; the claim was not checked.", "Fill in CLM01."),
    "X12-NO-LINE": ("The claim has no service line; the claim was not checked.", "Give at least one LX with SV1 or SV2."),
    "X12-NO-SERVICE": (
        "A service line has no SV1 or SV2; the claim was not checked.",
        "Put SV1 (837P) or SV2 (837I) behind LX.",
    ),
    "X12-CODE": (
        "The service line has no procedure code; the claim was not checked.",
        "Write SV101 as qualifier and code, for example HC:97110.",
    ),
    "X12-UNITS": (
        "The units of the service line are missing or are not a number of 0 or more; the claim was not checked.",
        "Give the units as plain digits in {element}.",
    ),
    "X12-SERVICE-DATE": (
        "The service line has no date of service; the claim was not checked.",
        "Add DTP*472 to the line.",
    ),
    "X12-DATE": (
        "{element} is not a date that exists, written CCYYMMDD or CCYYMMDD-CCYYMMDD.",
        "Correct the date.",
    ),
    "X12-NUMBER": (
        "{element} is not a plain number of at most 18 digits; it was left out.",
        "Write it with digits and at most one decimal point.",
    ),
    "X12-POINTER": (
        "SV107 does not hold diagnosis pointers; they were left out.",
        "Give the positions of the diagnoses in HI, for example 1:2.",
    ),
    "X12-DIAGNOSIS": (
        "An element of HI is not a qualifier and a code; the diagnoses of the claim were left out.",
        "Write each diagnosis as one composite, for example ABK:M5450.",
    ),
}


class Findings:
    """Claims and problems of the current block, in the order of the file.

    `ordinal` (from 1) and `start` (bytes from 0) tell which segment is being read; they only ever rise.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.items: list[Read | Problem] = []
        self.ordinal = 0
        self.start = 0
        self._text = ""
        self._start = 0
        self._counted = 0
        self._line = 1

    def begin_block(self, start: int, text: str) -> None:
        """Take up the next block: its byte offset in the file and its text."""
        self._line += self._text.count("\n", self._counted - self._start)
        self._text, self._start, self._counted = text, start, start

    def spot(self) -> Spot:
        """Give the place of the segment that is being read."""
        start = self.start
        self._line += self._text.count("\n", self._counted - self._start, start - self._start)
        self._counted = start
        return Spot(self.ordinal, self._line, start)

    def fault(self, code: str, at: Spot, claim_id: str | None = None, claim_lost: bool = False, /, **facts: object) -> None:
        """Report a fault of the table at a place; `claim_lost` for the one that keeps a claim from being checked."""
        message, repair = FAULTS[code]
        place = Place(segment=at.segment, line=at.line, byte=at.byte)
        message, repair = message.format(**facts), repair.format(**facts)
        self.items.append(Problem(code, message, repair, self.name, place, claim_id, claim_lost))

    def take(self) -> list[Read | Problem]:
        """Hand over what was collected."""
        items, self.items = self.items, []
        return items
