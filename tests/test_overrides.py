"""A practice's own contract over a bundled pack: its days are the practice's, all others the bundled ones, and reports name both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import payerbook
from example_plan import PAYER, few, folder, write_pack
from payerbook.authoring.lint import lint
from payerbook.claim import Claim
from payerbook.engine import versions
from payerbook.engine.overrides import override
from payerbook.policy import Pack, PackHead, Rule, Source, Version

HEAD = {"pack": "practice.contract", "overrides": PAYER, "format": "1", "title": "Our contract", "version": "2026.1.0"}
SOURCES = {"contract": {"title": "Our contract", "publisher": "Example Plan", "grade": "A", "last_checked": "2026-01-15"}}
DAILY = {
    "rule": f"{PAYER}.daily",
    "versions": [{"from": "2026-01-01", "to": "2026-01-31", "params": {"limit": 1}, "sources": [{"ref": "contract"}]}],
}


def _write(where: Path, head: dict[str, Any] = HEAD, **rules: dict[str, Any]) -> Path:
    where.mkdir(parents=True)
    for name, content in {"pack": head, "sources": SOURCES, **rules}.items():
        (where / f"{name}.yaml").write_text(json.dumps(content), "utf-8")
    return where


def _claim(day: str) -> Claim:
    line = {"service_date": day, "code": "97110", "units": 2, "modifiers": ["GP"]}
    return msgspec.convert({"claim_id": "O1", "payer": PAYER, "lines": [line]}, Claim)


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    return _write(tmp_path / "contract", daily=DAILY)


def test_the_contract_stands_on_its_days_and_the_bundled_rule_on_all_others(contract: Path) -> None:
    book = payerbook.load(policies=[folder(), contract])
    assert not [lost for lost in book.not_loaded if "practice" in lost.name]

    def failed(day: str) -> bool:
        return DAILY["rule"] in {finding.rule for finding in book.check(_claim(day)).findings}

    assert [failed(day) for day in ("2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01")] == [False, True, True, False]


def test_the_report_names_the_contract_and_its_source(contract: Path) -> None:
    report = payerbook.load(policies=[folder(), contract]).check(_claim("2026-01-15"))
    assert [used.id for used in report.packs] == [PAYER, "practice.contract", "common"]
    assert len({used.digest for used in report.packs}) == 3
    finding = next(finding for finding in report.findings if finding.rule == DAILY["rule"])
    assert finding.sources[0].title == "Our contract"


def test_without_the_folder_nothing_changes(contract: Path) -> None:
    plain, own = payerbook.load(policies=[folder()]), payerbook.load(policies=[folder(), contract])
    assert plain.pack(PAYER).head == own.pack(PAYER).head
    assert [head.id for head in plain.packs()] == [head.id for head in own.packs()]


@pytest.mark.parametrize(
    ("head", "rule", "words"),
    [
        ({**HEAD, "pack": PAYER}, DAILY, "needs an id of its own"),
        ({**HEAD, "overrides": "example.plam"}, {**DAILY, "rule": "example.plam.daily"}, "there is no pack example.plam"),
        (HEAD, {**DAILY, "kind": "unit-limit", "versions": [{"from": "2026-01-01", "sources": [{"ref": "contract"}]}]}, "keep that kind"),
        (HEAD, {**DAILY, "status": "retired", "fix": "Gone."}, "an overriding rule is active"),
    ],
)
def test_lint_says_what_does_not_fit(head: dict[str, Any], rule: dict[str, Any], words: str, tmp_path: Path) -> None:
    (tmp_path / "both").mkdir()
    write_pack(tmp_path / "both" / PAYER)
    _write(tmp_path / "both" / "contract", head, daily=rule)
    found = [fault for fault in lint([tmp_path / "both"]) if fault.code == "PB026"]
    assert any(words in fault.message for fault in found), found


def test_a_contract_over_nothing_is_named(contract: Path) -> None:
    book = payerbook.load(policies=[contract])
    assert any("practice.contract" in lost.name for lost in book.not_loaded)


FIRST = date(2026, 1, 1)
_days = st.integers(0, 40).map(lambda number: FIRST + timedelta(number))


@st.composite
def _rules(draw: st.DrawFn, title: str, *, ended: bool = False) -> Rule:
    """A rule with up to three versions; `ended`: every version but the last has an end, as in a pack without open ends between dates."""
    starts = sorted(draw(st.lists(_days, min_size=1, max_size=3, unique=True)))
    ends = draw(st.lists(st.none() | st.integers(0, 15), min_size=len(starts), max_size=len(starts)))
    made = []
    for place, (start, length) in enumerate(zip(starts, ends, strict=True)):
        end = None if length is None else start + timedelta(length)
        later = starts[place + 1] - timedelta(1) if place + 1 < len(starts) else None
        if later is not None and (end is not None or ended):
            end = later if end is None else min(end, later)
        made.append(Version(start=start, end=end, effect="deny", params={"by": f"{title}{place}"}, sources=(Source("s", "p", "A"),)))
    return Rule(id="x.y", kind="k", title=title, topic="units", category="coding", evidence="claim", versions=tuple(made))


def _on(rule: Rule, day: date, known_on: date | None = None) -> str | None:
    found = versions.on(rule, day, known_on)
    return None if isinstance(found, versions.Gap) else str(found.params["by"])


def _around() -> Iterator[date]:
    return (FIRST + timedelta(number) for number in range(-2, 70))


@few
@given(base=_rules("base", ended=True), own=_rules("own"))
def test_every_day_has_one_answer(base: Rule, own: Rule) -> None:
    def pack(rule: Rule) -> Pack:
        return Pack(PackHead(id="x", title="x", version="2026.1.0"), (rule,))

    (made,) = override(pack(base), pack(own)).rules
    for day in _around():
        assert _on(made, day) == (_on(own, day) or _on(base, day))
