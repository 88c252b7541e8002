"""The tutorial does what it says: its commands are run as they stand, in an empty folder, and print what it shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from ruamel.yaml import YAML

from console import Ran, commands, session
from installation import ROOT, clean_environment

TUTORIAL = ROOT / "docs" / "tutorial" / "add-your-payer.md"


class Followed(NamedTuple):
    """What became of the commands, the folder they were run in, and their environment."""

    ran: list[Ran]
    folder: Path
    environment: dict[str, str]


@pytest.fixture(scope="module")
def followed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """The tutorial, followed from an empty folder; pip finds payerbook where its wheel was built."""
    folder = tmp_path_factory.mktemp("tutorial")
    own = {
        "PAYERBOOK_CACHE": str(tmp_path_factory.mktemp("cache")),
        "PIP_FIND_LINKS": str(wheel.parent),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "COLUMNS": "100",
        "LC_ALL": "C",
    }
    environment = clean_environment() | own
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    return Followed(session(TUTORIAL.read_text("utf-8"), folder, environment), folder, environment)


def test_every_command_does_what_is_shown(followed: Followed) -> None:
    for one in followed.ran:
        place = f"{TUTORIAL.name}:{one.command.line}: {one.command.text}"
        assert one.code == one.command.code, f"{place}{one.printed}"
        if one.command.shown is not None:
            shown = re.escape(one.command.shown).replace("…", ".*")  # … stands for anything
            assert re.fullmatch(shown, one.printed, re.DOTALL), f"{place}{one.printed}"
    assert len(followed.ran) == len(list(commands(TUTORIAL.read_text("utf-8"))))


def test_the_release_job_does_its_steps(followed: Followed, tmp_path: Path) -> None:
    """All that the job runs in a shell, on the pack of the tutorial as a new checkout has it; the upload is not ours to try."""
    project = tmp_path / "checkout"
    subprocess.run(["git", "clone", "--quiet", followed.folder / "example-mutual", project], check=True)
    job = YAML(typ="safe").load(project / ".github" / "workflows" / "release.yml")["jobs"]["release"]
    steps = [step["run"] for step in job["steps"] if "run" in step]
    activated = "set -e\n. ../runner/bin/activate\n"
    environment = followed.environment | {"GITHUB_REF_NAME": "v0.1.0", "PIP_QUIET": "1"}
    script = "\n".join(["python3 -m venv ../runner", activated, *steps])
    done = subprocess.run(["bash"], input=script, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {file.suffix for file in (project / "dist").iterdir()} == {".whl", ".gz"}
    assert "commercial.example-mutual  Example Mutual  version 2026.2.0" in done.stdout
    (compared,) = [step for step in steps if "GITHUB_REF_NAME" in step]
    other = subprocess.run(
        ["bash"], input=activated + compared, cwd=project, env=environment | {"GITHUB_REF_NAME": "v9"}, text=True, check=False
    )
    assert other.returncode == 1, "a tag that is not the version stops the release"
