"""The faulty edits: 25 classes of slips and mistakes, eight of each, spread evenly over the rules by a seed.

The classes were written down before anything was run. An edit is one that changes what a rule says, or makes its file unusable; that
a check exists for it is not asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from payerbook.authoring.bundle import pack_folders
from payerbook.authoring.compiler import rule_files
from payerbook.kinds import bundled

from .text import Source, leaves, settings, source

SEED = 2026
EACH = 8

_CODE = re.compile(r"\d{5}\Z|[A-Z]\d{4}\Z|\d{4}T\Z")
_AMOUNT = re.compile(r"\d+\.\d+\Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")
_KEY = re.compile(r"[a-z_]{4,}\Z")
_MODIFIERS = ("GP", "GO", "GN", "CQ", "CO", "KX", "59", "XU", "XE", "GA", "GY", "GX", "25", "76", "95")
_DISCIPLINES = (("PT", "OT", "SLP"), ("GP", "GO", "GN"))
_EFFECTS = ("deny", "return", "review", "none")
_EVIDENCE = ("claim", "table", "record", "chart")

Changed = Iterator[tuple[str, str]]
"""New texts of a file, each with what was done to it."""


class Edit(NamedTuple):
    """One faulty edit: its class, the file below the folder of policies, the new text, and what was done.

    `like` is set when the file is new: the rule that the new one contradicts.
    """

    number: int
    sort: str
    file: Path
    text: str
    what: str
    like: Path | None = None


def _one_scalar(rule: Source, fits: Callable[[Any], Sequence[str]]) -> Changed:
    """The scalar settings for which there is something wrong to put in their place."""
    for path, value in settings(rule.data):
        for new in fits(value):
            yield rule.put(path, new), f"{'.'.join(map(str, path))}: {value} -> {new}"


def wrong_number(rule: Source, codes: Sequence[str]) -> Changed:
    yield from _one_scalar(rule, _numbers)


def _numbers(value: Any) -> Sequence[str]:
    if isinstance(value, int) and not isinstance(value, bool):
        return [str(value + 1), str(value * 10), *([str(value - 1)] if value > 1 else [])] if value else ["1"]
    if isinstance(value, str) and _AMOUNT.match(value):
        return [str(Decimal(value) + 1), str(Decimal(value) * 10)]
    return []


def _dates(rule: Source, moved: Callable[[date], Sequence[date]], names: Sequence[str]) -> Changed:
    for place, version in enumerate(rule.data.get("versions", ())):
        for name in names:
            if name in version:
                for new in moved(date.fromisoformat(str(version[name]))):
                    yield rule.put(("versions", place, name), new.isoformat()), f"versions.{place}.{name}: {version[name]} -> {new}"


def date_a_day_off(rule: Source, codes: Sequence[str]) -> Changed:
    yield from _dates(rule, lambda day: [day + timedelta(days=1), day - timedelta(days=1)], ("from", "attested_from", "to"))


def year_mistyped(rule: Source, codes: Sequence[str]) -> Changed:
    yield from _dates(rule, lambda day: [day.replace(year=day.year + step, day=min(day.day, 28)) for step in (1, -1)], ("from", "to"))


def publication_moved(rule: Source, codes: Sequence[str]) -> Changed:
    yield from _dates(rule, lambda day: [day + timedelta(days=30), day - timedelta(days=30)], ("known",))


def swapped_code(rule: Source, codes: Sequence[str]) -> Changed:
    def neighbor(value: Any) -> Sequence[str]:
        return [codes[(codes.index(value) + 1) % len(codes)]] if isinstance(value, str) and value in codes else []

    yield from _one_scalar(rule, neighbor)


def lost_code(rule: Source, codes: Sequence[str]) -> Changed:
    for path, value in settings(rule.data):
        if isinstance(value, str) and _CODE.match(value) and isinstance(path[-1], int):
            at = rule.offset(path)
            token = rule.token(path)
            rest = re.match(r",\s*", rule.text[at + len(token) :])
            if rest is not None:
                yield rule.text[:at] + rule.text[at + len(token) + rest.end() :], f"{'.'.join(map(str, path))}: {value} taken out"


def wrong_modifier(rule: Source, codes: Sequence[str]) -> Changed:
    yield from _one_scalar(rule, lambda value: [other for other in _MODIFIERS if other != value] if value in _MODIFIERS else [])


def wrong_discipline(rule: Source, codes: Sequence[str]) -> Changed:
    def other(value: Any) -> Sequence[str]:
        return [one for family in _DISCIPLINES if value in family for one in family if one != value]

    yield from _one_scalar(rule, other)


def flipped_flag(rule: Source, codes: Sequence[str]) -> Changed:
    yield from _one_scalar(rule, lambda value: [str(not value).lower()] if isinstance(value, bool) else [])


def _word(rule: Source, name: str, others: Sequence[str]) -> Changed:
    for path, value in leaves({name: rule.data[name]} if name in rule.data else {}):
        yield from ((rule.put(path, other), f"{name}: {value} -> {other}") for other in others if other != value)


def wrong_effect(rule: Source, codes: Sequence[str]) -> Changed:
    yield from _word(rule, "effect", _EFFECTS)


def wrong_evidence(rule: Source, codes: Sequence[str]) -> Changed:
    yield from _word(rule, "evidence", _EVIDENCE)


def wrong_kind(rule: Source, codes: Sequence[str]) -> Changed:
    yield from _word(rule, "kind", [kind.name for kind in bundled()])


def misspelt_word(rule: Source, codes: Sequence[str]) -> Changed:
    for name in ("effect", "evidence", "topic", "category", "kind", "date_basis", "status"):
        if name in rule.data:
            yield from _word(rule, name, [_misspelt(rule.data[name])])


def _misspelt(word: str) -> str:
    """The word with the first two differing neighbors swapped."""
    at = next(place for place in range(1, len(word)) if word[place] != word[place - 1])
    return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]


def misspelt_key(rule: Source, codes: Sequence[str]) -> Changed:
    for path in rule.document.keys:
        if isinstance(path[-1], str) and _KEY.match(path[-1]):
            yield rule.put(path, _misspelt(path[-1]), key=True), f"{'.'.join(map(str, path))}: key misspelt"


def duplicate_key(rule: Source, codes: Sequence[str]) -> Changed:
    for path in rule.document.keys:
        if len(path) in (1, 3) and rule.alone(path):
            begin, end = rule.block(path)
            yield rule.text[:end] + rule.text[begin:end] + rule.text[end:], f"{'.'.join(map(str, path))}: written twice"


def lost_source(rule: Source, codes: Sequence[str]) -> Changed:
    for place, version in enumerate(rule.data.get("versions", ())):
        path = ("versions", place, "sources")
        if "sources" in version and rule.alone(path):
            begin, end = rule.block(path)
            yield rule.text[:begin] + rule.text[end:], f"versions.{place}.sources: taken out"


def dead_reference(rule: Source, codes: Sequence[str]) -> Changed:
    for path, value in leaves(rule.data):
        if path[-1] in ("ref", "set", "like", "table", "replaced_by") and isinstance(value, str):
            yield rule.put(path, _misspelt(value)), f"{'.'.join(map(str, path))}: {value} -> {_misspelt(value)}"


def unquoted_code(rule: Source, codes: Sequence[str]) -> Changed:
    for path, _ in leaves({name: value for name, value in rule.data.items() if name in ("when", "params", "versions")}):
        at, token = rule.offset(path), rule.token(path)
        if re.match(r'"[1-9]\d+"\Z', token):
            yield rule.text[:at] + token.strip('"') + rule.text[at + len(token) :], f"{'.'.join(map(str, path))}: {token} without quotes"


def _last_day(rule: Source, place: int, last: date) -> str:
    """The text with a last day in a version."""
    path = ("versions", place, "to")
    if path in rule.document.marks:
        return rule.put(path, last.isoformat())
    start = next(("versions", place, name) for name in ("from", "attested_from") if name in rule.data["versions"][place])
    at = rule.offset(start) + len(rule.token(start))
    column = rule.document.keys[start].column - 1
    flow = rule.text[rule.offset(("versions", place))] == "{"
    return rule.text[:at] + (f", to: {last}" if flow else f"\n{' ' * column}to: {last}") + rule.text[at:]


def _starts(rule: Source) -> list[date]:
    return [date.fromisoformat(str(version.get("from") or version["attested_from"])) for version in rule.data.get("versions", ())]


def overlap(rule: Source, codes: Sequence[str]) -> Changed:
    starts = _starts(rule)
    for place, following in enumerate(starts[1:]):
        if following > starts[place]:
            yield _last_day(rule, place, following + timedelta(days=60)), f"versions.{place} lasts 60 days into the next"


def gap(rule: Source, codes: Sequence[str]) -> Changed:
    starts = _starts(rule)
    for place, following in enumerate(starts[1:]):
        last = following - timedelta(days=60)
        if last > starts[place]:
            yield _last_day(rule, place, last), f"versions.{place} ends 59 days before the next begins"


def deleted_version(rule: Source, codes: Sequence[str]) -> Changed:
    versions = rule.data.get("versions", ())
    for place in range(len(versions)) if len(versions) > 1 else ():
        begin, end = rule.block(("versions", place))
        yield rule.text[:begin] + rule.text[end:], f"versions.{place} taken out"


def lost_condition(rule: Source, codes: Sequence[str]) -> Changed:
    if "when" in rule.data and rule.alone(("when",)):
        begin, end = rule.block(("when",))
        yield rule.text[:begin] + rule.text[end:], "when: taken out"


def broken_yaml(rule: Source, codes: Sequence[str]) -> Changed:
    for found in re.finditer(r"[\]}]", rule.text):
        yield rule.text[: found.start()] + rule.text[found.end() :], f"the bracket at {found.start()} taken out"
    for path in rule.document.keys:
        if len(path) == 3 and rule.alone(path) and path[-1] in ("sources", "known", "changed", "to"):
            begin, _ = rule.block(path)
            yield f"{rule.text[:begin]} {rule.text[begin:]}", f"{'.'.join(map(str, path))}: one blank too deep"


def raised_grade(sources: Source, codes: Sequence[str]) -> Changed:
    for id, one in sources.data.items():
        if one["grade"] in ("B", "C", "M"):
            yield sources.put((id, "grade"), "A"), f"{id}.grade: {one['grade']} -> A"


def contradictory_rule(rule: Source, codes: Sequence[str]) -> Changed:
    """A second rule beside the first, with another number for the same thing."""
    id = str(rule.data["rule"])
    if not rule.has_cases:
        return
    for text, what in wrong_number(rule, codes):
        yield re.sub(rf"^rule: {re.escape(id)}$", f"rule: {id}-again", text, count=1, flags=re.MULTILINE), f"{id}-again beside it: {what}"


CLASSES: dict[str, Callable[[Source, Sequence[str]], Changed]] = {
    "wrong number": wrong_number,
    "date a day off": date_a_day_off,
    "year mistyped": year_mistyped,
    "day of publication moved": publication_moved,
    "swapped code": swapped_code,
    "lost code": lost_code,
    "unquoted code": unquoted_code,
    "wrong modifier": wrong_modifier,
    "wrong discipline": wrong_discipline,
    "flipped flag": flipped_flag,
    "lost condition": lost_condition,
    "wrong effect": wrong_effect,
    "wrong evidence": wrong_evidence,
    "wrong kind": wrong_kind,
    "misspelt word": misspelt_word,
    "misspelt key": misspelt_key,
    "duplicate key": duplicate_key,
    "broken YAML": broken_yaml,
    "lost source": lost_source,
    "raised grade": raised_grade,
    "dead reference": dead_reference,
    "overlap": overlap,
    "gap": gap,
    "deleted version": deleted_version,
    "contradictory rule": contradictory_rule,
}
"""Each class with what makes its edits from a rule's file (raised grade: from a pack's sources.yaml)."""


def seeded(policies: Path, codes: Sequence[str], seed: int = SEED) -> list[Edit]:
    """The edits, the same for the same packs and seed. Of the files that an edit of the class is possible in, the least used come first."""
    random = Random(seed)
    folders = [folder for folder in pack_folders([policies]) if rule_files(folder)]
    everything = [source(file) for folder in folders for file in rule_files(folder)]
    parents = {one.data.get("like") for one in everything}
    rules = [one for one in everything if one.has_cases or one.data["rule"] in parents]  # what no rule is like yet has no effect
    papers = [source(folder / "sources.yaml") for folder in folders if (folder / "sources.yaml").is_file()]
    used: Counter[Path] = Counter()
    made: list[Edit] = []
    for sort, changes in CLASSES.items():
        files = papers if sort == "raised grade" else rules
        possible = {one.file: list(changes(one, codes)) for one in files}
        for _ in range(EACH):
            open_ = [file for file, left in possible.items() if left]
            file = min(open_, key=lambda one: (used[one], random.random()))
            used[file] += 1
            text, what = possible[file].pop(random.randrange(len(possible[file])))
            new = file.with_name(f"{file.stem}-again.yaml") if sort == "contradictory rule" else file
            like = file.relative_to(policies) if new != file else None
            made.append(Edit(len(made) + 1, sort, new.relative_to(policies), text, what, like))
    return made
