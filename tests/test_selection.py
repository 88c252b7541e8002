"""`--select`, `--ignore`, `--min-grade`, baselines and overrides: what is set aside is named, never passed over."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_plan import PAYER, book, claims, few
from payerbook.claim import Claim
from payerbook.cli import main
from payerbook.engine.selection import GRADES, Selection
from payerbook.errors import UsageError
from payerbook.policy import Rule, Source, Version

CLAIM = {
    "claim_id": "S1",
    "payer": "medicare.part-b",
    "lines": [{"number": 1, "service_date": "2026-01-15", "code": "97110", "units": 2, "minutes": 30, "modifiers": []}],
}
MODIFIER = "medicare.part-b.discipline-modifier"


@pytest.fixture
def file(tmp_path: Path) -> str:
    made = tmp_path / "claim.json"
    made.write_text(json.dumps(CLAIM), "utf-8")
    return str(made)


def _json(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


words = st.lists(st.sampled_from(["common", PAYER, f"{PAYER}.daily", "units", "modifiers", "claim-form"]), max_size=2, unique=True)


@few
@given(claim=claims, select=words, ignore=words)
def test_what_is_kept_says_the_same_and_the_rest_is_named(claim: Claim, select: list[str], ignore: list[str]) -> None:
    claim = msgspec.structs.replace(claim, payer=PAYER)
    whole = book().check(claim)
    some = book().narrowed(select=select, ignore=ignore)
    report = some.check(claim)
    left = set(some.left_out)
    for name in ("findings", "resolved", "unknown", "not_on_file"):
        assert getattr(report, name) == tuple(item for item in getattr(whole, name) if item.rule not in left)
    rules = [one.rule for one in book().explain(claim)]
    assert left | {one.rule for one in some.explain(claim)} == set(rules)
    assert not left & {one.rule for one in some.explain(claim)}
    selected = report.asked.selection
    assert (selected.left_out if selected is not None else 0) == len(left)
    assert not (left and report.complete)


def test_a_word_that_means_nothing_is_an_error_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"'unitz' is no rule, pack or topic on file\. Nearest: units"):
        book().narrowed(select=["unitz"])


@pytest.mark.parametrize("grade", GRADES)
def test_a_grade_below_the_least_is_a_hole_never_a_pass(grade: Any) -> None:
    def version(start: date, given: Any) -> Version:
        return Version(start=start, effect="deny", sources=(Source("s", "p", given),))

    rule = Rule(
        id="x.y", kind="k", title="t", topic="units", category="coding", evidence="claim",
        versions=(version(date(2020, 1, 1), "C"), version(date(2021, 1, 1), "A")),
    )  # fmt: skip
    pack = msgspec.structs.replace(book().pack(PAYER), rules=(rule,))
    narrowed, left = Selection(min_grade=grade).narrow(pack)
    assert left == ()
    old, new = narrowed.rules[0].versions
    assert new.hole is None
    assert (old.hole is None) == (GRADES.index("C") <= GRADES.index(grade))


def test_the_command_names_what_was_left_out(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", file, "--select", "units,common", "--json"]) == 0
    answer = _json(capsys)
    assert MODIFIER in answer["summary"]["deselected"]
    asked = answer["reports"][0]["asked"]["selection"]
    assert asked == {"select": ["units", "common"], "ignore": [], "min_grade": None, "left_out": len(answer["summary"]["deselected"])}
    main(["check", file, "--ignore", MODIFIER, "--ignore", "common"])
    text = capsys.readouterr().out
    assert "NOT ASKED FOR" in text
    assert MODIFIER in text
    assert main(["check", file, "--min-grade", "C", "--json"]) == 1
    assert main(["check", file, "--select", "nothing"]) == 2


def _baseline(tmp_path: Path, *entries: dict[str, Any]) -> str:
    made = tmp_path / "baseline.json"
    made.write_text(json.dumps({"schema_version": "1", "suppressions": list(entries)}), "utf-8")
    return str(made)


ENTRY = {"rule": MODIFIER, "reason": "The system adds it on export.", "expires": "2026-12-31"}


@pytest.mark.parametrize("more", [{}, {"claim_id": "S1"}, {"claim_id": "S1", "line": 1}, {"code": "97110"}])
def test_a_baseline_keeps_a_finding_and_says_so(
    more: dict[str, Any], file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = _baseline(tmp_path, {**ENTRY, **more})
    assert main(["check", file, "--select", "modifiers", "--baseline", kept, "--today", "2026-12-31", "--json"]) == 0
    answer = _json(capsys)
    (report,) = answer["reports"]
    assert report["findings"] == []
    assert report["verdict"] == "clean"
    assert report["suppressed"][0]["finding"]["rule"] == MODIFIER
    assert report["suppressed"][0]["suppression"] == {"reason": ENTRY["reason"], "expires": "2026-12-31"}
    assert answer["summary"]["suppressed"] == {MODIFIER: 1}
    main(["check", file, "--baseline", kept, "--today", "2026-12-31"])
    text = " ".join(capsys.readouterr().out.split())
    assert "SUPPRESSED" in text
    assert ENTRY["reason"] in text


@pytest.mark.parametrize("more", [{"claim_id": "S2"}, {"claim_id": "S1", "line": 2}, {"code": "97140"}])
def test_an_entry_for_something_else_keeps_nothing(
    more: dict[str, Any], file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", file, "--baseline", _baseline(tmp_path, {**ENTRY, **more}), "--today", "2026-12-31", "--json"]) == 1
    assert len(_json(capsys)["summary"]["baseline"]["unused"]) == 1


def test_an_entry_counts_no_more_after_its_last_day(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = _baseline(tmp_path, ENTRY)
    assert main(["check", file, "--baseline", kept, "--today", "2027-01-01", "--json"]) == 1
    answer = _json(capsys)
    assert answer["summary"]["baseline"] == {"on": "2027-01-01", "expired": [ENTRY], "unused": []}
    main(["check", file, "--baseline", kept, "--today", "2027-01-01"])
    assert "EXPIRED" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"rule": MODIFIER, "expires": "2026-12-31"}, "reason"),
        ({"rule": MODIFIER, "reason": "why"}, "expires"),
        ({**ENTRY, "reason": " "}, "gives no reason"),
        ({**ENTRY, "line": 1}, "names a line but no claim"),
        ({**ENTRY, "until": "x"}, "until"),
    ],
)
def test_a_baseline_without_reason_or_last_day_is_refused(
    entry: dict[str, Any], words: str, file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", file, "--baseline", _baseline(tmp_path, entry)]) == 2
    assert words in capsys.readouterr().err


def test_a_written_baseline_keeps_every_finding(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = tmp_path / "made.json"
    more = ["--reason", "Looked at.", "--expires", "2026-12-31"]
    assert main(["check", file, "--write-baseline", str(made), *more]) == 1
    capsys.readouterr()
    assert main(["check", file, "--baseline", str(made), "--today", "2026-11-21", "--json"]) == 0
    (report,) = _json(capsys)["reports"]
    assert report["findings"] == []
    assert len(report["suppressed"]) == len(json.loads(made.read_text("utf-8"))["suppressions"])
    assert main(["check", file, "--write-baseline", str(made)]) == 2
    assert main(["check", file, "--reason", "x"]) == 2
