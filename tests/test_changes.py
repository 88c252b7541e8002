"""`payerbook changes` writes the changelog for billers from the dated versions of the rules."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import payerbook
from payerbook.answers.changes import PolicyChange, changes
from payerbook.cli import main
from payerbook.policy import Pack, PackHead, Rule, Source, Status, Version, When

READ = (Source("Manual", "Payer", "A", "https://example.org/manual"),)


def of(*versions: Version, status: Status = "active") -> list[PolicyChange]:
    """The changes of a rule with these versions."""
    rule = Rule("example.one", "npi", "One", "units", "coding", "claim", versions, status=status, replaced_by="example.two")
    pack = Pack(head=PackHead("example", "Example", "2026.1.0"), rules=(rule,))
    return changes(pack, lambda rule, version: str(version.params))


def told(*versions: Version, status: Status = "active") -> list[tuple[str, str]]:
    """The same as days and sorts."""
    return [(str(change.on), change.what) for change in of(*versions, status=status)]


def version(start: str, **more: Any) -> Version:
    made = {"effect": "deny", "sources": READ, **more}
    return Version(start=date.fromisoformat(start), **made)


def test_a_stated_start_is_a_change_and_an_attested_one_is_not() -> None:
    assert told(version("2026-01-01")) == [("2026-01-01", "begins")]
    assert told(version("2026-01-01", attested=True)) == []
    assert told(version("2026-01-01"), status="draft") == []


def test_other_sources_alone_are_no_change_but_everything_else_is() -> None:
    first = version("2025-01-01", attested=True, params={"days": 30})
    assert told(first, version("2026-01-01", params={"days": 30}, sources=(*READ, *READ))) == []
    assert told(first, version("2026-01-01", params={"days": 60})) == [("2026-01-01", "changes")]
    assert told(first, version("2026-01-01", params={"days": 30}, effect="review")) == [("2026-01-01", "changes")]
    assert told(first, version("2026-01-01", params={"days": 30}, when=When(codes=("97110",)))) == [("2026-01-01", "changes")]
    assert told(first, version("2026-01-01", params={"days": 30}, changed="Confirmed.")) == [("2026-01-01", "changes")]


def test_a_change_whose_day_is_only_proved_says_so() -> None:
    first, later = version("2025-01-01", params={"days": 30}), version("2026-01-01", attested=True, params={"days": 60})
    assert [(change.what, change.attested) for change in of(first, later)] == [("begins", False), ("changes", True)]


def test_a_later_publication_of_the_same_day_corrects() -> None:
    first, second = (version("2026-01-01", known=date(2025, 11, day), params={"days": day}) for day in (1, 20))
    assert told(first, second) == [("2026-01-01", "begins"), ("2026-01-01", "corrected")]


def test_an_end_is_a_change_unless_the_next_version_follows_at_once() -> None:
    ended = version("2025-01-01", end=date(2025, 12, 31), params={"days": 30})
    assert told(ended)[1:] == [("2026-01-01", "ends")]
    assert told(ended, version("2026-01-01", params={"days": 60}))[1:] == [("2026-01-01", "changes")]
    assert told(ended, version("2026-03-01", params={"days": 60}))[1:] == [("2026-01-01", "ends"), ("2026-03-01", "begins")]


def test_what_could_not_be_read_is_no_change() -> None:
    hole = version("2025-01-01", hole="Not read.")
    assert told(version("2024-01-01", attested=True), hole, version("2026-01-01", params={"days": 60})) == []


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["changes", *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_biller_sees_the_amount_of_the_year_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("medicare", "--since", "2026-01-01", "--until", "2026-01-01")
    found = answer(capsys, *asked, "--today", "2025-12-15")
    kx = next(one for one in found["coming"] if one["rule"] == "medicare.part-b.kx-threshold")
    assert found["past"] == []
    assert "$2,410.00" in kx["before"]
    assert "$2,480.00" in kx["after"]
    assert kx["sources"][0]["url"]
    later = answer(capsys, *asked, "--today", "2026-01-01")
    assert later["coming"] == []
    assert kx["rule"] in [one["rule"] for one in later["past"]]


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_every_form_names_every_change(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--since", "2019-01-01", "--today", "2025-06-01"]
    found = answer(capsys, *asked)
    assert found["coming"]
    assert found["past"]
    main(["changes", *asked, "--format", form])
    said = " ".join(capsys.readouterr().out.split())
    for one in (*found["coming"], *found["past"]):
        assert one["rule"] in said
        assert one["on"] in said


def test_every_dated_note_of_the_bundled_rules_is_told() -> None:
    book = payerbook.load()
    for head in book.packs():
        pack = book.pack(head.id)
        notes = {version.changed for rule in pack.rules for version in rule.versions if version.changed and not version.hole}
        assert notes <= {change.changed for change in changes(pack, book.sentence)}


def test_days_in_the_wrong_order_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["changes", "--since", "2026-01-02", "--until", "2026-01-01"]) == 2
    assert "turn them around" in capsys.readouterr().err


def test_readme_names_the_commands() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    for name in ("changes", "replay", "sources", "migrate"):
        assert f"`payerbook {name}" in readme
