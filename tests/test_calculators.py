"""The site's calculators count as the engine does: thousands of random questions, answered by their scripts in node and by the engine."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, get_args

import msgspec

from calculating import asked, book, figures, needs_node, some_day
from payerbook import calendar, units
from payerbook.claim import Authorization, Claim
from payerbook.kinds import assistant_share, prior_authorization
from payerbook.kinds.base import Case, History, Hit

NUMBER = 3_000
SEQUENCES = ("primary", "secondary", "tertiary")
pytestmark = needs_node


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


def test_deadlines_are_those_of_the_engine_for_every_payer() -> None:
    """Each payer with terms on file is asked as often as the others; days are often ends of months, leap days and weekends."""
    chance = random.Random(4)
    payers = figures("deadlines")["payers"]
    indicators = sorted({word for payer in payers for rule in payer["rules"] for word in _indicators(rule)} | {"CI"})
    questions = []
    for place in range(NUMBER):
        payer = payers[place % len(payers)]
        first = some_day(chance, 2023)
        last = first + timedelta(days=chance.choice([0, 0, 3, 40]))
        received = chance.choice([None, last + timedelta(days=chance.randrange(500)), some_day(chance, 2024)])
        decided = chance.choice([None, last + timedelta(days=chance.randrange(60)), some_day(chance, 2024)])
        questions.append((payer, {
            "first": first, "last": last, "until": chance.choice([None, last + timedelta(days=chance.randrange(5))]), "received": received,
            "decided": decided, "frequency": chance.choice(["1", "1", "7", "8"]), "sequence": chance.choice(SEQUENCES),
            "type": chance.choice(["professional", "institutional"]), "state": chance.choice([None, "OR", "TX", "CA", "NY", "GA"]),
            "participating": chance.choice([None, True, False]),
            "others": [
                {"filing_indicator": chance.choice(indicators), "decided_on": chance.choice([None, last + timedelta(days=20)])}
                for _ in range(chance.choice([0, 0, 1, 2]))
            ],
        }))  # fmt: skip
    answers = asked([("deadlines", payer["rules"], claim) for payer, claim in questions])
    gaps = asked([("gaps", payer["rules"], claim["first"], claim["decided"]) for payer, claim in questions])
    compared, unread = dict.fromkeys((payer["id"] for payer in payers if payer["rules"]), 0), 0
    for (payer, claim), answer, gap in zip(questions, answers, gaps, strict=True):
        known = {rule["rule"] for rule in payer["rules"]}
        engine = book().deadlines(_claim(payer["id"], claim))
        expected = {
            (one.rule, one.what, one.start_event, "" if one.due is None else one.due.isoformat())
            for one in engine.deadlines
            if one.rule in known
        }
        # Rules that go by the day of the decision are named, without a day, before there is one; the engine leaves them out until then.
        waiting = {rule["rule"] for rule in payer["rules"] if rule["basis"] == "processed-date" and not claim["decided"]}
        assert not {rule for rule, *_ in expected} & waiting
        assert all(one["due"] is None for one in answer if one["rule"] in waiting)
        found = {(one["rule"], one["what"], one["event"], one["due"] or "") for one in answer if one["rule"] not in waiting}
        assert sorted(found) == sorted(expected), (payer["id"], claim)
        if expected:
            compared[payer["id"]] += len(expected)
        not_on_file = {one.rule for one in engine.unknown} & known
        assert not_on_file <= set(gap), (payer["id"], claim)
        unread += len(not_on_file)
    assert min(compared.values()) >= 5, compared
    assert sum(compared.values()) > 3_000
    assert unread > 100


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
    for place in range(2_000):
        payer = payers[place % len(payers)]
        start = some_day(chance, 2015, 2027)
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
    assert len(questions) > 1_000
    assert len({rule for rule, _ in expected}) > 9
    for question, (rule, found), answer in zip(questions, expected, asked(questions), strict=True):
        assert sorted((one["what"], one["due"]) for one in answer) == found, (rule, question)


def test_the_progress_report_is_due_when_the_engine_says_so() -> None:
    """From the first treatment day after a report on: due once the reporting period has as many treatment days as the rule allows."""
    chance = random.Random(7)
    rules = [
        (payer["id"], rule["rule"], version)
        for payer in figures("certification")["payers"]
        for rule in payer["rules"]
        if rule["kind"] == "progress-report"
        for version in rule["versions"]
        if "settings" in version
    ]
    cases = [(*chance.choice(rules), chance.randint(1, 14), chance.random() < 0.5) for _ in range(300)]
    answers = asked([("progress", version["settings"], number) for _, _, version, number, _ in cases])
    for (payer, rule, version, number, reported), left in zip(cases, answers, strict=True):
        first = max(date.fromisoformat(version["from"]), date(2025, 7, 1))
        days = [first + timedelta(days=2 * place) for place in range(number)]
        report = first - timedelta(days=3)
        notes = [{"service_date": day} for day in ([report, *days] if reported else days)]
        documentation = {
            "evaluation_on": notes[0]["service_date"],
            "progress_reports": [report] if reported else [],
            "treatment_notes": notes,
        }
        context = {"history": [], "documentation": documentation, "episode": {"started_on": notes[0]["service_date"]}}
        line = {"service_date": days[-1], "code": "97110", "modifiers": ["GP"], "units": 1}
        claim = msgspec.convert({"claim_id": "C", "payer": payer, "lines": [line], "context": context}, Claim)
        (found,) = (one for one in book().deadlines(claim).deadlines if one.rule == rule)
        assert found.start == first, (rule, number, reported)
        assert (left == 0) == (found.due is not None), (rule, number, reported)
        assert left == max(found.days - number, 0)
        if found.due is not None:
            assert found.due == days[found.days - 1]


def test_the_yearly_amount_is_that_of_the_engine() -> None:
    """Every rule with a yearly amount, every year, both sides of the amount to the cent; what is left is what `payerbook limits` says."""
    chance = random.Random(6)
    (payer,) = figures("kx")["payers"]
    modifiers = {"PT": "GP", "OT": "GO", "SLP": "GN"}
    rules = {rule["rule"]: rule for rule in payer["rules"]}
    amounts = sorted({
        Decimal(bucket["amount"])
        for rule in rules.values() for version in rule["versions"] if "settings" in version for bucket in version["settings"]["buckets"]
    })  # fmt: skip
    cases = [
        (
            some_day(chance, 2017, 2028),
            chance.choice(["PT", "OT", "SLP"]),
            max(chance.choice(amounts) - Decimal(chance.choice([0, 1, 5, 5820, 10000, -1, 20000, 300000])) / 100, Decimal(0)),
            Decimal(chance.choice([0, 1, 5, 5820, 10000])) / 100,
        )
        for _ in range(1_000)
    ]
    answers = asked([
        ("yearly", payer["rules"], {"on": day, "discipline": discipline, "used": int(used * 100), "allowed": int(allowed * 100)})
        for day, discipline, used, allowed in cases
    ])  # fmt: skip
    outcomes = set()
    for (day, discipline, used, allowed), answer in zip(cases, answers, strict=True):
        bucket = "OT" if discipline == "OT" else "PT+SLP"
        total = {"name": "medicare-threshold", "bucket": bucket, "year": day.year, "used": used, "as_of": day - timedelta(days=1)}
        line = {"number": 1, "service_date": day, "code": "97530", "modifiers": [modifiers[discipline]], "units": 1, "allowed": allowed}
        claim = {"claim_id": "C", "payer": payer["id"], "lines": [line], "context": {"accumulators": [total], "history": []}}
        report = book().check(msgspec.convert(claim, Claim))
        found = {one.rule for one in report.findings}
        assert {one["rule"] for one in answer if one["above"]} == found & set(rules), (day, discipline, used, allowed)
        unread = {one.rule for one in report.unknown} & set(rules)
        assert not unread & {one["rule"] for one in answer}
        for one in answer:
            version = [version for version in rules[one["rule"]]["versions"] if version["from"] <= day.isoformat()][-1]
            (held,) = (held for held in version["settings"]["buckets"] if discipline in held["disciplines"])
            assert one["left"] == max(int(Decimal(held["amount"]) * 100) - int(used * 100), 0)
            outcomes.add((one["rule"], one["above"]))
    assert len(outcomes) == 4


REQUIRED = prior_authorization.PriorAuthorization(needed="auth-needed")
"""A payer that wants an approval for every visit."""


def _approval(chance: random.Random) -> dict[str, Any]:
    first = date(2026, 2, 20) + timedelta(days=chance.randrange(30))
    approved = chance.choice([None, 1, 2, 6, 12])
    return {
        "status": chance.choice(["approved", "approved", "approved", "pending", "denied"]),
        "from": chance.choice([None, first, first]), "to": chance.choice([None, first, first + timedelta(days=chance.randrange(40))]),
        "visits": approved, "used": None if approved is None else chance.choice([0, 0, approved - 1, approved, approved + 3]),
    }  # fmt: skip


def test_visits_are_covered_as_the_engine_judges_them() -> None:
    """Authorizations that end, are used up or more than used up, follow on each other or overlap, are not decided or denied."""
    chance = random.Random(8)
    questions = []
    for _ in range(2_000):
        held = [_approval(chance) for _ in range(chance.choice([0, 1, 1, 2, 2, 3]))]
        day = date(2026, 3, 1) + timedelta(days=chance.randrange(10))
        days = sorted({day + timedelta(days=chance.randrange(25)) for _ in range(chance.randint(1, 7))})
        questions.append((held, days))
    check = prior_authorization.KIND.bind(REQUIRED, book().tables)
    faults: dict[str | None, int] = {}
    for (held, days), answer in zip(questions, asked([("coverage", *one) for one in questions]), strict=True):
        approvals = [
            msgspec.convert({"visits_used": one["used"], **{name: one[name] for name in ("status", "from", "to", "visits")}}, Authorization)
            for one in held
        ]
        lines = [{"service_date": day, "code": "97110", "modifiers": ["GP"], "units": 2} for day in days]
        claim = msgspec.convert({"claim_id": "C", "lines": lines, "context": {"authorizations": approvals}}, Claim, from_attributes=True)
        found = check(Case(claim, None, History(), lambda payer: True, None), tuple(range(len(days))))
        hits: dict[int | None, str] = {hit.line: hit.key for hit in found} if isinstance(found, list) else {}
        assert all(isinstance(hit, Hit) for hit in found or ())
        assert answer == [hits.get(place) for place in range(len(days))], (held, days)
        for fault in answer:
            faults[fault] = faults.get(fault, 0) + 1
    assert min(faults[fault] for fault in (None, "none", "undecided", "other-days", "used-up", "pending")) > 100, faults


def test_visits_left_and_how_far_they_reach() -> None:
    chance = random.Random(9)
    questions = [
        ([_approval(chance) for _ in range(chance.randint(1, 3))], some_day(chance, 2026, 2026), chance.randint(1, 7)) for _ in range(400)
    ]
    ahead = asked([("ahead", *one) for one in questions])
    left = asked([("left", held[0]) for held, _, _ in questions])
    days = [[on + timedelta(days=place * 7 // pace) for place in range(400)] for _, on, pace in questions]
    coverage = asked([("coverage", held, planned) for (held, _, _), planned in zip(questions, days, strict=True)])
    for (held, *_), answer, over, planned, covered in zip(questions, ahead, left, days, coverage, strict=True):
        number = next((place for place, fault in enumerate(covered) if fault is not None), None)
        assert answer["covered"] == (400 if number is None else number)
        assert answer["until"] == (planned[answer["covered"] - 1].isoformat() if answer["covered"] else None)
        assert answer["first"] == (None if number is None else {"day": planned[number].isoformat(), "fault": covered[number]})
        one = held[0]
        assert over == (None if one["visits"] is None else max(one["visits"] - one["used"], 0))
    assert all(len(set(planned)) == 400 and all(one < other for one, other in pairwise(planned)) for planned in days)
