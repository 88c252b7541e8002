"""Reads tables of claims: one row a service line, the rows of a claim one behind the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from payerbook.errors import Problem
from payerbook.formats.base import Read
from payerbook.formats.csv.draft import Draft
from payerbook.formats.csv.faults import At, Findings
from payerbook.formats.csv.header import Header, read_header
from payerbook.formats.csv.rows import Bad, Row, Rows, value, values


def read(stream: BinaryIO, name: str) -> Iterator[Read | Problem]:
    """Give the claims of a table and the problems in it, in the order of the file; never raise for bad input.

    `name` stands for the file in messages. Memory is bounded by a block, the claim being read, and the numbers of the claims so far,
    which tell when one comes back.
    """
    findings = Findings(name)
    rows = Rows(stream)
    header = read_header(rows, findings)
    yield from findings.take()
    if header is None:
        return
    reader = _Reader(header, findings, name)
    while (row := rows.next(header.separator)) is not None:
        if isinstance(row, Bad):
            reader.bad(row)
        else:
            reader.row(row)
        yield from findings.take()
    reader.finish()
    yield from findings.take()


class _Reader:
    """Gathers the rows of each claim."""

    def __init__(self, header: Header, findings: Findings, name: str) -> None:
        self._header = header
        self._findings = findings
        self._name = name
        self._draft: Draft | None = None
        self._seen: set[str] = set()

    def row(self, row: Row) -> None:
        """Read the next row."""
        cells = values(row.text, self._header.separator) or []
        claim_id = cells[self._header.claim_id] if self._header.claim_id < len(cells) else ""
        if claim_id:
            self._draft_of(claim_id, row).add(row, cells)
        elif self._draft is not None:
            self._draft.lose("CSV-NO-ID", row)
        else:
            self._findings.fault("CSV-NO-ID", row, At(), None, True)

    def bad(self, row: Bad) -> None:
        """Report a row that cannot be cut into cells, and the claim that it belongs to where the cells before the fault tell."""
        before = row.text.split(self._header.separator)[: self._header.claim_id + 1]
        claim_id = "" if len(before) <= self._header.claim_id or any('"' in cell for cell in before) else value(before[-1])
        if claim_id:
            self._draft_of(claim_id, row).lose(row.code, row)
        else:
            self._findings.fault(row.code, row, At(), None, True)

    def finish(self) -> None:
        """Hand over the last claim; report a table without rows."""
        if self._draft is not None:
            self._draft.finish()
        elif not self._seen:
            self._findings.fault("CSV-EMPTY", self._header.row, At())

    def _draft_of(self, claim_id: str, row: Row | Bad) -> Draft:
        """The claim that a row belongs to; the one before is handed over when another begins."""
        if self._draft is None or self._draft.claim_id != claim_id:
            if self._draft is not None:
                self._draft.finish()
            self._draft = Draft(claim_id, self._header, self._findings, self._name)
            if claim_id in self._seen:
                self._draft.refuse(row)
            self._seen.add(claim_id)
        return self._draft
