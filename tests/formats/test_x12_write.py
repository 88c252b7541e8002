"""The X12 writer: what it writes is read back equal, and accepted by an independent validator."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
import pyx12.params
import pyx12.x12n_document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payerbook.claim import Claim, Context, Injury, Line, OtherPayer, Patient, Provider, Subscriber
from payerbook.errors import UsageError
from payerbook.formats.base import Read
from payerbook.formats.x12 import read, write

WORD = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=2, max_size=15)
NAME = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZÉÑ", min_size=1, max_size=20)
MAYBE_WORD = st.none() | WORD
DAY = st.dates(date(2010, 1, 1), date(2030, 12, 31))
BIRTH = st.dates(date(1920, 1, 1), date(2009, 12, 31))
MONEY = st.decimals(0, 999_999, places=2)
UNITS = st.integers(0, 999) | st.sampled_from([Decimal("0.5"), Decimal("1.25")])
NPI = st.from_regex(r"[12][0-9]{9}", fullmatch=True)
STATE = st.sampled_from(["OR", "TX", "NY"])
TAXONOMY = st.none() | st.just("225100000X")
DIAGNOSIS = st.from_regex(r"[A-T][0-9]{2}(\.[0-9]{1,2})?", fullmatch=True)
SEQUENCE = st.sampled_from(["primary", "secondary", "tertiary", "unknown"])


@st.composite
def lines(draw: st.DrawFn, number: int) -> Line:
    service_date = draw(DAY)
    units = draw(UNITS)
    days = draw(st.none() | st.integers(1, 40))
    return Line(
        number=number,
        service_date=service_date,
        service_date_to=None if days is None else service_date + timedelta(days=days),
        code=draw(st.from_regex(r"[0-9A-Z][0-9]{3}[0-9A-Z]", fullmatch=True)),
        modifiers=tuple(draw(st.lists(st.sampled_from(["GP", "KX", "59", "CQ", "XS"]), max_size=4))),
        units=units,
        minutes=draw(st.sampled_from([None, units])),
        diagnosis_pointers=draw(st.none() | st.lists(st.integers(1, 12), min_size=1, max_size=4).map(tuple)),
        charge=draw(MONEY),
        place_of_service=draw(st.none() | st.just("12")),
        description=draw(st.none() | NAME),
        rendering_provider=draw(st.none() | st.builds(Provider, npi=NPI, taxonomy=TAXONOMY)),
    )


@st.composite
def people(draw: st.DrawFn) -> tuple[Patient | None, Subscriber]:
    birth_date = draw(st.none() | BIRTH)
    sex = draw(st.sampled_from(["F", "M", "U"])) if birth_date is not None else None
    patient = Patient(birth_date=birth_date, sex=sex, state=draw(st.none() | STATE))
    subscriber_id, group_number = draw(WORD), draw(MAYBE_WORD)
    if draw(st.booleans()):
        subscriber = Subscriber(
            id=subscriber_id,
            birth_date=patient.birth_date,
            sex=patient.sex,
            state=patient.state,
            group_number=group_number,
            relationship=draw(st.sampled_from([None, "18"])),
        )
    else:
        subscriber = Subscriber(id=subscriber_id, state=draw(st.none() | STATE), group_number=group_number, relationship="19")
        if birth_date is not None:
            patient = msgspec.structs.replace(patient, id=f"{subscriber_id}/{birth_date}/{draw(NAME)}")
    return (None if patient == Patient() else patient), subscriber


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    patient, subscriber = draw(people())
    injury = Injury(date=draw(st.none() | DAY), claim_number=draw(MAYBE_WORD))
    referring = draw(st.none() | st.builds(Provider, npi=NPI, role=st.sampled_from(["referring", "ordering"])))
    other_payer = st.builds(
        OtherPayer,
        name=NAME,
        id=WORD,
        sequence=SEQUENCE,
        filing_indicator=st.sampled_from([None, "CI"]),
        paid=st.none() | MONEY,
        adjusted=st.none() | MONEY,
    )
    return Claim(
        claim_id=draw(WORD),
        payer=draw(NAME),
        payer_id=draw(WORD),
        filing_indicator=draw(st.sampled_from([None, "MB", "CI", "WC"])),
        payer_sequence=draw(SEQUENCE),
        frequency_code=draw(st.sampled_from("178")),
        original_reference=draw(MAYBE_WORD),
        submitted_on=draw(DAY),
        patient=patient,
        subscriber=subscriber,
        billing_provider=draw(st.builds(Provider, npi=NPI, taxonomy=TAXONOMY, state=st.none() | STATE)),
        rendering_provider=draw(st.none() | st.builds(Provider, npi=NPI, taxonomy=TAXONOMY)),
        referring_provider=referring,
        supervising_provider=draw(st.none() | st.builds(Provider, npi=NPI, role=st.just("supervising"))),
        place_of_service=draw(st.sampled_from(["11", "12", "22"])),
        diagnoses=draw(st.none() | st.lists(DIAGNOSIS, min_size=1, max_size=12).map(tuple)),
        authorization_number=draw(MAYBE_WORD),
        total_charge=draw(MONEY),
        other_payers=draw(st.none() | st.lists(other_payer, min_size=1, max_size=3).map(tuple)),
        format="X12 005010X222A1",
        context=None if injury == Injury() else Context(injury=injury),
        lines=tuple(draw(lines(number)) for number in range(1, draw(st.integers(1, 4)) + 1)),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(batch=st.lists(claims(), min_size=1, max_size=4), newlines=st.booleans())
def test_what_is_written_is_read_back_equal(batch: list[Claim], newlines: bool) -> None:
    items = list(read(io.BytesIO(write(batch, newlines=newlines)), "f"))
    assert [item.claim if isinstance(item, Read) else item for item in items] == batch


def accepted(data: bytes, folder: Path) -> bool:
    path = folder / "claims.x12"
    path.write_bytes(data)
    return bool(pyx12.x12n_document.x12n_document(param=pyx12.params.params(), src_file=str(path), fd_997=io.StringIO(), fd_html=None))


PATIENT = Patient(birth_date=date(1950, 3, 2), sex="F", state="OR")
FULL = Claim(
    claim_id="A1001",
    payer="MEDICARE PART B",
    payer_id="02202",
    filing_indicator="MB",
    payer_sequence="primary",
    frequency_code="7",
    original_reference="OLD1",
    submitted_on=date(2026, 2, 1),
    patient=PATIENT,
    subscriber=Subscriber(id="1EG4TE5MK73", birth_date=PATIENT.birth_date, sex="F", state="OR", group_number="G1", relationship="18"),
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
            sequence="secondary",
            filing_indicator="CI",
            paid=Decimal(10),
            adjusted=Decimal(5),
            decided_on=date(2026, 2, 3),
        ),
    ),
    context=Context(injury=Injury(date=date(2025, 12, 1), claim_number="WC1")),
    lines=(
        Line(
            number=1,
            service_date=date(2026, 1, 15),
            service_date_to=date(2026, 1, 16),
            code="97110",
            modifiers=("GP",),
            units=2,
            diagnosis_pointers=(1, 2),
            charge=Decimal("60.00"),
            rendering_provider=Provider(npi="1306000007", taxonomy="225200000X"),
        ),
        Line(number=2, service_date=date(2026, 1, 15), code="97140", units=1, diagnosis_pointers=(1,), charge=Decimal("30.00")),
    ),
)
DEPENDENT = msgspec.structs.replace(
    FULL,
    patient=Patient(id="1EG4TE5MK73/2015-01-02/ANNA", birth_date=date(2015, 1, 2), sex="F", state="WA"),
    subscriber=Subscriber(id="1EG4TE5MK73", relationship="19"),
    referring_provider=Provider(npi="1003000126", role="ordering"),
)
BARE = Claim(
    claim_id="A1",
    lines=(Line(service_date=date(2026, 1, 15), code="97110", units=1, diagnosis_pointers=(1,)),),
    billing_provider=Provider(npi="1234567893"),
    diagnoses=("M54.50",),
)


@pytest.mark.parametrize("batch", [[FULL], [DEPENDENT], [BARE], [FULL, DEPENDENT, BARE]], ids=["full", "dependent", "bare", "all"])
def test_pyx12_accepts_what_is_written(batch: list[Claim], tmp_path: Path) -> None:
    assert accepted(write(batch), tmp_path)


def test_what_a_claim_leaves_open_gets_neutral_words() -> None:
    (item,) = read(io.BytesIO(write([BARE])), "f")
    assert isinstance(item, Read)
    claim = item.claim
    assert (claim.payer, claim.payer_id, claim.payer_sequence, claim.place_of_service) == ("PAYER NOT GIVEN", "00", "primary", "99")
    assert (claim.frequency_code, claim.total_charge, claim.submitted_on) == ("1", Decimal(0), date(2026, 1, 15))
    assert claim.lines[0].charge == 0


def test_delimiters_inside_values_become_spaces() -> None:
    (item,) = read(io.BytesIO(write([msgspec.structs.replace(BARE, claim_id="A*1:2~3^4", payer="A\nB")])), "f")
    assert isinstance(item, Read)
    assert (item.claim.claim_id, item.claim.payer) == ("A 1 2 3 4", "A B")


def test_claims_of_one_day_share_a_transaction() -> None:
    later = msgspec.structs.replace(BARE, submitted_on=date(2026, 3, 1))
    assert write([BARE, BARE, later]).count(b"ST*837*") == 2


def test_only_professional_claims_are_written() -> None:
    with pytest.raises(UsageError, match="institutional"):
        write([msgspec.structs.replace(BARE, claim_type="institutional")])
    with pytest.raises(UsageError, match="at least one"):
        write([])
