"""The site's calculators under test: their scripts in node, the figures of their pages, and the engine that they are held against."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

import payerbook
from payerbook.api import Book
from payerbook.authoring.session import Session
from payerbook.pages import calc, catalog
from payerbook.pages.catalog import Catalog

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 11, 21)

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed; it runs the calculators' scripts")


def asked(questions: Sequence[Any]) -> list[Any]:
    """The answers of the scripts."""
    lines = b"\n".join(map(msgspec.json.encode, questions)).decode()
    command = ["node", ROOT / "tests" / "calc" / "run.mjs", ROOT / "site" / "docs" / "assets" / "calc"]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(questions)
    return answers


@cache
def made() -> Catalog:
    """The packs as the site shows them."""
    return catalog.of(Session(), TODAY)


@cache
def book() -> Book:
    """The packs as they answer."""
    return payerbook.load()


@cache
def figures(name: str) -> Any:
    """The figures of a calculator as its page loads them."""
    wanted = next(one for one in calc.CALCULATORS if one.name == name)
    return json.loads(msgspec.json.encode(calc.data(made(), wanted)))


def some_day(chance: random.Random, first: int = 2015, last: int = 2027) -> date:
    """A day of these years; every third one is an end of a month, a leap day or their neighbor."""
    if chance.random() < 0.33:
        year = chance.randint(first, last)
        return date(year, chance.choice([1, 2, 3, 3, 3, 12]), 1) + timedelta(days=chance.choice([-2, -1, 0, 27, 28, 29, 30]))
    return date(first, 1, 1) + timedelta(days=chance.randrange((date(last, 12, 31) - date(first, 1, 1)).days))
