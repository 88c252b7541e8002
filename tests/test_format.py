"""Authors' errors: each fault of a pack in one line, with file, line, column, place, what is wrong and how to repair it.

test_faults holds an example of every code; here are their many forms."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from ruamel.yaml import YAML

import payerbook
from payerbook.authoring import vocabulary
from payerbook.authoring.faults import Fault
from payerbook.authoring.lint import lint
from payerbook.authoring.schema import Schemas
from payerbook.kinds import bundled

GOOD = {
    "pack.yaml": """\
pack: broken.NAME
format: "1"
title: A pack to break
version: 2026.1.0
""",
    "sources.yaml": """\
manual:
  title: Manual
  publisher: Payer
  grade: A
  last_checked: 2026-01-15
""",
    "gate.yaml": """\
rule: broken.NAME.gate
kind: modifier-conflict
title: A rule to break
status: active
when: {codes: ["97110", "97140"]}
effect: deny
evidence: claim
topic: modifiers
category: coding
params:
  modifiers: [CQ]
  needs_any: [GP]
versions:
  - from: 2025-01-01
    sources: [{ref: manual}]
  - from: 2026-01-01
    sources: [{ref: manual}]
""",
    "gate.test.yaml": """\
rule: broken.NAME.gate
claim: {lines: [{code: "97110", service_date: 2026-01-15, units: 1, modifiers: [CQ, GP]}]}
cases:
  - {name: both, expect: pass, claim: {}}
  - {name: alone, expect: fail, claim: {lines: [{code: "97110", service_date: 2026-01-15, units: 1, modifiers: [CQ]}]}}
""",
}
GATE = "gate.yaml"


class Edit(msgspec.Struct, frozen=True):
    """Puts `new` in place of `old` in a file; no `old` = the whole file; `bytes` = the same in Latin-1; none = the file goes."""

    file: str
    old: str | None = None
    new: str | None = None
    bytes: str | None = None


class Broken(msgspec.Struct, frozen=True):
    """A pack with one mistake, and every line that lint has to print for it."""

    name: str
    edits: tuple[Edit, ...]
    lines: tuple[str, ...]


PACKS = msgspec.convert(YAML(typ="safe").load(Path(__file__).parent / "golden" / "broken-packs.yaml"), list[Broken])


def _write(folder: Path, name: str, edits: Iterable[Edit] = ()) -> Path:
    files = {file: text.replace("NAME", name).encode() for file, text in GOOD.items()}
    for edit in edits:
        old, new = (text if text is None else text.replace("NAME", name).encode() for text in (edit.old, edit.new))
        if edit.bytes is not None:
            files[edit.file] = edit.bytes.encode("latin-1")
        elif new is None:
            del files[edit.file]
        elif old is None:
            files[edit.file] = new
        else:
            assert old in files[edit.file], f"{name}: {edit.file} has no {edit.old!r}"
            files[edit.file] = files[edit.file].replace(old, new, 1)
    folder.mkdir(parents=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return folder


def _printed(faults: list[Fault], folder: Path) -> list[str]:
    return [("note " if fault.note else "") + fault.text(folder) for fault in faults if fault.file.is_relative_to(folder)]


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Fault]]:
    """All broken packs in one tree, linted once."""
    root = tmp_path_factory.mktemp("format").resolve()
    for broken in PACKS:
        _write(root / broken.name, broken.name, broken.edits)
    return root, lint([root])


@pytest.mark.parametrize("broken", PACKS, ids=lambda broken: broken.name)
def test_every_fault_of_a_pack_is_one_line(broken: Broken, faults: tuple[Path, list[Fault]]) -> None:
    root, found = faults
    assert _printed(found, root / broken.name) == list(broken.lines)


def test_two_packs_with_one_id_are_both_named(tmp_path: Path) -> None:
    one, other = _write(tmp_path / "one", "same"), _write(tmp_path / "other", "same")
    found = [fault for fault in lint([tmp_path]) if fault.code == "PB017"]
    assert [fault.text(tmp_path) for fault in found] == [
        f"{name}/pack.yaml:1:1: pack: two packs are called broken.same: {one} and {other}; rename one [PB017]" for name in ("one", "other")
    ]


def test_a_code_described_twice_is_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text('codes:\n  "97110": {label: exercise}\n', "utf-8")
    _, found = vocabulary.load(tmp_path, Schemas({kind.name: kind for kind in bundled()}))
    assert [fault.text(tmp_path) for fault in found] == ["b.yaml:2:3: codes.97110: 97110 is described in another file already [PB017]"]


def test_one_file_can_be_linted_alone(tmp_path: Path) -> None:
    edits = (Edit("sources.yaml", "  grade: A", "  grade: A\n  grad: B"), Edit(GATE, "effect: deny", "effect: denied"))
    folder = _write(tmp_path / "pack", "alone", edits)
    assert [fault.code for fault in lint([folder / GATE])] == ["PB005"]


def test_a_pack_inherits_across_files_and_names_the_broken_link(tmp_path: Path) -> None:
    folder = _write(tmp_path / "pack", "chain", (Edit(GATE, "kind: modifier-conflict", "like: broken.chain.lane"),))
    lane = GOOD[GATE].replace("NAME", "chain").replace(".gate", ".lane").replace("kind: modifier-conflict", "like: broken.chain.gate")
    (folder / "lane.yaml").write_text(lane, "utf-8")
    (folder / "lane.test.yaml").write_text(GOOD["gate.test.yaml"].replace("NAME", "chain").replace(".gate", ".lane"), "utf-8")
    circle = "broken.chain.gate -> broken.chain.lane -> broken.chain.gate"
    assert _printed(lint([tmp_path]), folder) == [f"gate.yaml:2:7: like: rules inherit in a circle ({circle}); take one link out [PB010]"]


def test_a_setting_by_code_that_is_left_out_holds_the_codes_of_the_conditions(tmp_path: Path) -> None:
    for name, text in GOOD.items():
        (tmp_path / name).write_text(text.replace("NAME", "listed"), "utf-8")
    common = GOOD["gate.yaml"].replace("modifier-conflict", "code-status").split("params:", maxsplit=1)[0]
    for slug, params in (("gate", "{status: bundled}"), ("dated", '{status: bundled, codes: {"97140": {to: 2025-06-30}}}')):
        version = "versions: [{from: 2025-01-01, sources: [{ref: manual}]}]\n"
        (tmp_path / f"{slug}.yaml").write_text(f"{common}params: {params}\n{version}".replace("NAME.gate", f"listed.{slug}"), "utf-8")
    settings = {rule.slug: rule.versions[0].params["codes"] for rule in payerbook.load(policies=[tmp_path]).pack("broken.listed").rules}
    assert settings == {"gate": {"97110": {}, "97140": {}}, "dated": {"97140": {"to": "2025-06-30"}}}
