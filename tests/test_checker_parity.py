"""The claim checker's engine, in Python for WebAssembly under node, gives every written case of every pack the same report as CPython."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from payerbook.authoring import cases as written_cases
from payerbook.authoring.session import Session
from payerbook.pages import runtime

HERE = Path(__file__).parent / "pyodide"
PACKAGES = HERE / "node_modules"

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed; it runs Pyodide, the Python of browsers"),
    pytest.mark.skipif(not PACKAGES.is_dir(), reason="Pyodide is not there; run `make pyodide`"),
]


def written(session: Session) -> Iterator[bytes]:
    """Every case of every bundled pack as the line that `pyodide/cases.py` reads."""
    for one in session.library.all():
        if one.pack is None:
            continue  # lint and the wheel's own tests tell
        for file in written_cases.test_files(one.folder):
            tests, _, _ = session.runner.load(file)
            assert tests is not None, file
            for case in tests.cases:
                claim = written_cases.make_claim(one.pack, tests, case)
                before = [{"claim_id": f"before {place}", "payer": claim.payer, **given} for place, given in enumerate(case.after)]
                codes = case.each or (claim.lines[0].code,) if claim.lines else ("",)
                for code in codes:
                    coded = claim.lines and (msgspec.structs.replace(claim.lines[0], code=code), *claim.lines[1:])
                    asked = {"known_on": case.known_on, "today": case.today}
                    id = f"{tests.rule} {case.name} {code}".replace("\n", " ")
                    yield msgspec.json.encode({"id": id, "claim": msgspec.structs.replace(claim, lines=coded), "before": before, **asked})


def test_every_case_has_the_same_report_in_the_browser(tmp_path: Path) -> None:
    session = Session()
    site = tmp_path / "site"
    shutil.copytree(Path(__file__).parents[1] / "site", site, ignore=shutil.ignore_patterns("build"))
    runtime.install(session, site, PACKAGES)
    assets = site / "docs" / runtime.ASSETS
    cases = tmp_path / "cases.jsonl"
    cases.write_bytes(b"\n".join(written(session)))
    with zipfile.ZipFile(assets / runtime.ENGINE) as packed:
        packed.extractall(tmp_path / "engine")
    here = subprocess.run(
        [sys.executable, HERE / "cases.py", cases],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "engine")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert here.returncode == 0, here.stderr
    command = ["node", HERE / "cases.mjs", assets, HERE / "cases.py", cases]
    there = subprocess.run(command, capture_output=True, text=True, check=False)
    assert there.returncode == 0, there.stderr[-2000:]
    assert len(here.stdout.splitlines()) == len(cases.read_bytes().splitlines()) > 3000
    differing = [one for one, other in zip(here.stdout.splitlines(), there.stdout.splitlines(), strict=True) if one != other]
    assert not differing


def test_the_archive_is_the_same_twice_and_holds_nothing_of_authors() -> None:
    first = runtime.archive(Session())
    assert first == runtime.archive(Session())
    assert not [name for name in zipfile.ZipFile(io.BytesIO(first)).namelist() if "authoring" in name or "_command" in name]
