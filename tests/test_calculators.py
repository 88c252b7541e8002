"""The site's calculators count as the engine does: thousands of random questions, answered by their scripts in node and by the engine."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

import payerbook
from payerbook import calendar, units
from payerbook.api import Book
from payerbook.authoring.session import Session
from payerbook.claim import Claim
from payerbook.kinds import assistant_share
from payerbook.pages import calc, catalog
from payerbook.pages.catalog import Catalog

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 11, 21)
NUMBER = 3_000
SEQUENCES = ("primary", "secondary", "tertiary")

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed; it runs the calculators' scripts")


def asked(questions: Sequence[Any]) -> list[Any]:
    """The answers of the scripts."""
    lines = b"\n".join(map(msgspec.json.encode, questions)).decode()
    command = ["node", ROOT / "tests" / "calc" / "run.mjs", ROOT / "site" / "docs" / "assets" / "calc"]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(questions)
    return answers


@cache
def made() -> Catalog:
    return catalog.of(Session(), TODAY)


@cache
def book() -> Book:
    return payerbook.load()


def figures(name: str) -> Any:
    """The figures of a calculator as its page loads them."""
    wanted = next(one for one in calc.CALCULATORS if one.name == name)
    return json.loads(msgspec.json.encode(calc.data(made(), wanted)))


def some_day(chance: random.Random, first: int = 2015, last: int = 2027) -> date:
    return date(first, 1, 1) + timedelta(days=chance.randrange((date(last, 12, 31) - date(first, 1, 1)).days))


def test_units_are_those_of_the_engine() -> None:
    chance = random.Random(1)
    timing = {code: info.timing for code, info in book().codes.items()}
    codes = [*(code for code, how in timing.items() if how == "timed-15"), "97129+97130", "97161", "97533"]
    questions = []
    for _ in range(NUMBER):
        chosen = chance.sample(codes, chance.randint(1, 5))
        minutes = {code: chance.choice([chance.randint(0, 70), 8, 7, 22, 23, 15]) for code in chosen}
        questions.append((minutes, chance.choice(get_args(units.Method))))
    answers = asked([("count", list(minutes.items()), timing, method) for minutes, method in questions])
    for (minutes, method), answer in zip(questions, answers, strict=True):
        assert answer == json.loads(msgspec.json.encode(units.count(minutes, timing, method))), (minutes, method)
    assert sum(bool(answer["alternatives"]) for answer in answers) > 50


def test_assistant_units_are_those_of_the_engine() -> None:
    chance = random.Random(2)
    settings = [
        version["settings"]
        for payer in figures("units")["payers"]
        for rule in payer["rules"]
        if rule["kind"] == "assistant-share"
        for version in rule["versions"]
        if "settings" in version and version["settings"]["counts"] != "never"
    ]
    questions = []
    for _ in range(NUMBER):
        minutes = chance.randint(1, 80)
        questions.append((minutes, chance.randint(0, minutes), chance.randint(0, 6), chance.choice(settings)))
    answers = asked([("assistant", *question) for question in questions])
    for (minutes, given, number, one), answer in zip(questions, answers, strict=True):
        params = msgspec.convert(one, assistant_share.AssistantShare)
        assert tuple(answer) == assistant_share.expected(minutes, given, number, params), (minutes, given, number, one)


def test_periods_are_those_of_the_engine() -> None:
    chance = random.Random(3)
    periods = [
        (some_day(chance, 1950, 2100), calendar.Period(chance.randrange(4), chance.randrange(30), chance.randrange(800)))
        for _ in range(NUMBER)
    ]
    for (day, period), answer in zip(periods, asked([("after", *one) for one in periods]), strict=True):
        assert answer == calendar.after(day, period).isoformat(), (day, period)
    days = [(some_day(chance), chance.randrange(200)) for _ in range(500)]
    for (day, number), answer in zip(days, asked([("businessDaysAfter", *one) for one in days]), strict=True):
        assert answer == calendar.business_days_after(day, number).isoformat(), (day, number)


def test_deadlines_are_those_of_the_engine() -> None:
    chance = random.Random(4)
    payers = figures("deadlines")["payers"]
    indicators = sorted({word for payer in payers for rule in payer["rules"] for word in _indicators(rule)} | {"CI"})
    questions = []
    for place in range(NUMBER):
        payer = payers[place % len(payers)]
        first = some_day(chance, 2024)
        last = first + timedelta(days=chance.choice([0, 0, 3, 40]))
        received = chance.choice([None, last + timedelta(days=chance.randrange(500))])
        decided = chance.choice([None, last + timedelta(days=chance.randrange(60))])
        questions.append((payer, {
            "first": first, "last": last, "until": chance.choice([None, last + timedelta(days=chance.randrange(5))]), "received": received,
            "decided": decided, "frequency": chance.choice(["1", "1", "7"]), "sequence": chance.choice(SEQUENCES),
            "type": chance.choice(["professional", "institutional"]), "state": chance.choice([None, "OR", "TX", "CA", "NY", "GA"]),
            "participating": chance.choice([None, True, False]),
            "others": [
                {"filing_indicator": chance.choice(indicators), "decided_on": chance.choice([None, last + timedelta(days=20)])}
                for _ in range(chance.choice([0, 0, 1, 2]))
            ],
        }))  # fmt: skip
    answers = asked([("deadlines", payer["rules"], claim) for payer, claim in questions])
    compared = 0
    for (payer, claim), answer in zip(questions, answers, strict=True):
        known = {rule["rule"] for rule in payer["rules"]}
        expected = [
            (one.rule, one.what, one.due.isoformat(), one.start_event)
            for one in book().deadlines(_claim(payer["id"], claim)).deadlines
            if one.rule in known and one.due is not None
        ]
        assert sorted((one["rule"], one["what"], one["due"], one["event"]) for one in answer if one["due"]) == sorted(expected), (
            payer["id"],
            claim,
        )
        compared += len(expected)
    assert compared > 1_500


def _indicators(rule: Any) -> set[str]:
    text = json.dumps(rule)
    return {word for word in ("MA", "MB", "MC", "16", "CI", "HM", "BL", "WC") if f'"{word}"' in text}


def _claim(payer: str, claim: dict[str, Any]) -> Claim:
    days = {"service_date": claim["first"], "service_date_to": claim["last"]}
    line = {"number": 1, "code": "97110", "modifiers": ["GP"], "units": 1, **days}
    provider = {"state": claim["state"], "participating": claim["participating"]}
    made = {
        "claim_id": "C", "payer": payer, "claim_type": claim["type"], "frequency_code": claim["frequency"], "statement_to": claim["until"],
        "payer_sequence": claim["sequence"], "received_on": claim["received"], "processed_on": claim["decided"], "lines": [line],
        "billing_provider": provider, "other_payers": claim["others"],
    }  # fmt: skip
    return msgspec.convert(made, Claim)


def test_the_plan_of_care_is_that_of_the_engine() -> None:
    chance = random.Random(5)
    payers = [payer for payer in figures("certification")["payers"] if payer["rules"]]
    questions, expected = [], []
    for place in range(1_000):
        payer = payers[place % len(payers)]
        start = some_day(chance, 2019, 2027)
        verbal = chance.choice([None, start + timedelta(days=chance.randrange(30))])
        duration = chance.choice([None, chance.randrange(1, 200)])
        plan = {"established_on": start, "duration_days": duration, "verbal_certification_on": verbal}
        lines = [{"number": 1, "service_date": start, "code": "97110", "modifiers": ["GP"], "units": 1}]
        context = {"documentation": {"evaluation_on": start, "plan_of_care": plan}, "episode": {"started_on": start}}
        claim = msgspec.convert({"claim_id": "C", "payer": payer["id"], "lines": lines, "context": context}, Claim)
        dues = [(one.rule, one.what, one.due) for one in book().deadlines(claim).deadlines]
        for rule in payer["rules"]:
            found = sorted((what, due.isoformat()) for name, what, due in dues if name == rule["rule"] and due is not None)
            standing = [one for one in rule["versions"] if one["from"] <= start.isoformat()][-1:]
            if found and rule["kind"] != "progress-report":
                questions.append(("plan", rule["kind"], standing[0]["settings"], {"start": start, "verbal": verbal, "duration": duration}))
                expected.append((rule["rule"], found))
    assert len(questions) > 250
    for question, (rule, found), answer in zip(questions, expected, asked(questions), strict=True):
        assert sorted((one["what"], one["due"]) for one in answer) == found, (rule, question)


def test_the_yearly_amount_is_that_of_the_engine() -> None:
    chance = random.Random(6)
    rule = "medicare.part-b.kx-threshold"
    (payer,) = (one for one in figures("kx")["payers"] if one["id"] == "medicare.part-b")
    (held,) = (one for one in payer["rules"] if one["rule"] == rule)
    cases = []
    for _ in range(500):
        version = chance.choice([one for one in held["versions"] if "settings" in one])
        year = int(version["from"][:4])
        bucket = chance.choice(version["settings"]["buckets"])
        amount = Decimal(bucket["amount"])
        used = amount - Decimal(chance.choice([0, 1, 5, 5820, 10000, -1, 20000])) / 100
        cases.append((year, bucket, used, Decimal(chance.choice([1, 5, 5820, 10000])) / 100))
    questions = [
        ("threshold", *(int(Decimal(one) * 100) for one in (bucket["amount"], used, allowed))) for _, bucket, used, allowed in cases
    ]
    for (year, bucket, used, allowed), answer in zip(cases, asked(questions), strict=True):
        modifier = "GO" if bucket["name"] == "OT" else "GP"
        day = date(year, 6, 1)
        total = {"name": "medicare-threshold", "bucket": bucket["name"], "year": year, "used": used, "as_of": day - timedelta(days=1)}
        line = {"number": 1, "service_date": day, "code": "97110", "modifiers": [modifier], "units": 1, "allowed": allowed}
        claim = {"claim_id": "C", "payer": "medicare.part-b", "lines": [line], "context": {"accumulators": [total], "history": []}}
        report = book().check(msgspec.convert(claim, Claim))
        assert answer["above"] == any(one.rule == rule for one in report.findings), (year, bucket, used, allowed)
