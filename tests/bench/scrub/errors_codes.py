"""Seeded errors of procedure codes: pairs, status, add-ons, evaluations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

import msgspec

from payerbook.claim import Claim, Line

from .error import Seeded, add_line, change, error, one, pick, with_lines
from .services import EVALUATIONS, pair

GROUP = "Codes"
UNTIMED = ("G0283", "97016", "97018", "97012")


def _clash(draw: Random, claim: Claim, codes: tuple[str, ...], indicator: str) -> Seeded | None:
    """A further line that makes an NCCI pair of this indicator with another line of the day; the pair may be said on either line."""
    for code in draw.sample(codes, len(codes)):
        for place, line in enumerate(claim.lines):
            found = pair(code, line.code, claim.claim_type, line.service_date)
            day = [other for other in claim.lines if other.service_date == line.service_date]
            if (
                found is None
                or found[2] != indicator
                or any({"59", "CQ", "CO"} & set(other.modifiers) or other.code == code for other in day)
            ):
                continue
            seeded = add_line(claim, place, code)
            same = [number for number, other in enumerate(seeded.claim.lines, 1) if other.service_date == line.service_date]
            return seeded._replace(lines=frozenset(same))
    return None


@error(
    "ncci-pair-open",
    "an NCCI pair that a modifier could answer, without the modifier",
    GROUP,
    ["code-pairs"],
    ["same-15-minutes", "ncci-rules-3"],
    ["evaluations"],
)
def open_pair(claim: Claim, draw: Random) -> Seeded | None:
    place = pick(draw, claim, lambda line: "59" in line.modifiers)
    if place is None:
        return _clash(draw, claim, ("97150", "97012", "97016", "97018"), "1") if claim.place_of_service != "10" else None
    day = claim.lines[place].service_date
    lines = [msgspec.structs.replace(line, modifiers=_without(line, "59")) if line.service_date == day else line for line in claim.lines]
    return Seeded(with_lines(claim, lines), frozenset(number for number, line in enumerate(lines, 1) if line.service_date == day))


def _without(line: Line, gone: str) -> tuple[str, ...]:
    return tuple(modifier for modifier in line.modifiers if modifier != gone)


@error(
    "ncci-pair-closed",
    "an NCCI pair that no modifier answers",
    GROUP,
    ["code-pairs", "evaluations"],
    ["same-15-minutes", "ncci-rules-3", "one-eval-per-day"],
)
def closed_pair(claim: Claim, draw: Random) -> Seeded | None:
    return _clash(draw, claim, ("97750", "97124", "G0283", "97032"), "0")


@error(
    "two-evaluations-a-day",
    "two evaluations of one discipline on a day",
    GROUP,
    ["evaluations", "code-pairs"],
    ["one-eval-per-day"],
    ["units"],
)
def two_evaluations(claim: Claim, draw: Random) -> Seeded | None:
    place = pick(draw, claim, lambda line: line.code.startswith("9716"))
    if place is None:
        return None
    codes = EVALUATIONS["PT" if "GP" in claim.lines[place].modifiers else "OT"]
    return add_line(claim, place, draw.choice([code for code in codes if code != claim.lines[place].code]), minutes=30)


@error(
    "re-evaluation-with-evaluation",
    "an evaluation and a re-evaluation on one day",
    GROUP,
    ["evaluations", "code-pairs"],
    ["one-eval-per-day"],
    ["units", "documentation"],
)
def both_evaluations(claim: Claim, draw: Random) -> Seeded | None:
    place = pick(draw, claim, lambda line: line.code.startswith("9716"))
    if place is None:
        return None
    return add_line(claim, place, "97164" if "GP" in claim.lines[place].modifiers else "97168", minutes=25)


def _instead(
    draw: Random, claim: Claim, old: tuple[str, ...], new: tuple[str, ...], fits: Callable[[Line], bool] = lambda line: True
) -> Seeded | None:
    """Another code in the place of one of `old`."""
    place = pick(draw, claim, lambda line: line.code in old and fits(line))
    return None if place is None else Seeded(change(claim, place, code=draw.choice(new)), one(place))


@error("code-deleted", "a code that ended years before", GROUP, ["code-status"], ["deleted-replaced-codes"])
def deleted(claim: Claim, draw: Random) -> Seeded | None:
    return (
        _instead(draw, claim, ("97161", "97162", "97163"), ("97001",))
        or _instead(draw, claim, ("97165", "97166", "97167"), ("97003",))
        or _instead(draw, claim, ("92522", "92523"), ("92506",))
        or _instead(draw, claim, UNTIMED, ("64550", "95831"), lambda line: line.service_date >= date(2020, 1, 1))
    )


@error(
    "code-before-first-day", "a code before the day on which it began", GROUP, ["code-status"], ["caregiver-training-codes"], ["modifiers"]
)
def too_early(claim: Claim, draw: Random) -> Seeded | None:
    return _instead(draw, claim, UNTIMED, ("97550",), lambda line: line.service_date < date(2024, 1, 1)) or _instead(
        draw, claim, ("92507", "92526"), ("97129",), lambda line: line.service_date < date(2020, 1, 1)
    )


@error(
    "code-not-valid",
    "a code that Medicare does not take (97014 for G0283)",
    GROUP,
    ["code-status"],
    ["status-invalid-97014"],
    ["unit-limits"],
)
def not_valid(claim: Claim, draw: Random) -> Seeded | None:
    return _instead(draw, claim, ("G0283", "97016", "97018"), ("97014", "S8948"))


def _further(draw: Random, claim: Claim, codes: tuple[str, ...]) -> Seeded | None:
    place = draw.randrange(len(claim.lines))
    line = claim.lines[place]
    day = [other.code for other in claim.lines if other.service_date == line.service_date]
    free = [code for code in codes if all(pair(code, other, claim.claim_type, line.service_date) is None for other in day)]
    if not free or "GN" in line.modifiers:
        return None
    seeded = add_line(claim, place, draw.choice(free))
    return seeded._replace(lines=frozenset((place + 2,)))


@error("code-bundled", "a code that is never paid apart (hot or cold pack)", GROUP, ["code-status"], ["status-bundled"], ["unit-limits"])
def bundled(claim: Claim, draw: Random) -> Seeded | None:
    return _further(draw, claim, ("97010",))


@error(
    "code-not-covered", "a code that Medicare never covers", GROUP, ["non-covered", "code-status"], ["status-noncovered"], ["unit-limits"]
)
def not_covered(claim: Claim, draw: Random) -> Seeded | None:
    return _further(draw, claim, ("G0282", "G0295", "97169", "97172"))


@error(
    "functional-reporting", "a functional reporting code after 2018", GROUP, ["code-status"], ["functional-reporting-ended"], advice=True
)
def functional(claim: Claim, draw: Random) -> Seeded | None:
    return _further(draw, claim, ("G8978", "G8979")) if claim.lines[0].service_date >= date(2019, 1, 1) else None


@error(
    "dry-needling", "dry needling billed as covered without chronic low back pain", GROUP, ["non-covered"], ["dry-needling"], ["modifiers"]
)
def needling(claim: Claim, draw: Random) -> Seeded | None:
    return _further(draw, claim, ("20560", "20561")) if claim.lines[0].service_date >= date(2020, 1, 21) else None


@error("code-invented", "a procedure code that does not exist", GROUP, ["code-status"])
def invented(claim: Claim, draw: Random) -> Seeded | None:
    return _instead(draw, claim, (*UNTIMED, "97161", "97165", "92507"), ("97199", "97599"))


@error("add-on-alone", "an add-on code without its primary code", GROUP, ["code-pairs"], ["ncci-rules-5"], ["modifiers"])
def add_on(claim: Claim, draw: Random) -> Seeded | None:
    place = pick(draw, claim, lambda line: line.code == "97130")
    if place is not None and claim.lines[place - 1].code == "97129":
        lines = [line for other, line in enumerate(claim.lines) if other != place - 1]
        return Seeded(with_lines(claim, lines), one(place - 1))
    return _instead(draw, claim, UNTIMED, ("97551",), lambda line: line.service_date >= date(2024, 1, 1))


@error(
    "therapy-modifier-on-other-code",
    "a therapy modifier on a respiratory code",
    GROUP,
    ["modifiers"],
    ["non-listed-codes-modifier"],
    ["code-pairs"],
)
def not_therapy(claim: Claim, draw: Random) -> Seeded | None:
    return _further(draw, claim, ("G0237",))
