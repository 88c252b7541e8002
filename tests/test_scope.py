"""Rules for one plan or line of business only: they hold for its members, and nobody else is passed over in silence."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

import payerbook
from payerbook.api import Book
from payerbook.cli import main
from test_inheritance import LINE, claim, head, pack

SCOPES = {
    "plan": ({"plans": ["Gold"]}, ["Gold", "gold-ppo"], "Silver", "Bronze"),
    "line_of_business": ({"lines_of_business": ["medicare-advantage"]}, ["medicare-advantage", "Medicare Advantage"], "commercial", "PPO"),
}

PLANS: tuple[dict[str, Any], ...] = ({"name": "Gold", "aliases": ["Gold PPO"]}, {"name": "Silver"})


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
    pack(tmp_path / "scope", head("test.scope", plans=list(PLANS)), rules)
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
        assert answers(word) == ([], names, ("conditional", "conditional", 0), set(names)), word


def test_the_commands_take_a_plan_and_a_line_of_business(
    scoped: tuple[Book, str, list[str], str, str], capsys: Any, tmp_path: Path
) -> None:
    _, field, own, other, _ = scoped
    option = f"--{field.replace('_', '-')}"
    for word, covered in ((own[1], "not-covered"), (other, "indeterminate")):
        main(["coverage", "test.scope", "97112", "--on", "2026-01-15", option, word, "--json", "--policies", str(tmp_path)])
        answer = json.loads(capsys.readouterr().out)
        assert (answer["covered"], answer["asked"][field]) == (covered, word)


# --- whom a rule is not for -----------------------------------------------------------------------

EXCEPTIONS = {
    "plan": ({"not_plans": ["Gold"]}, {"plan": "GOLD PPO"}, {"plan": "Silver"}, [{}, {"plan": "Bronze"}]),
    "line of business": (
        {"not_lines_of_business": ["federal"]},
        {"line_of_business": "Federal"},
        {"line_of_business": "commercial"},
        [{}, {"line_of_business": "PPO"}],
    ),
    "state": (
        {"not_states": ["NY"]},
        {"billing_provider": {"state": "NY"}},
        {"billing_provider": {"state": "OR"}},
        [{}, {"billing_provider": {"npi": "1234567893"}}],
    ),
}


def _approvals(folder: Path, *whens: dict[str, Any], plans: tuple[dict[str, Any], ...] = PLANS) -> Book:
    """A payer that asks for authorization, with one rule for each of the conditions; it has two plans."""
    common = {"kind": "prior-authorization", "topic": "authorization", "category": "authorization", "evidence": "record", "effect": "deny"}
    common |= {"title": "Asked", "params": {"needed": "auth-needed"}, "versions": [{"from": "2025-01-01", "sources": [{"ref": "manual"}]}]}
    rules = [{**common, "rule": f"test.scope.rule-{number}", "when": when} for number, when in enumerate(whens)]
    pack(folder / "scope", head("test.scope", plans=list(plans)), rules)
    return payerbook.load(policies=[folder])


def _outcomes(book: Book, **said: Any) -> dict[str, str]:
    """What the rules of the payer say of a claim without an authorization: the severity of a failure, or that it is open."""
    report = book.check(claim("test.scope", lines=[LINE], context={"authorizations": []}, **said))
    found = {one.rule: one.severity for one in report.findings} | {one.rule: "unknown" for one in report.unknown}
    return {rule.rpartition("-")[2]: word for rule, word in found.items() if rule.startswith("test.scope.")}


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_a_finding_says_for_whom_the_rule_is_not(name: str, tmp_path: Path) -> None:
    """A name that nobody has on file may be another one of the exception, and then the finding asks for a look."""
    when, exempt, other, unsaid = EXCEPTIONS[name]
    book = _approvals(tmp_path, when)
    assert _outcomes(book, **exempt) == {}
    assert _outcomes(book, **other) == {"0": "deny"}
    for said in unsaid:
        named = any(isinstance(value, str) for value in said.values())
        assert _outcomes(book, **said) == {"0": "review" if named else "deny"}, said
        (finding,) = [
            one
            for one in book.check(claim("test.scope", lines=[LINE], context={"authorizations": []}, **said)).findings
            if one.rule == "test.scope.rule-0"
        ]
        assert (finding.fixes[0].action, finding.fixes[0].safety) == ("verify", "ask")
        assert name in finding.fixes[0].why
        assert next(iter(when.values()))[0] in finding.fixes[0].why


def test_a_rule_for_some_states_waits_for_the_state(tmp_path: Path) -> None:
    book = _approvals(tmp_path, {"states": ["AZ", "CA"]})
    assert _outcomes(book, billing_provider={"state": "CA"}) == {"0": "deny"}
    assert _outcomes(book, billing_provider={"state": "OR"}) == {}
    assert _outcomes(book) == {"0": "unknown"}
    day = date(2026, 1, 15)
    needed = {state: book.authorization("test.scope", "97110", on=day, state=state).authorization for state in ("CA", "OR", None)}
    assert {state: one.needed for state, one in needed.items() if one is not None} == {
        "CA": "auth-needed",
        "OR": "indeterminate",
        None: "conditional",
    }


def test_a_child_that_names_states_drops_those_that_its_parent_leaves_out(tmp_path: Path) -> None:
    _approvals(tmp_path, {"not_states": ["AZ"]})
    own = {"rule": "test.scope.child", "like": "test.scope.rule-0", "when": {"states": ["AZ"]}}
    own["versions"] = [{"from": "2025-01-01", "sources": [{"ref": "manual"}]}]
    (tmp_path / "scope" / "child.yaml").write_text(json.dumps(own), "utf-8")
    tests = {"rule": "test.scope.child", "cases": []}
    (tmp_path / "scope" / "child.test.yaml").write_text(json.dumps(tests), "utf-8")
    when = payerbook.load(policies=[tmp_path]).rule("test.scope.child").versions[0].when
    assert (when.states, when.not_states) == (("AZ",), ())


def test_an_answer_names_the_exceptions_that_the_question_leaves_open(tmp_path: Path) -> None:
    book = _approvals(tmp_path, {"not_plans": ["Gold"]})
    found = {
        plan: book.authorization("test.scope", "97110", on=date(2026, 1, 15), plan=plan).authorization for plan in (None, "Silver", "gold")
    }
    assert {plan: (one.needed, one.exceptions) for plan, one in found.items() if one is not None} == {
        None: ("auth-needed", ("plan Gold", "plan Gold PPO")),
        "Silver": ("auth-needed", ()),
        "gold": ("indeterminate", ()),
    }


# --- rules told apart by the discipline -----------------------------------------------------------


def test_rules_that_only_a_modifier_tells_apart_stand_side_by_side(tmp_path: Path) -> None:
    book = _approvals(tmp_path, {"modifiers_any": ["GP"]}, {"modifiers_none": ["GP"]})

    def answer(code: str, *modifiers: str) -> tuple[str, str | None, tuple[str, ...]]:
        said: Any = {"modifiers": modifiers} if modifiers else {}
        found = book.authorization("test.scope", code, on=date(2026, 1, 15), **said).authorization
        assert found is not None
        return found.needed, found.rule and found.rule.rpartition("-")[2], found.exceptions

    assert answer("97110") == ("conditional", "0", ("only with GP",))
    assert answer("97110", "GP") == ("auth-needed", "0", ())
    assert answer("97110", "GO") == ("auth-needed", "1", ())
    assert answer("92507") == ("auth-needed", "1", ())  # speech therapists alone bill it


def test_coverage_says_that_limits_stand_without_a_list_of_codes(tmp_path: Path) -> None:
    book = _approvals(tmp_path, {})
    answer = book.coverage("test.scope", "97110", on=date(2026, 1, 15))
    assert answer.covered == "indeterminate"
    assert answer.why == ("No list of covered codes is on file; authorization below is for the discipline.",)


# --- a payer by the name of one of its plans ------------------------------------------------------


def test_a_plan_that_the_payers_name_means_is_taken_from_it(tmp_path: Path) -> None:
    book = _approvals(
        tmp_path,
        {"plans": ["Brightwater Gold"]},
        {"not_plans": ["Brightwater Gold"]},
        {"not_lines_of_business": ["federal"]},
        plans=(
            {"name": "Brightwater Gold", "aliases": ["Brightwater Gold PPO"], "line_of_business": "federal"},
            {"name": "Brightwater Silver"},
        ),
    )
    sent = claim("Brightwater Gold PPO", lines=[LINE], context={"authorizations": []})
    report = book.check(sent)
    assert (report.payer, report.payer_as_sent) == ("test.scope", "Brightwater Gold PPO")
    assert [one.rule for one in report.findings if one.rule.startswith("test.")] == ["test.scope.rule-0"]
    own = msgspec.structs.replace(sent, plan="Brightwater Silver")
    assert [one.rule for one in book.check(own).findings if one.rule.startswith("test.")] == ["test.scope.rule-1", "test.scope.rule-2"]
    day = date(2026, 1, 15)
    answers = [book.authorization("brightwater gold", "97110", on=day), book.coverage("brightwater gold", "97110", on=day)]
    answers.append(book.limits("brightwater gold", "97110", on=day))
    assert {(one.asked.plan, one.asked.line_of_business) for one in answers} == {("Brightwater Gold", "federal")}
    cells = [book.compare("97110", on=day, payers=[name]).rows[0].cells["authorization"] for name in ("brightwater gold", "test.scope")]
    assert [[one.rule for one in cell.rules] for cell in cells] == [["test.scope.rule-0"], ["test.scope.rule-1"]]
