"""Every hook of payerbook has documentation, and does what it says."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import pytest

from payerbook.api import Book
from payerbook.book import Shelf
from payerbook.claim import Accumulator, Claim, Context, HistoryItem, Line
from payerbook.errors import Problem
from payerbook.formats.base import Read, Spot
from payerbook.hookspecs import Hooks, hookimpl
from payerbook.kinds.base import NOT_APPLICABLE, Kind, Params
from payerbook.plugins import Plugins

NAMES = [name for name in vars(Hooks) if name.startswith("payerbook_")]
CLAIM = Claim(
    claim_id="C1", payer="medicare.part-b", lines=(Line(service_date=date(2026, 1, 15), code="97110", units=1, modifiers=("GP",)),)
)


def book_with(plugin: Any, tmp_path: Path) -> Book:
    from payerbook.authoring import cache

    plugins = Plugins()
    plugins.manager.register(plugin, "tried")
    return Book(Shelf(plugins, [], None, lambda packs, tables, shelf: cache.for_shelf(tmp_path / "cache", packs, tables, shelf)))


@pytest.mark.parametrize("name", NAMES)
def test_hook_is_documented_and_tested(name: str) -> None:
    assert getattr(Hooks, name).__doc__
    assert name in (Path(__file__).parents[1] / "docs" / "format.md").read_text("utf-8")
    assert f"def test_{name}" in Path(__file__).read_text("utf-8")


def pack(folder: Path, id: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(f'pack: {id}\nformat: "1"\ntitle: Tried payer\nversion: 2026.11.0\naliases: [Tried]\n', "utf-8")
    return folder.parent


def test_payerbook_policies(tmp_path: Path) -> None:
    class Plugin:
        @hookimpl
        def payerbook_policies(self) -> Iterable[Path]:
            return [pack(tmp_path / "packs" / "tried", "tried")]

    book = book_with(Plugin(), tmp_path)
    assert book.payer("Tried").id == "tried"
    assert book.not_loaded == ()


def test_payerbook_kinds(tmp_path: Path) -> None:
    def kind(name: str) -> Kind[Any]:
        return Kind(
            name, "Tried", "Tried.", Params, lambda params, tables: lambda case, indexes: NOT_APPLICABLE, lambda params: "Tried.", {}
        )

    class Plugin:
        @hookimpl
        def payerbook_kinds(self) -> Iterable[Kind[Any]]:
            return [kind("tried-kind"), kind("duplicate")]

    book = book_with(Plugin(), tmp_path)
    assert book.kind("tried-kind").title == "Tried"
    assert book.kind("duplicate").title != "Tried"
    assert [lost.reason for lost in book.not_loaded] == ["rule kind duplicate exists already"]


def test_payerbook_formats(tmp_path: Path) -> None:
    def read(stream: BinaryIO, name: str) -> Iterator[Read | Problem]:
        yield Read(msgspec.structs.replace(CLAIM, claim_id=stream.read().decode()), name, Spot(None, 1, 0))

    class Plugin:
        @hookimpl
        def payerbook_formats(self) -> Iterable[tuple[str, Any]]:
            return [("tried-format", read)]

    (item,) = book_with(Plugin(), tmp_path).formats()["tried-format"](io.BytesIO(b"C9"), "file")
    assert item.claim.claim_id == "C9"


def test_payerbook_facts(tmp_path: Path) -> None:
    offered = Context(
        history=(HistoryItem(service_date=date(2026, 1, 8), code="97110"),),
        accumulators=(Accumulator(name="offered", year=2026, used=Decimal("1.00")),),
    )

    class Plugin:
        @hookimpl
        def payerbook_facts(self, claims: Sequence[Claim]) -> Iterable[Context | None]:
            return [offered for _ in claims]

    book = book_with(Plugin(), tmp_path)
    own = msgspec.structs.replace(CLAIM, context=Context(accumulators=()))
    (claim, names), (other, _) = book.enrich([own, CLAIM])
    assert names == ("tried",)
    assert claim.context is not None
    assert claim.context.accumulators == ()  # what the claim says wins, also when it says "none"
    assert claim.context.history == offered.history
    assert other.context == offered
    assert [report.asked.facts_from for report in book.check_many([CLAIM])] == [("tried",)]


def test_payerbook_facts_of_the_wrong_length_are_refused(tmp_path: Path) -> None:
    class Plugin:
        @hookimpl
        def payerbook_facts(self, claims: Sequence[Claim]) -> Iterable[Context | None]:
            return []

    book = book_with(Plugin(), tmp_path)
    assert book.enrich([CLAIM]) == [(CLAIM, ())]
    assert [lost.name for lost in book.not_loaded] == ["tried"]


def test_payerbook_datasets(tmp_path: Path) -> None:
    table = tmp_path / "tables" / "tried-table"
    table.mkdir(parents=True)
    (table / "2026.csv").write_text("code,value\n97110,4\n", "ascii")
    (table / "manifest.yaml").write_text(
        "table: tried-table\ntitle: Tried\nformat: 1\nmade: By hand for this test.\ncolumns: [code, value]\nkey: 1\n"
        'windows:\n  - {id: "2026", from: 2026-01-01, to: 2026-12-31, file: 2026.csv, grade: B, complete: true, rows: 1,\n'
        "     sources: [{title: Tried, publisher: Nobody, grade: B, last_checked: 2026-11-21}]}\n",
        "utf-8",
    )

    class Plugin:
        @hookimpl
        def payerbook_datasets(self) -> Iterable[Path]:
            return [table.parent]

    book = book_with(Plugin(), tmp_path)
    assert book.not_loaded == ()
    window = book.tables.get("tried-table").covering(date(2026, 5, 1))
    assert window is not None
    assert window.rows("97110") == (("97110", "4"),)


def test_a_hook_that_raises_is_named(tmp_path: Path) -> None:
    class Plugin:
        @hookimpl
        def payerbook_policies(self) -> Iterable[Path]:
            raise RuntimeError("broken on purpose")

    assert [(lost.name, lost.reason) for lost in book_with(Plugin(), tmp_path).not_loaded] == [
        ("tried", "hook payerbook_policies: RuntimeError: broken on purpose")
    ]
