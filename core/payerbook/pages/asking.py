"""The engine's answers for the pages: asked once for each payer and code, by the rules of the catalog's packs, and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property

from payerbook.answers.ask import RuleHistory
from payerbook.answers.changes import PolicyChange, Sentence, changes
from payerbook.answers.compare import OFFICE, Comparisons
from payerbook.answers.comparison import Cell, Column
from payerbook.answers.desk import Desk, Facts
from payerbook.api import COMMON
from payerbook.authoring.session import Session
from payerbook.engine.lifecycle import in_use
from payerbook.engine.program import Program
from payerbook.errors import UsageError
from payerbook.finding import PackUsed
from payerbook.pages.places import cell_file
from payerbook.pages.view import RuleName, View
from payerbook.pages.view import of as view_of
from payerbook.policy import CodeInfo, Pack, PackHead, Rule, Version

FEW = 20
"""A rule that names more codes than this is about therapy at large, and makes no page for a single code."""


class Answers(Comparisons):
    """Answers on the day of the site, for a professional claim from the office; drafts and the user's own tables stay out.

    `packs` are those of the site; the rules for every claim count whether or not they are among them.
    """

    place = OFFICE

    def __init__(self, session: Session, packs: Sequence[Pack], today: date, sentence: Sentence) -> None:
        self._session = session
        self._today = today
        self._sentence = sentence
        self._on_site = {pack.head.id: in_use(pack, drafts=False) for pack in packs}
        self._desks: dict[str, Desk] = {}
        self._rows: dict[str, Mapping[str, Mapping[str, Cell]]] = {}
        self._changes: dict[str, Sequence[PolicyChange]] = {}
        self._views: dict[tuple[str, str], View] = {}
        self._over_time: dict[tuple[str, str, str], tuple[RuleHistory, ...]] = {}

    @cached_property
    def _common(self) -> Pack | None:
        found = next((one.pack for one in self._session.library.all() if one.id == COMMON), None)
        return None if found is None else in_use(found, drafts=False)

    @cached_property
    def _heads(self) -> tuple[PackHead, ...]:
        heads = (pack.head for pack in self._on_site.values())
        return tuple(sorted((head for head in heads if head.payer and head.overrides is None), key=lambda head: head.id))

    @cached_property
    def rule_names(self) -> Mapping[str, RuleName]:
        """Every rule that answers, by id."""
        packs = [*self._on_site.values(), *([] if self._common is None else [self._common])]
        return {rule.id: RuleName(rule.title, rule.url.lstrip("/")) for pack in packs for rule in pack.rules}

    @property
    def codes(self) -> Mapping[str, CodeInfo]:
        """Procedure codes with our own labels."""
        return self._session.library.vocabulary.codes

    def packs(self) -> tuple[PackHead, ...]:
        """The heads of the payers on the site."""
        return self._heads

    def pack(self, id: str) -> Pack:
        """A pack of the site with the rules that are checked."""
        return self._on_site[id]

    def payer(self, text: str) -> PackHead:
        """The payer with a pack id; names are for the command line."""
        found = next((head for head in self._heads if head.id == text), None)
        if found is None:
            raise UsageError(f"There is no payer {text} on this site.")
        return found

    def sentence(self, rule: Rule, version: Version) -> str:
        """What a rule asks for, in words."""
        return self._sentence(rule, version)

    def desk(self, payer: str) -> Desk:
        """Where questions about a payer's codes are answered."""
        desk = self._desks.get(payer)
        if desk is None:
            packs = [self._on_site[payer], *([] if self._common is None else [self._common])]
            used = tuple(PackUsed(pack.head.id, pack.head.version, pack.head.digest) for pack in packs)
            program = Program(packs, self._session.kinds, self._session.tables)
            contacts = self._on_site[payer].head.contacts
            desk = Desk(payer, program, self._session.tables, self.codes, used, lambda other: other is None or other == payer, contacts)
            self._desks[payer] = desk
        return desk

    def row(self, payer: str, code: str) -> Mapping[str, Cell]:
        """The cells of `payerbook compare` for a code and a payer, by column."""
        if code not in self._rows:
            self._rows[code] = {row.payer: row.cells for row in self.compare(code, on=self._today).rows}
        return self._rows[code][payer]

    def view(self, payer: str, code: str) -> View:
        """The answer of a payer about a code as it is shown."""
        held = self._views.get((payer, code))
        if held is None:
            held = self._views[payer, code] = self.view_on(payer, code, self._today, None)
        return held

    def view_on(self, payer: str, code: str, on: date, known_on: date | None) -> View:
        """The answer for a day of service, with what was known by a day."""
        facts, desk = Facts(place_of_service=self.place), self.desk(payer)
        return view_of(desk.coverage(code, on, known_on, facts, turning=False), desk.authorization(code, on, known_on, facts))

    def changes(self, payer: str) -> Sequence[PolicyChange]:
        """What changed in a payer's rules and what is ahead."""
        if payer not in self._changes:
            self._changes[payer] = changes(self.pack(payer), self._sentence)
        return self._changes[payer]

    def over_time(self, payer: str, code: str, place: str = OFFICE) -> tuple[RuleHistory, ...]:
        """What each rule of a payer says of a code on every day, for a service at the place."""
        asked = (payer, code, place)
        held = self._over_time.get(asked)
        if held is None:
            held = self._over_time[asked] = self.desk(payer).over_time(code, Facts(place_of_service=place))
        return held

    def point_on(self, payer: str, code: str, point: Column, on: date, known_on: date | None) -> Cell:
        """What a payer says on one point for a day of service, with what was known by a day."""
        (row,) = self.compare(code, on=on, payers=[payer], matrix=point, known_on=known_on).rows
        (cell,) = row.cells.values()
        return cell

    @cached_property
    def own(self) -> Mapping[str, tuple[str, ...]]:
        """The codes with a page of their own, by payer: those that a rule of the payer's names among few."""
        return {head.id: tuple(sorted(_named(self.pack(head.id)) & set(self.codes))) for head in self._heads}

    def cell_page(self, payer: str, code: str) -> str | None:
        """The file of the page of a code for a payer, where there is one."""
        return cell_file(payer, code) if code in self.own[payer] else None


def _named(pack: Pack) -> set[str]:
    """Codes that some rule names among few."""
    named = (version.when.codes or () for rule in pack.rules for version in rule.versions)
    return {code for codes in named if len(codes) <= FEW for code in codes}
