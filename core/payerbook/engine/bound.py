"""A rule version bound to its kind and tables, and the checks that stand in for its own where that one may not speak plainly."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from payerbook.claim import Claim
from payerbook.engine import conditions
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, Fix, Hit, Kind, Result, Settled
from payerbook.policy import RANK, Rule, Severity, Version, When, limit, severity


class Bound:
    """A rule version ready to check claims."""

    __slots__ = (
        "check",
        "evidence",
        "kind",
        "params",
        "rank",
        "rendered",
        "review_days",
        "rule",
        "settled",
        "severity",
        "silent",
        "version",
    )

    def __init__(self, rule: Rule, version: Version, kind: Kind[Any], params: Any, check: Check, review_days: int) -> None:
        self.rule = rule
        self.version = version
        self.kind = kind
        self.params = params
        self.check = check
        self.evidence = rule.evidence
        self.review_days = review_days
        self.settled = () if params is None else kind.settled(params)
        self.silent = params is not None and kind.silent(params)
        self.severity: Severity = self._limited(limit(version))
        self.rank = RANK[self.severity]
        self.rendered: Any = None
        """What `render` makes once for all findings of the version; None until a finding is read."""

    def severity_on(self, today: date | None) -> Severity:
        """The severity as it stands on `today`, when sources may be overdue."""
        return self.severity if today is None else self._limited(limit(self.version, today, self.review_days))

    def _limited(self, allowed: Severity) -> Severity:
        """The effect, no harder than `allowed`; a draft only advises."""
        return "advice" if self.rule.status == "draft" else severity(self.version.effect, allowed)


def gap(nearest: Bound, reason: str) -> Check:
    """A check for dates that no version answers: `not-on-file` wherever the nearest version would have had something to say."""

    def unanswered(case: Case, indexes: tuple[int, ...]) -> Result:
        if not nearest.version.hole and nearest.check(case, indexes) is NOT_APPLICABLE:
            return NOT_APPLICABLE
        return [Hit("not-on-file", None, "not-on-file", {"reason": reason})]

    return unanswered


def doubtful(check: Check, when: When, field: str, named: bool) -> Check:
    """A check for a claim of which its `field` does not rule out that it is an exception: findings say for whom the rule is not.

    With `named` the claim says something that is not on file, which may be another name of an exception: findings then ask for a look.
    """
    fix = f"{conditions.words_of(field)}: the rule is not for {', '.join(conditions.exceptions(when, field))}"

    def asks(case: Case, indexes: tuple[int, ...]) -> Result:
        result = check(case, indexes)
        return [_asking(hit, fix, named) for hit in result] if isinstance(result, list) else result

    return asks


def _asking(hit: Hit, why: str, named: bool) -> Hit:
    if hit.outcome != "fail":
        return hit
    fix = Fix("verify", hit.line, None, "ask", why)
    return msgspec.structs.replace(hit, cap=hit.cap or ("review" if named else None), fixes=(fix, *hit.fixes))


def settled(bound: Bound, claim: Claim) -> tuple[Settled, ...]:
    """The sorts of answer that the rule gives to every claim of the shape: by its modifiers, or because its part of the context is
    absent."""
    kind = bound.kind
    if kind.parts and (claim.context is None or all(getattr(claim.context, part) is None for part in kind.parts)):
        return kind.without_parts
    return bound.settled


def same_for_all(hit: Hit) -> bool:
    """Whether a hit says nothing that differs from claim to claim."""
    return (hit.outcome == "unknown" and not hit.facts) or hit.key == "not-on-file"


def never(case: Case, indexes: tuple[int, ...]) -> Result:
    """The check of a hole: the plan answers for it."""
    return NOT_APPLICABLE
