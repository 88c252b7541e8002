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
from payerbook.pages import catalog, checklist, denial, glossary, guide, remark, sources, topics
from payerbook.pages.catalog import Catalog
from payerbook.pages.markup import esc
from payerbook.pages.text import escape
from payerbook_plugins import policies

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def made() -> Catalog:
    return catalog.of(Session(), TODAY)


@pytest.fixture(scope="module")
def written(made: Catalog) -> dict[str, str]:
    """The pages by path, checklists left out."""
    return {path: text for part in (denial, remark, topics, guide, glossary, sources) for path, text in part.pages(made)}


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
        ("_pages/guides.yaml", "topics: [timely-filing]", "topics: [filing]", "guides.getting-paid.steps.4.topics.0"),
        ("_denials/reasons.yaml", "often: [ngs-billing-guide]", "often: [memory]", "often.0"),
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
        "# CO-97: ",
        "<dt>Do first</dt><dd><strong>Correct it and send it again.</strong>",
        "<dt>Or</dt><dd><strong>Write it off</strong> when",
        '<dt>Until when</dt><dd><div class="pb-until"><a href="#payers">',
        "<dt>Who bears it</dt><dd><strong>CO</strong>",
        "## Why it comes",
        "## What to do",
        "## Until when",
        '<tr data-payer="medicare.part-b">',
        "## Rules that catch it",
        "## Seen with it",
        "CO-236",
        "## Sources",
    ]
    places = [page.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)
    assert "medicare.part-b.ncci-pairs" in json.loads(written["denial/co-97/index.json"])["rules"]
    row = next(line for line in page.splitlines() if line.startswith('<tr data-payer="medicare.part-b">'))
    for rule in ("timely-filing/#timely-filing", "timely-filing/#appeals", "code-pairs/#ncci-pairs"):
        assert rule in row


def test_a_denial_without_a_time_limit_shows_none(written: dict[str, str]) -> None:
    page = written["denial/pr-1/index.md"]
    assert "<strong>Bill the patient.</strong>" in page
    assert "pb-until" not in page
    assert "denial.js" not in page


def test_the_common_denials_stand_first_with_who_says_so(made: Catalog, written: dict[str, str]) -> None:
    first = written["denial/index.md"].partition("## Who bears it")[0]
    often = [code for code, reason in made.session.handbooks.denials.reasons.items() if reason.often]
    assert len(often) > 5
    assert all(f"{made.session.handbooks.denials.slug(code).upper()}</a>" in first for code in often)
    assert "Listed by [" in first


def test_a_remark_page_says_what_to_do_with_each_reason_beside_it(made: Catalog, written: dict[str, str]) -> None:
    page, reasons = written["remark/n362/index.md"], made.session.handbooks.denials.reasons
    for code in made.session.handbooks.denials.remarks["N362"].reasons:
        assert escape(reasons[code].fix) in page
    assert "It only informs" in written["remark/ma67/index.md"]
    assert json.loads(written["remark/n362/index.json"])["remark"]


def test_topics_take_their_figures_from_the_rules(made: Catalog, written: dict[str, str]) -> None:
    """The amounts of each year stand on the page; none stands in the texts."""
    page = written["topic/kx-threshold/index.md"]
    rule = next(rule for pack in made.packs for rule in pack.rules if rule.id == "medicare.part-b.kx-threshold")
    amounts = {bucket["amount"] for version in rule.versions for bucket in version.params.get("buckets", ())}
    assert len(amounts) > 3
    assert all(f"${float(amount):,.2f}" in page for amount in amounts)
    book = made.session.handbooks.handbook
    texts = [text for topic in book.topics.values() for text in (topic.answer, *topic.more, *topic.do)]
    texts += [text for myth in book.myths.values() for text in (myth.said, myth.true)]
    texts += [text for guide in book.guides.values() for text in (guide.answer, *(step.text for step in guide.steps))]
    assert [text for text in texts if re.search(r"\$\d|\b20\d\d\b", text)] == []


def test_a_topic_lists_only_rules_that_are_about_it(made: Catalog, written: dict[str, str]) -> None:
    """Appeals and filing share a topic of rules, laser and shock wave share theirs with other codes: pages do not mix them."""
    listed = {name: written[f"topic/{name}/index.md"].partition("## Payer by payer")[2] for name in ("appeals", "laser-shock-wave")}
    assert "#appeals" in listed["appeals"]
    assert "#timely-filing" not in listed["appeals"]
    assert "commercial.aetna/investigational/#shock-wave" in listed["laser-shock-wave"]
    assert "#dry-hydrotherapy" not in listed["laser-shock-wave"]


def test_every_topic_stands_in_the_list_and_names_its_calculator(made: Catalog, written: dict[str, str]) -> None:
    for name, topic in made.session.handbooks.handbook.topics.items():
        assert f'href="{name}/"' in written["topic/index.md"].replace("../topic/", "")
        if topic.calculator is not None:
            assert f"calc/{topic.calculator}/" in written[f"topic/{name}/index.md"]


def test_a_guide_takes_what_it_says_of_a_payer_from_the_rules(made: Catalog, written: dict[str, str]) -> None:
    page = written["guide/getting-paid/index.md"]
    found = {rule.id: (pack, rule) for pack in made.packs for rule in pack.rules}
    steps = made.session.handbooks.handbook.guides["getting-paid"].steps
    for pack, rule in (found[id] for step in steps for id in step.rules):
        assert escape(made.sentence(rule, made.standing(pack, rule).version)) in page, rule.id


def test_the_glossary_holds_words_of_billing_once_each(made: Catalog, written: dict[str, str]) -> None:
    page = written["glossary/index.md"]
    assert "Advance Beneficiary Notice" in page
    assert 'id="glossary"' not in page
    row = next(line for line in page.splitlines() if line.startswith('<tr id="eight-minute-rule"'))
    assert "8 min" in row
    assert "8min" not in row
    notes = glossary.abbreviations(made.session.library.vocabulary.terms)
    assert notes["POC"].startswith("Plan of care. ")
    assert "POS" not in notes, "it is a kind of plan as well as a place of service"


def test_every_document_of_a_payer_is_listed_with_its_best_grade(made: Catalog, written: dict[str, str]) -> None:
    pack = made.answers.pack("commercial.aetna")
    cited = [source for rule in pack.rules for version in rule.versions for source in version.sources if source.url]
    listed = sources.documents(pack)
    assert {(one.title, one.url) for one in listed} == {(source.title, source.url) for source in cited}
    page = written["sources/commercial.aetna/index.md"]
    official, _, others = page.partition("## Reported by others")
    for one in listed:
        assert esc(one.url) in (official if one.grade in ("A", "A*") else others), one
    assert "sources/commercial.aetna/" in written["sources/index.md"].replace('href="../', 'href="')


def test_every_name_of_a_word_can_be_searched(made: Catalog) -> None:
    words = made.session.library.vocabulary.terms.words
    assert all(key(name) for word in words.values() for name in word.names)


def test_a_checklist_asks_what_the_answer_asks(made: Catalog) -> None:
    sheets = dict(checklist.pages(made))
    for payer in ("commercial.cigna", "medicare.part-b", "medicaid.or"):
        data = json.loads(sheets[f"checklist/evaluation-{payer}/index.json"])
        asked = {check["rule"] for desk in data["checklist"] for check in desk["checks"]}
        shown = made.answers.view(payer, "97161")
        assert {item.rule for name, items in shown.blocks for item in items if item.rule is not None} <= asked
        assert data["checklist"][0]["desk"].startswith("Before the visit")
    assert len(sheets) == 1 + 2 * len(checklist.VISITS) * len(made.answers.packs())


def test_a_checklist_says_what_a_document_has_to_hold(made: Catalog) -> None:
    sheets = dict(checklist.pages(made))
    page = sheets["checklist/treatment-medicare.part-b/index.md"]
    assert "Progress report: The therapist writes a progress report at least once every 10 treatment days" in page
    assert "which the question does not say" not in page
    assert "No source found." not in page
    visits = sheets["checklist/treatment-medicaid.or/index.md"]
    assert re.search(r"<li>Prior authorization: needed from visit 31\.<sup>\d+</sup><ul><li>Exempt: 97161", visits), "details stand below"
    cut = [text for text in re.findall(r"<li>([^<]*)", page) if text.endswith(" …")]
    assert cut == []
