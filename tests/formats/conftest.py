"""A small 837P to build inputs from, and the shared test data when it lies beside the checkout."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

TESTDATA = Path(__file__).resolve().parents[3] / "shared" / "testdata"

ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260201*1253*^*00501*000000905*0*T*:"
PROFESSIONAL = "005010X222A1"


@pytest.fixture
def testdata() -> Path:
    """The shared test data; the test is skipped without it."""
    if not TESTDATA.is_dir():
        pytest.skip("the shared test data is not beside the checkout")
    return TESTDATA


@pytest.fixture
def interchange() -> Callable[..., bytes]:
    """Builds an interchange with one transaction around segments, all counts right."""

    def build(*segments: str, version: str = PROFESSIONAL, end: str = "~\n") -> bytes:
        body = [f"ST*837*0001*{version}", "BHT*0019*00*1*20260201*1253*CH", *segments]
        whole = [ISA, f"GS*HC*S*R*20260201*1253*1*X*{version}", *body, f"SE*{len(body) + 1}*0001", "GE*1*1", "IEA*1*000000905"]
        return "".join(segment + end for segment in whole).encode()

    return build


BILLING = (
    "NM1*41*2*SUBMITTER*****46*SENDER",
    "PER*IC*CONTACT*TE*5550100",
    "NM1*40*2*RECEIVER*****46*RECEIVER",
    "HL*1**20*1",
    "PRV*BI*PXC*261QR0400X",
    "NM1*85*2*CLINIC*****XX*1234567893",
    "N3*1 MAIN ST",
    "N4*PORTLAND*OR*97201",
    "REF*EI*930000000",
    "NM1*87*2",
    "N4*SEATTLE*WA*98101",
)
SUBSCRIBER = (
    "HL*2*1*22*0",
    "SBR*P*18*GRP1******MB",
    "NM1*IL*1*ROE*JANE****MI*1EG4TE5MK73",
    "N3*2 SIDE ST",
    "N4*SALEM*OR*97301",
    "DMG*D8*19500302*F",
    "NM1*PR*2*MEDICARE PART B*****PI*02202",
    "N4*CHICAGO*IL*60601",
)
CLAIM = (
    "CLM*A1001*90***11:B:1*Y*A*Y*Y",
    "HI*ABK:M5450*ABF:M25561",
    "LX*1",
    "SV1*HC:97110:GP*60*UN*2***1:2",
    "DTP*472*D8*20260115",
    "LX*2",
    "SV1*HC:97140:GP:59*30*UN*1*12**1",
    "DTP*472*D8*20260115",
)


@pytest.fixture
def claim_file(interchange: Callable[..., bytes]) -> bytes:
    """A complete 837P with one claim of two lines."""
    return interchange(*BILLING, *SUBSCRIBER, *CLAIM)


@pytest.fixture
def with_claim(interchange: Callable[..., bytes]) -> Callable[..., bytes]:
    """Builds an 837P from the segments of claims, with the usual loops before them."""

    def build(*segments: str, version: str = PROFESSIONAL) -> bytes:
        return interchange(*BILLING, *SUBSCRIBER, *segments, version=version)

    return build
