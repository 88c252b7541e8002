"""Official quarterly files, imported and then asked by rules."""

from __future__ import annotations

import json
import random
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

import payerbook
from cms_files import INDICES, PAIR_HEAD, PAIRS, VALUES, mue_file, pair_claim, pair_files, tabbed, tables
from payerbook.claim import Claim
from payerbook.cli import main
from payerbook.data_import import periods, store
from payerbook.data_import.periods import Quarter
from payerbook.data_import.run import import_files, remove
from payerbook.datasets import LIST
from payerbook.errors import UsageError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PAYERBOOK_DATA", str(tmp_path / "data"))
    return payerbook.tables_folder()


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
