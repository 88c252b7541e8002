"""What every proof stands on: one pack with what its payer's claims are checked against, its files, and the rules asked about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import msgspec

from payerbook.answers.ask import Asker
from payerbook.answers.desk import Desk
from payerbook.api import COMMON
from payerbook.authoring.boundaries import anchor, moved
from payerbook.authoring.cases import SUFFIX, merged
from payerbook.authoring.compiler import Compiled
from payerbook.authoring.documents import RuleDoc, TestsDoc
from payerbook.authoring.prove.proof import Place, Proof, as_data
from payerbook.authoring.session import Session
from payerbook.authoring.versioning import place_of
from payerbook.authoring.yamlfile import Document, Path_, read
from payerbook.claim import Claim, Context
from payerbook.engine.explain import Answer, explain
from payerbook.engine.ledger import Ledger, own_history
from payerbook.engine.overrides import override
from payerbook.engine.program import Program
from payerbook.engine.run import Payer
from payerbook.errors import PayerbookError
from payerbook.finding import Asked
from payerbook.policy import Pack, PackHead, Rule, Version

NAME = "smallest"
"""The claim id of every claim that is tried."""


class Told(NamedTuple):
    """A claim that is tried, with its history in it, and the day on which the rules are known (None = all that is on file)."""

    claim: Claim
    known_on: date | None = None


class Ground:
    """One pack, ready to be asked. `chosen` are the ids of the rules to judge; a proof that touches none of them is left out."""

    def __init__(self, session: Session, compiled: Compiled, files: Sequence[Path]) -> None:
        assert compiled.pack is not None
        self.session = session
        self.folder = compiled.folder
        self.own = compiled.pack
        self.pack = self._whole(compiled.pack)
        self.kinds = session.kinds
        self.codes = session.library.vocabulary.codes
        self.program = Program(self._checked(), session.kinds, session.tables)
        self.asker = Asker(self.program, session.tables)
        self.payer = self.pack.head.id if self.pack.head.payer else None
        self.desk = Desk(self.payer, self.program, session.tables, self.codes, (), self._same)
        slugs = {file.name.removesuffix(".yaml") for file in files}
        mine = {rule.id for rule in self.own.rules}
        self.rules = [rule for rule in self.program.rules if rule.id in mine and rule.slug in slugs and rule.status == "active"]
        self.chosen = frozenset(rule.id for rule in self.rules)
        self.whole = self.chosen == frozenset(rule.id for rule in self.program.rules if rule.id in mine)
        self._alone: dict[str, Program] = {}
        self._documents: dict[str, Document] = {}
        self._tests: dict[str, TestsDoc | None] = {}

    def _whole(self, own: Pack) -> Pack:
        if own.head.overrides is None:
            return own
        base = next(one.pack for one in self.session.library.all() if one.id == own.head.overrides)
        assert base is not None
        return override(base, own)

    def _checked(self) -> list[Pack]:
        """The pack, and the one that is checked for every claim."""
        common = [one.pack for one in self.session.library.all() if one.id == COMMON and one.pack is not None]
        return [self.pack, *(pack for pack in common if pack.head.id != self.pack.head.id)]

    def _same(self, other: str | None) -> bool:
        return other is None or other == self.payer

    # Asking the engine.

    def alone(self, rule: Rule, told: Told) -> Answer:
        """What one rule says of a claim."""
        program = self._alone.get(rule.id)
        if program is None:
            pack = msgspec.structs.replace(self.pack, rules=(rule,))
            program = self._alone[rule.id] = Program([pack], self.kinds, self.session.tables)
        return explain(program, told.claim, own_history(told.claim), self.whose, Asked(told.known_on, None))[rule.id]

    def together(self, told: Told) -> dict[str, Answer]:
        """What all rules of the payer say of a claim."""
        return explain(self.program, told.claim, own_history(told.claim), self.whose, Asked(told.known_on, None))

    @cached_property
    def whose(self) -> Payer:
        return Payer(self.payer, None, self._same)

    # What the author wrote.

    def told(self, rule: Rule, day: date | None = None, known_on: date | None = None) -> Iterator[Told]:
        """The written cases of a rule that expect fail; with `day` moved so that they ask the version of that day."""
        tests = self._written(rule)
        if tests is None:
            return
        for case in tests.cases:
            if case.expect not in ("fail", "resolved"):
                continue
            claim, after = merged(tests.claim, case.claim), list(case.after)
            known = None if case.known_on is None else date.fromisoformat(case.known_on)
            try:
                if day is not None:
                    start = anchor(rule, claim)
                    claim, *after = (moved(one, day - start, day.year - start.year) for one in (claim, *after))
                    known = known_on
                yield Told(self._with_history([self._claim(one) for one in (*after, claim)]), known)
            except (msgspec.ValidationError, PayerbookError, ValueError, OverflowError):
                continue  # a claim that cannot be moved to the day shows nothing about it

    def _written(self, rule: Rule) -> TestsDoc | None:
        """The test file of a rule, read once; None when it has none that can be used."""
        if rule.id not in self._tests:
            file = self.file(rule).with_name(rule.slug + SUFFIX)
            self._tests[rule.id] = self.session.runner.load(file)[0] if file.is_file() else None
        return self._tests[rule.id]

    def _with_history(self, claims: Sequence[Claim]) -> Claim:
        """The last of some claims, with the others as its history."""
        *earlier, claim = claims
        if not earlier:
            return claim
        ledger = Ledger(self.program.look_back)
        for number, before in enumerate(earlier):
            ledger.add(msgspec.structs.replace(before, claim_id=f"{NAME} before {number + 1}"), claim.payer)
        context = msgspec.structs.replace(claim.context or Context(), history=ledger.before(claim).items)
        return msgspec.structs.replace(claim, context=context)

    def _claim(self, data: dict[str, object]) -> Claim:
        payer = {} if self.payer is None else {"payer": self.payer}
        return msgspec.convert({**payer, "claim_id": NAME, **data}, Claim)

    def file(self, rule: Rule) -> Path:
        """The file of a rule: of this pack, of the packs that it extends or overrides, or of the rule's own pack."""
        return next(file for folder in self._folders(rule) if (file := folder / f"{rule.slug}.yaml").is_file())

    def _folders(self, rule: Rule) -> Iterator[Path]:
        packs = {one.id: one for one in self.session.library.all()}
        yield self.folder
        head: PackHead | None = self.own.head
        while head is not None and (parent := packs.get(head.extends or head.overrides or "")) is not None:
            yield parent.folder
            head = parent.pack.head if parent.pack is not None else None
        yield packs[rule.pack].folder

    def place(self, rule: Rule, version: Version | None = None) -> Place:
        """Where a rule, or one version of it, stands."""
        file = self.file(rule)
        document = self._documents.get(rule.id)
        if document is None:
            document = self._documents[rule.id] = read(file)
        path: Path_ = ("rule",)
        if version is not None:
            try:
                path = ("versions", place_of(msgspec.convert(document.data, RuleDoc), version))
            except (msgspec.ValidationError, IndexError):
                path = ("versions",)  # a version that another file lends
        return Place(file, document.fault(path, "", "").line)

    def proof(
        self,
        code: str,
        rules: Sequence[tuple[Rule, Version | None]],
        message: str,
        repair: str,
        claim: Claim | None = None,
        note: bool = False,
    ) -> Proof:
        """A proof about some rules, each with the version that it lies in."""
        places = tuple(self.place(rule, version) for rule, version in rules)
        ids = tuple(rule.id for rule, _ in rules)
        return Proof(code, ids, places, message, repair, None if claim is None else as_data(claim), note)
