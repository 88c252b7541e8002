"""Cuts JSON text into claims before anything is decoded, so that one bad claim never hides the others.

Understood are one object, an array of objects, an object with the array under `claims`, and JSON Lines. Memory is bounded by
a block and the longest claim. All offsets are bytes: where text is needed it is decoded as Latin-1, one character a byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]  # the type stubs do not list it
from typing import Any, BinaryIO, NamedTuple

from payerbook.errors import Place, Problem

BLOCK = 1 << 16
LONGEST = 1 << 24
DEEPEST = 64

_BLANK = b" \t\r\n"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WRAPPER = re.compile(rb'\s*\{\s*(?:"schema_version"\s*:\s*"[^"\\]*"\s*,\s*)?"claims"\s*:\s*\[')
# The next comma or bracket between the elements of an array, and the next bracket inside one; what is in quotes is skipped.
_BETWEEN = re.compile(rb'(?:[^"\[\]{},]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{},])', re.DOTALL)
_INSIDE = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{}])', re.DOTALL)
_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.)*+"|([\[{])|([\]}])', re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*")
_SKIP = json.JSONDecoder(parse_int=str, parse_float=str)


class Piece(NamedTuple):
    """The text of one value and where it starts: line and column from 1, byte offset from 0, path of the value in the document."""

    data: bytes
    line: int
    column: int
    byte: int
    path: str


class Broken(Exception):
    """JSON that cannot be used: fault code, message, repair, path and byte offset inside the value, and whether that lost a value."""

    def __init__(self, code: str, message: str, repair: str, path: str = "", offset: int = 0, *, lost: bool = True) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.repair = repair
        self.path = path
        self.offset = offset
        self.lost = lost


def problem(piece: Piece, fault: Broken, name: str | None, claim_id: str | None) -> Problem:
    """Place a fault of a value in the file that the value stands in; `name` stands for the file in messages."""
    before = piece.data[: fault.offset]
    lines = before.count(b"\n")
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace"))
    path = f"{piece.path}.{fault.path}" if piece.path and fault.path else piece.path or fault.path or None
    place = Place(
        line=piece.line + lines,
        column=column + (1 if lines else piece.column),
        byte=piece.byte + fault.offset,
        path=path,
    )
    return Problem(fault.code, fault.message, fault.repair, name, place, claim_id, fault.lost)


def pieces(stream: BinaryIO) -> Iterator[Piece | tuple[Piece, Broken]]:
    """Give the values of a JSON or JSON Lines stream, still as text, and the faults of what is around them with their places."""
    source = _Source(stream)
    head = source.head()
    first = head[:1]
    wrapper = _WRAPPER.match(head)
    if b"\x00" in head[:4] or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        fault = Broken("JSON-ENCODING", "The text is not encoded as UTF-8.", "Save the file as UTF-8.", lost=False)
        yield source.piece(0), fault
    elif not first:
        yield source.piece(0), _nothing()
    elif wrapper:
        yield from _elements(source, "claims", source.drop(wrapper.end()))
    elif first == b"[":
        yield from _elements(source, "", source.drop(1))
    elif _is_json_lines(head):
        yield from _lines(source)
    else:
        yield from _document(source)


def locate(data: bytes, steps: list[str | int]) -> int:
    """Give the byte offset of the value that keys and indexes lead to; raise ValueError or IndexError when the text breaks before."""
    text = data.decode("latin-1")
    at = _after_space(text, 0)
    for step in steps:
        at = _after_space(text, at + 1)
        if isinstance(step, int):
            for _ in range(step):
                at = _after_value(text, at)
            continue
        while True:
            key, at = scanstring(text, at + 1)
            at = _after_space(text, _after_space(text, at) + 1)
            if key == step:
                break
            at = _after_value(text, at)
    return at


def value_at(data: bytes, steps: list[str | int]) -> Any:
    """Give the value that keys and indexes lead to; None when the text breaks before or has no such value."""
    try:
        at = locate(data, steps)
        end = _SKIP.raw_decode(data.decode("latin-1"), at)[1]
        return json.loads(data[at:end])
    except (ValueError, IndexError, RecursionError):
        return None


def elements(data: bytes, steps: list[str | int]) -> Iterator[tuple[int, int]]:
    """Give where each value of the array begins and ends that keys and indexes lead to; the text has been parsed before."""
    text = data.decode("latin-1")
    at = _after_space(text, locate(data, steps) + 1)
    mark = text[at]
    while mark != "]":
        end = _SKIP.raw_decode(text, at)[1]
        yield at, end
        at = _after_space(text, end)
        mark = text[at]
        at = _after_space(text, at + 1)


def too_deep(data: bytes) -> int | None:
    """Give the byte offset where brackets are nested deeper than allowed; None when they are not."""
    depth = 0
    for token in _BRACKET.finditer(data):
        depth += (token[1] is not None) - (token[2] is not None)
        if depth > DEEPEST:
            return token.start()
    return None


def _after_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return at if space is None else space.end()


def _after_value(text: str, at: int) -> int:
    """Skip a value and the comma behind it."""
    return _after_space(text, _after_space(text, _SKIP.raw_decode(text, at)[1]) + 1)


class _Source:
    """A stream with the part that is read but not used up yet, and the place where that part starts."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.buffer = b""
        self.at = 0
        self.line = 1
        self.column = 1
        self.byte = 0

    def head(self) -> bytes:
        """Skip a byte order mark and blank space; give the first text behind them, a block of it if there is as much."""
        blank = _BYTE_ORDER_MARK + _BLANK
        while self.more():
            rest = self.rest()
            self.drop(len(rest) - len(rest.lstrip(blank)))
            if len(self.rest()) >= BLOCK:
                break
        return self.rest()

    def rest(self) -> bytes:
        """Give what is read but not used up."""
        return self.buffer[self.at :]

    def more(self) -> bool:
        """Read on; False at the end of the stream."""
        rest = self.rest()
        chunk = self.stream.read(max(BLOCK, len(rest)))
        self.buffer, self.at = rest + chunk, 0
        return bool(chunk)

    def drop(self, count: int) -> bytes:
        """Use up so many bytes and give them."""
        used = self.buffer[self.at : self.at + count]
        self.at += count
        self.byte += count
        lines = used.count(b"\n")
        if lines:
            self.line += lines
            self.column = 1
        self.column += len(used[used.rfind(b"\n") + 1 :].decode("utf-8", "replace"))
        return used

    def piece(self, count: int, path: str = "") -> Piece:
        """Use up so many bytes and give them as a piece."""
        line, column, byte = self.line, self.column, self.byte
        return Piece(self.drop(count), line, column, byte, path)


def _is_json_lines(head: bytes) -> bool:
    """Tell JSON Lines from one object written over several lines, by the first line and what follows it."""
    first, newline, rest = head.partition(b"\n")
    first, rest = first.rstrip(), rest.lstrip(_BLANK)
    if not newline or not rest:
        return True
    if first.endswith((b"{", b"[", b",", b":")):
        return False
    return rest.startswith(b"{") or (first.endswith(b"}") and not rest.startswith((b",", b"]", b"}")))


def _lines(source: _Source) -> Iterator[Piece | tuple[Piece, Broken]]:
    scanned = 0
    while True:
        end = source.buffer.find(b"\n", source.at + scanned)
        if end >= 0:
            piece = source.piece(end + 1 - source.at)
            scanned = 0
            if piece.data.strip(_BLANK):
                yield piece
            continue
        scanned = len(source.buffer) - source.at
        if scanned > LONGEST:
            yield source.piece(0), _too_long()
            while b"\n" not in source.rest():
                source.drop(len(source.rest()))
                if not source.more():
                    return
            source.drop(source.rest().index(b"\n") + 1)
            scanned = 0
        elif not source.more():
            break
    if source.rest().strip(_BLANK):
        yield source.piece(len(source.rest()))


def _document(source: _Source) -> Iterator[Piece | tuple[Piece, Broken]]:
    while source.more():
        if len(source.rest()) > LONGEST:
            yield source.piece(0), _too_long()
            return
    data = source.rest()
    if isinstance(value_at(data, ["claims"]), list):
        yield from _elements(source, "claims", source.drop(locate(data, ["claims"]) + 1))
    else:
        yield source.piece(len(data))


def _elements(source: _Source, name: str, opening: bytes) -> Iterator[Piece | tuple[Piece, Broken]]:
    """Give the elements of an array; `opening` is the text up to and with its bracket, which is used up."""
    index = depth = scanned = 0
    while True:
        while token := (_INSIDE if depth else _BETWEEN).match(source.buffer, source.at + scanned):
            mark = token[1]
            scanned = token.end() - source.at
            if mark in b"[{":
                depth += 1
            elif depth and mark != b",":
                depth -= 1
            else:
                text = source.buffer[source.at : token.start(1)]
                source.drop(len(text) - len(text.lstrip(_BLANK)))
                piece = source.piece(token.start(1) - source.at, f"{name}[{index}]")
                source.drop(1)
                scanned = 0
                index += 1
                if piece.data.strip(_BLANK):
                    yield piece
                elif mark != b"," and index == 1:
                    yield piece, _nothing()
                else:
                    yield piece, Broken("JSON-SYNTAX", "A value is missing in the list of claims.", "Remove the extra comma.", lost=False)
                if mark != b",":
                    yield from _after_array(source, opening)
                    return
        if len(source.rest()) > LONGEST:
            yield source.piece(0, f"{name}[{index}]"), _too_long()
            return
        if not source.more():
            piece = source.piece(len(source.rest()), f"{name}[{index}]")
            if depth == 0 and piece.data.strip(_BLANK):
                yield piece
            message = "The text ends before the list of claims is closed."
            fault = Broken("JSON-SYNTAX", message, "Send the file again, whole.", lost=depth > 0)
            yield piece, fault
            return


def _after_array(source: _Source, opening: bytes) -> Iterator[tuple[Piece, Broken]]:
    """Report what does not belong behind the list of claims."""
    while len(source.rest()) < LONGEST and source.more():
        pass
    try:
        document = json.loads(opening + b"]" + source.rest(), object_pairs_hook=lambda pairs: sorted(key for key, _ in pairs))
    except (ValueError, RecursionError):
        document = None
    if document not in ([], ["claims"], ["claims", "schema_version"]):
        fault = Broken(
            "JSON-SYNTAX",
            "Something stands behind the list of claims that does not belong there.",
            "End the file after the list, or after the object that holds it.",
            lost=False,
        )
        yield source.piece(0), fault


def _nothing() -> Broken:
    return Broken("JSON-EMPTY", "There is no claim in the file.", "Send at least one claim.", lost=False)


def _too_long() -> Broken:
    return Broken("JSON-SIZE", "One claim is longer than 16 MB.", "Send claims one by one, as JSON Lines.")
