"""What is wrong with a table is named with its place, and one bad row never hides the other claims."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from payerbook.errors import Problem
from payerbook.formats.base import Read
from payerbook.formats.csv import draft, read
from payerbook.formats.csv.columns import known, left_out, paths
from payerbook.formats.csv.faults import FAULTS
from payerbook.formats.csv.spellings import LEFT_OUT, NUMBERED, SPELLINGS
from payerbook.naming import key

HEAD = "claim_id,payer,patient_id,service_date,code,modifiers,units,diagnoses,diagnosis_pointers,charge"
GOOD = "{},medicare.part-b,SECRET-ID,2026-01-15,97110,GP,2,M54.50,1,90.00"


def outcome(text: str | bytes) -> tuple[list[Read], list[Problem]]:
    items = list(read(io.BytesIO(text if isinstance(text, bytes) else text.encode()), "claims.csv"))
    return [item for item in items if isinstance(item, Read)], [item for item in items if isinstance(item, Problem)]


def with_row(row: str, head: str = HEAD) -> str:
    """A bad row between two good claims."""
    return "\n".join([head, GOOD.format("A1"), row, GOOD.format("A3"), ""])


ROWS: list[tuple[str, str, str | None, int]] = [
    # fault, row, path, column of the place
    ("CSV-DATE", GOOD.format("A2").replace("2026-01-15", "2026-02-30"), "lines[0].service_date", 30),
    ("CSV-DATE", GOOD.format("A2").replace("2026-01-15", "15/1/2026"), "lines[0].service_date", 30),
    ("CSV-DATE", GOOD.format("A2").replace("2026-01-15", "1/15/26"), "lines[0].service_date", 30),
    ("CSV-DATE", GOOD.format("A2").replace("2026-01-15", "46037"), "lines[0].service_date", 30),
    ("CSV-DATE", GOOD.format("A2").replace("2026-01-15", "1/15/1066"), "lines[0].service_date", 30),
    ("CSV-NUMBER", GOOD.format("A2").replace(",2,", ",two,"), "lines[0].units", 50),
    ("CSV-NUMBER", GOOD.format("A2").replace(",2,", ",-1,"), "lines[0].units", 50),
    ("CSV-NUMBER", GOOD.format("A2").replace("90.00", '"90,00"'), "lines[0].charge", 61),
    ("CSV-NUMBER", GOOD.format("A2").replace("90.00", "NaN"), "lines[0].charge", 61),
    ("CSV-NUMBER", GOOD.format("A2").replace("90.00", "9" * 19), "lines[0].charge", 61),
    ("CSV-POINTER", GOOD.format("A2").replace(",1,9", ",134,9"), "lines[0].diagnosis_pointers", 59),
    ("CSV-MISSING", GOOD.format("A2").replace("97110", ""), "lines[0].code", 41),
    ("CSV-MISSING", GOOD.format("A2").replace(",2,", ", ,"), "lines[0].units", 50),
    ("CSV-TEXT", GOOD.format("A2").replace("SECRET-ID", "1.23457E+09"), "patient.id", 20),
    ("CSV-CELLS", GOOD.format("A2") + ",x", None, 67),
    ("CSV-QUOTE", GOOD.format("A2").replace("SECRET-ID", '"SECRET'), None, 1),
    ("CSV-QUOTE", GOOD.format("A2").replace("SECRET-ID", '"SECRET" ID'), None, 1),
]


@pytest.mark.parametrize(("code", "row", "path", "column"), ROWS)
def test_a_bad_row_is_named_and_hides_nothing(code: str, row: str, path: str | None, column: int) -> None:
    reads, problems = outcome(with_row(row))
    assert [item.claim.claim_id for item in reads] == ["A1", "A3"]
    (problem,) = problems
    assert (problem.code, problem.claim_id, problem.claim_lost) == (code, "A2", True)
    assert problem.place is not None
    assert (problem.place.line, problem.place.path) == (3, path)
    start = len(HEAD) + len(GOOD.format("A1")) + 2
    assert (problem.place.column, problem.place.byte) == (column, start + column - 1)


FILES: list[tuple[str, str, int]] = [
    # fault, file, claims that are read all the same
    ("CSV-HEADER", "A1,Jane Roe,97110,2\nA2,x,97110,2\n", 0),
    ("CSV-NO-COLUMN", "claim_id,service_date,code\nA1,2026-01-15,97110\n", 0),
    ("CSV-TWICE", HEAD + ",CPT\n" + GOOD.format("A1") + ",97110\n", 0),
    ("CSV-TWICE", HEAD + ",Mod 2\n" + GOOD.format("A1") + ",59\n", 0),
    ("CSV-COLUMN", HEAD + ",untis\n" + GOOD.format("A1") + ",2\n", 1),
    ("CSV-EMPTY", HEAD + "\n", 0),
    ("CSV-SIZE", HEAD + "\nA1," + "x" * 200_000 + "\n" + GOOD.format("A3") + "\n", 1),
    ("CSV-CUT", f"{HEAD}\n{GOOD.format('A1')}\n{GOOD.format('A2')[:-8]}", 1),
    ("CSV-NO-ID", f"{HEAD}\n{GOOD.format('A1')}\n{GOOD.format('')}\n{GOOD.format('A3')}\n", 1),
    ("CSV-NO-ID", f"{HEAD}\n{GOOD.format('')}\n{GOOD.format('A3')}\n", 1),
    ("CSV-APART", f"{HEAD}\n{GOOD.format('A1')}\n{GOOD.format('A2')}\n{GOOD.format('A1')}\n{GOOD.format('A1')}\n{GOOD.format('A3')}\n", 3),
    ("CSV-DIFFERS", f"{HEAD}\n{GOOD.format('A1')}\n{GOOD.format('A1').replace('M54.50', 'M25.561')}\n{GOOD.format('A3')}\n", 1),
    ("CSV-GAP", "claim_id,service_date,code,units,Dx1,Dx2,Dx3\nA1,2026-01-15,97110,2,M54.50,,M25.561\n", 0),
    ("CSV-NONE", "claim_id,service_date,code,units,context.history,context.history[0].code\nA1,2026-01-15,97110,2,none,97110\n", 0),
    ("CSV-WORD", "claim_id,service_date,code,units,claim_type\nA1,2026-01-15,97110,2,dental\n", 0),
    ("CSV-WORD", "claim_id,service_date,code,units,context.supervision.on_site\nA1,2026-01-15,97110,2,perhaps\n", 0),
    ("CSV-MISSING", "claim_id,service_date,code,units,context.accumulators[0].used\nA1,2026-01-15,97110,2,5\n", 0),
    ("CSV-MISSING", "claim_id,service_date,revenue_code,units\nA1,2026-01-15,,2\n", 0),
]


@pytest.mark.parametrize(("code", "text", "claims"), FILES)
def test_faults_of_files_and_claims(code: str, text: str, claims: int) -> None:
    reads, problems = outcome(text)
    assert [problem.code for problem in problems] == [code]
    assert len(reads) == claims
    (problem,) = problems
    assert problem.claim_lost is (code not in ("CSV-COLUMN", "CSV-EMPTY"))
    assert problem.place is not None
    assert problem.place.line
    assert not any(word in str(problem) for word in ("Jane", "SECRET", "M54.50", "untis", "dental", "perhaps"))


def test_every_fault_is_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "MOST_ROWS", 3)
    reads, (problem,) = outcome(f"{HEAD}\n" + f"{GOOD.format('A1')}\n" * 9 + f"{GOOD.format('A3')}\n")
    assert ([item.claim.claim_id for item in reads], problem.code) == (["A3"], "CSV-LINES")
    assert {code for code, *_ in ROWS} | {code for code, *_ in FILES} | {"CSV-LINES"} == set(FAULTS)


def test_the_nearest_column_is_named_but_not_what_was_written() -> None:
    _, (problem,) = outcome(HEAD + ",Modifer 3,_mine,Patient Name,\n" + GOOD.format("A1") + ",x,x,Jane,\n")
    assert "column K " in problem.message
    assert "Did you mean modifiers 3?" in problem.repair
    assert "Modifer" not in str(problem)
    assert problem.place is not None
    assert problem.place.column == len(HEAD) + 2


def test_several_faults_of_one_claim_lose_one_claim() -> None:
    row = GOOD.format("A2").replace("2026-01-15", "soon").replace(",2,", ",two,")
    _, problems = outcome(with_row(row))
    assert [(problem.code, problem.claim_lost) for problem in problems] == [("CSV-DATE", True), ("CSV-NUMBER", False)]


def test_places_count_lines_inside_cells_and_characters() -> None:
    head = HEAD + ",notes"
    text = f'{head}\n{GOOD.format("A1")},"one\ntwo"\nÉ2,"a\nß",x,soon,97110,GP,2,M54.50,1,90.00,\n'
    reads, (problem,) = outcome(text)
    assert len(reads) == 1
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (5, 6)
    assert text.encode()[problem.place.byte or 0 :].startswith(b"soon")


def test_a_quotation_mark_that_is_never_closed_costs_its_own_row() -> None:
    many = [GOOD.format(f"B{number}") for number in range(300)]
    many[10] = many[10].replace("SECRET-ID", '"SECRET-ID')
    reads, (problem,) = outcome("\n".join([HEAD, *many, ""]))
    assert (len(reads), problem.code, problem.claim_id) == (299, "CSV-QUOTE", "B10")


@pytest.mark.parametrize(
    "change", [lambda text: text.replace("\n", "\r\n"), lambda text: text.replace("\n", "\r"), lambda text: text.replace("\n", "\n\n,,,\n")]
)
def test_line_ends_and_blank_rows_decide_nothing(change: Callable[[str], str]) -> None:
    reads, problems = outcome(change(with_row(GOOD.format("A2"))))
    assert ([item.claim.claim_id for item in reads], problems) == (["A1", "A2", "A3"], [])


def test_names_of_columns_mean_one_thing() -> None:
    own = {key(column.name): column.name for column in paths()}
    held: dict[str, str] = {}
    for name, spellings in SPELLINGS.items():
        assert name in own.values()
        for spelling in spellings:
            assert own.get(key(spelling), name) == name
            assert held.setdefault(key(spelling), name) == name
    assert set(NUMBERED) <= set(SPELLINGS)
    assert not {key(name) for name in LEFT_OUT} & known().keys()
    assert all(left_out(name) for name in (*LEFT_OUT, "_x", ""))
    assert not left_out("№")
