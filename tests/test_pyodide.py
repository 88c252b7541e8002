"""The engine in the browser: CPython for WebAssembly, under node, gives the same reports as CPython, byte for byte."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from installation import Installed
from payerbook.plugins import BUNDLED

HERE = Path(__file__).parent / "pyodide"
PACKAGES = HERE / "node_modules"
PURE = ("payerbook.authoring", "jsonschema", "ruamel", "yaml")

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed; it runs Pyodide, the Python of browsers")


def test_reports_in_the_browser_are_those_of_the_command_line(installed: Installed, tmp_path: Path) -> None:
    wheels = sorted(PACKAGES.glob(".wheels/*.whl"))
    assert wheels, "Pyodide and its wheels are not there; run `make pyodide`"
    claims = HERE / "claims.jsonl"
    expected = installed.run(["python", HERE / "check.py", claims], tmp_path, PAYERBOOK_PLUGINS=",".join(BUNDLED))
    assert expected.returncode == 0, expected.stderr
    command = ["node", HERE / "check.mjs", claims, installed.wheel, *wheels]
    seen = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert seen.returncode == 0, seen.stderr
    assert len(expected.stdout.splitlines()) == len(claims.read_text().splitlines())
    assert seen.stdout == expected.stdout
    assert not [name for name in seen.stderr.split() if name.startswith(PURE)]
