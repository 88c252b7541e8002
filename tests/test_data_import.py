"""Official quarterly files: made here in the layout in which CMS publishes them, imported, and then asked by rules."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

import payerbook
from payerbook.claim import Claim
from payerbook.cli import main
from payerbook.data_import import periods, sheets, store
from payerbook.data_import.periods import Quarter
from payerbook.data_import.run import import_files, remove
from payerbook.datasets import LIST, Tables
from payerbook.errors import UsageError

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


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PAYERBOOK_DATA", str(tmp_path / "data"))
    return payerbook.tables_folder()


def tabbed(path: Path, *rows: list[list[str]]) -> Path:
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
    file = path / name
    file.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in [*MUE_HEAD, *rows]) + "\n", encoding="utf-8-sig")
    return file


def tables(folder: Path) -> Tables:
    return Tables(((folder / LIST).read_bytes(), folder))


def pair_claim(day: str, one: str = "97150", two: str = "97110", *modifiers: str) -> Claim:
    lines = [
        {"service_date": day, "code": one, "units": 1, "modifiers": ["GP"]},
        {"service_date": day, "code": two, "units": 1, "modifiers": ["GP", *modifiers]},
    ]
    return msgspec.convert({"claim_id": "A1", "payer": "medicare.part-b", "lines": lines}, Claim)


def outcome(claim: Claim, rule: str = "medicare.part-b.ncci-pairs") -> tuple[str, Any, Any]:
    report = json.loads(payerbook.load().check(claim).json())
    for section in ("findings", "resolved", "unknown", "not_on_file"):
        for item in report[section]:
            if item["rule"] == rule:
                return section, item["severity"], item.get("facts", {}).get("quarter")
    return "pass", None, None


def test_pairs_answer_for_their_quarter(tmp_path: Path, folder: Path) -> None:
    day = "2026-01-15"
    assert outcome(pair_claim(day)) == ("findings", "review", "2024Q3")
    assert outcome(pair_claim(day, "97530", "97116"))[0] == "not_on_file"
    (imported,), passed_over = import_files(pair_files(tmp_path), folder)
    assert (imported.table, imported.window, imported.rows, imported.complete) == ("ncci-ptp-practitioner", "2026Q1", 3, True)
    assert (imported.start, imported.end) == (date(2026, 1, 1), date(2026, 3, 31))
    assert not passed_over
    assert outcome(pair_claim(day)) == ("findings", "deny", "2026Q1")
    assert outcome(pair_claim(day, "97150", "97110", "59"))[0] == "resolved"
    assert outcome(pair_claim(day, "97530", "97116")) == ("pass", None, None)
    assert outcome(pair_claim("2026-04-01")) == ("findings", "review", "2026Q1")
    assert outcome(pair_claim("2024-08-15")) == ("findings", "deny", "2024Q3")
    window = tables(folder).get("ncci-ptp-practitioner").windows[0]
    assert window.rows("97140") == (("97140", "97124", "0", "1996-01-01", "", "", "standard-of-practice"),)
    assert window.sources[0].grade == "A"
    assert "ccipra-v320r0-f1.zip" in (window.sources[0].section or "")


def test_the_report_names_the_window(tmp_path: Path, folder: Path) -> None:
    import_files(pair_files(tmp_path), folder)
    report = json.loads(payerbook.load().check(pair_claim("2026-01-15")).json())
    assert {"ncci-ptp-practitioner": "2026Q1"}.items() <= {used["id"]: used["window"] for used in report["tables"]}.items()


def test_earlier_quarters_stay_and_a_quarter_is_replaced_only_with_force(tmp_path: Path, folder: Path) -> None:
    import_files(pair_files(tmp_path, "v313r0"), folder)
    import_files(pair_files(tmp_path, "v320r0"), folder)
    assert [window.id for window in tables(folder).get("ncci-ptp-practitioner").windows] == ["2025Q4", "2026Q1"]
    with pytest.raises(UsageError, match=r"ncci-ptp-practitioner 2026Q1 is on file already; give --force"):
        import_files(pair_files(tmp_path, "v320r0"), folder)
    changed = [["97150", "97110", "", "20200101", "*", "0", "x"], *PAIRS[1:]]
    import_files(pair_files(tmp_path, "v320r0", rows=changed), folder, force=True)
    assert tables(folder).get("ncci-ptp-practitioner").windows[1].rows("97150")[0][2] == "0"
    assert len(list((folder / "ncci-ptp-practitioner").glob("*.csv"))) == 2
    remove(folder, "ncci-ptp-practitioner", "2026Q1")
    assert [window.id for window in tables(folder).get("ncci-ptp-practitioner").windows] == ["2025Q4"]
    remove(folder, "ncci-ptp-practitioner", "2025Q4")
    assert tables(folder).ids == ()
    assert not (folder / "ncci-ptp-practitioner").exists()
    with pytest.raises(UsageError, match="no ncci-ptp-practitioner 2025Q4"):
        remove(folder, "ncci-ptp-practitioner", "2025Q4")


def test_all_parts_of_a_table_are_wanted(tmp_path: Path, folder: Path) -> None:
    files = pair_files(tmp_path)
    with pytest.raises(UsageError, match=r"four files, and f2, f4 is missing"):
        import_files([files[0], files[2]], folder)
    (imported,), _ = import_files([files[0], files[2]], folder, partial=True)
    assert not imported.complete
    assert outcome(pair_claim("2026-01-15", "97535", "97110"))[0] == "not_on_file"


def test_unit_limits(tmp_path: Path, folder: Path) -> None:
    hospital = mue_file(tmp_path, "MCR_MUE_OutpatientHospitalServices_Eff_10-01-2026.csv").rename(
        tmp_path / "MCR_MUE_OutpatientHospitalServices_Eff_10-01-2026.csv"
    )
    hospital.write_text(hospital.read_text("utf-8-sig").replace("Practitioner Services", "Outpatient Hospital Services"), "utf-8-sig")
    imported, _ = import_files([mue_file(tmp_path), hospital], folder)
    assert [(one.table, one.window, one.rows) for one in imported] == [
        ("ncci-mue-practitioner", "2026Q4", 2),
        ("ncci-mue-hospital", "2026Q4", 2),
    ]
    assert tables(folder).get("ncci-mue-practitioner").windows[0].rows("97110") == (("97110", "6", "3", "claims-data"),)
    claim = msgspec.convert(
        {
            "claim_id": "A1",
            "payer": "medicare.part-b",
            "lines": [{"service_date": "2026-11-02", "code": "97161", "units": 2, "modifiers": ["GP"]}],
        },
        Claim,
    )
    assert outcome(claim, "medicare.part-b.mue")[:2] == ("findings", "deny")
    with pytest.raises(UsageError, match="equipment suppliers"):
        import_files([mue_file(tmp_path, "MCR_MUE_DMESupplierServices_Eff_10-01-2026.csv")], folder)


def test_the_quarter_is_asked_for(tmp_path: Path, folder: Path) -> None:
    bare = mue_file(tmp_path, "mue_practitioner.csv")
    with pytest.raises(UsageError, match=r"nothing in the file or its name says the quarter; say it with --quarter"):
        import_files([bare], folder)
    with pytest.raises(UsageError, match=r"the file says 2026Q4 and --quarter says 2026Q3"):
        import_files([mue_file(tmp_path)], folder, quarter=Quarter(2026, 3))
    ((imported,), _) = import_files([bare], folder, quarter=periods.parse("2026q3"))
    assert imported.window == "2026Q3"
    with pytest.raises(UsageError, match="is not a quarter"):
        periods.parse("2026Q5")


@pytest.mark.parametrize(
    ("name", "quarter"),
    [
        ("ccipra-v320r0-f1.txt", "2026Q1"),
        ("ccioph-v301r1-f4.xlsx", "2024Q2"),
        ("medicare-ncci-2026q4-practitioner-ptp-edits-ccipra-v323r0-f2.zip", "2026Q4"),
        ("MCR_MUE_PractitionerServices_Eff_10-01-2026.csv", "2026Q4"),
        ("PPRRVU2026_Jul_nonQPP.csv", "2026Q3"),
        ("rvu26a.zip", "2026Q1"),
    ],
)
def test_names_say_the_quarter(name: str, quarter: str) -> None:
    assert {found.id for found in periods.quarters(name)} == {quarter}


def _row(**changes: str) -> list[str]:
    names = ("one", "two", "old", "begun", "ended", "indicator", "why")
    return [changes.get(name, cell) for name, cell in zip(names, PAIRS[0], strict=True)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (_row(begun="20261301"), "'20261301' is not a date"),
        (_row(ended="soon"), "'soon' is not a date"),
        (_row(indicator="2"), "the indicator is '2'; it is 0, 1 or 9"),
        (_row(ended="20191231"), "ends before it begins"),
        (_row(two="9711"), "this is no row of the table"),
        (PAIRS[0][:4], "4 columns instead of 7"),
        (_row(begun="20260401"), "a pair begins on 2026-04-01, after 2026Q1"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_imported(tmp_path: Path, folder: Path, row: list[str], said: str) -> None:
    file = tabbed(tmp_path / "ccipra-v320r0.txt", PAIR_HEAD, [PAIRS[0], row])
    with pytest.raises(UsageError, match=said) as caught:
        import_files([file], folder)
    assert "ccipra-v320r0.txt" in str(caught.value)
    assert not (folder / LIST).exists()
    assert not list(folder.rglob("*.csv"))


def test_fee_schedule_and_indices_make_a_price(tmp_path: Path, folder: Path) -> None:
    with zipfile.ZipFile(tmp_path / "rvu26c.zip", "w") as archive:
        archive.writestr("PPRRVU2026_Jul_nonQPP.csv", VALUES)
        archive.writestr("GPCI2026.csv", INDICES)
        archive.writestr("OPPSCAP_Jul.csv", "HCPCS,MOD\n1,2\n")
    imported, passed_over = import_files([tmp_path / "rvu26c.zip"], folder)
    assert [(one.table, one.window, str(one.start), str(one.end)) for one in imported] == [
        ("mpfs-gpci", "2026", "2026-01-01", "2026-12-31"),
        ("mpfs-rvu", "2026Q3", "2026-07-01", "2026-12-31"),
    ]
    assert passed_over == ["rvu26c.zip: OPPSCAP_Jul.csv"]
    assert not [file for file in folder.rglob("*") if file.is_file() and b"ecret" in file.read_bytes()]
    held = tables(folder).get("mpfs-rvu").windows[0]
    assert held.rows("97110") == (("97110", "A", "0.45", "0.41", "0.41", "0.01"),)
    assert held.rows("95851") == ()
    indices = tables(folder).get("mpfs-gpci").windows[0]
    assert indices.rows("VA") == (("VA", "01", "12202", "DC", "1.057", "1.192", "1.168"),)
    assert indices.rows("02302", "01") == (("02302", "01", "02302", "OR", "1.013", "1.103", "0.688"),)
    claim = msgspec.convert(
        {"claim_id": "A1", "payer": "medicare.part-b", "billing_provider": {"state": "AL"},
         "lines": [{"service_date": "2026-08-03", "code": "97110", "units": 1, "modifiers": ["GP"]}]}, Claim
    )  # fmt: skip
    answer = payerbook.load().price(claim)
    assert str(answer.expected_allowed) == "27.12"
    assert [(used.id, used.window) for used in answer.tables] == [("mpfs-gpci", "2026"), ("mpfs-rvu", "2026Q3")]
    early = msgspec.structs.replace(claim, lines=(msgspec.structs.replace(claim.lines[0], service_date=date(2026, 6, 30)),))
    assert {used.window for used in payerbook.load().price(early).tables} == {"2026"}


def test_releases_of_one_year_follow_each_other(tmp_path: Path, folder: Path) -> None:
    for name, title in (("PPRRVU2026_Jul.csv", "July"), ("PPRRVU2026_Jan.csv", "January")):
        (tmp_path / name).write_text(VALUES.replace("July", title))
        import_files([tmp_path / name], folder)
    spans = [(window.id, str(window.start), str(window.end)) for window in tables(folder).get("mpfs-rvu").windows]
    assert spans == [("2026Q1", "2026-01-01", "2026-06-30"), ("2026Q3", "2026-07-01", "2026-12-31")]
    remove(folder, "mpfs-rvu", "2026Q3")
    assert str(tables(folder).get("mpfs-rvu").windows[0].end) == "2026-12-31"


def test_excel(tmp_path: Path, folder: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="needs the extra [data]")
    book = openpyxl.Workbook()
    for row in [*PAIR_HEAD, *PAIRS]:
        book.active.append([int(cell) if cell.isdigit() and cell != "00100" else cell or None for cell in row])
    file = tmp_path / "ccioph-v320r0.xlsx"
    book.save(file)
    (imported,), _ = import_files([file], folder)
    assert (imported.table, imported.rows) == ("ncci-ptp-hospital", 3)


def test_excel_without_its_package_says_how_to_get_it(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    with pytest.raises(UsageError, match=r"install payerbook\[data\], or give the .txt or .csv file"):
        import_files([tmp_path / "a.xlsx"], folder)


def _encrypted(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "x")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("a.zip", lambda path: path.write_bytes(b"no archive"), "cannot be read as a zip archive"),
        ("a.zip", _encrypted, "protected by a password"),
        ("a.pdf", lambda path: path.write_bytes(b"%PDF"), "only .zip, .txt, .csv and .xlsx"),
        ("a.csv", lambda path: path.write_text("some,other,table\n1,2,3\n"), "no known table is in it"),
        ("a.csv", lambda path: None, "is not a file"),
        ("a.csv", lambda path: path.write_bytes(b""), "no known table is in it"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, folder: Path, name: str, make: Callable[[Path], object], said: str) -> None:
    make(tmp_path / name)
    with pytest.raises(UsageError, match=said):
        import_files([tmp_path / name], folder)
    assert not (folder / LIST).exists()


@pytest.mark.parametrize("suffix", ["zip", "xlsx", "txt"])
def test_damaged_files_are_refused_in_one_line(tmp_path: Path, folder: Path, suffix: str) -> None:
    """A byte here and there is turned over, or the end is cut off: a file is read, or refused with its name."""
    whole = tmp_path / f"ccipra-v320r0.{suffix}"
    if suffix == "xlsx":
        book = pytest.importorskip("openpyxl", reason="needs the extra [data]").Workbook()
        for row in [*PAIR_HEAD, *PAIRS]:
            book.active.append(row)
        book.save(whole)
    elif suffix == "zip":
        whole = pair_files(tmp_path)[0]
    else:
        tabbed(whole, PAIR_HEAD, PAIRS)
    data = whole.read_bytes()
    dice = random.Random(3)
    refused: list[str] = []
    for trial in range(60):
        broken = bytearray(data[: dice.randrange(len(data))] if trial % 3 == 0 else data)
        for _ in range(trial % 3 * 4):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        whole.write_bytes(broken)
        try:
            import_files([whole], folder, force=True, partial=True)
        except UsageError as error:
            refused.append(str(error))
    assert refused
    assert all(whole.name in text and len(text.splitlines()) == 1 for text in refused)


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PAYERBOOK_DATA", str(tmp_path / "file"))
    assert main(["data", "import", str(mue_file(tmp_path))]) == 2
    assert "set PAYERBOOK_DATA to a folder of your own" in capsys.readouterr().err
    assert payerbook.load().check(pair_claim("2024-08-15")).verdict == "deny"


def test_a_damaged_manifest_is_named(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import_files([mue_file(tmp_path)], folder)
    (folder / "ncci-mue-practitioner" / "manifest.json").write_text("{")
    assert main(["data", "list"]) == 3
    assert "import the table again" in capsys.readouterr().err


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_BYTES", 10)
    with pytest.raises(UsageError, match="unpacks to far more"):
        import_files(pair_files(tmp_path)[:1], folder)


def test_long_tables_are_sorted_in_pieces_and_mapped(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "RUN", 100)
    monkeypatch.setattr(store, "MAPPED_FROM", 1_000)
    codes = [f"9{number:04}" for number in range(1_000)]
    rows = [["97110", code, "", "20200101", "*", "1", "x"] for code in codes] * 2
    random.Random(7).shuffle(rows)
    (imported,), _ = import_files([tabbed(tmp_path / "ccipra-v320r0.txt", PAIR_HEAD, rows)], folder)
    assert imported.rows == 1_000
    (file,) = (folder / "ncci-ptp-practitioner").glob("*.csv")
    lines = file.read_bytes().splitlines()[1:]
    assert lines == sorted(set(lines))
    window = tables(folder).get("ncci-ptp-practitioner").windows[0]
    assert all(len(window.rows("97110", code)) == 1 for code in codes)
    assert window.rows("97110", "97199x") == ()


def test_a_break_leaves_the_tables_as_they_were(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_files(pair_files(tmp_path, "v313r0"), folder)
    before = (folder / LIST).read_bytes()

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(store, "_write", broken)
        with pytest.raises(KeyboardInterrupt):
            import_files(pair_files(tmp_path, "v313r0", rows=PAIRS[::-1]), folder, force=True)
    assert (folder / LIST).read_bytes() == before
    assert tables(folder).get("ncci-ptp-practitioner").windows[0].rows("97150", "97110")


def test_the_command(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "list"]) == 0
    assert "No tables of your own" in capsys.readouterr().out
    assert main(["data", "import", *map(str, pair_files(tmp_path))]) == 0
    assert "ncci-ptp-practitioner 2026Q1: 3 rows, 2026-01-01 to 2026-03-31" in capsys.readouterr().out
    assert main(["data", "import", str(mue_file(tmp_path)), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["imported"][0]["window"] == "2026Q4"
    assert main(["data", "list"]) == 0
    assert "2026Q1; 3 rows; file ccipra-v320r0-f1.zip" in capsys.readouterr().out
    assert main(["data", "list", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["tables"]) == 2
    assert main(["data", "import", str(mue_file(tmp_path))]) == 2
    assert "USAGE: ncci-mue-practitioner 2026Q4 is on file already" in capsys.readouterr().err
    assert main(["data", "remove", "ncci-mue-practitioner", "2026Q4"]) == 0
    assert main(["data", "remove", "ncci-mue-practitioner", "2026Q4"]) == 2
