"""One claim of a table while its rows are still being read."""

from __future__ import annotations

from typing import Any

import msgspec

from payerbook.claim import Claim
from payerbook.formats.base import Read, Spot
from payerbook.formats.csv.cells import EMPTY_LIST
from payerbook.formats.csv.columns import Column, Step
from payerbook.formats.csv.faults import At, Findings
from payerbook.formats.csv.header import Header
from payerbook.formats.csv.rows import Bad, Row
from payerbook.formats.shapes import fields, is_list, struct_of

MOST_ROWS = 9_999

Tree = dict[Any, Any]


class Draft:
    """The rows of one claim, each a service line; `usable` turns False when it cannot become a claim."""

    def __init__(self, claim_id: str, header: Header, findings: Findings, name: str) -> None:
        self.claim_id = claim_id
        self.usable = True
        self._refused = False
        self._header = header
        self._findings = findings
        self._name = name
        self._rows: list[Row] = []
        self._lines: list[Tree] = []
        self._own: list[dict[int, Any]] = []
        self._shared: dict[int, Any] = {}

    def lose(self, code: str, row: Row | Bad, at: At | None = None, /, **facts: object) -> None:
        """Report a fault that keeps the claim from being checked."""
        self._findings.fault(code, row, at or At(), self.claim_id, self.usable, **facts)
        self.usable = False

    def refuse(self, row: Row | Bad) -> None:
        """Report that the claim stands further up already; its rows here are passed over."""
        self.lose("CSV-APART", row)
        self._refused = True

    def add(self, row: Row, cells: list[str]) -> None:
        """Read the cells of a row as the next service line."""
        header = self._header
        if self._refused:
            return
        if any(cells[header.width :]):
            self.lose("CSV-CELLS", row, At(header.start(row, header.width)))
            return
        if len(cells) < header.width and not row.ended:
            self.lose("CSV-CUT", row, At(len(row.text)))
            return
        if len(self._rows) == MOST_ROWS:
            self.lose("CSV-LINES", row, None, most=MOST_ROWS)
            self._refused = True
            return
        line: Tree = {}
        own: dict[int, Any] = {}
        self._rows.append(row)
        self._lines.append(line)
        self._own.append(own)
        for position, column in header.used:
            cell = cells[position] if position < len(cells) else ""
            if not cell:
                continue
            try:
                found = column.kind.read(cell)
            except ValueError:
                self._lose_cell(column.kind.code, row, position, column, repair=column.kind.repair)
                continue
            if column.scope == "line":
                _plant(line, column, found)
            elif column.scope == "either":
                own[position] = found
            elif self._shared.setdefault(position, found) != found:
                self._lose_cell("CSV-DIFFERS", row, position, column)
        self._require(row, cells, line)

    def finish(self) -> None:
        """Hand over the claim when it can be used."""
        if not self.usable:
            return
        tree: Tree = {}
        columns = dict(self._header.used)
        for position in sorted(self._shared, key=lambda one: columns[one].kind is EMPTY_LIST):
            column = columns[position]
            if column.kind is EMPTY_LIST and _held(tree, column.steps):
                self._lose_cell("CSV-NONE", self._rows[0], position, column)
            else:
                _plant(tree, column, self._shared[position])
        self._settle(tree, columns)
        self._refuse_gaps(tree)
        if not self.usable:
            return
        tree["lines"] = self._lines
        grown = _grown(tree)
        try:
            claim = msgspec.convert(grown, Claim)
        except msgspec.ValidationError:  # every value is of its form, so a value is missing beside one of the same object
            self._lose_incomplete(grown)
            return
        spots = tuple(Spot(None, row.line, row.start) for row in self._rows)
        self._findings.read(Read(claim, self._name, spots[0], spots, "csv"))

    def _lose_cell(self, code: str, row: Row, position: int, column: Column, /, **facts: object) -> None:
        header = self._header
        path = column.name if column.part is None else f"{column.name}[{column.part}]"
        if column.scope == "line":
            path = f"lines[{len(self._rows) - 1}].{path.removeprefix('line.')}"
        self.lose(code, row, At(header.start(row, position), path), column=header.labels[position], **facts)

    def _require(self, row: Row, cells: list[str], line: Tree) -> None:
        """Report what a service line cannot be without."""
        needed = ["service_date", "units", *([] if line.get("revenue_code") else ["code"])]
        for position, column in self._header.used:
            empty = position >= len(cells) or not cells[position]
            if column.scope == "line" and column.name in needed and empty:
                self._lose_cell("CSV-MISSING", row, position, column)
        if line.get("revenue_code"):
            line.setdefault("code", "")
        elif "code" not in line and not any(column.name == "code" for _, column in self._header.used):
            position, column = next((position, column) for position, column in self._header.used if column.name == "revenue_code")
            self._lose_cell("CSV-MISSING", row, position, column)

    def _settle(self, tree: Tree, columns: dict[int, Column]) -> None:
        """Give what the claim and its lines may both have to the claim where all rows agree, else to the lines."""
        groups: dict[Step, list[int]] = {}
        for position, column in columns.items():
            if column.scope == "either":
                groups.setdefault(column.steps[0], []).append(position)
        for positions in groups.values():
            said = {position: {own[position]: None for own in self._own if position in own} for position in positions}
            if all(len(one) <= 1 for one in said.values()):
                for position, one in said.items():
                    for found in one:
                        _plant(tree, columns[position], found)
                continue
            for line, own in zip(self._lines, self._own, strict=True):
                for position in positions:
                    if position in own and not _held(line, columns[position].steps):
                        _plant(line, columns[position], own[position])

    def _refuse_gaps(self, tree: Tree) -> None:
        """Report diagnoses in columns of their own that leave one empty in between."""
        held = tree.get("diagnoses")
        if not isinstance(held, dict):
            return
        first = next(part for part in range(len(held) + 1) if part not in held)
        for position, column in self._header.used:
            if column.name == "diagnoses" and column.part in held and (column.part or 0) > first:
                self._lose_cell("CSV-GAP", self._rows[0], position, column)
                return

    def _lose_incomplete(self, tree: Tree) -> None:
        steps = _missing(tree, Claim)
        path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")
        beside = (position for position, column in self._header.used if column.steps[: len(steps) - 1] == steps[:-1])
        at = At(self._header.start(self._rows[0], next(beside, self._header.claim_id)), path)
        self.lose("CSV-MISSING", self._rows[0], at, column=path)


def _plant(tree: Tree, column: Column, found: Any) -> None:
    """Put a value where the steps of its column lead; lists grow from numbered places."""
    steps = column.steps if column.part is None else (*column.steps, column.part)
    for step in steps[:-1]:
        tree = tree.setdefault(step, {})
    tree[steps[-1]] = found


def _held(tree: Tree, steps: tuple[Step, ...]) -> bool:
    for step in steps:
        if step not in tree:
            return False
        tree = tree[step]
    return True


def _grown(tree: Any) -> Any:
    """The tree with lists where there are numbered places; places that nothing was said about fall out."""
    if isinstance(tree, list):
        return [_grown(item) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if all(isinstance(step, int) for step in tree):
        return [_grown(tree[step]) for step in sorted(tree)]
    return {step: _grown(item) for step, item in tree.items()}


def _missing(tree: Tree, shape: type) -> tuple[Step, ...]:
    """The steps to the first value that its object has to have and has not; empty when there is none."""
    kinds = fields(shape)
    for field in msgspec.structs.fields(shape):
        name = field.encode_name
        if name not in tree:
            if field.required:
                return (name,)
            continue
        struct = struct_of(kinds[name])
        if struct is None:
            continue
        items = list(enumerate(tree[name])) if is_list(kinds[name]) else [(None, tree[name])]
        for index, item in items:
            steps = _missing(item, struct)
            if steps:
                return (name, *(() if index is None else (index,)), *steps)
    return ()
