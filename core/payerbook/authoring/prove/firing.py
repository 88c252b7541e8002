"""Rules, and versions of rules, that can never fire: no written case and no claim of the finite domain makes them find anything."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from payerbook.authoring.prove.domain import claims, plain
from payerbook.authoring.prove.ground import Ground, Told
from payerbook.authoring.prove.proof import Proof
from payerbook.authoring.standing import in_force
from payerbook.policy import Rule, Version

_FIRES = ("fail", "resolved")


def firing(ground: Ground, rule: Rule) -> Iterator[Proof]:
    """The rule when none of its versions can fire, else each version that cannot.

    Left out are versions that only answer questions, holes, and versions that are never in force (`timeline` names them).
    """
    judged = [version for version in rule.versions if not version.hole and not _silent(ground, rule, version) and in_force(rule, version)]
    quiet = [(version, found) for version in judged if (found := _loudest(ground, rule, version)) not in _FIRES]
    if quiet and len(quiet) == len(judged):
        version, found = quiet[0]
        yield _quiet(ground, "PB060", rule, version, "the rule", found)
    else:
        for version, found in quiet:
            yield _quiet(ground, "PB061", rule, version, f"the version from {version.start}", found)


def _silent(ground: Ground, rule: Rule, version: Version) -> bool:
    kind = ground.kinds[rule.kind]
    return kind.silent(msgspec.convert(version.params, kind.params))


def _loudest(ground: Ground, rule: Rule, version: Version) -> str:
    """`fail` or `resolved` as soon as one claim gets it from this version, else the worst that any claim gets."""
    worst = "not-applicable"
    for told in _tried(ground, rule, version):
        answer = ground.alone(rule, told)
        if answer.outcome in _FIRES and any(bound.version is version for bound, _ in answer.hits):
            return answer.outcome
        if answer.outcome == "unknown" or worst == "not-applicable":
            worst = answer.outcome if answer.outcome not in _FIRES else worst
    return worst


def _tried(ground: Ground, rule: Rule, version: Version) -> Iterator[Told]:
    """The written cases as they stand, the same moved to the version's first and last day, then claims of the finite domain."""
    yield from ground.told(rule)
    sight = in_force(rule, version)
    for day, known in sight:
        yield from ground.told(rule, day, known)
    for claim in claims(ground, rule, version, [day for day, _ in sight]):
        yield Told(claim, sight[0][1])


def _quiet(ground: Ground, code: str, rule: Rule, version: Version, what: str, found: str) -> Proof:
    never = "only ever lacks a fact, it never finds anything" if found == "unknown" else "can never find anything"
    sight = in_force(rule, version)
    return ground.proof(
        code,
        [(rule, version)],
        f"{what} {never}: every claim tried gives {found}",
        "correct `when` or the settings so that some claim fails; if it fails only for claims that no case shows, write that case",
        plain(ground, rule, version, sight[0][0]),
    )
