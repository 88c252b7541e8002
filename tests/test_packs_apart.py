"""Packs stay apart from the engine and from one another: no payer is named in core, and nothing is written twice where `like` would do."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

import payerbook

ROOT = Path(__file__).parents[1]
CORE = ROOT / "core" / "payerbook"
POLICIES = ROOT / "policies"
LONG = {"texts": 70, "settings": 150}
"""From how many characters on a text, or a list or map of settings as JSON, has to stand in one file only."""
NOT_RULES = {"pack", "sources", "facts", "parents"}
PROGRAMS = ("medicare.part-b", "common")
"""Packs whose names are words of the field: the contract itself says Medicare."""


@cache
def _rules() -> dict[Path, dict[str, Any]]:
    """Every rule file as written, before anything is inherited."""
    files = (file for file in POLICIES.rglob("*.yaml") if not file.name.endswith(".test.yaml") and file.stem not in NOT_RULES)
    own = [file for file in files if not any(part.startswith("_") for part in file.relative_to(POLICIES).parts)]
    return {file.relative_to(POLICIES): YAML(typ="safe").load(file) for file in sorted(own)}


def _texts(rule: dict[str, Any]) -> Iterator[str]:
    yield from (" ".join(rule[key].split()) for key in ("title", "why", "fix") if rule.get(key))


def _settings(rule: dict[str, Any]) -> Iterator[str]:
    for part in (rule, *rule.get("versions", ())):
        for key in ("when", "params"):
            yield from _nested(part.get(key))
        yield json.dumps([part.get("when"), part.get("params")], sort_keys=True, default=str)


def _nested(value: Any) -> Iterator[str]:
    """A list or map of settings and all that lie in it, each as JSON."""
    if isinstance(value, dict | list):
        yield json.dumps(value, sort_keys=True, default=str)
        for one in value.values() if isinstance(value, dict) else value:
            yield from _nested(one)


def _twice(written: dict[Path, set[str]], long: int) -> list[str]:
    """What stands in files of several packs, with the files."""
    found: dict[str, list[Path]] = defaultdict(list)
    for file, texts in written.items():
        for text in texts:
            if len(text) >= long:
                found[text].append(file)
    return [f"{', '.join(map(str, files))}: {text}" for text, files in found.items() if len({file.parent for file in files}) > 1]


def test_no_text_of_a_rule_is_written_in_two_packs() -> None:
    twice = _twice({file: set(_texts(rule)) for file, rule in _rules().items()}, LONG["texts"])
    assert not twice, "say it once, in a template or a parent, and take it from there with `like`:\n" + "\n".join(twice)


def test_no_settings_are_written_in_two_packs() -> None:
    twice = _twice({file: set(_settings(rule)) for file, rule in _rules().items()}, LONG["settings"])
    assert not twice, "say it once, in a template, a parent or a set of codes:\n" + "\n".join(twice)


def test_a_copy_of_a_rule_is_noticed() -> None:
    """Both tests above can fail: a rule of one pack, copied into another under another name."""
    file, rule = next((file, rule) for file, rule in _rules().items() if len(rule.get("why", "")) >= LONG["texts"])
    copy = Path("commercial/other-payer") / file.name
    assert _twice({file: set(_texts(rule)), copy: set(_texts(rule))}, LONG["texts"])
    settings = {"params": {"codes": ["97110"] * LONG["settings"]}}
    assert _twice({file: set(_settings(settings)), copy: set(_settings(settings))}, LONG["settings"])


def _any(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def test_no_payer_is_named_in_core() -> None:
    """Neither in code nor in a comment: names of packs, of their plans, and brands."""
    heads = [head for head in payerbook.load().packs() if head.payer and head.id not in PROGRAMS]
    names = {name for head in heads for name in (head.title, *head.aliases, *(plan.name for plan in head.plans))}
    brands = {name for brand in YAML(typ="safe").load(POLICIES / "_terms.yaml")["brands"].values() for name in brand["names"]}
    named = re.compile(rf"\b(?:{_any(names | brands)})\b(?! States)|\b(?i:{_any(name for name in brands if len(name) > 3)})(?! States)")
    found = [
        f"{file.relative_to(ROOT)}:{number}: {match[0]}"
        for file in sorted(CORE.rglob("*.py"))
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        for match in named.finditer(line)
    ]
    assert not found, "what differs between payers is data:\n" + "\n".join(found)
