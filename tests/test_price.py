"""Expected amounts: the examples that the sources print, the order of the steps, and what cannot be told."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

import payerbook
from payerbook.answers.priced import PriceAnswer
from payerbook.api import Book
from payerbook.claim import Claim
from payerbook.cli import main
from payerbook.errors import UsageError

FACTS = Path(__file__).parents[2] / "shared" / "facts" / "medicare"
PAID_UP = {"history": [], "eligibility": {"deductible_remaining": "0.00"}}


@cache
def loaded() -> Book:
    return payerbook.load()


@pytest.fixture
def book() -> Book:
    return loaded()


def line(code: str, units: Any = 1, *modifiers: str, on: str = "2026-01-15", **more: Any) -> dict[str, Any]:
    return {"service_date": on, "code": code, "units": units, "modifiers": ["GP", *modifiers], **more}


def claim(*lines: dict[str, Any], context: dict[str, Any] | None = PAID_UP, **more: Any) -> Claim:
    data = {"claim_id": "A1", "payer": "medicare.part-b", "lines": list(lines), **({} if context is None else {"context": context}), **more}
    return msgspec.convert(data, Claim)


def national(book: Book, *lines: dict[str, Any], context: dict[str, Any] | None = PAID_UP, **more: Any) -> PriceAnswer:
    return book.price(claim(*lines, context=context, **more), national=True)


def reasons(answer: PriceAnswer) -> str:
    return " ".join(point.reason for priced in answer.lines for point in priced.unknown)


def test_the_example_of_several_services(book: Book) -> None:
    """97110 twice and 97140: one unit of 97110 in full, half of the practice expense of the others (2.17 RVU, $72.48)."""
    answer = national(book, line("97110", 2), line("97140"))
    assert answer.expected_allowed == Decimal("72.48")
    assert [priced.expected_allowed for priced in answer.lines] == [Decimal("51.27"), Decimal("21.21")]
    assert {step.rule.rpartition(".")[2] for priced in answer.lines for step in priced.steps} == {
        "fee-schedule",
        "multiple-procedures",
        "cost-share",
        "sequestration",
    }


def test_the_example_of_an_assistant(book: Book) -> None:
    """Of 100 dollars allowed 66.64 are paid for a line with CQ, and the patient owes 20."""
    priced = national(book, line("97607", 1, "CQ", charge="100.00")).lines[0]
    assert (priced.expected_allowed, priced.expected_paid, priced.patient) == (Decimal("100.00"), Decimal("66.64"), Decimal("20.00"))


def test_the_example_of_sequestration(book: Book) -> None:
    """Of 100 dollars allowed and 50 of deductible, 40 are left before sequestration and 39.20 after it."""
    context = {"history": [], "eligibility": {"deductible_remaining": "50.00"}}
    priced = national(book, line("97607", 1, charge="100.00"), context=context).lines[0]
    assert (priced.expected_paid, priced.patient) == (Decimal("39.20"), Decimal("60.00"))


@pytest.mark.skipif(not FACTS.is_dir(), reason="needs the folder ../shared beside the checkout")
def test_every_national_amount_of_2026(book: Book) -> None:
    listed = YAML(typ="safe").load(FACTS / "codes.yaml")
    asked = {one["code"]: one["national_nonfac_2026_usd"] for one in listed if one.get("national_nonfac_2026_usd")}
    assert len(asked) > 90
    wrong = {}
    for code, amount in asked.items():
        priced = national(book, line(code), place_of_service="11").lines[0]
        unpaid = any("is not paid" in point.reason or "no price of its own" in point.reason for point in priced.unknown)
        if priced.expected_allowed != Decimal(str(amount)).quantize(Decimal("0.01")) and not unpaid:
            wrong[code] = (amount, priced.expected_allowed)
    assert not wrong


@pytest.mark.parametrize(
    ("day", "factor"),
    [
        ("2018-01-01", None),
        ("2019-06-01", "36.0391"),
        ("2024-03-08", "32.7442"),
        ("2024-03-09", "33.2875"),
        ("2025-12-31", "32.3465"),
        ("2027-01-01", None),
    ],
)
def test_the_factor_of_the_day(book: Book, day: str, factor: str | None) -> None:
    priced = national(book, line("97110", on=day)).lines[0]
    if factor is None:
        assert priced.expected_allowed is None
        assert priced.unknown
    else:
        assert f"x {factor} (" in priced.steps[0].what


@pytest.mark.parametrize(
    ("day", "paid"),
    [("2020-04-30", "78.40"), ("2020-05-01", "80.00"), ("2022-03-31", "80.00"), ("2022-04-01", "79.20"), ("2022-07-01", "78.40")],
)
def test_sequestration_by_date(book: Book, day: str, paid: str) -> None:
    assert national(book, line("97161", on=day, charge="100.00"), line("97161", 2, on=day)).lines[1].expected_allowed is not None
    priced = national(book, line("97608" if day > "2021" else "92616", on=day, charge="100.00"), place_of_service="11").lines[0]
    assert (priced.expected_allowed, priced.expected_paid) == (Decimal("100.00"), Decimal(paid))


def test_localities(book: Book) -> None:
    one = claim(line("97110", on="2025-01-15"), billing_provider={"state": "AL"})
    priced = book.price(one)
    assert priced.lines[0].expected_allowed == (
        (Decimal("0.45") + Decimal("0.43") * Decimal("0.869") + Decimal("0.01") * Decimal("0.575")) * Decimal("32.3465")
    ).quantize(Decimal("0.01"))
    assert priced.assumed[0].startswith("Locality 10112/00: the only one")
    assert book.price(one, locality="AL").lines == book.price(one, locality="10112/00").lines == priced.lines
    several = claim(line("97110", on="2025-01-15"), billing_provider={"state": "OR"})
    assert "OR has 2 localities, 02302/01, 02302/99" in reasons(book.price(several))
    assert book.price(several, locality="or/01").lines == book.price(several, locality="02302/01").lines
    assert "VA has 2 localities" in reasons(book.price(several, locality="VA"))
    assert "no locality ZZ" in reasons(book.price(several, locality="ZZ"))
    assert "billing_provider.state" in book.price(claim(line("97110", on="2025-01-15"))).lines[0].unknown[0].needs


def test_a_missing_table_is_no_guess(book: Book) -> None:
    answer = book.price(claim(line("97110")), locality="AL")
    assert answer.expected_allowed is None
    assert "There is no table mpfs-gpci on file for 2026-01-15; import the official file" in reasons(answer)


def test_ranking_counts_every_discipline_and_the_other_claims_of_the_day(book: Book) -> None:
    alone = national(book, line("97110")).expected_allowed
    speech = {"service_date": "2026-01-15", "code": "92507", "units": 1, "modifiers": ["GN"]}
    with_speech = national(book, line("97110"), speech)
    assert with_speech.lines[1].expected_allowed == Decimal("76.15")
    assert with_speech.lines[0].expected_allowed < alone
    history = [{"claim_id": "A0", "payer": "medicare.part-b", **speech}]
    assert national(book, line("97110"), context={**PAID_UP, "history": history}).lines[0] == with_speech.lines[0]
    other_day = [{**history[0], "service_date": "2026-01-14"}]
    assert national(book, line("97110"), context={**PAID_UP, "history": other_day}).expected_allowed == alone


def test_history_that_is_not_known_is_said(book: Book) -> None:
    unknown = {"eligibility": {"deductible_remaining": "0.00"}}
    answer = national(book, line("97110"), context=unknown)
    assert answer.expected_allowed is not None
    assert answer.assumed == ("No service of the patient on 2026-01-15 stands on another claim; one that does may lower the amounts.",)
    assert not national(book, line("97110")).assumed


def test_one_line_and_several_lines_of_a_code_cost_the_same(book: Book) -> None:
    once = national(book, line("97110", 3))
    thrice = national(book, line("97110"), line("97110"), line("97110"))
    assert abs(once.expected_allowed - thrice.expected_allowed) <= Decimal("0.02")


def test_the_deductible_is_used_up_in_the_order_of_the_lines(book: Book) -> None:
    context = {"history": [], "eligibility": {"deductible_remaining": "60.00"}}
    answer = national(book, line("97110", 2), line("97140"), context=context)
    assert [priced.patient for priced in answer.lines] == [Decimal("51.27"), Decimal("11.23")]
    assert answer.lines[0].expected_paid == 0


def test_what_is_paid_is_unknown_without_the_deductible(book: Book) -> None:
    answer = national(book, line("97110"), context=None)
    assert answer.expected_allowed is not None
    assert answer.expected_paid is None
    assert answer.patient is None
    assert answer.lines[0].unknown[0].needs == ("context.eligibility.deductible_remaining",)
    after_another = national(book, line("97110"), payer_sequence="secondary")
    assert "Another payer comes before" in reasons(after_another)


def test_codes_without_a_price(book: Book) -> None:
    assert "97010 is not paid" in reasons(national(book, line("97010")))
    assert "97799" in reasons(national(book, line("97799")))
    assert "not in table mpfs-rvu 2026" in reasons(national(book, line("99213")))
    assert "place of service" in reasons(national(book, {**line("97597"), "modifiers": []}))
    inside = national(book, {**line("97597"), "modifiers": []}, place_of_service="22").expected_allowed
    assert inside < national(book, {**line("97597"), "modifiers": []}, place_of_service="11").expected_allowed


def test_liability_modifiers_have_no_payment(book: Book) -> None:
    assert national(book, line("97110", 1, "GY")).expected_paid is None


def test_payers_that_are_not_on_file(book: Book) -> None:
    with pytest.raises(UsageError, match="payer of claim A1 is not on file"):
        book.price(msgspec.structs.replace(claim(line("97110")), payer="nobody"))


@given(
    st.lists(
        st.tuples(st.sampled_from(["97110", "97140", "97530", "97161", "92507", "97035", "97597"]), st.integers(0, 4), st.booleans()),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["0.00", "20.00", "500.00"]),
)
def test_steps_add_up(lines: list[tuple[str, int, bool]], deductible: str) -> None:
    made = [line(code, units, *(["CQ"] if assistant else [])) for code, units, assistant in lines]
    answer = national(loaded(), *made, context={"history": [], "eligibility": {"deductible_remaining": deductible}})
    for priced in answer.lines:
        assert sum(step.amount for step in priced.steps) == priced.expected_paid
        assert priced.expected_paid + priced.patient <= priced.expected_allowed
        assert priced.expected_paid >= 0
    assert sum(priced.patient for priced in answer.lines) <= answer.expected_allowed
    reversed_answer = national(loaded(), *reversed(made), context=PAID_UP)
    forward = national(loaded(), *made, context=PAID_UP)
    assert abs(reversed_answer.expected_allowed - forward.expected_allowed) <= Decimal("0.02") * len(made)


def test_known_on_limits_the_settings(book: Book) -> None:
    early = book.price(claim(line("97110")), national=True, known_on=date(2025, 6, 1))
    assert "x 32.3465 (" in early.lines[0].steps[0].what


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "claim.json"
    file.write_bytes(msgspec.json.encode(claim(line("97110", 2), line("97140"))))
    assert main(["price", str(file), "--national", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["expected_allowed"] == "72.48"
    Draft202012Validator(msgspec.json.schema(PriceAnswer)).validate(answer)
    assert main(["price", str(file), "--national"]) == 0
    said = capsys.readouterr().out
    assert "allowed $72.48" in said
    assert "medicare.part-b.multiple-procedures" in said
    assert main(["price", str(file)]) == 0
    assert "give --locality" in " ".join(capsys.readouterr().out.split())
    assert main(["price", str(tmp_path / "none.json")]) == 2


def _threshold(book: Book, used: str, *modifiers: str, state: str | None = "AL", context: dict[str, Any] | None = None) -> Any:
    accumulators = [{"name": "medicare-threshold", "bucket": "PT+SLP", "year": 2025, "used": used, "as_of": "2025-01-02"}]
    held = {"history": [], "accumulators": accumulators, **(context or {})}
    made = claim(line("97110", 1, *modifiers, on="2025-03-03"), context=held, billing_provider={"state": state} if state else None)
    report = json.loads(book.check(made).json())
    for section in ("findings", "resolved", "unknown"):
        for found in report[section]:
            if found["rule"] == "medicare.part-b.kx-threshold":
                return section, found
    return "pass", None


def test_a_line_without_an_allowed_amount_counts_with_that_of_the_fee_schedule(book: Book) -> None:
    """97110 in Alabama in 2025: $26.83 of the yearly $2,410."""
    assert _threshold(book, "2383.17") == ("pass", None)
    section, found = _threshold(book, "2383.18")
    assert section == "findings"
    assert found["facts"]["estimated"] == [1]
    assert found["severity"] == "review"
    assert _threshold(book, "2383.18", "KX")[0] == "resolved"
    assert _threshold(book, "2383.17", state=None)[0] == "unknown"
    assert _threshold(book, "2383.17", state="OR")[0] == "unknown"
