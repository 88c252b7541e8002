"""A small dated table for tests, and the bundled ones."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from payerbook.authoring.datasets import compile_manifest
from payerbook.datasets import Tables

BUNDLED = Path(__file__).parents[1] / "policies" / "_datasets"
MANIFESTS = sorted(BUNDLED.glob("*/manifest.yaml"))

MANIFEST = """\
table: limits
title: Limits
format: 1
columns: [code, from, to, value]
key: 1
made: By hand.
windows:
  - id: early
    from: 2024-01-01
    to: 2024-03-31
    file: all.csv
    grade: A*
    complete: true
    rows: 3
    in_force: {2024-01-01: 2}
    sources: &sources
      - {title: List, publisher: CMS, grade: A*, last_checked: 2026-11-21}
  - id: late
    from: 2024-07-01
    to:
    file: all.csv
    grade: B
    complete: false
    rows: 3
    sources: *sources
holes: [The second quarter is missing.]
"""
ROWS = "code,from,to,value\n97110,,2024-06-30,4\n97110,2024-07-01,,6\n97112,,,4\n"


def make(folder: Path, manifest: str = MANIFEST, rows: str = ROWS) -> Path:
    """A table folder `limits` with one CSV; returns the manifest's path."""
    table = folder / "limits"
    table.mkdir(exist_ok=True)
    (table / "all.csv").write_bytes(rows.encode())
    (table / "manifest.yaml").write_text(manifest, encoding="utf-8")
    return table / "manifest.yaml"


def compiled(*manifests: Path) -> bytes:
    """The list of tables that the engine reads."""
    return msgspec.json.encode([compile_manifest(path) for path in manifests])


@cache
def bundled() -> Tables:
    """The tables that come with payerbook."""
    return Tables((compiled(*MANIFESTS), BUNDLED))
