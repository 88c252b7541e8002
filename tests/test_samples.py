"""The sample claims are read without problems, and what is found for each claim is what their README says."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

import payerbook
from payerbook.api import Book
from payerbook.errors import Problem
from payerbook.finding import Report
from payerbook.formats.base import Read
from payerbook.formats.detect import open_claims
from payerbook.kinds import npi

SAMPLES = Path(__file__).parents[1] / "samples"
CONTRACT = Path(__file__).parents[2] / "shared" / "design" / "contract.md"

# What is found: (rule, line, severity) of every finding, claim by claim in the order of the file.
Found = list[tuple[str, int | None, str]]
MEDICARE = "medicare.part-b"
FINDINGS: dict[str, list[Found]] = {
    "batch-837p.x12": [
        [],
        [(f"{MEDICARE}.discipline-modifier", 1, "return")],
        [(f"{MEDICARE}.discipline-modifier", 1, "return")],
        [(f"{MEDICARE}.ncci-pairs", 2, "deny")],
        [],
        [(f"{MEDICARE}.mue", 1, "deny")],
        [(f"{MEDICARE}.codes-deleted", 1, "return")],
        [(f"{MEDICARE}.mue", 1, "deny"), (f"{MEDICARE}.codes-not-valid", 1, "return")],
        [(f"{MEDICARE}.codes-bundled", 1, "deny"), (f"{MEDICARE}.mue", 1, "deny")],
        [(f"{MEDICARE}.duplicate-line", 3, "deny"), (f"{MEDICARE}.one-line-per-day", 3, "review")],
        [(f"{MEDICARE}.duplicate-claim", None, "deny")],
        [],
        [("common.npi", None, "return")],
        [("common.diagnosis-codes", None, "return")],
        [("common.diagnosis-pointers", 2, "return")],
        [(f"{MEDICARE}.timely-filing", None, "deny")],
        [("common.charge-total", None, "return")],
        [],
        [],
    ],
    "claims.json": [
        [(f"{MEDICARE}.timed-units", 2, "deny")],
        [(f"{MEDICARE}.kx-threshold", 1, "deny"), (f"{MEDICARE}.kx-threshold", 2, "deny")],
        [],
        [],
        [],
    ],
    "claims.jsonl": [
        [(f"{MEDICARE}.discipline-modifier", 1, "return")],
        [],
        [("common.replacement-reference", None, "return")],
        [("common.diagnosis-codes", None, "review"), ("common.claim-dates", 2, "return")],
    ],
    "as-typed.json": [
        [
            ("common.diagnosis-spelling", None, "advice"),
            ("common.diagnosis-spelling", None, "advice"),
            (f"{MEDICARE}.discipline-modifier", 1, "return"),
            ("common.code-spelling", 1, "advice"),
            (f"{MEDICARE}.modifier-shape", 1, "advice"),
            ("common.code-spelling", 2, "advice"),
        ],
        [("common.diagnosis-pointers", 1, "advice"), (f"{MEDICARE}.modifier-twice", 1, "advice")],
    ],
}
RESOLVED = {
    "S2405": [(f"{MEDICARE}.ncci-pairs", 2)],
    "J3-threshold-kx": [(f"{MEDICARE}.kx-threshold", 1), (f"{MEDICARE}.kx-threshold", 2)],
}
CLAIMS = {
    "batch-837p.x12": [*(f"S24{n:02}" for n in range(1, 11)), "S2401", *(f"S26{n:02}" for n in range(1, 9))],
    "claims.json": ["J1-units", "J2-threshold", "J3-threshold-kx", "J4-clean", "J5-unknowns"],
    "claims.jsonl": ["A1001", "A1002", "A1003", "A1004"],
    "claims.csv": ["C1-clean", "C2-modifier", "C3-units", "C4-pair"],
    "as-typed.json": ["T1-small-letters", "T2-modifier-twice"],
}


@pytest.fixture(scope="module")
def book() -> Book:
    return payerbook.load()


def items(name: str) -> list[Read | Problem]:
    with (SAMPLES / name).open("rb") as stream:
        return list(open_claims(stream, name))


def reports(book: Book, name: str) -> list[Report]:
    run = book.run()
    return [run.check(item.claim) for item in items(name) if isinstance(item, Read)]


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_every_claim_is_read(name: str) -> None:
    found = items(name)
    assert [item for item in found if isinstance(item, Problem)] == []
    assert [item.claim.claim_id for item in found if isinstance(item, Read)] == CLAIMS[name]


@pytest.mark.parametrize("name", sorted(FINDINGS))
def test_findings(book: Book, name: str) -> None:
    found = [
        (report.claim_id, [(finding.rule, finding.line, finding.severity) for finding in report.findings]) for report in reports(book, name)
    ]
    assert found == list(zip(CLAIMS[name], FINDINGS[name], strict=True))


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_resolved(book: Book, name: str) -> None:
    found = {report.claim_id: [(item.rule, item.line) for item in report.resolved] for report in reports(book, name) if report.resolved}
    assert found == {claim: resolved for claim, resolved in RESOLVED.items() if claim in CLAIMS[name]}


def test_verdicts(book: Book) -> None:
    verdicts = [(report.claim_id, report.verdict, report.complete) for report in reports(book, "claims.json")]
    assert verdicts == [
        ("J1-units", "deny", True),
        ("J2-threshold", "deny", True),
        ("J3-threshold-kx", "clean", True),
        ("J4-clean", "clean", True),
        ("J5-unknowns", "incomplete", False),
    ]


def test_payers(book: Book) -> None:
    payers = {report.claim_id: report.payer for report in reports(book, "batch-837p.x12")}
    assert payers.pop("S2607") is None
    assert set(payers.values()) == {"medicare.part-b"}


def test_payer_not_on_file_is_incomplete(book: Book) -> None:
    report = next(report for report in reports(book, "batch-837p.x12") if report.claim_id == "S2607")
    assert report.verdict == "incomplete"
    assert report.payer_as_sent == "EVERGREEN EXAMPLE HEALTH PLAN"


def test_bare_claim_lists_what_is_missing(book: Book) -> None:
    report = reports(book, "claims.json")[4]
    assert report.verdict == "incomplete"
    said = {(item.rule, item.severity) for item in report.unknown if item.rule.startswith("common.")}
    assert said == {("common.diagnosis-pointers", "return"), ("common.npi", "review"), ("common.charge-total", "review")}


def test_messages_hold_no_patient_data(book: Book) -> None:
    for name in CLAIMS:
        read = [item.claim for item in items(name) if isinstance(item, Read)]
        for claim, report in zip(read, reports(book, name), strict=True):
            said = " ".join(item.message for item in (*report.findings, *report.resolved, *report.unknown, *report.not_on_file))
            secrets = [*(claim.diagnoses or ())]
            for person in (claim.patient, claim.subscriber):
                if person is not None:
                    secrets += [person.id or "", "" if person.birth_date is None else person.birth_date.isoformat()]
            assert [secret for secret in secrets if secret and secret in said] == []


def test_only_the_seeded_npi_is_wrong() -> None:
    wrong = []
    for name in CLAIMS:
        for item in items(name):
            assert isinstance(item, Read)
            claim = item.claim
            for provider in (claim.billing_provider, claim.rendering_provider, claim.referring_provider):
                if provider is not None and provider.npi is not None and not npi.valid(provider.npi):
                    wrong.append(claim.claim_id)
    assert wrong == ["S2602"]


def test_pyx12_accepts_the_837p() -> None:
    params = pytest.importorskip("pyx12.params")
    document = pytest.importorskip("pyx12.x12n_document")
    answer = io.StringIO()
    accepted = document.x12n_document(params.params(), str(SAMPLES / "batch-837p.x12"), fd_997=answer, fd_html=None)
    assert accepted is True
    segments = answer.getvalue().split("~")
    assert [segment.strip() for segment in segments if segment.strip().startswith(("IK5", "AK9"))] == ["IK5*A", "IK5*A", "AK9*A*2*2*2"]


@pytest.mark.skipif(not CONTRACT.is_file(), reason="the contract is not beside the checkout")
def test_first_line_is_the_example_of_the_contract() -> None:
    example = CONTRACT.read_text("utf-8").split("## 2. A claim (JSON)")[1].split("```json")[1].split("```")[0]
    first = (SAMPLES / "claims.jsonl").read_text("utf-8").splitlines()[0]
    assert json.loads(first) == json.loads(example)


def test_readme_names_every_claim() -> None:
    readme = (SAMPLES / "README.md").read_text("utf-8")
    assert [claim for claims in CLAIMS.values() for claim in claims if f"| {claim}" not in readme] == []
