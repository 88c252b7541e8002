"""Pairs of rules that no line can satisfy together, although it can satisfy each of them alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import NamedTuple

from payerbook.authoring.prove.domain import SIMPLEST, Mentions, make, mentions, sets_of
from payerbook.authoring.prove.ground import Ground, Told
from payerbook.authoring.prove.proof import Proof
from payerbook.authoring.prove.shrink import smallest
from payerbook.claim import Claim, Line
from payerbook.engine import versions
from payerbook.engine.render import message
from payerbook.policy import Rule, Version

_CODES = 40
"""Codes tried on a pair at most: first those that settings name."""
_APART = 3
"""Modifiers tried of those that only one of the two names."""


class _Side(NamedTuple):
    """One rule version of a pair."""

    rule: Rule
    version: Version
    named: Mentions


class _Form(NamedTuple):
    """What a biller can choose on a line."""

    modifiers: tuple[str, ...]
    place: str | None


def contradictions(ground: Ground) -> Iterator[Proof]:
    """Every pair of rules, at least one of them chosen, of which some line cannot be right for both."""
    known = frozenset(ground.codes)
    sides: dict[str, list[_Side]] = {}
    for rule in ground.program.rules:
        if rule.evidence == "claim" and rule.date_basis == "service-date":
            kind = ground.kinds[rule.kind]
            sides[rule.id] = [_Side(rule, version, mentions(version, kind, known)) for version in rule.versions if not version.hole]
    scan = _Scan(ground)
    for one, other in combinations(sides, 2):
        if not {one, other} & ground.chosen:
            continue
        found = next((proof for a in sides[one] for b in sides[other] if (proof := scan.pair(a, b)) is not None), None)
        if found is not None:
            yield found


class _Scan:
    """Remembers what each rule says of each form of a line, because many pairs ask for the same."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._fails: dict[tuple[int, str, date, _Form], bool] = {}

    def pair(self, one: _Side, other: _Side) -> Proof | None:
        """The contradiction of two versions, with the smallest line that shows it."""
        if not _meet(one.named, other.named):
            return None
        day = max(one.version.start, other.version.start)
        if any(versions.on(side.rule, day) is not side.version for side in (one, other)):
            return None
        shared = sorted({*one.named.modifiers} & {*other.named.modifiers})
        apart = [name for side in (one, other) for name in [m for m in side.named.modifiers if m not in shared][:_APART]]
        places = (None, *sorted({*one.named.places, *other.named.places}))
        forms = [_Form(chosen, place) for chosen in sets_of((*shared, *apart)) for place in places]
        for code in _codes(one, other):
            for held in (None, *shared):
                mine = [form for form in forms if held is None or held in form.modifiers]
                if self._clash(one, other, code, day, mine):
                    return self._proof(one, other, code, day, mine, held)
        return None

    def _clash(self, one: _Side, other: _Side, code: str, day: date, forms: list[_Form]) -> bool:
        """Whether no form is right for both, although some form is right for each."""
        right: set[str] = set()
        for form in forms:
            fine = {side.rule.id for side in (one, other) if not self._wrong(side, code, day, form)}
            if len(fine) == 2:
                return False
            right |= fine
        return len(right) == 2

    def _wrong(self, side: _Side, code: str, day: date, form: _Form) -> bool:
        named = side.named
        seen = _Form(tuple(one for one in form.modifiers if one in named.modifiers), form.place if named.places else None)
        key = (id(side.version), code, day, seen)
        if key not in self._fails:
            self._fails[key] = self._ground.alone(side.rule, Told(self._claim(side, code, day, seen))).outcome == "fail"
        return self._fails[key]

    def _claim(self, side: _Side, code: str, day: date, form: _Form) -> Claim:
        line = Line(day, code, 1, modifiers=form.modifiers, place_of_service=form.place)
        return make(self._ground.payer, side.rule, side.version, line)

    def _proof(self, one: _Side, other: _Side, code: str, day: date, forms: list[_Form], held: str | None) -> Proof:
        ground = self._ground
        form = next(form for form in forms if self._wrong(one, code, day, form))
        claim = self._claim(one, code, day, form)
        with_held = "" if held is None else f" that carries {held}"

        def shows(tried: Claim) -> bool:
            return ground.alone(one.rule, Told(tried)).outcome == "fail" and (held is None or held in tried.lines[0].modifiers)

        claim = smallest(claim, shows)
        bound, hit = ground.alone(one.rule, Told(claim)).hits[0]
        return ground.proof(
            "PB062",
            [(one.rule, one.version), (other.rule, other.version)],
            f"no line with {code}{with_held} on {day} can be right for both rules: whatever satisfies {one.rule.slug} fails "
            f"{other.rule.slug}. The first says here: {message(bound, hit)}",
            "take the codes, modifiers or places that clash out of one of the two rules, or end one version before the other begins",
            claim,
        )


def _meet(one: Mentions, other: Mentions) -> bool:
    """Whether what would put one of two versions right can be wrong for the other: they name a modifier both, or places both."""
    return bool({*one.modifiers} & {*other.modifiers}) or bool(one.places and other.places)


def _codes(one: _Side, other: _Side) -> list[str]:
    """Codes that both versions look at."""
    looked = [side.version.when.codes for side in (one, other)]
    named = [*one.named.codes, *other.named.codes]
    if looked[0] is None and looked[1] is None:
        common = [*named, SIMPLEST]
    elif looked[0] is None or looked[1] is None:
        common = [*(code for code in named if code in (looked[0] or looked[1] or ())), *(looked[0] or looked[1] or ())]
    else:
        common = [code for code in looked[0] if code in looked[1]]
    barred = {*one.version.when.not_codes, *other.version.when.not_codes}
    return [code for code in dict.fromkeys(common) if code not in barred][:_CODES]
