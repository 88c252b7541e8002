"""Earlier claims of a run as history of later ones (contract, section 2)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_plan import PAYER, book, claims, few
from payerbook.claim import Claim, Context, HistoryItem, Patient, patient_key
from payerbook.engine.ledger import as_history
from payerbook.finding import Report
from payerbook.kinds.base import History


def _naive(claims: list[Claim]) -> list[bytes]:
    """Checks every claim with history kept the plain way: all services of the patient so far, by claim, nothing forgotten."""
    seen: dict[str, dict[str, list[HistoryItem]]] = {}
    reports = []
    for claim in claims:
        own = claim.context.history if claim.context is not None else None
        key = patient_key(claim)
        before = seen.setdefault(key, {}) if key is not None else {}
        named = {item.claim_id for item in own or ()}
        items = (*(own or ()), *(item for id, items in before.items() if id not in named for item in items))
        report = book().check(claim, history=History(items, complete=own is not None))
        reports.append(report.json())
        if claim.frequency_code in ("7", "8"):
            before.pop(claim.original_reference or "", None)
        before.pop(claim.claim_id, None)
        if claim.frequency_code != "8" and key is not None:
            before[claim.claim_id] = as_history(claim, report.payer)
    return reports


def _in_order(claims: list[Claim]) -> list[Claim]:
    """Claims of one day each, in order of their days, so that nothing comes later than a run remembers. New claims get numbers of
    their own; replacements and voids keep theirs, which may be that of an earlier claim."""
    made = []
    for place, claim in enumerate(sorted(claims, key=lambda claim: claim.lines[0].service_date), 1):
        day = claim.lines[0].service_date
        lines = tuple(msgspec.structs.replace(line, service_date=day) for line in claim.lines)
        claim_id = claim.claim_id if claim.frequency_code in ("7", "8") else f"C{place}"
        made.append(msgspec.structs.replace(claim, lines=lines, claim_id=claim_id))
    return made


@few
@given(claims=st.lists(claims, min_size=2, max_size=6).map(_in_order))
def test_many_claims_are_checked_as_one_by_one_with_their_history(claims: list[Claim]) -> None:
    assert [report.json() for report in book().check_many(claims)] == _naive(claims)


def test_what_comes_late_does_not_see_what_was_forgotten() -> None:
    days = ("2025-01-15", "2026-11-01", "2025-01-15")
    reports = list(book().check_many([_visit(f"C{day}{place}", service_date=day) for place, day in enumerate(days)]))
    assert [_found(report, "twice") for report in reports] == [[], [], []]


def _visit(claim_id: str, frequency: str | None = None, reference: str | None = None, **line: Any) -> Claim:
    base = {"service_date": "2026-01-15", "code": "97110", "units": 2, "minutes": 30, "modifiers": ["GP"], "allowed": "80.00"}
    head = {"claim_id": claim_id, "payer": PAYER, "frequency_code": frequency, "original_reference": reference}
    return msgspec.convert({**head, "patient": {"id": "P1"}, "lines": [{**base, **line}]}, Claim)


def _found(report: Report, rule: str) -> list[str]:
    return [finding.message for finding in report.findings if finding.rule == f"{PAYER}.{rule}"]


def test_an_earlier_claim_of_the_run_is_history() -> None:
    reports = list(book().check_many([_visit("A"), _visit("B")]))
    assert _found(reports[0], "twice") == []
    assert _found(reports[1], "twice") == ["97110 on 2026-01-15 with 2 units is an exact copy of claim A."]


def test_a_voided_claim_is_no_history() -> None:
    for void in (_visit("A", "8", "X1"), _visit("V", "8", "A")):
        assert _found(list(book().check_many([_visit("A"), void, _visit("B")]))[-1], "twice") == []


def test_a_replaced_claim_counts_as_replaced() -> None:
    for new in (_visit("A", "7", "X1", units=1), _visit("V", "7", "A", units=1)):
        reports = list(book().check_many([_visit("A"), new, _visit("B")]))
        assert _found(reports[1], "twice") == []
        assert _found(reports[2], "twice") == []
        assert _found(list(book().check_many([_visit("A"), new, _visit("B", units=1)]))[-1], "twice") != []


def _spent(allowed: str, claim_id: str, frequency: str | None = None, reference: str | None = None, day: str = "2026-01-15") -> Claim:
    """A claim whose patient had spent nothing on 1 January; the example plan's amount for 2026 is $126."""
    accumulator = {"name": "yearly", "bucket": "PT+SLP", "year": 2026, "used": "0.00", "as_of": "2026-01-01"}
    context = msgspec.convert({"accumulators": [accumulator]}, Context)
    return msgspec.structs.replace(_visit(claim_id, frequency, reference, allowed=allowed, service_date=day), context=context)


def test_amounts_of_a_run_add_up() -> None:
    reports = list(book().check_many([_spent("70.00", "A"), _spent("70.00", "B", day="2026-01-16")]))
    assert [len(_found(report, "yearly")) for report in reports] == [0, 1]


@pytest.mark.parametrize("reference", ["A", "X1"])
def test_the_amount_of_a_replaced_claim_counts_once(reference: str) -> None:
    replacement = _spent("70.00", "V" if reference == "A" else "A", "7", reference)
    reports = list(book().check_many([_spent("70.00", "A"), replacement, _spent("1.00", "B", day="2026-01-16")]))
    assert [len(_found(report, "yearly")) for report in reports] == [0, 0, 0]


def test_a_claim_that_comes_twice_counts_once() -> None:
    reports = list(book().check_many([_spent("70.00", "A"), _spent("70.00", "A"), _spent("1.00", "B", day="2026-01-16")]))
    assert [len(_found(report, "yearly")) for report in reports] == [0, 0, 0]


def test_patients_do_not_mix() -> None:
    other = msgspec.structs.replace(_visit("B"), patient=msgspec.convert({"id": "P2"}, Patient))
    unnamed = msgspec.structs.replace(_visit("C"), patient=None)
    reports = list(book().check_many([_visit("A"), other, unnamed]))
    assert [_found(report, "twice") for report in reports] == [[], [], []]


def test_earlier_claims_from_a_file_count() -> None:
    session = book().run()
    session.remember(_visit("H"))
    assert _found(session.check(_visit("B")), "twice") == ["97110 on 2026-01-15 with 2 units is an exact copy of claim H."]
