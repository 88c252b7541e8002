"""The OpenAPI document of `serve`, made from the routes and from the types that the answers are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from payerbook.answers.comparison import Comparison
from payerbook.answers.priced import PriceAnswer
from payerbook.answers.questions import AuthorizationAnswer, CoverageAnswer, DeadlinesAnswer, LimitsAnswer
from payerbook.answers.who import PayerAnswer
from payerbook.api import engine_version
from payerbook.authoring.differences import Difference
from payerbook.claim import Claim, Context, HistoryItem
from payerbook.cli import NOTICE
from payerbook.cli.parameters import Parameter
from payerbook.cli.routes import ROUTES, Route
from payerbook.errors import Place
from payerbook.finding import ReportData
from payerbook.plugins import NotLoaded
from payerbook.units import Count

PATH = "openapi.json"
JSON = "application/json"
CLAIM_TYPES = (
    JSON,
    "application/x-ndjson",
    "application/edi-x12",
    "application/fhir+json",
    "text/csv",
    "text/plain",
    "application/octet-stream",
)
"""Types that a body of claims may be called; what it is, is seen from its content."""


class Fault(msgspec.Struct):
    """What is wrong, where, and how to repair it."""

    code: str
    file: str | None
    place: Place
    claim_id: str | None
    message: str
    repair: str


class Refusal(msgspec.Struct):
    """A request that cannot be answered."""

    error: Fault


class Checked(msgspec.Struct):
    """What `payerbook check --json` prints."""

    reports: list[ReportData]
    errors: list[Fault]
    summary: dict[str, Any]
    not_loaded: list[NotLoaded]


class Prices(msgspec.Struct):
    """The amounts of each claim that could be read."""

    answers: list[PriceAnswer]
    errors: list[Fault]


class Deadlines(msgspec.Struct):
    """The deadlines of each claim that could be read."""

    answers: list[DeadlinesAnswer]
    errors: list[Fault]


class Units(Count, frozen=True, kw_only=True):
    """What `payerbook units --json` prints."""

    schema_version: str
    asked: dict[str, Any]


class Packs(msgspec.Struct):
    """What `payerbook packs --json` prints."""

    schema_version: str
    packs: list[dict[str, Any]]
    totals: dict[str, Any]
    not_loaded: list[NotLoaded]


class RuleShown(msgspec.Struct):
    """What `payerbook rule --json` prints."""

    schema_version: str
    asked: dict[str, Any]
    rule: str
    title: str
    sentence: str
    in_force: bool
    versions: list[dict[str, Any]]


class Compared(msgspec.Struct):
    """One side of a comparison of packs."""

    label: str
    id: str
    digest: str
    on: date | None


class Differences(msgspec.Struct):
    """What `payerbook diff --json` prints."""

    schema_version: str
    before: Compared
    after: Compared
    differences: list[Difference]


ANSWERS: Mapping[str, type[msgspec.Struct]] = {
    "check": Checked,
    "coverage": CoverageAnswer,
    "limits": LimitsAnswer,
    "authorization": AuthorizationAnswer,
    "deadlines": Deadlines,
    "price": Prices,
    "units": Units,
    "compare": Comparison,
    "payer": PayerAnswer,
    "rule": RuleShown,
    "packs": Packs,
    "diff": Differences,
}
"""What each route answers with."""
REFUSED = {
    "400": "the request cannot be used; the answer says where and how to repair it",
    "404": "no such address",
    "405": "the address takes other methods (header Allow)",
    "411": "the length of the body is missing",
    "413": "the body is too large",
    "415": "the body is of a type that is not read",
}


def document() -> bytes:
    """The document as JSON. Every route is in it with its parameters, its body, its answer and its refusals."""
    types = [Refusal, Claim, Context, HistoryItem, *ANSWERS.values()]
    _, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    made = {
        "openapi": "3.1.0",
        "info": {
            "title": "payerbook",
            "version": engine_version(),
            "description": f"What `payerbook` answers with --json. {NOTICE} Facts on a patient go into a body, never into an address.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {f"/v1/{name}": _path(name, route) for name, route in ROUTES.items()},
        "components": {"schemas": schemas},
    }
    return msgspec.json.encode(made)


def _path(name: str, route: Route) -> dict[str, Any]:
    methods = [method.lower() for method in route.methods if method != "HEAD"]
    return {method: _operation(name, route, method) for method in methods}


def _operation(name: str, route: Route, method: str) -> dict[str, Any]:
    in_body = route.body == "question" and method == "post"
    refused = {code: {"description": why, "content": _content("Refusal")} for code, why in REFUSED.items()}
    made: dict[str, Any] = {
        "operationId": name if method == "get" or route.body == "claims" else f"{name}-of-patient",
        "summary": route.about,
        "parameters": [] if in_body else [_parameter(one) for one in route.takes],
        "responses": {"200": {"description": route.about, "content": _content(ANSWERS[name].__name__)}, **refused},
    }
    if in_body:
        made["requestBody"] = {"required": True, "content": {JSON: {"schema": _body(route)}}}
    elif route.body == "claims":
        content: dict[str, Any] = {kind: {"schema": {"type": "string"}} for kind in CLAIM_TYPES}
        claim = {"$ref": "#/components/schemas/Claim"}
        content[JSON] = {"schema": {"anyOf": [claim, {"type": "array", "items": claim}]}}
        made["requestBody"] = {"required": True, "content": content}
    return made


def _content(name: str) -> dict[str, Any]:
    return {JSON: {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _parameter(one: Parameter) -> dict[str, Any]:
    many = {"style": "form", "explode": True} if one.many else {}
    return {"name": one.name, "in": "query", "required": one.required, "description": one.about, "schema": _schema(one), **many}


def _schema(one: Parameter) -> dict[str, Any]:
    return {"type": "array", "items": one.schema} if one.many else dict(one.schema)


def _body(route: Route) -> dict[str, Any]:
    """The parameters of a question, with what is known of the patient."""
    said = {one.name: {**_schema(one), "description": one.about} for one in route.takes}
    entry = {"anyOf": [{"$ref": "#/components/schemas/HistoryItem"}, {"$ref": "#/components/schemas/Claim"}]}
    said["context"] = {"$ref": "#/components/schemas/Context"}
    said["history"] = {"type": "array", "items": entry}
    required = [one.name for one in route.takes if one.required]
    return {"type": "object", "properties": said, "required": required, "additionalProperties": False}
