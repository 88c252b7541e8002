"""Answers that cannot all be true of one code on one day, and answers that a check of the smallest claim belies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import combinations
from typing import Any, Literal

import msgspec

from payerbook.answers.ask import Said
from payerbook.answers.coverage import decide
from payerbook.authoring.prove.domain import make, mentions
from payerbook.authoring.prove.ground import Ground, Told
from payerbook.authoring.prove.proof import Proof
from payerbook.claim import Claim, ClaimType, Line
from payerbook.kinds.base import Limit, Question
from payerbook.policy import cap

Word = Literal["covered", "not-covered"]
_TYPES: tuple[ClaimType, ...] = ("professional", "institutional")


def questions(ground: Ground) -> Iterator[Proof]:
    """Everything wrong with the answers about every code on file, on each day on which they can change, at each place that rules name.

    Of several days, codes and places that show the same thing about the same rules, the first is given.
    """
    seen: set[tuple[str, frozenset[str]]] = set()
    for code in _codes(ground):
        for question in _asked(ground, code):
            for proof in _wrong(ground, question):
                key = (proof.code, frozenset(proof.rules))
                if key not in seen and ground.chosen.intersection(proof.rules):
                    seen.add(key)
                    yield proof
        for proof in _raising(ground, code):
            if (proof.code, frozenset(proof.rules)) not in seen:
                seen.add((proof.code, frozenset(proof.rules)))
                yield proof


def _codes(ground: Ground) -> list[str]:
    """The codes that the rules to judge look at: all on file as soon as one of them looks at every code."""
    whens = [version.when for rule in ground.rules for version in rule.versions]
    named = {code for when in whens for code in when.codes or ()}
    return sorted(named if all(when.codes is not None for when in whens) else {*ground.codes, *named})


def _asked(ground: Ground, code: str) -> Iterator[Question]:
    info = ground.codes.get(code)
    whens = [version.when for rule in ground.program.rules for version in rule.versions]
    places = sorted({place for when in whens for place in (*(when.places_of_service or ()), *when.not_places_of_service)})
    types = _TYPES if any(when.claim_types for when in whens) else _TYPES[:1]
    for day in ground.asker.service_turns(code):
        for kind in types:
            for place in (None, *places):
                disciplines = info.disciplines if info is not None else ()
                yield Question(code=code, on=day, claim_type=kind, place_of_service=place, disciplines=disciplines)


def _wrong(ground: Ground, question: Question) -> Iterator[Proof]:
    try:
        asked = ground.asker.ask(question, None)
    except Exception as error:  # whatever a kind raises is what this looks for
        yield _unanswered(ground, question.on, question.code, error)
        return
    said = [one for one in asked if one.state == "said"]
    if not any(one.bound.rule.id in ground.chosen for one in said):
        return
    words = [(one, _word(one)) for one in said]
    for one, word in words:
        if word is not None:
            yield from _belied(ground, question, one, word)
    for one, other in combinations(said, 2):
        if _one_scope(one, other):
            yield from _both(ground, question, one, other)
    if decide(said, True).covered == "covered":
        for one in said:
            if any(limit.limit <= 0 and limit.hard for limit in one.contribution.limits):
                yield _proof(
                    ground,
                    "PB071",
                    question,
                    [one],
                    f"{question.code} is covered on {question.on}, and this rule allows none of it",
                    "write the number that the source gives, or a rule that says the code is not covered",
                )


def _word(one: Said) -> Word | None:
    """What a rule alone decides of coverage, when it is one of the two firm words."""
    word = decide([one], True).covered if one.contribution.standing is not None else None
    return word if word == "covered" or word == "not-covered" else None


def _one_scope(one: Said, other: Said) -> bool:
    """Whether two versions ask the same of the service besides the code."""
    whens = [msgspec.structs.replace(side.bound.version.when, codes=None, not_codes=()) for side in (one, other)]
    return whens[0] == whens[1]


def _one_purpose(one: Said, other: Said) -> bool:
    """Whether two limits are for the same services: of one kind, the words of closed lists in their settings (a purpose, a discipline)
    are the same."""
    words = [mentions(side.bound.version, side.bound.kind, frozenset()).words for side in (one, other)]
    return one.bound.kind is not other.bound.kind or words[0] == words[1]


def _both(ground: Ground, question: Question, one: Said, other: Said) -> Iterator[Proof]:
    """What two rules say that cannot both be true."""
    code, day = question.code, question.on
    if {_word(one), _word(other)} == {"covered", "not-covered"}:
        yield _proof(
            ground, "PB063", question, [one, other],
            f"{code} is covered on {day} by one rule and not covered by the other",
            "take the code out of one of the two, or end one version before the other begins",
        )  # fmt: skip
    if {_needed(one), _needed(other)} == {"no-auth", "auth-needed"}:
        yield _proof(
            ground, "PB064", question, [one, other],
            f"{code} needs prior authorization on {day} by one rule and none by the other",
            "take the code out of one of the two, or give them conditions that do not overlap",
        )  # fmt: skip
    for asking, refusing in ((one, other), (other, one)):
        if _needed(asking) == "auth-needed" and _word(refusing) == "not-covered":
            yield _proof(
                ground, "PB070", question, [asking, refusing],
                f"{code} is not covered on {day}, and prior authorization is asked for it",
                "take the code out of the rule about authorization, or out of the one that refuses it",
            )  # fmt: skip
    for mine in one.contribution.limits:
        for theirs in other.contribution.limits:
            if mine.limit != theirs.limit and _same_count(mine, theirs) and _one_purpose(one, other):
                yield _proof(
                    ground, "PB065", question, [one, other],
                    f"{code} has two limits of {mine.counts} per {mine.per} on {day}: {mine.limit} and {theirs.limit}",
                    "keep the number of the better source, or give the two rules conditions that do not overlap",
                )  # fmt: skip


def _needed(one: Said) -> str | None:
    """What a rule says of prior authorization. A code that a rule exempts is not said to need none: another rule may ask for it."""
    permission = one.contribution.permission
    if permission is None or not _firm(one):
        return None
    exempted = permission.needed == "no-auth" and not one.bound.kind.silent(one.bound.params)
    return None if exempted else permission.needed


def _firm(one: Said) -> bool:
    return cap(one.bound.version.sources) != "advice"


def _same_count(one: Limit, other: Limit) -> bool:
    return (
        (one.counts, one.per, frozenset(one.shared_by)) == (other.counts, other.per, frozenset(other.shared_by)) and one.hard and other.hard
    )


def _belied(ground: Ground, question: Question, one: Said, word: Word) -> Iterator[Proof]:
    """A refusal that the check of the smallest claim does not find, or a coverage that the same rule fails."""
    outcome = ground.alone(one.bound.rule, Told(_claim(ground, question, one))).outcome
    if (word == "not-covered") != (outcome in ("fail", "resolved")):
        yield _proof(
            ground, "PB075", question, [one],
            f"the answer for {question.code} on {question.on} is {word}, but the check of the smallest claim gives {outcome}",
            "make `when` and the settings say the same to the question and to the claim",
        )  # fmt: skip


def _claim(ground: Ground, question: Question, one: Said) -> Claim:
    version = one.bound.version
    place = question.place_of_service or (version.when.places_of_service or (None,))[0]
    modifiers = (version.when.modifiers_any or ())[:1]
    line = Line(question.on, question.code, 1, modifiers=modifiers, place_of_service=place)
    made = make(ground.payer, one.bound.rule, version, line)
    return made if version.when.claim_types else msgspec.structs.replace(made, claim_type=question.claim_type)


def _proof(ground: Ground, code: str, question: Question, said: Sequence[Said], message: str, repair: str) -> Proof:
    line = Line(question.on, question.code, 1, place_of_service=question.place_of_service)
    claim = Claim("smallest", (line,), claim_type=question.claim_type)
    return ground.proof(code, [(one.bound.rule, one.bound.version) for one in said], message, repair, claim)


def _raising(ground: Ground, code: str) -> Iterator[Proof]:
    """The answers that people get must come, whatever the code and the day."""
    turns = ground.asker.service_turns(code)
    desk = ground.desk
    answers: tuple[Callable[[str, date, None, Any], object], ...] = (desk.coverage, desk.limits, desk.authorization)
    for day in dict.fromkeys((turns[0], turns[len(turns) // 2], turns[-1])) if turns else ():
        for ask in answers:
            try:
                ask(code, day, None, {})
            except Exception as error:  # as above
                yield _unanswered(ground, day, code, error)
                return


def _unanswered(ground: Ground, day: date, code: str, error: Exception) -> Proof:
    looking = [rule for rule in ground.rules if any(code in (version.when.codes or ()) for version in rule.versions)]
    return ground.proof(
        "PB074",
        [(rule, None) for rule in (looking or ground.rules)[:1]],
        f"a question about {code} on {day} has no answer: {type(error).__name__}: {error}",
        "this is a fault of a rule kind; report it with the smallest claim, or correct the settings that it trips over",
        Claim("smallest", (Line(day, code, 1),)),
    )
