"""What lint and test keep between runs: the same answers sooner, none stale after an edit, and no need of a folder that can be written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from payerbook.authoring import memory, yamlfile
from payerbook.authoring.lint import lint, run_cases
from payerbook.cli import main

PACK = Path(__file__).parents[1] / "docs" / "faults" / "pack"
EDITS = {
    "pack.yaml": ("version: 2026.1.0", "version: 2026"),
    "sources.yaml": ("grade: A", "grade: C"),
    "assistant.yaml": ("needs_any: [GP]", "needs_any: [GO]"),
    "assistant.test.yaml": ("expect: fail", "expect: pass"),
}
"""For each file of a pack an edit that changes what lint or test says."""


@pytest.fixture(autouse=True)
def few_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest packs have no part in this."""
    monkeypatch.setenv("PAYERBOOK_PLUGINS", "common")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return shutil.copytree(PACK, tmp_path / "pack")


def _answers(pack: Path, cache: Path | None) -> tuple[list[Any], list[Any]]:
    with memory.use(cache):
        return lint([pack]), run_cases([pack])


def _forbidden(*arguments: Any, **options: Any) -> Any:
    raise AssertionError("a file was parsed again")


def test_a_second_run_parses_nothing_and_says_the_same(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _answers(pack, tmp_path / "cache")
    monkeypatch.setattr(yamlfile, "YAML", _forbidden)
    monkeypatch.setattr("payerbook.authoring.schema._faults", _forbidden)
    assert _answers(pack, tmp_path / "cache") == first


@pytest.mark.parametrize("name", sorted(path.name for path in PACK.iterdir()))
def test_an_edit_of_any_file_is_seen(name: str, pack: Path, tmp_path: Path) -> None:
    before = _answers(pack, tmp_path / "cache")
    file = pack / name
    old, new = EDITS[name]
    assert old in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    after = _answers(pack, tmp_path / "cache")
    assert after == _answers(pack, None)
    assert after != before


@pytest.mark.parametrize("command", ["lint", "test", "prove", "strength"])
def test_commands_keep_what_they_parse(command: str, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYERBOOK_CACHE", str(tmp_path / "cache"))
    assert main([command, str(pack)]) == 0
    monkeypatch.setattr(yamlfile, "YAML", _forbidden)
    assert main([command, str(pack)]) == 0
    if command in ("lint", "test"):
        with pytest.raises(AssertionError, match="parsed again"):
            main([command, "--no-cache", str(pack)])


def test_other_code_is_another_key(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _answers(pack, tmp_path / "cache")
    monkeypatch.setattr(yamlfile, "_CODE", b"a newer reader")
    monkeypatch.setattr(yamlfile, "YAML", _forbidden)
    with pytest.raises(AssertionError, match="parsed again"):
        _answers(pack, tmp_path / "cache")


def _garbage(folder: Path) -> None:
    folder.mkdir()
    (folder / memory.NAME).write_bytes(b"no database" * 1000)


def _file_in_the_way(folder: Path) -> None:
    folder.write_text("a file where the folder would be", "utf-8")


def _no_table(folder: Path) -> None:
    folder.mkdir()
    (folder / memory.NAME).write_bytes(b"")


@pytest.mark.parametrize("spoil", [_garbage, _file_in_the_way, _no_table])
def test_a_cache_that_cannot_be_used_changes_nothing(spoil: Callable[[Path], None], pack: Path, tmp_path: Path) -> None:
    spoil(tmp_path / "cache")
    assert _answers(pack, tmp_path / "cache") == _answers(pack, None)


def test_a_damaged_cache_is_made_anew(pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _garbage(tmp_path / "cache")
    for _ in range(2):
        expected = _answers(pack, tmp_path / "cache")
    monkeypatch.setattr(yamlfile, "YAML", _forbidden)
    assert _answers(pack, tmp_path / "cache") == expected


def test_the_older_entries_go_when_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "LARGEST", 10)
    keys = [memory.key("entry", str(number)) for number in range(11)]
    for key in keys:
        with memory.use(tmp_path) as one:
            one.put(key, b"")
    kept = memory.Memory(tmp_path)
    assert [kept.get(key) is not None for key in keys] == [False] * 6 + [True] * 5


def test_processes_parse_as_one_does(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = sorted(pack.glob("*.yaml"))
    (pack / "broken.yaml").write_text("a: [1", "utf-8")
    monkeypatch.setattr(yamlfile, "WORTH_PROCESSES", 1)
    with memory.use(None):
        alone = [yamlfile.read(file) for file in files]
    with memory.use(None):
        yamlfile.prepare([*files, pack / "broken.yaml"], 2)
        monkeypatch.setattr(yamlfile, "YAML", _forbidden)
        shared = [yamlfile.read(file) for file in files]
    for one, other in zip(alone, shared, strict=True):
        assert (one.data, one.marks, one.keys) == (other.data, other.marks, other.keys)
