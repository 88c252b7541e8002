"""Reads 837P and 837I interchanges as claims, a block of text at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from payerbook.errors import Problem
from payerbook.formats.base import Read
from payerbook.formats.x12.claims837 import UNUSED, ClaimLoops
from payerbook.formats.x12.envelope import Envelope
from payerbook.formats.x12.faults import Findings
from payerbook.formats.x12.segments import BLANK, Block, Unreadable, blocks
from payerbook.formats.x12.values import readable

_UNKNOWN_SEGMENTS_SHOWN = 20


def read(stream: BinaryIO, name: str) -> Iterator[Read | Problem]:
    """Give the claims of X12 837 interchanges and the problems of their structure, in the order of the file; never raise for bad input.

    `name` stands for the file in messages. Memory is bounded by a block of text and the claim being read. Whatever stands
    in transactions other than 837 gives one problem each.
    """
    reader = _Reader(name)
    try:
        for block in blocks(stream):
            reader.feed(block)
            yield from reader.findings.take()
        reader.finish()
    except Unreadable as fault:
        reader.loops.drop_claim()
        reader.findings.start = fault.start
        reader.findings.fault(fault.code, reader.findings.spot())
    yield from reader.findings.take()


class _Reader:
    """Numbers the segments and calls the handler of each."""

    def __init__(self, name: str) -> None:
        self.findings = Findings(name)
        self.loops = ClaimLoops(self.findings)
        self.envelope = Envelope(self.findings, self.loops)
        self.end = 0
        self.unknown = 0
        self.cut = False

    def feed(self, block: Block) -> None:
        """Read the segments of a block."""
        findings = self.findings
        findings.begin_block(block.start, block.text)
        self.end = block.start + len(block.text)
        envelope = self.envelope
        envelope.component = block.delimiters.component
        element = block.delimiters.element
        ascii_only = block.text.isascii()
        at = block.start
        for piece in block.segments:
            segment = piece.strip(BLANK)
            if segment:
                findings.ordinal += 1
                findings.start = at if len(segment) == len(piece) else at + len(piece) - len(piece.lstrip(BLANK))
                e = (segment if ascii_only else readable(segment)).split(element)
                handler = envelope.active.get(e[0])
                if handler is not None:
                    handler(e)
                elif e[0] not in UNUSED:
                    self.unexpected(e[0])
            at += len(piece) + 1
        self.tail(block.tail, element, at)

    def tail(self, piece: str, element: str, at: int) -> None:
        """Read the text behind the last terminator: an IEA that only lacks its terminator counts, anything else is cut off."""
        segment = piece.strip(BLANK)
        self.cut = bool(segment) and not segment.startswith("IEA" + element)
        if segment and not self.cut:
            self.findings.ordinal += 1
            self.findings.start = at + len(piece) - len(piece.lstrip(BLANK))
            self.envelope.iea(segment.split(element))

    def unexpected(self, segment_id: str) -> None:
        """Report a segment that has no place here, or take up claims whose ST is missing."""
        envelope = self.envelope
        if envelope.transaction is None and segment_id in self.loops.handlers:
            envelope.imply_transaction()
        elif (envelope.in_claims() or envelope.transaction is None) and self.unknown < _UNKNOWN_SEGMENTS_SHOWN:
            self.unknown += 1
            self.loops.fault("X12-SEGMENT")

    def finish(self) -> None:
        """Report what is still open at the end of the file."""
        self.findings.start = self.end
        if not self.findings.ordinal and not self.cut:
            self.findings.fault("X12-NO-ISA", self.findings.spot())
        self.envelope.finish(cut=self.cut)
