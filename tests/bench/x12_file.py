"""A large 837P file: reading, checking, memory, and another reader of the same file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pyx12.x12file
from tests.bench.measure import Row, at_most, calls, duration, peak_megabytes

import payerbook
from payerbook.claim import Claim, Line, Patient, Provider, Subscriber
from payerbook.errors import Problem
from payerbook.formats import x12

MEGABYTE = 1_000_000
CODES = ("97110", "97112", "97116", "97140", "97530", "97535", "97161", "97014")
READ = """
import sys
from payerbook.formats import x12
with open(sys.argv[1], "rb") as file:
    for _ in x12.read(file, "file"):
        pass
"""
BOUND = 1.5
"""A file ten times as large may need this many times the memory; the Python process itself is most of it."""


def rows() -> list[Row]:
    """Reading at 10 MB a second or more, memory that does not grow with the file, checking, and another reader of the same file."""
    with tempfile.TemporaryDirectory() as made:
        small, large = Path(made) / "small.x12", Path(made) / "large.x12"
        megabytes = _write(large, 10 * MEGABYTE) / MEGABYTE
        _write(small, MEGABYTE)
        book = payerbook.load(["common", "medicare", "ncci"])
        claims = _count(_claims(large))
        best = calls(
            {
                "read": lambda: _count(_claims(large)),
                "check": lambda: _count(book.check_many(_claims(large))),
                "read 1 MB": lambda: _count(_claims(small)),
                "pyx12": lambda: _count(_segments(small)),
            },
            rounds=5,
        )
        memory, more = peak_megabytes(READ, small), peak_megabytes(READ, large)
    speed = megabytes / best["read"]
    return [
        Row(
            f"read an 837P of {megabytes:.0f} MB ({claims:,} claims, {speed:.0f} MB/s) / 10 MB a second",
            duration(megabytes / 10),
            duration(best["read"]),
            10 / speed,
            "at most 1x",
            speed >= 10,
        ),
        Row(
            "peak memory of that, 10 MB / 1 MB",
            f"{memory:.0f} MB",
            f"{more:.0f} MB",
            more / memory,
            f"at most {BOUND:g}x",
            more <= BOUND * memory,
        ),
        at_most(f"read and check the 10 MB ({claims / best['check']:,.0f} claims a second) / read them", best["read"], best["check"]),
        at_most("split 1 MB into segments with pyx12 / read it as claims", best["read 1 MB"], best["pyx12"]),
    ]


def _count(items: Iterable[object]) -> int:
    return sum(1 for _ in items)


def _claims(file: Path) -> Iterator[Claim]:
    with file.open("rb") as stream:
        for item in x12.read(stream, file.name):
            if isinstance(item, Problem):
                raise SystemExit(str(item))
            yield item.claim


def _segments(file: Path) -> Iterator[object]:
    with file.open(encoding="ascii") as stream:
        yield from pyx12.x12file.X12Reader(stream)


def _write(file: Path, size: int) -> int:
    """Writes claims until the file is as large as `size` bytes; gives its true size."""
    draw = Random(837)
    sample = len(x12.write(_claim(draw, number) for number in range(500))) / 500
    return file.write_bytes(x12.write(_claim(draw, number) for number in range(int(size / sample))))


def _claim(draw: Random, number: int) -> Claim:
    patient = draw.randrange(2_000)
    day = date(2026, 1, 5) + timedelta(days=draw.randrange(60))
    codes = draw.sample(CODES, draw.randint(1, 5))
    lines = tuple(
        Line(day, code, units, number, modifiers=("GP",), diagnosis_pointers=(1,), charge=Decimal(45 * units))
        for number, (code, units) in enumerate(zip(codes, draw.choices((1, 2, 3), k=len(codes)), strict=True), 1)
    )
    return Claim(
        f"C{number:06d}",
        lines,
        "MEDICARE",
        payer_id="00831",
        filing_indicator="MB",
        submitted_on=date(2026, 4, 1),
        frequency_code="1",
        patient=Patient(birth_date=date(1945, 1, 1) + timedelta(days=patient), sex=draw.choice("FM")),
        subscriber=Subscriber(id=f"S{patient:05d}", birth_date=date(1945, 1, 1) + timedelta(days=patient), relationship="18"),
        billing_provider=Provider(npi="1234567893", taxonomy="261QR0400X"),
        rendering_provider=Provider(npi="1245319599", taxonomy="225100000X"),
        place_of_service="11",
        diagnoses=("M54.50", "M25.561"),
        total_charge=Decimal(sum(line.charge or 0 for line in lines)),
    )
