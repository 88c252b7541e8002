"""Cuts text with separators into rows and cells and keeps the place of each cell, in bytes.

Python's csv module tells no places, and behind a quotation mark that is never closed it takes the rest of the file for one cell; tests
hold this reader against it. Text is cut as Latin-1, one character a byte, because all marks are ASCII; cells become UTF-8 text,
or text of Windows (cp1252) where they are no UTF-8.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import BinaryIO, NamedTuple

BLOCK = 1 << 16
LONGEST = 1 << 17
"""Bytes of the longest row that is read."""
MOST_LINES = 50
"""Text lines that a row may run over; a quotation mark that is still open then was never meant to be closed."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_OPENING = re.compile(r' *+"(?:[^"]++|"")*+("?)')
_GOING_ON = re.compile(r'(?:[^"]++|"")*+("?)')
_FORMULA = re.compile(r'="([^"]*)"')


class Row(NamedTuple):
    """A row: its text as it stands in the file, the byte and the text line where it begins, and whether a line end stands behind it."""

    text: str
    start: int
    line: int
    ended: bool


class Bad(NamedTuple):
    """A row that cannot be cut into cells: the fault's code, and the byte and the text line where the row begins."""

    code: str
    text: str
    start: int
    line: int


@lru_cache(maxsize=2)
def spans(text: str, separator: str) -> tuple[tuple[int, int], ...] | None:
    """Give where each cell of a row begins and ends, quotation marks included; None when a mark is not closed or closed too early.

    The last rows are remembered: a row is asked for when it is cut, when its cells are read, and when one of them has to be placed.
    """
    found: list[tuple[int, int]] = []
    cell = _cell(separator)
    at, last = 0, len(text)
    while True:
        match = cell.match(text, at)
        if match is None:
            return None
        found.append(match.span())
        at = match.end()
        if at == last:
            return tuple(found)
        at += 1


def values(text: str, separator: str) -> list[str] | None:
    """Give the texts of a row's cells without the blanks around them; None as in `spans`."""
    if text.isascii() and '"' not in text:
        return [cell.strip() for cell in text.split(separator)]
    places = spans(text, separator)
    return None if places is None else [value(text[start:end]) for start, end in places]


def value(cell: str) -> str:
    """Give the text of one cell, without quotation marks, without `="…"` around it, without the blanks at its ends."""
    text = decoded(cell).strip()
    if '"' not in text:
        return text
    if text.startswith('"'):
        text = text[1:-1].replace('""', '"').strip()
    formula = _FORMULA.fullmatch(text)
    return formula[1].strip() if formula else text


def decoded(text: str) -> str:
    """Give Latin-1 decoded text as the text it was meant to be."""
    if text.isascii():
        return text
    data = text.encode("latin-1")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


class Rows:
    """The rows of a stream that are not blank; memory is bounded by a block and the longest row."""

    def __init__(self, stream: BinaryIO) -> None:
        self._lines = _lines(stream)
        self._ahead: deque[Row] = deque()

    def first(self) -> Row | None:
        """Give the next text line that is not blank, without using it up."""
        row = self._take()
        if row is not None:
            self._ahead.appendleft(row)
        return row

    def next(self, separator: str) -> Row | Bad | None:
        """Give the next row; None at the end."""
        row = self._take()
        if row is None or len(row.text) > LONGEST:
            return row if row is None else Bad("CSV-SIZE", "", row.start, row.line)
        if '"' not in row.text:
            return row
        held = [row]
        size = len(row.text)
        open_ = _open_behind(row.text, separator, open_=False)
        while open_ and size <= LONGEST and len(held) < MOST_LINES and (more := self._line()) is not None:
            held.append(more)
            size += len(more.text)
            open_ = _open_behind(more.text, separator, open_=True)
        text = "".join(line.text for line in held).rstrip("\r\n")
        if open_ or spans(text, separator) is None:
            self._ahead.extendleft(reversed(held[1:]))  # what follows may be rows in order
            return Bad("CSV-QUOTE", row.text.rstrip("\r\n"), row.start, row.line)
        return Row(text, row.start, row.line, held[-1].ended)

    def _take(self) -> Row | None:
        row = self._line()
        while row is not None and not row.text.strip(' \t\r\n\x1a,;"'):
            row = self._line()
        return row if row is None or '"' in row.text else row._replace(text=row.text.rstrip("\r\n"))

    def _line(self) -> Row | None:
        return self._ahead.popleft() if self._ahead else next(self._lines, None)


@cache
def _cell(separator: str) -> re.Pattern[str]:
    return re.compile(rf' *"(?:[^"]++|"")*+" *(?={separator}|\Z)|(?! *")[^{separator}]*+')


@cache
def _next_cell(separator: str) -> re.Pattern[str]:
    return re.compile(rf"[^{separator}]*+{separator}")


def _open_behind(text: str, separator: str, *, open_: bool) -> bool:
    """Tell whether a quotation mark is open behind a text line, when one is or is not before it."""
    at = 0
    while True:
        quoted = (_GOING_ON if open_ else _OPENING).match(text, at)
        if quoted:
            if not quoted[1]:
                return True
            at = quoted.end()
        following = _next_cell(separator).match(text, at)
        if following is None:
            return False
        at, open_ = following.end(), False


def _lines(stream: BinaryIO) -> Iterator[Row]:
    """Give the text lines of a stream with their line ends; of a line that is too long, only its beginning."""
    at, number, rest, skipping = 0, 1, b"", False
    chunk = stream.read(BLOCK)
    if chunk.startswith(_BYTE_ORDER_MARK):
        at, chunk = len(_BYTE_ORDER_MARK), chunk[len(_BYTE_ORDER_MARK) :] or stream.read(BLOCK)
    while chunk or rest:
        pieces = (rest + chunk).splitlines(keepends=True)
        last = pieces[-1]
        rest = b"" if not chunk or last.endswith(b"\n") else pieces.pop()
        for piece in pieces:
            ended = piece.endswith((b"\n", b"\r"))
            if not skipping:
                yield Row(piece.decode("latin-1"), at, number, ended)
            skipping = False
            at += len(piece)
            number += ended
        if len(rest) > LONGEST:
            if not skipping:
                yield Row(rest.decode("latin-1"), at, number, False)
            skipping = True
            at += len(rest)
            rest = b""
        chunk = stream.read(BLOCK)
