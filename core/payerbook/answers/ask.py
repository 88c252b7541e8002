"""Puts a question to every rule of a program that looks at the code, and gathers what each version in force says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal, NamedTuple

import msgspec

from payerbook.answers.questions import OpenPoint, open_point
from payerbook.calendar import before
from payerbook.claim import Claim, Context, Line, Patient, Provider
from payerbook.engine import conditions, versions
from payerbook.engine.bound import Bound
from payerbook.engine.program import Program
from payerbook.finding import TableUsed
from payerbook.kinds.base import Contribution, Question, Tables, says_nothing
from payerbook.kinds.disciplines import BY_DISCIPLINE, BY_MODIFIER
from payerbook.policy import Rule, When


class Said(NamedTuple):
    """What one rule says to a question.

    `state` is `said`, `not-on-file` (no version covers the day: `contribution` is that of the nearest) or `unknown` (whether the
    version applies hangs on facts that the question does not carry, named in `needs`). `only` says with which modifiers the rule applies,
    where the question says none and the discipline decides; `exceptions` are the patients or providers it is not for, where it does not
    tell that this one is none of them.
    """

    bound: Bound
    contribution: Contribution
    state: Literal["said", "not-on-file", "unknown"] = "said"
    reason: str = ""
    needs: tuple[str, ...] = ()
    only: str = ""
    exceptions: tuple[str, ...] = ()

    @property
    def caveat(self) -> str:
        """Of which lines, and of whom, the rule may not speak, as sentences; empty when the question leaves nothing of that open."""
        lines = f"{self.only[0].upper()}{self.only[1:]}." if self.only else ""
        whom = f"Not for {', '.join(self.exceptions)}." if self.exceptions else ""
        return " ".join(filter(None, (lines, whom)))

    def open(self, reason: str = "", needs: tuple[str, ...] = ()) -> OpenPoint:
        """What the rule could not tell; without a reason, why it does not stand for the question."""
        return open_point(self.bound.rule, self.bound.version, reason or self.reason, needs or self.needs)

    @property
    def decided_at(self) -> Literal["payer", "plan"]:
        """Whether the rule is the payer's general one, or that of some of its plans."""
        return "payer" if self.bound.version.when.plans is None else "plan"


class Period(NamedTuple):
    """What a rule says from a date of service on (None = from the beginning), until the next period begins."""

    start: date | None
    said: Said | None


class Edition(NamedTuple):
    """What a rule says by all that was known from a day on (None = from the beginning), until the next edition."""

    known: date | None
    periods: tuple[Period, ...]


class RuleHistory(NamedTuple):
    """One rule on both clocks."""

    rule: Rule
    editions: tuple[Edition, ...]


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

    def over_time(self, question: Question) -> tuple[RuleHistory, ...]:
        """What the rules say on every day of either clock, in the program's order; rules that never say anything are left out.

        The day of the question does not matter.
        """
        histories = (RuleHistory(self._program.rules[index], self._editions(index, question)) for index in self._of(question.code))
        return tuple(one for one in histories if any(period.said for edition in one.editions for period in edition.periods))

    def _editions(self, index: int, question: Question) -> tuple[Edition, ...]:
        found: list[Edition] = []
        for known in _with_before(sorted(map(versions.known_from, self._program.rules[index].versions))):
            periods: list[Period] = []
            for start in _with_before(sorted(self._turns(index, question.code))):
                asked = msgspec.structs.replace(question, on=start)
                said = self._ask(index, asked, as_claim(asked), known)
                if not periods or periods[-1].said != said:
                    periods.append(Period(start if periods else None, said))
            if not found or found[-1].periods != tuple(periods):
                found.append(Edition(known if found else None, tuple(periods)))
        return tuple(found)

    def _ask(self, index: int, question: Question, claim: Claim, known_on: date | None) -> Said | None:
        rule = self._program.rules[index]
        found = versions.on(rule, question.on, known_on)
        if isinstance(found, versions.Gap):
            if found.outcome == "not-applicable":
                return None
            version = versions.standing(rule, found.version)
        else:
            version = found
        met = applies(version.when, claim, question)
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
            reason = f"The answer depends on {conditions.lacking(met, claim)}, which the question does not say."
            return Said(bound, said, "unknown", reason, (met,))
        return Said(bound, said, only=_only(version.when, question), exceptions=_exceptions(version.when, claim))

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
        return sorted({day for index in self._of(code) for day in self._turns(index, code)})

    def _turns(self, index: int, code: str) -> set[date]:
        rule = self._program.rules[index]
        days = versions.cuts(rule)
        for version in rule.versions:
            bound = self._program.bound(index, version)
            if bound.params is not None:
                days.update(bound.kind.turns(bound.params, self._tables, code))
        return days

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


def _with_before(days: list[date]) -> list[date]:
    """Days, and one before the first of them."""
    return [days[0] - timedelta(days=1), *days] if days else []


def as_claim(question: Question) -> Claim:
    """The question as an original claim of one line, the payer being the first to pay."""
    patient = None if question.age is None else Patient(birth_date=before(question.on, 12 * question.age))
    context = None if question.eligibility is None else Context(eligibility=question.eligibility)
    line = Line(question.on, question.code, 1, modifiers=question.modifiers or ())
    return Claim(
        "",
        (line,),
        claim_type=question.claim_type,
        payer_sequence="primary",
        place_of_service=question.place_of_service,
        patient=patient,
        plan=question.plan,
        line_of_business=question.line_of_business,
        billing_provider=None if question.state is None else Provider(state=question.state),
        context=context,
    )


def _exceptions(when: When, claim: Claim) -> tuple[str, ...]:
    """Whom a version is not for, in words, where the question leaves it open."""
    field = conditions.doubt(when, claim)
    if field is None:
        return ()
    name = field.rpartition(".")[2].replace("_", " ")
    return tuple(f"{name} {value}" for value in conditions.exceptions(when, field))


def _looks_at(rule: Rule, code: str) -> bool:
    return any(version.when.codes is None or code in version.when.codes for version in rule.versions)


def applies(when: When, claim: Claim, question: Question) -> bool | str:
    """Whether a version looks at the service asked about: True, False, or the field that would have to be known.

    Where the question says nothing of modifiers, a condition on those counts as met, unless no discipline that bills the code meets it.
    """
    if question.modifiers is None:
        if not _disciplines(when, question):
            return False
        when = msgspec.structs.replace(when, modifiers_any=None, modifiers_none=())
    answers = (conditions.claim_applies(when, claim), conditions.line_applies(when, claim, claim.lines[0]))
    if False in answers:
        return False
    return next((answer for answer in answers if isinstance(answer, str)), True)


def _disciplines(when: When, question: Question) -> list[str]:
    """The modifiers of those disciplines that bill the code and whose lines the version looks at."""
    wanted = when.modifiers_any
    by_discipline = wanted is None or BY_MODIFIER.keys().isdisjoint(wanted)
    billing = [BY_DISCIPLINE[discipline] for discipline in question.disciplines or BY_DISCIPLINE]
    return [one for one in billing if (by_discipline or one in (wanted or ())) and one not in when.modifiers_none]


def _only(when: When, question: Question) -> str:
    """The modifiers with which a version applies, where the question names none and not every discipline meets the condition."""
    met = _disciplines(when, question) if question.modifiers is None else []
    return f"only with {' or '.join(met)}" if met and len(met) < len(question.disciplines or BY_DISCIPLINE) else ""
