"""The routes of `serve`: each answers what the command of its name prints with --json, byte for byte.

What is known of a patient comes in the body of a POST, never in an address.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

import msgspec

from payerbook.answers.compare import OFFICE
from payerbook.answers.desk import Facts
from payerbook.api import Book
from payerbook.claim import SCHEMA_VERSION, Claim, Context
from payerbook.cli import asking, claims, packs_command, parameters, rule_command, service, units_command
from payerbook.cli.output import plain
from payerbook.cli.parameters import LABEL, Parameter
from payerbook.errors import InputError, Problem
from payerbook.formats.json_checks import decode
from payerbook.formats.json_text import Broken, Piece, problem

Values = Mapping[str, Any]
"""The parameters of a request, read."""
Body = Literal["claims", "question"]
_ON_FILE = re.compile(r"[a-z0-9.-]+(?:@\d{4}-\d\d-\d\d)?")


class Route(NamedTuple):
    """How one address is answered: what it is about, the parameters that it takes, the answer as JSON, and what a body holds.

    `body` is None where there is none, `claims` where claims come in it, `question` where the parameters may stand in it, with what is
    known of the patient.
    """

    about: str
    takes: tuple[Parameter, ...]
    answer: Callable[[Book, Values, bytes], bytes]
    body: Body | None = None

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that it takes."""
        return {None: ("GET", "HEAD"), "claims": ("POST",), "question": ("GET", "HEAD", "POST")}[self.body]


def _question(ask: str, book: Book, values: Values, body: bytes) -> bytes:
    given: dict[str, Any] = {name: values[name] for name in ("visit", "age", "plan", "line_of_business", "state")}
    given |= {"place_of_service": values["place"], "modifiers": values["modifier"] or None}
    given |= {"claim_type": values["claim_type"] or "professional"} | _patient(body, values["visit"])
    answer = getattr(book, ask)(values["payer"], values["code"], on=parameters.day(values), known_on=values["known_on"], **given)
    return msgspec.json.encode(answer)


def _patient(body: bytes, visit: int | None) -> Facts:
    """What the body of a question says of the patient: `context`, as in a claim, and `history`, claims or items of a history."""
    if not body:
        return Facts()
    parts = _parts(body)
    context, history = None, None
    if "context" in parts:
        context = _context(body, bytes(parts["context"]))
    if "history" in parts:
        if context is not None and context.history is not None:
            raise parameters.fault("history", "the context has a history, too", "give the earlier services in one of the two")
        history = asking.services(io.BytesIO(bytes(parts["history"])), f"{LABEL}, history")
    return asking.of_patient(context, history, visit)


def _context(body: bytes, data: bytes) -> Context:
    start = body.find(data)
    before = body[:start]
    place = Piece(data, before.count(b"\n") + 1, start - before.rfind(b"\n"), start, "context")
    try:
        return decode(data, Context)
    except Broken as fault:
        raise InputError(problem(place, fault, LABEL, None)) from None


def _parts(body: bytes) -> dict[str, msgspec.Raw]:
    """The members of the body of a question. Raises InputError when it is no JSON object."""
    try:
        return msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        repair = 'Send one JSON object, for example {"payer": "NAME", "code": "97110"}.'
        raise InputError(Problem("JSON-SYNTAX", "The body is not a JSON object.", repair, LABEL)) from None


def asked(body: bytes) -> dict[str, list[str]]:
    """The parameters in the body of a question, as they would stand in an address. Raises InputError for one that is no text or number."""
    found = {}
    for name, raw in _parts(body).items():
        if name in ("context", "history"):
            continue
        try:
            value = msgspec.json.decode(raw, type=str | int | list[str] | None)
        except msgspec.DecodeError:
            raise parameters.fault(name, "it is neither text nor a whole number", 'write it as text, for example "97110"') from None
        found[name] = [] if value is None else value if isinstance(value, list) else [str(value)]
    return found


def _check(book: Book, values: Values, body: bytes) -> bytes:
    return service.check(book, body, LABEL, payer=values["payer"], known_on=values["known_on"], today=values["today"])[0].encode()


def _each(book: Book, values: Values, body: bytes, ask: Callable[[Claim, str | None], msgspec.Struct]) -> bytes:
    """The answer for each claim of a body, as the command prints one a line, and what could not be read or answered."""
    payer = book.payer(values["payer"]).id if values["payer"] else None
    found = list(claims.answers(io.BytesIO(body), LABEL, lambda claim: ask(claim, payer)))
    answers = [msgspec.json.encode(one) for one in found if not isinstance(one, Problem)]
    errors = [msgspec.json.encode(plain(one)) for one in found if isinstance(one, Problem)]
    return b'{"answers":[%b],"errors":[%b]}' % (b",".join(answers), b",".join(errors))


def _price(book: Book, values: Values, body: bytes) -> bytes:
    said = {"locality": values["locality"], "national": values["national"] == "true", "known_on": values["known_on"]}
    return _each(book, values, body, lambda claim, payer: book.price(claim, **said, payer=payer))


def _deadlines(book: Book, values: Values, body: bytes) -> bytes:
    return _each(book, values, body, lambda claim, payer: book.deadlines(claim, known_on=values["known_on"], payer=payer))


def _units(book: Book, values: Values, body: bytes) -> bytes:
    minutes = [text.replace(" ", "+") for text in values["minutes"]]  # a plus sign in an address means a space
    given = (minutes, values["method"], values["on"])
    payer = book.payer(values["payer"]).id
    return units_command.as_json(units_command.count_units(book, payer, *given), payer, *given).encode()


def _compare(book: Book, values: Values, body: bytes) -> bytes:
    said = {"payers": values["payer"], "matrix": values["matrix"], "known_on": values["known_on"]}
    place = values["place"] or OFFICE
    return msgspec.json.encode(book.compare(values["code"], on=parameters.day(values), **said, place_of_service=place))


def _rule(book: Book, values: Values, body: bytes) -> bytes:
    return msgspec.json.encode(rule_command.describe(book, book.rule(values["id"]), parameters.day(values), values["known_on"]))


def _payer(book: Book, values: Values, body: bytes) -> bytes:
    return msgspec.json.encode(book.identify(values["name"]))


def _packs(book: Book, values: Values, body: bytes) -> bytes:
    heads: Sequence[Any] = (packs_command.head_of(book, values["payer"]),) if values["payer"] else book.packs()
    return packs_command.as_json(book, [packs_command.describe(book, head, values["today"]) for head in heads]).encode()


def _diff(book: Book, values: Values, body: bytes) -> bytes:
    from payerbook.authoring.differences import compare
    from payerbook.authoring.sides import side
    from payerbook.cli.diff_command import as_json

    for name in ("before", "after"):
        pack = values[name].partition("@")[0]
        if not _ON_FILE.fullmatch(values[name]) or all(head.id != pack for head in book.packs()):
            raise parameters.fault(name, "it is no pack on file", "write PACK or PACK@YYYY-MM-DD; folders are for the command line")
    before, after = side(book, values["before"]), side(book, values["after"])
    return as_json(compare(book, before, after), before, after).encode()


_CLAIMS = (parameters.OVERRIDE, parameters.KNOWN_ON)
ROUTES: Mapping[str, Route] = {
    "check": Route("findings on claims, in any format that is read", (*_CLAIMS, parameters.TODAY), _check, "claims"),
    "coverage": Route("is a code covered, and what a claim for it needs", parameters.QUESTION, partial(_question, "coverage"), "question"),
    "limits": Route("each limit of a code, what is used and left", parameters.QUESTION, partial(_question, "limits"), "question"),
    "authorization": Route(
        "is prior authorization needed, what to send, by when", parameters.QUESTION, partial(_question, "authorization"), "question"
    ),
    "deadlines": Route("what is due when for each claim", _CLAIMS, _deadlines, "claims"),
    "price": Route(
        "expected allowed and paid amounts of each line",
        (
            *_CLAIMS,
            Parameter("locality", "payment locality: STATE, STATE/LOCALITY or CONTRACTOR/LOCALITY"),
            parameters.choice("national", "true = national amounts: all price indices 1", ("true", "false")),
        ),
        _price,
        "claims",
    ),
    "units": Route("minutes to billable units", parameters.UNITS, _units),
    "compare": Route("codes across payers", parameters.COMPARE, _compare),
    "rule": Route("one rule in words", (Parameter("id", "id of the rule", required=True), parameters.ON, parameters.KNOWN_ON), _rule),
    "payer": Route("which payer a name means", (Parameter("name", "a name, plan, pack id or EDI payer id", required=True),), _payer),
    "packs": Route("packs on file", (Parameter("payer", "only this pack"), parameters.TODAY), _packs),
    "diff": Route(
        "what differs between two packs, or two days of one",
        (
            Parameter("before", "PACK or PACK@YYYY-MM-DD", required=True),
            Parameter("after", "the same for the other side", required=True),
        ),
        _diff,
    ),
}
"""Every route by name; its address is `/v1/<name>`."""


def listed() -> bytes:
    """What there is to ask, as JSON."""
    found = {
        f"/v1/{name}": {"methods": route.methods, "about": route.about, "takes": [one.name for one in route.takes], "body": route.body}
        for name, route in ROUTES.items()
    }
    return msgspec.json.encode({"schema_version": SCHEMA_VERSION, "openapi": "/v1/openapi.json", "routes": found})


def answered(book: Book, route: Route, query: parameters.Query, body: bytes) -> bytes:
    """The answer of a route as JSON. Raises PayerbookError for a parameter or a body that it cannot use."""
    given = dict(query)
    if route.body == "question" and body:
        again = asked(body)
        twice = sorted(set(given) & set(again))
        if twice:
            raise parameters.fault(twice[0], "it stands in the address and in the body", "give it once")
        given |= again
    return route.answer(book, parameters.read(route.takes, given), body)
