"""The routes of `serve`: each answers what the command of its name prints with --json."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple, get_args

import msgspec

from payerbook.api import Book
from payerbook.cli import asking, options, service
from payerbook.errors import UsageError
from payerbook.units import Method

Query = Mapping[str, list[str]]
"""The parameters of an address; each may stand more than once."""
_MINUTES = re.compile(r"([0-9A-Za-z]{5}(?:\+[0-9A-Za-z]{5})?)=([0-9]{1,4})")


class Route(NamedTuple):
    """How one address is answered: the parameters that it takes, whether claims come in the body, and the answer as JSON."""

    about: str
    takes: tuple[str, ...]
    answer: Callable[[Book, Query, bytes], bytes]
    body: bool = False


def _one(query: Query, name: str) -> str | None:
    values = query.get(name, [])
    if len(values) > 1:
        raise UsageError(f"{name} stands {len(values)} times; give it once.")
    return values[0] if values else None


def _need(query: Query, name: str) -> str:
    value = _one(query, name)
    if not value:
        raise UsageError(f"{name} is missing; add {name}=… to the address.")
    return value


def _checked(query: Query, name: str, kind: Callable[[str], Any]) -> Any:
    """A parameter, read as the command line reads it."""
    value = _one(query, name)
    try:
        return None if value is None else kind(value)
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"{name}: {error}.") from None


def _day(query: Query, name: str) -> date | None:
    found: date | None = _checked(query, name, options.day)
    return found


def _question(name: str) -> Route:
    def answer(book: Book, query: Query, body: bytes) -> bytes:
        code = asking.code(_need(query, "code"))
        said: dict[str, Any] = {
            "place_of_service": _checked(query, "place", asking.place),
            "visit": _checked(query, "visit", asking.visit),
            "age": _checked(query, "age", asking.age),
            "plan": _one(query, "plan"),
            "line_of_business": _one(query, "line_of_business"),
        }
        if claim_type := _one(query, "claim_type"):
            said["claim_type"] = claim_type
        on = _day(query, "on") or options.clock()
        ask = getattr(book, name)
        return msgspec.json.encode(ask(_need(query, "payer"), code, on=on, known_on=_day(query, "known_on"), **said))

    takes = ("payer", "code", "on", "known_on", "claim_type", "place", "visit", "age", "plan", "line_of_business")
    return Route(f"{name} of a code for a payer", takes, answer)


def _check(book: Book, query: Query, body: bytes) -> bytes:
    days = {"known_on": _day(query, "known_on"), "today": _day(query, "today")}
    return service.check(book, body, "the request", payer=_one(query, "payer"), **days)[0].encode()


def _units(book: Book, query: Query, body: bytes) -> bytes:
    minutes: Counter[str] = Counter()
    for text in query.get("minutes", []):
        found = _MINUTES.fullmatch(text.replace(" ", "+"))  # a plus sign in an address means a space
        if found is None:
            raise UsageError(f"{text!r} is not CODE=MINUTES; write for example minutes=97110=24.")
        minutes[found[1].upper()] += int(found[2])
    if not minutes:
        raise UsageError("minutes are missing; add minutes=CODE=MINUTES to the address, once for each code.")
    method: Any = _one(query, "method")
    if method is not None and method not in get_args(Method):
        raise UsageError(f"There is no method {method!r}; known: {', '.join(get_args(Method))}.")
    return msgspec.json.encode(book.units(_need(query, "payer"), minutes, method=method, on=_day(query, "on") or options.clock()))


def _compare(book: Book, query: Query, body: bytes) -> bytes:
    codes = [asking.code(code) for code in query.get("code", [])]
    on = _day(query, "on") or options.clock()
    return msgspec.json.encode(book.compare(codes, on=on, payers=query.get("payer", []), known_on=_day(query, "known_on")))


def _rule(book: Book, query: Query, body: bytes) -> bytes:
    return msgspec.json.encode(book.rule(_need(query, "id")))


def _payer(book: Book, query: Query, body: bytes) -> bytes:
    return msgspec.json.encode(book.identify(_need(query, "name")))


def _packs(book: Book, query: Query, body: bytes) -> bytes:
    return msgspec.json.encode({"packs": book.packs()})


ROUTES: Mapping[str, Route] = {
    "check": Route("claims in the body, in any format that is read", ("payer", "known_on", "today"), _check, body=True),
    "coverage": _question("coverage"),
    "limits": _question("limits"),
    "authorization": _question("authorization"),
    "units": Route("minutes to units", ("payer", "minutes", "method", "on"), _units),
    "compare": Route("codes across payers", ("code", "payer", "on", "known_on"), _compare),
    "rule": Route("one rule", ("id",), _rule),
    "payer": Route("which payer a name means", ("name",), _payer),
    "packs": Route("packs on file", (), _packs),
}
"""Every route by name; its address is `/v1/<name>`."""


def listed() -> bytes:
    """What there is to ask, as JSON."""
    routes = {
        f"/v1/{name}": {"method": "POST" if route.body else "GET", "about": route.about, "takes": route.takes}
        for name, route in ROUTES.items()
    }
    return msgspec.json.encode({"schema_version": "1", "routes": routes})


def answered(book: Book, name: str, query: Query, body: bytes) -> bytes:
    """The answer of a route as JSON. Raises UsageError for a parameter that it does not take or cannot use."""
    route = ROUTES[name]
    unknown = sorted(set(query) - set(route.takes))
    if unknown:
        raise UsageError(f"{name} takes no {', '.join(unknown)}; it takes {', '.join(route.takes) or 'nothing'}.")
    try:
        return route.answer(book, query, body)
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"{error}.") from None
