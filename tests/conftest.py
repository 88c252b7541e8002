"""What several test modules share: payerbook as people get it, built once and installed into an empty environment."""

from __future__ import annotations

import pytest
from installation import Installed, build, environment


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """payerbook's wheel in a new environment."""
    folder = tmp_path_factory.mktemp("installed")
    wheel = build(folder)
    return Installed(wheel, environment(folder / "env", wheel))
