"""Properties that hold for any claim (contract, section 3): one claim, one answer; counts and verdicts; plans, threads and payers."""

from __future__ import annotations

import os
import pickle
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import payerbook
from example_plan import CODES, DAYS, PAYER, active_rules, book, claims, days, few, folder, or_none, random_claims, renderers
from payerbook.api import Book
from payerbook.claim import Claim, Provider
from payerbook.engine.explain import explain
from payerbook.engine.ledger import own_history
from payerbook.engine.program import Program
from payerbook.engine.run import Payer, run
from payerbook.finding import Asked
from payerbook.kinds import bundled
from payerbook.kinds.base import History
from payerbook.policy import RANK, Rule, cap, severity

ROOT = Path(__file__).parents[1]


@few
@given(claim=claims, known_on=days, today=days)
def test_the_same_claim_gives_the_same_bytes(claim: Claim, known_on: date | None, today: date | None) -> None:
    again = msgspec.json.decode(msgspec.json.encode(claim), type=Claim)
    assert book().check(claim, known_on=known_on, today=today).json() == book().check(again, known_on=known_on, today=today).json()


_OTHER_PROCESS = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import payerbook, test_engine
book = payerbook.load(policies=[Path({pack!r})])
print(test_engine.digest(book))
"""


def digest(book: Book) -> str:
    return sha256(b"\n".join(report.json() for report in book.check_many(random_claims(120, seed=7)))).hexdigest()


def _python(code: str, given: bytes = b"", **environment: str) -> str:
    """What another Python prints."""
    paths = os.pathsep.join(str(ROOT / folder) for folder in ("core", "plugins"))
    around = {**os.environ, "PYTHONPATH": paths, **environment}
    return subprocess.run([sys.executable, "-c", code], input=given, env=around, capture_output=True, check=True).stdout.decode().strip()


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_another_process_gives_the_same_bytes(hash_seed: str) -> None:
    code = _OTHER_PROCESS.format(tests=str(Path(__file__).parent), pack=str(folder()))
    assert _python(code, PYTHONHASHSEED=hash_seed) == digest(book())


_PAYER = Payer(PAYER, None, lambda other: other in (None, PAYER))


def _program(order: random.Random | None = None, only: Rule | None = None) -> Program:
    """The example plan alone, bound anew; with its rules in another order, or with one of them only."""
    pack = book().pack(PAYER)
    rules = list(pack.rules) if only is None else [only]
    if order is not None:
        order.shuffle(rules)
    return Program([msgspec.structs.replace(pack, rules=tuple(rules))], {kind.name: kind for kind in bundled()}, book()._shelf.tables)


def _run(program: Program, claim: Claim, known_on: date | None = None) -> bytes:
    return run(program, claim, own_history(claim), _PAYER, packs=(), engine="0", asked=Asked(known_on, None)).json()


@few
@given(claim=claims, known_on=days, order=st.randoms(use_true_random=False))
def test_the_order_of_rules_does_not_matter(claim: Claim, known_on: date | None, order: random.Random) -> None:
    assert _run(_program(order), claim, known_on) == _run(_program(), claim, known_on)


@few
@given(claim=claims, known_on=days)
def test_a_rule_says_the_same_alone_and_among_others(claim: Claim, known_on: date | None) -> None:
    together = msgspec.json.decode(_run(_program(), claim, known_on))
    for rule in book().pack(PAYER).rules:
        alone = msgspec.json.decode(_run(_program(only=rule), claim, known_on))
        for name in ("findings", "resolved", "unknown", "not_on_file"):
            assert alone[name] == [item for item in together[name] if item["rule"] == rule.id]


@few
@given(claim=claims, today=days)
def test_every_rule_is_counted_once(claim: Claim, today: date | None) -> None:
    report = book().check(claim, today=today)
    other = {item.rule for group in (report.findings, report.resolved, report.unknown, report.not_on_file) for item in group}
    assert report.passed >= 0
    assert report.not_applicable >= 0
    assert report.passed + report.not_applicable + len(other) == len(active_rules(book(), report))


@few
@given(claim=claims, today=days)
def test_the_verdict_follows_from_what_was_found(claim: Claim, today: date | None) -> None:
    report = book().check(claim, today=today)
    severities = {finding.severity for finding in report.findings}
    open_items = [*report.unknown, *report.not_on_file]
    blocking = any(item.evidence in ("claim", "table") and item.severity in ("deny", "return") for item in open_items)
    worst = next((word for word in ("deny", "return", "review") if word in severities), None)
    assert report.verdict == (worst or ("incomplete" if blocking else "clean"))
    assert report.complete == (not open_items)
    for evidence in ("claim", "table", "record", "chart"):
        failed = {finding.severity for finding in report.findings if finding.evidence == evidence}
        worst = next((word for word in ("deny", "return", "review") if word in failed), None)
        unanswered = any(item.evidence == evidence for item in open_items)
        assert report.checked[evidence] in ([worst] if worst else ["unknown"] if unanswered else ["clean", "none"])


@few
@given(claim=claims, today=days)
def test_nothing_is_said_harder_than_the_sources_allow(claim: Claim, today: date | None) -> None:
    report = book().check(claim, today=today)
    rules = {rule.id: rule for rule in active_rules(book(), report)}
    heads = {head.id: head for head in book().packs()}
    for finding in (*report.findings, *report.resolved):
        rule = rules[finding.rule]
        allowed = {
            severity(version.effect, cap(version.sources, today, heads[rule.pack].review_days))
            for version in rule.versions
            if (version.start, version.effect) == (finding.version.start, finding.effect)
        }
        assert RANK[finding.severity] <= max(RANK[one] for one in allowed)
        assert (finding.at_risk is None) or finding.severity != "advice"


@few
@given(claim=claims)
def test_knowing_the_future_changes_nothing(claim: Claim) -> None:
    plain, later = book().check(claim).to_dict(), book().check(claim, known_on=date(2100, 1, 1)).to_dict()
    del plain["asked"], later["asked"]
    assert plain == later


@few
@given(claim=claims)
def test_a_report_survives_pickling(claim: Claim) -> None:
    report = book().check(claim)
    copy = pickle.loads(pickle.dumps(book().check(claim)))
    assert copy.json() == report.json()
    assert (copy.verdict, copy.complete, copy.findings) == (report.verdict, report.complete, report.findings)


_UNPICKLE = """
import pickle, sys
report = pickle.loads(sys.stdin.buffer.read())
assert "payerbook.api" not in sys.modules
print(report.verdict, len(report.findings))
"""


def test_a_report_that_is_read_elsewhere_needs_no_book() -> None:
    pickled = pickle.dumps(book().check(random_claims(1, seed=3)[0]))
    report = pickle.loads(pickled)
    assert _python(_UNPICKLE, pickled).split() == [report.verdict, str(len(report.findings))]


def test_threads_share_a_book() -> None:
    claims = random_claims(400, seed=11)
    alone = [report.json() for report in map(payerbook.load(policies=[folder()]).check, claims)]
    shared = payerbook.load(policies=[folder()])
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda claim: shared.check(claim).json(), claims)) == alone


def test_a_plan_that_was_kept_gives_the_same_report() -> None:
    probes = random_claims(40, seed=5)
    cold = [payerbook.load(policies=[folder()]).check(claim).json() for claim in probes[:5]]
    warm_book = payerbook.load(policies=[folder()])
    first = [warm_book.check(claim).json() for claim in probes]
    for claim in random_claims(3_000, seed=6):
        warm_book.check(claim)
    assert [warm_book.check(claim).json() for claim in probes] == first
    assert first[:5] == cold


_CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "claim_type": st.sampled_from(["professional", "institutional"]),
    "frequency_code": st.sampled_from([None, "1", "7", "8"]),
    "payer_sequence": st.sampled_from([None, "primary", "secondary"]),
    "line_of_business": st.sampled_from([None, "group", "exchange"]),
    "plan": st.sampled_from([None, "gold", "silver"]),
    "place_of_service": st.sampled_from([None, "11", "02"]),
    "received_on": days,
    "processed_on": days,
    "rendering_provider": or_none(renderers.map(lambda data: msgspec.convert(data, Provider))),
}


_LINE_CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "service_date": st.sampled_from(DAYS),
    "modifiers": st.sampled_from([(), ("GP",), ("GP", "CQ")]),
    "units": st.integers(0, 5),
    "minutes": st.sampled_from([None, 15, 60]),
    "place_of_service": st.sampled_from([None, "11", "02"]),
}


@settings(few, max_examples=300)
@given(
    claim=claims,
    codes=st.lists(st.sampled_from(CODES), min_size=1, max_size=2),
    worn=st.lists(st.sampled_from([(), ("GP",), ("GO", "59")]), min_size=1, max_size=2),
    changes=st.fixed_dictionaries({}, optional=_CHANGES),
    line_changes=st.fixed_dictionaries({}, optional=_LINE_CHANGES),
    known_on=days,
)
def test_a_claim_that_looks_alike_gets_its_own_answer(
    claim: Claim,
    codes: list[str],
    worn: list[tuple[str, ...]],
    changes: dict[str, Any],
    line_changes: dict[str, Any],
    known_on: date | None,
) -> None:
    """Two claims of few codes differ in a few fields: a program that has seen the first answers the second as a new one does."""
    few_codes = [
        msgspec.structs.replace(line, code=codes[place % len(codes)], modifiers=worn[place % len(worn)])
        for place, line in enumerate(claim.lines)
    ]
    claim = msgspec.structs.replace(claim, lines=tuple(few_codes))
    lines = (*few_codes[:-1], msgspec.structs.replace(few_codes[-1], **line_changes))
    alike = msgspec.structs.replace(claim, lines=lines, **changes)
    warm, cold = _program(), _program()
    _run(warm, claim, known_on)
    assert _run(warm, alike, known_on) == _run(cold, alike, known_on)


def test_two_days_off_file_are_one_answer_and_leave_none_for_the_next_claim() -> None:
    def found(program: Program, *service_dates: str) -> list[dict[str, Any]]:
        lines = [{"service_date": day, "code": "97110", "units": 1, "modifiers": ["CO"]} for day in service_dates]
        report = msgspec.json.decode(_run(program, msgspec.convert({"claim_id": "D", "payer": PAYER, "lines": lines}, Claim)))
        return [item for item in report["not_on_file"] if item["rule"] == f"{PAYER}.attested"]

    warm = _program()
    found(warm, "2025-01-02", "2025-01-03")
    assert found(warm, "2025-01-02", "2025-01-02") == found(_program(), "2025-01-02", "2025-01-02")


def test_who_performed_one_claim_says_nothing_of_the_next() -> None:
    def found(program: Program, taxonomy: str) -> bytes:
        lines = [{"service_date": "2026-01-15", "code": "97010", "units": 1, "modifiers": worn} for worn in (["GP"], [])]
        provider = {"taxonomy": taxonomy}
        return _run(program, msgspec.convert({"claim_id": "T", "payer": PAYER, "lines": lines, "rendering_provider": provider}, Claim))

    warm = _program()
    found(warm, "207Q00000X")
    assert found(warm, "225100000X") == found(_program(), "225100000X")


@pytest.mark.parametrize(
    ("given", "modifiers", "outcome"),
    [
        ({"line_of_business": "group", "plan": "gold", "payer_sequence": "primary"}, ["XS"], "fail"),
        ({"line_of_business": "group", "plan": "gold", "payer_sequence": "primary"}, ["XS", "GP"], "pass"),
        ({"line_of_business": "group", "plan": "gold", "payer_sequence": "primary"}, ["XS", "76"], "not-applicable"),
        ({"line_of_business": "group", "plan": "silver", "payer_sequence": "primary"}, ["XS"], "not-applicable"),
        ({"line_of_business": "exchange"}, ["XS"], "not-applicable"),
        ({"line_of_business": "group", "plan": "gold"}, ["XS"], "payer_sequence"),
        ({"line_of_business": "group", "payer_sequence": "primary"}, ["XS"], "plan"),
    ],
)
def test_a_condition_on_an_unknown_fact_is_unknown(given: dict[str, str], modifiers: list[str], outcome: str) -> None:
    lines = [{"service_date": "2026-01-15", "code": "97110", "units": 1, "modifiers": modifiers}]
    claim = msgspec.convert({"claim_id": "W", "payer": PAYER, "lines": lines, **given}, Claim)
    answer = explain(_program(), claim, History(), _PAYER, Asked(None, None))[f"{PAYER}.gold"]
    if answer.outcome == "unknown":
        assert {need for _, hit in answer.hits for need in hit.needs} == {outcome}
    else:
        assert answer.outcome == outcome


def test_a_plan_serves_days_of_one_era_with_their_own_dates() -> None:
    def claim(day: str) -> Claim:
        lines = [{"service_date": day, "code": "97110", "units": 9, "minutes": 30, "modifiers": ["GP"]}]
        return msgspec.convert({"claim_id": "E", "payer": PAYER, "lines": lines}, Claim)

    for day in ("2025-02-03", "2025-02-04"):
        message = next(finding.message for finding in book().check(claim(day)).findings if finding.rule == f"{PAYER}.units")
        assert message.startswith(f"{day}: 9 timed units billed")


# ---- payers


@pytest.mark.parametrize(("name", "nearest"), [("exampel plan", PAYER), ("Medicare Part C", "medicare.part-b")])
def test_a_payer_that_is_not_on_file(name: str, nearest: str) -> None:
    lines = [{"service_date": "2026-01-15", "code": "97110", "units": 1, "charge": "40.00", "modifiers": ["GP"]}]
    report = book().check(msgspec.convert({"claim_id": "N", "payer": name, "lines": lines}, Claim))
    assert (report.payer, report.payer_as_sent, report.verdict, report.complete) == (None, name, "incomplete", False)
    (gap,) = [item for item in report.not_on_file if item.nearest]
    assert nearest in gap.nearest
    assert nearest in gap.message
    assert {used.id for used in report.packs} <= {"common"}
    assert all(finding.rule.startswith("common.") for finding in report.findings)


def test_a_claim_without_a_payer_is_unknown_not_clean() -> None:
    report = book().check(msgspec.convert({"claim_id": "N", "lines": [{"service_date": "2026-01-15", "code": "97110", "units": 1}]}, Claim))
    assert report.payer is None
    assert report.verdict in ("incomplete", "return", "deny")
    assert any("payer" in item.needs for item in report.unknown)


@pytest.mark.parametrize("name", ["Example", "example plan", "EXAMPLE  PLAN", PAYER])
def test_names_resolve_to_a_pack(name: str) -> None:
    lines = [{"service_date": "2026-01-15", "code": "97110", "units": 1}]
    report = book().check(msgspec.convert({"claim_id": "N", "payer": name, "lines": lines}, Claim))
    assert report.payer == PAYER
    assert report.payer_as_sent == (None if name == PAYER else name)


def test_a_payer_given_apart_is_recorded() -> None:
    lines = [{"service_date": "2026-01-15", "code": "97110", "units": 1}]
    report = book().check(msgspec.convert({"claim_id": "N", "payer": "medicare.part-b", "lines": lines}, Claim), payer=PAYER)
    assert (report.payer, report.payer_as_sent, report.asked.payer) == (PAYER, "medicare.part-b", PAYER)
