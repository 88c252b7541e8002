"""The one object that `payerbook.load()` gives: checks claims and answers questions from the packs on file."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from typing import TYPE_CHECKING, Any

from payerbook.answers.compare import Comparisons
from payerbook.answers.desk import Desk
from payerbook.answers.on_file import OnFile
from payerbook.answers.questions import DeadlinesAnswer
from payerbook.answers.unit_counts import UnitCounts
from payerbook.book import Shelf
from payerbook.claim import Claim
from payerbook.engine import gaps, repair
from payerbook.engine.baseline import Baseline
from payerbook.engine.enrich import merge
from payerbook.engine.explain import Explained, explained
from payerbook.engine.ledger import Ledger, own_history
from payerbook.engine.lifecycle import in_use
from payerbook.engine.program import Program
from payerbook.engine.run import Locate, Payer, run
from payerbook.engine.selection import Selection, require_known
from payerbook.errors import UsageError
from payerbook.finding import Asked, PackUsed, Report, Selected
from payerbook.kinds.base import Case, History
from payerbook.payers import Resolved, hints
from payerbook.policy import Grade, Pack, PackHead

if TYPE_CHECKING:
    from payerbook.answers.priced import PriceAnswer
    from payerbook.answers.settings import PriceRules

BATCH = 256
"""Claims that plugins are asked about at a time."""
COMMON = "common"
"""The pack that is checked for every claim, whoever pays."""


def engine_version() -> str:
    """The version of the installed distribution."""
    try:
        return version("payerbook")
    except PackageNotFoundError:
        return "0"


class Book(OnFile, Comparisons, UnitCounts):
    """Packs ready to answer. Safe to share between threads; makes no network call, reads no clock."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(shelf)
        self._programs: dict[str | None, tuple[Program, tuple[PackUsed, ...]]] = {}
        self._desks: dict[str | None, Desk] = {}
        self._left_out: dict[str | None, tuple[str, ...]] = {}
        self._checked: set[str | None] = set()
        self._prices: dict[str, PriceRules] = {}
        self._selection = Selection()
        self._engine = engine_version()

    def narrowed(self, *, select: Sequence[str] = (), ignore: Sequence[str] = (), min_grade: Grade | None = None) -> Book:
        """A book on the same packs that checks only some rules; reports say so, and `left_out` names the others.

        `select` and `ignore` hold rule ids, starts of ids (a pack, a family of packs) and topics; `min_grade` is the worst grade of
        sources that counts. Raises UsageError for a word that means no rule on file.
        """
        rules = [rule for head in self._shelf.heads for rule in self.pack(head.id).rules]
        require_known([*select, *ignore], rules)
        book = copy.copy(self)
        book._programs = {}
        book._desks = {}
        book._left_out = {}
        book._checked = set()
        book._selection = Selection(tuple(select), tuple(ignore), min_grade)
        return book

    def replacing(self, pack: Pack) -> Book:
        """A book with this state of a pack in place of the one on file, or beside the others when none has its id."""
        return Book(self._shelf.replacing(pack))

    @property
    def left_out(self) -> tuple[str, ...]:
        """Ids of the rules that were not asked for, of the payers checked so far."""
        return tuple(sorted({id for payer in self._checked for id in self._left_out.get(payer, ())}))

    def check(
        self,
        claim: Claim,
        *,
        known_on: date | None = None,
        today: date | None = None,
        payer: str | None = None,
        history: History | None = None,
        locate: Locate | None = None,
        facts_from: tuple[str, ...] = (),
        baseline: Baseline | None = None,
    ) -> Report:
        """The report of one claim.

        `known_on` limits the rules to what was published by that day; `today` judges stale sources and stands in for a missing
        day of submission; `payer` (a pack id) overrides the claim's own; `history` is what came before (default: what the claim
        brings); `locate` gives places in a file; `facts_from` names the plugins that added to the context (`enrich`);
        findings that `baseline` keeps are listed apart and do not count.
        """
        found = self.resolve(claim, payer)
        program, packs = self._program(found.id)
        claim = found.told(claim)
        report = run(
            program,
            claim,
            own_history(claim) if history is None else history,
            self._whose(claim, found, known_on),
            packs=packs,
            engine=self._engine,
            asked=Asked(known_on, today, payer, facts_from, self._selected(found.id)),
            locate=locate,
            preset=() if found.id is not None else (gaps.payer(claim.payer, found.nearest),),
            suppress=None if baseline is None else baseline.suppress(claim),
        )
        self._checked.add(found.id)
        if self._left_out.get(found.id):
            report.complete = False
        return report

    def explain(
        self,
        claim: Claim,
        *,
        known_on: date | None = None,
        today: date | None = None,
        payer: str | None = None,
        history: History | None = None,
    ) -> tuple[Explained, ...]:
        """Every rule that is asked about the claim, with its outcome and the facts it looked at; arguments as for `check`."""
        found = self.resolve(claim, payer)
        program, _ = self._program(found.id)
        claim = found.told(claim)
        before = own_history(claim) if history is None else history
        return explained(program, claim, before, self._whose(claim, found, known_on), Asked(known_on, today, payer))

    def fix(
        self,
        claim: Claim,
        *,
        known_on: date | None = None,
        today: date | None = None,
        payer: str | None = None,
        history: History | None = None,
    ) -> repair.Repaired:
        """The claim with every `safe` fix applied, and what was changed; a second call changes nothing. Arguments as for `check`."""
        return repair.repaired(claim, lambda one: self.check(one, known_on=known_on, today=today, payer=payer, history=history).findings)

    def _whose(self, claim: Claim, found: Resolved, known_on: date | None) -> Payer:
        as_sent = None if found.id == claim.payer else claim.payer
        return Payer(found.id, as_sent, self._same(found.id), partial(self._allowed, found.id, known_on))

    def _allowed(self, payer: str | None, known_on: date | None, case: Case) -> tuple[Decimal | None, ...]:
        """What the payer's fee schedule allows for each line; nothing for a payer that is not on file."""
        from payerbook.answers import price

        return () if payer is None else price.allowed(self._price_rules(payer), self._shelf.tables, case, known_on)

    def _price_rules(self, payer: str) -> PriceRules:
        from payerbook.answers.settings import PriceRules

        held = self._prices.get(payer)
        return self._prices.setdefault(payer, PriceRules(self._in_use(payer).rules, self._kinds)) if held is None else held

    def _selected(self, payer: str | None) -> Selected | None:
        asked = self._selection
        return Selected(asked.select, asked.ignore, asked.min_grade, len(self._left_out[payer])) if asked else None

    def resolve(self, claim: Claim, payer: str | None = None) -> Resolved:
        """The pack of a claim's payer (or of `payer`, which overrides it), or None with the nearest ones."""
        if payer is not None:
            return self._payers.find(payer)
        return self._payers.find(claim.payer, claim.payer_id, hints(claim))

    def enrich(self, claims: Sequence[Claim]) -> list[tuple[Claim, tuple[str, ...]]]:
        """Each claim with what plugins know of it (hook `payerbook_facts`), and the names of the plugins that added something."""
        plugins = self._shelf.plugins
        if not plugins.knows_facts:
            return [(claim, ()) for claim in claims]
        return [merge(claim, offers) for claim, offers in zip(claims, plugins.facts(claims), strict=True)]

    def check_many(
        self,
        claims: Iterable[Claim],
        *,
        known_on: date | None = None,
        today: date | None = None,
        payer: str | None = None,
    ) -> Iterator[Report]:
        """Reports in the order of the claims; earlier claims of a patient are history for later ones."""
        run = self.run(known_on=known_on, today=today, payer=payer)
        if not self._shelf.plugins.knows_facts:
            yield from map(run.check, claims)
            return
        stream = iter(claims)
        while batch := list(islice(stream, BATCH)):
            for claim, names in self.enrich(batch):
                yield run.check(claim, facts_from=names)

    def run(
        self,
        *,
        known_on: date | None = None,
        today: date | None = None,
        payer: str | None = None,
        baseline: Baseline | None = None,
    ) -> Run:
        """A run over many claims that remembers what it has seen."""
        return Run(self, known_on, today, payer, baseline)

    @property
    def look_back(self) -> int:
        """Days of history that any rule of any pack on file can ask for."""
        return self._shelf.look_back

    def _program(self, payer: str | None) -> tuple[Program, tuple[PackUsed, ...]]:
        held = self._programs.get(payer)
        if held is None:
            ids = [id for id in (payer, COMMON) if id is not None and id in self._shelf]
            packs = [self._in_use(id) for id in ids]
            used = tuple(PackUsed(head.id, head.version, head.digest) for id in ids for head in self._heads(id))
            if self._selection:
                narrowed = [self._selection.narrow(pack) for pack in packs]
                packs = [pack for pack, _ in narrowed]
                self._left_out[payer] = tuple(id for _, ids in narrowed for id in ids)
            held = self._programs[payer] = (Program(packs, self._kinds, self._shelf.tables), used)
        return held

    def _in_use(self, id: str) -> Pack:
        """A pack with the rules that are checked: without its drafts, unless somebody named its folder."""
        return in_use(self.pack(id), drafts=id in self._shelf.named)

    def _heads(self, id: str) -> tuple[PackHead, ...]:
        """What a pack is made of: its own head, and those of the packs that override it."""
        return tuple(pack.head for pack in (self._shelf.pack(id), *self._shelf.overriding(id)))

    def _same(self, payer: str | None) -> Any:
        find = self._payers.find
        return lambda other: other is None or other == payer or (payer is not None and find(other).id == payer)

    def desk(self, payer: str) -> Desk:
        """Where questions about a payer's codes are answered. Raises UsageError when the name means no payer or several."""
        found = self._payers.meant(payer)
        desk = self._desk(found.id)
        return desk if found.plan is None else desk.of(found.plan)

    def deadlines(self, claim: Claim, *, known_on: date | None = None, payer: str | None = None) -> DeadlinesAnswer:
        """What is due when for a claim, and why; a payer that is not on file has only the deadlines of claim form."""
        found = self.resolve(claim, payer)
        return self._desk(found.id).deadlines(found.told(claim), known_on)

    def price(
        self, claim: Claim, *, locality: str | None = None, national: bool = False, known_on: date | None = None, payer: str | None = None
    ) -> PriceAnswer:
        """What the payer is expected to allow and pay for each line of a claim in US dollars, with the arithmetic.

        `locality` is a state, STATE/LOCALITY or CONTRACTOR/LOCALITY (default: the billing provider's state, if it has one locality);
        `national` prices without price indices. None = cannot be told, see `unknown`. Raises UsageError when the payer is not on file.
        """
        from payerbook.answers import price
        from payerbook.answers.priced import AskedPrice

        found = self.resolve(claim, payer)
        if found.id is None:
            raise UsageError(f"The payer of claim {claim.claim_id} is not on file; say --payer with one of `payerbook packs`.")
        case = Case(found.told(claim), found.id, own_history(claim), self._same(found.id), None)
        asked = AskedPrice("price", found.id, claim.claim_id, locality, national, known_on)
        return price.answer(self._price_rules(found.id), self._shelf.tables, case, asked, self._program(found.id)[1])

    def _desk(self, payer: str | None) -> Desk:
        desk = self._desks.get(payer)
        if desk is None:
            program, packs = self._program(payer)
            contacts = () if payer is None else self._shelf.pack(payer).head.contacts
            desk = self._desks[payer] = Desk(payer, program, self._shelf.tables, self._shelf.codes, packs, self._same(payer), contacts)
        return desk


class Run:
    """Claims checked one after another; memory grows with the patients' recent services, not with the claims."""

    def __init__(self, book: Book, known_on: date | None, today: date | None, payer: str | None, baseline: Baseline | None = None) -> None:
        self._book = book
        self._known_on = known_on
        self._today = today
        self._payer = payer
        self._baseline = baseline
        self._ledger = Ledger(book.look_back)

    def remember(self, claim: Claim) -> None:
        """Takes an earlier claim as history without checking it."""
        self._ledger.add(claim, self._book.resolve(claim, self._payer).id)

    def explain(self, claim: Claim) -> tuple[Explained, ...]:
        """Every rule that is asked about the next claim; does not move on."""
        return self._book.explain(claim, **self._question(claim))

    def fix(self, claim: Claim) -> repair.Repaired:
        """The next claim with its safe fixes; does not move on."""
        return self._book.fix(claim, **self._question(claim))

    def _question(self, claim: Claim) -> dict[str, Any]:
        before = self._ledger.before(claim)
        return {"known_on": self._known_on, "today": self._today, "payer": self._payer, "history": before}

    def check(self, claim: Claim, locate: Locate | None = None, facts_from: tuple[str, ...] = ()) -> Report:
        """The report of the next claim."""
        report = self._book.check(
            claim,
            **self._question(claim),
            locate=locate,
            facts_from=facts_from,
            baseline=self._baseline,
        )
        self._ledger.add(claim, report.payer)
        return report
