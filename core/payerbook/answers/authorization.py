"""Whether prior authorization is needed for a code, and whether one on file already answers it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from payerbook.answers.ask import Said
from payerbook.answers.questions import AskedOf, AuthorizationAnswer, Needed, OpenPoint, PermissionAnswer
from payerbook.claim import SCHEMA_VERSION, Authorization, Line
from payerbook.engine.render import cite
from payerbook.finding import PackUsed
from payerbook.kinds import approvals
from payerbook.kinds.base import Permission, Question
from payerbook.policy import cap

NO_RULE = "No rule on file says whether prior authorization is needed."
_ORDER: tuple[Needed, ...] = ("no-auth", "conditional", "auth-needed")


class Allowed(NamedTuple):
    """The answer, the number of the authorization that satisfies it, and what could not be told."""

    answer: PermissionAnswer
    satisfied_by: str | None
    open: tuple[OpenPoint, ...]


def permission(said: Sequence[Said], question: Question, authorizations: Sequence[Authorization]) -> Allowed:
    """The strictest of what the rules say of the visit asked about; indeterminate when none says anything for the day.

    A rule decides when its sources would allow more than advice.
    """
    asking = [(one, one.contribution.permission) for one in said if one.contribution.permission is not None]
    open_points = tuple(one.open() for one, _ in asking if one.state != "said")
    sure = [found for one in said if (found := decides(one, question)) is not None]
    if not sure:
        return Allowed(_answer("indeterminate", None, None), None, open_points or (OpenPoint(None, NO_RULE),))
    strictest = max(sure, key=lambda found: _ORDER.index(found.needed))
    line = Line(question.on, question.code, 1)
    held = next((item.number for item in authorizations if item.number and approvals.miss(item, line, [line]) is None), None)
    if strictest.needed != "no-auth" and held is not None:
        return Allowed(msgspec.structs.replace(strictest, needed="satisfied"), held, open_points)
    return Allowed(strictest, None, open_points)


def decides(one: Said, question: Question) -> PermissionAnswer | None:
    """What one rule alone decides of the visit asked about; None when it says nothing of it, or may not decide."""
    found = one.contribution.permission
    if found is None or one.state == "not-on-file" or cap(one.bound.version.sources) == "advice":
        return None
    unsure = one.state == "unknown" or one.only
    exceptions = (*found.exceptions, *one.exceptions, *([one.only] if one.only else []))
    return _answer("conditional" if unsure else _word(found, question), one, msgspec.structs.replace(found, exceptions=exceptions))


def answer(
    said: Sequence[Said],
    question: Question,
    asked: AskedOf,
    authorizations: Sequence[Authorization],
    refused: bool,
    packs: tuple[PackUsed, ...],
) -> AuthorizationAnswer:
    """The whole answer; `refused` says that the code is not covered."""
    found = permission(said, question, authorizations)
    return AuthorizationAnswer(
        schema_version=SCHEMA_VERSION,
        asked=asked,
        authorization=None if refused else found.answer,
        satisfied_by=None if refused else found.satisfied_by,
        unknown=() if refused else found.open,
        packs=packs,
    )


def _word(found: Permission, question: Question) -> Needed:
    """What the rule says of the visit asked about; a rule from a later visit on depends on the visit when none is named."""
    if found.needed != "auth-needed" or found.from_visit is None or found.from_visit <= 1:
        return found.needed
    visit = found.visit if question.visit is None else question.visit
    if visit is None:
        return "conditional"
    return "auth-needed" if visit >= found.from_visit else "no-auth"


def _answer(needed: Needed, one: Said | None, found: Permission | None) -> PermissionAnswer:
    found = found or Permission("conditional")
    return PermissionAnswer(
        needed=needed,
        from_visit=found.from_visit,
        exempt=found.exempt,
        exceptions=found.exceptions,
        valid_days=found.valid_days,
        valid_visits=found.valid_visits,
        request_by=found.request_by,
        retroactive_days=found.retroactive_days,
        send=found.send,
        form=found.form,
        where=found.where,
        criteria=found.criteria,
        decided_at=one.decided_at if one is not None else "default",
        rule=one.bound.rule.id if one is not None else None,
        sources=cite(one.bound.version.sources) if one is not None else (),
    )
