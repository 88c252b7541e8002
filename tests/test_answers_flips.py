"""The days on which an answer changes, against asking on every day."""

from __future__ import annotations

import json
import random
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inquiries import DAY, FIRST, LAST, between, codes, coverage, days
from payerbook.answers.questions import CoverageAnswer

CODES = ("97110", "97164", "97010", "97001", "97014", "20560", "97037", "97127", "92507", "97545", "97550", "G0283", "99999")


def _key(answer: CoverageAnswer) -> Any:
    """What a reader sees of an answer, without the words that carry dates, and without the dates themselves."""
    plain = msgspec.to_builtins(answer)
    kept = {
        name: plain[name] for name in ("covered", "why", "modifiers", "documents", "diagnoses", "instead", "decided_at", "authorization")
    }
    limits = [(one["rule"], one["counts"], str(one["limit"]), one["per"], one["shared_by"], one["hard"]) for one in plain["limits"]]
    # Rules with something open; what a limit's history needs is no part of the answer's change.
    return json.dumps([kept, limits, sorted({str(point["rule"]) for point in plain["unknown"]})])


def _brute_service(code: str, first: date = FIRST, last: date = LAST) -> list[date]:
    """Every day of [first, last] whose answer differs from the day before."""
    keys = {day: _key(coverage(code, on=day)) for day in between(first - DAY, last)}
    return [day for day in between(first, last) if keys[day] != keys[day - DAY]]


def _told(answer: CoverageAnswer, clock: str) -> list[date]:
    return sorted({flip.on for flip in answer.flips if flip.clock == clock})


def _check_service(code: str, brute: list[date], asked: date, first: date, last: date) -> None:
    told = _told(coverage(code, on=asked), "service")
    past = [day for day in brute if day <= asked]
    ahead = [day for day in brute if day > asked]
    wanted = ([past[-1]] if past else []) + ([ahead[0]] if ahead else [])
    assert [day for day in told if first <= day <= last] == wanted, (code, asked)


def _check_known(code: str, on: date, known: list[date], first: date, last: date) -> None:
    keys = {day: _key(coverage(code, on=on, known_on=day)) for day in between(first - DAY, last)}
    brute = [day for day in between(first, last) if keys[day] != keys[day - DAY]]
    for day in known:
        told = _told(coverage(code, on=on, known_on=day), "known-on")
        past = [found for found in brute if found <= day]
        ahead = [found for found in brute if found > day]
        wanted = ([past[-1]] if past else []) + ([ahead[0]] if ahead else [])
        assert [found for found in told if first <= found <= last] == wanted, (code, on, day)


@pytest.mark.parametrize("code", ["97110", "97001", "97127"])
def test_flips_equal_brute_force_around_the_turns(code: str) -> None:
    """Three months around each of three New Year's days: most policy changes with the year."""
    for year in (2020, 2022, 2025):
        first, last = date(year - 1, 11, 20), date(year, 2, 10)
        brute = _brute_service(code, first, last)
        for asked in (first, date(year, 1, 1) - DAY, date(year, 1, 1), last):
            told = [day for day in _told(coverage(code, on=asked), "service") if first <= day <= last]
            assert set(told) <= set(brute), (code, asked)
            assert not [day for day in brute if day <= asked] or max(day for day in brute if day <= asked) in told
            assert not [day for day in brute if day > asked] or min(day for day in brute if day > asked) in told


@pytest.mark.parametrize("code", ["97110", "20560"])
def test_known_on_flips_equal_brute_force(code: str) -> None:
    first, last = date(2023, 8, 1), date(2024, 2, 1)
    _check_known(code, date(2024, 1, 15), [first, date(2023, 9, 13), date(2023, 9, 14), last], first, last)


@pytest.mark.soak
@pytest.mark.parametrize("code", CODES)
def test_flips_equal_brute_force_on_every_day(code: str) -> None:
    brute = _brute_service(code)
    for asked in [FIRST, LAST, *random.Random(code).sample(list(between(FIRST, LAST)), 20), *brute, *(day - DAY for day in brute)]:
        if asked >= FIRST:
            _check_service(code, brute, asked, FIRST, LAST)


@pytest.mark.soak
def test_known_on_flips_equal_brute_force_for_twenty_days_of_service() -> None:
    chosen = random.Random(20260301)
    for code in chosen.sample(CODES, 4):
        for on in chosen.sample(list(between(FIRST, LAST)), 5):
            _check_known(code, on, [FIRST, LAST, *chosen.sample(list(between(FIRST, LAST)), 5)], FIRST, LAST)


@given(st.deferred(lambda: st.sampled_from(codes())), days)
def test_a_flip_is_a_change_of_the_answer(code: str, on: date) -> None:
    for day in _told(coverage(code, on=on), "service"):
        assert _key(coverage(code, on=day)) != _key(coverage(code, on=day - DAY))
