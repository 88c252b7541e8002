"""The same packs give the same site, byte for byte: whatever the hash seed, the time zone, the language, the folder and the caches."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("material", reason="the site needs mkdocs-material")

BUILD = """
import sys
from datetime import date
from pathlib import Path
from payerbook.pages.build import build
pyodide = Path(sys.argv[2]) if Path(sys.argv[2]).is_dir() else None
build(Path(sys.argv[1]), today=date(2026, 11, 21), packs=["common", "medicaid.md"], base_url="https://rules.example", pyodide=pyodide)
"""
PYODIDE = Path(__file__).parent / "pyodide" / "node_modules"


def built(folder: Path, **environment: str) -> dict[str, bytes]:
    """The files of a site that a process of its own builds."""
    own = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    subprocess.run([sys.executable, "-c", BUILD, str(folder), str(PYODIDE)], env=own, cwd=folder.parent, check=True)
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "deeper" / "und tiefer").mkdir(parents=True)
    one = built(tmp_path / "one", PYTHONHASHSEED="1", TZ="Pacific/Auckland", LC_ALL="C.UTF-8", SOURCE_DATE_EPOCH="1")
    two = built(
        tmp_path / "deeper" / "und tiefer" / "two",
        PYTHONHASHSEED="2",
        TZ="America/Los_Angeles",
        LC_ALL="C",
        SOURCE_DATE_EPOCH="1893456000",
        PAYERBOOK_CACHE=str(tmp_path / "cache"),
        TMPDIR=str(tmp_path / "deeper"),
    )
    assert one.keys() == two.keys()
    assert [path for path in one if one[path] != two[path]] == []
    endings = {path.rpartition(".")[2] for path in one}
    assert {"html", "json", "md", "xml", "csv", "parquet", "ics", "txt"} <= endings
    assert "zip" in endings or not PYODIDE.is_dir()
    assert not [path for path, data in one.items() if str(tmp_path).encode() in data]
