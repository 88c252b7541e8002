"""JSON Schemas of the pack format, assembled from the document types and the settings of every kind, and faults found with them."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from payerbook.answers.priced import PriceAnswer
from payerbook.answers.questions import ANSWERS
from payerbook.authoring.documents import SCHEMAS
from payerbook.authoring.faults import Fault
from payerbook.authoring.yamlfile import Document
from payerbook.claim import Claim, HistoryItem
from payerbook.finding import ReportData
from payerbook.kinds.base import Kind

BASE_URL = "https://payerbook.org/schema/"
_CHECKER = FormatChecker(formats=())


@_CHECKER.checks("date", raises=ValueError)
def _is_day(value: object) -> bool:
    if isinstance(value, str):
        if len(value) != 10:
            raise ValueError("not YYYY-MM-DD")
        date.fromisoformat(value)
    return True


def assemble(kinds: Mapping[str, Kind[Any]]) -> dict[str, dict[str, Any]]:
    """Every schema by file name: rule (with the settings of each kind), the other documents, claim, history-item, report and answers."""
    schemas: dict[str, dict[str, Any]] = {}
    answers = {f"answer-{name}": answer for name, answer in {**ANSWERS, "price": PriceAnswer}.items()}
    for name, document in {**SCHEMAS, "claim": Claim, "history-item": HistoryItem, "report": ReportData, **answers}.items():
        schema: dict[str, Any] = msgspec.json.schema(document)
        if name == "rule":
            _add_kinds(schema, kinds)
        schemas[f"{name}.json"] = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"{BASE_URL}{name}.json",
            "title": f"payerbook {name}",
            **schema,
        }
    return schemas


def _add_kinds(schema: dict[str, Any], kinds: Mapping[str, Kind[Any]]) -> None:
    """`if kind = X then params = the settings of X`: an error points at the one wrong key. Settings may be split between the
    common part and the versions, so none is required here; the compiler asks for all of them together."""
    branches = []
    for name in sorted(kinds):
        own = msgspec.json.schema(kinds[name].params)
        schema["$defs"].update({key: value for key, value in own["$defs"].items() if key != kinds[name].params.__name__})
        settings = dict(own["$defs"][kinds[name].params.__name__])
        settings.pop("required", None)
        settings["title"] = f"Settings of {name}"
        schema["$defs"][f"params-{name}"] = settings
        ref = {"$ref": f"#/$defs/params-{name}"}
        branches.append(
            {
                "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
                "then": {"properties": {"params": ref, "versions": {"items": {"properties": {"params": ref}}}}},
            }
        )
    rule = schema["$defs"]["RuleDoc"]
    rule["properties"]["kind"] = {"description": "The rule kind; taken from `like` when absent.", "enum": [*sorted(kinds), None]}
    rule["allOf"] = branches


def dump(schema: dict[str, Any]) -> str:
    """A schema as it is checked in."""
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


class Schemas:
    """Validators for one set of kinds."""

    def __init__(self, kinds: Mapping[str, Kind[Any]]) -> None:
        self._validators = {
            name.removesuffix(".json"): Draft202012Validator(schema, format_checker=_CHECKER) for name, schema in assemble(kinds).items()
        }

    def faults(self, name: str, document: Document) -> Iterator[Fault]:
        """All faults of a document against one schema, in order of their place in the file."""
        errors = self._validators[name].iter_errors(document.data)
        found = [fault for error in errors for leaf in _leaves(error) for fault in _faults(document, leaf)]
        yield from sorted(set(found), key=lambda fault: (fault.line, fault.column, fault.message))


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """The errors that say most: below `anyOf`, those of the branch that got furthest, the null branch aside."""
    if not error.context:
        yield error
        return
    branches = [inner for inner in error.context if inner.validator != "type" or inner.validator_value != "null"] or list(error.context)
    furthest = max(branches, key=lambda inner: (len(inner.absolute_path), inner.validator != "type"))
    for inner in branches:
        if inner.relative_schema_path[0] == furthest.relative_schema_path[0]:
            yield from _leaves(inner)


def _faults(document: Document, error: ValidationError) -> Iterator[Fault]:
    """The fault of one error; of unknown keys, one each."""
    if error.validator != "additionalProperties":
        yield _fault(document, error)
        return
    value: Any = error.instance
    within: Any = error.schema
    known = list(within.get("properties", {}))
    for unknown in [key for key in value if key not in known]:
        near = difflib.get_close_matches(str(unknown), known, 1)
        hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}"
        yield document.fault((*error.absolute_path, unknown), f"unknown key {unknown}; {hint}", "PB003", key=True)


def _fault(document: Document, error: ValidationError) -> Fault:
    path = tuple(error.absolute_path)
    value: Any = error.instance
    rule: Any = error.validator_value
    within: Any = error.schema
    if error.validator == "required":
        missing = error.message.split("'")[1]
        return document.fault(path, f"the key {missing} is missing; add it", "PB006")
    if error.validator == "format" or (error.validator == "type" and within.get("format") == "date"):
        return document.fault(path, f"{value} is not a date; write YYYY-MM-DD", "PB007")
    words = [str(word) for word in (rule if error.validator == "enum" else [rule]) if word is not None]
    if _is_number(value) and (str(value) in words or (error.validator == "type" and _allows(error, "string"))):
        return document.fault(path, f'{value} is a number; write it as text, in quotes: "{value}"', "PB004")
    if error.validator in ("enum", "const"):
        near = difflib.get_close_matches(str(value), words, 1)
        code = "PB014" if path == ("kind",) else "PB019" if path == ("format",) else "PB005"
        hint = f"did you mean {near[0]}?" if near else f"one of: {', '.join(words)}"
        return document.fault(path, f"{value} is not known here; {hint}", code)
    if error.validator == "type":
        return document.fault(path, f"{_kind_of(value)} stands here, but {_wanted(error)} is needed", "PB005")
    if error.validator == "pattern":
        form = within.get("description") or f"it has to match {rule}"
        return document.fault(path, f"{value} does not have the right form ({form.rstrip('.')})", "PB005")
    if error.validator in ("minItems", "minLength", "minProperties"):
        return document.fault(path, "nothing stands here; write at least one entry, or remove the key", "PB005")
    return document.fault(path, error.message, "PB005")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _allows(error: ValidationError, name: str) -> bool:
    wanted = error.validator_value
    return wanted == name or (isinstance(wanted, list) and name in wanted)


def _kind_of(value: object) -> str:
    names = {dict: "a map", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number", type(None): "nothing"}
    return names[type(value)]


def _wanted(error: ValidationError) -> str:
    names = {
        "object": "a map",
        "array": "a list",
        "string": "text",
        "boolean": "true or false",
        "integer": "a whole number",
        "number": "a number",
        "null": "nothing",
    }
    rule: Any = error.validator_value
    return " or ".join(names[word] for word in (rule if isinstance(rule, list) else [rule]))


@lru_cache(maxsize=1)
def folder() -> Path:
    """Where the checked-in schemas live in a checkout."""
    return Path(__file__).parents[3] / "docs" / "schema"


def write(kinds: Mapping[str, Kind[Any]], target: Path) -> list[Path]:
    """Writes every schema into `target`; gives the files whose content changed."""
    changed = stale(kinds, target)
    target.mkdir(parents=True, exist_ok=True)
    for file in changed:
        file.write_text(dump(assemble(kinds)[file.name]), "utf-8")
    return changed


def stale(kinds: Mapping[str, Kind[Any]], target: Path) -> list[Path]:
    """Schema files in `target` that are absent or differ from what the kinds say."""
    wanted = {target / name: dump(schema) for name, schema in assemble(kinds).items()}
    return [file for file, text in wanted.items() if not file.is_file() or file.read_text("utf-8") != text]
