"""The one object that `payerbook.load()` gives: checks claims and answers questions from the packs on file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from typing import Any

import msgspec

from payerbook import units as counting
from payerbook.book import Shelf
from payerbook.claim import Claim
from payerbook.datasets import Tables
from payerbook.engine import gaps
from payerbook.engine.enrich import merge
from payerbook.engine.ledger import Ledger, own_history
from payerbook.engine.program import Program
from payerbook.engine.run import Locate, Payer, run
from payerbook.errors import UsageError
from payerbook.finding import Asked, PackUsed, Report
from payerbook.kinds.base import History, Kind
from payerbook.payers import Payers, Resolved
from payerbook.plugins import NotLoaded
from payerbook.policy import Pack, PackHead, Rule, Version

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


class Book:
    """Packs ready to answer. Safe to share between threads; makes no network call, reads no clock."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._kinds: dict[str, Kind[Any]] = shelf.plugins.kinds()
        self._payers = Payers(shelf.heads)
        self._programs: dict[str | None, tuple[Program, tuple[PackUsed, ...]]] = {}
        self._engine = engine_version()

    @property
    def not_loaded(self) -> tuple[NotLoaded, ...]:
        """Packs and plugins that could not be loaded; their payers go unchecked."""
        return self._shelf.not_loaded

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
    ) -> Report:
        """The report of one claim.

        `known_on` limits the rules to what was published by that day; `today` judges stale sources and stands in for a missing
        day of submission; `payer` (a pack id) overrides the claim's own; `history` is what came before (default: what the claim
        brings); `locate` gives places in a file; `facts_from` names the plugins that added to the context (`enrich`).
        """
        found = self.resolve(claim, payer)
        program, packs = self._program(found.id)
        return run(
            program,
            claim,
            own_history(claim) if history is None else history,
            Payer(found.id, None if found.id == claim.payer else claim.payer, self._same(found.id)),
            packs=packs,
            engine=self._engine,
            asked=Asked(known_on, today, payer, facts_from),
            locate=locate,
            preset=() if found.id is not None else (gaps.payer(claim.payer, found.nearest),),
        )

    def resolve(self, claim: Claim, payer: str | None = None) -> Resolved:
        """The pack of a claim's payer (or of `payer`, which overrides it), or None with the nearest ones."""
        if payer is not None:
            return self._payers.find(payer)
        return self._payers.find(claim.payer, claim.payer_id, claim.filing_indicator)

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

    def run(self, *, known_on: date | None = None, today: date | None = None, payer: str | None = None) -> Run:
        """A run over many claims that remembers what it has seen."""
        return Run(self, known_on, today, payer)

    def look_back(self) -> int:
        """Days of history that any rule of any pack on file can ask for."""
        return max((self._program(head.id)[0].look_back for head in self._shelf.heads), default=0)

    def _program(self, payer: str | None) -> tuple[Program, tuple[PackUsed, ...]]:
        held = self._programs.get(payer)
        if held is None:
            ids = [id for id in (payer, COMMON) if id is not None and id in self._shelf]
            packs = [self._shelf.pack(id) for id in ids]
            used = tuple(PackUsed(pack.head.id, pack.head.version, pack.head.digest) for pack in packs)
            held = self._programs[payer] = (Program(packs, self._kinds, self._shelf.tables), used)
        return held

    def _same(self, payer: str | None) -> Any:
        find = self._payers.find
        return lambda other: other is None or other == payer or (payer is not None and find(other).id == payer)

    def packs(self) -> tuple[PackHead, ...]:
        """The heads of all packs on file."""
        return self._shelf.heads

    def pack(self, id: str) -> Pack:
        """A pack with its rules."""
        return self._shelf.pack(id)

    def payer(self, text: str) -> PackHead:
        """The payer that a name means. Raises UsageError when it means none or several."""
        id = self._payers.require(text)
        return next(head for head in self._shelf.heads if head.id == id)

    def rule(self, id: str) -> Rule:
        """A rule by id. Raises UsageError naming the nearest when there is none."""
        pack = id.rpartition(".")[0]
        if pack in self._shelf:
            for rule in self._shelf.pack(pack).rules:
                if rule.id == id:
                    return rule
        raise UsageError(f"There is no rule {id!r} on file.{self._near_rules(id)}")

    def _near_rules(self, id: str) -> str:
        known = [rule.id for head in self._shelf.heads for rule in self._shelf.pack(head.id).rules]
        near = difflib.get_close_matches(id, known, 3) or [known_id for known_id in known if known_id.endswith(f".{id}")][:3]
        return f" Nearest: {', '.join(near)}." if near else ""

    def kind(self, name: str) -> Kind[Any]:
        """A rule kind by name."""
        return self._kinds[name]

    @property
    def tables(self) -> Tables:
        """All dated tables on file."""
        return self._shelf.tables

    def title(self, id: str) -> str:
        """The title of a rule."""
        return gaps.RULE.title if id == gaps.RULE.id else self.rule(id).title

    def sentence(self, rule: Rule, version: Version) -> str:
        """What a rule asks for, in words, as one of its versions sets it."""
        kind = self._kinds[rule.kind]
        return kind.sentence(msgspec.convert(version.params, kind.params))

    def formats(self) -> dict[str, Any]:
        """Claim readers that plugins bring, by name."""
        return self._shelf.plugins.formats()

    def units(self, payer: str, minutes: dict[str, int], *, method: counting.Method | None = None) -> counting.Count:
        """Billable units for one day and discipline, by the payer's own counting method or the one given.

        `minutes` maps codes (or `FIRST+ADDON`) to minutes of direct contact. Raises UsageError when the payer's method is not on
        file and none is given, or when a code is not on file.
        """
        head = self.payer(payer)
        method = method or head.unit_method
        if method is None:
            raise UsageError(f"How {head.id} counts timed units is not on file; say --method cms or --method ama.")
        codes = self._shelf.codes
        unknown = [code for key in minutes for code in key.split("+") if code not in codes]
        if unknown:
            raise UsageError(f"{', '.join(unknown)}: not a therapy code on file, so how it is timed is unknown.")
        return counting.count(minutes, {code: info.timing for code, info in codes.items()}, method)


class Run:
    """Claims checked one after another; memory grows with the patients' recent services, not with the claims."""

    def __init__(self, book: Book, known_on: date | None, today: date | None, payer: str | None) -> None:
        self._book = book
        self._known_on = known_on
        self._today = today
        self._payer = payer
        self._ledger = Ledger(book.look_back())

    def remember(self, claim: Claim) -> None:
        """Takes an earlier claim as history without checking it."""
        self._ledger.add(claim, self._book.resolve(claim, self._payer).id)

    def check(self, claim: Claim, locate: Locate | None = None, facts_from: tuple[str, ...] = ()) -> Report:
        """The report of the next claim."""
        report = self._book.check(
            claim,
            known_on=self._known_on,
            today=self._today,
            payer=self._payer,
            history=self._ledger.before(claim),
            locate=locate,
            facts_from=facts_from,
        )
        self._ledger.add(claim, report.payer)
        return report
