"""What the routes of `serve` take: the parameters of an address by name, each read as the command line reads its option."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, get_args

from payerbook.answers.comparison import COLUMNS
from payerbook.claim import ClaimType
from payerbook.cli import asking, options
from payerbook.errors import InputError, Place, Problem
from payerbook.units import Method

LABEL = "the request"
"""What stands in messages for the name of a file."""
Query = Mapping[str, Sequence[str]]
"""The parameters of a request; each may stand more than once."""
DAY = {"type": "string", "format": "date"}


class Parameter(NamedTuple):
    """One parameter: what it says, how it is read (raising argparse.ArgumentTypeError), its JSON Schema, whether it has to stand, and
    whether it may stand more than once."""

    name: str
    about: str
    read: Callable[[str], Any] = str
    schema: Mapping[str, Any] = {"type": "string"}
    required: bool = False
    many: bool = False


def _written(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{pattern}$"}


def one_of(words: Sequence[str]) -> Callable[[str], str]:
    """A reader of one of some words."""

    def read(text: str) -> str:
        if text not in words:
            raise argparse.ArgumentTypeError(f"{text!r} is not known; write one of {', '.join(words)}")
        return text

    return read


def choice(name: str, about: str, words: Sequence[str]) -> Parameter:
    """A parameter that takes one of some words."""
    return Parameter(name, about, one_of(words), {"type": "string", "enum": list(words)})


PAYER = Parameter("payer", "pack id or name of the payer", required=True)
OVERRIDE = Parameter("payer", "go by this payer, whatever the claims say")
CODE = Parameter("code", "procedure code", asking.code, _written("[0-9A-Za-z]{5}"), required=True)
ON = Parameter("on", "date of service of the question (default: today)", options.day, DAY)
KNOWN_ON = Parameter("known_on", "use only what was published by this day", options.day, DAY)
TODAY = Parameter("today", "the day on which freshness is judged", options.day, DAY)
PLACE = Parameter("place", "place of service, two digits", asking.place, _written("[0-9]{2}"))
QUESTION = (
    PAYER,
    CODE,
    ON,
    KNOWN_ON,
    choice("claim_type", "type of claim (default: professional)", get_args(ClaimType)),
    PLACE,
    Parameter("visit", "number of the visit in its episode", asking.visit, {"type": "integer", "minimum": 1}),
    Parameter("age", "age of the patient in whole years", asking.age, {"type": "integer", "minimum": 0, "maximum": 130}),
    Parameter("plan", "name of the patient's plan or product"),
    Parameter("line_of_business", "sort of coverage, for example medicare-advantage"),
    Parameter("state", "state of the billing provider", asking.state, _written("[A-Za-z]{2}")),
    Parameter("modifier", "modifier of the line", asking.modifier, _written("[0-9A-Za-z]{2}"), many=True),
)
"""What a question about a code says; the names are those of the options."""
UNITS = (
    PAYER,
    Parameter("minutes", "CODE=MINUTES, or FIRST+ADDON=MINUTES", required=True, many=True),
    choice("method", "count by this method, whatever the payer uses", get_args(Method)),
    ON,
)
COMPARE = (
    Parameter("code", "procedure code", asking.code, CODE.schema, many=True),
    Parameter("payer", "pack id or name of a payer (default: all on file)", many=True),
    choice("matrix", "one point for several codes", COLUMNS),
    PLACE,
    ON,
    KNOWN_ON,
)


def fault(name: str, message: str, repair: str) -> InputError:
    """A parameter that cannot be used."""
    return InputError(Problem("PARAMETER", f"{name}: {message}.", f"{repair[:1].upper()}{repair[1:]}.", LABEL, Place(path=name)))


def read(takes: Sequence[Parameter], query: Query) -> dict[str, Any]:
    """The values of a request by name: None (or an empty list where it may stand more than once) for one that is not there.

    Raises InputError for a parameter that is missing, unknown, there too often, or not written as it has to be.
    """
    known = {one.name for one in takes}
    for name in sorted(set(query) - known):
        raise fault(name, "there is no such parameter", f"leave it out; known: {', '.join(sorted(known)) or 'none'}")
    return {one.name: _value(one, query.get(one.name, ())) for one in takes}


def _value(of: Parameter, texts: Sequence[str]) -> Any:
    if of.required and not any(texts):
        raise fault(of.name, "it is missing", f"add {of.name}=…")
    if len(texts) > 1 and not of.many:
        raise fault(of.name, f"it stands {len(texts)} times", "give it once")
    try:
        found = [of.read(text) for text in texts]
    except argparse.ArgumentTypeError as error:
        message, _, repair = str(error).partition("; ")
        raise fault(of.name, message, repair) from None
    return found if of.many else found[0] if found else None


def day(values: Mapping[str, Any]) -> date:
    """The date of service of a question: what `on` says, else today."""
    on: date | None = values["on"]
    return on or options.clock()
