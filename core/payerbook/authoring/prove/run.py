"""All proofs about one pack, in order, less those that the pack accepts with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from payerbook.authoring.compiler import Compiled
from payerbook.authoring.documents import AcceptDoc, PackDoc
from payerbook.authoring.prove.contradictions import contradictions
from payerbook.authoring.prove.firing import firing
from payerbook.authoring.prove.ground import Ground
from payerbook.authoring.prove.methods import methods
from payerbook.authoring.prove.proof import Place, Proof
from payerbook.authoring.prove.questions import questions
from payerbook.authoring.prove.repairs import deadlines, repairs
from payerbook.authoring.prove.timeline import timeline
from payerbook.authoring.session import Session
from payerbook.authoring.yamlfile import read

OF_RULES = (firing, repairs, deadlines)
"""Proofs about one rule at a time."""
OF_PACK = (timeline, contradictions, methods, questions)
"""Proofs about all rules of a payer together."""


def steps(files: Sequence[Path]) -> int:
    """How often `prove` calls its `step` for so many rule files, all active."""
    return len(files) + len(OF_PACK)


class Proved(NamedTuple):
    """How many rules were judged, and what is wrong with them, by code and rule."""

    rules: int
    proofs: list[Proof]


def prove(session: Session, one: Compiled, files: Sequence[Path], step: Callable[[], object]) -> Proved:
    """What is wrong with the active rules in some files of a pack; calls `step` after each part of the work.

    What the pack accepts carries the reason. An exception for which nothing was found is a proof of its own, unless only some of
    the rules were asked about.
    """
    assert one.pack is not None
    ground = Ground(session, one, files)
    if not ground.rules:
        return Proved(0, [])
    found: list[Proof] = []
    for proofs in OF_PACK:
        found += proofs(ground)
        step()
    for rule in ground.rules:
        for proofs_of in OF_RULES:
            found += proofs_of(ground, rule)
        step()
    found.sort(key=lambda proof: (proof.code, proof.rules))
    accepts = _accepts(one)
    judged = [_judged(proof, accepts) for proof in found]
    return Proved(len(ground.rules), [*judged, *(_needless(one, accepts, found) if ground.whole else ())])


def _accepts(one: Compiled) -> list[AcceptDoc]:
    data = read(one.folder / "pack.yaml").data
    return list(msgspec.convert(data, PackDoc).accepts)


def _judged(proof: Proof, accepts: Sequence[AcceptDoc]) -> Proof:
    why = next((accept.why for accept in accepts if _fits(accept, proof)), None)
    return msgspec.structs.replace(proof, accepted=why)


def _fits(accept: AcceptDoc, proof: Proof) -> bool:
    return accept.finding == proof.code and set(accept.rules) == set(proof.rules)


def _needless(one: Compiled, accepts: Sequence[AcceptDoc], found: Sequence[Proof]) -> Iterator[Proof]:
    document = read(one.folder / "pack.yaml")
    for place, accept in enumerate(accepts):
        if not any(_fits(accept, proof) for proof in found):
            line = document.fault(("accepts", place), "", "").line
            yield Proof(
                "PB076",
                accept.rules,
                (Place(document.file, line),),
                f"pack.yaml accepts {accept.finding} of {' and '.join(accept.rules)}, but nothing of the kind is found",
                "remove the exception, or correct its code or its rules",
            )
