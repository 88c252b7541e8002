"""Packs that take over another whole pack: its rules, from which day on, what they leave out, and who says so."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import payerbook
from pack_family import EXTENDS, LINE, PARENT, SOURCES, claim, family, head, pack, recheck, severities
from payerbook.authoring.lint import lint
from payerbook.authoring.session import Session
from payerbook.cli import main
from payerbook.errors import UsageError
from payerbook.pages import catalog as catalogs
from payerbook.pages import packs


def test_a_pack_that_extends_has_every_rule_of_its_parent_and_cites_both(tmp_path: Path) -> None:
    family(tmp_path)
    assert lint([tmp_path]) == []
    book = payerbook.load(policies=[tmp_path])
    parent, child = book.rule("test.parent.filing"), book.rule("test.child.filing")
    assert (child.like, child.title, [version.params for version in child.versions]) == (
        parent.id,
        parent.title,
        [version.params for version in parent.versions],
    )
    assert [source.section for source in child.versions[1].sources] == ["2", "follows"]
    assert {pack.id: (pack.rules, pack.inherited, pack.extends) for pack in book.packs() if pack.id.startswith("test")} == {
        "test.parent": (2, 0, None),
        "test.child": (2, 2, "test.parent"),
    }
    late = claim("test.child", received_on="2026-06-01")
    assert severities(book, late) == {"test.child.filing": "deny", "test.child.returned": "return"}
    assert (book.payer("test.child").unit_method, book.payer("test.child").unit_method_rule) == ("cms", "test.child.filing")


def test_a_note_on_a_change_of_the_parent_does_not_move_to_the_day_the_child_began(tmp_path: Path) -> None:
    versions = [{**PARENT["versions"][0], "changed": "Longer."}, {**PARENT["versions"][1], "changed": "Shorter."}]
    pack(tmp_path / "parent", head("test.parent"), [{**PARENT, "versions": versions}])
    pack(tmp_path / "child", head("test.child", extends={**EXTENDS, "attested_from": "2024-03-01"}), [])
    recheck("test.child", tmp_path)
    child = payerbook.load(policies=[tmp_path]).rule("test.child.filing")
    assert [(str(version.start), version.changed) for version in child.versions] == [("2024-03-01", None), ("2026-01-01", "Shorter.")]


def test_what_says_that_the_parent_is_followed_caps_the_severity_too(tmp_path: Path) -> None:
    child = family(tmp_path)
    weak = {"manual": {**SOURCES["manual"], "grade": "B"}}
    (child / "sources.yaml").write_text(json.dumps(weak), "utf-8")
    late = claim("test.child", received_on="2026-06-01")
    assert severities(payerbook.load(policies=[tmp_path]), late) == {"test.child.filing": "review", "test.child.returned": "review"}
    assert [(fault.code, fault.place, fault.note) for fault in lint([tmp_path])] == [("PB022", "extends.sources", True)]
    assert set(severities(payerbook.load(policies=[tmp_path]).narrowed(min_grade="A"), late)) == set()
    (tmp_path / "parent" / "sources.yaml").write_text(json.dumps(weak), "utf-8")
    (child / "sources.yaml").write_text(json.dumps(SOURCES), "utf-8")
    assert set(severities(payerbook.load(policies=[tmp_path]), late).values()) == {"review"}


def test_the_childs_own_file_stands_over_the_parents_rule_and_a_skipped_rule_is_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = {"rule": "test.child.filing", "params": {"limit": {"days": 30}, "start": "last-service"}}
    own["versions"] = [{"from": "2025-07-01", "sources": [{"ref": "manual", "section": "own"}]}]
    skip = [{"rule": "returned", "why": "Never asked for.", "sources": [{"ref": "manual", "section": "9"}]}]
    family(tmp_path, [own], skip=skip)
    assert lint([tmp_path]) == []
    book = payerbook.load(policies=[tmp_path])
    rule = book.rule("test.child.filing")
    assert [(str(one.start), str(one.end), one.params["start"], [source.section for source in one.sources]) for one in rule.versions] == [
        ("2025-07-01", "None", "last-service", ["own"]),
        ("2026-01-01", "None", "last-service", ["own"]),
    ]
    assert severities(book, claim("test.child", received_on="2026-03-01")) == {"test.child.filing": "deny"}
    (gone,) = book.payer("test.child").skipped
    assert (gone.rule, gone.why, gone.sources[0].section) == ("test.parent.returned", "Never asked for.", "9")
    assert main(["packs", "test.child", "--policies", str(tmp_path)]) in (0, 3)
    said = capsys.readouterr().out
    assert "  0 of the rules as they stand in test.parent; 1 of its rules left out" in said
    assert "    - without test.parent.returned: Never asked for. (Manual)" in said
    with pytest.raises(UsageError, match=r"test.child leaves out test.parent.returned: Never asked for."):
        book.rule("test.child.returned")


@pytest.mark.parametrize(("key", "before"), [("from", None), ("attested_from", "not-on-file")])
def test_a_pack_may_follow_its_parent_from_a_day_on(key: str, before: str | None, tmp_path: Path) -> None:
    family(tmp_path, extends={**EXTENDS, key: "2026-01-10"})
    book = payerbook.load(policies=[tmp_path])
    (version,) = book.rule("test.child.filing").versions
    assert (str(version.start), version.params["limit"], version.known) == ("2026-01-10", {"days": 90}, date(2025, 11, 1))
    early = claim("test.child", received_on="2026-12-01", lines=[{**LINE, "service_date": "2026-01-09"}])
    assert severities(book, early) == {}
    assert ("test.child.filing" in {gap.rule for gap in book.check(early).not_on_file}) == (before == "not-on-file")


def test_the_site_shows_what_is_taken_over_and_what_is_left_out(tmp_path: Path) -> None:
    skip = [{"rule": "returned", "why": "Never asked for.", "sources": [{"ref": "manual"}]}]
    family(tmp_path, skip=skip)
    catalog = catalogs.of(Session([tmp_path]), date(2026, 6, 1), ["test.parent", "test.child"])
    with pytest.raises(UsageError, match="There is no pack methods"):
        catalogs.of(catalog.session, date(2026, 6, 1), ["methods"])
    pages = dict(packs.pages(catalog, next(pack for pack in catalog.packs if pack.head.id == "test.child")))
    assert "1 rule in 1 topic, 1 of them as they stand in `test.parent`" in pages["rules/test.child/index.md"]
    assert "- `test.parent.returned`: Never asked for." in pages["rules/test.child/index.md"]
    assert "takes from [`test.parent.filing`](" in pages["rules/test.child/timely-filing/index.md"]


def test_one_reason_can_leave_out_several_rules(tmp_path: Path) -> None:
    skip = [{"rules": ["filing", "returned"], "why": "Not its own.", "sources": [{"ref": "manual", "section": "9"}]}]
    child = family(tmp_path, [], skip=skip)
    gone = payerbook.load(policies=[tmp_path]).payer("test.child").skipped
    assert [(one.rule, one.why, one.sources[0].section) for one in gone] == [
        ("test.parent.filing", "Not its own.", "9"),
        ("test.parent.returned", "Not its own.", "9"),
    ]
    for entry in ({"rule": "filing", "rules": ["returned"]}, {}, {"rules": ["returned", "returned"]}):
        text = json.loads((child / "pack.yaml").read_text("utf-8"))
        (child / "pack.yaml").write_text(json.dumps({**text, "skip": [{**skip[0], "rules": [], **entry}]}), "utf-8")
        assert "PB029" in {fault.code for fault in lint([tmp_path])}, entry
