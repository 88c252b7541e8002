"""What the format allows and no rule means: evidence that cannot answer, a rule about every code, an effect of a rule that finds nothing,
two rules of which one is wrong, the best grade for somebody else's document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from payerbook.authoring.checks.files import PackFiles, RuleFile
from payerbook.authoring.faults import Fault
from payerbook.kinds.base import Kind
from payerbook.policy import Rule, Version

_AMOUNT = re.compile(r"\d+\.\d+\Z")


def check(files: PackFiles, kinds: Mapping[str, Kind[Any]]) -> Iterator[Fault]:
    """Faults of the rules against what their kinds can do, and of the grades in sources.yaml."""
    for one in files.rules:
        kind = kinds.get((one.rule.kind if one.rule is not None else one.doc.kind) or "")
        if kind is not None:
            yield from _evidence(one, kind)
            yield from _rule(one, one.rule, kind) if one.rule is not None else ()
    yield from _twins(files)
    yield from _grades(files)


def _twins(files: PackFiles) -> Iterator[Fault]:
    """Rules that judge the same lines of the same days by the same kind of setting, with other numbers: one of them is wrong."""
    seen: dict[bytes, tuple[Rule, Version]] = {}
    for one in files.rules:
        told = False
        for version in one.rule.versions if one.rule is not None and one.rule.status == "active" else ():
            assert one.rule is not None
            shape = msgspec.json.encode([one.rule.kind, one.rule.date_basis, version.when, _without_numbers(version.params)])
            other, earlier = seen.setdefault(shape, (one.rule, version))
            apart = (version.end and version.end < earlier.start) or (earlier.end and earlier.end < version.start)
            differs = version.params != earlier.params
            if other.id != one.rule.id and differs and not version.hole and not apart and not told:
                told = True
                message = f"{other.id} says the same of the same lines, with other numbers; keep one, or say in when what sets them apart"
                yield one.document.fault(("rule",), message, "PB084")


def _without_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_numbers(inner) for inner in value]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return 0 if number or (isinstance(value, str) and _AMOUNT.match(value)) else value


def _evidence(one: RuleFile, kind: Kind[Any]) -> Iterator[Fault]:
    evidence = one.doc.evidence if one.rule is None else one.rule.evidence
    if kind.evidence and evidence is not None and evidence not in kind.evidence:
        words = " or ".join(kind.evidence)
        message = f"rules of the kind {kind.name} are answered by {words}, not by {evidence}; write {words}"
        yield one.document.fault(("evidence",), message, "PB080")


def _rule(one: RuleFile, rule: Rule, kind: Kind[Any]) -> Iterator[Fault]:
    versions = [version for version in rule.versions if not version.hole]
    bare = [version for version in versions if version.when.codes is None]
    if kind.for_codes and bare:
        message = f"the rule would judge every line, but rules of the kind {kind.name} are about certain codes; name them under when.codes"
        yield one.document.fault(("when", "codes"), message, "PB081")
    finds = [version for version in versions if not kind.silent(msgspec.convert(version.params, kind.params, strict=False))]
    effects = {version.effect for version in versions} - {"none"}
    if versions and not finds and effects:
        message = f"the rule finds nothing, it only answers questions, so it cannot {' or '.join(sorted(effects))}; write effect: none"
        yield one.document.fault(("effect",), message, "PB083")


def _grades(files: PackFiles) -> Iterator[Fault]:
    """Grade A belongs to documents of the payer and of those whom the pack calls official; asked of packs that say whom."""
    official = files.head.data.get("official")
    if official is None or files.sources is None:
        return
    own = (files.head.data.get("publisher") or files.head.data["title"], *official)
    for name, source in files.sources.data.items():
        if source["grade"] in ("A", "A*") and not source["publisher"].startswith(own):
            message = (
                f"grade {source['grade']} is for the payer's own document, and {source['publisher']} is not listed under official in "
                "pack.yaml; write the grade of a secondary source, or list the publisher"
            )
            yield files.sources.fault((name, "grade"), message, "PB082")
