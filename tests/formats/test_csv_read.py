"""What tables of claims mean: names of columns, days, amounts, lists, and what belongs to the claim or to its lines."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest

from payerbook.claim import Accumulator, Claim, Context, Injury, Line, Patient, Provider
from payerbook.formats.base import Read, Spot
from payerbook.formats.csv import read


def claims(text: str | bytes) -> list[Claim]:
    items = list(read(io.BytesIO(text if isinstance(text, bytes) else text.encode()), "claims.csv"))
    return [item.claim for item in items if isinstance(item, Read)] if all(isinstance(item, Read) for item in items) else items  # type: ignore[return-value]


def one(**cells: str) -> Claim:
    """The claim of one row; the cells that every row needs are there already."""
    row = {"claim_id": "A1", "service_date": "2026-01-15", "code": "97110", "units": "2"}
    row.update({name.replace("__", "."): text for name, text in cells.items()})
    quoted = (f'"{text}"' for text in row.values())
    (claim,) = claims(f"{','.join(row)}\n{','.join(quoted)}\n")
    return claim


def test_an_export_of_a_practice_system() -> None:
    text = (
        "Claim #;Payor;MRN;Patient Name;DOB;DOS From;DOS To;POS;CPT/HCPCS;Mod 1;Mod 2;Units;Mins;Dx 1;Dx 2;Dx Ptr;Charges;"
        "Rendering NPI;Auth #;Visit No;context.accumulators[0].name;context.accumulators[0].year;context.accumulators[0].used\r\n"
        'A1;"Medicare; Part B";P1;Roe, Jane;3/2/1950;1/15/2026;1/15/2026 0:00;2;97110;GP;;2;30;M54.50;M25.561;AB;"$1,090.00";'
        "1245319599;PA7;5;medicare-threshold;2026;$2,401.10\r\n"
        "A1;;;;;1/15/2026;;11;97140;GP;59;1.0;15;;;A;45;1245319599;;;;;\r\n"
    )
    assert claims(text) == [
        Claim(
            claim_id="A1",
            payer="Medicare; Part B",
            patient=Patient(id="P1", birth_date=date(1950, 3, 2)),
            rendering_provider=Provider(npi="1245319599"),
            diagnoses=("M54.50", "M25.561"),
            authorization_number="PA7",
            lines=(
                Line(
                    service_date=date(2026, 1, 15), service_date_to=date(2026, 1, 15), code="97110", units=2, modifiers=("GP",), minutes=30,
                    diagnosis_pointers=(1, 2), charge=Decimal("1090.00"), place_of_service="02",
                ),
                Line(
                    service_date=date(2026, 1, 15), code="97140", units=1, modifiers=("GP", "59"), minutes=15, diagnosis_pointers=(1,),
                    charge=Decimal(45), place_of_service="11",
                ),
            ),
            context=Context(
                accumulators=(Accumulator(name="medicare-threshold", year=2026, used=Decimal("2401.10")),),
                episode=one(visit_number="5").context.episode,  # type: ignore[union-attr]
            ),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-01-15", date(2026, 1, 15)),
        ("2026-1-5", date(2026, 1, 5)),
        ("1/15/2026", date(2026, 1, 15)),
        ("01-05-2026", date(2026, 1, 5)),
        ("20260115", date(2026, 1, 15)),
        ("1/15/2026 2:30:00 PM", date(2026, 1, 15)),
        ("2026-01-15T00:00:00", date(2026, 1, 15)),
        ('=""2026-01-15""', date(2026, 1, 15)),
    ],
)
def test_days(cell: str, day: date) -> None:
    assert one(service_date=cell).lines[0].service_date == day


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("90", "90"),
        ("$90.00", "90.00"),
        ("$1,234,567.5", "1234567.5"),
        ("-5.00", "-5.00"),
        ("(5.00)", "-5.00"),
        ("-$5", "-5"),
        (".5", "0.5"),
    ],
)
def test_amounts(cell: str, amount: str) -> None:
    assert one(charge=cell).lines[0].charge == Decimal(amount)


def test_lists_in_one_cell() -> None:
    for text in ("GP 59", "GP,59", "GP;59", "GP:59", "GP | 59"):
        assert one(modifiers=text).lines[0].modifiers == ("GP", "59")
    for text, wanted in (("1,2", (1, 2)), ("1:2", (1, 2)), ("ABL", (1, 2, 12)), ("A,b", (1, 2)), ("12", (12,))):
        assert one(dx_pointer=text).lines[0].diagnosis_pointers == wanted
    documentation = one(context__documentation__progress_reports="1/5/2026; 1/12/2026").context.documentation  # type: ignore[union-attr]
    assert documentation is not None
    assert documentation.progress_reports == (date(2026, 1, 5), date(2026, 1, 12))


def test_empty_is_unknown_and_none_is_known_to_be_empty() -> None:
    assert one(context__history="").context is None
    assert one(context__history="None").context == Context(history=())
    assert one(diagnoses="none").diagnoses == ()


def test_words_in_any_capitals() -> None:
    claim = one(claim_type="Institutional", context__episode__discipline="pt", context__supervision__on_site="No")
    assert claim.claim_type == "institutional"
    assert claim.context is not None
    assert claim.context.episode is not None
    assert claim.context.episode.discipline == "PT"
    assert claim.context.supervision is not None
    assert claim.context.supervision.on_site is False


def test_an_institutional_line_needs_no_code() -> None:
    assert one(code="", revenue_code="0420").lines[0] == Line(service_date=date(2026, 1, 15), code="", units=2, revenue_code="0420")


def test_what_the_rows_agree_on_is_the_claims() -> None:
    head = "claim_id,service_date,code,units,POS,rendering_provider.npi,rendering_provider.taxonomy\n"
    row = "A1,2026-01-15,97110,1,{},{},225100000X\n"
    (same,) = claims(head + row.format("11", "1") + row.format("", "1"))
    assert (same.place_of_service, same.rendering_provider) == ("11", Provider(npi="1", taxonomy="225100000X"))
    assert all(line.place_of_service is None and line.rendering_provider is None for line in same.lines)
    (apart,) = claims(head + row.format("11", "1") + row.format("12", "2"))
    assert (apart.place_of_service, apart.rendering_provider) == (None, None)
    assert [line.place_of_service for line in apart.lines] == ["11", "12"]
    assert [line.rendering_provider for line in apart.lines] == [Provider(npi=npi, taxonomy="225100000X") for npi in "12"]


def test_the_separator_that_excel_names() -> None:
    assert claims("sep=;\nclaim_id;service_date;code;units\nA1;2026-01-15;97110;2\n") == [one()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings(encoding: str) -> None:
    (claim,) = claims("claim_id,payer,service_date,code,units\nA1,Santé – “Ω”,2026-01-15,97110,2\n".replace("Ω", "€").encode(encoding))
    assert claim.payer == "Santé – “€”"


def test_places_of_claims_and_lines() -> None:
    text = '\ufeffclaim_id,code,service_date,units,notes\nÉ1,97110,2026-01-15,2,x\nÉ1,97140,2026-01-15,1,"a\n\nb"\nA2,97110,2026-01-15,2,\n'
    data = text.encode()
    first, second = read(io.BytesIO(data), "f")
    assert isinstance(first, Read)
    assert isinstance(second, Read)
    assert [spot.line for spot in first.line_spots] == [2, 3]
    assert (second.spot.line, first.form) == (6, "csv")
    for spot, begin in zip((*first.line_spots, second.spot), ("É1,97110", "É1,97140", "A2"), strict=True):
        assert data[spot.byte or 0 :].startswith(begin.encode())
    assert first.spot == Spot(None, 2, data.index("É1".encode()))


def test_fields_of_the_line_may_say_so() -> None:
    assert claims("claim_id,line.service_date,Line Code,line.units\nA1,2026-01-15,97110,2\n") == [one()]


def test_injuries_have_names_of_their_own() -> None:
    claim = one(date_of_injury="1/2/2026", wc_claim_number="W1")
    assert claim.context == Context(injury=Injury(date=date(2026, 1, 2), claim_number="W1"))
