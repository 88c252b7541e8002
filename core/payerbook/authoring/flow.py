"""Single values as YAML on one line, written the way authors write them: codes in double quotes, dates bare."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from payerbook.errors import UsageError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?\Z")


def flow(value: Any) -> str:
    """A value of maps, lists, text and numbers as one line of YAML that `yamlfile.read` gives back unchanged."""
    yaml = YAML()
    yaml.default_flow_style = True
    yaml.width = 1_000_000
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    yaml.preserve_quotes = True
    written = io.StringIO()
    yaml.dump([_styled(value)], written)
    return written.getvalue().strip()[1:-1]


def parse(text: str, option: str) -> Any:
    """The value of YAML text given on the command line; raises UsageError that names the option when it is no YAML."""
    try:
        value = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError):
        raise UsageError(f"{option}: the value is not YAML; put text with special characters in quotes.") from None
    return _plain(value)


def _plain(value: Any) -> Any:
    """Dates as text, as packs are read."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _styled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _styled(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_styled(inner) for inner in value]
    if isinstance(value, str) and _DAY.match(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return DoubleQuotedScalarString(value)
    if isinstance(value, str) and (_NUMBER.match(value) or not value):
        return DoubleQuotedScalarString(value)
    return value
