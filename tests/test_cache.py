"""The cache of compiled packs: YAML is read only on a miss, and nothing is left behind where it cannot be written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOAD = "import sys, payerbook; book = payerbook.load(); print(len(book.packs()), 'ruamel.yaml' in sys.modules, 'jsonschema' in sys.modules)"


def load(cache: Path, temporary: Path) -> list[str]:
    paths = os.pathsep.join([str(ROOT / "core"), str(ROOT / "plugins")])
    environment = {**os.environ, "PYTHONPATH": paths, "PAYERBOOK_CACHE": str(cache), "TMPDIR": str(temporary)}
    return subprocess.run([sys.executable, "-c", LOAD], env=environment, capture_output=True, text=True, check=True).stdout.split()


def test_a_cache_that_has_the_packs_needs_no_yaml(tmp_path: Path) -> None:
    first = load(tmp_path / "cache", tmp_path)
    again = load(tmp_path / "cache", tmp_path)
    assert first[1:] == ["True", "True"]
    assert again == [first[0], "False", "False"]


def test_a_cache_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where the cache folder would be", "utf-8")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    assert load(blocked / "cache", temporary)[0] != "0"
    assert list(temporary.iterdir()) == []
