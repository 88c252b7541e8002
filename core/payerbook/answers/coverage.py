"""Whether a payer covers a code on a day, and what a claim for it needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from payerbook.answers.ask import Asker, Said
from payerbook.answers.authorization import permission
from payerbook.answers.flips import Parts, flips
from payerbook.answers.limits import gaps, limits
from payerbook.answers.questions import (
    AskedOf,
    CoverageAnswer,
    Covered,
    DecidedAt,
    DiagnosisNeed,
    DocumentNeed,
    Info,
    ModifierNeed,
    OpenPoint,
)
from payerbook.claim import SCHEMA_VERSION, Authorization
from payerbook.engine.render import cite
from payerbook.finding import Cited, PackUsed
from payerbook.kinds.base import Limit, Question, Standing
from payerbook.policy import limit

NO_RULE = "No rule on file says whether it is covered."
NO_LIST = "No list of covered codes is on file; {} for the discipline."
NO_CODE = "The code is not on file as a therapy code, and no rule names it."
_ORDER: tuple[Covered, ...] = ("covered", "conditional", "indeterminate", "not-covered")


class Decided(NamedTuple):
    """The answer to "covered?", and the rules that gave it."""

    covered: Covered
    why: tuple[str, ...]
    info: tuple[Info, ...]
    by: tuple[Said, ...]
    open: tuple[OpenPoint, ...]


class Judged(NamedTuple):
    """What one rule says of coverage; None where its sources are too weak to decide."""

    covered: Covered | None
    why: str
    info: tuple[Info, ...]


def decide(said: Sequence[Said], on_file: bool) -> Decided:
    """The worst of what the rules say. A rule that may only advise decides nothing; one that may only ask for review cannot refuse.

    Without a rule that says anything the answer is indeterminate, and more so for a code that is not on file.
    """
    words: list[tuple[Covered, str, tuple[Info, ...], Said]] = []
    weak: list[OpenPoint] = []
    for one in said:
        judged = judge(one)
        if judged is None:
            continue
        if judged.covered is None:
            weak.append(one.open(judged.why))
        else:
            words.append((judged.covered, judged.why, judged.info, one))
    if not words:
        return Decided("indeterminate", (NO_RULE if on_file else NO_CODE,), (), (), tuple(weak))
    worst = max((word for word, *_ in words), key=_ORDER.index)
    deciding = [entry for entry in words if entry[0] == worst]
    info: tuple[Info, ...] = ()
    if worst == "conditional":
        info = tuple(dict.fromkeys(name for _, _, names, _ in deciding for name in names or ("other",)))
    why_all = tuple(dict.fromkeys(why for _, why, _, _ in deciding))
    return Decided(worst, why_all, info, tuple(one for *_, one in deciding), tuple(weak))


def judge(one: Said) -> Judged | None:
    """What one rule says of coverage, as far as its sources carry; None when it says nothing."""
    standing = one.contribution.standing
    if standing is None:
        return None
    if not _weak(one, standing):
        return Judged(*_word(one, standing))
    if one.bound.version.effect == "none":
        return None
    return Judged(None, f"{standing.why} The sources of this rule are too weak to decide.", ())


def _word(one: Said, standing: Standing) -> tuple[Covered, str, tuple[Info, ...]]:
    """What one rule says of coverage, weakened where it does not stand on the day, may not apply, or may not refuse."""
    if one.state == "not-on-file":
        return "indeterminate", f"“{one.bound.rule.title}” decides it, and is not on file for the day asked.", ()
    if one.state == "unknown" and standing.covered != "covered":
        return "conditional", f"{standing.why} {one.reason}", ("location" if "place_of_service" in one.needs else "other",)
    if one.state == "unknown":
        return "indeterminate", one.reason, ()
    if one.only or (one.exceptions and standing.covered == "not-covered"):
        return "conditional", f"{standing.why} {one.caveat}", ("other",)
    if standing.covered == "not-covered" and one.bound.severity == "review":
        return "indeterminate", f"{standing.why} The sources of this rule do not allow a firm answer.", ()
    return standing.covered, standing.why, standing.info


def coverage(
    asker: Asker,
    question: Question,
    asked: AskedOf,
    on_file: bool,
    authorizations: Sequence[Authorization],
    packs: tuple[PackUsed, ...],
    turning: bool = True,
) -> CoverageAnswer:
    """The whole answer; `on_file` says whether the code has a label of ours, `turning` whether its flips are wanted."""
    every = asker.ask(question, asked.known_on)
    decided = decide(every, on_file)
    refused = decided.covered == "not-covered"
    said = _to_the_point(every, refused)
    allowed = permission(said, question, authorizations)
    sure = [one for one in said if one.state == "said"]
    info = decided.info
    if allowed.answer.needed == "conditional" and not refused:
        info = info if "other" in info else (*info, "other")
    return CoverageAnswer(
        schema_version=SCHEMA_VERSION,
        asked=asked,
        covered=decided.covered,
        why=_why(decided, bool(limits(sure)), allowed.answer.rule is not None),
        authorization=None if refused else allowed.answer.needed,
        satisfied_by=None if refused else allowed.satisfied_by,
        decided_at=_decided_at(decided),
        info_needed=info,
        instead=tuple(dict.fromkeys(code for one in decided.by if one.contribution.standing for code in one.contribution.standing.use)),
        modifiers=tuple(need for one in sure for need in modifiers(one)),
        limits=limits(sure),
        documents=tuple(need for one in sure for need in documents(one)),
        diagnoses=tuple(need for one in sure for need in diagnoses(one)) or None,
        investigational=_investigational(decided),
        flips=flips(asker, question, asked.known_on, lambda found: core(found, on_file)) if turning else (),
        unknown=tuple(dict.fromkeys((*decided.open, *open_points(said), *(() if refused else allowed.open)))),
        sources=sources(said),
        packs=packs,
        tables=asker.tables(said, question),
    )


def modifiers(one: Said) -> tuple[ModifierNeed, ...]:
    """The modifiers that one rule asks for."""
    needed = one.contribution.modifiers
    why = " ".join(filter(None, (one.bound.kind.sentence(one.bound.params), one.caveat))) if needed else ""
    return tuple(ModifierNeed(any_of, why, one.bound.rule.id) for any_of in needed)


def documents(one: Said) -> tuple[DocumentNeed, ...]:
    """What one rule wants in the record."""
    only = f" ({one.only})" if one.only else ""
    return tuple(DocumentNeed(f"{item}{only}", one.bound.rule.id) for item in one.contribution.documents)


def diagnoses(one: Said) -> tuple[DiagnosisNeed, ...]:
    """The diagnoses with which alone one rule lets the code be covered; none when it says nothing of them."""
    found = one.contribution.diagnoses
    return () if found is None else (DiagnosisNeed(found, one.bound.rule.id),)


def _why(decided: Decided, limited: bool, allowed: bool) -> tuple[str, ...]:
    """What the answer rests on; where no rule decides, what the limits and the authorization that there are say nothing of."""
    return (unsaid(True, limited, allowed),) if decided.why == (NO_RULE,) else decided.why


def unsaid(on_file: bool, limited: bool, allowed: bool) -> str:
    """What is said of coverage where no rule speaks of it; `limited` and `allowed`: there are limits, there is a word on authorization."""
    if not on_file:
        return NO_CODE
    there = "limits and authorization below are" if limited and allowed else "limits below are" if limited else "authorization below is"
    return NO_LIST.format(there) if limited or allowed else NO_RULE


def core(said: Sequence[Said], on_file: bool) -> Parts:
    """What makes two answers the same answer: words only, no counts and no history."""
    decided = decide(said, on_file)
    parts: Parts = {None: (decided.covered,)}
    for one in _to_the_point(said, decided.covered == "not-covered"):
        found = one.contribution
        texts: list[str] = []
        if one.state != "said":
            texts.append("not on file" if one.state == "not-on-file" else "open")
        else:
            texts += _stands(one)
            texts += [f"needs one of {', '.join(any_of)}" for any_of in found.modifiers]
            texts += [_limit(limit) for limit in found.limits]
            texts += [f"document: {item}" for item in found.documents]
            texts += [f"diagnoses: {', '.join(found.diagnoses)}"] if found.diagnoses is not None else []
            texts += [f"authorization: {found.permission.needed}"] if found.permission is not None else []
            texts += ["not on file"] if found.gaps else []
        if texts:
            parts[one.bound.rule.id] = tuple(texts)
    return parts


def _to_the_point(said: Sequence[Said], refused: bool) -> Sequence[Said]:
    """What the rules say, without those about authorization when the code is not covered: there is nothing to ask for."""
    return [one for one in said if one.contribution.permission is None] if refused else said


def _stands(one: Said) -> list[str]:
    """What a rule says of coverage; nothing for a refusal without effect on claims."""
    standing = one.contribution.standing
    if standing is None or (standing.covered == "not-covered" and one.bound.version.effect == "none"):
        return []
    use = f" Use {', '.join(standing.use)}." if standing.use else ""
    return [f"{'too weak to decide' if _weak(one, standing) else _word(one, standing)[0]}: {standing.why}{use}"]


def _weak(one: Said, standing: Standing) -> bool:
    """Whether the rule may only advise, so that it decides nothing; that a code is paid, or on what, needs sources but no effect."""
    return (one.bound.severity if standing.covered == "not-covered" else limit(one.bound.version)) == "advice"


def _limit(limit: Limit) -> str:
    shared = f", shared by {', '.join(limit.shared_by)}" if limit.shared_by else ""
    return f"limit {limit.limit} {limit.counts} per {limit.per}{shared}{'' if limit.hard else ' (soft)'}"


def _decided_at(decided: Decided) -> DecidedAt:
    """Who decides: whom the deciding rule names, else the payer or the plan whose rule it is; default when no rule decides."""
    for one in decided.by:
        if one.contribution.standing is not None:
            named = one.contribution.standing.decided_at
            return one.decided_at if named == "payer" else named
    return "default"


def _investigational(decided: Decided) -> bool | None:
    """Whether the deciding rules call the code investigational; None when nothing decided."""
    if any(one.bound.rule.topic == "investigational" and one.state == "said" for one in decided.by):
        return True
    return False if decided.covered in ("covered", "conditional", "not-covered") else None


def open_points(said: Iterable[Said]) -> tuple[OpenPoint, ...]:
    """What the rules could not tell, rule by rule."""
    found: list[OpenPoint] = []
    for one in said:
        if one.state != "said":
            found.append(one.open())
        else:
            found.extend(gaps(one))
    return tuple(dict.fromkeys(found))


def sources(said: Iterable[Said]) -> tuple[Cited, ...]:
    """The sources of every rule that said something of the day, if perhaps not of the question, each once."""
    return tuple(dict.fromkeys(source for one in said if one.state != "not-on-file" for source in cite(one.bound.version.sources)))
