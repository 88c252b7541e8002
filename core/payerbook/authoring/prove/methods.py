"""Two ways of counting timed units that a payer cannot both ask for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import get_args

import msgspec

from payerbook import units
from payerbook.authoring.prove.domain import SIMPLEST, mentions, plain
from payerbook.authoring.prove.ground import Ground
from payerbook.authoring.prove.proof import Proof
from payerbook.engine import versions
from payerbook.policy import Rule, Version, When

_METHODS = frozenset(get_args(units.Method))


def methods(ground: Ground) -> Iterator[Proof]:
    """Pairs of rules that count the same codes on the same day by different methods, and rules that count otherwise than their pack."""
    counting = list(_counting(ground))
    for rule, version, method in counting:
        stated = ground.pack.head.unit_method
        if stated is not None and method != stated and rule.id in ground.chosen:
            yield ground.proof(
                "PB066",
                [(rule, version)],
                f"the rule counts units by the method {method}, pack.yaml says {stated}",
                "correct the one that the source does not bear out",
                plain(ground, rule, version, version.start),
            )
    for (one, mine, first), (other, theirs, second) in combinations(counting, 2):
        day = max(mine.start, theirs.start)
        stand = versions.on(one, day) is mine and versions.on(other, day) is theirs
        codes = _common(mine.when, theirs.when)
        if one is not other and first != second and stand and codes and {one.id, other.id} & ground.chosen:
            yield ground.proof(
                "PB066",
                [(one, mine), (other, theirs)],
                f"on {day} {codes[0]} is counted by the method {first} in one rule and by {second} in the other",
                "keep the method that the payer's source gives",
                plain(ground, one, mine, day),
            )


def _counting(ground: Ground) -> Iterator[tuple[Rule, Version, str]]:
    for rule in ground.program.rules:
        for version in rule.versions:
            words = () if version.hole else mentions(version, ground.kinds[rule.kind], frozenset()).words
            for word, listed in words:
                if listed == _METHODS:
                    yield rule, version, word


def _common(one: When, other: When) -> list[str]:
    """Codes that both look at, when they ask the same of everything else; one that stands for all when neither names any."""
    if msgspec.structs.replace(one, codes=None, not_codes=()) != msgspec.structs.replace(other, codes=None, not_codes=()):
        return []
    barred = {*one.not_codes, *other.not_codes}
    codes = one.codes if other.codes is None else other.codes if one.codes is None else [code for code in one.codes if code in other.codes]
    return [code for code in (SIMPLEST,) if codes is None and code not in barred] + [code for code in codes or () if code not in barred]
