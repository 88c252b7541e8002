"""What a rule kind is: typed settings, a check made from them, and the sentences that say both in words.

A kind is pure: it never sees YAML, files, plugins, the network or the clock. `bind(params, tables)` is called once per rule
version; the check it gives is called once per claim with the indexes of the lines that the rule applies to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, Literal, Protocol, TypeVar

import msgspec

from payerbook.claim import Accumulator, Claim, ClaimType, Discipline, Eligibility, HistoryItem, Line
from payerbook.policy import Evidence

OutcomeName = Literal["fail", "resolved", "unknown", "not-on-file"]
Action = Literal[
    "add-modifier", "remove-modifier", "replace-modifier", "replace-code", "change-units", "split-line", "merge-lines", "remove-line",
    "replace-diagnosis", "change-pointer", "change-date", "change-charge", "change-identifier", "change-frequency-code",
    "add-reference", "add-notice", "obtain-authorization", "document", "verify", "appeal", "do-not-bill",
]  # fmt: skip


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the settings of every kind; the JSON Schema of a rule file is made from its fields and their descriptions."""


class Fix(msgspec.Struct, frozen=True, gc=False):
    """One way to repair a finding. `safe` follows from the claim itself; `ask` needs a person who knows the facts."""

    action: Action
    line: int | None
    value: str | None
    safety: Literal["safe", "ask"]
    why: str


class Hit(msgspec.Struct, frozen=True):
    """What a check says when it is not a plain pass.

    `line` is an index into `claim.lines` or None for the claim as a whole, `key` picks the kind's message, `facts` fill it,
    `needs` are contract paths of missing facts, `cap` lowers the severity when the evidence is weaker than the rule's sources.
    """

    outcome: OutcomeName
    line: int | None
    key: str
    facts: dict[str, Any] = {}
    needs: tuple[str, ...] = ()
    field: str | None = None
    fixes: tuple[Fix, ...] = ()
    cap: Literal["review", "advice"] | None = None


class NotApplicable(Enum):
    """The answer of a check that turns out not to apply to any of its lines."""

    TOKEN = "not-applicable"


NOT_APPLICABLE = NotApplicable.TOKEN

Result = list[Hit] | NotApplicable | None
"""None = passed on every line it was asked about; hits = anything else; lines that passed give no hit."""


class History:
    """Earlier services of the same patient. `complete` says whether the list is known to hold all that the payer has seen."""

    __slots__ = ("complete", "items")

    def __init__(self, items: tuple[HistoryItem, ...] = (), complete: bool = False) -> None:
        self.items = items
        self.complete = complete


class Case:
    """One claim under check, with what several kinds derive from it, derived once."""

    __slots__ = (
        "_earlier", "_expected", "_price", "_repeats", "claim", "history", "lines", "one_day", "payer", "same_payer", "shared", "span",
        "today",
    )  # fmt: skip

    def __init__(
        self,
        claim: Claim,
        payer: str | None,
        history: History,
        same_payer: Callable[[str | None], bool],
        today: date | None,
        price: Price | None = None,
    ) -> None:
        """`price` gives the amounts that the payer's own fee schedule allows, line by line."""
        self.claim = claim
        self.lines: tuple[Line, ...] = claim.lines
        self.payer = payer
        self.history = history
        self.same_payer = same_payer
        self.today = today
        self.span = first, last = _span(claim.lines)
        """The first and the last day of service of the claim."""
        self.one_day = first if first == last else None
        """The date of service of all lines; None when they have several."""
        self._repeats: bool | None = None
        self._earlier: dict[tuple[date, date], tuple[HistoryItem, ...]] = {}
        self._price = price
        self._expected: tuple[Decimal | None, ...] | None = None
        self.shared: dict[Any, Any] = {}
        """What one kind works out for several rules of it: keyed by the kind's own function, forgotten with the claim."""

    def expected_allowed(self, index: int) -> Decimal | None:
        """The allowed amount that the payer's own fee schedule gives a line, None when it gives none; worked out on first use."""
        if self._expected is None:
            self._expected = () if self._price is None else self._price(self)
        return self._expected[index] if self._expected else None

    def days(self, indexes: tuple[int, ...]) -> list[tuple[date, tuple[int, ...]]]:
        """The given line indexes grouped by date of service, in order of first appearance."""
        lines = self.lines
        if self.one_day is not None:
            return [(self.one_day, indexes)]
        days: dict[date, list[int]] = {}
        for i in indexes:
            days.setdefault(lines[i].service_date, []).append(i)
        return [(day, tuple(found)) for day, found in days.items()]

    @property
    def repeats(self) -> bool:
        """Whether one code stands on several lines of one day."""
        if self._repeats is None:
            if self.one_day is not None:
                self._repeats = len({line.code for line in self.lines}) < len(self.lines)
            else:
                self._repeats = len({(line.code, line.service_date) for line in self.lines}) < len(self.lines)
        return self._repeats

    def number(self, index: int) -> int:
        """The line's own number as the claim has it, else its place counted from 1."""
        own = self.lines[index].number
        return index + 1 if own is None else own

    def earlier(self, since: date, until: date) -> tuple[HistoryItem, ...]:
        """History items of the same payer and other claims with a service date in [since, until]; what this claim replaces is not among them."""
        if not self.history.items:
            return ()
        found = self._earlier.get((since, until))
        if found is None:
            near = [item for item in self.history.items if since <= item.service_date <= until]
            found = self._earlier[since, until] = self._others(near) if near else ()
        return found

    def earlier_anywhere(self, since: date, until: date) -> tuple[HistoryItem, ...]:
        """History items of other claims with a service date in [since, until], whichever payer they were billed to."""
        own = self._own_ids()
        return tuple(item for item in self.history.items if since <= item.service_date <= until and item.claim_id not in own)

    def _others(self, items: list[HistoryItem]) -> tuple[HistoryItem, ...]:
        own = self._own_ids()
        return tuple([item for item in items if item.claim_id not in own and self.same_payer(item.payer)])

    def _own_ids(self) -> tuple[str, str]:
        """The number of the claim, and of the one that it replaces or voids."""
        claim = self.claim
        replaced = claim.original_reference if claim.frequency_code in ("7", "8") else None
        return claim.claim_id, replaced or claim.claim_id


def _span(lines: tuple[Line, ...]) -> tuple[date, date]:
    first = last = lines[0].service_date
    for line in lines:
        day = line.service_date
        if day < first:
            first = day
        elif day > last:
            last = day
    return first, last


Price = Callable[["Case"], tuple[Decimal | None, ...]]
"""`price(case)`: what is expected to be allowed for each line, in US dollars; None = cannot be told."""

Check = Callable[[Case, tuple[int, ...]], Result]
"""`check(case, indexes)`: `indexes` are the lines (by place in `claim.lines`, never empty) that the rule version applies to."""


class Window(Protocol):
    """A stretch of time for which a dated table is on file; `payerbook.datasets.Window` says what each member does."""

    @property
    def digest(self) -> str: ...

    id: str
    grade: str
    start: date
    end: date | None

    def rows(self, *key: str) -> tuple[tuple[str, ...], ...]: ...
    def rows_on(self, on: date, *key: str) -> tuple[tuple[str, ...], ...]: ...
    def starts(self, prefix: str) -> tuple[str, ...] | None: ...
    def knows(self, *key: str) -> bool: ...


class Table(Protocol):
    """A dated table: `covering` gives the window of a date, `nearest` the last one begun by then (else the first)."""

    id: str

    @property
    def windows(self) -> Sequence[Window]: ...

    def covering(self, on: date) -> Window | None: ...
    def nearest(self, on: date) -> Window: ...


class Tables(Protocol):
    """Where a kind gets its dated tables from, by id."""

    def get(self, table_id: str) -> Table: ...


class Due(msgspec.Struct, frozen=True):
    """Something that has to be done by a day: what a kind's `deadlines` gives.

    `due` is None while the start is not known; `needs` then names the facts (contract paths). `days` is the length of the term in
    `counted_in`; None for a term of months or years whose start is not known. `what`, `start_event` and `term` are short words for
    people; `term` is the length as the rule sets it (12 months), where the rule sets one.
    """

    what: str
    due: date | None
    start_event: str
    days: int | None
    counted_in: Literal["calendar-days", "business-days", "treatment-days"] = "calendar-days"
    start: date | None = None
    needs: tuple[str, ...] = ()
    done_on: date | None = None
    term: str | None = None


class Question(msgspec.Struct, frozen=True):
    """What somebody asks of one code: the service planned, and what is known of the patient's earlier services.

    `history` holds earlier services of the same payer (None = not known); `disciplines` are those whose therapists bill the code;
    `eligibility` is what the payer said of the member.
    """

    code: str
    on: date
    claim_type: ClaimType = "professional"
    place_of_service: str | None = None
    disciplines: tuple[Discipline, ...] = ()
    history: tuple[HistoryItem, ...] | None = None
    accumulators: tuple[Accumulator, ...] = ()
    eligibility: Eligibility | None = None
    visit: int | None = None
    age: int | None = None
    """The patient's age in whole years."""
    plan: str | None = None
    line_of_business: str | None = None
    state: str | None = None
    """The state of the billing provider."""
    modifiers: tuple[str, ...] | None = None
    """Those of the line; None = the question says nothing of modifiers."""
    elsewhere: tuple[HistoryItem, ...] = ()
    """Earlier services that other payers were billed for."""
    group: tuple[str, ...] | None = None
    """The codes that the rule version asked applies to (None = any): filled in for each rule."""


Counted = Literal["visits", "treatment-days", "calendar-days", "units", "hours", "minutes", "dollars", "services"]


class Limit(msgspec.Struct, frozen=True):
    """A greatest number that a rule allows; `used`, `remaining` and `next_allowed` are None while the history is not known."""

    counts: Counted
    limit: Decimal
    per: str
    shared_by: tuple[str, ...] = ()
    used: Decimal | None = None
    remaining: Decimal | None = None
    next_allowed: date | None = None
    hard: bool = True
    beyond: Literal["authorization", "not-covered", "review"] = "not-covered"
    note: str | None = None


class Standing(msgspec.Struct, frozen=True):
    """Whether the payer covers the code; `use` names codes to bill instead, `info` what a condition depends on (words of HL7 CRD)."""

    covered: Literal["covered", "not-covered", "conditional", "indeterminate"]
    why: str
    use: tuple[str, ...] = ()
    decided_at: Literal["payer", "contractor", "plan", "default"] = "payer"
    info: tuple[Literal["performer", "location", "timeframe", "contract-window", "detail-code", "other"], ...] = ()


class Permission(msgspec.Struct, frozen=True):
    """Whether prior authorization is needed, and how it is got; times in days."""

    needed: Literal["no-auth", "auth-needed", "conditional"]
    from_visit: int | None = None
    visit: int | None = None
    """The number of the visit asked about, where the rule counts it by the history; else that of the question stands."""
    exempt: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    valid_days: int | None = None
    valid_visits: int | None = None
    request_by: str | None = None
    retroactive_days: int | None = None
    send: tuple[str, ...] = ()
    form: str | None = None
    where: str | None = None
    criteria: str | None = None


class Contribution(msgspec.Struct, frozen=True):
    """What one rule version says to a question: what a kind's `answer` gives. `documents` are items of a record, in short words."""

    standing: Standing | None = None
    modifiers: tuple[tuple[str, ...], ...] = ()
    limits: tuple[Limit, ...] = ()
    documents: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] | None = None
    permission: Permission | None = None
    remote: bool | None = None
    """Whether the service is taken by telehealth."""
    needs: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    """Sentences that say what is not on file for the day asked."""


P = TypeVar("P", bound=Params)
Settled = Literal["pass", "not-applicable", "unknown"]


def says_nothing(params: Any, tables: Tables, question: Question) -> Contribution | None:
    """The answer of kinds that have none."""
    return None


@dataclass(frozen=True)
class Kind(Generic[P]):
    """One family of rules.

    `whole_claim` rules ask one question of the claim (their version is chosen by its first date of service), others ask it of
    lines. `messages` maps the key of a hit to a template filled with the hit's facts. `sentence` says a rule's settings in words.
    `look_back` is how many days of history before the claim the rule can ask for. `tables` names the dated tables it can read,
    `consulted` those it reads for one claim. `settled` names the answers that follow from the codes and modifiers of the lines
    alone, whatever else the claim says: the engine gives them once for all claims of a shape. `parts` names parts of the context:
    for a claim that brings none of them, answers of the sorts in `without_parts` follow from its shape, places of service and bill
    type alone.
    `answer` is what the rule says to a question about a code (None = nothing), `turns` the days inside a version on which that can
    change. `deadlines` are the days that the rule sets for a claim; a start that is not known gives one without a day.
    `silent` says that with these settings no check ever finds anything: the rule only answers questions. `told` names settings that
    only questions and deadlines read, in which no claim can show a fault. `evidence` lists what can answer rules of the kind (empty =
    anything), `for_codes` says that a rule of the kind is about certain codes, so that one without codes in `when` is a mistake.
    `by_code` names a setting that maps codes to what is said of each; left out, it holds the codes of `when` and says nothing of them.
    """

    name: str
    title: str
    about: str
    params: type[P]
    bind: Callable[[P, Tables], Check]
    sentence: Callable[[P], str]
    messages: Mapping[str, str]
    whole_claim: bool = False
    look_back: Callable[[P], int] = lambda params: 0
    settled: Callable[[P], tuple[Settled, ...]] = lambda params: ()
    parts: tuple[str, ...] = ()
    without_parts: tuple[Settled, ...] = ("pass", "not-applicable", "unknown")
    tables: Callable[[P], tuple[str, ...]] = lambda params: ()
    consulted: Callable[[P, Claim], tuple[str, ...]] = lambda params, claim: ()
    answer: Callable[[P, Tables, Question], Contribution | None] = says_nothing
    turns: Callable[[P, Tables, str], Iterable[date]] = lambda params, tables, code: ()
    deadlines: Callable[[P, Case], list[Due]] = lambda params, case: []
    silent: Callable[[P], bool] = lambda params: False
    told: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    for_codes: bool = False
    by_code: str | None = None


def join(words: Iterable[object], last: str = "or") -> str:
    """`A`, `A or B`, `A, B or C`."""
    texts = [str(word) for word in words]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} {last} {texts[-1]}" if texts else ""


def money(amount: object) -> str:
    """An amount of US dollars as people write it: `$2,480.00`."""
    return f"${amount:,.2f}"
