"""Which version of a rule stands on a day, on both clocks, and how hard its sources let it be said."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from example_plan import PAYER, book, days, or_none
from payerbook.engine.versions import Gap, cuts, known_from, on
from payerbook.policy import RANK, Effect, Grade, Rule, Source, Version, cap, severity

_FIRST = date(2024, 1, 1)
_span = st.integers(0, 60)


@st.composite
def _timelines(draw: st.DrawFn) -> Rule:
    """Versions that rise by start and do not overlap, with ends, gaps, holes and corrections of the same start."""
    versions: list[Version] = []
    start = _FIRST + timedelta(days=draw(_span))
    attested = draw(st.booleans())
    for _ in range(draw(st.integers(1, 4))):
        length = draw(st.integers(1, 40))
        end = start + timedelta(days=length - 1) if draw(st.booleans()) else None
        known = draw(or_none(st.integers(-30, 30)))
        published = None if known is None else start + timedelta(days=known)
        hole = draw(st.sampled_from([None, None, None, "Not read."]))
        versions.append(Version(start=start, effect="deny", end=end, known=published, attested=attested, hole=hole))
        if draw(st.booleans()):
            later = (published or start) + timedelta(days=draw(st.integers(1, 20)))
            versions.append(Version(start=start, effect="review", end=end, known=later, attested=attested))
        start += timedelta(days=length + draw(st.sampled_from([0, 0, 5])))
        attested = False
    return Rule(id="x.y", kind="k", title="t", topic="units", category="coding", evidence="claim", versions=tuple(versions))


def _painted(rule: Rule, known_on: date | None, days: list[date]) -> dict[date, Version]:
    """Each day in the colour of the last version painted over it: by start, then by publication."""
    paint: dict[date, Version] = {}
    for version in sorted(rule.versions, key=lambda version: (version.start, version.known or version.start)):
        published = version.known or version.start
        if version.attested:
            published = min(published, version.start)  # the source itself proves that day
        if known_on is None or published <= known_on:
            for day in days:
                if version.start <= day and (version.end is None or day <= version.end):
                    paint[day] = version
                elif version.start <= day:
                    paint.pop(day, None)  # a version that has ended leaves nothing of the ones before it
    return paint


@settings(max_examples=200, deadline=None)
@given(rule=_timelines(), known=or_none(st.integers(-40, 200)))
def test_the_version_of_a_day_equals_brute_force(rule: Rule, known: int | None) -> None:
    known_on = None if known is None else _FIRST + timedelta(days=known)
    days = [_FIRST + timedelta(days=number) for number in range(-5, 260)]
    paint = _painted(rule, known_on, days)
    published = [version for version in rule.versions if known_on is None or known_from(version) <= known_on]
    for day in days:
        found = on(rule, day, known_on)
        wanted = paint.get(day)
        if wanted is not None and wanted.hole is None:
            assert found is wanted
            continue
        assert isinstance(found, Gap)
        if wanted is not None:
            assert (found.outcome, found.reason) == ("not-on-file", wanted.hole)
        elif not published:
            assert found.outcome == "not-on-file"
        else:
            first = min(published, key=lambda version: version.start)
            before = day < first.start
            assert found.outcome == ("not-on-file" if before and first.attested else "not-applicable")


@settings(max_examples=200, deadline=None)
@given(rule=_timelines())
def test_the_answer_changes_only_at_cuts(rule: Rule) -> None:
    edges = cuts(rule)
    day = _FIRST - timedelta(days=5)
    before: Any = on(rule, day)
    for _ in range(260):
        day += timedelta(days=1)
        now = on(rule, day)
        assert now == before or day in edges
        before = now


@pytest.mark.parametrize(
    ("day", "known_on", "outcome"),
    [
        ("2024-12-31", None, "not-applicable"),
        ("2025-01-01", None, "XU"),
        ("2025-01-01", "2025-07-31", "XS"),
        ("2025-01-01", "2025-08-01", "XU"),
        ("2025-01-01", "2024-12-31", "not-on-file"),
    ],
)
def test_a_correction_stands_from_the_day_it_was_published(day: str, known_on: str | None, outcome: str) -> None:
    found = on(book().rule(f"{PAYER}.corrected"), date.fromisoformat(day), None if known_on is None else date.fromisoformat(known_on))
    assert (found.outcome if isinstance(found, Gap) else found.params["not_with"][0]) == outcome


# ---- severity


@pytest.mark.parametrize(
    ("grades", "limit"),
    [("A", "deny"), ("A*", "deny"), ("B", "review"), ("B B", "review"), ("B B2", "deny"), ("C", "advice"), ("M", "advice"), ("", "advice"),
     ("old", "review"), ("old B", "review"), ("superseded", "review"), ("superseded A", "deny"), ("C B", "review")],
)  # fmt: skip
def test_how_hard_sources_let_a_finding_be_said(grades: str, limit: str) -> None:
    checked = date(2026, 1, 1)
    known = {
        "A": Source("t", "P", "A", last_checked=checked),
        "A*": Source("t", "P", "A*", last_checked=checked),
        "B": Source("t", "P", "B", last_checked=checked),
        "B2": Source("t", "Q", "B", last_checked=checked),
        "C": Source("t", "P", "C"),
        "M": Source("t", "P", "M"),
        "old": Source("t", "P", "A", last_checked=date(2024, 1, 1)),
        "superseded": Source("t", "P", "A", last_checked=checked, superseded=True),
    }
    assert cap(tuple(known[grade] for grade in grades.split()), date(2026, 6, 1)) == limit


_sources = st.lists(
    st.builds(
        Source,
        title=st.just("t"),
        publisher=st.sampled_from("PQ"),
        grade=st.sampled_from(["A", "A*", "B", "C", "M"]).map(lambda grade: msgspec.convert(grade, Grade)),
        last_checked=days,
        superseded=st.booleans(),
    ),
    max_size=4,
).map(tuple)


@given(sources=_sources, today=days, effect=st.sampled_from(["deny", "return", "review", "none"]))
def test_caps_only_ever_lower(sources: tuple[Source, ...], today: date | None, effect: Effect) -> None:
    limit, stale = cap(sources), cap(sources, today)
    assert RANK[stale] <= RANK[limit]
    assert RANK[severity(effect, limit)] <= RANK[limit]
    assert RANK[severity(effect, limit)] <= RANK[severity(effect, "deny")]
