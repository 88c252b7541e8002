"""Every sort of JSON file on the site by its address: what it holds, and the schema that it fits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from payerbook.authoring import schema
from payerbook.pages import bulk, feeds
from payerbook.pages.catalog import Catalog
from payerbook.pages.listed import LISTED
from payerbook.pages.published import PUBLISHED

INDEX = "api/v1/index.json"
PAYER_LIST, CODE_LIST, CHANGE_LIST = "api/v1/payers.json", "api/v1/codes.json", "api/v1/changes.json"
DENIAL_LIST = "api/v1/denials.json"
SCHEMAS = "api/v1/schema/"


class JsonFile(NamedTuple):
    """A sort of file: its address with what differs in braces, what it holds, and the name of its schema."""

    address: str
    about: str
    schema: str

    @property
    def form(self) -> re.Pattern[str]:
        """What the addresses of such files look like."""
        return re.compile("[^/]+".join(map(re.escape, re.split(r"\{[^}]*\}", self.address))))


FILES = (
    JsonFile(INDEX, "Every pack and every rule, with addresses", "site-index"),
    JsonFile("api/v1/rules/{rule}.json", "One rule with all its versions, by its id", "site-rule"),
    JsonFile(PAYER_LIST, "Payers, with the codes they answer", "payer-list"),
    JsonFile(CODE_LIST, "Codes with our own labels", "code-list"),
    JsonFile(DENIAL_LIST, "Codes of remittances (CARC, RARC) in our own words", "denial-list"),
    JsonFile(CHANGE_LIST, "Every change, newest first", "change-list"),
    JsonFile(bulk.answer_path("{payer}", "{code}"), "The answer of one payer on one code", "payer-code-answer"),
    JsonFile("code/{code}/index.json", "All payers on one code", "code-answers"),
    JsonFile("code/{code}/history.json", "The same on every day", "code-history"),
    JsonFile("payer/{payer}/index.json", "One payer: its card, and its answer on each code", "payer-answers"),
    JsonFile("payer/{payer}/history.json", "The same on every day", "payer-history"),
    JsonFile("matrix/{point}/index.json", "All payers on one point", "matrix"),
    JsonFile("denial/{code}/index.json", "One reason code", "denial"),
    JsonFile("remark/{code}/index.json", "One remark code", "remark"),
    JsonFile("checklist/{visit-payer}/index.json", "What to have ready for a visit with a payer", "checklist"),
    JsonFile("changes/index.json", "Every change, newest first", "change-list"),
    JsonFile("changes/{month-or-payer}/index.json", "The changes of one month or one payer", "change-list"),
    JsonFile("upcoming/index.json", "What is ahead, nearest first", "change-list"),
    JsonFile("quality/index.json", "Grades, freshness, strength and gaps of the packs", "quality"),
)
"""Those with a schema of ours, the most asked for first."""

APART = (SCHEMAS, "assets/", "calc/", "search/")
"""Beginnings of the other JSON files: schemas, and what the pages' own scripts read, which may change with any release."""


def schema_of(path: str) -> str | None:
    """The name of the schema that a file fits; None for schemas, feeds and what only the pages' own scripts read."""
    if path.startswith(APART) or path.rpartition("/")[2] == feeds.JSON:
        return None
    return next(one.schema for one in FILES if one.form.fullmatch(path))


def schemas(catalog: Catalog) -> dict[str, Mapping[str, Any]]:
    """The JSON Schemas of these files, and those of packs, claims, reports and answers, by file name."""
    made: dict[str, Mapping[str, Any]] = dict(schema.assemble(catalog.session.kinds))
    for name, shape in {**PUBLISHED, **LISTED, "payer-code-answer": bulk.PayerCodeAnswer}.items():
        made[f"{name}.json"] = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"{schema.BASE_URL}{name}.json",
            "title": f"payerbook {name}",
            **msgspec.json.schema(shape),
        }
    return made
