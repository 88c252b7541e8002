"""Payers side by side: cells come from the answers, name their rules, and stay empty where nothing is on file."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

import payerbook
from payerbook.answers.compare import OFFICE
from payerbook.answers.comparison import COLUMNS, NO_SOURCE, WITHOUT_CODE, Cell, Column
from payerbook.api import Book
from payerbook.cli import main
from payerbook.errors import UsageError

DAY = date(2026, 3, 2)
SOURCES = """
manual: {title: Manual, publisher: Alpha, grade: A, last_checked: 2026-01-15, url: "https://example.org/manual"}
guide: {title: Guide, publisher: Somebody, grade: B, last_checked: 2026-01-15}
"""
RULE = 'title: Rule\nevidence: record\nversions: [{from: 2026-01-01, params: %s, sources: [{ref: %s, section: "2"}]}]\n'
ALPHA = {
    "pack.yaml": "pack: commercial.alpha\nformat: '1'\ntitle: Alpha Health\nversion: 2026.1.0\nunit_method: ama\n"
    "unit_method_rule: commercial.alpha.units\n"
    "contacts: [{purpose: authorization, name: Alpha review desk, phone: 555-0100, sources: [{ref: manual, section: '9'}]}]\n",
    "sources.yaml": SOURCES,
    "authorization.yaml": "rule: commercial.alpha.authorization\nkind: prior-authorization\neffect: deny\ntopic: authorization\n"
    "category: authorization\nwhen: {codes: ['97110']}\n" + RULE % ("{needed: auth-needed, from_visit: 13}", "manual"),
    "units.yaml": "rule: commercial.alpha.units\nkind: timed-units\neffect: deny\ntopic: units\ncategory: coding\n"
    + RULE % ("{method: ama, finds: over}", "manual"),
    "filing.yaml": "rule: commercial.alpha.filing\nkind: timely-filing\neffect: deny\ntopic: timely-filing\ncategory: timely-filing\n"
    + RULE % ("{limit: {days: 95}}", "guide"),
    "modifier.yaml": "rule: commercial.alpha.modifier\nkind: required-modifier\neffect: return\ntopic: modifiers\ncategory: coding\n"
    + RULE % ("{any_of: [GP, GO]}", "guide"),
}  # fmt: skip
BETA = {
    "pack.yaml": "pack: commercial.beta\nformat: '1'\ntitle: Beta Health\nversion: 2026.1.0\n",
    "sources.yaml": SOURCES,
    "filing.yaml": "rule: commercial.beta.filing\nkind: timely-filing\neffect: deny\ntopic: timely-filing\ncategory: timely-filing\n"
    + RULE.replace("from: 2026-01-01", "attested_from: 2026-06-01") % ("{limit: {days: 180}}", "manual"),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("packs")
    for name, files in (("alpha", ALPHA), ("beta", BETA)):
        (base / name).mkdir()
        for file, text in files.items():
            (base / name / file).write_text(text, "utf-8")
    return base


@pytest.fixture(scope="module")
def book(folder: Path) -> Book:
    return payerbook.load(policies=[folder])


def cell(book: Book, payer: str, column: Column, on: date = DAY) -> Cell:
    return book.compare("97110", on=on, payers=[payer]).rows[0].cells[column]


@pytest.mark.parametrize(
    ("column", "answer", "grade", "rule"),
    [
        ("authorization", "needed from visit 13", "A", "authorization"),
        ("units", "ama", "A", "units"),
        ("modifiers", "GP or GO", "B", "modifier"),
        ("timely-filing", "95 days from first date of service", "B", "filing"),
    ],
)
def test_a_cell_is_the_answer_with_its_rule(book: Book, column: Column, answer: str, grade: str, rule: str) -> None:
    found = cell(book, "commercial.alpha", column)
    assert (found.answer, found.grade, found.reason) == (answer, grade, None)
    assert [(one.rule, one.since, one.grade) for one in found.rules] == [(f"commercial.alpha.{rule}", date(2026, 1, 1), grade)]


@pytest.mark.parametrize("column", ["covered", "daily-cap", "investigational", "telehealth", "appeals"])
def test_without_a_rule_there_is_no_source(book: Book, column: Column) -> None:
    found = cell(book, "commercial.alpha", column)
    assert (found.answer, found.text, found.grade, found.rules) == (None, NO_SOURCE, None, ())
    assert found.reason


def test_a_rule_that_is_not_on_file_for_the_day_says_so(book: Book) -> None:
    found = cell(book, "commercial.beta", "timely-filing")
    assert found.answer is None
    assert "only from 2026-06-01" in str(found.reason)
    later = cell(book, "commercial.beta", "timely-filing", date(2026, 6, 1))
    assert (later.answer, later.rules[0].attested) == ("180 days from first date of service", True)


def test_cells_agree_with_the_answers_they_come_from(book: Book) -> None:
    for head in [head for head in book.packs() if head.payer]:
        for code in ("97110", "97161", "97010", "92507"):
            row = book.compare(code, on=DAY, payers=[head.id]).rows[0]
            coverage = book.coverage(head.id, code, on=DAY, place_of_service=OFFICE)
            assert row.cells["covered"].answer in (coverage.covered, None)
            assert (row.cells["covered"].answer is None) <= (coverage.covered == "indeterminate")
            needed = book.authorization(head.id, code, on=DAY, place_of_service=OFFICE).authorization
            if needed is not None and needed.rule is not None:
                assert needed.rule in [one.rule for one in row.cells["authorization"].rules]
            held = {one.rule for name in ("daily-cap", "visit-limits") for one in row.cells[name].rules}
            assert held == {limit.rule for limit in book.limits(head.id, code, on=DAY, place_of_service=OFFICE).limits}
            assert all(one.rules or one.reason for one in row.cells.values())


@pytest.mark.parametrize("matrix", COLUMNS)
def test_a_matrix_holds_the_same_cells(book: Book, matrix: Column) -> None:
    codes = ["97110", "97140"]
    found = book.compare(codes, on=DAY, matrix=matrix)
    assert [row.payer for row in found.rows] == [head.id for head in book.packs() if head.payer]
    assert found.columns == ((matrix,) if matrix in WITHOUT_CODE else tuple(codes))
    for row in found.rows:
        alone = book.compare("97110", on=DAY, payers=[row.payer]).rows[0].cells[matrix]
        assert row.cells[found.columns[0]] == alone


def test_what_cannot_be_compared_is_refused(book: Book) -> None:
    with pytest.raises(UsageError, match="one code"):
        book.compare(["97110", "97140"], on=DAY)
    with pytest.raises(UsageError, match="--codes"):
        book.compare(on=DAY, matrix="authorization")
    with pytest.raises(UsageError, match="Nobody"):
        book.compare("97110", on=DAY, payers=["Nobody"])


def test_the_command_prints_what_the_book_says(folder: Path, book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["compare", "97110", "--on", "2026-03-02", "--policies", str(folder), "--payers", "Alpha Health,commercial.beta"]
    assert main([*asked, "--json"]) == 0
    sent = json.loads(capsys.readouterr().out)
    assert [row["payer"] for row in sent["rows"]] == ["commercial.alpha", "commercial.beta"]
    assert sent["rows"][1]["cells"]["covered"]["answer"] is None
    assert main([*asked, "--format", "csv"]) == 0
    records = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {record["column"] for record in records if record["payer"] == "commercial.alpha"} == set(COLUMNS)
    assert [record["rule"] for record in records if record["column"] == "units"] == ["commercial.alpha.units", ""]
    assert main(asked) == 0
    text = capsys.readouterr().out
    assert "needed from visit" in text
    assert "commercial.alpha.authorization from 2026-01-01 [A] Manual, section 2, Alpha, read 2026-01-15" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 110
    assert main([*asked, "--brief"]) == 0
    assert "commercial.alpha.authorization" not in capsys.readouterr().out


def test_contacts_go_with_the_answers(folder: Path, book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    card = book.identify("Alpha Health").payer
    assert card is not None
    assert [(one.phone, one.sources[0].section) for one in card.contacts] == [("555-0100", "9")]
    assert book.authorization("commercial.alpha", "97110", on=DAY).contacts == card.contacts
    assert main(["authorization", "Alpha Health", "97110", "--policies", str(folder)]) == 0
    assert "Where (authorization): Alpha review desk, 555-0100" in capsys.readouterr().out


def test_payer_names_the_pack_or_the_candidates(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["payer", "Alpha", "Health", "PPO", "--policies", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["payer"]["id"], found["payer"]["lines_of_business"], found["confidence"]) == (
        "commercial.alpha",
        ["commercial"],
        "strong",
    )
    assert main(["payer", "Alpha Health Medicaid", "--policies", str(folder)]) == 2
    said = capsys.readouterr()
    assert (said.out, "commercial.alpha" in said.err, "'medicaid'" in said.err) == ("", True, True)


def test_holes_count_topics_and_what_is_overdue(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["packs", "--policies", str(folder), "--holes", "--today", "2027-01-16", "--json"]) == 0
    sent = json.loads(capsys.readouterr().out)
    packs = {pack["id"]: pack for pack in sent["packs"]}
    assert packs["commercial.alpha"]["topics"] == {"units": 1, "modifiers": 1, "timely-filing": 1, "authorization": 1}
    assert "telehealth" in packs["commercial.alpha"]["no_rule_on"]
    assert packs["commercial.alpha"]["stale"] == {"sources": 2, "rules": 4}
    assert sent["totals"]["rules"] == sum(pack["rules"] for pack in sent["packs"]) == sum(sent["totals"]["grades"].values())
    assert main(["packs", "commercial.alpha", "--policies", str(folder), "--holes"]) == 0
    assert "no rule on: thresholds" in capsys.readouterr().out
    assert main(["packs", "--policies", str(folder), "--today", "2027-01-16"]) == 2
