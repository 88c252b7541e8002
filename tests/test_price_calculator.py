"""The calculator of expected payment works out what `payerbook price` does: the same cents and the same steps, from random lines."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec

from calculating import asked, book, figures, made, needs_node, some_day
from payerbook.answers.priced import PricedLine
from payerbook.claim import Claim
from payerbook.pages import calc, prices

pytestmark = needs_node
NUMBER = 1_500
MODIFIERS = ([], ["GP"], ["GO"], ["GN"], ["GP", "CQ"], ["GO", "CO"], ["GP", "59"], ["GP", "KX"], ["GP", "GY"], ["GA"])
NATIONAL = {"national": True}
EDGES = (
    "2018-12-31", "2019-01-01", "2020-04-30", "2020-05-01", "2022-03-31", "2022-04-01", "2022-06-30", "2022-07-01", "2024-03-08",
    "2024-03-09", "2025-12-31", "2026-06-30", "2026-07-01", "2026-11-20", "2026-11-21", "2026-12-31", "2027-01-01",
)  # fmt: skip
"""Days on both sides of changes."""


@cache
def codes() -> list[str]:
    """Codes that are often billed, each as often as all the others together, and all that are on file."""
    often = ["97110", "97140", "97530", "97112", "97161", "92507", "97035", "97597", "97010", "G0283"]
    return [*(often * (len(made().codes) // len(often))), *sorted(made().codes), "99213"]


@cache
def places() -> list[tuple[str, str]]:
    rows = [row for window in figures("price")["tables"]["mpfs-gpci"]["windows"] for row in window["rows"]]
    return sorted({(state, locality) for state, locality, *_ in rows} | {("ZZ", "01")})


@cache
def refusals() -> list[tuple[str, date]]:
    """Codes with the last day on which they are refused."""
    rules = [rule for payer in figures("price")["payers"] for rule in payer["rules"] if rule["kind"] == "code-status"]
    states = [state for rule in rules for version in rule["versions"] for state in version.get("settings", {}).get("refused", ())]
    return [(state["code"], date.fromisoformat(state["to"])) for state in states if "to" in state]


def question(chance: random.Random) -> dict[str, Any]:
    first = date.fromisoformat(chance.choice(EDGES)) if chance.random() < 0.4 else some_day(chance, 2018, 2027)
    days = [first] * 4 if chance.random() < 0.6 else [first, first + timedelta(days=chance.choice([1, 7, 40, 300]))]
    lines = [
        {
            "day": chance.choice(days), "code": chance.choice(codes()), "units": chance.choice([1, 1, 2, 3, 4, 0]),
            "modifiers": chance.choice(MODIFIERS), "charge": chance.choice([None, None, "12.34", "45.00", "400.00"]),
            "place": chance.choice(["11", "11", "22", "12", None]), "elsewhere": chance.random() < 0.2,
        }
        for _ in range(chance.randint(1, 6))
    ]  # fmt: skip
    lines[0]["elsewhere"] = False
    if chance.random() < 0.15:
        lines[0]["code"], last = chance.choice(refusals())
        lines[0]["day"] = last + timedelta(days=chance.choice([0, 1]))
    state, locality = chance.choice(places())
    where = chance.choice([NATIONAL, NATIONAL, {"state": state, "locality": locality}, {"state": state, "locality": None}])
    return {
        "where": where, "deductible": chance.choice([None, "0.00", "0.00", "0.00", "20.00", "61.37", "500.00"]),
        "sequence": chance.choice(["primary"] * 8 + ["secondary"]), "lines": lines,
    }  # fmt: skip


def priced(payer: str, one: dict[str, Any]) -> tuple[PricedLine, ...]:
    """The lines as the engine prices them; those elsewhere are the patient's history."""
    lines = [
        {"service_date": line["day"], "code": line["code"], "units": line["units"], "modifiers": line["modifiers"],
         "charge": line["charge"], "place_of_service": line["place"]}
        for line in one["lines"] if not line["elsewhere"]
    ]  # fmt: skip
    history = [
        {"service_date": line["day"], "code": line["code"], "units": line["units"], "modifiers": line["modifiers"], "claim_id": "B"}
        for line in one["lines"]
        if line["elsewhere"]
    ]
    context = {"history": history, "eligibility": {"deductible_remaining": one["deductible"]}}
    claim = {"claim_id": "A", "payer": payer, "payer_sequence": one["sequence"], "lines": lines, "context": context}
    where = one["where"]
    locality = None if "national" in where else "/".join(filter(None, (where["state"], where["locality"])))
    return book().price(msgspec.convert(claim, Claim), locality=locality, national=locality is None).lines


def as_script(line: PricedLine) -> dict[str, Any]:
    """A line of the engine as the script gives it, without the words for what is not known."""
    money = {name: None if (value := getattr(line, f"expected_{name}")) is None else str(value) for name in ("allowed", "paid")}
    steps = [{"what": step.what, "amount": str(step.amount), "rule": step.rule} for step in line.steps]
    patient = None if line.patient is None else str(line.patient)
    return {**money, "patient": patient, "steps": steps, "unknown": [point.rule for point in line.unknown]}


def from_script(line: dict[str, Any]) -> dict[str, Any]:
    kept = {name: line[name] for name in ("allowed", "paid", "patient", "steps")}
    return {**kept, "unknown": [point["rule"] for point in line["unknown"]]}


def test_amounts_and_steps_are_those_of_the_engine() -> None:
    chance = random.Random(11)
    held = figures("price")
    payers = {one["id"]: one for one in held["payers"]}
    assert "medicare.part-b" in payers
    questions = [(chance.choice(["medicare.part-b", "medicare.part-b", *payers]), question(chance)) for _ in range(NUMBER)]
    for _, one in questions:  # the history of a patient carries neither charge nor place
        for line in one["lines"]:
            if line["elsewhere"]:
                line["place"] = line["charge"] = None
    answers = asked([("tables", held["tables"]), *(("price", payers[payer], one) for payer, one in questions)])[1:]
    seen: dict[str, int] = {}
    for (payer, one), answer in zip(questions, answers, strict=True):
        expected = priced(payer, one)
        assert [from_script(line) for line in answer] == [as_script(line) for line in expected], (payer, one)
        for line in expected:
            for name in [step.rule for step in line.steps] + [f"{point.rule}?" for point in line.unknown]:
                seen[name] = seen.get(name, 0) + 1
            seen["paid"] = seen.get("paid", 0) + (line.expected_paid is not None)
    assert seen["paid"] > 500
    rules = ("fee-schedule", "multiple-procedures", "cost-share", "assistant-payment", "sequestration", "fee-schedule?", "cost-share?")
    assert min(seen[f"medicare.part-b.{rule}"] for rule in rules) > 50, seen


def test_what_is_printed_in_the_documents_is_what_the_page_says() -> None:
    """docs/prices.md: 97110 twice and 97140 in 2026, nationally, without deductible."""
    held = figures("price")
    (payer,) = (one for one in held["payers"] if one["id"] == "medicare.part-b")
    line = {"day": "2026-01-15", "modifiers": ["GP"], "charge": None, "place": "11", "elsewhere": False}
    lines = [{**line, "code": "97110", "units": 2}, {**line, "code": "97140", "units": 1}]
    question = {"where": NATIONAL, "deductible": "0.00", "sequence": "primary", "lines": lines}
    first, second = asked([("tables", held["tables"]), ("price", payer, question)])[1]
    assert (first["allowed"], first["paid"], first["patient"], second["allowed"]) == ("51.27", "40.20", "10.25", "21.21")
    assert [step["amount"] for step in first["steps"]] == ["58.12", "-6.85", "-10.25", "-0.82"]


def test_indices_that_are_typed_count_like_those_of_the_locality() -> None:
    chance = random.Random(12)
    held = figures("price")
    (payer,) = (one for one in held["payers"] if one["id"] == "medicare.part-b")
    questions = []
    for _ in range(100):
        window = chance.choice(held["tables"]["mpfs-gpci"]["windows"])
        state, locality, _, *indices = chance.choice(window["rows"])
        one = question(chance)
        for line in one["lines"]:
            line["day"] = window["from"]
        questions += [{**one, "where": {"state": state, "locality": locality}}, {**one, "where": {"own": indices}}]
    answers = asked([("tables", held["tables"]), *(("price", payer, one) for one in questions)])[1:]
    amounts = [[(line["allowed"], line["paid"], line["patient"]) for line in answer] for answer in answers]
    assert amounts[::2] == amounts[1::2]
    assert sum(paid is not None for answer in amounts for _, paid, _ in answer) > 100


def test_the_day_in_the_link_has_the_same_price_and_is_the_first_of_its_stretch() -> None:
    chance = random.Random(13)
    held = figures("price")
    payers = held["payers"]
    questions = [(chance.choice(payers), some_day(chance, 2019, 2027), question(chance)) for _ in range(300)]
    starts = asked([("tables", held["tables"]), *(("stretch", payer, day) for payer, day, _ in questions)])[1:]
    pairs = []
    for (payer, day, one), start in zip(questions, starts, strict=True):
        assert start <= day.isoformat()
        for chosen in (day.isoformat(), start):
            lines = [{**line, "day": chosen} for line in one["lines"]]
            pairs.append(("price", payer, {**one, "lines": lines}))
    answers = asked([("tables", held["tables"]), *pairs])[1:]
    without_days = [json.dumps([{**line, "day": "", "unknown": len(line["unknown"])} for line in answer]) for answer in answers]
    assert without_days[::2] == without_days[1::2]
    assert len(set(starts)) < 40


def test_what_was_paid_is_told_from_what_was_expected() -> None:
    cases = [
        ("40.20", "40.20", "0.00", "as expected"),
        ("40.20", "40.18", "-0.02", "as expected"),
        ("40.20", "40.22", "0.02", "as expected"),
        ("40.20", "40.17", "-0.03", "underpaid"),
        ("40.20", "40.23", "0.03", "more than expected"),
        ("40.20", "0", "-40.20", "underpaid"),
        ("40.20", "41", "0.80", "more than expected"),
        (None, "41.00", None, "cannot be compared"),
    ]
    for (expected, paid, difference, words), answer in zip(cases, asked([("compared", *case[:2]) for case in cases]), strict=True):
        assert (answer["difference"], answer["words"]) == (difference, words), (expected, paid)


def test_every_price_rule_of_these_payers_is_judged_by_the_script() -> None:
    for payer in figures("price")["payers"]:
        assert payer["further"] == [], payer["id"]


def test_the_national_amounts_need_no_script_and_are_those_of_the_engine() -> None:
    page = "".join(prices.national(made(), "calc/price/index.md"))
    for code in ("97110", "92507"):
        line = {"service_date": "2026-11-21", "code": code, "units": 1}
        claim = {"claim_id": "A", "payer": "medicare.part-b", "lines": [line, line], "place_of_service": "11", "context": {"history": []}}
        first, further = book().price(msgspec.convert(claim, Claim), national=True).lines
        assert first.expected_allowed > further.expected_allowed
        cells = f"<div>${first.expected_allowed}</div></td>", f"<div>${further.expected_allowed}</div></td>"
        (row,) = (row for row in page.split("<tr") if f'id="{code}"' in row)
        assert all(cell in row for cell in cells), row
    assert 'id="97010"' not in page
    assert Decimal("20") < first.expected_allowed < Decimal("200")


def test_the_calculator_stands_among_the_others() -> None:
    assert [one.name for one in calc.CALCULATORS][:2] == ["units", "price"]
