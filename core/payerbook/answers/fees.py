"""What one unit of a code is worth: relative values times the price indices of the locality times the conversion factor."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from payerbook.answers.questions import OpenPoint
from payerbook.answers.settings import Setting, Settings
from payerbook.claim import Claim, Line
from payerbook.datasets import Row, Tables, Window
from payerbook.finding import TableUsed
from payerbook.kinds.fee_schedule import FeeSchedule

HOW_TO_GET = "import the official file with `payerbook data import`"
ONE = Decimal(1)


class Indices(NamedTuple):
    """Price indices of a locality; `name` says which."""

    work: Decimal
    practice: Decimal
    malpractice: Decimal
    name: str


class Fee(NamedTuple):
    """The dollars of one unit, by part; `practice_value` is the relative value that units of a day are ranked by."""

    work: Decimal
    practice: Decimal
    malpractice: Decimal
    practice_value: Decimal
    arithmetic: str
    setting: Setting[FeeSchedule]

    @property
    def full(self) -> Decimal:
        """Dollars of a unit that is paid in full, not rounded."""
        return self.work + self.practice + self.malpractice


class Fees:
    """The fee schedule for one claim, in one place; remembers the tables it looked into."""

    def __init__(self, settings: Settings, tables: Tables, claim: Claim, locality: str | None, national: bool) -> None:
        self._settings = settings
        self._tables = tables
        self._claim = claim
        self._locality = locality
        self._national = national
        self.consulted: set[tuple[str, str, str]] = set()
        self.assumed: dict[str, None] = {}

    @property
    def tables(self) -> tuple[TableUsed, ...]:
        """The windows of tables that were looked into, sorted."""
        return tuple(TableUsed(*found) for found in sorted(self.consulted))

    def of(self, line: Line) -> Fee | OpenPoint:
        """The fee of one unit of a line, or why it cannot be told."""
        setting = self._settings.one(FeeSchedule, line)
        if isinstance(setting, OpenPoint):
            return setting
        params = setting.params
        window = self._window(params.values, line, setting)
        if isinstance(window, OpenPoint):
            return window
        found = window.rows(line.code)
        if not found:
            return setting.open(f"{line.code} is not in table {params.values} {window.id}; {HOW_TO_GET}.")
        row = dict(zip(window.columns, found[0], strict=True))
        work, malpractice = Decimal(row["work"]), Decimal(row["mp"])
        outside, inside = Decimal(row["pe_nonfac"]), Decimal(row["pe_fac"])
        if (row["status"] and row["status"] not in params.paid_statuses) or not (work or malpractice or outside or inside):
            status = f" (status {row['status']})" if row["status"] else ""
            return setting.open(f"{line.code} has no price of its own in table {params.values} {window.id}{status}.")
        facility = outside != inside and self._in_facility(params, line)
        if facility is None:
            return setting.open(f"The price of {line.code} depends on the place of service.", ("place_of_service",))
        practice = inside if facility else outside
        indices = self._indices(setting, line)
        if isinstance(indices, OpenPoint):
            return indices
        factor = params.conversion_factor
        arithmetic = (
            f"({work} work x {indices.work} + {practice} {'facility ' if facility else ''}practice expense x {indices.practice} "
            f"+ {malpractice} malpractice x {indices.malpractice}) x {factor} ({window.id}, {indices.name})"
        )
        return Fee(
            work * indices.work * factor,
            practice * indices.practice * factor,
            malpractice * indices.malpractice * factor,
            practice,
            arithmetic,
            setting,
        )

    def _in_facility(self, params: FeeSchedule, line: Line) -> bool | None:
        if any(modifier in params.nonfacility_modifiers for modifier in line.modifiers):
            return False
        place = line.place_of_service or self._claim.place_of_service
        return None if place is None else place in params.facility_places

    def _window(self, table_id: str, line: Line, setting: Setting[FeeSchedule]) -> Window | OpenPoint:
        window = self._tables.get(table_id).covering(line.service_date)
        if window is None:
            return setting.open(f"There is no table {table_id} on file for {line.service_date}; {HOW_TO_GET}.")
        self.consulted.add((table_id, window.id, window.digest))
        return window

    def _indices(self, setting: Setting[FeeSchedule], line: Line) -> Indices | OpenPoint:
        if self._national:
            return Indices(ONE, ONE, ONE, "national, all price indices 1")
        asked = self._locality
        if asked is None:
            provider = self._claim.billing_provider
            asked = provider.state if provider is not None else None
        if asked is None:
            reason = "The price depends on the locality: give --locality, or the billing provider's state on the claim."
            return setting.open(reason, ("billing_provider.state",))
        window = self._window(setting.params.indices, line, setting)
        if isinstance(window, OpenPoint):
            return window
        area, _, number = asked.upper().partition("/")
        rows = window.rows(area, number) if number else window.rows(area)
        if len(rows) != 1:
            return setting.open(_which(asked, rows, window))
        row = dict(zip(window.columns, rows[0], strict=True))
        name = f"{row['mac']}/{row['locality']}"
        if self._locality is None:
            self.assumed[f"Locality {name}: the only one of the billing provider's state ({asked}) in the table of {window.id}."] = None
        return Indices(Decimal(row["work"]), Decimal(row["pe"]), Decimal(row["mp"]), f"locality {name}")


def _which(asked: str, rows: tuple[Row, ...], window: Window) -> str:
    if not rows:
        return f"There is no locality {asked} in the table of {window.id}; write OR, OR/01 or 02302/01 (state or contractor, locality)."
    mac, number = window.columns.index("mac"), window.columns.index("locality")
    return f"{asked} has {len(rows)} localities, {', '.join(f'{row[mac]}/{row[number]}' for row in rows)}: say which with --locality."
