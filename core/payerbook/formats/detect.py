"""Recognizes the format of a claim file from its content and gives it to the reader of that format."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from payerbook.errors import Place, Problem
from payerbook.formats import claim_json, x12
from payerbook.formats.base import Read

_HEAD = 1 << 16
_BLANK = b" \t\r\n"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_READABLE = "Send claims as X12 837P or 837I, as claim JSON or JSON Lines, as CSV, or as FHIR R4 Claim resources."

# What other files begin with, what they are, and how their content gets in.
_OTHER_FILES: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", "compressed with gzip", "Unpack it first, for example with gunzip."),
    (b"BZh", "compressed with bzip2", "Unpack it first."),
    (b"\xfd7zXZ\x00", "compressed with xz", "Unpack it first."),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "Unpack it first."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it first."),
    (b"PK\x03\x04", "a ZIP archive or an Excel or Word file", "Unpack the archive, or export the claims from the program that wrote it."),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", "Export the claims from the program that wrote it."),
    (b"%PDF", "a PDF", "Export the claims from the billing program."),
    (b"PAR1", "a Parquet file", "Use `payerbook run` for Parquet."),
    (b"SQLite format 3\x00", "a database file", "Export the claims from the program that wrote it."),
    (b"\x89PNG", "an image", "Export the claims from the billing program."),
    (b"\xff\xd8\xff", "an image", "Export the claims from the billing program."),
    (b"II*\x00", "an image", "Export the claims from the billing program."),
    (b"MM\x00*", "an image", "Export the claims from the billing program."),
    (b"\xff\xfe", "text in UTF-16", "Save it as UTF-8."),
    (b"\xfe\xff", "text in UTF-16", "Save it as UTF-8."),
)
_FHIR = re.compile(rb'"resourceType"\s*:\s*"')
_UTF16_WITHOUT_MARK = re.compile(rb"(?:\x00[\x20-\x7e]){4}|(?:[\x20-\x7e]\x00){4}")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x19\x7f]")
_COLUMNS = re.compile(rb"(?:[^,;\t\r\n]*[,;\t]){2}|\"?sep=[,;\t]\"?[\r\n]", re.IGNORECASE)


def open_claims(stream: BinaryIO, name: str) -> Iterator[Read | Problem]:
    """Give the claims and problems of a file in any format that is read; a file of another kind gives one problem that says what it is.

    `name` stands for the file in messages. Nothing is unpacked: a compressed file is named as such.
    """
    head = stream.read(_HEAD)
    text = head.removeprefix(_BYTE_ORDER_MARK).lstrip(_BLANK)
    if not text.strip(b"\x00\x1a" + _BLANK):
        yield _refusal("FILE-EMPTY", "The file is empty.", _READABLE, name)
    elif text.startswith(b"ISA"):
        yield from x12.read(_rejoin(head, stream), name)
    elif text.startswith((b"{", b"[")) and not _UTF16_WITHOUT_MARK.match(text):
        if _FHIR.search(text):
            from payerbook.formats import fhir

            yield from fhir.read(_rejoin(head, stream), name)
        else:
            yield from claim_json.read(_rejoin(head, stream), name)
    elif (refusal := _no_text(head, text, name)) is not None:
        yield refusal
    elif _COLUMNS.match(text):
        from payerbook.formats import csv

        yield from csv.read(_rejoin(head, stream), name)
    else:
        yield _other(text, name)


def _no_text(head: bytes, text: bytes, name: str) -> Problem | None:
    """Say what a file is that holds no text, or text that is marked as something else; None for plain text."""
    for start, what, repair in _OTHER_FILES:
        if head.startswith(start):
            return _refusal("FILE-FORMAT", f"The file is {what}, not claims.", f"{repair} {_READABLE}", name)
    if _UTF16_WITHOUT_MARK.match(text):
        return _refusal("FILE-FORMAT", "The file is text in UTF-16, not claims.", f"Save it as UTF-8. {_READABLE}", name)
    if _CONTROL.search(text):
        return _refusal("FILE-FORMAT", "The file is not text; what it is was not recognized.", _READABLE, name)
    if text.startswith(b"<"):
        return _refusal("FILE-FORMAT", "The file is XML or HTML, which is not read.", _READABLE, name)
    return None


def _other(text: bytes, name: str) -> Problem:
    """Say what a text is that no reader takes."""
    if text.startswith((b"GS", b"ST", b"UNA", b"UNB")):
        return _refusal(
            "FILE-FORMAT", "The file looks like EDI without its ISA segment.", "Send the whole interchange, from ISA to IEA.", name
        )
    return _refusal("FILE-FORMAT", "The format of the file was not recognized.", _READABLE, name)


def _refusal(code: str, message: str, repair: str, name: str) -> Problem:
    return Problem(code, message, repair, name, Place(line=1, byte=0))


def _rejoin(head: bytes, stream: BinaryIO) -> BinaryIO:
    """Give a stream that begins with what was already read of it."""
    return io.BufferedReader(_Rejoined(head, stream), _HEAD)


class _Rejoined(io.RawIOBase):
    """The first bytes of a stream that cannot be rewound, and the stream behind them."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer; 0 at the end."""
        chunk, self._head = (self._head[: len(buffer)], self._head[len(buffer) :]) if self._head else (self._stream.read(len(buffer)), b"")
        buffer[: len(chunk)] = chunk
        return len(chunk)
