"""Small faults put into a rule one at a time, as a slip of the pen would: a number one off, a date a day off, a code next to it.

A fault is put into what the rule's own file says; what comes from a parent, a code list or a dated table is theirs to test. Of a
list that is longer than three, the first, the middle and the last member are changed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from payerbook.authoring import versioning
from payerbook.authoring.documents import RuleDoc, WhenDoc
from payerbook.authoring.leaves import AMOUNT, CODE, DATE, below, fields_of, fitting
from payerbook.authoring.yamlfile import Document, Path_
from payerbook.engine.versions import known_from
from payerbook.kinds.base import Kind
from payerbook.policy import Effect, Rule, Version, When, cap, limit, severity

SAMPLE = 3
"""Members of one list that are changed at most."""

_DAY = timedelta(days=1)
_EFFECTS: tuple[Effect, ...] = ("deny", "return", "review", "none")
_GONE = object()
_CODES = inspect.type_info(tuple[str, ...])


class Mutant(NamedTuple):
    """A rule with one fault. `setting` is the place in the rule's file, `write` the case that would tell the two apart.

    `rule` is None when the checks of `lint` refuse the fault.
    """

    setting: Path_
    was: str
    becomes: str
    write: str
    rule: Rule | None


class _Change(NamedTuple):
    """One fault inside a setting: where, what stands there, what is put there, and the case to write."""

    path: Path_
    was: Any
    becomes: Any
    write: str


def mutants(rule: Rule, document: Document, kind: Kind[Any], codes: Sequence[str]) -> Iterator[Mutant]:
    """Every mutant of a compiled rule, in the order of its file.

    `document` is the rule's file, read without faults. `codes` are the procedure codes on file in rising order; neighbors are
    taken from them.
    """
    yield from _Mutator(rule, document, kind, codes).all()


class _Mutator:
    def __init__(self, rule: Rule, document: Document, kind: Kind[Any], codes: Sequence[str]) -> None:
        self._rule = rule
        self._document = document
        self._data: dict[str, Any] = document.data
        self._kind = kind
        self._codes = codes
        self._doc = msgspec.convert(document.data, RuleDoc)
        self._places = [versioning.place_of(self._doc, version) for version in rule.versions]

    def all(self) -> Iterator[Mutant]:
        yield from self._block((), self._data)
        for place, block in enumerate(self._data.get("versions", ())):
            yield from self._dates(place, block)
            yield from self._block(("versions", place), block)
            yield from self._dropped(place)

    def _block(self, at: Path_, block: Mapping[str, Any]) -> Iterator[Mutant]:
        """The mutants of `when`, `effect`, `params` and the flags, common or of one version."""
        yield from self._conditions(at, block.get("when") or {})
        if "effect" in block:
            yield from self._effect(at)
        if not at:
            yield from self._of_rule(block)
        fields = fields_of(self._kind.params)
        for name, value in (block.get("params") or {}).items():
            reached = self._reach(at, "params", name) if name not in self._kind.told else []
            for change in _changes(value, fields[name], self._codes) if reached else ():
                yield self._changed((*at, "params", name), change, {i: self._set(i, name, change) for i in reached})

    def _set(self, index: int, name: str, change: _Change) -> Version:
        version = self._rule.versions[index]
        return msgspec.structs.replace(version, params={**version.params, name: _put(version.params[name], change.path, change.becomes)})

    def _reach(self, at: Path_, section: str, name: str) -> list[int]:
        """The compiled versions that take a setting from this place of the file."""
        reached = []
        for index, place in enumerate(self._places):
            version = self._rule.versions[index]
            own = self._data["versions"][place].get(section) or {}
            mine = place == at[1] if at else name not in own
            if mine and not (section == "params" and version.hole):
                reached.append(index)
        return reached

    def _conditions(self, at: Path_, block: Mapping[str, Any]) -> Iterator[Mutant]:
        fields = fields_of(WhenDoc)
        for name, written in block.items():
            reached = self._reach(at, "when", name)
            if not reached or not written:
                continue
            path = (*at, "when", name)
            values = list(getattr(self._rule.versions[reached[0]].when, name))
            for change in _changes(values, _CODES if name in ("codes", "not_codes") else fields[name], self._codes):
                versions = {i: self._when(i, name, tuple(_put(values, change.path, change.becomes))) for i in reached}
                change = change._replace(path=() if isinstance(written, dict) else change.path)
                yield self._changed(path, change, versions)
            nothing = getattr(When(), name)
            write = f"a claim or line that does not meet {name}, and on which the rule therefore stays quiet"
            yield self._changed(path, _Change((), "a condition", "none", write), {i: self._when(i, name, nothing) for i in reached})

    def _when(self, index: int, name: str, value: Any) -> Version:
        version = self._rule.versions[index]
        return msgspec.structs.replace(version, when=msgspec.structs.replace(version.when, **{name: value}))

    def _effect(self, at: Path_) -> Iterator[Mutant]:
        """Another effect that shows: one that the sources cap to the same severity cannot be told apart."""
        places = [i for i, place in enumerate(self._places) if (place == at[1] if at else "effect" not in self._data["versions"][place])]
        shown = [i for i in places if not self._rule.versions[i].hole]
        for other in _EFFECTS:
            versions = [self._rule.versions[i] for i in shown]
            if any(severity(other, cap(version.sources)) != _severity(version) for version in versions):
                write = f"`severity: {_severity(versions[-1])}` in a case that expects fail"
                made = {i: msgspec.structs.replace(self._rule.versions[i], effect=other) for i in places}
                yield self._changed((*at, "effect"), _Change((), versions[-1].effect, other, write), made)
                return

    def _of_rule(self, block: Mapping[str, Any]) -> Iterator[Mutant]:
        if "applies_to_voids" in block:
            was = self._rule.applies_to_voids
            made = msgspec.structs.replace(self._rule, applies_to_voids=not was)
            yield Mutant(("applies_to_voids",), _text(was), _text(not was), 'a claim with frequency_code "8"', made)
        if "date_basis" in block:
            other: Any = "received-date" if self._rule.date_basis == "service-date" else "service-date"
            made = msgspec.structs.replace(self._rule, date_basis=other)
            write = "a claim whose days of service and of receipt lie in different versions"
            yield Mutant(("date_basis",), self._rule.date_basis, other, write, made)

    def _dates(self, place: int, block: Mapping[str, Any]) -> Iterator[Mutant]:
        versions = {i: self._rule.versions[i] for i, own in enumerate(self._places) if own == place}
        for key, field in (("from", "start"), ("attested_from", "start"), ("to", "end"), ("known", "known")):
            if key not in block:
                continue
            day = date.fromisoformat(block[key])
            for other in (day - _DAY, day + _DAY):
                made = {i: msgspec.structs.replace(v, **{field: other}) for i, v in versions.items() if getattr(v, field) == day}
                if not made or (field == "start" and self._repeats(place)):
                    continue
                if field == "known" and all(known_from(v) == known_from(versions[i]) for i, v in made.items()):
                    continue
                data = _put(self._data, ("versions", place, key), other.isoformat())
                change = _Change((), day, other, self._of_day(field, day, other))
                yield self._changed(("versions", place, key), change, made, data)

    def _of_day(self, field: str, day: date, other: date) -> str:
        """The case that tells two dates apart: the day that only one of them includes."""
        told = max(day, other) if field == "end" else min(day, other)
        if field == "known":
            return f"known_on: {told}"
        basis = {"received-date": "received", "processed-date": "processed"}.get(self._rule.date_basis)
        return f"a claim {basis} on {told}" if basis else f"a claim with a line of {told}"

    def _dropped(self, place: int) -> Iterator[Mutant]:
        kept = tuple(v for v, own in zip(self._rule.versions, self._places, strict=True) if own != place)
        if not kept or len(kept) == len(self._rule.versions) or self._repeats(place):
            return
        first = versioning.first_day(self._doc.versions[place])
        made = msgspec.structs.replace(self._rule, versions=kept)
        yield Mutant(("versions", place), f"version from {first}", "no such version", self._of_day("start", first, first), made)

    def _repeats(self, place: int) -> bool:
        """Whether the version says what the one before it says, so that its first day cannot be told."""
        index = self._places.index(place) if place in self._places else 0
        if index == 0:
            return False
        one, before = self._rule.versions[index], self._rule.versions[index - 1]
        return _says(one) == _says(before)

    def _changed(self, path: Path_, change: _Change, versions: Mapping[int, Version], data: Any = None) -> Mutant:
        """The rule with some versions replaced; with None for the rule when lint refuses them."""
        refused = data is not None and self._refused(data)
        for version in versions.values():
            refused = refused or not (version.hole or self._fits(version))
        made = tuple(versions.get(i, version) for i, version in enumerate(self._rule.versions))
        rule = None if refused else msgspec.structs.replace(self._rule, versions=made)
        return Mutant((*path, *change.path), _text(change.was), _text(change.becomes), change.write, rule)

    def _refused(self, data: Any) -> bool:
        return any(not fault.note for fault in versioning.check(self._document, msgspec.convert(data, RuleDoc)))

    def _fits(self, version: Version) -> bool:
        try:
            msgspec.convert(version.params, self._kind.params)
        except msgspec.ValidationError:
            return False
        return True


def _changes(value: Any, shape: inspect.Type, codes: Sequence[str], beside: Sequence[Any] = ()) -> Iterator[_Change]:
    """Every fault of one value; `beside` are the other members of its list."""
    shape = fitting(value, shape)
    if isinstance(value, dict):
        for name in _sampled(list(value)):
            yield from _within(name, _changes(value[name], below(value, name, shape), codes))
    elif isinstance(value, list):
        for place in _sampled(range(len(value))):
            yield from _within(place, _changes(value[place], below(value, place, shape), codes, value))
            if len(value) > 1 and not isinstance(value[place], (dict, list)) and value[place] not in codes:
                yield _Change((place,), value[place], _GONE, f"a claim on which {value[place]} decides, without the others")
    else:
        yield from _slips(value, shape, codes, beside)


def _sampled(members: Sequence[Any]) -> Sequence[Any]:
    """The first, the middle and the last of a long list."""
    return members if len(members) <= SAMPLE else (members[0], members[len(members) // 2], members[-1])


def _within(key: str | int, changes: Iterator[_Change]) -> Iterator[_Change]:
    for change in changes:
        yield change._replace(path=(key, *change.path))


def _slips(value: Any, shape: inspect.Type, codes: Sequence[str], beside: Sequence[Any]) -> Iterator[_Change]:
    """The faults of a value that is neither a map nor a list; free text has none."""
    if isinstance(value, bool):
        yield _Change((), value, not value, f"a claim whose outcome hangs on {_text(value)}")
    elif isinstance(value, (int, float)):
        for number in (value - 1, value + 1):
            yield _Change((), value, number, f"a claim at the border between {value} and {number}")
    elif isinstance(shape, inspect.LiteralType):
        words = [word for word in shape.values if word != value and word not in beside]
        if words:
            yield _Change((), value, words[0], f"a claim on which {value} and {words[0]} give different answers")
    elif isinstance(value, str) and DATE.match(value):
        for day in (date.fromisoformat(value) - _DAY, date.fromisoformat(value) + _DAY):
            yield _Change((), value, day.isoformat(), f"a claim on {max(day, date.fromisoformat(value))}, and one the day before")
    elif isinstance(value, str) and AMOUNT.match(value):
        for cents in ("-0.01", "0.01"):
            amount = str(Decimal(value) + Decimal(cents))
            yield _Change((), value, amount, f"a claim at the border between {value} and {amount}")
    elif isinstance(value, str) and CODE.match(value):
        other = _neighbor(value, codes, beside)
        yield _Change((), value, other, f"a line with {value}, or one with {other}")


def _neighbor(code: str, codes: Sequence[str], beside: Sequence[Any]) -> str:
    """The next procedure code on file that is not in the list; of other codes, the one with the next last sign."""
    if code in codes:
        start = bisect_right(codes, code)
        return next(other for other in [*codes[start:], *codes[:start]] if other not in beside)
    signs = "0123456789" if code[-1].isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    place = signs.index(code[-1])
    return next(code[:-1] + sign for sign in (signs[place + 1 :] + signs[:place]) if code[:-1] + sign not in beside)


def _put(value: Any, path: Path_, new: Any) -> Any:
    """A copy of nested maps and lists with the value at a path replaced, or taken out of its list."""
    if not path:
        return new
    if isinstance(value, dict):
        return {**value, path[0]: _put(value[path[0]], path[1:], new)}
    place = int(path[0])
    middle = [] if new is _GONE and len(path) == 1 else [_put(value[place], path[1:], new)]
    return [*value[:place], *middle, *value[place + 1 :]]


def _severity(version: Version) -> str:
    return severity(version.effect, limit(version))


def _says(version: Version) -> tuple[Any, ...]:
    """All of a version that a claim can be answered by."""
    return version.when, version.params, version.hole is None, _severity(version), version.end


def _text(value: Any) -> str:
    if value is _GONE:
        return "left out"
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
