"""The command line: output, exit codes, and what it says to people who type something wrong."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from payerbook.cli import COMMANDS, NOTICE, main

GOOD = {
    "claim_id": "T1",
    "payer": "medicare.part-b",
    "submitted_on": "2026-02-01",
    "diagnoses": ["M54.50"],
    "lines": [
        {
            "number": 1,
            "service_date": "2026-01-15",
            "code": "97110",
            "modifiers": ["GP"],
            "units": 2,
            "minutes": 30,
            "diagnosis_pointers": [1],
            "charge": "90.00",
        }
    ],
    "context": {"history": [], "accumulators": [{"name": "medicare-threshold", "bucket": "PT+SLP", "year": 2026, "used": "0.00"}]},
}


def claim(**changes: Any) -> dict[str, Any]:
    return {**GOOD, **changes}


def line(**changes: Any) -> dict[str, Any]:
    return {**GOOD["lines"][0], **changes}  # type: ignore[index]


def bare(claim_id: str) -> dict[str, Any]:
    """A claim whose only line lacks its discipline modifier."""
    return claim(claim_id=claim_id, lines=[line(modifiers=[])])


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def make(*claims: Any, name: str = "claims.json") -> str:
        file = tmp_path / name
        file.write_text("\n".join(json.dumps(one) for one in claims) if name.endswith("l") else json.dumps(list(claims)), "utf-8")
        return str(file)

    return make


def out_of(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_a_finding_gives_exit_1_and_json_has_the_contract_keys(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", write(bare("T1")), "--json"]) == 1
    answer = out_of(capsys)
    assert list(answer) == ["reports", "errors", "summary", "not_loaded"]
    (report,) = answer["reports"]
    finding = next(found for found in report["findings"] if found["rule"] == "medicare.part-b.discipline-modifier")
    assert finding["location"]["file"].endswith("claims.json")
    assert finding["at_risk"] == "90.00"
    assert answer["summary"]["claims"] == 1
    assert answer["summary"]["at_risk"] == "90.00"


def test_no_finding_gives_exit_0_and_strict_counts_what_was_not_checked(write: Any) -> None:
    file = write(claim())
    assert main(["check", file]) == 0
    assert main(["check", file, "--strict"]) == 1  # the pair tables do not cover 2026
    assert main(["check", file, "--strict=chart"]) == 1


def test_jsonl_types_each_record(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", write(bare("T1"), claim(claim_id="T2"), {"claim_id": "T3"}, name="claims.jsonl"), "--format", "jsonl"])
    records = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert sorted(record["type"] for record in records) == ["error", "report", "report", "summary"]
    assert records[-1]["type"] == "summary"
    assert records[-1]["claims"] == 2


def test_one_bad_claim_never_hides_the_others(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(bare("T1"), claim(claim_id="T2", lines=[line(units="many")]), claim(claim_id="T3"))
    assert main(["check", file, "--json"]) == 2
    said = capsys.readouterr()
    answer = json.loads(said.out)
    (told,) = said.err.splitlines()
    assert "claims.json (line" in told
    assert "claim T2: JSON-" in told
    assert [report["claim_id"] for report in answer["reports"]] == ["T1", "T3"]
    (error,) = answer["errors"]
    assert error["claim_id"] == "T2"
    assert error["message"]
    assert error["repair"]
    assert error["place"]["line"] is not None
    assert answer["summary"]["unreadable"] == 1


def test_text_groups_equal_faults_of_many_claims(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", write(*(bare(f"T{number}") for number in range(40)))])
    text = " ".join(capsys.readouterr().out.split())
    assert text.count("97110 needs one of GP, GO, GN; the line has none.") == 1
    assert "T0 line 1, T1 line 1, T2 line 1 and 37 more" in text
    assert "$3,600.00 at risk" in text
    assert text.rstrip().endswith(NOTICE)


def test_no_colour_outside_a_terminal(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", write(bare("T1"))])
    assert "\x1b" not in capsys.readouterr().out


def test_colour_on_a_terminal_unless_no_color(write: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    main(["check", write(bare("T1"))])
    assert "\x1b" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "")
    main(["check", write(bare("T1"))])
    assert "\x1b" not in capsys.readouterr().out


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(bare("T1")).encode())))
    assert main(["check", "-", "--json"]) == 1
    assert out_of(capsys)["reports"][0]["findings"][0]["location"]["file"] == "standard input"


def test_the_payer_can_be_overridden_and_that_is_recorded(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", write(claim(payer="Somebody Else")), "--payer", "Medicare", "--json"])
    report = out_of(capsys)["reports"][0]
    assert (report["payer"], report["payer_as_sent"], report["asked"]["payer"]) == ("medicare.part-b", "Somebody Else", "medicare.part-b")


def test_a_payer_that_is_not_on_file_never_stops_the_file(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", write(claim(payer="Medicar Part Bee"), claim(claim_id="T2")), "--json"])
    first, second = out_of(capsys)["reports"]
    assert (first["payer"], first["payer_as_sent"], first["verdict"]) == (None, "Medicar Part Bee", "incomplete")
    assert first["not_on_file"][0]["nearest"] == ["medicare.part-b"]
    assert second["payer"] == "medicare.part-b"


def test_earlier_claims_of_a_run_are_history(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    patient = {"id": "P1"}
    main(["check", write(claim(patient=patient), claim(claim_id="T2", patient=patient)), "--json"])
    first, second = out_of(capsys)["reports"]
    assert "medicare.part-b.duplicate-line" not in [finding["rule"] for finding in first["findings"]]
    assert "medicare.part-b.duplicate-line" in [finding["rule"] for finding in second["findings"]]


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        (["9711"], "not a procedure code"),
        (["97110", "--place", "1"], "write two digits"),
        (["97110", "--visit", "0"], "write 1 for the first"),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused(argument: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["limits", "medicare", *argument])
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("command", ["price", "deadlines"])
def test_a_claim_that_cannot_be_answered_does_not_stop_the_others(command: str, write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(claim(claim_id="T1", payer="Blue Moon"), claim(claim_id="T2"))
    code = main([command, file, "--json"])
    said = capsys.readouterr()
    assert json.loads(said.out.splitlines()[-1])["asked"]["claim_id"] == "T2"
    assert (code, "T1" in said.err) == ((2, True) if command == "price" else (0, False))


def test_a_baseline_that_cannot_be_written_is_one_line(write: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "none" / "made.json"
    assert main(["check", write(claim()), "--write-baseline", str(target), "--reason", "x", "--expires", "2027-01-01"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_history_file_is_history(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    history = write(claim(claim_id="T0", patient={"id": "P1"}), name="history.jsonl")
    main(["check", write(claim(patient={"id": "P1"})), "--history", history, "--json"])
    assert "medicare.part-b.duplicate-line" in [finding["rule"] for finding in out_of(capsys)["reports"][0]["findings"]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chekc"], "did you mean check?"),
        (["check", "no-such-file.json"], "cannot be read"),
        (["check", "."], "is a folder"),
        (["check", "-", "--on", "2026-01-01"], "carries its own date"),
        (["check", "-", "--payer", "Blue Moon"], "No single payer on file"),
        (["check", "-", "--from", "nothing"], "No plugin brings a reader"),
        (["units", "medicare", "97110"], "is not CODE=MINUTES"),
        (["units", "medicare", "97110=-5"], "is not CODE=MINUTES"),
        (["units", "medicare", "99999=15"], "not a therapy code on file"),
        (["units", "nobody", "97110=15"], "No single payer on file"),
        (["units", "medicare", "97110=15", "--on", "1990-01-01"], "counted timed units on 1990-01-01 is not on file"),
        (["price", "-", "--on", "2026-01-01"], "carries its own date"),
        (["deadlines", "no-such-file.json"], "cannot be read"),
        (["coverage", "medicare", "97110", "--history", "."], "cannot be read"),
        (["data", "import", "."], "is not a file"),
        (["schema", "--write", "--out", "/dev/null/schema"], "cannot be read or written"),
        (["site", "--out", "/dev/null/site"], "cannot be read or written"),
        (["rule", "medicare.timed-units"], "medicare.part-b.timed-units"),
        (["rule", "kx threshold"], "Nearest: medicare.part-b.kx-threshold"),
        (["packs", "nobody"], "No single payer on file"),
        (["lint", "no-such-folder"], "does not exist"),
        (["test", "no-such-folder"], "does not exist"),
        (["schema", "nothing"], "There is no schema"),
    ],
)
def test_usage_errors_are_one_line_and_exit_2(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert len(said.err.splitlines()) == 1
    assert said.out == ""


def test_what_people_try_first_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help"]) == 0
    assert "usage: payerbook COMMAND" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="0"):
        main(["help", "units"])
    assert "usage: payerbook units" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="2"):
        main(["coverage", "medicare", "97110", "--on", "1/5/2026"])
    assert "write YYYY-MM-DD, here 2026-01-05" in capsys.readouterr().err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    assert NOTICE in text
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    assert f"payerbook {name}" in readme


def test_units_shows_the_arithmetic_and_ties(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["units", "medicare", "97112=20", "97110=20", "--json"]) == 0
    answer = out_of(capsys)
    assert answer["timed_total"] == 3
    assert [answer["units"], *answer["alternatives"]] == [{"97112": 2, "97110": 1}, {"97112": 1, "97110": 2}]
    assert answer["steps"]


def test_rule_tells_setting_history_and_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "medicare.part-b.kx-threshold", "--on", "2026-03-01", "--json"]) == 0
    answer = out_of(capsys)
    assert "$2,480.00" in answer["sentence"]
    assert len(answer["versions"]) >= 9
    assert all(version["sources"] or version["hole"] for version in answer["versions"])
    assert main(["rule", "medicare.part-b.kx-threshold", "--on", "2026-03-01"]) == 0
    assert "$2,480.00" in capsys.readouterr().out


def test_packs_counts_rules_by_grade(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["packs", "--json"]) == 0
    packs = {pack["id"]: pack for pack in out_of(capsys)["packs"]}
    assert {"common", "medicare.part-b"} <= set(packs)
    for pack in packs.values():
        assert sum(pack["grades"].values()) == pack["rules"]
        assert bool(pack["last_checked"]) == bool(pack["rules"])


def test_lint_and_test_of_the_bundled_packs_are_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint"]) == 0, capsys.readouterr().out
    assert main(["test"]) == 0, capsys.readouterr().out


def test_schemas_checked_in_are_what_the_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "--check"]) == 0, capsys.readouterr().out


def test_a_report_fits_its_schema(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from jsonschema import Draft202012Validator

    main(["check", write(bare("T1"), claim(claim_id="T2", payer="Nobody")), "--json"])
    reports = out_of(capsys)["reports"]
    main(["schema", "report"])
    validator = Draft202012Validator(json.loads(capsys.readouterr().out))
    for report in reports:
        assert list(validator.iter_errors(report)) == []
