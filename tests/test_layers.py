"""The shape of the code: what may import what, who may read YAML or the clock, and how long a module may be."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = ROOT / "core" / "payerbook"
CODE = sorted(file for folder in ("core", "plugins", "site") for file in (ROOT / folder).rglob("*.py"))
LONGEST = 400
HEAVY = {"jsonschema", "ruamel", "ruamel.yaml", "yaml"}


def environment(**more: str) -> dict[str, str]:
    """The environment with the checkout's code in it."""
    return {**os.environ, "PYTHONPATH": f"{ROOT / 'core'}{os.pathsep}{ROOT / 'plugins'}", **more}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled packs compiled, as a wheel carries them."""
    folder = tmp_path_factory.mktemp("compiled")
    program = "import sys, hatch_build; from pathlib import Path; hatch_build.compile_bundled(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", program, folder], cwd=ROOT, env=environment(), check=True)
    return folder


@pytest.fixture(scope="module")
def claim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A claim as JSON."""
    file = tmp_path_factory.mktemp("claim") / "claim.json"
    line = {"service_date": "2026-01-15", "code": "97110", "units": 2, "minutes": 30, "modifiers": ["GP"]}
    file.write_text(json.dumps({"claim_id": "A1", "payer": "medicare.part-b", "lines": [line]}))
    return file


def test_imports_point_down(tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", ROOT / "pyproject.toml"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_check_reads_no_yaml(claim: Path, compiled: Path, tmp_path: Path) -> None:
    """The command of an installed wheel is held to the same in test_packaging."""
    program = (
        "import sys, msgspec\n"
        "from pathlib import Path\n"
        "from payerbook.api import Book\n"
        "from payerbook.book import Shelf\n"
        "from payerbook.claim import Claim\n"
        "from payerbook.plugins import BUNDLED, Plugins\n"
        "book = Book(Shelf(Plugins(BUNDLED), [], Path(sys.argv[1]), None))\n"
        "print(book.check(msgspec.json.decode(Path(sys.argv[2]).read_bytes(), type=Claim)).json().decode())\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, compiled, claim], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["payer"] == "medicare.part-b"
    held = set(done.stderr.split())
    assert not {name for name in held if name in HEAVY or name.startswith("payerbook.authoring")}


def test_kinds_see_only_values() -> None:
    """A kind knows claims, dates and its settings: no files, no plugins, no packs, no process."""
    allowed = re.compile(r"from payerbook(\.(kinds|claim|units|calendar)\b| import (units|calendar)$|\.policy import)")
    imports = re.compile(r"^\s*((?:from|import) (?:payerbook|pathlib|os|sys|subprocess|socket|urllib)\b.*)$", re.MULTILINE)
    seen = [(file.name, line) for file in sorted((CORE / "kinds").glob("*.py")) for line in imports.findall(file.read_text("utf-8"))]
    assert not [(name, line) for name, line in seen if not allowed.match(line)]


def test_clock_is_read_in_one_place() -> None:
    """ruff's DTZ rules forbid naive clocks; here every way to ask for now is looked for, time zone or not."""
    clock = re.compile(r"\b(?:datetime|date)\.(?:now|today|utcnow)\(|\btime\.(?:time|localtime|gmtime)\(")
    assert [str(file.relative_to(ROOT)) for file in CODE if clock.search(file.read_text("utf-8"))] == ["core/payerbook/cli/options.py"]


def test_no_payer_is_named_in_the_engine() -> None:
    """What differs between payers is data."""
    named = re.compile(r"payer(?:\.id)?\s*==\s*[\"']|[\"'](?:medicare|medicaid|commercial|tricare|va-ccn|workers-comp)[.\"'-]")
    outside = [file for file in CODE if CORE in file.parents and file.name != "plugins.py"]
    assert not [str(file.relative_to(ROOT)) for file in outside if named.search(file.read_text("utf-8"))]


def test_modules_are_short() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text("utf-8").splitlines()) for file in CODE}
    assert not {name: length for name, length in lengths.items() if length > LONGEST}
