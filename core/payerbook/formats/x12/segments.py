"""X12 text as blocks of segments, with the delimiters that the interchange header names.

Bytes are decoded as Latin-1, one character a byte, so that an index in the text is a byte offset in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

BLOCK = 1 << 16
LONGEST_SEGMENT = 1 << 23
BLANK = " \t\r\n\x00\x1a"
BYTE_ORDER_MARK = "\xef\xbb\xbf"

_BEFORE_HEADER = BLANK + BYTE_ORDER_MARK
_HEADER_ENOUGH = 512
_HEADER_SEPARATORS = (6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)


class Delimiters(NamedTuple):
    """The four characters that cut an interchange into parts; `repetition` is None before version 00402."""

    element: str
    component: str
    repetition: str | None
    terminator: str


class Block(NamedTuple):
    """A stretch of one interchange: where it starts in the file, its text, the terminated segments, and what follows the last one."""

    delimiters: Delimiters
    start: int
    text: str
    segments: list[str]
    tail: str


class Unreadable(Exception):
    """The file cannot be cut into segments; carries the fault code and the byte offset."""

    def __init__(self, code: str, start: int) -> None:
        super().__init__(code)
        self.code = code
        self.start = start


def delimiters_of(header: str) -> Delimiters | None:
    """Give the delimiters that a text starting with ISA uses: by position, else by counting elements; None when neither helps."""
    if len(header) < 4 or not header.startswith("ISA"):
        return None
    element = header[3]
    if element.isalnum() or element in BLANK:
        return None
    if len(header) > 105 and all(header[at] == element for at in _HEADER_SEPARATORS):
        component, terminator, repetition = header[104], header[105], header[82]
    else:
        fields = header[:_HEADER_ENOUGH].split(element, 16)
        if len(fields) < 17 or len(fields[16]) < 2:
            return None
        component, terminator, repetition = fields[16][0], fields[16][1], fields[11][:1]
        following = fields[16][2:].lstrip(BLANK)
        if following and not following.startswith(("GS" + element, "TA1" + element)):
            return None
    if component.isalnum() or terminator.isalnum() or element in (component, terminator) or component == terminator:
        return None
    return Delimiters(element, component, None if repetition.isalnum() else repetition, terminator)


def blocks(stream: BinaryIO) -> Iterator[Block]:
    """Cut a binary stream of one or more interchanges into blocks; raise `Unreadable` when no header or no terminator is found."""
    text, start = "", 0
    delimiters: Delimiters | None = None
    header_expected, last = True, False
    while not last:
        chunk = stream.read(max(BLOCK, len(text)))
        last = not chunk
        text += chunk.decode("latin-1")
        while text:
            searched = 0
            if header_expected:
                blank = len(text) - len(text.lstrip(_BEFORE_HEADER))
                text, start = text[blank:], start + blank
                if not text or (len(text) < _HEADER_ENOUGH and not last):
                    break
                delimiters = delimiters_of(text) or delimiters
                header_expected, searched = False, 3
            if delimiters is None:
                raise Unreadable("X12-ISA-UNREADABLE" if text.startswith("ISA") else "X12-NO-ISA", start)
            header = _next_header(text, searched, delimiters.terminator)
            end = header if header >= 0 else len(text) if last else text.rfind(delimiters.terminator) + 1
            if end:
                yield _block(delimiters, start, text[:end])
                text, start = text[end:], start + end
            elif header < 0 and len(text) > LONGEST_SEGMENT:
                raise Unreadable("X12-NO-TERMINATOR", start)
            if header < 0:
                break
            header_expected = True


def _block(delimiters: Delimiters, start: int, text: str) -> Block:
    segments = text.split(delimiters.terminator)
    tail = segments.pop()
    return Block(delimiters, start, text, segments, tail)


def _next_header(text: str, begin: int, terminator: str) -> int:
    """Find where another interchange begins, because it may bring other delimiters; -1 when none does."""
    at = text.find("ISA", begin)
    while at >= 0:
        before = at
        while before and text[before - 1] in _BEFORE_HEADER:
            before -= 1
        starts_segment = not before or text[before - 1] == terminator or "\n" in text[before:at]
        separator = text[at + 3 : at + 4]
        if starts_segment and separator and not separator.isalnum() and separator not in BLANK:
            return at
        at = text.find("ISA", at + 3)
    return -1
