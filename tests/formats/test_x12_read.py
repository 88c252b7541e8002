"""The X12 reader: every field it takes, the loops it follows, the files it must agree with."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import pyx12.error_handler
import pyx12.params
import pyx12.x12file
import pyx12.x12n_document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payerbook.claim import Claim, Context, Injury, Line, OtherPayer, Patient, Provider, Subscriber, patient_key
from payerbook.errors import Problem
from payerbook.formats.base import Read
from payerbook.formats.x12 import read, segments
from payerbook.formats.x12.segments import Delimiters, delimiters_of

TESTDATA = Path(__file__).resolve().parents[3] / "shared" / "testdata"
MANIFEST = TESTDATA / "x12" / "MANIFEST.csv"
Build = Callable[..., bytes]


def outcome(data: bytes) -> tuple[list[Read], list[Problem]]:
    items = list(read(io.BytesIO(data), "batch.837"))
    return [item for item in items if isinstance(item, Read)], [item for item in items if isinstance(item, Problem)]


def claims_of(data: bytes) -> list[Claim]:
    reads, problems = outcome(data)
    assert problems == []
    return [item.claim for item in reads]


def test_a_professional_claim_with_every_field(interchange: Build) -> None:
    data = interchange(
        "HL*1**20*1",
        "PRV*BI*PXC*261QR0400X",
        "NM1*85*2*CLINIC*****XX*1234567893",
        "N4*PORTLAND*OR*97201",
        "NM1*87*2",
        "N4*SEATTLE*WA*98101",
        "HL*2*1*22*0",
        "SBR*S*18*GRP1******MB",
        "NM1*IL*1*ROE*JANE****MI*1EG4TE5MK73",
        "N4*SALEM*OR*97301",
        "DMG*D8*19500302*F",
        "NM1*PR*2*MEDICARE PART B*****PI*02202",
        "N4*CHICAGO*IL*60601",
        "CLM*A1001*90.00***11:B:7*Y*A*Y*Y**OA",
        "DTP*439*D8*20251201",
        "REF*G1*PA778",
        "REF*F8*OLD1",
        "REF*Y4*WC55",
        "HI*ABK:M5450*ABF:M25561",
        "NM1*DN*1*DOE*ANN****XX*1003000126",
        "REF*G2*X1",
        "NM1*82*1*DOE*BEN****XX*1245319599",
        "PRV*PE*PXC*225100000X",
        "NM1*DQ*1*DOE*CAL****XX*1104000000",
        "SBR*P*18*******12",
        "CAS*PR*1*21.89**2*15.00",
        "AMT*D*39.15",
        "OI***Y***Y",
        "NM1*IL*1*ROE*JOHN****MI*OTHER1",
        "N4*AUSTIN*TX*73301",
        "DMG*D8*19490101*M",
        "NM1*PR*2*AETNA*****PI*60054",
        "REF*G1*NOTMINE",
        "LX*1",
        "SV1*HC:97110:GP:KX:::BALANCE WORK*60.00*UN*2.00*12**1:2",
        "DTP*472*RD8*20260115-20260116",
        "REF*G1*NOTMINE",
        "NM1*82*1*DOE*DEE****XX*1306000007",
        "PRV*PE*PXC*225200000X",
        "SVD*60054*30.00*HC:97110**2",
        "CAS*CO*45*3.00",
        "DTP*573*D8*20260120",
        "LX*2",
        "SV1*HC:00142*30*MJ*61*12**1",
        "DTP*472*D8*20260115",
    )
    assert claims_of(data) == [
        Claim(
            claim_id="A1001",
            payer="MEDICARE PART B",
            payer_id="02202",
            filing_indicator="MB",
            payer_sequence="secondary",
            frequency_code="7",
            original_reference="OLD1",
            submitted_on=date(2026, 2, 1),
            patient=Patient(birth_date=date(1950, 3, 2), sex="F", state="OR"),
            subscriber=Subscriber(
                id="1EG4TE5MK73", birth_date=date(1950, 3, 2), sex="F", state="OR", group_number="GRP1", relationship="18"
            ),
            billing_provider=Provider(npi="1234567893", taxonomy="261QR0400X", state="OR"),
            rendering_provider=Provider(npi="1245319599", taxonomy="225100000X"),
            referring_provider=Provider(npi="1003000126", role="referring"),
            supervising_provider=Provider(npi="1104000000", role="supervising"),
            place_of_service="11",
            diagnoses=("M54.50", "M25.561"),
            authorization_number="PA778",
            total_charge=Decimal("90.00"),
            other_payers=(
                OtherPayer(
                    name="AETNA",
                    id="60054",
                    sequence="primary",
                    filing_indicator="12",
                    paid=Decimal("39.15"),
                    adjusted=Decimal("39.89"),
                    decided_on=date(2026, 1, 20),
                ),
            ),
            format="X12 005010X222A1",
            context=Context(injury=Injury(date=date(2025, 12, 1), claim_number="WC55")),
            lines=(
                Line(
                    number=1,
                    service_date=date(2026, 1, 15),
                    service_date_to=date(2026, 1, 16),
                    code="97110",
                    modifiers=("GP", "KX"),
                    units=2,
                    diagnosis_pointers=(1, 2),
                    charge=Decimal("60.00"),
                    place_of_service="12",
                    description="BALANCE WORK",
                    rendering_provider=Provider(npi="1306000007", taxonomy="225200000X"),
                ),
                Line(
                    number=2,
                    service_date=date(2026, 1, 15),
                    code="00142",
                    units=61,
                    minutes=61,
                    diagnosis_pointers=(1,),
                    charge=Decimal("30"),
                    place_of_service="12",
                ),
            ),
        )
    ]


def test_an_institutional_claim(interchange: Build) -> None:
    data = interchange(
        "HL*1**20*1",
        "NM1*85*2*HOSPITAL*****XX*1234567893",
        "HL*2*1*22*0",
        "SBR*P*18*******MA",
        "NM1*IL*1*ROE*JANE****MI*M1",
        "NM1*PR*2*MEDICARE PART A*****PI*1",
        "CLM*B1*300***74:A:1*Y*A*Y*Y",
        "DTP*434*RD8*20260101-20260131",
        "CL1*3*7*30",
        "HI*ABF:M25561*ABF:Z9889",
        "HI*ABK:M5450*ABJ:R52",
        "HI*BH:11:D8:20260101",
        "LX*1",
        "SV2*0420*HC:97110:GP*200*UN*4",
        "DTP*472*D8*20260105",
        "LX*2",
        "SV2*0250**100*UN*1",
        version="005010X223A3",
    )
    (claim,) = claims_of(data)
    assert (claim.claim_type, claim.bill_type, claim.place_of_service) == ("institutional", "741", None)
    assert (claim.statement_from, claim.statement_to) == (date(2026, 1, 1), date(2026, 1, 31))
    assert claim.diagnoses == ("M54.50", "M25.561", "Z98.89")
    assert claim.format == "X12 005010X223A3"
    first, second = claim.lines
    assert (first.revenue_code, first.code, first.modifiers, first.units) == ("0420", "97110", ("GP",), 4)
    assert (second.revenue_code, second.code) == ("0250", "")
    assert (second.service_date, second.service_date_to) == (date(2026, 1, 1), date(2026, 1, 31))


def test_the_bill_type_keeps_a_leading_zero(with_claim: Build) -> None:
    (claim,) = claims_of(with_claim("CLM*B*1***074:A:1", "DTP*434*D8*20260105", "LX*1", "SV2*0420*HC:97110*1*UN*1"))
    assert claim.bill_type == "0741"
    assert (claim.statement_from, claim.lines[0].service_date_to) == (date(2026, 1, 5), None)


LINE = ("LX*1", "SV1*HC:97110*1*UN*1***1", "DTP*472*D8*20260115")


def dependent(first_name: str, birth: str, claim_id: str) -> tuple[str, ...]:
    head = ("HL*3*2*23*0", "PAT*19", f"NM1*QC*1*ROE*{first_name}", "N4*BEND*OR*97701")
    return (*head, *((f"DMG*D8*{birth}*F",) if birth else ()), f"CLM*{claim_id}*1***11:B:1", *LINE)


def test_twins_under_one_member_id_are_two_patients(interchange: Build) -> None:
    head = (
        "HL*1**20*1", "NM1*85*2*C*****XX*1234567893", "HL*2*1*22*1", "SBR*P**G******CI", "NM1*IL*1*ROE*JO****MI*ab12",
        "NM1*PR*2*AETNA*****PI*1",
    )  # fmt: skip
    twins = (dependent("Mary-Ann", "20150102", "C1"), dependent("ANNA", "20150102", "C2"), dependent("MARY ANN", "20150102", "C3"))
    first, second, third = claims_of(interchange(*head, *(segment for twin in twins for segment in twin)))
    assert first.patient == Patient(id="AB12/2015-01-02/MARYANN", birth_date=date(2015, 1, 2), sex="F", state="OR")
    assert first.subscriber == Subscriber(id="ab12", group_number="G", relationship="19")
    assert patient_key(first) == patient_key(third) != patient_key(second)
    (unknown,) = claims_of(interchange(*head, *dependent("ANNA", "", "C4")))
    assert patient_key(unknown) is None


def test_a_dependent_without_relationship_is_not_the_subscriber(with_claim: Build) -> None:
    segments_ = [segment for segment in dependent("ANNA", "", "C1") if not segment.startswith("PAT")]
    (claim,) = claims_of(with_claim(*segments_))
    assert claim.subscriber is not None
    assert (claim.subscriber.birth_date, claim.subscriber.relationship) == (date(1950, 3, 2), "21")
    assert patient_key(claim) is None


def test_claims_of_one_subscriber_share_the_patient_without_a_made_up_id(with_claim: Build) -> None:
    first, second = claims_of(with_claim("CLM*C1*1***11:B:1", *LINE, "CLM*C2*1***11:B:1", *LINE))
    assert first.patient is not None
    assert first.patient.id is None
    assert patient_key(first) == patient_key(second) is not None


@pytest.mark.parametrize(
    ("segment", "role"),
    [("NM1*DN*1*D*****XX*1", "referring"), ("NM1*P3*1*D*****XX*1", "referring"), ("NM1*DK*1*D*****XX*1", "ordering")],
)
def test_roles_of_the_referring_provider_in_claim_and_line(with_claim: Build, segment: str, role: str) -> None:
    for segments_ in (("CLM*C*1***11:B:1", segment, *LINE), ("CLM*C*1***11:B:1", *LINE, segment)):
        (claim,) = claims_of(with_claim(*segments_))
        assert claim.referring_provider == Provider(npi="1", role=role)  # type: ignore[arg-type]


def test_diagnoses_get_the_dot_of_icd_10_only(with_claim: Build) -> None:
    (claim,) = claims_of(with_claim("CLM*C*1***11:B:1", "HI*BK:m5450*BF:M54*BF:72400*BF:S83.511A*BF:S83511A", *LINE))
    assert claim.diagnoses == ("M54.50", "M54", "72400", "S83.511A", "S83.511A")


def test_receipt_by_a_repricer_wins_over_the_day_the_file_was_made(with_claim: Build) -> None:
    (claim,) = claims_of(with_claim("CLM*C*1***11:B:1", "DTP*050*D8*20260120", *LINE))
    assert claim.submitted_on == date(2026, 1, 20)


def test_a_property_claim_number_of_the_patient_reaches_the_claim(with_claim: Build) -> None:
    (claim,) = claims_of(with_claim("REF*Y4*WC9", "CLM*C*1***11:B:1", *LINE))
    assert claim.context == Context(injury=Injury(claim_number="WC9"))


def relabelled(data: bytes, element: str, component: str, terminator: str) -> bytes:
    text = data.decode().replace("\n", "")
    return text.translate(str.maketrans("*:~", element + component + terminator)).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"~\n", b"~"),
        lambda data: data.replace(b"~\n", b"~\r\n"),
        lambda data: data.replace(b"~\n", b"\n"),
        lambda data: data.replace(b"~\n", b"\r\n"),
        lambda data: data[:200] + data[200:].replace(b"~\n", b" ~\n   "),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: b"\n  " + data,
        lambda data: data + b"\n\x1a",
        lambda data: data.rstrip(b"~\n"),
        lambda data: relabelled(data, "|", ">", "!"),
        lambda data: relabelled(data, "~", "^", "_"),
        lambda data: relabelled(data, "\x1d", "\x1f", "\x1c"),
        lambda data: data.replace(b":B:", b">B>").replace(b"HC:", b"HC>").replace(b":GP", b">GP").replace(b"ABK:", b"ABK>")
        .replace(b"ABF:", b"ABF>").replace(b"1:2", b"1>2").replace(b"GP:59", b"GP>59"),
    ],
)  # fmt: skip
def test_delimiters_and_white_space_change_nothing(claim_file: bytes, change: Callable[[bytes], bytes]) -> None:
    assert claims_of(change(claim_file)) == claims_of(claim_file)


def test_delimiters_come_from_the_header() -> None:
    isa = "ISA*00*          *00*          *ZZ*S              *ZZ*R              *260201*1253*^*00501*000000905*0*T*:~"
    assert delimiters_of(isa) == Delimiters("*", ":", "^", "~")
    assert delimiters_of(isa.replace("^", "U")) == Delimiters("*", ":", None, "~")
    assert delimiters_of("ISA*00**00**ZZ*S*ZZ*R*260201*1253*^*00501*1*0*T*:~\nGS*HC") == Delimiters("*", ":", "^", "~")
    assert delimiters_of("ISA*00*too short") is None


def test_a_header_without_padding_is_read_and_reported(claim_file: bytes) -> None:
    reads, problems = outcome(claim_file.replace(b"          ", b""))
    assert [item.claim for item in reads] == claims_of(claim_file)
    assert [problem.code for problem in problems] == ["X12-ISA"]


def test_many_of_everything(claim_file: bytes) -> None:
    text = claim_file.decode()
    transaction = text[text.index("ST*") : text.index("GE*")]
    group = text[text.index("GS*") : text.index("IEA*")]
    two_transactions = text.replace(transaction, transaction + transaction.replace("*0001", "*0002")).replace("GE*1*", "GE*2*")
    two_groups = text.replace(group, group + group).replace("IEA*1*", "IEA*2*")
    assert len(claims_of(two_transactions.encode())) == 2
    assert len(claims_of(two_groups.encode())) == 2
    other = relabelled(claim_file, "|", ">", "!")
    assert len(claims_of(claim_file + other + b"\n\xef\xbb\xbf" + claim_file + other)) == 4


def test_places_lead_to_the_segments(claim_file: bytes) -> None:
    data = b"\xef\xbb\xbf  " + claim_file.replace(b"~\n", b"~\r\n  ") + relabelled(claim_file, "|", ">", "!")
    reads, problems = outcome(data)
    assert problems == []
    assert len(reads) == 2
    for item in reads:
        for spot, segment_id in [(item.spot, b"CLM"), *((spot, b"LX") for spot in item.line_spots)]:
            assert spot.byte is not None
            assert data[spot.byte :].startswith(segment_id)
            assert spot.line == data[: spot.byte].count(b"\n") + 1
        assert len(item.line_spots) == len(item.claim.lines)
    assert reads[0].spot.segment == claim_file[: claim_file.index(b"CLM")].count(b"~") + 1
    assert reads[1].spot.segment == (reads[0].spot.segment or 0) + claim_file.count(b"~")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 700))
def test_the_size_of_blocks_does_not_matter(claim_file: bytes, size: int) -> None:
    data = claim_file + relabelled(claim_file, "|", ">", "!") + b"\n" + claim_file[:900]
    expected = list(read(io.BytesIO(data), "f"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "BLOCK", size)
        assert list(read(io.BytesIO(data), "f")) == expected


def test_text_in_utf_8_and_in_latin_1(claim_file: bytes) -> None:
    utf8 = claims_of(claim_file.replace(b"MEDICARE", "SÉCURITÉ".encode()))
    latin = claims_of(claim_file.replace(b"MEDICARE", "SÉCURITÉ".encode("latin-1")))
    assert utf8[0].payer == latin[0].payer == "SÉCURITÉ PART B"


def manifest() -> list[dict[str, str]]:
    if not MANIFEST.is_file():
        return []
    with MANIFEST.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def is_sound(row: dict[str, str]) -> bool:
    return row["status"].startswith("valid") and not row["structure_issues"]


@pytest.mark.parametrize("row", [row for row in manifest() if row["kind"] in ("837P", "837I")], ids=lambda row: row["file"])
def test_claims_of_the_collected_files(row: dict[str, str]) -> None:
    reads, problems = outcome((TESTDATA / "x12" / row["file"]).read_bytes())
    lines = sum(len(item.claim.lines) for item in reads)
    assert (len(reads), lines) == (int(row["claims"]), int(row["service_lines"]))
    if is_sound(row):
        assert problems == []


@pytest.mark.parametrize("row", [row for row in manifest() if row["kind"][:3] not in ("837", "unk")], ids=lambda row: row["file"])
def test_other_transactions_are_named_and_give_no_claims(row: dict[str, str]) -> None:
    data = (TESTDATA / "x12" / row["file"]).read_bytes()
    reads, problems = outcome(data)
    assert reads == []
    element = re.escape(data[data.index(b"ISA") + 3 :][:1])
    transactions = re.findall(rb"(?:^|[^0-9A-Za-z])ST" + element + rb"\d", data)
    foreign = [problem for problem in problems if problem.code == "X12-NOT-CLAIM"]
    assert len(foreign) == len(transactions) - (1 if row["kind"] == "mixed" else 0)
    if is_sound(row):
        assert problems == foreign


def test_five_thousand_claims(testdata: Path) -> None:
    with gzip.open(testdata / "bulk" / "wcgen_big_837P_PT_5000.x12.gz") as stream:
        items = list(read(stream, "big"))
    assert sum(isinstance(item, Read) for item in items) == len(items) == 5000


@pytest.mark.parametrize(
    "row", [row for row in manifest() if row["status"] == "valid (pyx12)" and row["kind"][:3] == "837"], ids=lambda row: row["file"]
)
def test_claims_and_lines_agree_with_pyx12(row: dict[str, str]) -> None:
    data = (TESTDATA / "x12" / row["file"]).read_bytes()
    expected: list[tuple[str, list[tuple[str, str, Decimal]]]] = []
    for segment in pyx12.x12file.X12Reader(io.StringIO(data.decode("latin-1"))):
        if segment.get_seg_id() == "CLM":
            expected.append((segment.get_value("CLM01"), []))
        elif segment.get_seg_id() == "SV1":
            line = segment.get_value("SV101-2"), segment.get_value("SV101-3") or "", Decimal(segment.get_value("SV104"))
            expected[-1][1].append(line)
    found = [
        (claim.claim_id, [(line.code, (*line.modifiers, "")[0], Decimal(line.units)) for line in claim.lines]) for claim in claims_of(data)
    ]
    assert found == expected
