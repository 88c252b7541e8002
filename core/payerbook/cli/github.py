"""Workflow commands of GitHub, which it shows beside the line of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
"""The command for each level of SARIF."""


def annotation(level: str, where: Mapping[str, Any], text: str) -> str:
    """One command: `where` holds file, line, col and title; what is None is left out."""
    parts = ",".join(f"{name}={_property(str(value))}" for name, value in where.items() if value is not None)
    return f"::{level} {parts}::{_escape(text)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
