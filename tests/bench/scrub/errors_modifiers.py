"""Seeded errors of modifiers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from payerbook.claim import Claim, Line

from .error import Seeded, change, chart, error, one, pick, record
from .services import REEVALUATION, SERVICES, TREATMENTS

GROUP = "Modifiers"
FAMILY = ("GP", "GO", "GN")
ASSISTANTS = ("CQ", "CO")
DISCIPLINE = ("discipline-modifiers", "always-vs-sometimes-therapy", "sometimes-therapy-list")
OWN_CODES = ("97161", "97162", "97163", "97165", "97166", "97167", "92522", "92523", "92524", *REEVALUATION.values())


def _by_therapist(line: Line) -> bool:
    return not set(ASSISTANTS) & set(line.modifiers)


def _without(line: Line, *gone: str) -> tuple[str, ...]:
    return tuple(modifier for modifier in line.modifiers if modifier not in gone)


def _seed(draw: Random, claim: Claim, fits: Callable[[Line], bool], make: Callable[[Line], tuple[str, ...]]) -> Seeded | None:
    place = pick(draw, claim, fits)
    return None if place is None else Seeded(change(claim, place, modifiers=make(claim.lines[place])), one(place))


def _missing(modifier: str) -> Callable[[Claim, Random], Seeded | None]:
    def seed(claim: Claim, draw: Random) -> Seeded | None:
        return _seed(draw, claim, lambda line: modifier in line.modifiers and _by_therapist(line), lambda line: _without(line, modifier))

    return seed


for _modifier, _name in zip(FAMILY, ("a PT", "an OT", "a speech-language"), strict=True):
    error(f"missing-{_modifier}", f"{_modifier} left off {_name} line", GROUP, ["modifiers"], DISCIPLINE, ["institutional", "thresholds"])(
        _missing(_modifier)
    )


@error(
    "wrong-discipline-for-code",
    "the modifier of another discipline on a code that belongs to one",
    GROUP,
    ["modifiers", "evaluations"],
    ["discipline-specific-codes"],
    ["institutional", "thresholds"],
)
def wrong_discipline(claim: Claim, draw: Random) -> Seeded | None:
    other = {"GP": "GO", "GO": "GP", "GN": "GP"}
    return _seed(
        draw,
        claim,
        lambda line: line.code in OWN_CODES,
        lambda line: tuple(other.get(modifier, modifier) for modifier in line.modifiers),
    )


@error(
    "not-the-therapists-discipline",
    "the modifier of another discipline than the therapist and the plan of care",
    GROUP,
    ["modifiers"],
    also=["thresholds", "plan-of-care"],
)
def other_discipline(claim: Claim, draw: Random) -> Seeded | None:
    if claim.claim_type == "institutional":
        return None
    return _seed(
        draw,
        claim,
        lambda line: "GP" in line.modifiers and _by_therapist(line) and line.code in TREATMENTS["OT"],
        lambda line: ("GO", *line.modifiers[1:]),
    )


@error(
    "two-discipline-modifiers",
    "two discipline modifiers on one line",
    GROUP,
    ["modifiers"],
    DISCIPLINE,
    ["institutional", "thresholds", "assistants"],
)
def two_disciplines(claim: Claim, draw: Random) -> Seeded | None:
    other = {"GP": "GO", "GO": "GP", "GN": "GO"}
    return _seed(draw, claim, lambda line: True, lambda line: (line.modifiers[0], other[line.modifiers[0]], *line.modifiers[1:]))


@error(
    "cq-without-gp",
    "CQ or CO without its discipline modifier",
    GROUP,
    ["assistants", "modifiers"],
    ["cq-co-basics"],
    ["institutional", "thresholds"],
)
def assistant_alone(claim: Claim, draw: Random) -> Seeded | None:
    return _seed(draw, claim, lambda line: not _by_therapist(line), lambda line: _without(line, *FAMILY))


@error("co-with-gp", "the assistant modifier of the other discipline", GROUP, ["assistants", "modifiers"], ["cq-co-basics"])
def assistant_swapped(claim: Claim, draw: Random) -> Seeded | None:
    swap = {"CQ": "CO", "CO": "CQ"}
    return _seed(
        draw, claim, lambda line: not _by_therapist(line), lambda line: tuple(swap.get(modifier, modifier) for modifier in line.modifiers)
    )


@error("cq-on-speech", "an assistant modifier on a speech-language line", GROUP, ["assistants", "modifiers"], ["cq-co-basics"])
def assistant_speech(claim: Claim, draw: Random) -> Seeded | None:
    return _seed(
        draw,
        claim,
        lambda line: "GN" in line.modifiers and line.service_date >= date(2020, 1, 1),
        lambda line: ("GN", "CQ", *line.modifiers[1:]),
    )


@error("cq-missing", "no CQ or CO on a service that the assistant gave", GROUP, ["assistants"], ["cq-co-de-minimis", "cq-co-basics"])
def assistant_missing(claim: Claim, draw: Random) -> Seeded | None:
    return _seed(draw, claim, lambda line: not _by_therapist(line), lambda line: _without(line, *ASSISTANTS))


@error("cq-missing-shared", "no CQ or CO although the assistant gave most of a unit", GROUP, ["assistants"], ["cq-co-de-minimis"])
def assistant_share(claim: Claim, draw: Random) -> Seeded | None:
    place = pick(draw, claim, lambda line: not _by_therapist(line) and line.units == 1 and SERVICES[line.code].timed)
    if place is None or sum(line.code == claim.lines[place].code for line in claim.lines) > 1:
        return None
    line = claim.lines[place]
    share = int(line.minutes or 0) - draw.randint(2, 5)
    return Seeded(change(claim, place, modifiers=_without(line, *ASSISTANTS), assistant_minutes=share), one(place))


@error(
    "cq-without-assistant",
    "CQ or CO on a service that the therapist gave alone: 15 % given away",
    GROUP,
    ["assistants"],
    ["cq-co-de-minimis"],
    advice=True,
)
def assistant_needless(claim: Claim, draw: Random) -> Seeded | None:
    add = {"GP": "CQ", "GO": "CO"}
    return _seed(
        draw,
        claim,
        lambda line: (
            line.modifiers[0] in add
            and not line.assistant_minutes
            and line.service_date >= date(2020, 1, 1)
            and not line.code.startswith("9716")
        ),
        lambda line: (line.modifiers[0], add[line.modifiers[0]], *line.modifiers[1:]),
    )


@error("cq-on-evaluation", "an evaluation by an assistant", GROUP, ["assistants", "evaluations", "modifiers"], ["assistant-limits"])
def assistant_evaluation(claim: Claim, draw: Random) -> Seeded | None:
    add = {"GP": "CQ", "GO": "CO"}
    place = pick(draw, claim, lambda line: line.code.startswith("9716") and line.service_date >= date(2020, 1, 1))
    if place is None:
        return None
    line = claim.lines[place]
    modifiers = (line.modifiers[0], add[line.modifiers[0]], *line.modifiers[1:])
    return Seeded(change(claim, place, modifiers=modifiers, assistant_minutes=line.minutes), one(place))


@error("kx-missing", "no KX above the yearly amount", GROUP, ["thresholds"], ["kx-thresholds", "kx-rules"], near_threshold=True)
def kx_missing(claim: Claim, draw: Random) -> Seeded | None:
    return _seed(draw, claim, lambda line: "KX" in line.modifiers, lambda line: _without(line, "KX"))


@error("kx-early", "KX below the yearly amount", GROUP, ["thresholds"], ["kx-rules"])
def kx_early(claim: Claim, draw: Random) -> Seeded | None:
    if claim.claim_type == "institutional":
        return None
    return _seed(draw, claim, lambda line: "KX" not in line.modifiers, lambda line: (*line.modifiers, "KX"))


def _pair(name: str, what: str, needs: str | None, *added: str) -> None:
    """A class with modifiers that contradict each other, added to a line that carries `needs` (None = to one without KX)."""

    @error(name, what, GROUP, ["modifiers", "thresholds"], ["abn-modifiers"], ["documentation", "non-covered"])
    def seed(claim: Claim, draw: Random) -> Seeded | None:
        def fits(line: Line) -> bool:
            room = len(line.modifiers) + len(added) <= 4
            return room and ("KX" not in line.modifiers if needs is None else needs in line.modifiers)

        return _seed(draw, claim, fits, lambda line: (*line.modifiers, *added))


_pair("kx-with-ga", "KX and GA on one line", "KX", "GA")
_pair("kx-with-gz", "KX and GZ on one line", "KX", "GZ")
_pair("kx-with-gy", "KX and GY on one line", "KX", "GY")
_pair("ga-with-gz", "GA and GZ on one line", None, "GA", "GZ")
_pair("ga-with-gx", "GA and GX on one line", None, "GA", "GX")


@error("habilitative-modifier", "96 or 97, which Medicare does not use", GROUP, ["modifiers"], ["other-modifiers"], advice=True)
def habilitative(claim: Claim, draw: Random) -> Seeded | None:
    added = draw.choice(("96", "97"))
    return _seed(draw, claim, lambda line: len(line.modifiers) < 4, lambda line: (*line.modifiers, added))


@error(
    "repeat-modifier-on-timed-code",
    "76 on a timed code, in the place of more units",
    GROUP,
    ["modifiers", "duplicates"],
    ["other-modifiers"],
    advice=True,
)
def repeated(claim: Claim, draw: Random) -> Seeded | None:
    return _seed(draw, claim, lambda line: line.code == "97110" and len(line.modifiers) < 4, lambda line: (*line.modifiers, "76"))


@error(
    "abn-not-signed",
    "GA although the record knows of no signed notice",
    GROUP,
    ["modifiers", "documentation"],
    ["abn-modifiers"],
    ["thresholds"],
)
def no_notice(claim: Claim, draw: Random) -> Seeded | None:
    seeded = _seed(draw, claim, lambda line: "KX" not in line.modifiers, lambda line: (*line.modifiers, "GA"))
    if seeded is None:
        return None
    return seeded._replace(claim=chart(seeded.claim, absent=(*record(claim).absent, "context.documentation.abn")))
