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
from payerbook.formats import claim_json, x12
from payerbook.formats.base import Read, Reader
from payerbook.formats.detect import open_claims

READERS: list[Reader] = [open_claims, x12.read, claim_json.read]
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
    segments=st.booleans(),
)
def test_valid_files_with_bytes_replaced(claim_file: bytes, edits: list[tuple[int, int, bytes]], segments: bool) -> None:
    data = claim_file if segments else JSON_LINE + b"\n" + JSON_LINE
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


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp037"])
def test_other_encodings(claim_file: bytes, encoding: str) -> None:
    for data in (claim_file, JSON_LINE):
        items = list(open_claims(io.BytesIO(data.decode().encode(encoding)), "upload"))
        assert [type(item) for item in items] == [Problem]


def test_memory_is_bounded_by_a_block(claim_file: bytes) -> None:
    many = {"x12": claim_file * 3000, "lines": (JSON_LINE + b"\n") * 8000, "array": b"[" + b",".join([JSON_LINE] * 8000) + b"]"}
    for data in many.values():
        stream = io.BytesIO(data)
        tracemalloc.start()
        for item in open_claims(stream, "big"):
            assert isinstance(item, Read)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 1_500_000
