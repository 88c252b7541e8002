"""Every payer on file answers every question about everyday codes: with a source, or with the reason why it cannot."""

from __future__ import annotations

from datetime import date

import pytest

import payerbook
from payerbook.claim import Claim, Line, Provider

CODES = {
    "97110": "GP",
    "97140": "GP",
    "97530": "GO",
    "97112": "GP",
    "97161": "GP",
    "97164": "GP",
    "97116": "GP",
    "97035": "GP",
    "97165": "GO",
    "92507": "GN",
}
"""Ten everyday codes, each with the modifier of a discipline that bills it: treatment, evaluation and a modality."""
ON = date(2026, 12, 1)
BOOK = payerbook.load()
PAYERS = [head.id for head in BOOK.packs() if head.payer]


@pytest.mark.parametrize("code", CODES)
def test_every_cell_cites_a_source_or_says_why_not(code: str) -> None:
    compared = BOOK.compare(code, on=ON)
    assert [row.payer for row in compared.rows] == sorted(PAYERS)
    for row in compared.rows:
        for point, cell in row.cells.items():
            where = f"{row.payer} {code} {point}"
            assert (cell.answer is None) == (not cell.rules), where
            if cell.answer is None:
                assert cell.text in ("no source found", "not known"), where
                assert cell.reason, where
            else:
                assert cell.grade, where
                assert all(rule.source and rule.publisher for rule in cell.rules), where


@pytest.mark.parametrize("payer", PAYERS)
def test_questions_about_everyday_codes_are_answered(payer: str) -> None:
    for code in CODES:
        coverage = BOOK.coverage(payer, code, on=ON)
        assert coverage.why, code
        named = [point.rule for point in coverage.unknown if point.rule is not None]
        assert coverage.sources or named or coverage.decided_at == "default", f"{code}: {coverage.covered}, and neither source nor rule"
        for limit in BOOK.limits(payer, code, on=ON).limits:
            assert limit.sources, f"{code}: {limit.rule}"
        asked = BOOK.authorization(payer, code, on=ON)
        if asked.authorization is None:
            assert coverage.covered == "not-covered", code
        elif asked.authorization.needed == "indeterminate":
            assert asked.unknown, f"{code}: open, and nothing says why"
        else:
            assert asked.authorization.sources, code


@pytest.mark.parametrize("payer", PAYERS)
def test_everyday_claims_are_checked(payer: str) -> None:
    for code, modifier in CODES.items():
        line = Line(number=1, service_date=ON, code=code, units=1, modifiers=(modifier,))
        claim = Claim(claim_id="A1", payer=payer, lines=(line,), place_of_service="11", billing_provider=Provider(npi="1234567893"))
        report = BOOK.check(claim)
        assert report.payer == payer
        assert report.verdict in ("deny", "return", "review", "incomplete", "clean")
        for finding in (*report.findings, *report.unknown, *report.not_on_file):
            assert finding.sources or finding.message, f"{code}: {finding.rule}"
