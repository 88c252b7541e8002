"""What `lint` prints for other programs: JSON, SARIF for code scanning, annotations of GitHub."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from payerbook.authoring.faults import CODES, Fault
from payerbook.cli.github import LEVELS, annotation
from payerbook.cli.style import count, paint
from payerbook.formats import sarif


def as_text(faults: Sequence[Fault], base: Path) -> str:
    """One line a fault, notes marked; files relative to `base` where they lie below it."""
    return "".join((paint("note: ", "dim") if fault.note else "") + fault.text(base) + "\n" for fault in faults)


def as_json(faults: Sequence[Fault]) -> str:
    """A list with an object a fault."""
    return msgspec.json.encode([{**fault._asdict(), "file": str(fault.file)} for fault in faults]).decode() + "\n"


def as_annotations(faults: Sequence[Fault], base: Path) -> str:
    """One annotation a fault, and one with the count."""
    lines = []
    for fault in faults:
        where = {"file": _relative(fault.file, base), "line": fault.line, "col": fault.column, "title": fault.code}
        lines.append(annotation(LEVELS[_level(fault)], where, _said(fault)))
    number = sum(not fault.note for fault in faults)
    return "\n".join([*lines, annotation("notice", {"title": "payerbook lint"}, count(number, "fault"))]) + "\n"


def as_sarif(faults: Sequence[Fault], base: Path, version: str) -> str:
    """A SARIF log; every code is declared, so that a scanner can close what is repaired."""
    codes = sorted(CODES)
    rules = [{"id": code, "shortDescription": {"text": CODES[code][0]}, "fullDescription": {"text": CODES[code][1]}} for code in codes]
    seen: Counter[str] = Counter()
    results = [_result(fault, base, codes, seen) for fault in faults]
    return json.dumps(sarif.whole(version, rules, results, []), indent=1, ensure_ascii=False) + "\n"


def _result(fault: Fault, base: Path, codes: Sequence[str], seen: Counter[str]) -> dict[str, Any]:
    file = _relative(fault.file, base)
    known_by = "\0".join([file, fault.code, fault.place])
    seen[known_by] += 1
    return {
        "ruleId": fault.code,
        "ruleIndex": codes.index(fault.code),
        "kind": "fail",
        "level": _level(fault),
        "message": {"text": _said(fault)},
        "locations": [{"physicalLocation": {**sarif.artifact(file), "region": {"startLine": fault.line, "startColumn": fault.column}}}],
        "partialFingerprints": {"payerbook/v1": hashlib.sha256(f"{known_by}\0{seen[known_by]}".encode()).hexdigest()[:32]},
    }


def _relative(file: Path, base: Path) -> str:
    return (file.relative_to(base) if file.is_relative_to(base) else file).as_posix()


def _level(fault: Fault) -> str:
    return "note" if fault.note else "error"


def _said(fault: Fault) -> str:
    return f"{fault.place}: {fault.message}" if fault.place else fault.message
