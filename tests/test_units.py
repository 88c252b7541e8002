"""Minutes to units: every researched example through the function that `payerbook units` uses, and the properties of counting."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

import payerbook
from payerbook import units
from payerbook.api import Book
from payerbook.cli import main
from payerbook.errors import UsageError

EXAMPLES = Path(__file__).parents[2] / "shared" / "testdata" / "unit_examples.yaml"
PAYER = "medicare.part-b"
QUARTERS = ("97110", "97112", "97116", "97140", "97530")


def _examples() -> list[Any]:
    if not EXAMPLES.is_file():
        skip = pytest.mark.skip(reason="the folder shared/testdata beside the checkout is absent")
        return [pytest.param({}, marks=skip, id="no examples")]
    return [pytest.param(example, id=example["id"]) for example in YAML(typ="safe").load(EXAMPLES)]


@cache
def _book() -> Book:
    return payerbook.load()


def _plain(answers: Iterable[Mapping[str, int]]) -> list[list[tuple[str, int]]]:
    """Answers without their order, and without the order of their codes."""
    return sorted(sorted(answer.items()) for answer in answers)


def _wanted(example: dict[str, Any]) -> list[list[tuple[str, int]]]:
    """Every answer that the example takes as right; an example without a tie has one."""
    return _plain(example.get("expected_units_any_of") or [example["expected_units"]])


@pytest.mark.parametrize("example", _examples())
def test_example(example: dict[str, Any]) -> None:
    count = _book().units(PAYER, dict(example["minutes"]), method=example["method"])
    assert _plain([count.units, *count.alternatives]) == _wanted(example)
    assert count.method == example["method"]
    assert count.timed_total == example.get("expected_total_timed_units", count.timed_total)
    assert count.total == sum(count.units.values())
    assert count.steps


@pytest.mark.parametrize("example", _examples())
def test_example_through_the_command(example: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    minutes = [f"{code}={spent}" for code, spent in example["minutes"].items()]
    assert main(["units", PAYER, *minutes, "--method", example["method"], "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert _plain([answer["units"], *answer["alternatives"]]) == _wanted(example)
    assert answer["timed_total"] == example.get("expected_total_timed_units", answer["timed_total"])


def test_the_payer_gives_the_method() -> None:
    minutes = {"97112": 24, "97110": 23}
    assert _book().units(PAYER, minutes).method == "cms"
    assert _book().units(PAYER, minutes).timed_total == 3
    assert _book().units(PAYER, minutes, method="ama").timed_total == 4


def test_a_code_that_is_not_on_file_is_named() -> None:
    with pytest.raises(UsageError, match="99999: not a therapy code on file"):
        _book().units(PAYER, {"97110": 15, "99999": 15})


def test_an_unknown_payer_is_named_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"Nearest: .*medicare\.part-b"):
        _book().units("medicare.part-x", {"97110": 15})


def test_codes_without_a_unit_are_listed_and_minutes_that_earn_nothing_are_counted() -> None:
    count = _book().units(PAYER, {"97110": 18, "97140": 13, "97116": 10, "97035": 8})
    assert count.units == {"97110": 1, "97140": 1, "97116": 1, "97035": 0}
    assert count.unbilled_minutes == 49 - (15 + 13 + 10)


@pytest.mark.parametrize(("minutes", "total"), [(0, 0), (7, 0), (8, 1), (22, 1), (23, 2), (37, 2), (38, 3), (127, 8), (128, 9)])
def test_edges_of_the_intervals(minutes: int, total: int) -> None:
    assert units.total_units(minutes) == total
    assert units.whole_blocks(minutes, 15) == total


@pytest.mark.parametrize(
    ("minutes", "block", "number"), [(15, 30, 0), (16, 30, 1), (45, 30, 1), (46, 30, 2), (30, 60, 0), (31, 60, 1), (91, 60, 2)]
)
def test_longer_blocks_are_earned_past_their_middle(minutes: int, block: int, number: int) -> None:
    assert units.whole_blocks(minutes, block) == number


_DAYS = st.dictionaries(st.sampled_from(QUARTERS), st.integers(0, 90), min_size=1)
_TIMING: dict[str, units.Timing] = dict.fromkeys(QUARTERS, "timed-15")


@given(_DAYS)
def test_cms_total_follows_from_the_sum_of_minutes(minutes: dict[str, int]) -> None:
    count = units.count(minutes, _TIMING, "cms")
    assert count.timed_total == units.total_units(sum(minutes.values()))
    for answer in (count.units, *count.alternatives):
        assert sum(answer.values()) == count.timed_total
        assert answer.keys() == minutes.keys()
        for code, spent in minutes.items():
            assert spent // 15 <= answer[code] <= spent // 15 + 1
    assert len({tuple(sorted(answer.items())) for answer in (count.units, *count.alternatives)}) == 1 + len(count.alternatives)


@given(_DAYS)
def test_cms_extra_units_go_to_the_most_minutes_left_over(minutes: dict[str, int]) -> None:
    count = units.count(minutes, _TIMING, "cms")
    for answer in (count.units, *count.alternatives):
        taken = [spent % 15 for code, spent in minutes.items() if answer[code] > spent // 15]
        passed_over = [spent % 15 for code, spent in minutes.items() if answer[code] == spent // 15]
        assert not taken or not passed_over or min(taken) >= max(passed_over)


@given(_DAYS, st.sampled_from(["cms", "ama", "hybrid", "whole"]), st.data())
def test_what_agrees_is_what_is_counted(minutes: dict[str, int], method: units.Method, data: st.DataObject) -> None:
    count = units.count(minutes, _TIMING, method)
    near = data.draw(st.sampled_from([count.units, *count.alternatives]))
    billed = {code: number + data.draw(st.sampled_from([-1, 0, 0, 0, 1])) for code, number in near.items()}
    assert units.agrees(minutes, billed, method) == (billed in [count.units, *count.alternatives])


@given(_DAYS)
def test_ama_rounds_each_code_alone(minutes: dict[str, int]) -> None:
    count = units.count(minutes, _TIMING, "ama")
    assert count.units == {code: (spent + 7) // 15 for code, spent in minutes.items()}
    assert count.alternatives == ()


@given(_DAYS, st.sampled_from(["cms", "ama", "hybrid", "whole"]), st.data())
def test_a_minute_more_never_takes_a_unit_from_the_day(minutes: dict[str, int], method: units.Method, data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(sorted(minutes)))
    before = units.count(minutes, _TIMING, method)
    after = units.count({**minutes, code: minutes[code] + 1}, _TIMING, method)
    assert before.timed_total <= after.timed_total <= before.timed_total + 1


@given(_DAYS, st.sampled_from(["cms", "ama", "hybrid", "whole"]))
def test_whole_and_decimal_minutes_count_alike(minutes: dict[str, int], method: units.Method) -> None:
    decimals = {code: Decimal(spent) for code, spent in minutes.items()}
    assert units.count(decimals, _TIMING, method).units == units.count(minutes, _TIMING, method).units
