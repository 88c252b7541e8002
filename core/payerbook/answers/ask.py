"""Puts a question to every rule of a program that looks at the code, and gathers what each version in force says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

import msgspec

from payerbook.calendar import before
from payerbook.claim import Claim, Line, Patient
from payerbook.engine import conditions, versions
from payerbook.engine.program import Bound, Program
from payerbook.finding import TableUsed
from payerbook.kinds.base import Contribution, Question, Tables, says_nothing
from payerbook.policy import Rule, When


class Said(NamedTuple):
    """What one rule says to a question.

    `state` is `said`, `not-on-file` (no version covers the day: `contribution` is that of the nearest) or `unknown` (whether the
    version applies hangs on facts that the question does not carry, named in `needs`).
    """

    bound: Bound
    contribution: Contribution
    state: Literal["said", "not-on-file", "unknown"] = "said"
    reason: str = ""
    needs: tuple[str, ...] = ()

    @property
    def decided_at(self) -> Literal["payer", "plan"]:
        """Whether the rule is the payer's general one, or that of some of its plans."""
        return "payer" if self.bound.version.when.plans is None else "plan"


class Asker:
    """The rules of one payer, ready to be asked about codes; remembers which rules look at which code."""

    def __init__(self, program: Program, tables: Tables) -> None:
        self._program = program
        self._tables = tables
        self._rules: dict[str, tuple[int, ...]] = {}

    def ask(self, question: Question, known_on: date | None) -> tuple[Said, ...]:
        """What the rules say, in the program's order; rules that say nothing are left out."""
        claim = as_claim(question)
        answers = (self._ask(index, question, claim, known_on) for index in self._of(question.code))
        return tuple(said for said in answers if said is not None)

    def _ask(self, index: int, question: Question, claim: Claim, known_on: date | None) -> Said | None:
        rule = self._program.rules[index]
        found = versions.on(rule, question.on, known_on)
        if isinstance(found, versions.Gap):
            if found.outcome == "not-applicable":
                return None
            version = versions.standing(rule, found.version)
        else:
            version = found
        met = applies(version.when, claim)
        if met is False:
            return None
        bound = self._program.bound(index, version)
        if bound.params is None:
            return None
        said = bound.kind.answer(bound.params, self._tables, msgspec.structs.replace(question, group=version.when.codes))
        if said is None:
            return None
        if isinstance(found, versions.Gap):
            return Said(bound, said, "not-on-file", found.reason)
        if isinstance(met, str):
            lacking = conditions.lacking(met, claim)
            return Said(
                bound, said, "unknown", f"The answer depends on {lacking.replace('_', ' ')}, which the question does not say.", (met,)
            )
        return Said(bound, said)

    def _of(self, code: str) -> tuple[int, ...]:
        held = self._rules.get(code)
        if held is None:
            rules = enumerate(self._program.rules)
            held = self._rules[code] = tuple(index for index, rule in rules if _looks_at(rule, code) and self._answers(index))
        return held

    def _answers(self, index: int) -> bool:
        return self._program.bound(index, self._program.rules[index].versions[0]).kind.answer is not says_nothing

    def service_turns(self, code: str) -> list[date]:
        """Every date of service on which the answer for a code can change."""
        days: set[date] = set()
        for index in self._of(code):
            rule = self._program.rules[index]
            days |= versions.cuts(rule)
            for version in rule.versions:
                bound = self._program.bound(index, version)
                if bound.params is not None:
                    days.update(bound.kind.turns(bound.params, self._tables, code))
        return sorted(days)

    def known_turns(self, code: str) -> list[date]:
        """Every day on which something about a code became known."""
        return sorted({versions.known_from(version) for index in self._of(code) for version in self._program.rules[index].versions})

    def tables(self, said: Iterable[Said], question: Question) -> tuple[TableUsed, ...]:
        """The table windows that were looked into (the one of the day, else the nearest)."""
        claim = as_claim(question)
        names = {name for one in said for name in one.bound.kind.consulted(one.bound.params, claim)}
        tables = [self._tables.get(name) for name in sorted(names)]
        windows = [(table.id, table.covering(question.on) or table.nearest(question.on)) for table in tables]
        return tuple(TableUsed(name, window.id, window.digest) for name, window in windows)


def as_claim(question: Question) -> Claim:
    """The question as an original claim of one line, the payer being the first to pay."""
    patient = None if question.age is None else Patient(birth_date=before(question.on, 12 * question.age))
    line = Line(question.on, question.code, 1)
    return Claim(
        "",
        (line,),
        claim_type=question.claim_type,
        payer_sequence="primary",
        place_of_service=question.place_of_service,
        patient=patient,
        plan=question.plan,
        line_of_business=question.line_of_business,
    )


def _looks_at(rule: Rule, code: str) -> bool:
    return any(version.when.codes is None or code in version.when.codes for version in rule.versions)


def applies(when: When, claim: Claim) -> bool | str:
    """Whether a version looks at the service asked about: True, False, or the field that would have to be known.

    A question says nothing of modifiers, so conditions on those count as met.
    """
    answers = (
        conditions.claim_applies(when, claim),
        conditions.line_applies(msgspec.structs.replace(when, modifiers_any=None), claim, claim.lines[0]),
    )
    if False in answers:
        return False
    return next((answer for answer in answers if isinstance(answer, str)), True)
