"""Every case beside every bundled rule holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from payerbook.authoring import cases
from payerbook.authoring.cases import CaseResult
from payerbook.authoring.session import Session
from payerbook_plugins import policies

_SESSION = Session()
_RESULTS = [result for file in cases.test_files(policies()) for result in _SESSION.runner.run(file)]


@pytest.mark.parametrize("result", _RESULTS, ids=lambda result: result.id)
def test_case(result: CaseResult) -> None:
    assert not result.faults, f"{Path(result.file).name}:{result.line}: {'; '.join(result.faults)}"


def test_every_pack_compiles() -> None:
    faults = [fault.text() for one in _SESSION.library.all() for fault in one.faults if not fault.note]
    assert faults == []
