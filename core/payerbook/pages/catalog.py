"""What the pages are made from: the packs asked for, their kinds and codes, and how each rule stands on the day of the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from payerbook.authoring.session import Session
from payerbook.engine.versions import Gap, on
from payerbook.errors import PackError, UsageError
from payerbook.kinds.base import Kind
from payerbook.pages.asking import Answers
from payerbook.policy import CodeInfo, Pack, Rule, Severity, Version, limit, severity


class Standing(NamedTuple):
    """A rule on the day of the site: the version that stands, or the one nearest to it with the reason why it does not."""

    version: Version
    gap: Gap | None
    severity: Severity

    @property
    def grades(self) -> str:
        """The grades of the version's sources, best first, each once."""
        return ", ".join(sorted({source.grade for source in self.version.sources}, key=("A", "A*", "B", "C", "M").index)) or "none"


@dataclass(frozen=True)
class Catalog:
    """Packs, those of payers first, with the folders they stand in; `today` is the only day the pages know."""

    session: Session
    packs: tuple[Pack, ...]
    folders: Mapping[str, Path]
    today: date

    @property
    def kinds(self) -> Mapping[str, Kind[Any]]:
        """Every rule kind by name."""
        return self.session.kinds

    @property
    def codes(self) -> Mapping[str, CodeInfo]:
        """Procedure codes with our own labels."""
        return self.session.library.vocabulary.codes

    @cached_property
    def answers(self) -> Answers:
        """The engine's answers about the codes, from the packs of the catalog."""
        return Answers(self.session, self.packs, self.today, self.sentence)

    def standing(self, pack: Pack, rule: Rule) -> Standing:
        """How a rule of a pack stands on the day of the site."""
        found = on(rule, self.today)
        version = found.version if isinstance(found, Gap) else found
        allowed = limit(version, self.today, pack.head.review_days)
        return Standing(version, found if isinstance(found, Gap) else None, severity(version.effect, allowed))

    def settings(self, rule: Rule, version: Version) -> Any:
        """The typed settings of a version that is no hole, defaults filled in."""
        return msgspec.convert(version.params, self.kinds[rule.kind].params, strict=False)

    def sentence(self, rule: Rule, version: Version) -> str:
        """A version that is no hole in one sentence."""
        return self.kinds[rule.kind].sentence(self.settings(rule, version))

    def topics(self, pack: Pack) -> dict[str, list[Rule]]:
        """The rules of a pack by topic, both in alphabetical order."""
        found: dict[str, list[Rule]] = {}
        for rule in sorted(pack.rules, key=lambda rule: (rule.topic, rule.title.lower(), rule.id)):
            found.setdefault(rule.topic, []).append(rule)
        return found


def of(session: Session, today: date, packs: Sequence[str] | None = None) -> Catalog:
    """The catalog of a session's packs, or of those with the ids in `packs`.

    Raises PackError when a pack does not compile (a site that lacks a payer would be a quiet gap), UsageError for an unknown id.
    """
    compiled = sorted((one for one in session.library.all() if not one.templates), key=lambda one: one.id)
    unknown = sorted(set(packs or ()) - {one.id for one in compiled})
    if unknown:
        raise UsageError(f"There is no pack {', '.join(unknown)} on file. On file: {', '.join(one.id for one in compiled)}.")
    wanted = [one for one in compiled if packs is None or one.id in packs]
    made: list[Pack] = []
    for one in wanted:
        if one.pack is None:
            faults = [fault for fault in one.faults if not fault.note]
            raise PackError(f"Pack {one.id} cannot be shown: {faults[0].text(one.folder)}. `payerbook lint` lists every fault.")
        made.append(one.pack)
    made.sort(key=lambda pack: (not pack.head.payer, pack.head.id))
    return Catalog(session, tuple(made), {one.id: one.folder for one in wanted}, today)
