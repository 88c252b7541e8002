"""What a rule takes from another: templates, parents of the same and of other packs, whole packs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

import payerbook
from payerbook.api import Book
from payerbook.authoring.lint import lint
from payerbook.authoring.session import Session
from payerbook.claim import Claim
from payerbook.cli import main
from payerbook.engine import versions as versions_of
from payerbook.errors import UsageError
from payerbook.pages import catalog as catalogs
from payerbook.pages import packs

SOURCES = {"manual": {"title": "Manual", "publisher": "Payer", "grade": "A", "last_checked": "2026-01-15"}}
CASES = [
    {"name": "late", "expect": "fail", "claim": {"received_on": "2026-06-01"}},
    {"name": "in time", "expect": "pass", "claim": {"received_on": "2026-02-01"}},
]
LINE = {"code": "97110", "service_date": "2026-01-15", "units": 1, "modifiers": ["GP"]}
FILING = {
    "rule": "test.child.filing",
    "like": "methods.timely-filing",
    "params": {"limit": {"days": 90}},
    "versions": [{"from": "2025-01-01", "sources": [{"ref": "manual", "section": "3"}]}],
}


def head(id: str, **more: Any) -> dict[str, Any]:
    return {"pack": id, "format": "1", "title": id, "version": "2026.1.0", **more}


def pack(where: Path, head: dict[str, Any], rules: Sequence[dict[str, Any]], cases: Sequence[dict[str, Any]] = CASES) -> Path:
    """A pack on disk: every rule has the same cases; a pack of templates has neither cases nor sources."""
    where.mkdir(parents=True)
    files: dict[str, Any] = {"pack": head, **{rule["rule"].rpartition(".")[2]: rule for rule in rules}}
    if not head.get("templates"):
        files["sources"] = SOURCES
        for rule in rules:
            tests = {"rule": rule["rule"], "claim": {"lines": [LINE]}, "cases": list(cases)}
            files[rule["rule"].rpartition(".")[2] + ".test"] = tests
    for name, content in files.items():
        (where / f"{name}.yaml").write_text(json.dumps(content), "utf-8")
    return where


def recheck(id: str, folder: Path) -> None:
    """Records the parents of a pack or rule as they are."""
    assert main(["amend", id, "--recheck", "--yes", "--policies", str(folder)]) == 0


def claim(payer: str, **more: Any) -> Claim:
    return msgspec.convert({"claim_id": "I1", "payer": payer, "lines": [LINE], **more}, Claim)


def severities(book: Book, asked: Claim) -> dict[str, str]:
    return {one.rule: one.severity for one in book.check(asked).findings if one.rule.startswith("test.")}


def test_a_child_of_a_template_brings_settings_dates_and_its_own_source(tmp_path: Path) -> None:
    folder = pack(tmp_path / "child", head("test.child"), [FILING])
    recheck("test.child", folder)
    assert lint([folder]) == []
    book = payerbook.load(policies=[folder])
    late = book.check(claim("test.child", received_on="2026-06-01")).findings
    assert [
        (found.rule, found.severity, found.sources[0].title, found.sources[0].section) for found in late if found.rule == FILING["rule"]
    ]
    rule = book.rule(FILING["rule"])
    assert (rule.kind, rule.like, rule.title) == ("timely-filing", "methods.timely-filing", "Filed after the payer's last day")
    assert rule.versions[0].params == {"start": "first-service", "limit": {"days": 90}}
    assert FILING["rule"] not in {found.rule for found in book.check(claim("test.child", received_on="2026-02-01")).findings}


def test_templates_are_there_whatever_plugins_are_chosen(tmp_path: Path) -> None:
    book = payerbook.load(["common", "ncci"], policies=[pack(tmp_path / "child", head("test.child"), [FILING])])
    assert ([pack.id for pack in book.packs()], book.not_loaded) == (["common", "test.child"], ())


def test_a_template_is_never_run_listed_or_counted(tmp_path: Path) -> None:
    template = {
        "rule": "test.parents.filing",
        "kind": "timely-filing",
        "when": {"claim_types": ["professional"]},
        "params": {"start": "last-service"},
    }
    parents = pack(tmp_path / "parents", head("test.parents", payer=False, templates=True), [template])
    child = {**FILING, "like": "test.parents.filing", "effect": "deny", "evidence": "record", "topic": "timely-filing"}
    child |= {"category": "timely-filing", "title": "Late", "when": {"places_of_service": ["11"]}}
    folder = pack(tmp_path / "child", head("test.child"), [child])
    recheck("test.child", tmp_path)
    assert lint([tmp_path]) == []
    book = payerbook.load(policies=[parents, folder])
    assert not [lost for lost in book.not_loaded if lost.name.startswith("test")]
    assert not {"methods", "test.parents"} & {pack.id for pack in book.packs()}
    with pytest.raises(UsageError, match=r"test.parents.filing is a template"):
        book.rule("test.parents.filing")
    version = book.rule("test.child.filing").versions[0]
    assert (version.start, version.when.claim_types, version.when.places_of_service) == (date(2025, 1, 1), ("professional",), ("11",))
    assert version.params == {"start": "last-service", "limit": {"days": 90}}


PARENT = {
    "rule": "test.parent.filing",
    "kind": "timely-filing",
    "title": "Late",
    "effect": "deny",
    "evidence": "record",
    "topic": "timely-filing",
    "category": "timely-filing",
    "params": {"start": "first-service"},
    "versions": [
        {"from": "2020-01-01", "params": {"limit": {"days": 365}}, "sources": [{"ref": "manual", "section": "1"}]},
        {"from": "2026-01-01", "known": "2025-11-01", "params": {"limit": {"days": 90}}, "sources": [{"ref": "manual", "section": "2"}]},
    ],
}
RETURNED = {**PARENT, "rule": "test.parent.returned", "effect": "return", "when": {"codes": ["97110"]}}
EXTENDS = {"pack": "test.parent", "sources": [{"ref": "manual", "section": "follows"}]}


def family(where: Path, rules: Sequence[dict[str, Any]] = (), **more: Any) -> Path:
    """A parent pack of two rules, and the child that extends it, recorded as compared."""
    pack(where / "parent", head("test.parent", unit_method="cms", unit_method_rule=PARENT["rule"]), [PARENT, RETURNED])
    child = pack(where / "child", head("test.child", **{"extends": EXTENDS, **more}), rules)
    recheck("test.child", where)
    return child


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


def rewrite(where: Path, **edits: Any) -> None:
    """Changes keys of the parent's rule on disk."""
    (where / "parent" / "filing.yaml").write_text(json.dumps({**PARENT, **edits}), "utf-8")


LATER = {"from": "2026-02-01", "known": "2026-01-20", "params": {"limit": {"days": 60}}, "sources": [{"ref": "manual"}]}


def test_a_child_asks_for_review_at_most_from_the_change_of_its_parent_until_somebody_looked(tmp_path: Path) -> None:
    family(tmp_path)
    late = claim("test.child", received_on="2026-06-01")
    rewrite(tmp_path, why="Texts do not count.", title="Filed late")
    assert severities(payerbook.load(policies=[tmp_path]), late)["test.child.filing"] == "deny"
    rewrite(tmp_path, versions=[*PARENT["versions"], LATER])
    book = payerbook.load(policies=[tmp_path])
    assert severities(book, late) == {"test.child.filing": "review", "test.child.returned": "return"}
    assert {version.parent_changed for version in book.rule("test.child.filing").versions} == {"test.parent.filing"}
    (fault,) = lint([tmp_path])
    assert (fault.code, fault.file.name, fault.message) == (
        "PB030",
        "parents.yaml",
        "test.parent.filing changed (dates, settings) since test.child.filing was compared with it, which is shown as review at most; "
        "read both, then run `payerbook amend test.child.filing --recheck`",
    )
    recheck("test.child.filing", tmp_path)
    assert lint([tmp_path]) == []
    assert severities(payerbook.load(policies=[tmp_path]), late)["test.child.filing"] == "deny"


def test_a_grandchild_in_the_same_pack_falls_back_too(tmp_path: Path) -> None:
    own = {"rule": "test.child.twin", "like": "test.child.filing", "versions": [{"from": "2025-01-01", "sources": [{"ref": "manual"}]}]}
    family(tmp_path, [own])
    late = claim("test.child", received_on="2026-06-01")
    assert severities(payerbook.load(policies=[tmp_path]), late)["test.child.twin"] == "deny"
    rewrite(tmp_path, effect="return")
    assert severities(payerbook.load(policies=[tmp_path]), late)["test.child.twin"] == "review"


def test_a_pin_keeps_what_was_known_on_its_day(tmp_path: Path) -> None:
    family(tmp_path, pin={"test.parent.filing": "2026-01-01"})
    rewrite(tmp_path, versions=[*PARENT["versions"], LATER])
    assert lint([tmp_path]) == []
    book = payerbook.load(policies=[tmp_path])
    assert [version.params["limit"] for version in book.rule("test.child.filing").versions] == [{"days": 365}, {"days": 90}]
    assert [version.parent_changed for version in book.rule("test.child.filing").versions] == [None, None]


def test_lineage_names_file_and_line_of_each_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = """\
rule: test.child.filing
title: Own title
params:
  limit: {days: 30}
versions:
  - from: 2025-07-01
    effect: review
    params: {weekend_rolls: true}
    sources: [{ref: manual}]
"""
    child = family(tmp_path)
    (child / "filing.yaml").write_text(lines, "utf-8")

    def origins(id: str, on: str) -> dict[str, tuple[str, int, str]]:
        assert main(["rule", id, "--lineage", "--json", "--on", on, "--policies", str(tmp_path)]) in (0, 3)
        found = json.loads(capsys.readouterr().out)["lineage"]
        return {part["part"]: (part["file"], part["line"], part["rule"]) for part in found}

    capsys.readouterr()
    own, parent = "test.child/filing.yaml", "test.parent/filing.yaml"
    found = origins("test.child.filing", "2025-08-01")
    assert (
        found.items()
        >= {
            "title": (own, 2, "test.child.filing"),
            "kind": (parent, 1, "test.parent.filing"),
            "effect": (own, 7, "test.child.filing"),
            "params.limit": (own, 4, "test.child.filing"),
            "params.weekend_rolls": (own, 8, "test.child.filing"),
            "params.start": (parent, 1, "test.parent.filing"),
            "from": (own, 6, "test.child.filing"),
            "sources": (own, 9, "test.child.filing"),
        }.items()
    )
    assert origins("test.child.filing", "2026-08-01")["from"] == (parent, 1, "test.parent.filing")
    taken = origins("test.child.returned", "2026-08-01")
    assert taken["params.limit"][0] == "test.parent/returned.yaml"
    assert main(["rule", "test.child.returned", "--lineage", "--policies", str(tmp_path)]) in (0, 3)
    text = capsys.readouterr().out
    assert '  params.limit: {"days":90}\n    test.parent/returned.yaml:1 (test.parent.returned)\n' in text
    assert "test.child/pack.yaml:1 (test.child.returned)" in text


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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no.pack"], "There is no pack no.pack"),
        (["test.parent.filing"], "test.parent.filing takes nothing from a rule of another pack."),
        (["test.child", "--set", "effect=review"], "--recheck records that nothing has to be changed"),
    ],
)
def test_a_recheck_that_means_nothing_is_refused(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    family(tmp_path)
    assert main(["amend", *arguments, "--recheck", "--yes", "--policies", str(tmp_path)]) == 2
    assert message in capsys.readouterr().err


def test_a_recheck_writes_only_when_told_and_names_what_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recorded = family(tmp_path) / "parents.yaml"
    before = recorded.read_text("utf-8")
    rewrite(tmp_path, effect="return")
    capsys.readouterr()
    assert main(["amend", "test.child", "--recheck", "--json", "--policies", str(tmp_path)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["changes"], answer["written"], recorded.read_text("utf-8")) == ({"test.parent.filing": ["effect"]}, False, before)
    recheck("test.child", tmp_path)
    assert capsys.readouterr().out == "test.parent.filing: effect\nWritten.\n"
    recheck("test.child", tmp_path)
    assert capsys.readouterr().out == "All parents are recorded as they are.\n"


def test_a_hole_taken_from_a_parent_lasts_until_the_next_version_is_known(tmp_path: Path) -> None:
    versions = [
        {"from": "2024-01-01", "sources": [{"ref": "manual"}]},
        {"from": "2025-01-01", "hole": "Not read."},
        {"from": "2026-01-01", "known": "2025-11-01", "sources": [{"ref": "manual"}]},
    ]
    parent = {**FILING, "rule": "test.child.filing", "versions": versions}
    own = {"rule": "test.child.own", "like": "test.child.filing", "versions": versions}
    pack(tmp_path / "child", head("test.child"), [parent, own])
    recheck("test.child", tmp_path)
    rule = payerbook.load(policies=[tmp_path]).rule("test.child.own")
    on = [versions_of.on(rule, date(2026, 1, 15), known) for known in (date(2025, 10, 31), date(2025, 11, 1))]
    assert [one.outcome if isinstance(one, versions_of.Gap) else str(one.start) for one in on] == ["not-on-file", "2026-01-01"]
    assert [one.end for one in rule.versions] == [None, None, None]


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


def test_a_source_of_dates_alone_carries_no_severity(tmp_path: Path) -> None:
    sources = {"manual": SOURCES["manual"], "list": {**SOURCES["manual"], "title": "List", "publisher": "Somebody", "grade": "B"}}
    for proves, severity in (({}, "deny"), ({"proves": "dates"}, "review")):
        folder = tmp_path / severity
        versions = [{"from": "2025-01-01", "sources": [{"ref": "list"}, {"ref": "manual", **proves}]}]
        pack(folder / "child", head("test.child"), [{**FILING, "versions": versions}])
        (folder / "child" / "sources.yaml").write_text(json.dumps(sources), "utf-8")
        recheck("test.child", folder)
        book = payerbook.load(policies=[folder])
        assert severities(book, claim("test.child", received_on="2026-06-01")) == {"test.child.filing": severity}
        grade = book.narrowed(min_grade="A")
        assert bool(severities(grade, claim("test.child", received_on="2026-06-01"))) is (severity == "deny")


def test_the_day_before_a_version_that_finds_nothing_is_not_on_file_where_another_one_can(tmp_path: Path) -> None:
    rule = {**FILING, "rule": "test.child.approval", "like": "methods.authorization", "params": {}}
    rule["versions"] = [
        {"attested_from": "2025-07-01", "params": {"needed": "no-auth"}, "sources": [{"ref": "manual"}]},
        {"from": "2026-01-01", "params": {"needed": "auth-needed"}, "sources": [{"ref": "manual"}]},
    ]
    never = {**rule, "rule": "test.child.never", "versions": rule["versions"][:1]}
    pack(tmp_path / "child", head("test.child"), [rule, never])
    recheck("test.child", tmp_path)
    book = payerbook.load(policies=[tmp_path])

    def missing(day: str) -> list[str]:
        report = book.check(claim("test.child", lines=[{**LINE, "service_date": day}], context={"authorizations": []}))
        return [one.rule for one in report.not_on_file if one.rule is not None and one.rule.startswith("test.")]

    assert missing("2025-06-30") == ["test.child.approval"]
    assert missing("2025-07-01") == []
