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

from payerbook.answers.comparison import Comparison
from payerbook.answers.priced import PriceAnswer
from payerbook.answers.questions import ANSWERS
from payerbook.answers.who import PayerAnswer
from payerbook.authoring import memory
from payerbook.authoring.documents import SCHEMAS
from payerbook.authoring.faults import Fault
from payerbook.authoring.yamlfile import Document, Path_
from payerbook.claim import Claim, HistoryItem
from payerbook.finding import ReportData
from payerbook.kinds.base import Kind
from payerbook.policy import FORMAT

BASE_URL = "https://payerbook.org/schema/"
_CHECKER = FormatChecker(formats=())
_CODE = memory.code_of([Path(__file__)], "jsonschema", "msgspec")


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
    answers = {
        f"answer-{name}": answer for name, answer in {**ANSWERS, "price": PriceAnswer, "compare": Comparison, "payer": PayerAnswer}.items()
    }
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
    """Validators for one set of kinds. That a document has no faults is remembered."""

    def __init__(self, kinds: Mapping[str, Kind[Any]]) -> None:
        schemas = {name.removesuffix(".json"): schema for name, schema in assemble(kinds).items()}
        self._digests = {name: memory.key(_CODE, msgspec.json.encode(schema)) for name, schema in schemas.items()}
        self._validators = {name: Draft202012Validator(schema, format_checker=_CHECKER) for name, schema in schemas.items()}

    def faults(self, name: str, document: Document) -> Iterator[Fault]:
        """All faults of a document against one schema, in order of their place in the file."""
        key = memory.key("schema", self._digests[name], document.digest)
        if memory.current().get(key) is not None:
            return
        errors = self._validators[name].iter_errors(document.data)
        found = [fault for error in errors for leaf in _leaves(error) for fault in _faults(document, leaf)]
        if not found:
            memory.current().put(key, b"")
        yield from sorted(set(found), key=lambda fault: (fault.line, fault.column, fault.message))

    def claim_faults(self, document: Document) -> Iterator[Fault]:
        """Faults of the claims of a test file that need no whole claim: unknown keys, and numbers that have to be text.

        The document fits the schema `tests`; what claims of one file share and what a case adds are parts of a claim.
        """
        key = memory.key("claims", self._digests["claim"], document.digest)
        if memory.current().get(key) is not None:
            return
        claims: list[tuple[Path_, Any]] = [(("claim",), document.data.get("claim", {}))]
        for number, case in enumerate(document.data["cases"]):
            claims.append((("cases", number, "claim"), case["claim"]))
            claims += [(("cases", number, "after", place), earlier) for place, earlier in enumerate(case.get("after", ()))]
        found = [fault for path, claim in claims for fault in self._part_faults(document, path, claim)]
        if not found:
            memory.current().put(key, b"")
        yield from sorted(set(found), key=lambda fault: (fault.line, fault.column, fault.message))

    def _part_faults(self, document: Document, path: Path_, claim: Any) -> Iterator[Fault]:
        for error in self._validators["claim"].iter_errors(claim):
            for leaf in _leaves(error):
                within: Any = leaf.schema
                unquoted = leaf.validator == "type" and _is_number(leaf.instance) and _allows(leaf, "string")
                if leaf.validator == "additionalProperties" or (unquoted and "format" not in within):  # an amount may be a number
                    yield from _faults(document, leaf, path)


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


def _faults(document: Document, error: ValidationError, above: Path_ = ()) -> Iterator[Fault]:
    """The fault of one error; of unknown keys, one each. `above` is where what was validated stands in the document."""
    if error.validator != "additionalProperties":
        yield _fault(document, error, above)
        return
    value: Any = error.instance
    within: Any = error.schema
    known = list(within.get("properties", {}))
    for unknown in [key for key in value if key not in known]:
        near = difflib.get_close_matches(str(unknown), known, 1)
        hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}"
        yield document.fault((*above, *error.absolute_path, unknown), f"unknown key {unknown}; {hint}", "PB003", key=True)


def _fault(document: Document, error: ValidationError, above: Path_) -> Fault:
    path = (*above, *error.absolute_path)
    value: Any = error.instance
    rule: Any = error.validator_value
    within: Any = error.schema
    if error.validator == "required":
        missing = error.message.split("'")[1]
        if missing == "format":
            return document.fault(path, _other_format(None), "PB019")
        return document.fault(path, f"the key {missing} is missing; add it", "PB006")
    if error.validator == "format" or (error.validator == "type" and within.get("format") == "date"):
        return document.fault(path, f"{value} is not a date; write YYYY-MM-DD", "PB007")
    words = [str(word) for word in (rule if error.validator == "enum" else [rule]) if word is not None]
    if _is_number(value) and (str(value) in words or (error.validator == "type" and _allows(error, "string"))):
        return document.fault(path, f'{value} is a number; write it as text, in quotes: "{value}"', "PB004")
    if path == ("format",) and error.validator in ("enum", "const"):
        return document.fault(path, _other_format(value), "PB019")
    if error.validator in ("enum", "const"):
        near = difflib.get_close_matches(str(value), words, 1)
        code = "PB014" if path == ("kind",) else "PB005"
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


def _other_format(value: object) -> str:
    """What to do about a pack that is not in the format that this engine reads (None = it says none)."""
    if str(value).isdecimal() and int(str(value)) > int(FORMAT):
        return f"the pack is written in format {value}, and this payerbook reads format {FORMAT}; install a newer payerbook"
    said = "the pack says no format" if value is None else f"{value} is not the current format"
    return f"{said}; run `payerbook migrate` on its folder, which writes format {FORMAT}"


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
