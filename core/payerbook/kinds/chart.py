"""What the record of the episode says: the part of `context` that the rules of documentation share, read once per claim."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from payerbook.claim import Documentation, Episode, PlanOfCare
from payerbook.kinds import disciplines
from payerbook.kinds.base import Case, Hit

NO_EPISODE = Episode()
MESSAGES = {
    "no-record": "The claim brings no record of the episode, so this cannot be checked.",
    "other-plan": "Line {line_number} belongs to another discipline than the record that the claim brings, or the record names none.",
}
"""Messages that every kind on this module takes over."""


class Chart:
    """The record of one claim.

    `start` is the first treatment day of the episode, the evaluation included (None = unknown); `as_of` is the last day that is
    known to have come (None = the claim does not say). `about_all` says that every line of the claim belongs to the record.
    """

    __slots__ = ("about_all", "as_of", "documentation", "episode", "plan", "start")

    def __init__(self, case: Case, documentation: Documentation, episode: Episode) -> None:
        claim = case.claim
        self.documentation = documentation
        self.episode = episode
        self.plan = documentation.plan_of_care
        if self.plan is None and any(path.startswith("plan_of_care.") for path in _paths(documentation.absent)):
            self.plan = PlanOfCare()  # A record that knows what its plan lacks has a plan.
        evaluated, started = documentation.evaluation_on, episode.started_on
        self.start = started if evaluated is None or (started is not None and started < evaluated) else evaluated
        self.as_of = case.today or claim.processed_on or claim.received_on or claim.submitted_on
        whose = episode.discipline
        self.about_all = whose is not None and (
            disciplines.only(case) == whose or all(disciplines.of(line.modifiers) == whose for line in claim.lines)
        )

    def missing(self, path: str) -> bool:
        """Whether `path`, counted from `documentation`, or the part that it belongs to is known to be missing."""
        listed = self.documentation.absent
        if not listed:
            return False
        paths = _paths(listed)
        return path in paths or path.partition(".")[0] in paths

    def first_day(self, plan: PlanOfCare, days: int) -> tuple[date | None, bool]:
        """The first treatment day under the plan, and whether the plan is the episode's first one.

        A plan dated more than `days` after the start of the episode is a later one, which begins on its own date.
        """
        start, made = self.start, plan.established_on
        if start is None or made is None:
            return start or made, True
        initial = made <= start + timedelta(days=days)
        return (start if initial else made), initial


@lru_cache(maxsize=1024)
def _paths(listed: tuple[str, ...]) -> frozenset[str]:
    """Paths as people write them (`context.documentation.treatment_notes[].signed_on`), counted from `documentation`."""
    return frozenset(path.removeprefix("context.").removeprefix("documentation.").replace("[]", "") for path in listed)


def of(case: Case) -> Chart | None:
    """The record that the claim brings; None when it brings none."""
    chart: Chart | None = case.shared.get(of)
    if chart is not None:
        return chart
    context = case.claim.context
    if context is None or context.documentation is None:
        return None
    chart = case.shared[of] = Chart(case, context.documentation, context.episode or NO_EPISODE)
    return chart


def own(case: Case, chart: Chart, indexes: tuple[int, ...]) -> tuple[tuple[int, ...], list[Hit]]:
    """The lines that the record is about, and an unknown for the first line of another discipline: each discipline has its own plan.

    A line that names no single discipline counts as the record's.
    """
    if chart.about_all:
        return indexes, []
    key = (own, indexes)
    answer: tuple[tuple[int, ...], list[Hit]] | None = case.shared.get(key)
    if answer is None:
        answer = case.shared[key] = _own(case, chart, indexes)
    return answer


def _own(case: Case, chart: Chart, indexes: tuple[int, ...]) -> tuple[tuple[int, ...], list[Hit]]:
    named = {index: disciplines.of(case.lines[index].modifiers) for index in indexes}
    several = {discipline for discipline in named.values() if discipline is not None}
    whose = chart.episode.discipline
    if whose is None:
        if len(several) <= 1:
            return indexes, []
        foreign = list(indexes)
    else:
        foreign = [index for index in indexes if named[index] not in (whose, None)]
        if not foreign:
            return indexes, []
    needs = ("context.episode.discipline",) if whose is None else ("context.documentation",)
    hit = Hit("unknown", foreign[0], "other-plan", {"line_number": case.number(foreign[0])}, needs=needs)
    return tuple(index for index in indexes if index not in foreign), [hit]


def no_record(*needs: str) -> list[Hit]:
    """The answer to a claim without any record; made once, when a rule is bound."""
    return [Hit("unknown", None, "no-record", {}, needs=tuple(f"context.documentation.{path}" for path in needs))]


def spread(case: Case, hit: Hit, lines: tuple[int, ...]) -> list[Hit]:
    """A hit once for the claim when it touches all its lines, else once for each line it touches."""
    if len(lines) == len(case.lines):
        return [hit]
    return [Hit(hit.outcome, line, hit.key, hit.facts, hit.needs, hit.field, hit.fixes, hit.cap) for line in lines]
