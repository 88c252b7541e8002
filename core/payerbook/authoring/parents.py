"""Parents in other packs: what they were when the child was last compared with them, kept in its parents.yaml, and pins.

A child takes settings, dates and conditions from a rule that somebody else may change. parents.yaml holds a short digest of each such
rule; when it no longer fits, what the child takes is shown as review at most until somebody has looked and recorded it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from payerbook.authoring.faults import Fault
from payerbook.authoring.inheritance import Parent
from payerbook.authoring.yamlfile import read
from payerbook.policy import Rule, Template

FILE = "parents.yaml"
PARTS = ("kind", "dates", "effect", "conditions", "settings")
"""What a digest covers, in its order; texts and sources are not part of it."""
_NOTE = "# What the rules of other packs were when this pack was last compared with them; `payerbook amend PACK --recheck` writes it.\n"


class Taken(NamedTuple):
    """A rule of another pack that a pack takes from: its digest now, and the rules that take from it."""

    digest: str
    children: tuple[str, ...]


def digest(parent: Parent) -> str:
    """What a child can take of a rule or template, without texts and sources: six hexadecimal digits for each of `PARTS`."""
    if isinstance(parent, Template):
        own: list[Any] = [[], [parent.effect], [parent.when], [parent.params]]
    else:
        versions = parent.versions
        own = [
            [(version.start, version.end, version.known, version.attested, version.hole is not None) for version in versions],
            *(
                [value for value, _ in groupby(values)]
                for values in zip(*((one.effect, one.when, one.params) for one in versions), strict=True)
            ),
        ]
    kind = [parent.kind, parent.evidence, parent.date_basis, parent.applies_to_voids]
    return "-".join(hashlib.sha256(msgspec.json.encode(part, order="deterministic")).hexdigest()[:6] for part in (kind, *own))


def changed(before: str, now: str) -> list[str]:
    """The parts in which two digests differ; all of them when the first is no digest."""
    old, new = before.split("-"), now.split("-")
    return [part for place, part in enumerate(PARTS) if old[place : place + 1] != new[place : place + 1]]


def pinned(rule: Rule, day: date) -> Rule | None:
    """The rule as it was known on a day: without the versions published (or, where that is not said, begun) after it."""
    kept = tuple(version for version in rule.versions if (version.known or version.start) <= day)
    return msgspec.structs.replace(rule, versions=kept) if kept else None


def faults(folder: Path, pack: str, taken: Mapping[str, Taken]) -> Iterator[Fault]:
    """What `lint` says of a pack's parents.yaml: parents that changed, that are not recorded, or that nothing is taken from."""
    file = folder / FILE
    if not file.is_file():
        if taken:
            yield Fault(file, 1, 1, "", _unrecorded(pack, sorted(taken)), "PB031")
        return
    document = read(file)
    recorded: dict[str, Any] = document.data if isinstance(document.data, dict) else {}
    for id in sorted(taken.keys() & recorded.keys()):
        now = taken[id]
        if recorded[id] != now.digest:
            child = now.children[0] if len(now.children) == 1 else pack
            message = (
                f"{id} changed ({', '.join(changed(str(recorded[id]), now.digest))}) since {', '.join(now.children)} was compared with it, "
                f"which is shown as review at most; read both, then run `payerbook amend {child} --recheck`"
            )
            yield document.fault((id,), message, "PB030", key=True)
    if missing := sorted(taken.keys() - recorded.keys()):
        yield document.fault((), _unrecorded(pack, missing), "PB031")
    for id in sorted(recorded.keys() - taken.keys()):
        message = f"no rule of the pack takes anything from {id}; remove it, or run `payerbook amend {pack} --recheck`"
        yield document.fault((id,), message, "PB031", key=True)


def _unrecorded(pack: str, missing: list[str]) -> str:
    shown = ", ".join(missing[:3]) + (" …" if len(missing) > 3 else "")
    return f"not recorded: what rules of other packs are that this one takes from ({shown}); run `payerbook amend {pack} --recheck`"


def text(recorded: Mapping[str, str]) -> str:
    """A parents.yaml."""
    return _NOTE + "".join(f"{id}: {recorded[id]}\n" for id in sorted(recorded))


class Recheck(NamedTuple):
    """A parents.yaml before and after the parents were recorded anew, and for each parent that differs what changed."""

    file: Path
    before: str
    after: str
    changes: dict[str, list[str]]


def recheck(folder: Path, taken: Mapping[str, Taken], rule: str | None = None) -> Recheck:
    """The parents of a pack as they are now; of one rule only those that it takes from. Writes nothing."""
    file = folder / FILE
    before = file.read_text("utf-8") if file.is_file() else ""
    recorded: dict[str, str] = dict(read(file).data or {}) if before else {}
    asked = {id: now.digest for id, now in taken.items() if rule is None or rule in now.children}
    kept = {id: digest for id, digest in recorded.items() if id in taken} if rule is None else recorded
    now = {**kept, **asked}
    changes = {id: changed(recorded.get(id, ""), now[id]) for id in sorted(asked) if recorded.get(id) != now[id]}
    return Recheck(file, before, text(now) if now else "", changes)
