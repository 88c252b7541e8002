"""Reads claims and history as JSON: one claim, an array, {"claims": [...]}, or JSON Lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from payerbook.claim import Claim, Context, HistoryItem
from payerbook.errors import InputError, Problem
from payerbook.formats.base import Read, Spot
from payerbook.formats.json_checks import decode
from payerbook.formats.json_text import Broken, Piece, pieces, problem, value_at

_HAS_LINES = re.compile(rb'"lines"\s*:')


def read(stream: BinaryIO, name: str) -> Iterator[Read | Problem]:
    """Give the claims of a JSON or JSON Lines stream, and a problem for each that cannot be read; never raise for bad input.

    `name` stands for the file in messages.
    """
    for item in pieces(stream):
        if isinstance(item, Piece):
            try:
                claim = decode(item.data, Claim)
            except Broken as fault:
                yield _problem(item, fault, name)
            else:
                yield Read(claim, name, Spot(None, item.line, item.byte), form="json")
        else:
            yield _problem(*item, name)


def read_history(stream: BinaryIO, name: str) -> Iterator[HistoryItem | Claim | Problem]:
    """Give the history items and earlier claims of a JSON or JSON Lines stream, and a problem for each that cannot be read."""
    for item in pieces(stream):
        if isinstance(item, Piece):
            try:
                yield decode(item.data, Claim) if _HAS_LINES.search(item.data) else decode(item.data, HistoryItem)
            except Broken as fault:
                yield _problem(item, fault, name)
        elif item[1].code != "JSON-EMPTY":  # a history without entries is a history
            yield _problem(*item, name)


def read_context(stream: BinaryIO, name: str) -> Context:
    """The `context` of a claim, as a JSON object of its own; raise `InputError` with the problem when the stream holds none."""
    data = stream.read()
    try:
        return decode(data, Context)
    except Broken as fault:
        raise InputError(_problem(Piece(data, 1, 1, 0, ""), fault, name)) from None


def decode_claim(data: bytes) -> Claim:
    """Decode UTF-8 JSON text as one claim; raise `InputError` with the problem when it is none."""
    try:
        return decode(data, Claim)
    except Broken as fault:
        raise InputError(_problem(Piece(data, 1, 1, 0, ""), fault, None)) from None


def _problem(piece: Piece, fault: Broken, name: str | None) -> Problem:
    """Name the claim that a fault of a value belongs to."""
    found = value_at(piece.data, ["claim_id"])
    claim_id = found if isinstance(found, str) and found.strip() else None
    return problem(piece, fault, name, claim_id)
