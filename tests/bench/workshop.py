"""`payerbook lint` and `payerbook test` of about 700 rules: with nothing kept from before, with everything, and after one edit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.measure import Row, at_most

COPIES = 6
ROOT = Path(__file__).parents[2]
LARGEST = ROOT / "policies" / "medicare" / "part-b"
MINUTE, SHORT = 60.0, 3.0
"""Seconds that the first and the later runs may take."""


def rows() -> list[Row]:
    """Wall time of both commands after each other, in processes of their own."""
    with tempfile.TemporaryDirectory() as made:
        packs = Path(made) / "packs"
        rules = sum(_copy(packs / f"copy{number}", f"bench.copy{number}") for number in range(COPIES))
        cold = _both(packs, Path(made) / "cache")
        warm = _both(packs, Path(made) / "cache")
        changed = packs / "copy0" / "discipline-modifier.yaml"
        changed.write_text(changed.read_text("utf-8") + "# an edit\n", "utf-8")
        edited = _both(packs, Path(made) / "cache")
    return [
        at_most(f"`lint` and `test` of {rules} rules, nothing cached / one minute", MINUTE, cold, 1),
        at_most("the same again / 3 seconds", SHORT, warm, 1),
        at_most("the same after an edit of one rule / 3 seconds", SHORT, edited, 1),
    ]


def _copy(target: Path, id: str) -> int:
    """A copy of the largest bundled pack under another id; the number of its rules."""
    shutil.copytree(LARGEST, target)
    for file in target.glob("*.yaml"):
        file.write_text(file.read_text("utf-8").replace("medicare.part-b", id), "utf-8")
    return sum(1 for file in target.glob("*.test.yaml"))


def _both(packs: Path, cache: Path) -> float:
    paths = os.pathsep.join([str(ROOT / "core"), str(ROOT / "plugins")])
    environment = {**os.environ, "PYTHONPATH": paths, "PAYERBOOK_CACHE": str(cache)}
    start = time.perf_counter()
    for command in ("lint", "test"):
        done = subprocess.run(
            [sys.executable, "-m", "payerbook", command, packs], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise SystemExit(f"payerbook {command} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return time.perf_counter() - start
