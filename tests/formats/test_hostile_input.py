"""Whatever the bytes are, the readers give claims and problems: they never raise, and they write nothing."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from payerbook.errors import Problem
from payerbook.formats import claim_json, csv, fhir, x12
from payerbook.formats.base import Read, Reader
from payerbook.formats.detect import open_claims

READERS: list[Reader] = [open_claims, x12.read, claim_json.read, csv.read, fhir.read]
FUZZ = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

CLAIM = {
    "claim_id": "A1001",
    "payer": "medicare.part-b",
    "patient": {"id": "P1", "birth_date": "1950-03-02"},
    "lines": [
        {"service_date": "2026-01-15", "code": "97110", "modifiers": ["GP"], "units": 2, "charge": "60.00", "diagnosis_pointers": [1]}
    ],
    "context": {"accumulators": [{"name": "x", "year": 2026, "used": "1.00"}], "episode": {"visit_number": 3}},
}
JSON_LINE = json.dumps(CLAIM).encode()
TABLE = b"""claim_id,payer,patient_id,Patient Name,DOB,service_date,code,Mod 1,units,diagnoses,Dx Ptr,charge
A1001,medicare.part-b,SECRET-1,"SECRET, ""J"", x",1950-03-02,1/15/2026,97110,GP,2,M54.50 M25.561,AB,"$1,060.00"
A1001,medicare.part-b,SECRET-1,SECRET,1950-03-02,1/15/2026,97140,GP,1,,A,60.00
A1002,aetna,SECRET-2,SECRET,1960-03-02,1/16/2026,97110,GP,2,M54.50,A,60.00
"""
RESOURCE = {
    "resourceType": "Claim",
    "id": "A1001",
    "status": "active",
    "use": "claim",
    "type": {"coding": [{"code": "professional"}]},
    "patient": {"reference": "#p", "display": "SECRET"},
    "contained": [{"resourceType": "Patient", "id": "p", "birthDate": "1950-03-02", "identifier": [{"value": "SECRET-1"}]}],
    "created": "2026-02-01",
    "insurer": {"display": "Medicare"},
    "insurance": [{"sequence": 1, "focal": True, "coverage": {"display": "Medicare"}, "preAuthRef": ["SECRET"]}],
    "diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": {"coding": [{"system": "urn:icd-10-cm", "code": "M54.50"}]}}],
    "item": [
        {
            "sequence": 1,
            "diagnosisSequence": [1],
            "productOrService": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "97110"}]},
            "modifier": [{"coding": [{"code": "GP"}]}],
            "servicedDate": "2026-01-15",
            "quantity": {"value": 2},
            "net": {"value": 60.0, "currency": "USD"},
        }
    ],
    "total": {"value": 60.0},
}
BUNDLE = json.dumps({"resourceType": "Bundle", "entry": [{"fullUrl": "urn:x", "resource": RESOURCE}]}).encode()


@pytest.fixture(autouse=True)
def nothing_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def consume(data: bytes) -> None:
    for reader in READERS:
        for item in reader(io.BytesIO(data), "upload"):
            assert isinstance(item, (Read, Problem))
            if isinstance(item, Read):
                assert item.claim.claim_id
                assert item.claim.lines
            else:
                assert item.message
                assert item.repair
                assert item.place is not None
                assert 0 <= (item.place.byte or 0) <= len(data)
                assert "SECRET" not in f"{item.message} {item.repair} {item.place}"
    for entry in claim_json.read_history(io.BytesIO(data), "upload"):
        assert entry is not None


def test_every_collected_file(testdata: Path) -> None:
    for path in sorted(testdata.rglob("*")):
        if path.is_file() and path.stat().st_size < 300_000:
            with path.open("rb") as stream:
                for item in open_claims(stream, path.name):
                    assert isinstance(item, (Read, Problem))


def test_a_file_cut_at_any_byte(claim_file: bytes) -> None:
    whole = len(claim_file.rstrip(b"~\n"))
    for length in range(len(claim_file)):
        items = list(x12.read(io.BytesIO(claim_file[:length]), "cut"))
        problems = [item for item in items if isinstance(item, Problem)]
        assert bool(problems) == (length < whole)
        for item in items:
            if isinstance(item, Read):
                assert [line.units for line in item.claim.lines] == [2, 1]


def test_json_cut_at_any_byte() -> None:
    for data in (JSON_LINE, b"[" + JSON_LINE + b"]", b'{"claims": [' + JSON_LINE + b"]}"):
        for length in range(len(data)):
            items = list(claim_json.read(io.BytesIO(data[:length]), "cut"))
            assert any(isinstance(item, Problem) for item in items)


def test_a_table_cut_at_any_byte() -> None:
    """A row that lost cells is named; one that only lost the end of its last cell cannot be told from a whole one."""
    for length in range(len(TABLE)):
        data = TABLE[:length]
        consume(data)
        last = data[data.rfind(b"\n") + 1 :]
        items = list(csv.read(io.BytesIO(data), "cut"))
        whole = not last or (data.count(b"\n") > 0 and last.count(b",") >= 11)
        assert any(isinstance(item, Problem) for item in items) or whole
        for item in items:
            if isinstance(item, Read):
                assert [line.code for line in item.claim.lines] in (["97110", "97140"], ["97110"])


def test_a_bundle_cut_at_any_byte() -> None:
    assert isinstance(next(fhir.read(io.BytesIO(BUNDLE), "whole")), Read)
    for length in range(1, len(BUNDLE)):
        items = list(fhir.read(io.BytesIO(BUNDLE[:length]), "cut"))
        assert items
        assert all(isinstance(item, Problem) for item in items)


@FUZZ
@given(data=st.binary(max_size=400))
@example(data=b"ISA")
@example(data=b"ISA*" * 40)
@example(data=b"{")
@example(data=b'["')
@example(data=b'{"a":' * 5000)
def test_any_bytes(data: bytes) -> None:
    consume(data)


@FUZZ
@given(data=st.binary(max_size=300), text=st.text('{}[]",:\\0123456789.eE-+truefalsn \n', max_size=200))
def test_any_bytes_behind_a_header(claim_file: bytes, data: bytes, text: str) -> None:
    consume(claim_file[:300] + data)
    consume(b'{"claim_id":' + text.encode())
    consume(b"[" + text.encode())


@FUZZ
@given(
    edits=st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 6), st.binary(max_size=6)), min_size=1, max_size=5),
    kind=st.integers(0, 3),
)
def test_valid_files_with_bytes_replaced(claim_file: bytes, edits: list[tuple[int, int, bytes]], kind: int) -> None:
    data = (claim_file, JSON_LINE + b"\n" + JSON_LINE, TABLE, BUNDLE)[kind]
    for at, removed, added in edits:
        at %= len(data)
        data = data[:at] + added + data[at + removed :]
    consume(data)


KEYS = st.sampled_from([*CLAIM, "units", "code", "service_date", "from", "x"])
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["NaN", "1e9", "2026-01-15", "x", "\ud800", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@FUZZ
@given(
    changes=st.dictionaries(st.sampled_from([*CLAIM, "other_payers", "total_charge", "submitted_on"]), JSON_VALUES, min_size=1, max_size=3)
)
def test_claims_with_values_of_any_kind(changes: dict[str, object]) -> None:
    consume(json.dumps({**CLAIM, **changes}).encode())


@st.composite
def spoiled(draw: st.DrawFn, value: object) -> object:
    """A resource in which one element somewhere is of another kind or absent."""
    if isinstance(value, dict) and value and draw(st.integers(0, 5)):
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: draw(spoiled(value[key]))}
    if isinstance(value, list) and value and draw(st.integers(0, 5)):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], draw(spoiled(value[place])), *value[place + 1 :]]
    return draw(JSON_VALUES)


@FUZZ
@given(resource=spoiled(RESOURCE), patient=spoiled({"resourceType": "Patient", "id": "9", "birthDate": "1950-03-02", "address": [{}]}))
def test_resources_with_values_of_any_kind(resource: object, patient: object) -> None:
    consume(json.dumps(resource).encode())
    claim = {**RESOURCE, "patient": {"reference": "Patient/9"}}
    consume(json.dumps({"resourceType": "Bundle", "entry": [{"resource": patient}, {"resource": resource}, {"resource": claim}]}).encode())


CELLS = st.sampled_from(["A1", "A2", "", '"', "97110", "2", "SECRET", "1/15/2026", ";", "none", "="])


@FUZZ
@given(cells=st.lists(st.lists(CELLS, max_size=6), max_size=6))
def test_tables_of_any_cells(cells: list[list[str]]) -> None:
    consume("\n".join(["claim_id,service_date,code,units,context.history", *(",".join(row) for row in cells)]).encode())


def test_quotation_marks_that_open_again_and_again() -> None:
    """A row is given up after so many lines, so that no file takes more than a moment."""
    head = b"claim_id,service_date,code,units\n"
    for line in (b'b","\n', b'"' + b"x" * 1000 + b'","\n', b'"\n', b'""""","\n'):
        consume(head + b'"\n' + line * (60_000 // len(line)))


def with_long(field: str) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(field.encode(), field.encode() + b"X" * 1_000_000, 1)


@pytest.mark.parametrize("field", ["A1001", "ROE", "HC:97110", "GP", "M5450", "*60*UN*2", "20260115", "GRP1", "ISA*00*", "SE*30", "1:2"])
def test_fields_of_a_million_bytes(claim_file: bytes, field: str) -> None:
    assert field.encode() in claim_file
    consume(with_long(field)(claim_file))


@pytest.mark.parametrize("field", ["A1001", "P1", "97110", "60.00", "2026-01-15", "claim_id", '"units": 2'])
def test_json_fields_of_a_million_bytes(field: str) -> None:
    assert field.encode() in JSON_LINE
    consume(with_long(field)(JSON_LINE))
    consume(JSON_LINE.replace(b'"units": 2', b'"units": 2' + b"0" * 1_000_000))


@pytest.mark.parametrize("field", [b"A1001", b"SECRET-1", b"97110", b"1/15/2026", b"claim_id", b'"SECRET', b"1,060"])
def test_cells_of_a_million_bytes(field: bytes) -> None:
    assert field in TABLE
    consume(TABLE.replace(field, field + b"9" * 1_000_000, 1))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp037"])
def test_other_encodings(claim_file: bytes, encoding: str) -> None:
    for data in (claim_file, JSON_LINE, TABLE):
        items = list(open_claims(io.BytesIO(data.decode().encode(encoding)), "upload"))
        assert [type(item) for item in items] == [Problem]


def test_memory_is_bounded_by_a_block(claim_file: bytes) -> None:
    head, _, rows = TABLE.partition(b"\n")
    table = b"".join([head + b"\n", *(rows.replace(b"A100", b"A%d-" % number) for number in range(2000))])
    resources = (json.dumps(RESOURCE).encode() + b"\n") * 2000
    many = {"table": table, "resources": resources, "x12": claim_file * 3000}
    many |= {"lines": (JSON_LINE + b"\n") * 8000, "array": b"[" + b",".join([JSON_LINE] * 8000) + b"]"}
    for data in many.values():
        stream = io.BytesIO(data)
        tracemalloc.start()
        for item in open_claims(stream, "big"):
            assert isinstance(item, Read)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 1_500_000
