"""Runs the edits in a process of its own, in which payerbook is a copy whose bundled packs can be spoiled."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from payerbook.authoring.session import Session
from payerbook_plugins import policies

from .catch import Caught, catch
from .edits import seeded

ROOT = Path(__file__).parents[2]


def scan(folder: Path, numbers: Sequence[int] = ()) -> list[Caught]:
    """What came of the edits of these numbers (default: of all); `folder` takes the copy."""
    for name in ("core", "plugins", "policies"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    paths = os.pathsep.join(str(folder / name) for name in ("core", "plugins"))
    own = {"PYTHONPATH": paths, "PAYERBOOK_CACHE": str(folder / "cache"), "PAYERBOOK_PLUGINS": os.environ.get("PAYERBOOK_PLUGINS", "")}
    command = [sys.executable, "-m", f"{__package__}.scan", *map(str, numbers)]
    home = ROOT if __package__.startswith("tests.") else ROOT / "tests"
    environment = {name: value for name, value in {**os.environ, **own}.items() if value}
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return msgspec.json.decode(done.stdout, type=list[Caught])


def _in_the_copy(numbers: Sequence[int]) -> list[Caught]:
    edits = seeded(policies(), sorted(Session().library.vocabulary.codes))
    return [catch(policies(), edit) for edit in edits if not numbers or edit.number in numbers]


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(_in_the_copy([int(number) for number in sys.argv[1:]])))
