"""Pages of answers: codes, payers, a code for a payer, matrices; what they show is what the engine answers, on every day."""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
import subprocess
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

import payerbook
from payerbook.authoring.session import Session
from payerbook.pages import asof, bycode, card, catalog, comparing, matrix, site, timeline, view
from payerbook.pages.build import site_folder
from payerbook.pages.catalog import Catalog
from payerbook.pages.places import cell_file, code_file, matrix_file, payer_file

TODAY = date(2026, 11, 21)
SEEDS = ("97035", "97039", "97110", "97116", "97140", "97164", "97530", "97535", "0101T", "S8948")
VIEWS = 500
ROOT = "../../../"
FOLD = """
const [script, histories, asked] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const {fold, box, cells} = require(script);
console.log(JSON.stringify(asked.map(([payer, code, dos, known]) => {
  const view = fold(histories[code], payer, dos, known);
  return [view, box(view, histories[code].rules, "../../../"), cells(view)];
})));
"""
PAYER = """
const [script, histories, asked] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const {fold, cells, point, pointOn} = require(script);
console.log(JSON.stringify(asked.map(([payer, dos, known]) => {
  const history = histories[payer];
  const card = Object.keys(history.card).map((column) => point(pointOn(history, column, dos, known), "../../"));
  return [card, Object.fromEntries(history.order.map((code) => [code, cells(fold(history, code, dos, known))]))];
})));
"""


@pytest.fixture(scope="module")
def made() -> Catalog:
    """The bundled packs."""
    return catalog.of(Session(), TODAY)


@pytest.fixture(scope="module")
def small() -> dict[str, str]:
    """The pages of two payers, by path."""
    return dict(site.pages(catalog.of(Session(), TODAY, ["common", "medicare.part-b", "commercial.cigna"])))


def days(rng: random.Random, count: int) -> list[date]:
    """Random days from 2005 to 2029."""
    return [date(2005, 1, 1) + timedelta(days=rng.randrange(9_000)) for _ in range(count)]


def clocks(made: Catalog, rng: random.Random, payer: str, code: str) -> tuple[date, date | None]:
    """A day of service and one of knowledge: half of them at random, the others where an answer turns or the day before."""
    editions = [edition for one in made.answers.over_time(payer, code) for edition in one.editions]
    served = [period.start for edition in editions for period in edition.periods if period.start is not None]
    known = [edition.known for edition in editions if edition.known is not None]
    on, learned = days(rng, 2)
    if served and rng.random() < 0.5:
        on = rng.choice(served) - timedelta(days=rng.randrange(2))
    if known and rng.random() < 0.5:
        learned = rng.choice(known) - timedelta(days=rng.randrange(2))
    return on, rng.choice([None, None, learned])


@pytest.mark.skipif(shutil.which("node") is None, reason="the script of the page runs in node")
def test_the_view_of_a_day_is_the_answer_of_the_engine(made: Catalog) -> None:
    """The script folds the history; the engine is asked the same. Box and table cells are the same bytes."""
    rng = random.Random(20261121)
    pairs = [(payer, code) for payer, codes in made.answers.own.items() for code in codes]
    seeds = [(head.id, code) for head in made.answers.packs() for code in SEEDS]
    chosen = [*rng.sample(pairs, VIEWS // 2), *rng.sample(seeds, VIEWS // 2)]
    asked = [(*pair, *clocks(made, rng, *pair)) for pair in chosen]
    expected = []
    for payer, code, on, known in asked:
        shown = made.answers.view_on(payer, code, on, known)
        expected.append([json.loads(msgspec.json.encode(shown)), view.box(shown, made.answers.rule_names, ROOT), view.cells(shown)])
    histories = {code: json.loads(asof.history(made, code)) for code in {code for _, code, _, _ in asked}}
    texts = [(payer, code, str(on), str(known or "")) for payer, code, on, known in asked]
    question = [str(site_folder() / "docs/assets/asof.js"), histories, texts]
    done = subprocess.run(["node", "-e", FOLD], input=json.dumps(question), capture_output=True, text=True, check=True)
    for question_asked, wanted, got in zip(asked, expected, json.loads(done.stdout), strict=True):
        assert got == wanted, question_asked
    words = Counter(shown["covered"] for shown, _, _ in expected)
    assert set(words) == set(view.COVERED), words
    assert sum(1 for shown, _, _ in expected if shown["limits"]) > 50
    assert len({shown["authorization"] for shown, _, _ in expected}) > 4


@pytest.mark.skipif(shutil.which("node") is None, reason="the script of the page runs in node")
def test_the_page_of_a_payer_on_any_day_is_the_answer_of_the_engine(made: Catalog) -> None:
    """Card and codes: the script makes them from the payer's history, the engine is asked the same."""
    rng = random.Random(7)
    payers = [head.id for head in made.answers.packs()]
    chosen = {"commercial.aetna", "medicare.part-b", "tricare", *rng.sample(payers, 5)}
    asked = [(payer, *clocks(made, rng, payer, card.TYPICAL)) for payer in sorted(chosen) for _ in range(6)]
    expected: list[Any] = []
    for payer, on, known in asked:
        points = ((column, made.answers.point_on(payer, card.TYPICAL, column, on, known)) for column, _ in card.CARD)
        shown = [comparing.cell(made, point, column, payer_file(payer), why=True) for column, point in points]
        codes = rng.sample(sorted(made.codes), 25)
        expected.append((shown, {code: view.cells(made.answers.view_on(payer, code, on, known)) for code in codes}))
    histories = {payer: json.loads(asof.payer_history(made, payer)) for payer in chosen}
    question = [str(site_folder() / "docs/assets/asof.js"), histories, [(payer, str(on), str(known or "")) for payer, on, known in asked]]
    done = subprocess.run(["node", "-e", PAYER], input=json.dumps(question), capture_output=True, text=True, check=True)
    for day, (points_wanted, codes_wanted), (points_got, codes_got) in zip(asked, expected, json.loads(done.stdout), strict=True):
        assert points_got == points_wanted, day
        assert {code: codes_got[code] for code in codes_wanted} == codes_wanted, day
    assert len({str(points) for points, _ in expected}) > len(chosen)


def test_the_codes_of_a_payer_stand_together_where_the_answer_is_the_same(made: Catalog, small: dict[str, str]) -> None:
    head = made.answers.payer("medicare.part-b")
    told, silent = bycode.told(made, head)
    rows = bycode.grouped(made, head, told, [made.answers.view(head.id, code) for code in told])
    held = {code: row for row in rows for code in re.findall(r'<a id="(\w+)"', row.cells[0])}
    assert sorted([*held, *silent]) == sorted(made.codes)
    for code, row in held.items():
        assert list(row.cells[1:]) == view.cells(made.answers.view(head.id, code)), code
    assert len({tuple(row.cells[1:]) for row in rows}) == len(rows) < len(told)
    assert all(f'<a id="{code}"' in small[payer_file(head.id)] for code in made.codes)


def test_no_page_names_a_rule_by_its_id_where_a_biller_reads(made: Catalog) -> None:
    """Before its first day no rule answers: what is said then names rules by their titles."""
    for payer, code in (("medicare.part-b", "97164"), ("commercial.aetna", "97140"), ("commercial.cigna", "97110")):
        shown = made.answers.view_on(payer, code, date(1995, 1, 1), None)
        text = re.sub(r"<[^>]*>", " ", view.box(shown, made.answers.rule_names, ROOT))
        assert shown.covered == "indeterminate"
        assert f"{payer}." not in text, text
        assert made.answers.rule_names[next(item.rule for _, items in shown.blocks for item in items if item.rule)].title in text


def test_rules_of_a_pack_are_told_apart_by_their_titles(made: Catalog) -> None:
    for pack in made.packs:
        titles = Counter(rule.title for rule in pack.rules)
        assert [title for title, count in titles.items() if count > 1] == [], pack.head.id


def test_the_pages_ask_what_the_command_line_asks(made: Catalog) -> None:
    book = payerbook.load(tables=Path("no tables of the user"))
    rng = random.Random(1)
    payers = [head.id for head in made.answers.packs()]
    for on in days(rng, 60):
        payer, code, known = rng.choice(payers), rng.choice(SEEDS), rng.choice([None, *days(rng, 1)])
        facts: Any = {"on": on, "known_on": known, "place_of_service": made.answers.place}
        answer = view.of(book.coverage(payer, code, **facts), book.authorization(payer, code, **facts))
        assert made.answers.view_on(payer, code, on, known) == answer, (payer, code, on, known)
    for row in book.compare("97110", on=TODAY).rows:
        assert made.answers.row(row.payer, "97110") == row.cells, row.payer


def test_the_timeline_holds_for_every_day(made: Catalog) -> None:
    rng = random.Random(2)
    pairs = [(payer, code) for payer, codes in made.answers.own.items() for code in codes]
    changed = 0
    for payer, code in rng.sample(pairs, 40):
        found = timeline.by_service(made, payer, code)
        assert found[0].start is None
        assert found[-1].end is None
        for before, after in pairwise(found):
            assert before.end is not None
            assert after.start == before.end + timedelta(days=1)
        changed += len(found) - 1
        for on in days(rng, 5):
            stands = next(one for one in found if (one.start is None or one.start <= on) and (one.end is None or on <= one.end))
            shown = made.answers.view_on(payer, code, on, None)
            assert (stands.view.covered, stands.view.why, stands.view.blocks) == (shown.covered, shown.why, shown.blocks), (payer, code, on)
    assert changed > 20


def test_every_code_has_a_page_and_a_place_with_every_payer(made: Catalog, small: dict[str, str]) -> None:
    assert set(SEEDS) <= set(made.codes)
    for code in made.codes:
        page = small[code_file(code)]
        for payer in ("medicare.part-b", "commercial.cigna"):
            assert f'<tr id="{payer}" data-payer="{payer}">' in page, code
            assert f'id="{code}"' in small[payer_file(payer)], code
            assert (cell_file(payer, code) in small) == (code in made.answers.own[payer])
    assert cell_file("medicare.part-b", "97164") in small


def test_a_code_of_a_payer_says_answer_then_what_to_do_then_why_then_history(small: dict[str, str]) -> None:
    page = small[cell_file("medicare.part-b", "97164")]
    parts = [
        "# 97164: Medicare Part B",
        '<div class="pb-answer pb-box" data-payer="medicare.part-b"><p class="pb-verdict">',
        "Covered on conditions",
        "<dt>Prior authorization</dt>",
        "<dt>Modifiers</dt><dd>The line needs GP.",
        "<summary>Sources (",
        'data-history="../../../code/97164/history.json"',
        "## What to do",
        "## Rules behind it",
        "## History",
        '<tr id="service-2026-01-01" data-now="yes">',
        "What was known when",
        "## Elsewhere",
    ]
    places = [page.find(part) for part in parts]
    assert -1 not in places, parts[places.index(-1)]
    assert places == sorted(places)


def test_a_payer_page_has_the_card_the_codes_the_rules_and_the_gaps(made: Catalog, small: dict[str, str]) -> None:
    page = small[payer_file("medicare.part-b")]
    head = made.answers.payer("medicare.part-b")
    for words in ("Timed units are counted by", "CMS: minutes of the day", "Timely filing", "Appeals", "## Codes", "## What is missing"):
        assert words in page
    assert page.count("\n- ") >= len(head.holes)
    data = json.loads(small["payer/medicare.part-b/index.json"])
    assert data["payer"]["id"] == "medicare.part-b"
    assert data["codes"]["97164"]["covered"] == made.answers.view("medicare.part-b", "97164").covered
    assert data["card"]["units"]["answer"] == "cms"


def test_a_matrix_shows_and_hands_out_what_compare_answers(made: Catalog) -> None:
    texts = dict(matrix.pages(made))
    seen = 0
    for one in matrix.MATRICES_OF:
        page = texts[matrix_file(one.name)]
        folder = matrix_file(one.name).removesuffix("index.md")
        records = json.loads(texts[f"{folder}index.json"])["records"]
        rows = list(csv.DictReader(texts[f"{folder}index.csv"].splitlines()))
        assert [{name: "" if value is None else str(value) for name, value in record.items()} for record in records] == rows
        for head in made.answers.packs():
            assert f'<tr id="{head.id}">' in page
        for record in random.Random(3).sample(records, min(40, len(records))):
            cell = made.answers.row(record["payer"], record["code"] or matrix.SHOWN[0])[one.point]
            assert (record["answer"], record["grade"]) == (cell.answer, cell.grade)
            assert record["rule"] == (cell.rules[0].rule if cell.rules else None)
            seen += 1
    assert seen > 150
    assert "no source found" in texts[matrix_file("units")]


def test_a_mark_never_stands_without_its_word() -> None:
    for said in ("needed from visit 6", "not needed", "covered on conditions", "not covered", "taken", "not taken"):
        assert re.fullmatch(r'<span class="pb-sign" aria-hidden="true">.</span> ', comparing.mark(said)), said
    assert comparing.mark("needed") != comparing.mark("not needed")
    assert comparing.mark("90 days from first date of service") == ""


def test_the_answers_of_a_code_for_programs(made: Catalog, small: dict[str, str]) -> None:
    data = json.loads(small["code/97164/index.json"])
    assert [one["payer"] for one in data["payers"]] == ["commercial.cigna", "medicare.part-b"]
    medicare = data["payers"][1]
    row = made.answers.row("medicare.part-b", "97164")
    assert set(medicare["cells"]) <= set(comparing.POINTS)
    for point, cell in medicare["cells"].items():
        assert cell["answer"] == row[point].answer  # type: ignore[index]
        assert all(one["url"] == made.answers.rule_names[one["rule"]].url for one in cell.get("rules", ()))
