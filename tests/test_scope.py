"""Rules for one plan or line of business only: they hold for its members, and nobody else is passed over in silence."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import payerbook
from payerbook.api import Book
from payerbook.cli import main
from test_inheritance import LINE, claim, head, pack

SCOPES = {
    "plan": ({"plans": ["Gold"]}, ["Gold", "gold-ppo"], "Silver", "Bronze"),
    "line_of_business": ({"lines_of_business": ["medicare-advantage"]}, ["medicare-advantage", "Medicare Advantage"], "commercial", "PPO"),
}


@pytest.fixture(params=SCOPES)
def scoped(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Book, str, list[str], str, str]:
    """A payer whose three rules look at one plan or line of business only; the field, words for it, for another, and one unheard of."""
    when, own, other, unheard = SCOPES[request.param]
    versions = [{"from": "2025-01-01", "sources": [{"ref": "manual"}]}]
    common = {"effect": "deny", "evidence": "claim", "category": "coverage", "title": "Scoped", "when": when, "versions": versions}
    kinds = {
        "status": ("code-status", "non-covered", {"status": "non-covered", "codes": {"97112": {}}}),
        "approval": ("prior-authorization", "authorization", {"needed": "auth-needed"}),
        "visits": ("frequency-limit", "visit-limits", {"counts": "visits", "per": "calendar-year", "limit": 5}),
    }
    rules = [
        {**common, "rule": f"test.scope.{name}", "kind": kind, "topic": topic, "params": params}
        for name, (kind, topic, params) in kinds.items()
    ]
    plans = [{"name": "Gold", "aliases": ["Gold PPO"]}, {"name": "Silver"}]
    pack(tmp_path / "scope", head("test.scope", plans=plans), rules)
    return payerbook.load(policies=[tmp_path]), request.param, own, other, unheard


def test_a_rule_for_one_plan_is_never_passed_over_because_the_plan_is_unknown(scoped: tuple[Book, str, list[str], str, str]) -> None:
    book, field, own, other, unheard = scoped

    def answers(word: str | None) -> tuple[Any, ...]:
        said: Any = {} if word is None else {field: word}
        day = date(2026, 1, 15)
        report = book.check(claim("test.scope", lines=[{**LINE, "code": "97112"}], **said))
        coverage = book.coverage("test.scope", "97112", on=day, **said)
        authorization = book.authorization("test.scope", "97110", on=day, **said)
        limits = book.limits("test.scope", "97110", on=day, **said)
        assert authorization.authorization is not None
        return (
            [one.rule for one in report.findings if one.rule == "test.scope.status"],
            [one.rule for one in report.unknown if one.needs == (field,)],
            (coverage.covered, authorization.authorization.needed, len(limits.limits)),
            {point.rule for answer in (coverage, authorization, limits) for point in answer.unknown if point.needs == (field,)},
        )

    names = ["test.scope.approval", "test.scope.status", "test.scope.visits"]
    for word in own:
        assert answers(word) == (["test.scope.status"], [], ("not-covered", "auth-needed", 1), set())
    assert answers(other) == ([], [], ("indeterminate", "indeterminate", 0), set())
    for word in (unheard, None):
        assert answers(word) == ([], names, ("conditional", "indeterminate", 0), set(names)), word


def test_the_commands_take_a_plan_and_a_line_of_business(
    scoped: tuple[Book, str, list[str], str, str], capsys: Any, tmp_path: Path
) -> None:
    _, field, own, other, _ = scoped
    option = f"--{field.replace('_', '-')}"
    for word, covered in ((own[1], "not-covered"), (other, "indeterminate")):
        main(["coverage", "test.scope", "97112", "--on", "2026-01-15", option, word, "--json", "--policies", str(tmp_path)])
        answer = json.loads(capsys.readouterr().out)
        assert (answer["covered"], answer["asked"][field]) == (covered, word)
