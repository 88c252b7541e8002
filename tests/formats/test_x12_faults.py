"""The faults the X12 reader reports: each of its table is triggered, placed, and worded without anything of the patient."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from payerbook.errors import Problem
from payerbook.formats.base import Read
from payerbook.formats.x12 import read
from payerbook.formats.x12.faults import FAULTS

Build = Callable[..., bytes]
Case = tuple[str, Callable[[str], str], list[str], bool]

DATED = "DTP*472*D8*20260115"


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def without(start: str) -> Callable[[str], str]:
    return lambda text: "".join(f"{segment}~\n" for segment in text.split("~\n") if segment and not segment.startswith(start))


# What is changed, which codes that gives, and whether the claim is still read.
CASES: list[Case] = [
    ("nothing", lambda text: text, [], True),
    ("no header", without("ISA"), ["X12-NO-ISA"], False),
    ("header of another file", lambda text: text[:20], ["X12-ISA-UNREADABLE"], False),
    ("header not padded", swap("SENDER         ", "SENDER"), ["X12-ISA"], True),
    ("no terminator", lambda text: text[:106].replace("~", "!") + "x" * (9 << 20), ["X12-NO-TERMINATOR"], False),
    (
        "no terminator in the rest",
        lambda text: text[: text.index("LX*2")] + "x" * (9 << 20),
        ["X12-CUT-CLAIM", "X12-NO-TERMINATOR"],
        False,
    ),
    ("no IEA", without("IEA"), ["X12-CUT"], True),
    ("cut in the trailer", lambda text: text[: text.index("SE*") + 4], ["X12-CUT-CLAIM", "X12-CUT"], False),
    ("cut in the claim", lambda text: text[: text.index("SV1*HC:97140") + 9], ["X12-CUT-CLAIM", "X12-CUT"], False),
    ("cut in a second header", lambda text: text + "ISA*00*", ["X12-CUT"], True),
    ("no GS", without("GS"), ["X12-NO-GS", "X12-STRAY", "X12-IEA-COUNT"], True),
    ("no ST", without("ST"), ["X12-NO-ST", "X12-GE-COUNT"], True),
    ("no SE", without("SE"), ["X12-NO-SE"], True),
    ("no GE", without("GE"), ["X12-NO-GE"], True),
    ("no IEA between", lambda text: without("IEA")(text) + text, ["X12-NO-IEA"], True),
    ("GE twice", swap("GE*1*1~", "GE*1*1~GE*1*1~"), ["X12-STRAY"], True),
    ("SE01", swap("SE*30*", "SE*29*"), ["X12-SE-COUNT"], True),
    ("SE02", swap("SE*30*0001", "SE*30*0002"), ["X12-SE-NUMBER"], True),
    ("GE01", swap("GE*1*", "GE*x*"), ["X12-GE-COUNT"], True),
    ("GE02", swap("GE*1*1", "GE*1*2"), ["X12-GE-NUMBER"], True),
    ("IEA01", swap("IEA*1*", "IEA**"), ["X12-IEA-COUNT"], True),
    ("IEA02", swap("IEA*1*000000905", "IEA*1*000000906"), ["X12-IEA-NUMBER"], True),
    ("another transaction", swap("ST*837", "ST*835"), ["X12-NOT-CLAIM"], False),
    ("an unheard-of transaction", swap("ST*837", "ST*XYZ"), ["X12-NOT-CLAIM"], False),
    ("a dental claim", swap("ST*837*0001*005010X222A1", "ST*837*0001*005010X224A2"), ["X12-NOT-CLAIM"], False),
    ("no CLM", without("CLM"), ["X12-ORDER", "X12-NO-CLAIM", "X12-SE-COUNT"], False),
    ("unknown parent", swap("HL*2*1*22", "HL*2*7*22"), ["X12-HL"], True),
    ("unknown level", swap("HL*2*1*22", "HL*2*1*19"), ["X12-HL"], True),
    ("unknown segment", swap("N3*2 SIDE ST", "N33*2 SIDE ST"), ["X12-SEGMENT"], True),
    ("no LX", swap("LX*2~\n", ""), ["X12-ORDER", "X12-SE-COUNT"], True),
    ("no claim number", swap("CLM*A1001*", "CLM**"), ["X12-CLAIM-ID"], False),
    ("no lines", lambda text: without("LX")(without("SV1")(without("DTP")(text))), ["X12-NO-LINE", "X12-SE-COUNT"], False),
    ("no SV1", swap("SV1*HC:97140:GP:59*30*UN*1*12**1~\n", ""), ["X12-NO-SERVICE", "X12-SE-COUNT"], False),
    ("no code", swap("HC:97140:GP:59", "97140"), ["X12-CODE"], False),
    ("no units", swap("*30*UN*1*", "*30*UN**"), ["X12-UNITS"], False),
    ("units in words", swap("*30*UN*1*", "*30*UN*one*"), ["X12-UNITS"], False),
    ("units below zero", swap("*30*UN*1*", "*30*UN*-1*"), ["X12-UNITS"], False),
    ("units without end", swap("*30*UN*1*", "*30*UN*Infinity*"), ["X12-UNITS"], False),
    ("units with an exponent", swap("*30*UN*1*", "*30*UN*1E3*"), ["X12-UNITS"], False),
    ("units of 19 digits", swap("*30*UN*1*", f"*30*UN*{'9' * 19}*"), ["X12-UNITS"], False),
    ("two unreadable lines", lambda text: text.replace("*UN*", "*UN*x"), ["X12-UNITS", "X12-UNITS"], False),
    ("no date of service", lambda text: text.replace(f"{DATED}~\n", "", 1), ["X12-SERVICE-DATE", "X12-SE-COUNT"], False),
    ("date of service that is none", swap(DATED, "DTP*472*D8*20260230"), ["X12-DATE"], False),
    ("birth date that is none", swap("19500302", "1950-3-2"), ["X12-DATE"], True),
    ("file date that is none", swap("BHT*0019*00*1*20260201", "BHT*0019*00*1*2026"), ["X12-DATE"], True),
    ("statement that is none", swap("HI*", "DTP*434*RD8*20260101-2026~\nHI*"), ["X12-DATE", "X12-SE-COUNT"], True),
    ("charge that is none", swap("*30*UN", "*NaN*UN"), ["X12-NUMBER"], True),
    ("total that is none", swap("CLM*A1001*90*", "CLM*A1001*90,00*"), ["X12-NUMBER"], True),
    ("line number that is none", swap("LX*2", "LX*two"), ["X12-NUMBER"], True),
    ("pointers that are none", swap("***1:2", "***A:B"), ["X12-POINTER"], True),
    ("diagnosis that is none", swap("ABK:M5450", "ABK*M5450"), ["X12-DIAGNOSIS"], True),
]


def outcome(data: bytes) -> tuple[list[Read], list[Problem]]:
    items = list(read(io.BytesIO(data), "batch.837"))
    return [item for item in items if isinstance(item, Read)], [item for item in items if isinstance(item, Problem)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_a_fault_is_reported_and_the_claim_kept_when_it_can_be_read(claim_file: bytes, case: Case) -> None:
    _, change, codes, readable = case
    data = change(claim_file.decode()).encode()
    reads, problems = outcome(data)
    assert [problem.code for problem in problems] == codes
    assert bool(reads) == readable
    lost = [problem for problem in problems if problem.claim_lost]
    assert len(lost) == (not readable and any(problem.claim_id is not None for problem in problems))
    for problem in problems:
        assert problem.file == "batch.837"
        assert problem.place is not None
        assert problem.place.byte is not None
        assert 0 <= problem.place.byte <= len(data)
        assert problem.place.line == data[: problem.place.byte].count(b"\n") + 1


def test_every_fault_of_the_table_is_tested() -> None:
    assert {code for case in CASES for code in case[2]} == set(FAULTS)


def test_a_fault_in_a_claim_carries_its_number_and_place(claim_file: bytes) -> None:
    data = claim_file.replace(b"*30*UN*1*", b"*30*UN**")
    (problem,) = outcome(data)[1]
    assert (problem.claim_id, problem.claim_lost) == ("A1001", True)
    assert problem.place is not None
    assert data[problem.place.byte :].startswith(b"SV1*HC:97140")
    assert problem.place.segment == data[: problem.place.byte].count(b"~") + 1


def test_one_bad_claim_does_not_hide_the_others(with_claim: Build) -> None:
    good = ("LX*1", "SV1*HC:97110*1*UN*1***1", DATED)
    bad = ("LX*1", "SV1*HC:97110*1*UN*?***1", DATED)
    reads, problems = outcome(with_claim("CLM*C1*1***11:B:1", *good, "CLM*C2*1***11:B:1", *bad, "CLM*C3*1***11:B:1", *good))
    assert [item.claim.claim_id for item in reads] == ["C1", "C3"]
    assert [problem.claim_id for problem in problems] == ["C2"]


def test_unreadable_diagnoses_are_unknown_because_pointers_count_them(claim_file: bytes) -> None:
    ((item,), _) = outcome(claim_file.replace(b"ABK:M5450", b"ABK*M5450"))
    assert item.claim.diagnoses is None


def test_a_flood_of_unknown_segments_is_cut_short(with_claim: Build) -> None:
    _, problems = outcome(with_claim(*["ZZZ*1"] * 500))
    assert sum(problem.code == "X12-SEGMENT" for problem in problems) == 20


def test_messages_hold_nothing_of_the_patient(claim_file: bytes) -> None:
    private = ("ROE", "JANE", "1EG4TE5MK73", "19500302", "SIDE ST", "97301", "M25561")
    for _, change, _, _ in CASES:
        for problem in outcome(change(claim_file.decode())[:200_000].encode())[1]:
            shown = f"{problem.message} {problem.repair}"
            assert not any(value in shown for value in private)
            assert "{" not in shown
