"""Dated tables of general use: NCCI pairs, medically unlikely edits, ICD-10-CM."""

from __future__ import annotations

from pathlib import Path

from payerbook.hookspecs import hookimpl
from payerbook_plugins import policies


@hookimpl
def payerbook_datasets() -> list[Path]:
    return [policies() / "_datasets"]
