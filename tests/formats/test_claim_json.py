"""The JSON reader: every shape it takes, every fault it names, and that one bad claim never hides the others."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from payerbook.claim import Claim, HistoryItem
from payerbook.errors import InputError, Place, Problem
from payerbook.formats import json_text
from payerbook.formats.base import Read, Spot
from payerbook.formats.claim_json import decode_claim, read, read_history


def claim(claim_id: str = "A1", **changes: Any) -> dict[str, Any]:
    return {"claim_id": claim_id, "lines": [{"service_date": "2026-01-15", "code": "97110", "units": 2}], **changes}


def outcome(text: str | bytes) -> tuple[list[Read], list[Problem]]:
    items = list(read(io.BytesIO(text.encode() if isinstance(text, str) else text), "claims.json"))
    return [item for item in items if isinstance(item, Read)], [item for item in items if isinstance(item, Problem)]


A, B = json.dumps(claim("A1")), json.dumps(claim("A2"))

SHAPES = {
    "JSON Lines": f"{A}\n{B}\n",
    "JSON Lines with blank lines": f"\n{A}\r\n\r\n  \n{B}",
    "array": f"[{A},{B}]",
    "array over lines": json.dumps([claim("A1"), claim("A2")], indent=2),
    "one a line": f"[\n{A},\n{B}\n]\n",
    "object with claims": json.dumps({"claims": [claim("A1"), claim("A2")]}),
    "object with claims over lines": json.dumps({"claims": [claim("A1"), claim("A2")]}, indent=1),
    "version before claims": json.dumps({"schema_version": "1", "claims": [claim("A1"), claim("A2")]}, indent=1),
    "version behind claims": json.dumps({"claims": [claim("A1"), claim("A2")], "schema_version": "1"}),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("block", [64, 1 << 16])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b" \n\t"])
def test_shapes_of_files(shape: str, block: int, mark: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "BLOCK", block)
    data = mark + SHAPES[shape].encode()
    reads, problems = outcome(data)
    assert problems == []
    assert [item.claim.claim_id for item in reads] == ["A1", "A2"]
    for item in reads:
        assert item.spot.byte is not None
        assert data[item.spot.byte :].startswith(b"{")
        assert item.spot.line == data[: item.spot.byte].count(b"\n") + 1


@pytest.mark.parametrize("text", [A, A + "\n", json.dumps(claim("A1"), indent=2)])
def test_one_claim(text: str) -> None:
    ((item,), problems) = outcome(text)
    assert problems == []
    assert item.spot == Spot(None, 1, 0)
    assert item.claim == msgspec.json.decode(text.encode(), type=Claim)


def test_a_long_field_and_brackets_in_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "BLOCK", 1000)
    long = claim("A1", payer='a "quoted" \\ ]}{[,' + "x" * 1_000_000)
    for text in (json.dumps(long), json.dumps([long, claim("A2")]), json.dumps({"claims": [long]}, indent=1)):
        reads, problems = outcome(text)
        assert problems == []
        assert reads[0].claim.payer == long["payer"]


LINE = {"service_date": "2026-01-15", "code": "97110", "units": 2}
FAULTS: list[tuple[str, str, str | None]] = [
    ("JSON-MISSING", json.dumps({"lines": [LINE]}), "claim_id"),
    ("JSON-MISSING", json.dumps(claim(" ")), "claim_id"),
    ("JSON-MISSING", '{"claim_id": "A1"}', "lines"),
    ("JSON-MISSING", json.dumps(claim(lines=[])), "lines"),
    ("JSON-MISSING", json.dumps(claim(lines=[{**LINE, "code": ""}])), "lines[0].code"),
    ("JSON-MISSING", json.dumps(claim(lines=[LINE, {"service_date": "2026-01-15", "code": "1"}])), "lines[1].units"),
    ("JSON-KEY", json.dumps(claim(unit=1)), "unit"),
    ("JSON-KEY", json.dumps(claim(lines=[{**LINE, "modifers": []}])), "lines[0].modifers"),
    ("JSON-KEY", json.dumps(claim(**{"Jane Roe, born 1950": 1})), None),
    ("JSON-TYPE", json.dumps(claim(diagnoses="M54.50")), "diagnoses"),
    ("JSON-TYPE", json.dumps(claim(lines=[{**LINE, "units": True}])), "lines[0].units"),
    ("JSON-TYPE", json.dumps(claim(lines=[{**LINE, "units": None}])), "lines[0].units"),
    ("JSON-TYPE", json.dumps(claim(lines=[{**LINE, "code": 97110}])), "lines[0].code"),
    ("JSON-TYPE", "7", None),
    ("JSON-DATE", json.dumps(claim(lines=[{**LINE, "service_date": "2026-02-30"}])), "lines[0].service_date"),
    ("JSON-DATE", json.dumps(claim(lines=[{**LINE, "service_date": "2026-01-15T10:00:00"}])), "lines[0].service_date"),
    ("JSON-DATE", json.dumps(claim(lines=[{**LINE, "service_date": "9999-12-31"}])), "lines[0].service_date"),
    (
        "JSON-DATE",
        json.dumps(claim(context={"documentation": {"progress_reports": ["0001-01-01"]}})),
        "context.documentation.progress_reports[0]",
    ),
    ("JSON-VALUE", json.dumps(claim(claim_type="dental")), "claim_type"),
    ("JSON-VALUE", json.dumps(claim(context={"documentation": {"statements": ["yes"]}})), "context.documentation.statements[0]"),
    ("JSON-DUPLICATE", '{"claim_id": "A1", ' + A[1:], "claim_id"),
    ("JSON-DUPLICATE", A.replace('"units"', '"code": "1", "units"'), "lines[0].code"),
    ("JSON-NUMBER", A.replace("2}", "NaN}"), None),
    ("JSON-NUMBER", A.replace("2}", "-Infinity}"), None),
    *(
        ("JSON-NUMBER", A.replace('"units": 2', f'"units": {number}'), "lines[0].units")
        for number in (
            '"NaN"', '"Infinity"', '"two"', '" 2"', '"1_0"', '"1e3"', "1e3", "1E400", "-1", '"-0.5"', "9" * 19, "9" * 5000, "0." + "1" * 18,
        )
    ),
    ("JSON-NUMBER", json.dumps(claim(total_charge="sNaN")), "total_charge"),
    ("JSON-NUMBER", json.dumps(claim(lines=[{**LINE, "allowed": "1e400"}])), "lines[0].allowed"),
    ("JSON-NUMBER", json.dumps(claim(lines=[{**LINE, "diagnosis_pointers": [1, -1]}])), "lines[0].diagnosis_pointers[1]"),
    ("JSON-NUMBER", json.dumps(claim(context={"history": [{**LINE, "units": "NaN"}]})), "context.history[0].units"),
    ("JSON-DEPTH", '{"x":' * 70 + "1" + "}" * 70, None),
    ("JSON-SYNTAX", A[:-1], None),
    ("JSON-SYNTAX", A.replace('"units"', "units"), None),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "path"), FAULTS)
def test_faults_alone_and_among_good_claims(code: str, text: str, path: str | None) -> None:
    ((), (problem,)) = outcome(text)
    assert (problem.code, problem.place and problem.place.path, problem.claim_lost) == (code, path, True)
    reads, problems = outcome(f"{A}\n{text}\n{B}\n")
    assert [item.claim.claim_id for item in reads] == ["A1", "A2"]
    assert [(item.code, item.place.line) for item in problems if item.place is not None] == [(code, 2)]
    if text.count("{") == text.count("}"):
        reads, problems = outcome(f"[{A},\n{text},\n{B}]")
        assert [item.claim.claim_id for item in reads] == ["A1", "A2"]
        assert [(item.code, item.place.line, (item.place.path or "")[:3]) for item in problems if item.place is not None] == [
            (code, 2, "[1]")
        ]
    with pytest.raises(InputError) as caught:
        decode_claim(text.encode())
    assert caught.value.problem.code == code


def test_a_problem_has_place_repair_and_claim_number() -> None:
    text = json.dumps([claim("A1"), claim("A2", lines=[{**LINE, "unts": 1}])], indent=1)
    (problem,) = outcome(text)[1]
    assert problem.claim_id == "A2"
    assert problem.repair == "Did you mean units?"
    line = next(number for number, line in enumerate(text.split("\n"), 1) if "unts" in line)
    column = text.split("\n")[line - 1].index("1") + 1
    assert problem.place == Place(line=line, column=column, byte=text.index('"unts"') + 8, path="[1].lines[0].unts")


def test_columns_count_characters() -> None:
    text = json.dumps(claim(payer="É", claim_type="x"), ensure_ascii=False)
    (problem,) = outcome(text)[1]
    assert problem.place is not None
    assert problem.place.column == text.index('"x"') + 1
    assert problem.place.byte == text.encode().index(b'"x"')


def test_messages_hold_no_values() -> None:
    for code, text, _ in FAULTS:
        for problem in outcome(text)[1]:
            assert problem.code == code
            assert not any(value in f"{problem.message} {problem.repair}" for value in ("Jane", "97110", "2026-02-30", "dental"))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["JSON-EMPTY"]),
        (" \n ", ["JSON-EMPTY"]),
        ("[]", ["JSON-EMPTY"]),
        ('{"claims": []}', ["JSON-EMPTY"]),
        (f"[{A},]", ["JSON-SYNTAX"]),
        (f"[{A},,{B}]", ["JSON-SYNTAX"]),
        (f"[{A}] x", ["JSON-SYNTAX"]),
        (f"[{A}", ["JSON-SYNTAX"]),
        (f"[{A},", ["JSON-SYNTAX"]),
        (f"[{A},{B[:-5]}", ["JSON-SYNTAX"]),
        (f'{{"claims": [{A}], "other": 1}}', ["JSON-SYNTAX"]),
        (f'{{"claims": [{A}], "claims": [{B}]}}', ["JSON-SYNTAX"]),
        (f'{{\n"other": 1,\n"claims": [{A}]}}', ["JSON-SYNTAX"]),
        ("[" * 100_000, ["JSON-SYNTAX"]),
        ('{"x":' * 100_000, ["JSON-DEPTH"]),
    ],
)
def test_faults_around_claims_keep_the_claims(text: str, codes: list[str]) -> None:
    reads, problems = outcome(text)
    assert [problem.code for problem in problems] == codes
    assert len(reads) == (A in text) + (B in text and '"claims": [' not in text)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_other_encodings_are_named(encoding: str) -> None:
    text = json.dumps(claim(payer="É"), ensure_ascii=False)
    ((), (problem,)) = outcome(text.encode(encoding))
    assert problem.code == "JSON-ENCODING"


@pytest.mark.parametrize("shape", ["{}\n{}", "[{},{}]", '{{"claims": [{},{}]}}', '{{\n"claim_id": "A1", {}, {}}}'])
def test_a_claim_that_is_too_long_is_refused(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "LONGEST", 2000)
    monkeypatch.setattr(json_text, "BLOCK", 100)
    long = json.dumps(claim("A1", payer="x" * 5000))
    text = shape.replace("{}", "@").replace("{{", "{").replace("}}", "}").replace("@", long, 1).replace("@", B)
    reads, problems = outcome(text)
    assert [problem.code for problem in problems] == ["JSON-SIZE"]
    assert [item.claim.claim_id for item in reads] == (["A2"] if shape == "{}\n{}" else [])


def test_numbers_stay_exact() -> None:
    text = json.dumps(claim(total_charge="90.10", lines=[{**LINE, "units": "2.5", "charge": 45.05}]))
    ((item,), _) = outcome(text)
    assert (item.claim.total_charge, item.claim.lines[0].units, item.claim.lines[0].charge) == (
        Decimal("90.10"),
        Decimal("2.5"),
        Decimal("45.05"),
    )


def test_decode_claim_gives_the_claim() -> None:
    assert decode_claim(A.encode()).claim_id == "A1"


def test_a_history_file_holds_items_and_claims() -> None:
    item = {"service_date": "2026-01-08", "code": "97110", "modifiers": ["GP"], "units": 2, "allowed": "58.20"}
    text = "\n".join([json.dumps(item), A, json.dumps({**item, "date": "x"}), json.dumps({**item, "allowed": "NaN"})])
    found = list(read_history(io.BytesIO(text.encode()), "history.jsonl"))
    assert [type(entry) for entry in found] == [HistoryItem, Claim, Problem, Problem]
    assert [entry.code for entry in found if isinstance(entry, Problem)] == ["JSON-KEY", "JSON-NUMBER"]
    assert list(read_history(io.BytesIO(b""), "history.jsonl")) == []


def test_the_example_of_the_contract(testdata: Path) -> None:
    contract = (testdata.parent / "design" / "contract.md").read_text(encoding="utf-8")
    example = contract.split("## 2. A claim (JSON)\n```json\n")[1].split("```")[0]
    assert decode_claim(example.encode()).claim_id == "A1001"
