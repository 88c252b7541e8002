"""What several test modules share: payerbook as people get it, built once and installed into an empty environment."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest
from hypothesis import settings

from installation import Installed, build, environment

os.environ["PAYERBOOK_DATA"] = os.devnull  # the answers of tests rest on the bundled tables alone
settings.register_profile("every-run", derandomize=True, deadline=None)
settings.register_profile("soak", max_examples=2_000, deadline=None, print_blob=True)
settings.load_profile("every-run")

LONGEST = (
    "test_site_browser",
    "test_search",
    "test_checker_browser",
    "test_browser_answers",
    "test_tutorial",
    "test_site_machine",
    "test_site_pages",
)
"""Modules that take longest. They start first, so that of several processes none is left with one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest modules first; the others keep their order."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONGEST)))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """payerbook's wheel, with the source archive beside it; of several processes that test at once, one builds for all."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "dist"
    with (shared / "dist.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return next(folder.glob("*.whl"), None) or build(folder)


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """payerbook's wheel in a new environment."""
    return Installed(wheel, environment(tmp_path_factory.mktemp("installed") / "env", wheel))
