"""The rules of one kind that stand for a line on its day, with their typed settings: what the price is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Generic, NamedTuple, TypeVar, cast

import msgspec

from payerbook.answers.questions import OpenPoint, open_point
from payerbook.claim import Claim, Line
from payerbook.engine import conditions, versions
from payerbook.kinds.base import Kind, Params
from payerbook.policy import Rule, Version

P = TypeVar("P", bound=Params)


class Setting(NamedTuple, Generic[P]):
    """A rule version that stands for a line."""

    rule: Rule
    version: Version
    params: P

    def open(self, reason: str, needs: tuple[str, ...] = ()) -> OpenPoint:
        """What the version cannot tell of the line."""
        return open_point(self.rule, self.version, reason, needs)


class PriceRules:
    """The rules of a payer, sorted once by the type of their settings, with settings made typed once a version."""

    def __init__(self, rules: Sequence[Rule], kinds: Mapping[str, Kind[Any]]) -> None:
        self._rules: dict[type[Params], list[Rule]] = {}
        self._typed: dict[int, Params] = {}
        self._titles = {kind.params: kind.title.lower() for kind in kinds.values()}
        for rule in rules:
            self._rules.setdefault(kinds[rule.kind].params, []).append(rule)

    def of(self, params: type[Params]) -> Sequence[Rule]:
        """The rules with settings of that type, in the order of the pack."""
        return self._rules.get(params, ())

    def typed(self, version: Version, params: type[P]) -> P:
        """The settings of a version."""
        held = self._typed.get(id(version))
        if held is None:
            held = self._typed[id(version)] = msgspec.convert(version.params, params, strict=False)
        return cast(P, held)

    def title(self, params: type[Params]) -> str:
        """What rules with settings of that type are called."""
        return self._titles[params]


class Settings:
    """The price rules of a payer as they stand for one claim; remembers which versions were used, in order of first use."""

    def __init__(self, rules: PriceRules, claim: Claim, known_on: date | None) -> None:
        self._rules = rules
        self._claim = claim
        self._known_on = known_on
        self.used: dict[int, Setting[Any]] = {}

    def of(self, params: type[P], line: Line, *, uses: bool = True) -> tuple[list[Setting[P]], list[OpenPoint]]:
        """The versions with settings of that type that stand for the line, and what is not on file or not known about them.

        `uses` is False for versions that are only looked at: their sources are not cited.
        """
        found: list[Setting[P]] = []
        open_points: list[OpenPoint] = []
        for rule in self._rules.of(params):
            version = versions.on(rule, line.service_date, self._known_on)
            if isinstance(version, versions.Gap):
                if version.outcome == "not-on-file":
                    open_points.append(open_point(rule, version.version, f"Not on file for {line.service_date}: {version.reason}"))
                continue
            met = self._applies(version, line)
            if met is True:
                setting = Setting(rule, version, self._rules.typed(version, params))
                if uses:
                    self.used.setdefault(id(version), setting)
                found.append(setting)
            elif isinstance(met, str):
                lacking = conditions.lacking(met, self._claim)
                open_points.append(open_point(rule, version, f"Whether the rule applies depends on {lacking}.", (met,)))
        return found, open_points

    def one(self, params: type[P], line: Line) -> Setting[P] | OpenPoint:
        """The one version with settings of that type that stands for the line, or why there is none."""
        found, open_points = self.of(params, line)
        if found:
            return found[0]
        return open_points[0] if open_points else OpenPoint(None, f"No rule on file ({self._rules.title(params)}) covers this line.")

    def _applies(self, version: Version, line: Line) -> bool | str:
        of_claim = conditions.claim_applies(version.when, self._claim)
        of_line = conditions.line_applies(version.when, self._claim, line)
        if of_claim is False or of_line is False:
            return False
        return of_claim if isinstance(of_claim, str) else of_line
