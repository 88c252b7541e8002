"""Which rules are asked for: by id, by the start of an id, by topic, and by the grade of their sources.

What is left out is named, never passed over: a rule that is not asked for stands in `left_out`; of a rule whose sources are good
enough only for some dates, the other dates become holes, so that claims of these dates answer `not-on-file`.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import get_args

import msgspec

from payerbook.errors import UsageError
from payerbook.policy import Grade, Pack, Rule, Version, statements

GRADES: tuple[Grade, ...] = get_args(Grade)
"""Grades of sources, best first."""


class Selection(msgspec.Struct, frozen=True):
    """Words of `--select` and `--ignore`, and the worst grade that still counts (None = any)."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    min_grade: Grade | None = None

    def __bool__(self) -> bool:
        return bool(self.select or self.ignore or self.min_grade)

    def narrow(self, pack: Pack) -> tuple[Pack, tuple[str, ...]]:
        """The pack with the rules that are asked for, and the ids of the rules that are left out."""
        kept: list[Rule] = []
        left_out: list[str] = []
        for rule in pack.rules:
            made = self._graded(rule) if self._asked_for(rule) else None
            if made is not None:
                kept.append(made)
            else:
                left_out.append(rule.id)
        return msgspec.structs.replace(pack, rules=tuple(kept)), tuple(left_out)

    def _asked_for(self, rule: Rule) -> bool:
        wanted = not self.select or any(matches(word, rule) for word in self.select)
        return wanted and not any(matches(word, rule) for word in self.ignore)

    def _graded(self, rule: Rule) -> Rule | None:
        """The rule with a hole wherever its sources are not good enough; None when they never are."""
        if self.min_grade is None or all(version.hole for version in rule.versions):
            return rule
        most = GRADES.index(self.min_grade)
        versions = tuple(version if version.hole or _best(version) <= most else self._hole(version) for version in rule.versions)
        return None if all(version.hole for version in versions) else msgspec.structs.replace(rule, versions=versions)

    def _hole(self, version: Version) -> Version:
        reason = f"Left out by --min-grade {self.min_grade}: the sources for these dates are of a lower grade."
        return msgspec.structs.replace(version, hole=reason, params={})


def matches(word: str, rule: Rule) -> bool:
    """Whether a word means the rule: its id, the start of its id up to a dot (a pack, a family of packs), or its topic."""
    return word in (rule.id, rule.topic) or rule.id.startswith(f"{word}.")


def require_known(words: Sequence[str], rules: Sequence[Rule]) -> None:
    """Raises UsageError, naming the nearest, for a word that means no rule at all."""
    for word in words:
        if not any(matches(word, rule) for rule in rules):
            known = {name for rule in rules for name in (rule.id, rule.pack, rule.topic)}
            near = difflib.get_close_matches(word, sorted(known), 3)
            hint = f" Nearest: {', '.join(near)}." if near else ""
            raise UsageError(f"{word!r} is no rule, pack or topic on file.{hint}")


def _best(version: Version) -> int:
    """The place in `GRADES` of the best source; where some only say that another payer's rules are followed, of the weaker of the two."""
    best = (min(GRADES.index(source.grade) for source in step) for step in statements(version.sources))
    return max(best, default=len(GRADES))
