"""The finite domain of a rule: the codes, modifiers, places, numbers and days that its own settings name, and claims made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from itertools import combinations, islice, product
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import inspect

from payerbook.authoring.leaves import AMOUNT, DATE, fields_of, leaves
from payerbook.calendar import before
from payerbook.claim import Claim, Context, Eligibility, Line, Patient, Provider
from payerbook.kinds.base import Kind
from payerbook.policy import Rule, Version

if TYPE_CHECKING:
    from payerbook.authoring.prove.ground import Ground

SIMPLEST = "97110"
"""The code of a claim for a rule that looks at every code."""
STATES = ("OR", "NY", "TX", "PR")
"""States tried on a rule that is not for some."""
PLACES = ("11", "12", "22")
"""Places of service tried on a rule that is not for some."""
CLAIMS = 10_000
"""Claims that are made for one version at most, the smallest first."""
TOGETHER = 3
"""Modifiers tried on one line at most."""
_MODIFIER = re.compile(r"[A-Z][A-Z0-9]\Z|\d\d\Z")
_PLACE = re.compile(r"\d\d\Z")
_MOST = 500
"""Numbers above this are amounts or days, not units."""


class Mentions(NamedTuple):
    """What the settings and conditions of a version name, in rising order."""

    codes: tuple[str, ...]
    modifiers: tuple[str, ...]
    places: tuple[str, ...]
    units: tuple[int, ...]
    days: tuple[date, ...]
    words: frozenset[tuple[str, frozenset[str]]]
    """Words of closed lists, each with the whole list: (the word, the list)."""


def mentions(version: Version, kind: Kind[Any], known: frozenset[str]) -> Mentions:
    """What a version names; `known` are the procedure codes on file."""
    shapes = fields_of(kind.params)
    found = [leaf for name, value in version.params.items() if name in shapes for leaf in leaves(value, shapes[name])]
    texts = {str(value) for value, shape in found if isinstance(value, str) and not isinstance(shape, inspect.LiteralType)}
    when = version.when
    texts |= {*(when.modifiers_any or ()), *when.modifiers_none}
    two = {text for text in texts if _MODIFIER.match(text)}
    places = {text for text in two if _PLACE.match(text)} | {*(when.places_of_service or ()), *when.not_places_of_service}
    numbers = {value for value, _ in found if isinstance(value, int) and not isinstance(value, bool)}
    numbers |= {int(float(text)) for text in texts if AMOUNT.match(text)}
    units = {near for number in numbers for near in (number, number + 1) if 0 < near <= _MOST}
    return Mentions(
        codes=tuple(sorted(text for text in texts if text in known)),
        modifiers=tuple(sorted(two)),
        places=tuple(sorted(places)),
        units=(1, *sorted(units - {1})),
        days=tuple(sorted(date.fromisoformat(text) for text in texts if DATE.match(text))),
        words=frozenset((value, frozenset(map(str, shape.values))) for value, shape in found if isinstance(shape, inspect.LiteralType)),
    )


@cache
def sets_of(modifiers: tuple[str, ...], most: int = TOGETHER) -> tuple[tuple[str, ...], ...]:
    """Every set of at most so many of the modifiers, the smallest first."""
    return tuple(chosen for size in range(most + 1) for chosen in combinations(modifiers, size))


def codes_of(version: Version, named: Mentions) -> tuple[str, ...]:
    """The codes to try on a version: those its settings name and the first, the middle and the last that it looks at."""
    looked = version.when.codes
    if looked is None:
        return (*named.codes, *(() if SIMPLEST in named.codes else (SIMPLEST,)))
    sample = dict.fromkeys((*(code for code in named.codes if code in looked), looked[0], looked[len(looked) // 2], looked[-1]))
    return tuple(code for code in sample if code not in version.when.not_codes)


def plain(ground: Ground, rule: Rule, version: Version, day: date) -> Claim:
    """The simplest claim that a version looks at: one line, one unit, what its conditions ask for and nothing else."""
    code = next(iter(codes_of(version, mentions(version, ground.kinds[rule.kind], frozenset(ground.codes)))), SIMPLEST)
    return make(ground.payer, rule, version, line(version, code, day))


def line(version: Version, code: str, day: date) -> Line:
    """The simplest line of a code that a version looks at."""
    when = version.when
    place = _first(when.places_of_service, when.not_places_of_service, PLACES)
    return Line(day, code, 1, modifiers=(when.modifiers_any or ())[:1], place_of_service=place)


def make(payer: str | None, rule: Rule, version: Version, *lines: Line) -> Claim:
    """A claim of some lines that meets what a version asks of the claim as a whole, and of the patient."""
    day, when = lines[0].service_date, version.when
    return Claim(
        "smallest",
        lines,
        payer=payer,
        claim_type="institutional" if when.claim_types == ("institutional",) else "professional",
        frequency_code=(when.frequency_codes or (None,))[0],
        payer_sequence=(when.payer_sequences or (None,))[0],  # type: ignore[arg-type]  # the schema of rules has the words of claims
        line_of_business=_first(when.lines_of_business, when.not_lines_of_business, when.other_lines_of_business),
        plan=_first(when.plans, when.not_plans, when.other_plans),
        billing_provider=Provider(state=state) if (state := _first(when.states, when.not_states, STATES)) is not None else None,
        received_on=day if rule.date_basis == "received-date" else None,
        processed_on=day if rule.date_basis == "processed-date" else None,
        patient=Patient(birth_date=before(day, 12 * when.ages[0] + 6)) if when.ages else None,
        diagnoses=when.primary_diagnoses[:1] if when.primary_diagnoses else None,
        context=Context(eligibility=Eligibility(exemptions=())) if when.exemptions_none else None,
    )


def _first(wanted: Sequence[str] | None, unwanted: Sequence[str], others: Sequence[str]) -> str | None:
    """A word that meets both conditions; None when there is no condition, or no such word."""
    if wanted is not None or unwanted:
        return next((word for word in (others if wanted is None else wanted) if word not in unwanted), None)
    return None


def claims(ground: Ground, rule: Rule, version: Version, days: Sequence[date]) -> Iterator[Claim]:
    """Claims of one line, and of two, made of what the version names; the smallest first, no more than `CLAIMS`."""
    named = mentions(version, ground.kinds[rule.kind], frozenset(ground.codes))
    within = [day for day in named.days if days[0] <= day <= days[-1]]
    places: tuple[str | None, ...] = (*(version.when.places_of_service or (None,)), *named.places)
    choices = product(named.units, places, dict.fromkeys((*days, *within)), sets_of(named.modifiers), codes_of(version, named))
    for units, place, day, chosen, code in islice(choices, CLAIMS):
        one = Line(day, code, units, modifiers=chosen, place_of_service=place)
        yield make(ground.payer, rule, version, one)
        yield make(ground.payer, rule, version, one, one)
