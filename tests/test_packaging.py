"""payerbook as people get it: a wheel in an empty environment, packs of others beside it, and packs that do not load."""

from __future__ import annotations

import json
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

import payerbook
from installation import ROOT, Installed, quiet
from payerbook.pages import project
from payerbook.plugins import BUNDLED

EXAMPLE = ROOT / "tests" / "example-pack"
EXAMPLE_POLICIES = EXAMPLE / "src" / "payerbook_example" / "policies"
LINE = {"service_date": "2026-01-15", "code": "97110", "units": 2, "minutes": 22, "modifiers": ["GP"]}


def claim(payer: str, **more: Any) -> dict[str, Any]:
    """Two units of 97110 for 22 minutes: one too many by every counting method."""
    return {"claim_id": "A1", "payer": payer, "lines": [LINE], **more}


def written(folder: Path, *claims: dict[str, Any]) -> Path:
    """The claims as a file of JSON Lines."""
    file = folder / "claims.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in claims))
    return file


def failed(output: str) -> dict[str, set[str]]:
    """The rules that failed, by claim."""
    return {report["claim_id"]: {finding["rule"] for finding in report["findings"]} for report in json.loads(output)["reports"]}


@pytest.fixture(scope="module")
def with_example(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The example pack, built as its own wheel, installed beside payerbook."""
    folder = tmp_path_factory.mktemp("example")
    source = shutil.copytree(EXAMPLE, folder / "source")
    quiet(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, source)
    (wheel,) = folder.glob("*.whl")
    quiet(sys.executable, "-m", "pip", "--python", installed.python, "install", "--quiet", "--no-deps", wheel)
    return installed


def test_wheel_carries_the_packs_their_sources_and_the_site(installed: Installed) -> None:
    names = set(zipfile.ZipFile(installed.wheel).namelist())
    assert {
        "payerbook/py.typed",
        "payerbook/compiled/index.json",
        "payerbook/compiled/codes.json",
        "payerbook/compiled/tables-0.json",
    } <= names
    policies = {f"payerbook/policies/{file.relative_to(ROOT / 'policies')}" for file in (ROOT / "policies").rglob("*.yaml")}
    assert policies <= names
    assert "payerbook/site/mkdocs.yml" in names
    assert {f"payerbook/docs/{name}.md" for name in project.names()} <= names
    assert {f"payerbook/docs/faults/{file.name}" for file in (ROOT / "docs" / "faults").glob("PB*.yaml")} <= names
    unwanted = ("tests/", "payerbook/site/build/", "payerbook/site/docs/rules/")
    assert not [name for name in names if name.startswith(unwanted) or "__pycache__" in name or name.endswith(".pyc")]


def test_source_archive_is_complete_and_holds_nothing_generated(installed: Installed) -> None:
    (archive,) = installed.wheel.parent.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert {"hatch_build.py", "pyproject.toml", "policies/medicare/part-b/pack.yaml", "tests/test_packaging.py"} <= names
    generated = ("node_modules/", ".venv/", "site/build/", "core/payerbook/compiled/")
    assert not [name for name in names if any(part in f"{name}/" for part in generated)]


def test_installed_packs_are_those_of_the_checkout(installed: Installed, tmp_path: Path) -> None:
    program = "import json, payerbook; print(json.dumps({head.id: head.digest for head in payerbook.load().packs()}))"
    done = installed.run(["python", "-c", program], tmp_path, PAYERBOOK_PLUGINS=",".join(BUNDLED))
    assert done.returncode == 0, done.stderr
    here = payerbook.load(BUNDLED)
    assert not here.not_loaded
    assert json.loads(done.stdout) == {head.id: head.digest for head in here.packs()}


def test_check_reads_no_yaml_and_needs_no_folder_to_write_to(installed: Installed, tmp_path: Path) -> None:
    file = written(tmp_path, claim("medicare.part-b"))
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    program = (
        "import sys; from payerbook.cli import main; code = main(['check', sys.argv[1], '--json']); "
        "print(sorted({'jsonschema', 'ruamel', 'ruamel.yaml', 'yaml'} & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    plugins = ",".join(BUNDLED)
    done = installed.run(["python", "-c", program, file], locked, PAYERBOOK_CACHE=str(file / "no-folder"), PAYERBOOK_PLUGINS=plugins)
    assert (done.returncode, done.stderr) == (1, "[]\n")
    assert "medicare.part-b.timed-units" in failed(done.stdout)["A1"]
    assert not list(locked.iterdir())


def test_folder_of_packs_works_without_a_cache_that_can_be_written(installed: Installed, tmp_path: Path) -> None:
    file = written(tmp_path, claim("commercial.riverside"))
    done = installed.run(
        ["payerbook", "check", file, "--json", "--policies", EXAMPLE_POLICIES],
        tmp_path,
        PAYERBOOK_CACHE=str(file / "no-folder"),
        PAYERBOOK_PLUGINS=",".join(BUNDLED),
    )
    assert done.returncode == 1, done.stderr
    assert "commercial.riverside.timed-units" in failed(done.stdout)["A1"]


def test_editable_wheel_carries_no_compiled_packs(tmp_path: Path) -> None:
    program = (
        "import sys; from hatchling.builders.wheel import WheelBuilder; "
        "print(*WheelBuilder(sys.argv[1]).build(directory=sys.argv[2], versions=['editable']))"
    )
    quiet(sys.executable, "-c", program, ROOT, tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.endswith(".pth") for name in names)
    assert not [name for name in names if name.startswith("payerbook/")]


def test_pack_of_others_is_found_and_used(with_example: Installed, tmp_path: Path) -> None:
    listed = with_example.run(["payerbook", "packs", "--json"], tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert "commercial.riverside" in {pack["id"] for pack in json.loads(listed.stdout)["packs"]}
    checked = with_example.run(["payerbook", "check", written(tmp_path, claim("Riverside Health Plan")), "--json"], tmp_path)
    assert checked.returncode == 1, checked.stderr
    assert "commercial.riverside.timed-units" in failed(checked.stdout)["A1"]


def test_cases_of_the_example_pack_hold(with_example: Installed, tmp_path: Path) -> None:
    done = with_example.run(["payerbook", "test", EXAMPLE_POLICIES], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def broken_plugin(tmp_path: Path) -> Path:
    """A folder with an installed distribution whose module fails on import."""
    folder = tmp_path / "broken"
    metadata = folder / "payerbook_broken-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: payerbook-broken\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[payerbook]\nbroken = payerbook_broken\n")
    (folder / "payerbook_broken.py").write_text("import a_module_that_nobody_has\n")
    return folder


@pytest.fixture
def broken_pack(tmp_path: Path) -> Path:
    """A folder with a pack of which one rule is not YAML that anyone can read."""
    folder = shutil.copytree(EXAMPLE_POLICIES / "riverside", tmp_path / "policies" / "hillside")
    for file in folder.iterdir():
        file.write_text(file.read_text().replace("commercial.riverside", "commercial.hillside").replace("RVRSD", "HLLSD"))
    (folder / "timely-filing.yaml").write_text('rule: "commercial.hillside.timely-filing\nkind: [\n')
    return folder.parent


def test_plugin_that_fails_is_named_and_the_others_work(with_example: Installed, tmp_path: Path, broken_plugin: Path) -> None:
    file = written(tmp_path, claim("commercial.riverside"), claim("medicare.part-b", claim_id="A2"))
    done = with_example.run(["payerbook", "check", file, "--json"], tmp_path, PYTHONPATH=str(broken_plugin))
    assert done.returncode == 3
    (lost,) = json.loads(done.stdout)["not_loaded"]
    assert lost["name"] == "broken"
    assert "payerbook-broken 1.0" in lost["reason"]
    assert "a_module_that_nobody_has" in lost["reason"]
    assert "broken" in done.stderr
    assert "Traceback" not in done.stderr
    found = failed(done.stdout)
    assert "commercial.riverside.timed-units" in found["A1"]
    assert "medicare.part-b.timed-units" in found["A2"]


def test_pack_that_does_not_compile_is_named_and_the_others_work(with_example: Installed, tmp_path: Path, broken_pack: Path) -> None:
    file = written(tmp_path, claim("commercial.hillside"), claim("medicare.part-b", claim_id="A2"))
    done = with_example.run(["payerbook", "check", file, "--json", "--policies", broken_pack], tmp_path)
    assert done.returncode == 3
    (lost,) = json.loads(done.stdout)["not_loaded"]
    assert lost["name"] == "commercial.hillside"
    assert "timely-filing.yaml:" in lost["reason"]
    assert "commercial.hillside" in done.stderr
    assert "Traceback" not in done.stderr
    reports = {report["claim_id"]: report for report in json.loads(done.stdout)["reports"]}
    assert (reports["A1"]["payer"], reports["A1"]["payer_as_sent"]) == (None, "commercial.hillside")
    assert "medicare.part-b.timed-units" in failed(done.stdout)["A2"]
