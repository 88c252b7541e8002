"""The desk of one payer: takes questions as people ask them and gives whole answers."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, TypedDict, Unpack

import msgspec

from payerbook.answers import authorization, coverage, deadlines, limits, who
from payerbook.answers.ask import Asker, RuleHistory, Said
from payerbook.answers.questions import AskedOf, AuthorizationAnswer, CoverageAnswer, DeadlinesAnswer, LimitsAnswer
from payerbook.claim import Accumulator, Authorization, Claim, ClaimType, Eligibility, HistoryItem
from payerbook.engine.ledger import own_history
from payerbook.engine.program import Program
from payerbook.finding import PackUsed
from payerbook.kinds.base import Case, Question, Tables
from payerbook.policy import CodeInfo, Contact, Plan


class Facts(TypedDict, total=False):
    """What a question may say besides the code and the day; what is left out is unknown.

    `claim_type` is professional unless said otherwise. `history` holds the patient's earlier services (those of other payers are left
    aside); `accumulators`, `eligibility` and `authorizations` are those of a claim's context; `visit` is the number of the visit in its
    episode, `age` the patient's age in whole years; `plan` and `line_of_business` are the names of the patient's product and sort of
    coverage, `state` is the billing provider's; `modifiers` are those of the line.
    """

    claim_type: ClaimType
    place_of_service: str | None
    visit: int | None
    age: int | None
    plan: str | None
    line_of_business: str | None
    state: str | None
    modifiers: Sequence[str] | None
    history: Iterable[HistoryItem] | None
    accumulators: Iterable[Accumulator]
    eligibility: Eligibility | None
    authorizations: Iterable[Authorization]


class Desk:
    """Answers from the rules of one payer; `codes` are those on file, `same` says which payers of a history count as this one."""

    def __init__(
        self,
        payer: str | None,
        program: Program,
        tables: Tables,
        codes: Mapping[str, CodeInfo],
        packs: tuple[PackUsed, ...],
        same: Callable[[str | None], bool],
        contacts: tuple[Contact, ...] = (),
    ) -> None:
        self._payer = payer
        self._program = program
        self._asker = Asker(program, tables)
        self._codes = codes
        self._packs = packs
        self._same = same
        self._contacts = contacts
        self._plan: Plan | None = None

    def of(self, plan: Plan) -> Desk:
        """The desk for questions that name one of the payer's products with the payer."""
        desk = copy.copy(self)
        desk._plan = plan
        return desk

    @property
    def packs(self) -> tuple[PackUsed, ...]:
        """The packs that the answers rest on."""
        return self._packs

    def knows(self, code: str) -> bool:
        """Whether a code has a label of ours."""
        return code in self._codes

    def consult(self, code: str, on: date, known_on: date | None, facts: Facts) -> tuple[Question, tuple[Said, ...]]:
        """A question as it is put to the rules, and what each of them says."""
        question = self._question(code, on, facts)
        return question, self._asker.ask(question, known_on)

    def over_time(self, code: str, facts: Facts) -> tuple[RuleHistory, ...]:
        """What each rule says of the code on every day of either clock: what the answer of any day is made from."""
        return self._asker.over_time(self._question(code, date.max, facts))

    def coverage(self, code: str, on: date, known_on: date | None, facts: Facts, *, turning: bool = True) -> CoverageAnswer:
        """Whether the code is covered on the day, and what a claim for it needs; `turning` = with the days on which that changes."""
        question = self._question(code, on, facts)
        asked = self._asked("coverage", question, known_on)
        held = tuple(facts.get("authorizations", ()))
        return coverage.coverage(self._asker, question, asked, question.code in self._codes, held, self._packs, turning)

    def limits(self, code: str, on: date, known_on: date | None, facts: Facts) -> LimitsAnswer:
        """Every limit of the code, with what the history has used of it."""
        question = self._question(code, on, facts)
        return limits.answer(self._asker, question, self._asked("limits", question, known_on), self._packs)

    def authorization(self, code: str, on: date, known_on: date | None, facts: Facts) -> AuthorizationAnswer:
        """Whether prior authorization is needed; nothing to ask for when the code is not covered."""
        question = self._question(code, on, facts)
        asked = self._asked("authorization", question, known_on)
        said = self._asker.ask(question, known_on)
        decided = coverage.decide(said, question.code in self._codes)
        held = tuple(facts.get("authorizations", ()))
        answer = authorization.answer(said, question, asked, held, decided.covered == "not-covered", self._packs)
        return msgspec.structs.replace(answer, contacts=who.contacts(self._contacts, "authorization", "portal", "phone"))

    def deadlines(self, claim: Claim, known_on: date | None) -> DeadlinesAnswer:
        """What is due when for the claim."""
        case = Case(claim, self._payer, own_history(claim), self._same, None)
        answer = deadlines.deadlines(self._program, case, known_on, self._packs)
        return msgspec.structs.replace(answer, contacts=who.contacts(self._contacts, "claims", "appeals", "portal", "phone"))

    def _question(self, code: str, on: date, facts: Facts) -> Question:
        code = code.strip().upper()
        given = facts.get("history")
        history = None if given is None else tuple(given)
        info = self._codes.get(code)
        named = self._plan if facts.get("plan") is None else None
        return Question(
            code=code,
            on=on,
            claim_type=facts.get("claim_type", "professional"),
            place_of_service=facts.get("place_of_service"),
            disciplines=info.disciplines if info is not None else (),
            history=None if history is None else tuple(item for item in history if self._same(item.payer)),
            elsewhere=tuple(item for item in history or () if not self._same(item.payer)),
            accumulators=tuple(facts.get("accumulators", ())),
            eligibility=facts.get("eligibility"),
            visit=facts.get("visit"),
            age=facts.get("age"),
            plan=facts.get("plan") if named is None else named.name,
            line_of_business=facts.get("line_of_business") or (named.line_of_business if named is not None else None),
            state=facts.get("state"),
            modifiers=None if (modifiers := facts.get("modifiers")) is None else tuple(modifiers),
        )

    def _asked(self, name: Literal["coverage", "limits", "authorization"], question: Question, known_on: date | None) -> AskedOf:
        return AskedOf(
            question=name,
            payer=self._payer or "",
            code=question.code,
            on=question.on,
            known_on=known_on,
            claim_type=question.claim_type,
            place_of_service=question.place_of_service,
            visit=question.visit,
            age=question.age,
            plan=question.plan,
            line_of_business=question.line_of_business,
            state=question.state,
            modifiers=question.modifiers,
        )


class Inquiries(ABC):
    """The questions about codes that a book answers; each payer has its desk."""

    @abstractmethod
    def desk(self, payer: str) -> Desk:
        """The desk of the payer that a name means. Raises UsageError when it means none or several."""

    def coverage(self, payer: str, code: str, *, on: date, known_on: date | None = None, **facts: Unpack[Facts]) -> CoverageAnswer:
        """Whether the payer covers a code on the date of service `on`, and what a claim for it needs.

        `known_on` limits the rules to what was published by that day; `facts` are what else is known (`Facts`). A code that is not on
        file gives an indeterminate answer. Raises UsageError when the payer is unknown or ambiguous.
        """
        return self.desk(payer).coverage(code, on, known_on, facts)

    def limits(self, payer: str, code: str, *, on: date, known_on: date | None = None, **facts: Unpack[Facts]) -> LimitsAnswer:
        """Every limit of a code, and what `history` has used of it; arguments and errors as for `coverage`."""
        return self.desk(payer).limits(code, on, known_on, facts)

    def authorization(
        self, payer: str, code: str, *, on: date, known_on: date | None = None, **facts: Unpack[Facts]
    ) -> AuthorizationAnswer:
        """Whether prior authorization is needed for a code; arguments and errors as for `coverage`."""
        return self.desk(payer).authorization(code, on, known_on, facts)
