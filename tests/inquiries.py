"""Questions to a book, and what tests of answers share: days and codes to ask about, and the schema of each answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import payerbook
from payerbook.answers.questions import ANSWERS, CoverageAnswer
from payerbook.api import Book
from payerbook.claim import Authorization

PAYER = "medicare.part-b"
FIRST, LAST = date(2018, 1, 1), date(2027, 12, 31)
DAY = timedelta(days=1)


@cache
def book() -> Book:
    """All packs on file."""
    return payerbook.load()


@cache
def codes() -> tuple[str, ...]:
    """Every code that a rule of the pack names, and one that none names."""
    rules = book().pack(PAYER).rules
    return (*sorted({code for rule in rules for version in rule.versions for code in version.when.codes or ()}), "99999")


days = st.dates(FIRST, LAST)
questions = st.fixed_dictionaries(
    {
        "code": st.deferred(lambda: st.sampled_from(codes())),
        "on": days,
        "known_on": st.none() | days,
        "claim_type": st.sampled_from(["professional", "institutional"]),
        "place_of_service": st.sampled_from([None, "11", "10", "02"]),
        "authorizations": st.just(()) | st.just((Authorization("PA1", ("97110",), FIRST, LAST, 12, 4, status="approved"),)),
    }
)


def coverage(code: str, **facts: Any) -> CoverageAnswer:
    """The answer of Medicare Part B."""
    return book().coverage(PAYER, code, **facts)


def between(start: date, end: date) -> Iterator[date]:
    """Every day from the one to the other."""
    while start <= end:
        yield start
        start += DAY


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(msgspec.json.schema(ANSWERS[name]))


def fits(name: str, value: Any) -> None:
    """Fails unless the value is an answer to the question by its schema."""
    _validator(name).validate(json.loads(json.dumps(value, default=str)))
