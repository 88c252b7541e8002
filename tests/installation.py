"""Environments with payerbook's wheel in them and nothing of the checkout, for tests and measurements."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]


class Installed(NamedTuple):
    """An environment with payerbook's wheel in it and nothing of the checkout."""

    wheel: Path
    python: Path

    @property
    def bin(self) -> Path:
        """The folder of its commands."""
        return self.python.parent

    def run(self, arguments: Sequence[str | Path], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs one of its commands in `cwd`, with a cache of its own there unless `environment` says otherwise."""
        settings = {"PAYERBOOK_CACHE": str(cwd / "cache"), **environment}
        command = [self.bin / arguments[0], *arguments[1:]]
        return subprocess.run(command, cwd=cwd, env=clean_environment() | settings, capture_output=True, text=True, check=False)


def clean_environment() -> dict[str, str]:
    """The environment without what points Python or payerbook at the checkout."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PAYERBOOK_", "PYTEST_", "VIRTUAL_ENV"))}


def quiet(*command: str | Path, cwd: Path = ROOT) -> None:
    """Runs a command; its output becomes the message when it fails."""
    done = subprocess.run(command, cwd=cwd, env=clean_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"


def environment(folder: Path, *wheels: Path) -> Path:
    """A new virtual environment with these wheels and what they need; gives its Python."""
    quiet(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    quiet(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", *wheels)
    return python


def build(folder: Path) -> Path:
    """Makes the source archive from the checkout and the wheel from that archive; gives the wheel."""
    quiet(sys.executable, "-m", "build", "--outdir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel
