"""What is on file: packs, payers, rules, kinds, codes and tables, as a book gives them to whoever asks."""

from __future__ import annotations

import difflib
from functools import reduce
from typing import Any

import msgspec

from payerbook.answers import who
from payerbook.answers.who import PayerAnswer
from payerbook.book import Shelf
from payerbook.datasets import Tables
from payerbook.engine import gaps
from payerbook.engine.overrides import override
from payerbook.errors import UsageError
from payerbook.kinds.base import Kind
from payerbook.payers import Payers
from payerbook.plugins import NotLoaded
from payerbook.policy import CodeInfo, Pack, PackHead, Rule, Version


class OnFile:
    """A book as a register of what its shelf holds."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._kinds: dict[str, Kind[Any]] = shelf.plugins.kinds()
        self._payers = Payers(shelf.heads, shelf.terms)
        self._packs: dict[str, Pack] = {}

    @property
    def not_loaded(self) -> tuple[NotLoaded, ...]:
        """Packs and plugins that could not be loaded; their payers go unchecked."""
        return self._shelf.not_loaded

    def packs(self) -> tuple[PackHead, ...]:
        """The heads of all packs on file."""
        return self._shelf.heads

    def pack(self, id: str) -> Pack:
        """A pack with its rules, as the practice's own packs override them."""
        pack = self._packs.get(id)
        if pack is None:
            pack = self._packs[id] = reduce(override, self._shelf.overriding(id), self._shelf.pack(id))
        return pack

    def payer(self, text: str) -> PackHead:
        """The payer that a name means. Raises UsageError when it means none or several."""
        id = self._payers.require(text)
        return next(head for head in self._shelf.heads if head.id == id)

    def identify(self, text: str) -> PayerAnswer:
        """What a name means: its pack, why, and how sure that is; the candidates when it means none or several."""
        match = self._payers.match(text, spell=True)
        return who.answer(text, match, None if match.id is None else self._shelf.pack(match.id).head)

    def rule(self, id: str) -> Rule:
        """A rule by id. Raises UsageError naming the nearest when there is none."""
        pack = id.rpartition(".")[0]
        if pack in self._shelf:
            for rule in self.pack(pack).rules:
                if rule.id == id:
                    return rule
            if (reason := gaps.absent(self._shelf.pack(pack), id)) is not None:
                raise UsageError(reason)
        raise UsageError(f"There is no rule {id!r} on file.{self._near_rules(id)}")

    def _near_rules(self, id: str) -> str:
        # Where a rule is written before where it is taken over.
        heads = sorted(self._shelf.heads, key=lambda head: head.extends is not None)
        known = [rule.id for head in heads for rule in self.pack(head.id).rules]
        typed = "-".join(id.lower().split())
        holding = sorted((one for one in known if typed in one), key=lambda one: not one.endswith(f".{typed}"))
        near = difflib.get_close_matches(id, known, 3) or holding[:3]
        return f" Nearest: {', '.join(near)}." if near else ""

    def kind(self, name: str) -> Kind[Any]:
        """A rule kind by name."""
        return self._kinds[name]

    @property
    def codes(self) -> dict[str, CodeInfo]:
        """Procedure codes with our own labels."""
        return self._shelf.codes

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
