"""Every limit of a code on a day: how many, in which window, how many are used, and when the next is allowed."""

from __future__ import annotations

from collections.abc import Iterable

from payerbook.answers.ask import Asker, Said
from payerbook.answers.questions import AskedOf, LimitAnswer, LimitsAnswer, OpenPoint
from payerbook.claim import SCHEMA_VERSION
from payerbook.engine.render import cite
from payerbook.finding import PackUsed
from payerbook.kinds.base import Question

USED_NOT_KNOWN = "What is used of this limit is not known."


def limits(said: Iterable[Said]) -> tuple[LimitAnswer, ...]:
    """The limits that the rules set; a rule that may only advise sets no hard limit."""
    return tuple(
        LimitAnswer(
            rule=one.bound.rule.id,
            counts=limit.counts,
            limit=limit.limit,
            per=limit.per,
            shared_by=limit.shared_by,
            used=limit.used,
            remaining=limit.remaining,
            next_allowed=limit.next_allowed,
            hard=limit.hard and one.bound.severity == "deny",
            beyond=limit.beyond,
            note=" ".join(filter(None, (limit.note, one.caveat))) or None,
            decided_at=one.decided_at,
            sources=cite(one.bound.version.sources),
        )
        for one in said
        if one.state == "said"
        for limit in one.contribution.limits
    )


def gaps(one: Said) -> tuple[OpenPoint, ...]:
    """What a rule that stands on the day could not tell: facts of the patient, or tables that do not reach the day."""
    found = [one.open(text) for text in one.contribution.gaps]
    if one.contribution.needs:
        found.append(one.open(USED_NOT_KNOWN, one.contribution.needs))
    return tuple(found)


def answer(asker: Asker, question: Question, asked: AskedOf, packs: tuple[PackUsed, ...]) -> LimitsAnswer:
    """Every limit of the code, and the rules whose limits are not on file for the day."""
    said = [one for one in asker.ask(question, asked.known_on) if one.contribution.limits or one.contribution.gaps]
    unknown = [point for one in said for point in (gaps(one) if one.state == "said" else (one.open(),))]
    return LimitsAnswer(
        schema_version=SCHEMA_VERSION,
        asked=asked,
        limits=limits(said),
        unknown=tuple(dict.fromkeys(unknown)),
        packs=packs,
        tables=asker.tables(said, question),
    )
