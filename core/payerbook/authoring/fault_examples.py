"""Examples of faults: for each PB code what is wrong, what is right, and what the command says of the wrong one.

They are data, `docs/faults/<code>.yaml`; the pages show them and a test executes them. Every example is a change of the small pack
in `docs/faults/pack`: the right one is that pack after the edits under `setup`, and in the wrong one `right` is replaced by `wrong`.
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

import payerbook
from payerbook.authoring.documents import Doc
from payerbook.authoring.yamlfile import read


class Edit(Doc):
    """`new` in place of `old` in a file; without `old` the whole file."""

    file: str
    new: str
    old: str | None = None


class Example(Doc):
    """One fault and its repair. A fault that lies in the code of a rule kind has nothing but `why`: no file gives it."""

    why: Annotated[str, Meta(description="Why it matters, in a sentence or two.")]
    file: Annotated[str | None, Meta(description="The file with the fault.")] = None
    right: str = ""
    wrong: str = ""
    says: Annotated[
        str, Meta(description="What the command prints for the wrong one; what follows after … depends on what is on file.")
    ] = ""
    setup: Annotated[tuple[Edit, ...], Meta(description="What is different from the small pack in both.")] = ()
    command: Annotated[str, Meta(description="What finds it; PACK is the folder of the pack.")] = "lint --notes PACK"


def folder() -> Path:
    """Where the examples are: inside the installed package, else in the checkout of an editable install."""
    inside = Path(payerbook.__file__).parent / "docs" / "faults"
    return inside if inside.is_dir() else Path(payerbook.__file__).parents[2] / "docs" / "faults"


@cache
def load() -> dict[str, Example]:
    """The example of each code that has one."""
    return {file.stem: msgspec.convert(read(file).data, Example) for file in sorted(folder().glob("PB*.yaml"))}


def write(example: Example, target: Path, *, wrong: bool) -> None:
    """Writes the pack of an example below `target`, which does not exist yet. Raises ValueError when an edit finds nothing to change."""
    shutil.copytree(folder() / "pack", target)
    edits = [*example.setup, *([Edit(example.file, example.wrong, example.right)] if wrong and example.file else [])]
    for edit in edits:
        file = target / edit.file
        file.parent.mkdir(parents=True, exist_ok=True)
        text = edit.new
        if edit.old is not None:
            before = file.read_text("utf-8")
            if edit.old not in before:
                raise ValueError(f"{edit.file} has no {edit.old!r}")
            text = before.replace(edit.old, edit.new, 1)
        file.write_text(text, "utf-8")
