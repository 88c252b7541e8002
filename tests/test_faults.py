"""Every PB code has an example that is true: the wrong file gives exactly that code and the sentence shown, the right one nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from payerbook.authoring import fault_examples
from payerbook.authoring.checks import references, wording
from payerbook.authoring.fault_examples import Example
from payerbook.authoring.faults import CODES
from payerbook.authoring.yamlfile import read
from payerbook.cli import main
from test_prove import FAULTY_KINDS

ROOT = Path(__file__).parents[1]
EXAMPLES = fault_examples.load()
_CODE = re.compile(r"\[(PB\d{3})\]")


@pytest.fixture(autouse=True)
def few_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest packs have no part in this."""
    monkeypatch.setenv("PAYERBOOK_PLUGINS", "common,ncci")


def test_every_code_has_an_example() -> None:
    assert set(EXAMPLES) == set(CODES)


def test_the_reference_lists_every_code_in_order() -> None:
    rows = re.findall(r"^\| (PB\d{3}) \| (.*?) \| (.*) \|$", (ROOT / "docs" / "format.md").read_text("utf-8"), re.MULTILINE)
    assert rows == [(code, *CODES[code]) for code in sorted(CODES)]


def test_only_faults_of_code_have_no_file() -> None:
    """test_prove puts these into a kind."""
    assert {code for code, example in EXAMPLES.items() if example.file is None} == set(FAULTY_KINDS)


@pytest.mark.parametrize("code", sorted(code for code, example in EXAMPLES.items() if example.file is not None))
def test_the_wrong_file_gives_the_fault_and_the_right_one_none(code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = EXAMPLES[code]
    wrong, right = tmp_path / "wrong", tmp_path / "right"
    fault_examples.write(example, wrong, wrong=True)
    fault_examples.write(example, right, wrong=False)
    assert example.right in (right / str(example.file)).read_text("utf-8")
    said = _said(example, wrong, capsys)
    assert set(_CODE.findall(said)) == {code}
    assert example.says.strip().removesuffix("…") in said
    assert not _CODE.findall(_said(example, right, capsys))


def _said(example: Example, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command of the example prints, with paths inside the pack."""
    command, *arguments = example.command.replace("PACK", str(folder)).split()
    if command == "codes":  # what lint looks at in the code lists that the bundled packs share
        files = sorted((folder / "_codes").glob("*.yaml"))
        found = [*(fault for file in files for fault in wording.labels(read(file))), *references.unused_sets(folder / "_codes", [folder])]
        return "\n".join(fault.text(folder) for fault in found)
    main([command, *arguments])
    return capsys.readouterr().out.replace(f"{folder}/", "").replace(str(folder), "PACK")
