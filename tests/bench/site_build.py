"""What a page of the reference site costs, from packs to HTML, and whether four times the packs cost four times as much."""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tests.bench.measure import Row, at_most

from payerbook.authoring.session import Session
from payerbook.pages.build import build

TODAY = date(2026, 11, 21)
ALLOWED = 0.040
"""Seconds of one core a page."""


def rows() -> Iterator[Row]:
    """A quarter of the packs on file, then all of them; CPU time of this process and of MkDocs together."""
    ids = sorted(one.id for one in Session().library.all() if not one.templates)
    few = {one for one in ids if one in ("common", "medicare.part-b")}  # what others refer to is in both
    others = [one for one in ids if one not in few]
    quarter, whole = _page([*few, *others[::4]]), _page(ids)
    yield at_most(f"build a page of the site, {whole[1]:,} pages of {len(ids)} packs / 40 ms of one core", ALLOWED, whole[0], 1)
    yield at_most(f"the same with all packs / with a quarter of them ({quarter[1]:,} pages)", quarter[0], whole[0], 1.3)


def _page(packs: list[str]) -> tuple[float, int]:
    """CPU seconds a page, and how many pages."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "site"
        start = _used()
        build(target, today=TODAY, packs=packs, base_url="https://rules.example")
        spent = _used() - start
        pages = sum(1 for _ in target.rglob("index.html"))
    return spent / pages, pages


def _used() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
