"""`payerbook prove`: each sort of contradiction, put into a small pack, is found with its smallest claim; the bundled packs are clean."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from payerbook.authoring import strength
from payerbook.authoring.documents import PackDoc
from payerbook.authoring.faults import PROVED
from payerbook.authoring.prove.proof import Proof
from payerbook.authoring.prove.run import prove, steps
from payerbook.authoring.prove.shrink import smallest
from payerbook.authoring.session import Session
from payerbook.authoring.yamlfile import read
from payerbook.claim import Claim, Context, Episode, Line
from payerbook.cli import main
from payerbook.kinds.base import Contribution, Due, Kind, Limit
from payerbook_plugins import policies

PACK = 'pack: seed.NAME\nformat: "1"\ntitle: Seed NAME\nversion: 2026.1.0\npublisher: Seed Plan\n'
SOURCES = "manual: {title: Manual, publisher: Seed Plan, grade: A, last_checked: 2026-01-02}\n"
RULE = """rule: seed.NAME.RULE
title: A rule
effect: deny
evidence: claim
topic: modifiers
category: coding
why: The plan says so.
fix: Correct the line.
"""
SINCE = "versions: [{from: 2025-01-01, sources: [{ref: manual}]}]\n"
ON_TWO = 'when: {codes: ["97110", "97112"]}\n'
NEVER = "when: {modifiers_any: [KX], modifiers_none: [KX]}"
PAID = f"kind: code-status\n{ON_TWO}params: {{status: payable, codes: {{'97110': {{}}}}}}\n{SINCE}"
REFUSED = f"kind: code-status\n{ON_TWO}params: {{status: non-covered, codes: {{'97110': {{}}}}}}\n{SINCE}"
ASKED = f"kind: prior-authorization\n{ON_TWO}params: {{needed: auth-needed}}\n{SINCE}"
TIMED = f"kind: timed-units\n{ON_TWO}params: {{method: METHOD}}\n{SINCE}"
LIMIT = f"kind: same-day-limit\n{ON_TWO}params: {{limit: 2, counts: units}}\n{SINCE}"


def _two(first: str, second: str) -> str:
    """Two versions, in the words of a rule's file."""
    return f"versions:\n  - {{{first}, sources: [{{ref: manual}}]}}\n  - {{{second}, sources: [{{ref: manual}}]}}\n"


class Seed(NamedTuple):
    """A small pack with one thing wrong: its rules, the code of the proof, the rules and the line in the first one's file that it
    names, and the lines of the smallest claim."""

    name: str
    rules: dict[str, str]
    code: str
    named: tuple[str, ...]
    line: int
    claim: list[dict[str, Any]] | None


def _line(day: str, *modifiers: str, code: str = "97110") -> dict[str, Any]:
    return {"service_date": day, "code": code, "units": 1, **({"modifiers": list(modifiers)} if modifiers else {})}


SEEDS = (
    Seed(
        "dead",
        {"a": f"kind: required-modifier\n{NEVER}\nparams: {{any_of: [GP]}}\n{SINCE}"},
        "PB060", ("a",), 12, [_line("2025-01-01", "KX")],
    ),
    Seed(
        "dead-version",
        {
            "a": LIMIT.replace(SINCE, _two("from: 2025-01-01", f"from: 2026-01-01, {NEVER}")),
        },
        "PB061", ("a",), 14, [_line("2026-01-01", "KX")],
    ),
    Seed(
        "both-ways",
        {
            "a": f"kind: required-modifier\n{ON_TWO}params: {{any_of: [GP]}}\n{SINCE}",
            "b": 'kind: modifier-conflict\nwhen: {codes: ["97110", "97140"]}\nparams: {modifiers: [GP], never: true}\n'
            "versions: [{from: 2025-07-01, sources: [{ref: manual}]}]\n",
        },
        "PB062", ("a", "b"), 12, [_line("2025-07-01")],
    ),
    Seed(
        "with-one-modifier",
        {
            "a": f"kind: modifier-conflict\nparams: {{modifiers: [KX], needs_any: [GA]}}\n{SINCE}",
            "b": f"kind: modifier-conflict\nparams: {{modifiers: [KX], not_with: [GA]}}\n{SINCE}",
        },
        "PB062", ("a", "b"), 11, [_line("2025-01-01", "KX")],
    ),
    Seed("two-coverages", {"a": PAID, "b": REFUSED}, "PB063", ("a", "b"), 12, [_line("2025-01-01")]),
    Seed(
        "two-permissions",
        {"a": ASKED, "b": ASKED.replace("auth-needed", "no-auth")},
        "PB064", ("a", "b"), 12, [_line("2025-01-01")],
    ),
    Seed("two-limits", {"a": LIMIT, "b": LIMIT.replace("limit: 2", "limit: 3")}, "PB065", ("a", "b"), 12, [_line("2025-01-01")]),
    Seed(
        "two-methods",
        {"a": TIMED.replace("METHOD", "cms"), "b": TIMED.replace("METHOD", "ama")},
        "PB066", ("a", "b"), 12, [_line("2025-01-01")],
    ),
    Seed(
        "gap",
        {"a": LIMIT.replace(SINCE, _two("from: 2025-01-01, to: 2025-03-31", "from: 2025-05-01"))},
        "PB067", ("a", "a"), 13, [_line("2025-04-01")],
    ),
    Seed(
        "hidden",
        {"a": LIMIT.replace(SINCE, _two("attested_from: 2025-01-01", "attested_from: 2025-01-01, known: 2025-06-01"))},
        "PB068", ("a",), 13, [_line("2025-01-01")],
    ),
    Seed(
        "ends",
        {"a": LIMIT.replace("2025-01-01,", "2025-01-01, to: 2025-12-31,")},
        "PB069", ("a",), 12, [_line("2026-01-01")],
    ),
    Seed("asked-for-nothing", {"a": ASKED, "b": REFUSED}, "PB070", ("a", "b"), 12, [_line("2025-01-01")]),
    Seed(
        "refused-fix",
        {
            "a": f"kind: modifier-conflict\nparams: {{modifiers: [KX], needs_any: [GA]}}\n{SINCE}",
            "b": f"kind: modifier-conflict\n{ON_TWO}params: {{modifiers: [GA], never: true}}\n{SINCE}",
        },
        "PB072", ("a", "b"), 1, [_line("2025-01-01", "KX")],
    ),
)  # fmt: skip


def _write(folder: Path, name: str, rules: dict[str, str], more: str = "") -> Path:
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(PACK.replace("NAME", name) + more, "utf-8")
    (folder / "sources.yaml").write_text(SOURCES, "utf-8")
    for rule, text in rules.items():
        (folder / f"{rule}.yaml").write_text(RULE.replace("NAME", name).replace("RULE", rule) + text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """All seeded packs in one tree, beside the bundled ones."""
    root = tmp_path_factory.mktemp("prove").resolve()
    for seed in SEEDS:
        _write(root / seed.name, seed.name, seed.rules)
    _write(root / "plain", "plain", {"a": LIMIT, "b": REFUSED, "c": PAID.replace("97110", "97112")})
    return Session([root])


def _proofs(session: Session, pack: str) -> list[Proof]:
    one = strength.find_pack(session, pack)
    files = strength.chosen(one, [], None)
    taken: list[None] = []
    found = prove(session, one, files, lambda: taken.append(None))
    assert len(taken) == (steps(files) if found.rules else 0)
    return found.proofs


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_each_fault_is_found_with_the_smallest_claim_that_shows_it(seed: Seed, session: Session) -> None:
    found = [proof for proof in _proofs(session, f"seed.{seed.name}") if proof.code == seed.code]
    assert [proof.rules for proof in found] == [tuple(f"seed.{seed.name}.{rule}" for rule in seed.named)]
    proof = found[0]
    assert [place.file.name for place in proof.places] == [f"{rule}.yaml" for rule in seed.named]
    assert proof.places[0].line == seed.line
    assert proof.note == (seed.code == "PB069")
    lines = (proof.claim or {}).get("lines")
    assert json.loads(msgspec.json.encode(lines)) == seed.claim


def test_a_pack_with_nothing_wrong_has_no_proof(session: Session) -> None:
    assert _proofs(session, "seed.plain") == []


def _swap(session: Session, name: str, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    kind: Kind[Any] = session.kinds[name]
    monkeypatch.setitem(session.kinds, name, dataclasses.replace(kind, **changes))  # type: ignore[arg-type]  # the session's own dict


def _raise(*given: object) -> Contribution:
    raise RuntimeError("out of order")


_ZERO = Contribution(limits=(Limit("units", Decimal(0), "day"),))
_NO_TIME = Due("the appeal", date(2025, 1, 1), "the denial", 0, start=date(2025, 1, 1))
FAULTY_KINDS: dict[str, tuple[str, dict[str, Callable[..., Any]]]] = {
    "PB071": ("same-day-limit", {"answer": lambda params, tables, question: _ZERO}),
    "PB073": ("code-status", {"deadlines": lambda params, case: [_NO_TIME]}),
    "PB074": ("same-day-limit", {"answer": _raise}),
    "PB075": ("code-status", {"bind": lambda params, tables: lambda case, indexes: None}),
}


@pytest.mark.parametrize("code", FAULTY_KINDS)
def test_a_kind_that_answers_wrongly_is_found(code: str, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _write(tmp_path / "kinds", "kinds", {"a": LIMIT, "b": PAID, "c": REFUSED.replace("97110", "97112")})
    case = 'rule: seed.kinds.c\ncases: [{name: one, expect: fail, claim: {lines: [{service_date: 2025-01-01, code: "97112", units: 1}]}}]\n'
    (folder / "c.test.yaml").write_text(case, "utf-8")
    own = Session([folder])
    assert _proofs(own, "seed.kinds") == []
    kind, changes = FAULTY_KINDS[code]
    _swap(own, kind, monkeypatch, **changes)
    found = [proof for proof in _proofs(own, "seed.kinds") if proof.code == code]
    assert len(found) == 1
    assert found[0].counts
    assert found[0].claim is not None
    assert len(found[0].claim["lines"]) == 1


def test_what_a_pack_accepts_does_not_count_and_an_idle_exception_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accepts = "accepts:\n  - {finding: PB065, rules: [seed.two.b, seed.two.a], why: Both are in the contract.}\n"
    folder = _write(tmp_path / "two", "two", {"a": LIMIT, "b": LIMIT.replace("limit: 2", "limit: 3")}, accepts)
    assert main(["prove", str(folder)]) == 0
    assert "0 findings, 0 notes, 1 accepted" in capsys.readouterr().out
    assert main(["prove", str(folder), "--accepted"]) == 0
    assert "Accepted: Both are in the contract." in capsys.readouterr().out
    (folder / "b.yaml").write_text((folder / "b.yaml").read_text("utf-8").replace("limit: 3", "limit: 2"), "utf-8")
    assert main(["prove", str(folder), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["packs"][0]["findings"]
    assert [(proof["code"], proof["places"][0]["line"]) for proof in found] == [("PB076", 7)]
    assert main(["prove", str(folder), "--rule", "a"]) == 0  # of some rules alone nobody can tell whether an exception is idle


def test_findings_can_be_limited_to_codes_rules_and_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = {"a": LIMIT, "b": LIMIT.replace("limit: 2", "limit: 3"), "c": LIMIT.replace("97110", "97140").replace(', "97112"', "")}
    folder = _write(tmp_path / "few", "few", rules)
    assert main(["prove", str(folder)]) == 1
    said = capsys.readouterr().out
    assert "a.yaml:12: 97110 has two limits of units per day on 2025-01-01: 2 and 3 [PB065]" in said
    assert "and seed.few.b: " in said
    assert 'Smallest claim: {"lines":[{"service_date":"2025-01-01","code":"97110","units":1}]}' in said
    assert "Repair: keep the number of the better source" in said
    for arguments in (["--ignore", "PB065"], ["--select", "PB060"], ["--rule", "c"]):
        assert main(["prove", str(folder), *arguments]) == 0
    git = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], check=True)
    assert main(["prove", str(folder), "--changed", "HEAD"]) == 0
    (folder / "b.yaml").write_text((folder / "b.yaml").read_text("utf-8") + "checklist: [Count the units.]\n", "utf-8")
    assert main(["prove", str(folder), "--changed", "HEAD"]) == 1
    capsys.readouterr()
    assert main(["prove", str(folder), "--select", "PB999"]) == 2
    assert "PB999 is no finding of this command" in capsys.readouterr().err


def test_a_claim_shrinks_to_what_shows_the_fault() -> None:
    line = Line(date(2025, 1, 1), "97110", 4, modifiers=("GP", "KX", "59"), minutes=60)
    claim = Claim(
        "one", (line, Line(date(2025, 1, 1), "97140", 1)), diagnoses=("M54.50",), context=Context(episode=Episode(visit_number=3))
    )

    def shows(tried: Claim) -> bool:
        return any("KX" in one.modifiers and one.units >= 2 for one in tried.lines)

    assert smallest(claim, shows) == Claim("one", (Line(date(2025, 1, 1), "97110", 2, modifiers=("KX",)),))


def test_common_has_nothing_to_mend() -> None:
    assert [proof for proof in _proofs(Session(), "common") if proof.counts] == []


@pytest.mark.soak
@pytest.mark.parametrize("file", sorted(policies().rglob("pack.yaml")), ids=lambda file: file.parent.name)
def test_bundled_packs_have_nothing_to_mend(file: Path) -> None:
    assert [proof for proof in _proofs(Session(), str(file.parent)) if proof.counts] == []


def test_every_code_is_found_here() -> None:
    assert {seed.code for seed in SEEDS} | set(FAULTY_KINDS) | {"PB076"} == PROVED
    for file in policies().rglob("pack.yaml"):
        assert {accept.finding for accept in msgspec.convert(read(file).data, PackDoc).accepts} <= PROVED
