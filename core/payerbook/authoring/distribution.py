"""A complete distribution of one pack: what somebody needs to publish the rules of a payer outside payerbook."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from payerbook.authoring.scaffold import PackPlan, pack_files, refuse, write_new
from payerbook.authoring.schema import BASE_URL
from payerbook.errors import UsageError

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")

_FILES = {
    "pyproject.toml": """\
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "payerbook-$name"
version = "0.1.0"
description = "Rules of the payer $id for payerbook."
readme = "README.md"
requires-python = ">=3.11"
license = "CC0-1.0"
dependencies = ["payerbook"]

[project.optional-dependencies]
dev = ["pytest"]

[project.entry-points.payerbook]
$name = "$module"

[tool.hatch.build.targets.wheel]
packages = ["src/$module"]

[tool.pytest.ini_options]
testpaths = ["tests", "src"]
""",
    "src/$module/__init__.py": '''\
"""Rules of the payer $id for payerbook."""

from __future__ import annotations

from pathlib import Path

from payerbook.hookspecs import hookimpl

POLICIES = Path(__file__).parent / "policies"


@hookimpl
def payerbook_policies() -> list[Path]:
    """The folder of packs; payerbook finds it through the entry point in pyproject.toml."""
    return [POLICIES]
''',
    "tests/test_pack.py": '''\
"""The pack is found by its name, has no faults, and all its cases hold."""

from __future__ import annotations

import payerbook
import $module
from payerbook.cli import main


def test_pack_is_found() -> None:
    book = payerbook.load()
    assert [lost for lost in book.not_loaded if lost.name in ("$name", "$id")] == []
    assert book.payer("$id").id == "$id"


def test_files_have_no_faults() -> None:
    assert main(["lint", str($module.POLICIES)]) == 0


def test_cases_hold() -> None:
    assert main(["test", str($module.POLICIES)]) == 0
''',
    ".github/workflows/ci.yml": """\
name: ci
on:
  push:
  pull_request:
jobs:
  test:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - run: pip install ".[dev]"
      - run: payerbook lint src/$module/policies
      - run: payerbook test src/$module/policies
      - run: pytest
""",
    ".github/workflows/release.yml": """\
name: release
on:
  push:
    tags: ["v*"]
jobs:
  release:
    runs-on: ubuntu-latest
    environment: release
    permissions:
      contents: read
      id-token: write # lets the last step publish without a password, once PyPI trusts this workflow
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - run: pip install build hatchling ".[dev]"
      - run: test "v$$(python -m hatchling version)" = "$$GITHUB_REF_NAME"
      - run: pytest
      - run: payerbook lint src/$module/policies
      - run: python -m build
      - run: |
          python -m venv fresh
          fresh/bin/pip install dist/*.whl
          fresh/bin/payerbook packs $id
      - uses: pypa/gh-action-pypi-publish@release/v1
""",
    ".gitignore": "__pycache__/\n.pytest_cache/\n.venv/\ndist/\nfresh/\n",
    "README.md": """\
# payerbook-$name

Rules of the payer `$id` for payerbook, as a distribution of its own.

| file | what it is |
|---|---|
| `pyproject.toml` | the entry point: group `payerbook`, name of the plugin, module that holds its hooks |
| `src/$module/__init__.py` | the hook `payerbook_policies`, which says where the pack is |
| `src/$module/policies/$name/` | the pack: payer, sources, rules, cases |
| `tests/test_pack.py` | the pack is found, has no faults, and its cases hold |
| `.github/workflows/ci.yml` | the same, on every push |
| `.github/workflows/release.yml` | builds and publishes it when a tag such as `v0.1.0` is pushed |

Write rules; no installation is needed for that:

```sh
cd src/$module/policies/$name
payerbook new rule $id.NAME --kind KIND
payerbook lint .
payerbook test .
```

Install, and it is found:

```sh
pip install .
payerbook packs $id
```

A plugin is Python that runs with your rights when payerbook starts; install only those that you trust. This one holds data and a hook.

Not legal or billing advice.
""",
}


def write(folder: Path, name: str, plan: PackPlan, place: str = BASE_URL) -> list[Path]:
    """Writes the distribution `payerbook-<name>` with the pack of the plan into `folder`; gives its files.

    Raises UsageError, before anything is written, for a name that distributions cannot have, a pack that would not lint, and when one
    of the files exists.
    """
    if not _NAME.match(name):
        raise UsageError("--name: write small letters, digits and single hyphens, a letter first, for example riverside-health.")
    refuse(plan)
    module = f"payerbook_{name.replace('-', '_')}"
    words = {"name": name, "module": module, "id": plan.id}
    files = {folder / Template(path).substitute(words): Template(text).substitute(words) for path, text in _FILES.items()}
    pack = folder / "src" / module / "policies" / name
    files |= {pack / path: text for path, text in pack_files(plan, place).items()}
    return write_new(files)
