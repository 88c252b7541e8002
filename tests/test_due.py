"""`payerbook packs --due` lists what has to be read again."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from payerbook.authoring.due import due
from payerbook.cli import main
from payerbook.policy import Grade, Pack, PackHead, Rule, Source, Status, Version

TODAY = date(2026, 11, 21)


def pack(*sources: Source, status: Status = "active") -> Pack:
    version = Version(start=date(2026, 1, 1), effect="deny", sources=sources)
    rule = Rule("example.one", "npi", "One", "units", "coding", "claim", (version,), status=status)
    return Pack(head=PackHead("example", "Example", "2026.1.0", review_days=90), rules=(rule,))


def source(name: str, days: int | None, grade: Grade = "A", url: str | None = "https://example.org/") -> Source:
    return Source(name, "Example", grade, url, last_checked=None if days is None else TODAY - timedelta(days=days))


def test_the_oldest_reading_comes_first_and_the_last_day_is_not_due() -> None:
    found = due(
        pack(source("fresh", 1), source("last day", 90), source("late", 91), source("older", 400), source("never", None, "C")), TODAY
    )
    assert [(one.title, one.days) for one in found] == [("never", None), ("older", 400), ("late", 91)]
    assert found[1].rules == ("example.one",)


def test_memory_and_retired_rules_have_nothing_to_read() -> None:
    assert due(pack(source("memory", 900, "M"), source("nowhere", None, "C", url=None)), TODAY) == []
    assert due(pack(source("older", 400), status="retired"), TODAY) == []


def test_the_command_names_url_and_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["packs", "medicare.part-b", "--due", "--today", "2030-01-01"]) == 0
    text = capsys.readouterr().out
    assert "https://www.cms.gov/" in text
    assert "medicare.part-b.kx-threshold" in text
    assert main(["packs", "--due", "--today", "2030-01-01", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["due"]
    days = [one["last_checked"] or "" for one in listed]
    assert days == sorted(days)
    assert {"common", "medicare.part-b"} <= {one["pack"] for one in listed}


def test_today_without_due_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["packs", "--today", "2030-01-01"]) == 2
    assert "--due" in capsys.readouterr().err


def test_readme_names_it() -> None:
    assert "payerbook packs --due" in (Path(__file__).parents[1] / "README.md").read_text("utf-8")
