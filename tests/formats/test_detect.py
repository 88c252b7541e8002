"""Formats are recognized from content; what is not read is named in one clear problem."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable

import pytest

from payerbook.errors import Problem
from payerbook.formats.base import Read
from payerbook.formats.detect import open_claims

CLAIM = json.dumps({"claim_id": "A1001", "lines": [{"service_date": "2026-01-15", "code": "97110", "units": 2}]}).encode()


class Pipe(io.RawIOBase):
    """A stream that cannot be rewound, such as standard input."""

    def __init__(self, data: bytes) -> None:
        self.inner = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        return self.inner.readinto(buffer)


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b" \r\n\t"])
def test_claims_are_recognized_behind_marks_and_blanks(claim_file: bytes, before: bytes) -> None:
    for data in (claim_file, CLAIM, b"[" + CLAIM + b"]", CLAIM + b"\n" + CLAIM, b'{"claims":[' + CLAIM + b"]}"):
        items = list(open_claims(io.BufferedReader(Pipe(before + data)), "-"))
        assert {item.claim.claim_id if isinstance(item, Read) else item for item in items} == {"A1001"}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("before", ["", "\ufeff", "\r\n \n", "sep=@\r\n"])
def test_tables_are_recognized_by_their_separators(separator: str, before: str) -> None:
    text = before.replace("@", separator) + "claim_id,service_date,code,units,\nA1001,2026-01-15,97110,2,\n".replace(",", separator)
    (item,) = open_claims(io.BufferedReader(Pipe(text.encode())), "-")
    assert isinstance(item, Read)
    assert (item.claim.claim_id, item.form) == ("A1001", "csv")


def test_an_unnamed_first_column_and_a_name_that_begins_like_edi_are_tables() -> None:
    for head in (",claim_id,service_date,code,units", "PK,claim_id,service_date,code,units", "STATUS,claim_id,service_date,code,units"):
        reads = [item for item in open_claims(io.BytesIO(f"{head}\n0,A1001,2026-01-15,97110,2\n".encode()), "f") if isinstance(item, Read)]
        assert [item.claim.claim_id for item in reads] == ["A1001"]


def test_places_count_from_the_start_of_the_file(claim_file: bytes) -> None:
    data = b"\xef\xbb\xbf\n" + claim_file * 300
    items = list(open_claims(io.BytesIO(data), "f"))
    assert len(items) == 300
    for item in items:
        assert isinstance(item, Read)
        assert item.spot.byte is not None
        assert data[item.spot.byte :].startswith(b"CLM*")


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("claims.837", "ISA*")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (b"", "FILE-EMPTY", "empty"),
        (b" \n\x00", "FILE-EMPTY", "empty"),
        (b"\xef\xbb\xbf", "FILE-EMPTY", "empty"),
        (gzip.compress(CLAIM, mtime=0), "FILE-FORMAT", "gzip"),
        (zipped(), "FILE-FORMAT", "ZIP"),
        (b"%PDF-1.7\n", "FILE-FORMAT", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "FILE-FORMAT", "Excel"),
        (b"PAR1\x15\x04", "FILE-FORMAT", "Parquet"),
        (b"SQLite format 3\x00", "FILE-FORMAT", "database"),
        (b"\x89PNG\r\n\x1a\n", "FILE-FORMAT", "image"),
        (CLAIM.decode().encode("utf-16"), "FILE-FORMAT", "UTF-16"),
        (CLAIM.decode().encode("utf-16-le"), "FILE-FORMAT", "UTF-16"),
        ("ISA*00*".encode("utf-16-be"), "FILE-FORMAT", "UTF-16"),
        (bytes(range(256)), "FILE-FORMAT", "not text"),
        (b"<?xml version='1.0'?><a/>", "FILE-FORMAT", "XML"),
        (b"name,address,city\nx,y,z\n", "CSV-HEADER", "columns"),
        (b"Dear Sir, thank you, yours", "CSV-HEADER", "columns"),
        (b'{"resourceType": "Patient"}', "FHIR-NO-CLAIM", "FHIR"),
        (b"ST*837*0001~", "FILE-FORMAT", "ISA"),
        (b"hello", "FILE-FORMAT", "not recognized"),
    ],
)
def test_other_files_give_one_clear_problem(data: bytes, code: str, word: str) -> None:
    (problem,) = open_claims(io.BytesIO(data), "upload")
    assert isinstance(problem, Problem)
    assert (problem.code, problem.file) == (code, "upload")
    assert word in problem.message
    assert any(word in problem.repair for word in ("837P", "ISA", "claim_id", "Claim resources"))


def test_readers_are_imported_when_their_format_is_met() -> None:
    program = (
        "import io, sys\nfrom payerbook.formats.detect import open_claims\nlist(open_claims(io.BytesIO(sys.argv[1].encode()), 'f'))\n"
        "print(*sys.modules)"
    )

    def loaded(text: str) -> set[str]:
        done = subprocess.run([sys.executable, "-c", program, text], capture_output=True, text=True, check=True)
        return {name for name in ("csv", "fhir") if f"payerbook.formats.{name}" in done.stdout.split()}

    assert [loaded(text) for text in (CLAIM.decode(), "a,b,c\n", '{"resourceType": "Claim"}')] == [set(), {"csv"}, {"fhir"}]


def test_nothing_is_read_before_it_is_asked_for(claim_file: bytes) -> None:
    stream = io.BytesIO(claim_file)
    items: Callable[[], object] = open_claims(stream, "f").__next__
    assert stream.tell() == 0
    assert isinstance(items(), Read)
