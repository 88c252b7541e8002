"""The list of worked cases is true: what it calls reached is reached by the rule it names, what it calls missed is missed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

import payerbook
from payerbook.claim import Documentation, Episode, TreatmentNote
from worked import page
from worked.adapter import adapt, identify
from worked.judge import CASES, COMMAND, WORDS, Answer, Judged, absent, answers, cases, judged, judged_with_prose, prose

needs_cases = pytest.mark.skipif(not CASES.is_file(), reason="the folder shared/testdata beside the checkout is absent")
LISTED = answers()
BOOK = payerbook.load()
MEDICARE = {"payer": "medicare.part-b"}
PROSE = prose()
WITH_PROSE = [one for one in judged_with_prose() if one.id in PROSE]


def _holds(one: Judged, answer: Answer, path: str) -> None:
    """What stands in the list at `path` is what the packs find."""
    found = [(finding.rule, finding.effect) for finding in one.report.findings]
    if answer.hit is None:
        assert not one.hit, f"{one.id} is reached now, by {', '.join(one.by) or 'no finding at all'}; move it to the hits in {path}"
        assert answer.miss != "other-effect" or answer.rule in {rule for rule, _ in found}, f"{one.id}: {answer.rule} finds nothing"
    elif answer.hit == "clean":
        assert one.hit, f"{one.id} is clean no longer: {found}"
    else:
        assert answer.hit in one.by, f"{one.id} is no longer reached by {answer.hit}: {found}"


@needs_cases
def test_every_case_is_listed_and_those_without_a_pack_say_so() -> None:
    assert sorted(LISTED) == sorted(case["id"] for case in cases())
    assert {id for id, answer in LISTED.items() if answer.miss == "no-pack"} == {case["id"] for case in absent()}


@pytest.mark.parametrize("one", [one for one in judged() if LISTED[one.id].hole], ids=lambda one: one.id)
def test_a_hole_that_a_case_falls_into_is_a_hole_of_its_pack(one: Judged) -> None:
    hole = LISTED[one.id].hole
    assert hole is not None
    assert [text for text in BOOK.pack(one.pack).head.holes if text.startswith(hole)], f"{one.pack} names no hole that begins {hole!r}"


@pytest.mark.parametrize("one", judged(), ids=lambda one: one.id)
def test_case(one: Judged) -> None:
    _holds(one, LISTED[one.id], "answers.yaml")


class TestWithTheFactsOfTheProse:
    """Facts that stand only in the text of a case are laid over its claim: that shows whether the rules are right."""

    @pytest.mark.parametrize("one", WITH_PROSE, ids=lambda one: one.id)
    def test_case(self, one: Judged) -> None:
        _holds(one, PROSE[one.id], "prose.yaml")

    @needs_cases
    def test_every_entry_belongs_to_a_case_of_a_payer_on_file(self) -> None:
        assert {one.id for one in WITH_PROSE} == set(PROSE)

    @pytest.mark.parametrize(("case", "entry"), PROSE.items(), ids=lambda value: value if isinstance(value, str) else "")
    def test_every_entry_says_what_its_facts_are(self, case: str, entry: Any) -> None:
        assert entry.says
        assert entry.facts
        assert (entry.hit is None) == (entry.miss == "other-effect")
        assert (entry.reason is None) == (entry.miss is None)

    @needs_cases
    def test_no_fact_of_the_prose_takes_a_hit_away(self) -> None:
        plain = {one.id for one in judged() if one.hit}
        assert plain <= {one.id for one in judged_with_prose() if one.hit}


@pytest.mark.parametrize(("case", "answer"), LISTED.items(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_entry_says_all_it_has_to(case: str, answer: Any) -> None:
    assert (answer.hit is None) != (answer.miss is None)
    assert (answer.reason is not None) == (answer.miss is not None)
    assert (answer.needs is not None) == (answer.miss in ("missing-fact", "no-pack"))
    assert (answer.hole is not None) == (answer.miss == "no-rule")
    assert answer.miss is None or answer.miss in WORDS
    if answer.miss in ("other-effect", "not-on-file", "contradicted"):
        assert answer.rule is not None


STATING_LINES = [one for one in judged() if one.hit and "line_outcomes" in one.case["expected"]]


@pytest.mark.parametrize("one", STATING_LINES, ids=lambda one: one.id)
def test_a_case_that_names_lines_is_reached_on_those_lines(one: Judged) -> None:
    stated = one.case["expected"]["line_outcomes"]
    lines = one.case["claim"]["lines"]
    found = {lines[finding.line - 1]["code"] for finding in one.report.findings if finding.line is not None and finding.effect == "deny"}
    assert found == {code for code, outcome in stated.items() if outcome == "deny"}


@needs_cases
def test_the_page_is_up_to_date() -> None:
    assert page.PAGE.is_file()
    assert page.PAGE.read_text("utf-8") == page.render(), f"write it with: {COMMAND}"


# ---- the adapter

CASE: dict[str, Any] = {
    "id": "X",
    "payer": "Medicare Part B (a contractor)",
    "date_of_service": "2026-03-02",
    "situation": "A visit by video, patient at home.",
    "claim": {
        "lines": [
            {"code": "97110", "modifiers": ["GP"], "units": 2, "minutes": 30, "dx": ["M54.50", "M25.511"], "pos": "11"},
            {
                "code": "97140",
                "modifiers": ["GP"],
                "units": 1,
                "dx": ["M25.511"],
                "pos": "11",
                "performed_by": "student",
                "referring_npi": "mismatch",
            },
        ],
        "history": {"pt_slp_incurred": 2450, "this_visit_allowed": 100, "visit_number": 4, "pt_visits_this_year": 9, "age": 71},
        "auth": {"requested": True, "visits": 6, "status": "pending"},
        "documents": ["signed order", "unsigned note", "ABN dated 2026-02-01"],
    },
}


def test_the_adapter_maps_words_to_fields_and_names_the_rest() -> None:
    claim, left_out = adapt(CASE, MEDICARE)
    assert claim.diagnoses == ("M54.50", "M25.511")
    assert [line.diagnosis_pointers for line in claim.lines] == [(1, 2), (2,)]
    assert [line.minutes for line in claim.lines] == [30, None]
    assert [line.allowed for line in claim.lines] == [Decimal("66.67"), Decimal("33.33")]
    assert claim.context is not None
    (accumulator,) = claim.context.accumulators or ()
    assert (accumulator.name, accumulator.bucket, accumulator.year, accumulator.used) == (
        "medicare-threshold",
        "PT+SLP",
        2026,
        Decimal(2450),
    )
    assert accumulator.as_of == date(2026, 3, 1)
    assert claim.context.episode is not None
    assert claim.context.episode.visit_number == 4
    (authorization,) = claim.context.authorizations or ()
    assert (authorization.status, authorization.visits) == ("requested", 6)
    assert claim.context.telehealth is not None
    assert (claim.context.telehealth.modality, claim.context.telehealth.patient_location) == ("audio-video", "home")
    performer = claim.lines[1].rendering_provider
    assert performer is not None
    assert performer.taxonomy == "390200000X"
    documentation = claim.context.documentation
    assert documentation is not None
    assert documentation.absent == ("treatment_notes.signed_on",)
    assert documentation.treatment_notes == (TreatmentNote(date(2026, 3, 2)),)
    assert documentation.abn is not None
    assert documentation.abn.signed_on == date(2026, 2, 1)
    assert left_out == ("lines: referring_npi", "history: age", "auth: status", "documents: signed order")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("blanket ABN", {"abn": {"kind": "blanket"}}),
        ("plan signed by PA", {"plan_of_care": {"certified_by_role": "physician-assistant"}}),
        ("physician review dated 75 days earlier", {"plan_of_care": {"certified_on": "2025-12-17", "certified_by_role": "physician"}}),
        ("note with 30 timed minutes", {"treatment_notes": [{"service_date": "2026-03-02", "timed_minutes": 30}]}),
    ],
)
def test_documents_that_name_a_fact_become_that_fact(text: str, part: dict[str, Any]) -> None:
    case = {**CASE, "claim": {**CASE["claim"], "documents": [text]}}
    context = adapt(case, MEDICARE).claim.context
    assert context is not None
    assert context.documentation == msgspec.convert(part, Documentation)


def test_a_record_without_documents_is_known_to_lack_them() -> None:
    context = adapt({**CASE, "claim": {**CASE["claim"], "documents": []}}, MEDICARE).claim.context
    assert context is not None
    assert context.documentation is not None
    assert "plan_of_care" in context.documentation.absent


def test_a_facility_bills_as_facilities_do() -> None:
    claim, _ = adapt({**CASE, "payer": "Medicare (CORF, a contractor)"}, MEDICARE)
    assert (claim.claim_type, claim.bill_type) == ("institutional", "751")


def test_facts_of_the_prose_are_laid_over_the_claim() -> None:
    more = {"lines": [{"assistant_minutes": 10}, {}], "context": {"episode": {"discipline": "PT"}}}
    claim, _ = adapt(CASE, MEDICARE, more)
    assert [(line.minutes, line.assistant_minutes) for line in claim.lines] == [(30, 10), (None, None)]
    assert claim.context is not None
    assert claim.context.episode == Episode(visit_number=4, discipline="PT")


def test_what_a_case_does_not_state_stays_unknown() -> None:
    bare = {
        "lines": [{"code": "97110", "modifiers": [], "units": 1, "pos": "11"}],
        "history": {},
        "auth": "not stated",
        "documents": "not stated",
    }
    claim, left_out = adapt({**CASE, "situation": "A visit.", "claim": bare}, MEDICARE)
    assert (claim.context, claim.diagnoses, claim.lines[0].minutes, left_out) == (None, None, None, ())
    none, _ = adapt({**CASE, "claim": {**bare, "auth": "none"}}, MEDICARE)
    assert none.context is not None
    assert none.context.authorizations == ()


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Medicare Part B", {"payer": "medicare.part-b", "line_of_business": "medicare"}),
        ("Medicare (CORF, Noridian)", {"payer": "medicare.part-b", "line_of_business": "medicare"}),
        ("Medicare Advantage", None),
        (
            "UnitedHealthcare Dual Complete (D-SNP)",
            {"payer": "medicare-advantage.uhc", "plan": "UnitedHealthcare Dual Complete", "line_of_business": "medicare-advantage"},
        ),
        (
            "Texas workers' compensation",
            {"payer": "workers-comp.tx", "line_of_business": "workers-comp", "billing_provider": {"state": "TX"}},
        ),
    ],
)
def test_payers_of_cases_resolve_through_the_book(text: str, fields: dict[str, Any] | None) -> None:
    assert identify(BOOK, text) == fields


def test_a_state_in_the_remark_is_the_state_of_the_claim_and_the_longest_name_counts() -> None:
    found = identify(BOOK, "UnitedHealthcare Medicare Advantage (West Virginia)")
    assert found is not None
    assert found["billing_provider"] == {"state": "WV"}
