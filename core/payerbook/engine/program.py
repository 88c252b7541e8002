"""The rules of one payer, indexed by code and date and bound on first use.

A claim's *plan* (which rule versions look at which of its lines) depends only on its codes, the eras of its dates and its type,
so plans are kept: a claim like one seen before costs a look-up, and rules that cannot apply are never called.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from payerbook.claim import Claim, Line
from payerbook.engine import conditions, versions
from payerbook.engine.bound import Bound, doubtful, gap, never, same_for_all, settled
from payerbook.errors import PackError
from payerbook.kinds.base import NOT_APPLICABLE, Case, Check, History, Hit, Kind, Tables
from payerbook.policy import BASIS_FIELDS, Pack, PackHead, Rule, Version

PLANS = 10_000
"""Plans and eras kept in memory at most; past it they are made anew."""


class Step(NamedTuple):
    """One call: the rule's place in the program, the bound version and its check, and the lines (by place in the claim) it looks at.

    `gap` says why no version on file answers for these lines, where `bound` is only the nearest one; None where it stands itself.
    """

    rule: int
    bound: Bound
    check: Check
    indexes: tuple[int, ...]
    gap: str | None


class _Look(NamedTuple):
    """A rule that looks at a line: the version for the line's day, the reason when there is none on file, and the field that would
    have to be known to tell whether the rule looks at the line at all."""

    rule: int
    version: Version
    reason: str | None
    missing: str | None


class Plan(NamedTuple):
    """What to do with claims of one shape.

    `steps` are called; `fixed` are answers that need no call (nothing on file for the date); `rules` counts distinct rules;
    `shares` counts answers per rule; `checked` is the result per kind of evidence when nothing is found.
    """

    steps: tuple[Step, ...]
    fixed: tuple[tuple[Bound, Hit], ...]
    rules: int
    shares: dict[int, int]
    checked: dict[str, str]


_Days = dict[date | None, list[int]]
_Groups = dict[tuple[int, str | None], tuple[Version, list[int]]]
"""Lines by the version that looks at them and, for a version that stands in, why."""
_Fixed = tuple[int, Bound, Hit]
_Values = Callable[[Any], tuple[Any, ...]]


def _days(claim: Claim) -> tuple[_Days, _Days, dict[str, _Days]]:
    """The lines by the day that chooses a rule's version: each line's own, the first of the claim, or a day of another clock."""
    places = list(range(len(claim.lines)))
    by_day: _Days = {}
    for place, line in enumerate(claim.lines):
        by_day.setdefault(line.service_date, []).append(place)
    first = min(line.service_date for line in claim.lines)
    return by_day, {first: places}, {basis: {getattr(claim, field): places} for basis, field in BASIS_FIELDS.items()}


class _Eras(dict[date, int]):
    """The number of the stretch between two changes of any rule that a day lies in, worked out once a day."""

    def __init__(self, cuts: Iterable[date]) -> None:
        super().__init__()
        self._cuts = sorted(set(cuts))

    def __missing__(self, day: date) -> int:
        if len(self) >= PLANS:
            self.clear()
        era = self[day] = bisect_right(self._cuts, day)
        return era


class Program:
    """Packs that are checked together for one payer (its own and `common`), with their kinds and tables.

    Every rule of the packs is asked; `lifecycle` says which rules of a pack are to be.
    """

    def __init__(self, packs: Sequence[Pack], kinds: Mapping[str, Kind[Any]], tables: Tables) -> None:
        self.heads: tuple[PackHead, ...] = tuple(pack.head for pack in packs)
        self.rules: tuple[Rule, ...] = tuple(rule for pack in packs for rule in pack.rules)
        self._review = [pack.head.review_days for pack in packs for rule in pack.rules]
        self._kinds = kinds
        self._tables = tables
        self._bound: dict[tuple[int, int], Bound] = {}
        self._plans: dict[Any, Plan] = {}
        self._eras = _Eras(day for rule in self.rules for day in versions.cuts(rule))
        self._fields: _Values = conditions.reader([version.when for rule in self.rules for version in rule.versions])
        self._other_clocks = any(rule.date_basis != "service-date" for rule in self.rules)
        parts = {part for rule in self.rules if rule.kind in kinds for part in kinds[rule.kind].parts}
        # attrgetter wants two names to give a tuple, however few parts are asked for; two that every context has stand beside them.
        self._parts: _Values = attrgetter("__class__", "__class__", *sorted(parts))
        self._by_code: dict[str, list[int]] = {}
        self._by_modifier: dict[str, list[int]] = {}
        self._looks: dict[Any, tuple[_Look, ...]] = {}
        self._any_line: list[int] = []
        for index, rule in enumerate(self.rules):
            if rule.kind not in kinds:
                raise PackError(f"Rule {rule.id} is of kind {rule.kind}, which no plugin provides.")
            whens = [version.when for version in rule.versions]
            if any(when.codes is None and when.modifiers_any is None for when in whens):
                self._any_line.append(index)
                continue
            for code in {code for when in whens for code in when.codes or ()}:
                self._by_code.setdefault(code, []).append(index)
            for modifier in {modifier for when in whens if when.codes is None for modifier in when.modifiers_any or ()}:
                self._by_modifier.setdefault(modifier, []).append(index)
        self._of_each_line = frozenset(
            index for index, rule in enumerate(self.rules) if rule.date_basis == "service-date" and not kinds[rule.kind].whole_claim
        )

    @property
    def look_back(self) -> int:
        """Days of a patient's history that the rules can ask for."""
        return max((self._look_back(index) for index in range(len(self.rules))), default=0)

    def _look_back(self, index: int) -> int:
        kind = self._kinds[self.rules[index].kind]
        days = (kind.look_back(self.settings(index, version)) for version in self.rules[index].versions if not version.hole)
        return max(days, default=0)

    def settings(self, index: int, version: Version) -> Any:
        """The typed settings of a rule version."""
        rule = self.rules[index]
        try:
            return msgspec.convert(version.params, self._kinds[rule.kind].params)
        except msgspec.ValidationError as error:
            raise PackError(f"Rule {rule.id} from {version.start}: settings do not fit kind {rule.kind}: {error}") from None

    def plan(self, claim: Claim, known_on: date | None) -> Plan:
        """The plan of a claim, kept from an earlier claim of the same shape where there was one."""
        eras = self._eras
        lines = [(line.code, line.modifiers, line.place_of_service, eras[line.service_date]) for line in claim.lines]
        clocks = None
        if self._other_clocks:
            clocks = (claim.received_on and eras[claim.received_on], claim.processed_on and eras[claim.processed_on])
        context = claim.context
        given = None if context is None else tuple([part is not None for part in self._parts(context)])
        key = (known_on, claim.frequency_code == "8", self._fields(claim), clocks, given, *lines)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._make(claim, known_on)
            if len(self._plans) >= PLANS:
                self._plans.clear()
            self._plans[key] = plan
        return plan

    def consulted(self, plan: Plan, claim: Claim) -> set[tuple[str, str, str]]:
        """(table, window, digest) of every dated table that the plan's rules looked into for the claim."""
        found: set[tuple[str, str, str]] = set()
        for step in plan.steps:
            if step.bound.params is None:
                continue
            for name in step.bound.kind.consulted(step.bound.params, claim):
                table = self._tables.get(name)
                for index in step.indexes:
                    day = claim.lines[index].service_date
                    window = table.covering(day) or table.nearest(day)
                    found.add((table.id, window.id, window.digest))
        return found

    def full_plan(self, claim: Claim, known_on: date | None) -> Plan:
        """The plan with every step, also those whose answer is settled by the shape."""
        return self._make(claim, known_on, settle=False)

    def _make(self, claim: Claim, known_on: date | None, settle: bool = True) -> Plan:
        steps: list[Step] = []
        fixed: list[tuple[int, Bound, Hit]] = []
        void = claim.frequency_code == "8"
        by_day, by_claim, clocks = _days(claim)
        of_lines = self._of_lines(claim, by_day, known_on)
        of_claim: dict[int, bool | str] = {}
        for index in sorted(of_lines.keys() | self._candidates(claim.lines) - self._of_each_line):
            rule = self.rules[index]
            if void and not rule.applies_to_voids:
                continue
            looks = of_lines.get(index)
            if looks is not None:
                groups, unsure = self._line_by_line(index, claim, looks, of_claim)
            else:
                groups, unsure = self._day_by_day(index, claim, clocks.get(rule.date_basis) or by_claim, known_on)
            fixed += unsure
            for (_, reason), (version, places) in groups.items():
                bound = self.bound(index, version) if reason is None else self._nearest(index, version)
                check = bound.check if reason is None else gap(bound, reason)
                if (field := conditions.doubt(version.when, claim)) is not None:
                    check = doubtful(check, version.when, field, conditions.says(claim, field))
                steps.append(Step(index, bound, check, tuple(places), reason))
        shares = Counter([step.rule for step in steps] + [item[0] for item in fixed])
        steps, unknown, idle = self._settle(steps, shares, claim) if settle else (steps, [], 0)
        fixed += unknown
        ran = {self.rules[index].evidence for index in shares}
        checked = {evidence: "clean" if evidence in ran else "none" for evidence in ("claim", "table", "record", "chart")}
        return Plan(tuple(steps), tuple((bound, hit) for _, bound, hit in fixed), len(shares) - idle, dict(shares), checked)

    def _line_by_line(
        self, index: int, claim: Claim, looks: Sequence[tuple[int, _Look]], of_claim: dict[int, bool | str]
    ) -> tuple[_Groups, list[_Fixed]]:
        """The lines by version, and the lines of which nobody can tell; `of_claim` remembers what versions ask of the claim."""
        groups: _Groups = {}
        unsure: list[_Fixed] = []
        for place, look in looks:
            applies = of_claim.get(id(look.version))
            if applies is None:
                applies = of_claim[id(look.version)] = conditions.claim_applies(look.version.when, claim)
            missing = applies if isinstance(applies, str) else look.missing
            if applies and missing is not None:
                bound = self.bound(index, look.version)
                hit = Hit("unknown", place, "condition", {"missing": conditions.lacking(missing, claim)}, needs=(missing,))
                unsure += [] if bound.silent else [(index, bound, hit)]
            elif applies:
                groups.setdefault((id(look.version), look.reason), (look.version, []))[1].append(place)
        return groups, unsure

    def _day_by_day(self, index: int, claim: Claim, days: _Days, known_on: date | None) -> tuple[_Groups, list[_Fixed]]:
        """The same for a rule whose version is not chosen by each line's own day."""
        rule = self.rules[index]
        whole = self._kinds[rule.kind].whole_claim
        groups: _Groups = {}
        unsure: list[_Fixed] = []
        for day, places in days.items():
            if day is None:
                unsure.extend(self._missing_basis(index, claim, places, whole))
                continue
            found = versions.on(rule, day, known_on)
            version, reason = (found.version, found.reason) if isinstance(found, versions.Gap) else (found, None)
            if isinstance(found, versions.Gap) and found.outcome == "not-applicable":
                continue
            met, untold = conditions.sort(version.when, claim, places)
            for missing, lines in ({} if self.bound(index, version).silent else untold).items():
                hit = Hit("unknown", None, "condition", {"missing": conditions.lacking(missing, claim)}, needs=(missing,))
                unsure.extend(self._spread(index, version, hit, lines, whole))
            if met:
                groups.setdefault((id(version), reason), (version, []))[1].extend(met)
        return groups, unsure

    def _candidates(self, lines: Sequence[Line]) -> set[int]:
        """The rules of which some version may look at one of the lines, by code and modifiers."""
        found = set(self._any_line)
        for line in lines:
            found.update(self._by_code.get(line.code, ()))
            for modifier in line.modifiers:
                found.update(self._by_modifier.get(modifier, ()))
        return found

    def _of_lines(self, claim: Claim, by_day: _Days, known_on: date | None) -> dict[int, list[tuple[int, _Look]]]:
        """The lines (by place in the claim) that each rule asked line by line looks at, day by day.

        What looks at a line is kept for the next claim with such a line: claims differ far more than their lines.
        """
        found: dict[int, list[tuple[int, _Look]]] = {}
        for place in (place for places in by_day.values() for place in places):
            line = claim.lines[place]
            key = (line.code, line.modifiers, line.place_of_service or claim.place_of_service, self._eras[line.service_date], known_on)
            looks = self._looks.get(key)
            if looks is None:
                if len(self._looks) >= PLANS:
                    self._looks.clear()
                looks = self._looks[key] = self._look(claim, line, known_on)
            for look in looks:
                found.setdefault(look.rule, []).append((place, look))
        return found

    def _look(self, claim: Claim, line: Line, known_on: date | None) -> tuple[_Look, ...]:
        looks: list[_Look] = []
        for index in self._candidates((line,)) & self._of_each_line:
            found = versions.on(self.rules[index], line.service_date, known_on)
            if isinstance(found, versions.Gap) and found.outcome == "not-applicable":
                continue
            version = found.version if isinstance(found, versions.Gap) else found
            answer = conditions.line_applies(version.when, claim, line)
            if answer:
                reason = found.reason if isinstance(found, versions.Gap) else None
                looks.append(_Look(index, version, reason, answer if isinstance(answer, str) else None))
        return tuple(looks)

    def _settle(self, steps: list[Step], shares: Counter[int], claim: Claim) -> tuple[list[Step], list[tuple[int, Bound, Hit]], int]:
        """The steps that have to be called for each claim, the unknowns that every claim of the shape gets, and how many rules turned
        out not to apply to any claim of the shape."""
        case = Case(claim, None, History(), lambda other: False, None)
        kept: list[Step] = []
        fixed: list[tuple[int, Bound, Hit]] = []
        idle = 0
        for step in steps:
            sorts = settled(step.bound, claim)
            if not sorts or shares[step.rule] > 1:
                kept.append(step)
                continue
            answer = step.check(case, step.indexes)
            if answer is NOT_APPLICABLE and "not-applicable" in sorts:
                idle += 1
            elif isinstance(answer, list) and "unknown" in sorts and all(map(same_for_all, answer)):
                fixed.extend((step.rule, step.bound, hit) for hit in answer)
            elif answer is not None or "pass" not in sorts:
                kept.append(step)
        return kept, fixed, idle

    def _spread(self, index: int, version: Version, hit: Hit, places: list[int], whole: bool) -> list[tuple[int, Bound, Hit]]:
        """One answer for the claim, or the same answer for each of the lines."""
        lines: list[int | None] = [None] if whole else list(places)
        bound = self.bound(index, version)
        return [(index, bound, msgspec.structs.replace(hit, line=place)) for place in lines]

    def _missing_basis(self, index: int, claim: Claim, places: list[int], whole: bool) -> list[tuple[int, Bound, Hit]]:
        rule = self.rules[index]
        need = BASIS_FIELDS[rule.date_basis]
        hit = Hit("unknown", None, "basis", {"basis": need}, needs=(need,))
        for version in rule.versions:
            applies = conditions.sort(version.when, claim, places)[0]
            if applies:
                return self._spread(index, version, hit, applies, whole)
        return []

    def _nearest(self, index: int, version: Version) -> Bound:
        """The version that stands in where none answers: the nearest with settings, and rather one that can find something, since nobody
        knows whether the one that is missing could."""
        rule = self.rules[index]
        first, *others = (versions.standing(rule, version), *(other for other in rule.versions if not other.hole))
        return next((bound for other in (first, *others) if not (bound := self.bound(index, other)).silent), self.bound(index, first))

    def bound(self, index: int, version: Version) -> Bound:
        """The version bound to its kind and tables; made on first use."""
        key = (index, id(version))
        bound = self._bound.get(key)
        if bound is None:
            rule = self.rules[index]
            kind = self._kinds[rule.kind]
            params = None if version.hole else self.settings(index, version)
            check = never if version.hole else kind.bind(params, self._tables)
            bound = self._bound[key] = Bound(rule, version, kind, params, check, self._review[index])
        return bound
