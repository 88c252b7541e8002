"""The pytest plugin for authors of packs: what it collects, what it says of a case that fails, and that it stays out of the way."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from installation import ROOT
from payerbook.cli import main

pytest_plugins = ["pytester"]

RIVERSIDE = ROOT / "tests" / "example-pack" / "src" / "payerbook_example" / "policies" / "riverside"


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with one pack, and a pytest with no plugin but this one."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'core'}:{ROOT / 'plugins'}")
    shutil.copytree(RIVERSIDE, pytester.path / "policies" / "riverside")
    return pytester


def run(project: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return project.runpytest_subprocess("-p", "payerbook.pytest_plugin", "-p", "no:cacheprovider", *arguments)


def put(project: pytest.Pytester, name: str, old: str, new: str) -> Path:
    file = project.path / "policies" / "riverside" / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    return file


def test_each_case_is_a_test_of_its_own_name(project: pytest.Pytester) -> None:
    done = run(project, "-v")
    done.assert_outcomes(passed=9)
    done.stdout.fnmatch_lines(["policies/riverside/timely-filing.test.yaml::commercial.riverside::timely-filing::one day late PASSED*"])


def test_one_case_is_chosen_by_word_and_by_name(project: pytest.Pytester) -> None:
    run(project, "-k", "filing and late").assert_outcomes(passed=1, deselected=8)
    name = "policies/riverside/timely-filing.test.yaml::commercial.riverside::timely-filing::one day late"
    run(project, name).assert_outcomes(passed=1)
    listed = run(project, "--collect-only", "-q")
    assert name in listed.outlines
    assert "9 tests collected" in str(listed.stdout)


def test_cases_run_in_several_processes(project: pytest.Pytester) -> None:
    done = run(project, "-p", "xdist.plugin", "-n", "2", "--payer-coverage")
    done.assert_outcomes(passed=9)
    done.stdout.fnmatch_lines(["commercial.riverside  3 rules, 9 cases, 3 of 3 versions touched"])


def test_a_failure_says_what_was_expected_what_came_and_where(project: pytest.Pytester) -> None:
    file = put(project, "timely-filing.test.yaml", "expect: fail", "expect: pass")
    line = 1 + file.read_text("utf-8").splitlines().index("  - name: one day late")
    done = run(project)
    done.assert_outcomes(failed=1, passed=8)
    place = f"policies/riverside/timely-filing.test.yaml:{line}"
    done.stdout.fnmatch_lines([f"{place}: commercial.riverside::timely-filing::one day late", "  expected pass, got fail (*)"])
    assert "Traceback" not in str(done.stdout)


def test_a_test_file_that_cannot_be_used_is_an_error_with_its_place(project: pytest.Pytester) -> None:
    put(project, "timely-filing.test.yaml", "cases:", "casses:")
    done = run(project)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["policies/riverside/timely-filing.test.yaml:*: casses: unknown key casses; did you mean cases? [[]PB003[]]"])


def test_versions_without_a_case_are_named(project: pytest.Pytester, capsys: pytest.CaptureFixture[str]) -> None:
    pack = project.path / "policies" / "riverside"
    added = ["--from", "2031-01-01", "--set", "limit.days=30", "--source", "manual-2026", "--yes"]
    assert main(["amend", "commercial.riverside.timely-filing", *added, "--policies", str(pack)]) == 0
    line = 1 + (pack / "timely-filing.yaml").read_text("utf-8").splitlines().index("  - from: 2031-01-01")
    lost = f"policies/riverside/timely-filing.yaml:{line}: commercial.riverside.timely-filing: no case touches the version from 2031-01-01"
    done = run(project, "--payer-coverage")
    done.stdout.fnmatch_lines(["commercial.riverside  3 rules, 9 cases, 3 of 4 versions touched", f"  {lost}"])
    capsys.readouterr()
    assert main(["test", str(pack), "--coverage"]) == 0
    assert f"{lost}\n" in capsys.readouterr().out
    assert main(["test", str(pack), "--coverage", "--json"]) == 0
    (filing,) = [one for one in json.loads(capsys.readouterr().out)["coverage"] if one["rule"].endswith("filing")]
    assert [version["cases"] > 0 for version in filing["versions"]] == [True, False]


def test_projects_without_packs_are_left_alone(project: pytest.Pytester) -> None:
    shutil.rmtree(project.path / "policies")
    (project.path / "other.test.yaml").write_text("no: [case", "utf-8")
    project.makepyfile(
        "import sys\n\ndef test_nothing():\n    assert not {'msgspec', 'ruamel', 'payerbook.authoring'} & set(sys.modules)\n"
    )
    run(project).assert_outcomes(passed=1)


def test_the_option_leaves_the_cases_out(project: pytest.Pytester) -> None:
    run(project, "--no-payer-cases").assert_outcomes()


def test_pytest_finds_the_plugin_and_nothing_else_needs_pytest() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    assert scripts == {"pytest11": {"payerbook": "payerbook.pytest_plugin"}}
    program = "import sys, payerbook.cli, payerbook.authoring.lint, payerbook.authoring.coverage; sys.exit('pytest' in sys.modules)"
    path = {"PYTHONPATH": f"{ROOT / 'core'}:{ROOT / 'plugins'}"}
    assert subprocess.run([sys.executable, "-c", program], env=path, check=False).returncode == 0
