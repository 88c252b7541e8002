"""Official quarterly files, made in the layout in which CMS publishes them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import msgspec

from payerbook.claim import Claim
from payerbook.datasets import LIST, Tables

NOTICE = "CPT only copyright 2025 American Medical Association. All rights reserved."
PAIR_HEAD = [
    [NOTICE],
    ["Column1/Column2 Edits"],
    [
        "Column 1",
        "Column 2",
        "* = in existence prior to 1996",
        "Effective Date",
        "Deletion Date *=no data",
        "Modifier 0=not allowed",
        "PTP Edit Rationale",
    ],
]
PAIRS = [
    ["97150", "97110", "", "20200101", "*", "1", "Misuse of Column Two code with Column One code"],
    ["97140", "97124", "*", "19960101", "*", "0", "Standards of medical / surgical practice"],
    ["97530", "97116", "", "20200101", "20231231", "1", "Mutually exclusive procedures"],
    ["00100", "0213T", "", "20200101", "20200101", "9", "Misuse of Column Two code with Column One code"],
]
MUE_HEAD = [[NOTICE], ["HCPCS/CPT Code", "Practitioner Services MUE Values", "MUE Adjudication Indicator", "MUE Rationale"]]
MUES = [
    ["97110", "6", "3 Date of Service Edit: Clinical", "Clinical: Data"],
    ["97161", "1", "2 Date of Service Edit: Policy", "Code Descriptor / CPT Instruction"],
]
VALUES = """,,2026 National Physician Fee Schedule Relative Value File July Release,,,,,,,,,,,,,,,,,,
,,CPT codes and descriptions only are copyright,,,,,,,,,,,,,,,,,,
,,,STATUS,MEDICARE,WORK,NON-FAC,NA,FACILITY,NA,MP,NON-FACILITY,FACILITY,PCTC,GLOB,PRE,INTRA,POST,MULT,BILAT,ASST
HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,SURG
97110,,"Secret, words",A,,0.45,0.41,,0.41,,0.01,0.87,0.87,7,XXX,0.00,0.00,0.00,5,0,0
95851,26,Secret words,A,,0.16,0.05,,0.05,,0.01,0.22,0.22,7,XXX,0.00,0.00,0.00,0,0,0
97010,,Secret words,B,,0.06,0.11,,0.11,,0.01,0.18,0.18,7,XXX,0.00,0.00,0.00,9,9,9
"""
INDEX_HEAD = ["Medicare Administrative Contractor (MAC)", "State", "Locality Number", "Locality Name", "2026 PW GPCI (without 1.0 Floor)"]
INDEX_HEAD += ["2026 PW GPCI (with 1.0 Floor)", "2026 PE GPCI", "2026 MP GPCI"]
INDICES = f"""ADDENDUM E. FINAL CY 2026 GEOGRAPHIC PRACTICE COST INDICES (GPCIs) BY STATE AND MEDICARE LOCALITY,,,,,,,
,,,,,,,
{",".join(INDEX_HEAD)}
10112,AL,0,ALABAMA,0.98,1,0.869,0.575
2302,OR,1,PORTLAND,1.01,1.013,1.103,0.688
12202,DC,1,DC + MD/VA SUBURBS,1.05,1.057,1.192,1.168
1212,HI,1,"HAWAII, GUAM",1,1,1.149,0.561
"MAC Assignments as of October 27, 2020",,,,,,,
"""


def tabbed(path: Path, *rows: list[list[str]]) -> Path:
    """A text file with tabs, as CMS writes them."""
    path.write_bytes("".join("\t".join(row) + "\r\n" for part in rows for row in part).encode("cp1252"))
    return path


def pair_files(path: Path, version: str = "v320r0", name: str = "ccipra", rows: list[list[str]] = PAIRS) -> list[Path]:
    """The four parts of a table, each in an archive of its own."""
    made = []
    for part in range(4):
        stem = f"{name}-{version}-f{part + 1}"
        text = tabbed(path / f"{stem}.TXT", PAIR_HEAD, rows[part::4] or [rows[0]])
        made.append(path / f"{stem}.zip")
        with zipfile.ZipFile(made[-1], "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(text, f"{stem}.TXT")
            archive.writestr("readme.pdf", b"%PDF")
        text.unlink()
    return made


def mue_file(path: Path, name: str = "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv", rows: list[list[str]] = MUES) -> Path:
    """The unit limits of a quarter."""
    file = path / name
    file.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in [*MUE_HEAD, *rows]) + "\n", encoding="utf-8-sig")
    return file


def tables(folder: Path) -> Tables:
    """What has been imported into a folder."""
    return Tables(((folder / LIST).read_bytes(), folder))


def pair_claim(day: str, one: str = "97150", two: str = "97110", *modifiers: str) -> Claim:
    """Two codes on one day."""
    lines = [
        {"service_date": day, "code": one, "units": 1, "modifiers": ["GP"]},
        {"service_date": day, "code": two, "units": 1, "modifiers": ["GP", *modifiers]},
    ]
    return msgspec.convert({"claim_id": "A1", "payer": "medicare.part-b", "lines": lines}, Claim)
