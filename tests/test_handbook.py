"""Denial codes, topics, myths and checklists: nothing named that is not there, figures from the rules, own words."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from payerbook.authoring import handbooks
from payerbook.authoring.session import Session
from payerbook.naming import key
from payerbook.pages import catalog, checklist, denial, topics
from payerbook.pages.catalog import Catalog
from payerbook_plugins import policies

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def made() -> Catalog:
    return catalog.of(Session(), TODAY)


@pytest.fixture(scope="module")
def written(made: Catalog) -> dict[str, str]:
    """The pages by path, checklists left out."""
    return {**dict(denial.pages(made)), **dict(topics.pages(made))}


def test_what_stands_in_the_files_is_sound(made: Catalog) -> None:
    assert made.session.handbooks.faults == ()
    named = {one.rpartition("-")[2] for pack in made.packs for rule in pack.rules for one in rule.denials}
    denials = made.session.handbooks.denials
    assert named <= {*denials.reasons, *denials.ended}, "a rule names a reason code that has no page"


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        ("_denials/reasons.yaml", 'like: ["236"', 'like: ["9236"', "reasons.97.like.0"),
        ("_denials/remarks.yaml", "sources: [x12]", "sources: [memory]", "sources.0"),
        (
            "_pages/topics.yaml",
            "rules: [medicare.part-b.progress-report]",
            "rules: [medicare.part-b.progress]",
            "progress-reports.rules.0",
        ),
        ("_pages/myths.yaml", "topic: kx-threshold", "topic: kx", "myths.therapy-cap.topic"),
        ("_denials/groups.yaml", "grade:", "grades:", "grades"),
    ],
)
def test_a_name_that_is_not_on_file_is_a_fault(made: Catalog, tmp_path: Path, file: str, old: str, new: str, place: str) -> None:
    for folder in ("_denials", "_pages"):
        shutil.copytree(policies() / folder, tmp_path / folder)
    text = (tmp_path / file).read_text("utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1), "utf-8")
    rules = {rule.id for pack in made.packs for rule in pack.rules}
    faults = [fault.text() for fault in handbooks.load(tmp_path, made.session.library.schemas, rules).faults]
    assert any(Path(file).name in fault and place in fault for fault in faults), faults


def test_a_denial_page_says_what_to_do_and_which_rule_catches_it(written: dict[str, str]) -> None:
    page = written["denial/co-97/index.md"]
    parts = [
        "pb-answer",
        "## Why it comes",
        "## What to do",
        "## Rules that catch it",
        "#ncci-pairs",
        "## Until when",
        "CO-236",
        "## Sources",
    ]
    places = [page.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)
    assert "medicare.part-b.ncci-pairs" in json.loads(written["denial/co-97/index.json"])["rules"]


def test_topics_take_their_figures_from_the_rules(made: Catalog, written: dict[str, str]) -> None:
    """The amounts of each year stand on the page; none stands in the texts."""
    page = written["topic/kx-threshold/index.md"]
    rule = next(rule for pack in made.packs for rule in pack.rules if rule.id == "medicare.part-b.kx-threshold")
    amounts = {bucket["amount"] for version in rule.versions for bucket in version.params.get("buckets", ())}
    assert len(amounts) > 3
    assert all(f"${float(amount):,.2f}" in page for amount in amounts)
    for file in ("topics.yaml", "myths.yaml"):
        assert not re.findall(r"\$\d|\b20\d\d\b", (policies() / "_pages" / file).read_text("utf-8")), file


def test_every_word_leads_to_a_page(made: Catalog, written: dict[str, str]) -> None:
    words = made.session.library.vocabulary.terms.words
    own = {path.removesuffix("/index.md") for path in written} | {"checklist", "code", "payer", "matrix"}
    lost = [slug for slug, word in words.items() if word.page not in own and not word.page.startswith(("code/", "matrix/"))]
    assert not lost
    assert all(key(name) for word in words.values() for name in word.names)


def test_a_checklist_asks_what_the_answer_asks(made: Catalog) -> None:
    head = next(head for head in made.answers.packs() if head.id == "commercial.cigna")
    sheets = dict(checklist.pages(made))
    data = json.loads(sheets["checklist/evaluation-commercial.cigna/index.json"])
    asked = {check["rule"] for desk in data["checklist"] for check in desk["checks"]}
    shown = made.answers.view(head.id, "97161")
    assert {item.rule for name, items in shown.blocks for item in items if name in ("Documents", "Modifiers", "Limits")} <= asked
    assert data["checklist"][0]["desk"].startswith("Before the visit")
    assert len(sheets) == 1 + 2 * len(checklist.VISITS) * len(made.answers.packs())
