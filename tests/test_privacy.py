"""Nothing about a patient reaches a report, an error or a terminal: markers in every such field, good and broken input alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from payerbook.cli import main

MARK = "CANARY"
BORN = ("19380403", "1938-04-03")
X12 = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240920*1200*^*00501*000000001*0*P*:~"
    "GS*HC*SENDER*RECEIVER*20240920*1200*1*X*005010X222A1~ST*837*0001*005010X222A1~BHT*0019*00*1*20240920*1200*CH~"
    "NM1*41*2*CLINIC*****46*1~PER*IC*DESK*TE*5035550100~NM1*40*2*MAC*****46*2~"
    "HL*1**20*1~NM1*85*2*CLINIC*****XX*1234567893~N3*1 MAIN ST~N4*SALEM*OR*97301~REF*EI*930000000~"
    "HL*2*1*22*1~SBR*P**CANARYGROUP******MB~NM1*IL*1*CANARYLAST*CANARYFIRST*CANARYMIDDLE***MI*CANARYMEMBER~N3*CANARYSTREET~"
    "N4*CANARYTOWN*OR*97301~DMG*D8*19380403*F~REF*SY*CANARYSSN~NM1*PR*2*MEDICARE*****PI*CANARYNOTAPAYER~"
    "HL*3*2*23*0~PAT*19~NM1*QC*1*CANARYCHILD*CANARYKID~N3*CANARYSTREET~N4*CANARYTOWN*OR*97301~DMG*D8*19380403*M~"
    "CLM*C1*90***11:B:1*Y*A*Y*Y~REF*EA*CANARYRECORD~NTE*ADD*CANARYNOTE~HI*ABK:ZCANARY*ABF:M545~NM1*82*1*T*X****XX*1234567890~"
    "LX*1~SV1*HC:97110*90*UN*2***1:9~DTP*472*D8*20240915~NTE*ADD*CANARYLINENOTE~SE*32*0001~GE*1*1~IEA*1*000000001~"
)
CLAIM = {
    "claim_id": "C1",
    "payer": "medicare.part-b",
    "patient": {"id": "CANARYPATIENT", "birth_date": "1938-04-03", "sex": "F", "state": "OR"},
    "subscriber": {"id": "CANARYMEMBER", "group_number": "CANARYGROUP"},
    "diagnoses": ["ZCANARY"],
    "total_charge": "1.00",
    "lines": [{"service_date": "2024-09-15", "code": "97110", "units": 9, "minutes": 10, "charge": "90.00", "description": "CANARYTEXT"}],
    "context": {
        "history": [],
        "injury": {"claim_number": "CANARYINJURY"},
        "authorizations": [{"number": "CANARYAUTH"}],
        "documentation": {"time_log": [{"by": "CANARYPERSON"}]},
    },
}


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    main(list(arguments))
    captured = capsys.readouterr()
    return captured.out + captured.err


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
@pytest.mark.parametrize("content", [X12, json.dumps(CLAIM)], ids=["837P", "json"])
def test_good_input(content: str, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "batch"
    file.write_text(content, "utf-8")
    text = said(capsys, "check", str(file), "--format", form)
    assert "C1" in text  # something was said at all
    assert MARK not in text
    assert not any(day in text for day in BORN)


@pytest.mark.parametrize("content", [X12, json.dumps(CLAIM)], ids=["837P", "json"])
def test_broken_input(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "batch"
    for cut in range(1, len(content), 7):
        for broken in (content[:cut], content[:cut] + '\x00*~"}' + content[cut + 3 :], content[:cut] + content[cut + 1 :]):
            file.write_text(broken, "utf-8")
            text = said(capsys, "check", str(file), "--json")
            assert "Traceback" not in text
            for word in (MARK, *BORN):
                assert word not in text, f"cut at {cut}: {text[max(0, text.index(word) - 200) : text.index(word) + 50]}"
