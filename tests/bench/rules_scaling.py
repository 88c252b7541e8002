"""Many rules on file: the cost of a check grows with the rules that apply to the claim, not with those that do not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import msgspec
from tests.bench.measure import Row, at_most, calls

import payerbook
from payerbook.claim import Claim
from payerbook.engine.program import Program
from payerbook.engine.run import Payer, run
from payerbook.finding import Asked
from payerbook.kinds import bundled
from payerbook.kinds.base import History
from payerbook.policy import Pack, PackHead, Rule, Source, Version, When

CLAIM = Path(__file__).with_name("claim.json")
SIZES = (50, 500, 5_000)
APPLY = 50
"""How many rules look at the claim's codes, whatever the size of the pack."""
BOUND, GROWN = 1.5, 10
"""What 5,000 rules may cost against 50: a claim like one seen before, and a claim of a shape that was never seen."""
SOURCE = Source("Manual", "Example plan", "A")
LINEAR = 12
"""What ten times as many rules that look at the claim may cost."""
LIMIT: tuple[str, dict[str, object]] = ("same-day-limit", {"limit": 4, "counts": "units"})
IDLE: tuple[str, dict[str, object]] = ("unit-limit", {"tables": {}})
"""A kind with settings that pass, and one whose check finds that it has nothing to look at."""
CODES = ("97110", "97112", "97140", "97535")


def rows() -> list[Row]:
    """A warm check, and the first check of a shape, with more and more rules on file of which 50 are for the claim's codes."""
    claim = msgspec.json.decode(CLAIM.read_bytes(), type=Claim)
    parked = {size: _program(size, APPLY) for size in SIZES}
    applying = {size: _program(size, size) for size in SIZES[:2]}
    warm = calls({str(size): _warm(program, claim) for size, program in parked.items()}, repeat=100)
    first = calls({str(size): _unseen(program, claim) for size, program in parked.items()}, repeat=3)
    idle = {size: _program(size, size, IDLE) for size in SIZES[:2]}
    grown = calls({str(size): _warm(program, claim) for size, program in applying.items()}, repeat=20)
    skipped = calls({str(size): _warm(program, claim) for size, program in idle.items()}, repeat=20)
    small, *larger = map(str, SIZES)
    return [
        *(
            _row(f"check a claim with {int(size):,} rules on file, {APPLY} of them for its codes", warm, small, size, BOUND)
            for size in larger
        ),
        *(_row(f"the first check of a shape of claim with {int(size):,} rules on file", first, small, size, GROWN) for size in larger),
        _row(f"check a claim with {int(larger[0]):,} rules on file, all of them for its codes", grown, small, larger[0], LINEAR),
        _row(f"the same, with rules that turn out not to apply ({larger[0]})", skipped, small, larger[0], LINEAR),
    ]


def _row(what: str, best: dict[str, float], small: str, size: str, goal: float | None) -> Row:
    return at_most(f"{what} / with {small}", best[small], best[size], goal)


def _program(size: int, apply: int, kind: tuple[str, dict[str, object]] = LIMIT) -> Program:
    """A pack of limits: `apply` of them look at the claim's codes; of the others nine in ten at other codes, one at a modifier."""
    rules = [_rule(number, _applies_to(number, apply), *kind) for number in range(size)]
    head = PackHead("example", "Example plan", "1")
    kinds = {kind.name: kind for kind in bundled()}
    return Program([Pack(head, tuple(rules))], kinds, payerbook.load(["common"]).tables)


def _applies_to(number: int, apply: int) -> When:
    if number < apply:
        return When(codes=CODES[number % 4 :])
    return When(codes=(f"X{number:04d}",)) if number % 10 else When(modifiers_any=("QX",))


def _rule(number: int, when: When, kind: str, params: dict[str, object]) -> Rule:
    """A rule with a history of versions, so that the days on which something changes are many too."""
    starts = [date(2018, 1, 1), date(2020, 1, 1) + timedelta(days=number % 365), date(2025, 1, 1)]
    versions = tuple(Version(start, "deny", when=when, params=params, sources=(SOURCE,)) for start in starts)
    return Rule(f"example.rule-{number}", kind, "Too many units", "units", "coding", "claim", versions)


def _warm(program: Program, claim: Claim) -> Callable[[], object]:
    return lambda: _check(program, claim)


def _unseen(program: Program, claim: Claim) -> Callable[[], object]:
    """Each call brings a claim whose modifiers were never seen, so that its plan has to be made."""
    numbers = count()

    def check() -> object:
        modifier = f"Z{next(numbers)}"
        lines = tuple(msgspec.structs.replace(line, modifiers=("GP", modifier)) for line in claim.lines)
        return _check(program, msgspec.structs.replace(claim, lines=lines))

    return check


def _check(program: Program, claim: Claim) -> object:
    payer = Payer("example", None, lambda other: True)
    return run(program, claim, History(), payer, packs=(), engine="", asked=Asked(None, None))
