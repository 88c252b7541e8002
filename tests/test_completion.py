"""What a shell gets when it asks how a line could go on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from payerbook.cli import COMMANDS, main


def asked(line: str, tmp_path: Path) -> list[str]:
    """What argcomplete's protocol answers for a line with the cursor at its end."""
    out = tmp_path / "answer"
    protocol = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(out),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
    }
    subprocess.run([sys.executable, "-m", "payerbook"], env={**os.environ, **protocol}, check=True)
    return [word.strip() for word in out.read_text("utf-8").split("\n") if word.strip()]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("payerbook cov", ["coverage"]),
        ("payerbook coverage medicare.p", ["medicare.part-b"]),
        ("payerbook coverage medicare.part-b 9716", ["97161", "97162", "97163", "97164", "97165", "97166", "97167", "97168", "97169"]),
        ("payerbook rule medicare.part-b.kx-t", ["medicare.part-b.kx-threshold"]),
        ("payerbook check --select medicare.part-b.kx-t", ["medicare.part-b.kx-threshold"]),
        ("payerbook data import --qu", ["--quarter"]),
    ],
)
def test_a_line_goes_on(line: str, expected: list[str], tmp_path: Path) -> None:
    assert asked(line, tmp_path) == expected


def test_every_command_is_offered(tmp_path: Path) -> None:
    assert set(COMMANDS) <= set(asked("payerbook ", tmp_path))


def test_bash_takes_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bash"]) == 0
    script = capsys.readouterr().out + "complete -p payerbook\n"
    done = subprocess.run(["bash", "--norc"], input=script, capture_output=True, text=True, check=True)
    assert "payerbook" in done.stdout
