"""Whether the commands for authors catch an edit: `lint`, then `test`, then `prove`, on a copy of payerbook with the edit in it."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import NamedTuple

from payerbook.authoring.cases import SUFFIX, judge
from payerbook.authoring.session import Session
from payerbook.cli import COMMANDS, main
from payerbook.engine.program import Program

from .edits import Edit

LINT = re.compile(r"^(?P<file>[^:\n]+\.yaml):\d+:\d+: .+ \[PB\d{3}\]$", re.MULTILINE)
"""A message of lint or prove: file, line, column, what is wrong and how to repair it, and the code of the page that explains it."""

CASE = re.compile(r"^  (?P<file>[^:\n]+\.yaml):\d+: (expected .+, got .+|.+)$", re.MULTILINE)
"""A message of test: file and line of the case, what it expects and what came."""


class Caught(NamedTuple):
    """What came of an edit: the command that noticed it (None: nobody), its first message, and whether the message has the right shape
    and names the file of the edit or of its cases."""

    number: int
    sort: str
    file: str
    what: str
    by: str | None
    message: str
    placed: bool


def catch(policies: Path, edit: Edit) -> Caught:
    """Puts an edit into the bundled packs of a copy of payerbook, asks the commands one after the other, and takes it out again."""
    file = policies / edit.file
    before = file.read_text("utf-8") if file.exists() else None
    cases = file.with_name(file.stem + SUFFIX)
    had_cases = cases.exists()
    try:
        file.write_text(edit.text, "utf-8")
        if edit.like is not None:
            _write_cases(policies / edit.like, file, cases)
        return _asked(edit, file, policies, cases)
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before, "utf-8")
        if not had_cases:
            cases.unlink(missing_ok=True)


def _asked(edit: Edit, file: Path, policies: Path, cases: Path) -> Caught:
    said_of = edit.number, edit.sort, edit.file.as_posix(), edit.what
    rule = edit.file.stem
    tested = [str(one) for one in _cases_of(policies, file)] or [str(file.parent)]
    steps = [("lint", ["lint", str(file.parent)], LINT), ("test", ["test", *tested], CASE)]
    if "prove" in COMMANDS:
        steps.append(("prove", ["prove", str(file.parent), *(["--rule", rule] if cases.exists() else [])], LINT))
    for name, arguments, shape in steps:
        code, said = _run(arguments)
        if code == 0:
            continue
        found = list(shape.finditer(said))
        own = [one for one in found if Path(one["file"]).name in (file.name, cases.name) or f".{rule} " in one.group()]
        first = (own or found or [None])[0]
        return Caught(*said_of, name, first.group().strip() if first is not None else said.strip(), bool(own))
    return Caught(*said_of, None, "", False)


def _cases_of(policies: Path, file: Path) -> list[Path]:
    """The cases of a rule, and of the rules that are like it."""
    found = re.search(r"^rule: (\S+)", file.read_text("utf-8"), re.MULTILINE)
    like = re.compile(rf"^like: {re.escape(found[1])}$", re.MULTILINE) if found else None
    heirs = [one for one in policies.rglob("*.yaml") if like is not None and like.search(one.read_text("utf-8"))]
    return [cases for one in (file, *sorted(heirs)) if (cases := one.with_name(one.stem + SUFFIX)).exists()]


def _run(arguments: list[str]) -> tuple[int, str]:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        code = main(arguments)
    return code, said.getvalue()


def _write_cases(like: Path, rule: Path, cases: Path) -> None:
    """Cases for the second rule, as its author would have them: those of the first, without those that do not hold for it."""
    text = like.with_name(like.stem + SUFFIX).read_text("utf-8")
    cases.write_text(re.sub(r"^(rule: \S+)", r"\1-again", text, count=1, flags=re.MULTILINE), "utf-8")
    session = Session()
    pack = session.library.compiled(rule.parent).pack
    tests, document, _ = session.runner.load(cases)
    if pack is None or tests is None:
        return
    program = Program([pack], session.kinds, session.tables)
    lines = cases.read_text("utf-8").splitlines(keepends=True)
    for place, case in reversed(list(enumerate(tests.cases))):
        if judge(program, pack, tests, case)[1]:
            begin = document.marks["cases", place].line - 1
            end = document.marks["cases", place + 1].line - 1 if place + 1 < len(tests.cases) else len(lines)
            del lines[begin:end]
    cases.write_text("".join(lines), "utf-8")
