"""The register of facts of Medicare Part B: every researched fact is in a rule, a table, on a page, or is a hole with its reason."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import payerbook
from payerbook.authoring import register
from payerbook.cli import main
from payerbook.policy import Pack

ROOT = Path(__file__).parents[1]
FACTS = ROOT.parent / "shared" / "facts"
PAYER = "medicare.part-b"


@cache
def _pack() -> Pack:
    return payerbook.load().pack(PAYER)


def test_every_fact_goes_somewhere_and_the_numbers_add_up() -> None:
    facts = register.coverage(_pack())
    totals = register.totals(facts)
    assert totals["facts"] == len({fact.fact for fact in facts}) > 100
    assert sum(totals[where] for where in register.WHERE) == totals["facts"]
    assert all(fact.detail and all(fact.detail) for fact in facts)


def test_the_register_lists_the_researched_facts() -> None:
    if not FACTS.is_dir():
        pytest.skip("the folder shared/facts beside the checkout is absent")
    researched = {fact["id"] for fact in YAML(typ="safe").load(FACTS / "medicare" / "facts.yaml")}
    sections = re.findall(r"^## (\d+)\. ", (FACTS / "ncci" / "ncci_rules.md").read_text("utf-8"), re.MULTILINE)
    assert {fact.fact for fact in register.coverage(_pack())} == researched | {f"ncci-rules-{number}" for number in sections}


def test_pages_exist() -> None:
    for fact in register.coverage(_pack()):
        if fact.where == "page":
            name, _, anchor = fact.detail[0].partition("#")
            assert f"### {anchor}\n" in (ROOT / "docs" / f"{name}.md").read_text("utf-8"), fact.fact


def test_no_page_tells_what_a_rule_encodes() -> None:
    told = set(re.findall(r"^### (.+)$", (ROOT / "docs" / "medicare-part-b.md").read_text("utf-8"), re.MULTILINE))
    assert told == {fact.fact for fact in register.coverage(_pack()) if fact.where == "page"}


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Any:
    def show(*arguments: str) -> str:
        assert main(["packs", *arguments]) == 0
        return capsys.readouterr().out

    return show


def test_the_command_prints_the_sum(shown: Any) -> None:
    totals = register.totals(register.coverage(_pack()))
    sum_of = " + ".join(f"{totals[where]} in {where}s" for where in register.WHERE)
    assert f"{sum_of} = {totals['facts']} facts" in shown(PAYER, "--coverage")


def test_the_command_gives_json(shown: Any) -> None:
    (pack,) = json.loads(shown(PAYER, "--coverage", "--json"))["packs"]
    assert pack["id"] == PAYER
    assert pack["totals"] == register.totals(register.coverage(_pack()))
    assert len(pack["facts"]) == pack["totals"]["facts"]


def test_a_pack_without_a_register_says_so(shown: Any) -> None:
    assert "No pack here keeps a register of facts." in shown("common", "--coverage")
