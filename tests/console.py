"""Fenced blocks of a document as one session of a shell, and what each command printed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

_BLOCK = re.compile(r"^```(sh|console)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_EXIT = re.compile(r"\s+# exit code (\d+)$")
_MARK = "=====end of a command====="


class Command(NamedTuple):
    """A command as the document has it, its line there, the output that is shown (None: not shown) and the exit code it has to have."""

    line: int
    text: str
    shown: str | None
    code: int


class Ran(NamedTuple):
    """A command with what came of it."""

    command: Command
    printed: str
    code: int


def commands(text: str) -> Iterator[Command]:
    """The commands of a document in order: a `sh` block is one command, in a `console` block each begins with `$ `."""
    for block in _BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 2
        if block[1] == "sh":
            yield Command(line, block[2], None, 0)
            continue
        for part in re.split(r"^\$ ", block[2], flags=re.MULTILINE)[1:]:
            typed = re.match(r"(?:.*\\\n)*.*\n", part)
            assert typed is not None
            found = _EXIT.search(typed[0].rstrip())
            yield Command(line, typed[0], part[typed.end() :], int(found[1]) if found else 0)
            line += part.count("\n")


def session(text: str, folder: Path, environment: Mapping[str, str]) -> list[Ran]:
    """Runs the commands of a document one after the other in one bash that starts in `folder`."""
    listed = list(commands(text))
    script = "".join(f"{one.text}\necho '{_MARK}' $?\n" for one in listed)
    done = subprocess.run(
        ["bash"], input=script, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    pieces = re.split(rf"^{_MARK} (\d+)\n", done.stdout, flags=re.MULTILINE)
    return [Ran(one, said, int(code)) for one, said, code in zip(listed, pieces[::2], pieces[1::2], strict=False)]
