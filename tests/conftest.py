"""What several test modules share: payerbook as people get it, built once and installed into an empty environment."""

from __future__ import annotations

import pytest
from hypothesis import settings

from installation import Installed, build, environment

settings.register_profile("every-run", derandomize=True, deadline=None)
settings.register_profile("soak", max_examples=20_000, deadline=None, print_blob=True)
settings.load_profile("every-run")


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """payerbook's wheel in a new environment."""
    folder = tmp_path_factory.mktemp("installed")
    wheel = build(folder)
    return Installed(wheel, environment(folder / "env", wheel))
