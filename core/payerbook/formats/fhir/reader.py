"""Finds the Claim resources of a file and reads each; one that cannot be used never hides the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from payerbook.errors import Problem
from payerbook.formats.base import Read, Spot
from payerbook.formats.fhir.claims import claim_id, claim_of
from payerbook.formats.fhir.faults import FAULTS, Fault
from payerbook.formats.fhir.node import Node
from payerbook.formats.fhir.resources import Shelf
from payerbook.formats.json_checks import tree
from payerbook.formats.json_text import Broken, Piece, elements, pieces, problem


def read(stream: BinaryIO, name: str) -> Iterator[Read | Problem]:
    """Give the claims of Claim resources, alone, in a Bundle, in an array or one a line, and the problems; never raise for bad input.

    `name` stands for the file in messages. Resources of other types are used where a claim of the same bundle refers to them.
    """
    first: Piece | None = None
    found = False
    for item in pieces(stream):
        for one in _read(item, name) if isinstance(item, Piece) else [problem(*item, name, None)]:
            found = True
            yield one
        first = first or (item if isinstance(item, Piece) else item[0])
    if first is not None and not found:
        yield problem(first, Broken("FHIR-NO-CLAIM", *FAULTS["FHIR-NO-CLAIM"], lost=False), name, None)


def _read(piece: Piece, name: str) -> Iterator[Read | Problem]:
    try:
        document = tree(piece.data)
    except Broken as fault:
        yield problem(piece, fault, name, None)
        return
    shelf = Shelf()
    for claim in _claims(piece, document, shelf):
        number = None
        try:
            number = claim_id(claim)
            value = claim_of(claim, shelf)
        except Fault as fault:
            yield problem(fault.home, fault.broken(), name, number)
        else:
            yield Read(value, name, Spot(None, claim.home.line, claim.home.byte), form="fhir")


def _claims(piece: Piece, document: Any, shelf: Shelf) -> list[Node]:
    """The Claim resources of a document; those of a bundle, and what stands beside them, go on the shelf."""
    if not isinstance(document, dict):
        return []
    if document.get("resourceType") == "Claim":
        return [Node(document, piece)]
    entries = document.get("entry")
    if document.get("resourceType") != "Bundle" or not isinstance(entries, list):
        return []
    found = []
    for part, entry in zip(_entries(piece), entries, strict=True):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            node = Node(resource, part, ("resource",))
            shelf.add(entry.get("fullUrl"), node)
            if resource.get("resourceType") == "Claim":
                found.append(node)
    return found


def _entries(piece: Piece) -> Iterator[Piece]:
    """The text of each entry of a bundle, with its place in the file."""
    at, line, column = 0, piece.line, piece.column
    path = f"{piece.path}.entry" if piece.path else "entry"
    for place, (start, end) in enumerate(elements(piece.data, ["entry"])):
        between = piece.data[at:start]
        lines = between.count(b"\n")
        line += lines
        column = (1 if lines else column) + len(between[between.rfind(b"\n") + 1 :].decode("utf-8", "replace"))
        at = start
        yield Piece(piece.data[start:end], line, column, piece.byte + start, f"{path}[{place}]")
