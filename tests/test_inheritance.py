"""What a rule takes from another: templates, and parents of the same and of other packs."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import payerbook
from pack_family import FILING, LINE, PARENT, SOURCES, claim, family, head, pack, recheck, severities
from payerbook.authoring.lint import lint
from payerbook.cli import main
from payerbook.engine import versions as versions_of
from payerbook.errors import UsageError


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
