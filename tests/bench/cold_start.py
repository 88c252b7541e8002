"""One claim in a new process, installed from the wheel, against a Python that only imports what nobody can do without."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench.measure import Row, at_most, processes
from tests.bench.one_claim import CLAIM
from tests.installation import build, clean_environment, environment


def rows() -> list[Row]:
    """The command `payerbook check` against `import json, importlib.metadata` in the same environment."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        python = environment(folder / "env", build(folder))
        best = processes(
            {
                "bare": [python, "-c", "import json, importlib.metadata"],
                "check": [python.with_name("payerbook"), "check", CLAIM],
            },
            folder,
            clean_environment(),
        )
    return [
        at_most(
            "`payerbook check` of one claim, whole process / Python importing json and importlib.metadata", best["bare"], best["check"], 4
        )
    ]
